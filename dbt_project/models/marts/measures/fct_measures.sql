-- Every measure at every level: services add up to organisations, months to quarters, organisations to the region.
with

measures as (
    select * from {{ ref("measures") }}
),

organisations as (
    select * from {{ ref("stg_organisation") }}
    where is_asked
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

-- What the report says of itself rests on everything else that was counted.
by_quarter as (
    select * from {{ ref("measures_by_quarter") }}
    union all
    select
        *,
        false as is_declared
    from {{ ref("measures_survey_questions") }}
),

told_back as (
    select * from {{ ref("measures_told_back") }}
    where organisation_code <> 'PROVIDERS'
),

from_months as (
    select * from {{ ref("measured_periods") }}
),

months_evidenced as (
    select * from {{ ref("months_evidenced") }}
),

-- What somebody declares, they declare for the whole of the quarter.
from_quarters as (
    select
        by_quarter.measure_code,
        organisations.icb_code,
        coalesce(by_quarter.organisation_code, 'ALL') as organisation_code,
        null::text as service_id,
        case when by_quarter.organisation_code is null then 'region' else 'organisation' end as level,
        'quarter' as period_kind,
        quarters.period_start_on,
        sum(by_quarter.numerator) as numerator,
        sum(by_quarter.denominator) as denominator,
        max(case when by_quarter.is_declared then 3 else coalesce(months_evidenced.months_evidenced, 3) end)
            as months_evidenced,
        bool_or(by_quarter.is_declared) as is_declared
    from by_quarter
    inner join organisations on by_quarter.organisation_code = organisations.organisation_code
    inner join quarters on by_quarter.quarter_id = quarters.quarter_id
    left join months_evidenced
        on
            by_quarter.measure_code = months_evidenced.measure_code
            and by_quarter.organisation_code = months_evidenced.organisation_code
            and by_quarter.quarter_id = months_evidenced.quarter_id
    group by
        grouping sets (
            (organisations.icb_code, by_quarter.measure_code, quarters.period_start_on, by_quarter.organisation_code),
            (organisations.icb_code, by_quarter.measure_code, quarters.period_start_on)
        )
),

from_curve as (
    select
        told_back.measure_code,
        told_back.icb_code,
        told_back.organisation_code,
        null::text as service_id,
        case when told_back.organisation_code = 'ALL' then 'region' else 'organisation' end as level,
        'quarter' as period_kind,
        quarters.period_start_on,
        told_back.numerator,
        told_back.denominator,
        coalesce(months_evidenced.months_evidenced, 3) as months_evidenced,
        false as is_declared,
        told_back.given_value,
        told_back.given_lower,
        told_back.given_upper
    from told_back
    inner join quarters on told_back.quarter_id = quarters.quarter_id
    left join months_evidenced
        on
            told_back.measure_code = months_evidenced.measure_code
            and told_back.organisation_code = months_evidenced.organisation_code
            and told_back.quarter_id = months_evidenced.quarter_id
),

-- A rate or share made of others is a quotient; a told-back share is read off its curve.
evidenced as (
    select
        *,
        false as is_declared,
        null::double precision as given_value,
        null::double precision as given_lower,
        null::double precision as given_upper
    from from_months
    union all
    select
        *,
        null as given_value,
        null as given_lower,
        null as given_upper
    from from_quarters
    where
        not exists (
            select 1
            from from_curve
            where
                from_curve.measure_code = from_quarters.measure_code
                and from_curve.icb_code = from_quarters.icb_code
                and from_curve.organisation_code = from_quarters.organisation_code
                and from_curve.period_start_on = from_quarters.period_start_on
        )
    union all
    select * from from_curve
),

-- Whoever could have evidenced a measure in a quarter has a row for it: what is missing is said, never left out.
wanted as (
    select distinct
        measures.measure_code,
        organisations.icb_code,
        scopes.organisation_code,
        scopes.level,
        quarters.period_start_on
    from measures
    cross join organisations
    cross join
        lateral (
            values (organisations.organisation_code, 'organisation'), ('ALL', 'region')
        ) as scopes (organisation_code, level)
    cross join quarters
),

complete as (
    select * from evidenced
    union all
    select
        wanted.measure_code,
        wanted.icb_code,
        wanted.organisation_code,
        null as service_id,
        wanted.level,
        'quarter' as period_kind,
        wanted.period_start_on,
        null as numerator,
        null as denominator,
        0 as months_evidenced,
        false as is_declared,
        null as given_value,
        null as given_lower,
        null as given_upper
    from wanted
    left join evidenced
        on
            wanted.measure_code = evidenced.measure_code
            and wanted.icb_code = evidenced.icb_code
            and wanted.organisation_code = evidenced.organisation_code
            and wanted.level = evidenced.level
            and wanted.period_start_on = evidenced.period_start_on
            and evidenced.period_kind = 'quarter'
    where evidenced.measure_code is null
),

-- A measure that follows what was decided says nothing of a quarter until everything decided in it has been followed.
too_early as (
    select
        thresholds.measure_code,
        quarters.period_start_on
    from {{ ref("thresholds") }} as thresholds
    inner join quarters on quarters.period_end_on + thresholds.value::integer > {{ as_of_on() }}
    where thresholds.threshold_id = 'influence_followed_for'
),

services_missing as (
    select * from {{ ref("services_missing") }}
),

valued as (
    select
        concat_ws(
            '/', complete.measure_code, complete.icb_code, complete.organisation_code, complete.service_id,
            to_char(complete.period_start_on, 'YYYY-MM'), complete.period_kind
        ) as measured_key,
        complete.measure_code,
        complete.icb_code,
        complete.organisation_code,
        complete.service_id,
        complete.level,
        complete.period_kind,
        complete.period_start_on,
        case complete.period_kind
            when 'month' then (complete.period_start_on + interval '1 month - 1 day')::date
            else (complete.period_start_on + interval '3 months - 1 day')::date
        end as period_end_on,
        {{ financial_quarter("complete.period_start_on") }} as quarter_id,
        complete.numerator::bigint as numerator,
        complete.denominator::bigint as denominator,
        case
            when too_early.measure_code is not null then null
            when measures.family = 'told_back' then complete.given_value
            else complete.numerator * measures.scale / nullif(complete.denominator, 0)::double precision
        end as value,
        measures.unit,
        {% for side in ("lower", "upper") %}
        case
            when too_early.measure_code is not null then null
            when measures.family = 'told_back' then complete.given_{{ side }}
            else {{ value_limit("complete.numerator", "complete.denominator", side) }}
        end as value_{{ side }},
        {% endfor %}
        case
            when complete.numerator is null then 'no_evidence'
            when complete.denominator = 0 then 'not_applicable'
            when too_early.measure_code is not null then 'too_early'
            when measures.family = 'told_back' and complete.given_value is null then 'too_few_to_say'
            else 'counted'
        end as value_state,
        case
            when complete.numerator is null then 'none'
            when complete.is_declared then 'declared'
            else 'recorded'
        end as evidence_basis,
        complete.months_evidenced::integer as months_evidenced,
        coalesce(services_missing.missing_count, 0)::integer as service_months_missing,
        coalesce(services_missing.missing_share, 0)::double precision as service_months_missing_share
    from complete
    inner join measures on complete.measure_code = measures.measure_code
    left join too_early
        on complete.measure_code = too_early.measure_code and complete.period_start_on = too_early.period_start_on
    left join services_missing
        on
            complete.service_id is null
            and complete.measure_code = services_missing.measure_code
            and complete.icb_code = services_missing.icb_code
            and complete.organisation_code = services_missing.organisation_code
            and complete.period_kind = services_missing.period_kind
            and complete.period_start_on = services_missing.period_start_on
    -- A quarter that is not over has no figures.
    where
        complete.period_kind = 'month'
        or complete.period_start_on in (select quarters.period_start_on from quarters)
)

select * from valued
