with

versions as (
    select
        {{ sender_key("change_id") }} as change_key,
        due_on,
        submitted_on,
        load_id,
        row_number,
        part
    from {{ ref("stg_change_version") }}
    where due_on is not null
),

-- By submission, never by arrival: a file that came late may have been sent first.
first_due as (
    select distinct on (change_key)
        change_key,
        due_on as original_due_on,
        submitted_on as first_submitted_on
    from versions
    order by change_key, submitted_on, load_id, row_number, part
)

select * from first_due
