-- On which step of the ladder organisations say they stand, how far that is from their aim, and how they moved.
with

returned as (
    select * from {{ ref("returns_answered") }}
    where level_now is not null or level_aim is not null
),

ladder as (
    select
        code,
        position
    from {{ ref("code_lists") }}
    where list_name = 'tlap_ladder_7'
),

placed as (
    select
        returned.organisation_code,
        returned.icb_code,
        returned.quarter_id,
        returned.period_end_on,
        returned.level_now,
        returned.level_aim,
        ladder_now.position as level_now_position,
        ladder_aim.position as level_aim_position
    from returned
    left join ladder as ladder_now on returned.level_now = ladder_now.code
    left join ladder as ladder_aim on returned.level_aim = ladder_aim.code
),

-- Against the last quarter in which the organisation said where it stood: one without an answer moved nobody.
moved as (
    select
        placed.organisation_code,
        placed.icb_code,
        placed.quarter_id,
        placed.level_now,
        placed.level_aim,
        (placed.level_aim_position - placed.level_now_position)::integer as steps_to_aim,
        before.quarter_id as compared_quarter_id,
        (placed.level_now_position - before.level_now_position)::integer as steps_moved
    from placed
    left join
        lateral (
            select
                earlier.quarter_id,
                earlier.level_now_position
            from placed as earlier
            where
                earlier.organisation_code = placed.organisation_code
                and earlier.period_end_on < placed.period_end_on
                and earlier.level_now_position is not null
                and placed.level_now_position is not null
            order by earlier.period_end_on desc
            limit 1
        ) as before
        on true
)

select * from moved
