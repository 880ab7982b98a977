-- Which printed figures are other today than in the edition that readers hold, and what happened in between that bears
-- on them: files first, because they can be looked into, then what changed for every figure at once.
with

editions as (
    select * from {{ ref("mart_compared_editions") }}
),

builds as (
    select * from {{ ref("stg_build") }}
),

frozen_figures as (
    select figures.*
    from {{ ref("pub_figures") }} as figures
    inner join editions on figures.edition_id = editions.edition_id
),

todays_figures as (
    select figures.*
    from {{ ref("pub_figures_now") }} as figures
    inner join editions on figures.icb_code = editions.icb_code
),

frozen_organisations as (
    select organisations.*
    from {{ ref("pub_organisations") }} as organisations
    inner join editions on organisations.edition_id = editions.edition_id
),

todays_organisations as (
    select organisations.*
    from {{ ref("pub_organisations_now") }} as organisations
    inner join editions on organisations.icb_code = editions.icb_code
),

frozen_measures as (
    select measures.*
    from {{ ref("pub_measures") }} as measures
    inner join editions on measures.edition_id = editions.edition_id and measures.icb_code = editions.icb_code
),

todays_measures as (
    select measures.*
    from {{ ref("pub_measures_now") }} as measures
    inner join editions on measures.icb_code = editions.icb_code
),

measures as (
    select * from {{ ref("measures") }}
),

figure_sources as (
    select * from {{ ref("figure_sources") }}
),

files_since as (
    select * from {{ ref("files_since") }}
),

paired as (
    select
        coalesce(todays_figures.icb_code, frozen_figures.icb_code) as icb_code,
        coalesce(todays_figures.figure_id, frozen_figures.figure_id) as figure_id,
        coalesce(todays_figures.section, frozen_figures.section) as section,
        coalesce(todays_figures.measure_code, frozen_figures.measure_code) as measure_code,
        coalesce(todays_figures.statistic, frozen_figures.statistic) as statistic,
        coalesce(todays_figures.organisation_code, frozen_figures.organisation_code) as organisation_code,
        coalesce(todays_figures.service_id, frozen_figures.service_id) as service_id,
        coalesce(todays_figures.subject_id, frozen_figures.subject_id) as subject_id,
        coalesce(todays_figures.breakdown_code, frozen_figures.breakdown_code) as breakdown_code,
        coalesce(todays_figures.period_kind, frozen_figures.period_kind) as period_kind,
        coalesce(todays_figures.period_start_on, frozen_figures.period_start_on) as period_start_on,
        coalesce(todays_figures.period_end_on, frozen_figures.period_end_on) as period_end_on,
        coalesce(todays_figures.unit, frozen_figures.unit) as unit,
        frozen_figures.value as value_then,
        frozen_figures.value_state as value_state_then,
        todays_figures.value as value_now,
        todays_figures.value_state as value_state_now
    from frozen_figures
    full join todays_figures
        on frozen_figures.icb_code = todays_figures.icb_code and frozen_figures.figure_id = todays_figures.figure_id
),

-- Sums of fractions differ in their last digit with the order of adding up, which no reader ever sees.
differing as (
    select
        paired.*,
        case
            when value_state_then is null then 'new'
            when value_state_now is null then 'gone'
            when value_state_then <> 'suppressed' and value_state_now = 'suppressed' then 'suppressed_now'
            when value_state_then = 'suppressed' and value_state_now <> 'suppressed' then 'no_longer_suppressed'
            when value_state_then <> value_state_now then 'other_state'
            else 'other_value'
        end as difference_kind
    from paired
    inner join editions on paired.icb_code = editions.icb_code
    where
        (
            value_state_then is distinct from value_state_now
            or abs(value_now - value_then) > 1e-9 * greatest(abs(value_now), abs(value_then))
        )
        -- Two quarters print the same only where both draw a month; its limits are drawn anew with every month.
        and (
            editions.is_of_the_quarter
            or (
                period_kind = 'month'
                and statistic = 'value'
                and value_state_then is not null
                and value_state_now is not null
            )
        )
),

-- The records that a figure is made of. "deliveries" is all of them: a count of returns rests on every file.
records_behind as (
    select distinct
        differing.icb_code,
        differing.figure_id,
        source_records.record
    from differing
    left join measures on differing.measure_code = measures.measure_code
    left join figure_sources
        on
            figure_sources.figure_code
            = case differing.section when 'effects' then 'effect' else differing.measure_code end
    cross join
        lateral unnest(
            string_to_array(
                concat_ws(
                    ';',
                    measures.source_records,
                    figure_sources.source_records,
                    case when differing.section = 'quality' then differing.subject_id end,
                    case when measures.declared_item is not null then 'provider_return' end
                ),
                ';'
            )
        ) as source_records (record)
),

-- Limits are drawn from the whole series, effects from years, chains from the quarters before, and what stands today
-- from everything sent: there a file of any month bears on the figure.
bearing as (
    select
        differing.icb_code,
        differing.figure_id,
        files_since.load_id,
        files_since.file_name,
        files_since.reason_code,
        case
            when differing.organisation_code not in ('ALL', files_since.provider_code) then 3
            when
                differing.period_kind = 'as_of'
                or differing.statistic in ('mean', 'lpl', 'upl')
                or measures.family in ('told_back', 'influence')
                or files_since.delivers = 'snapshot'
                or files_since.period_start_on is null
                or (
                    files_since.period_start_on <= differing.period_end_on
                    and files_since.period_end_on >= differing.period_start_on
                )
                then 1
            else 2
        end as distance
    from differing
    inner join records_behind
        on differing.icb_code = records_behind.icb_code and differing.figure_id = records_behind.figure_id
    inner join files_since
        on
            differing.icb_code = files_since.icb_code
            and records_behind.record in (files_since.record, 'deliveries')
    left join measures on differing.measure_code = measures.measure_code
),

