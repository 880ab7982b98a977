with

attendances as (
    select * from {{ ref("int_participations__numbered") }}
    where has_attended
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

limits as (
    select max(value) filter (where threshold_id = 'most_active_people')::integer as most_active
    from {{ ref("thresholds") }}
),

by_person as (
    select
        attendances.icb_code,
        attendances.provider_code as organisation_code,
        quarters.quarter_id,
        quarters.period_start_on as quarter_start_on,
        attendances.person_ref,
        count(*) as attendance_count,
        bool_or(attendances.day_number = 1) as is_new
    from attendances
    inner join quarters on attendances.quarter_id = quarters.quarter_id
    group by
        attendances.icb_code, attendances.provider_code, quarters.quarter_id, quarters.period_start_on,
        attendances.person_ref
),

ranked as (
    select
        by_person.*,
        row_number() over (
            partition by by_person.organisation_code, by_person.quarter_id
            order by by_person.attendance_count desc, by_person.person_ref asc
        ) as place_from_top,
        row_number() over (
            partition by by_person.organisation_code, by_person.quarter_id
            order by by_person.attendance_count asc, by_person.person_ref asc
        ) as place_from_bottom
    from by_person
),

counted as (
    select
        ranked.icb_code,
        ranked.organisation_code,
        ranked.quarter_id,
        ranked.quarter_start_on,
        count(*) as people_count,
        count(*) filter (where ranked.is_new) as new_people_count,
        sum(ranked.attendance_count)::bigint as attendance_count,
        sum(ranked.attendance_count) filter (where ranked.place_from_top <= limits.most_active)::bigint
            as most_active_attendance_count,
        sum(ranked.place_from_bottom * ranked.attendance_count)::double precision as ranked_attendance_count,
        limits.most_active
    from ranked
    cross join limits
    group by
        ranked.icb_code, ranked.organisation_code, ranked.quarter_id, ranked.quarter_start_on, limits.most_active
),

measured as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        quarter_start_on,
        people_count,
        new_people_count,
        new_people_count::double precision / people_count as new_people_share,
        attendance_count,
        most_active_attendance_count,
        -- Of ten people the ten most active are all: that share would say nothing.
        case
            when people_count > most_active then most_active_attendance_count::double precision / attendance_count
        end as most_active_share,
        2 * ranked_attendance_count / (people_count * attendance_count)
        - (people_count + 1)::double precision / people_count as gini
    from counted
)

select * from measured
