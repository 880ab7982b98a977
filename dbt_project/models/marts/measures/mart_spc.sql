-- The monthly series with limits and signals of their true values; a month without evidence is a row without a value.
with

measured as (
    select * from {{ ref("fct_measures") }}
    where period_kind = 'month' and level in ('organisation', 'service')
),

measures as (
    select * from {{ ref("measures") }}
    where is_charted
),

-- The newest threshold that somebody owns and agreed, in the unit of the measure. A suggestion is no target.
thresholds as (
    select distinct on (thresholds.measure_code)
        thresholds.measure_code,
        thresholds.value
    from {{ ref("thresholds") }} as thresholds
    inner join measures on thresholds.measure_code = measures.measure_code and thresholds.unit = measures.unit
    where thresholds.owner is not null and thresholds.agreed_on <= {{ as_of_on() }}
    order by
        thresholds.measure_code asc,
        thresholds.agreed_on desc
),

-- A series runs from its first month with a value to the last month that is over, so that silence at its end shows.
series as (
    select
        concat_ws('/', measured.measure_code, measured.organisation_code, measured.service_id) as series_id,
        measured.measure_code,
        measured.icb_code,
        measured.organisation_code,
        measured.service_id,
        measured.level,
        min(measured.period_start_on) filter (where measured.value is not null) as first_on
    from measured
    inner join measures on measured.measure_code = measures.measure_code
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
        series.first_on, {{ month_start(as_of_on()) }} - interval '1 month', interval '1 month'
    ) as spine (month_on)
),

points as (
    select
        months.series_id,
        months.idx,
        months.period_start_on as x,
        measured.value as y,
        false as rebase_here
    from months
    left join measured
        on
            months.measure_code = measured.measure_code
            and months.icb_code = measured.icb_code
            and months.organisation_code = measured.organisation_code
            and months.service_id is not distinct from measured.service_id
            and months.period_start_on = measured.period_start_on
),

options as (
    select
        series.series_id,
        measures.direction as improvement_direction,
        thresholds.value as target,
        true as screen_outliers,
        null::integer as fix_after_n_points
    from series
    inner join measures on series.measure_code = measures.measure_code
    left join thresholds on series.measure_code = thresholds.measure_code
),

judged as (
    {{ spc_points("points", "options") }}
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
        measured.numerator,
        measured.denominator,
        judged.y,
        judged.mean,
        judged.lpl,
        judged.upl,
        judged.outside_limits,
        judged.relative_to_mean,
        judged.close_to_limits,
        judged.special_cause_type,
        judged.point_type,
        judged.y is null as is_missing
    from months
    inner join judged on months.series_id = judged.series_id and months.idx = judged.idx
    left join measured
        on
            months.measure_code = measured.measure_code
            and months.icb_code = measured.icb_code
            and months.organisation_code = measured.organisation_code
            and months.service_id is not distinct from measured.service_id
            and months.period_start_on = measured.period_start_on
)

select * from every_point
