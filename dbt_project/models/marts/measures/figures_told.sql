{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether people were told, as the registers of organisations say and as people say whom their network asked.
with

sides as (
    select * from {{ ref("mart_told_back_sides") }}
    where quarter_id = '{{ var("report_quarter") }}'
),

-- Where a network kept back a number, what people say is not known.
kept_back as (
    select
        answers.about_organisation_code as organisation_code,
        answers.quarter_id,
        sum(answers.hidden_row_count) as hidden_row_count
    from {{ ref("fct_survey_answers") }} as answers
    inner join {{ ref("dim_organisation") }} as senders on answers.organisation_code = senders.organisation_code
    where answers.item_code = 'was_told_what_happened' and senders.organisation_kind = 'network'
    group by answers.about_organisation_code, answers.quarter_id
),

told as (
    select
        sides.icb_code,
        sides.organisation_code,
        told.measure_code,
        told.numerator,
        told.denominator,
        coalesce(kept_back.hidden_row_count, 0) = 0 as is_known_of_both
    from sides
    left join kept_back
        on sides.organisation_code = kept_back.organisation_code and sides.quarter_id = kept_back.quarter_id
    cross join lateral (
        values
        ('told_by_register', sides.told_count, sides.decided_count),
        (
            'told_by_members',
            case when coalesce(kept_back.hidden_row_count, 0) = 0 then sides.told_answer_count end,
            case when coalesce(kept_back.hidden_row_count, 0) = 0 then sides.answer_count end
        )
    ) as told (measure_code, numerator, denominator)
)

-- The region's two sides speak of the same organisations: those of which both are known.
select
    measure_code,
    'count' as statistic,
    'waiting' as section,
    icb_code,
    coalesce(organisation_code, 'ALL') as organisation_code,
    null::text as service_id,
    null::text as subject_id,
    'quarter' as period_kind,
    'none' as breakdown_kind,
    'all' as breakdown_code,
    null::text as label,
    case
        when grouping(organisation_code) = 0 then sum(numerator) else sum(numerator) filter (where is_known_of_both)
    end::bigint as numerator,
    case
        when grouping(organisation_code) = 0 then sum(denominator) else sum(denominator) filter (where is_known_of_both)
    end::bigint as denominator,
    null::double precision as given_value,
    null::double precision as given_lower,
    null::double precision as given_upper,
    case measure_code when 'told_by_members' then 'answers' else 'things said' end as unit,
    0 as decimals
from told
group by
    grouping sets (
        (icb_code, measure_code, organisation_code),
        (icb_code, measure_code)
    )