-- A sender's own files of the period speak before its other files, and these before those of others: a figure may be
-- hidden for a sister's sake, and a survey may be about others than its sender.
nearest as (
    select
        bearing.*,
        min(bearing.distance) over (partition by bearing.icb_code, bearing.figure_id) as least_distance
    from bearing
),

reasons_from_files as (
    select
        icb_code,
        figure_id,
        reason_code,
        load_id,
        file_name
    from nearest
    where distance = least_distance
),

membership as (
    select
        coalesce(todays_organisations.icb_code, frozen_organisations.icb_code) as icb_code,
        coalesce(todays_organisations.organisation_code, frozen_organisations.organisation_code) as organisation_code,
        case when frozen_organisations.organisation_code is null then 'organisation_joined' else 'organisation_left' end
            as reason_code
    from frozen_organisations
    full join todays_organisations
        on
            frozen_organisations.icb_code = todays_organisations.icb_code
            and frozen_organisations.organisation_code = todays_organisations.organisation_code
    where frozen_organisations.organisation_code is null or todays_organisations.organisation_code is null
),

definitions as (
    select
        coalesce(todays_measures.icb_code, frozen_measures.icb_code) as icb_code,
        coalesce(todays_measures.measure_code, frozen_measures.measure_code) as measure_code,
        case
            when frozen_measures.measure_code is null then 'new_measure'
            when todays_measures.measure_code is null then 'dropped_measure'
            else 'changed_definition'
        end as reason_code
    from frozen_measures
    full join todays_measures
        on
            frozen_measures.icb_code = todays_measures.icb_code
            and frozen_measures.measure_code = todays_measures.measure_code
    where
        (
            frozen_measures.numerator, frozen_measures.denominator, frozen_measures.unit, frozen_measures.clock,
            frozen_measures.method, frozen_measures.minimum_denominator, frozen_measures.disclosure_class,
            frozen_measures.valid_from
        )
        is distinct from
        (
            todays_measures.numerator, todays_measures.denominator, todays_measures.unit, todays_measures.clock,
            todays_measures.method, todays_measures.minimum_denominator, todays_measures.disclosure_class,
            todays_measures.valid_from
        )
),

every_reason as (
    select
        differing.icb_code,
        differing.figure_id,
        membership.reason_code,
        1 as reason_rank
    from differing
    inner join membership
        on
            differing.icb_code = membership.icb_code
            and differing.organisation_code in ('ALL', membership.organisation_code)
    union all
    select
        differing.icb_code,
        differing.figure_id,
        definitions.reason_code,
        2 as reason_rank
    from differing
    inner join definitions
        on
            differing.icb_code = definitions.icb_code
            and definitions.measure_code in (differing.measure_code, differing.breakdown_code)
    union all
    select
        icb_code,
        figure_id,
        reason_code,
        3 as reason_rank
    from reasons_from_files
    union all
    select
        differing.icb_code,
        differing.figure_id,
        'time_passed' as reason_code,
        4 as reason_rank
    from differing
    inner join editions on differing.icb_code = editions.icb_code
    where {{ london_day("editions.data_cut_at") }} <> {{ as_of_on() }}
    union all
    select
        differing.icb_code,
        differing.figure_id,
        'changed_code' as reason_code,
        5 as reason_rank
    from differing
    inner join editions on differing.icb_code = editions.icb_code
    cross join builds
    where editions.code_version <> builds.code_version
),

ranked as (
    select
        icb_code,
        figure_id,
        reason_code,
        min(reason_rank) as reason_rank
    from every_reason
    group by icb_code, figure_id, reason_code
),

reasons as (
    select
        icb_code,
        figure_id,
        array_agg(reason_code order by reason_rank asc, reason_code asc) as reason_codes
    from ranked
    group by icb_code, figure_id
),

files as (
    select
        icb_code,
        figure_id,
        array_agg(distinct load_id order by load_id) as load_ids,
        array_agg(distinct file_name order by file_name) as file_names
    from reasons_from_files
    group by icb_code, figure_id
),

explained as (
    select
        differing.icb_code,
        differing.figure_id,
        editions.edition_id,
        editions.state as edition_state,
        differing.section,
        differing.measure_code,
        differing.statistic,
        differing.organisation_code,
        differing.service_id,
        differing.subject_id,
        differing.period_kind,
        differing.period_start_on,
        differing.period_end_on,
        differing.unit,
        differing.value_then,
        differing.value_state_then,
        differing.value_now,
        differing.value_state_now,
        differing.value_now - differing.value_then as value_difference,
        differing.difference_kind,
        coalesce(reasons.reason_codes[1], 'cannot_tell') as reason_code,
        coalesce(reasons.reason_codes, array['cannot_tell']) as reason_codes,
        coalesce(files.load_ids, array[]::bigint[]) as load_ids,
        coalesce(files.file_names, array[]::text[]) as file_names
    from differing
    inner join editions on differing.icb_code = editions.icb_code
    left join reasons on differing.icb_code = reasons.icb_code and differing.figure_id = reasons.figure_id
    left join files on differing.icb_code = files.icb_code and differing.figure_id = files.figure_id
)

select * from explained
