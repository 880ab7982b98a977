-- How answers changed between before and after, person by person: the mean step on the scale and the share who gave the
-- better answer, with their intervals.
with

shifts as (
    select * from {{ ref("fct_survey_shifts") }}
),

organisations as (
    select * from {{ ref("stg_organisation") }}
),

limits as (
    select value as pairs_at_least
    from {{ ref("thresholds") }}
    where threshold_id = 'survey_pairs_at_least'
),

counted as (
    select
        organisations.icb_code,
        coalesce(shifts.about_organisation_code, 'ALL') as organisation_code,
        shifts.quarter_id,
        shifts.survey_kind,
        shifts.item_code,
        sum(shifts.pair_count)::bigint as pair_count,
        sum(shifts.better_count)::bigint as better_count,
        sum(shifts.same_count)::bigint as same_count,
        sum(shifts.worse_count)::bigint as worse_count,
        sum(shifts.steps_better_sum)::double precision as steps_sum,
        sum(shifts.steps_better_squares_sum)::double precision as squares_sum
    from shifts
    inner join organisations on shifts.about_organisation_code = organisations.organisation_code
    group by
        grouping sets (
            (
                organisations.icb_code, shifts.quarter_id, shifts.survey_kind, shifts.item_code,
                shifts.about_organisation_code
            ),
            (organisations.icb_code, shifts.quarter_id, shifts.survey_kind, shifts.item_code)
        )
),

-- The mean of a few steps is nowhere near normal: its interval waits until there are pairs enough.
spread as (
    select
        counted.*,
        counted.steps_sum / counted.pair_count as mean_steps_better,
        case
            when counted.pair_count >= limits.pairs_at_least
                then {{ normal_95() }} * sqrt(
                    (counted.squares_sum - power(counted.steps_sum, 2) / counted.pair_count)
                    / (counted.pair_count - 1) / counted.pair_count
                )
        end as half_width
    from counted
    cross join limits
),

compared as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        survey_kind,
        item_code,
        pair_count,
        better_count,
        same_count,
        worse_count,
        better_count / pair_count::double precision as better_share,
        {{ share_limit("better_count", "pair_count", "lower") }} as better_share_lower,
        {{ share_limit("better_count", "pair_count", "upper") }} as better_share_upper,
        mean_steps_better,
        mean_steps_better - half_width as mean_lower,
        mean_steps_better + half_width as mean_upper
    from spread
)

select * from compared
