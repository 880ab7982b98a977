{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What an organisation answers about itself each quarter: who leads, which framework and level, and what was spent.
with

returned as (
    select * from {{ ref("returns_answered") }}
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

claims as (
    select * from {{ ref("fct_claims") }}
    where paid_on is not null and outcome not in ('refused', 'waiting')
),

ladder as (
    select
        code,
        position
    from {{ ref("code_lists") }}
    where list_name = 'tlap_ladder_7'
),

thresholds as (
    select * from {{ ref("thresholds") }}
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

claims_spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'claim'
),

-- What a return leaves open is not known: null, and neither a yes nor a no.
answered as (
    select
        answer.measure_code,
        returned.organisation_code,
        returned.quarter_id,
        answer.is_so::integer as numerator,
        case when answer.is_so is not null then 1 end as denominator
    from returned
    inner join thresholds on thresholds.threshold_id = 'equality_strategy_reviewed_within'
    left join ladder as ladder_now on returned.level_now = ladder_now.code
    left join ladder as ladder_aim on returned.level_aim = ladder_aim.code
    cross join
        lateral (
            values
            (
                'champion_and_board_lead',
                case
                    when 'no' in (returned.champion_named, returned.board_lead_named) then false
                    when returned.champion_named = 'yes' and returned.board_lead_named = 'yes' then true
                end
            ),
            -- A framework of its own is recognised by nobody else.
            (
                'framework_adopted',
                case
                    when returned.framework_adopted in ('local_framework', 'no_framework') then false
                    when returned.framework_adopted in ('four_pi', 'tlap_ladder', 'working_in_partnership', 'pcref')
                        then true
                end
            ),
            ('level_aimed_at', ladder_now.position >= ladder_aim.position),
            -- A review after the quarter's end hides the one before it.
            (
                'equality_strategy_in_date',
                returned.equality_strategy_reviewed_on
                >= returned.period_end_on - make_interval(months => thresholds.value::integer)
            ),
            -- Declared as n of m or not at all: a return without them is no evidence of nought.
            ('staff_panels_with_lived_experience', null),
            ('staff_trained_in_coproduction', null),
            ('supervision_records_using_prompts', null)
        ) as answer (measure_code, is_so)
),

-- A budget is the year's and spending the quarter's: they meet once every quarter of the year so far is told. In whole
-- pounds, as all measures are whole counts.
year_so_far as (
    select
        returned.organisation_code,
        returned.quarter_id,
        sum(earlier.spend_gbp) as spend_gbp,
        count(earlier.spend_gbp) = right(returned.quarter_id, 1)::integer as is_whole,
        (
            array_agg(earlier.budget_gbp order by earlier.period_end_on desc)
            filter (where earlier.budget_gbp is not null)
        )[1] as budget_gbp
    from returned
    inner join returned as earlier
        on
            returned.organisation_code = earlier.organisation_code
            and left(returned.quarter_id, 7) = left(earlier.quarter_id, 7)
            and returned.period_end_on >= earlier.period_end_on
    group by returned.organisation_code, returned.quarter_id
),

budgets as (
    select
        'budget_spent' as measure_code,
        organisation_code,
        quarter_id,
        case when is_whole and budget_gbp is not null then round(spend_gbp) end as numerator,
        case when is_whole then round(budget_gbp) end as denominator
    from year_so_far
),

-- One meeting whose people were not counted would make all the others dearer.
attended as (
    select
        sessions.organisation_code,
        quarters.quarter_id,
        case
            when count(*) = count(sessions.lived_experience_count) then sum(sessions.lived_experience_count)
        end as attendances
    from sessions
    inner join quarters on sessions.held_on between quarters.period_start_on and quarters.period_end_on
    group by sessions.organisation_code, quarters.quarter_id
),

spend as (
    select
        'spend_per_attendance' as measure_code,
        returned.organisation_code,
        returned.quarter_id,
        case when attended.attendances is not null then round(returned.spend_gbp) end as numerator,
        case when returned.spend_gbp is not null then attended.attendances end as denominator
    from returned
    left join attended
        on returned.organisation_code = attended.organisation_code and returned.quarter_id = attended.quarter_id
),

-- A record of claims has the amount that was asked for: paid in part, what was paid is not known. A quarter for which
-- the claims came and none was paid has nothing paid.
paid as (
    select
        claims_spoken_for.organisation_code,
        claims_spoken_for.quarter_id,
        case
            when count(claims.claim_key) = count(claims.amount_gbp) filter (where claims.outcome = 'paid')
                then coalesce(sum(claims.amount_gbp), 0)
        end as paid_gbp
    from claims_spoken_for
    left join claims
        on
            claims_spoken_for.organisation_code = claims.organisation_code
            and claims.paid_on between claims_spoken_for.period_start_on and claims_spoken_for.period_end_on
    group by claims_spoken_for.organisation_code, claims_spoken_for.quarter_id
),

reaching_people as (
    select
        'spend_paid_to_people' as measure_code,
        returned.organisation_code,
        returned.quarter_id,
        case when returned.spend_gbp is not null then round(paid.paid_gbp) end as numerator,
        case when paid.paid_gbp is not null then round(returned.spend_gbp) end as denominator
    from returned
    left join paid on returned.organisation_code = paid.organisation_code and returned.quarter_id = paid.quarter_id
),

every_row as (
    select * from answered
    union all
    select * from budgets
    union all
    select * from spend
    union all
    select * from reaching_people
)

select * from every_row
