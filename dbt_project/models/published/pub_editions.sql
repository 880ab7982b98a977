-- The ledger's table is named directly, as in with_editions, and for its reason.
with

working as (
    select * from {{ ref("pub_editions_now") }}
),

frozen as (
    select
        editions.edition_id,
        editions.quarter_id,
        editions.icb_code,
        working.icb_name,
        editions.edition_number,
        editions.state,
        editions.data_cut_at,
        editions.accepted_through,
        editions.code_version,
        editions.shared_for_comment_on,
        editions.comment_closes_on,
        editions.sign_off_kind,
        editions.signed_off_by_role,
        editions.signed_off_on,
        editions.published_on
    from audit.editions as editions
    left join working on editions.icb_code = working.icb_code
),

every_edition as (
    select * from frozen
    union all
    select * from working
)

select * from every_edition
