with

versions as (
    select
        {{ sender_key("action_id") }} as action_key,
        coalesce(due_on, revised_due_on) as due_on,
        submitted_on,
        load_id,
        row_number,
        part
    from {{ ref("stg_action_version") }}
    where due_on is not null or revised_due_on is not null
),

-- By submission, never by arrival: a file that came late may have been sent first.
first_due as (
    select distinct on (versions.action_key)
        versions.action_key,
        versions.due_on as original_due_on,
        versions.submitted_on as first_submitted_on
    from versions
    inner join {{ ref("stg_delivery") }} as deliveries on versions.load_id = deliveries.load_id
    order by
        versions.action_key,
        deliveries.submitted_at,
        deliveries.file_sha256,
        deliveries.feed,
        versions.row_number,
        versions.part
)

select * from first_due
