{{ config(materialized="ephemeral") }}
-- Not a view: counters of the ledger say in what order files were met, which nothing that people see may depend on.
with

visibility as (
    select
        visibility.load_id,
        visibility.record,
        visibility.accepted_seq,
        -- What came after S has not come yet.
        case
            when visibility.retired_seq <= {{ var("accepted_through") }} then visibility.retired_seq
        end as retired_seq,
        case when visibility.undone_seq <= {{ var("accepted_through") }} then visibility.undone_seq end as undone_seq
    from {{ source("audit", "visibility") }} as visibility
    where visibility.accepted_seq <= {{ var("accepted_through") }}
)

select * from visibility
