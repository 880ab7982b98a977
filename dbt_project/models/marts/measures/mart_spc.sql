-- The monthly series with limits and signals of their true values; a month without evidence is a row without a value.
with

periods as (
    select * from {{ ref("measured_periods") }}
    where period_kind = 'month' and level in ('organisation', 'service')
),

measures as (
    select * from {{ ref("measures") }}
    where is_charted
),

services_missing as (
    select * from {{ ref("services_missing") }}
    where period_kind = 'month'
),

-- A month without the services that carry much of it is no month of the whole organisation.
limits as (
    select value
    from {{ ref("thresholds") }}
    where threshold_id = 'services_missing_within'
),

targets as (
    select * from {{ ref("agreed_targets") }}
),

steps as (
    select * from {{ ref("agreed_steps") }}
),

coverage as (
    select * from {{ ref("mart_coverage") }}
),

measured as (
    select
        periods.*,
        periods.numerator * measures.scale / nullif(periods.denominator, 0)::double precision as value,
        coalesce(services_missing.missing_count, 0)::integer as services_missing,
        coalesce(services_missing.missing_share, 0)::double precision as services_missing_share
    from periods
    inner join measures on periods.measure_code = measures.measure_code
    left join services_missing
        on
            periods.service_id is null
            and periods.measure_code = services_missing.measure_code
            and periods.icb_code = services_missing.icb_code
            and periods.organisation_code = services_missing.organisation_code
            and periods.period_start_on = services_missing.period_start_on
),

feeds as (
    select distinct
        deliveries.provider_code as organisation_code,
        deliveries.feed,
        load_records.record
    from {{ ref("stg_delivery") }} as deliveries
    inner join {{ ref("stg_load_record") }} as load_records on deliveries.load_id = load_records.load_id
),

-- The first month of which a return that the measure rests on is not owed yet: silence about it says nothing.
not_due as (
    select
        measures.measure_code,
        coverage.organisation_code,
        min({{ month_start("coverage.period_start_on") }}) as from_on
    from measures
    inner join feeds on feeds.record = any(string_to_array(measures.source_records, ';'))
    inner join coverage on feeds.organisation_code = coverage.organisation_code and feeds.feed = coverage.feed
    where coverage.due_on >= {{ as_of_on() }}
    group by measures.measure_code, coverage.organisation_code
),

-- A series runs from its first month with a value to the last month that was due, so that silence at its end shows; a
-- month that came before it was due is shown too.
series as (
    select
        concat_ws('/', measured.measure_code, measured.organisation_code, measured.service_id) as series_id,
        measured.measure_code,
        measured.icb_code,
        measured.organisation_code,
        measured.service_id,
        measured.level,
        min(measured.period_start_on) filter (where measured.value is not null) as first_on,
        greatest(
            max(measured.period_start_on) filter (where measured.value is not null),
            least({{ month_start(as_of_on()) }}, min(not_due.from_on)) - interval '1 month'
        ) as last_on
    from measured
    inner join measures on measured.measure_code = measures.measure_code
    left join not_due
        on measured.measure_code = not_due.measure_code and measured.organisation_code = not_due.organisation_code
    group by
        measured.measure_code,
        measured.icb_code,
        measured.organisation_code,
        measured.service_id,
        measured.level
),

months as (
    select
        series.*,
        spine.month_on::date as period_start_on,
        row_number() over (partition by series.series_id order by spine.month_on)::integer as idx
    from series
    cross join lateral generate_series(
        series.first_on, series.last_on, interval '1 month'
    ) as spine (month_on)
),

recalculations as (
    select * from {{ ref("recalculations") }}
    where approved_by_role is not null and approved_on <= {{ as_of_on() }}
),

-- Limits begin anew only where somebody declared that the counting changed: at a change they would hide what it did.
begun_anew as (
    select distinct
        months.series_id,
        months.idx
    from months
    inner join recalculations
        on
            months.measure_code = recalculations.measure_code
            and months.organisation_code = recalculations.organisation_code
            and months.period_start_on = {{ month_start("recalculations.from_on") }}
            -- One service that counts another way changes the whole that it is a part of.
            and (
                recalculations.service_id is null
                or months.service_id is null
                or months.service_id = recalculations.service_id
            )
),

points as (
    select
        months.series_id,
        months.idx,
        months.period_start_on as x,
        case when measured.services_missing_share <= limits.value then measured.value end as y,
        begun_anew.idx is not null as rebase_here
    from months
    left join begun_anew on months.series_id = begun_anew.series_id and months.idx = begun_anew.idx
    left join measured
        on
            months.measure_code = measured.measure_code
            and months.icb_code = measured.icb_code
            and months.organisation_code = measured.organisation_code
            and months.service_id is not distinct from measured.service_id
            and months.period_start_on = measured.period_start_on
    cross join limits
),

options as (
    select
        series.series_id,
        measures.direction as improvement_direction,
        null::double precision as target,
        null::boolean as screen_outliers,
        null::integer as fix_after_n_points
    from series
    inner join measures on series.measure_code = measures.measure_code
),

judged as (
    {{ spc_points("points", "options", chosen_spc_rules()) }}
),

-- A step holds until the next. What was agreed for this organisation or service beats what was agreed for the measure.
stepped as (
    select distinct on (months.series_id, months.idx)
        months.series_id,
        months.idx,
        steps.value
    from months
    inner join steps
        on
            months.measure_code = steps.measure_code
            and months.period_start_on >= steps.holds_from_on
            and (
                steps.organisation_code is null
                or (
                    months.organisation_code = steps.organisation_code
                    and months.service_id is not distinct from steps.service_id
                )
            )
    order by
        months.series_id asc,
        months.idx asc,
        steps.organisation_code is null asc,
        steps.from_on desc
),

every_point as (
    select
        months.series_id,
        months.measure_code,
        months.icb_code,
        months.organisation_code,
        months.service_id,
        months.level,
        months.idx,
        months.period_start_on,
        measured.numerator::bigint as numerator,
        measured.denominator::bigint as denominator,
        judged.rebase_group,
        judged.y,
        measures.unit,
        judged.mean,
        judged.lpl,
        judged.upl,
        judged.outside_limits,
        judged.relative_to_mean,
        judged.close_to_limits,
        judged.special_cause_type,
        judged.point_type,
        judged.y is null as is_missing,
        coalesce(measured.services_missing, 0) as services_missing,
        coalesce(stepped.value, targets.value) as target,
        '{{ spc_rule(chosen_spc_rules(), "title") }}' as rule_set
    from months
    inner join judged on months.series_id = judged.series_id and months.idx = judged.idx
    inner join measures on months.measure_code = measures.measure_code
    left join stepped on months.series_id = stepped.series_id and months.idx = stepped.idx
    left join targets on months.measure_code = targets.measure_code
    left join measured
        on
            months.measure_code = measured.measure_code
            and months.icb_code = measured.icb_code
            and months.organisation_code = measured.organisation_code
            and months.service_id is not distinct from measured.service_id
            and months.period_start_on = measured.period_start_on
)

select * from every_point
