with

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

working as (
    select distinct on (icb_code)
        'working' as edition_id,
        '{{ var("report_quarter") }}' as quarter_id,
        icb_code,
        icb_name,
        null::integer as edition_number,
        'draft' as state,
        timestamptz '{{ var("as_of") }}' as data_cut_at,
        {{ var("accepted_through") }}::bigint as accepted_through,
        null::text as code_version,
        null::date as shared_for_comment_on,
        null::date as comment_closes_on,
        null::text as sign_off_kind,
        null::text as signed_off_by_role,
        null::date as signed_off_on,
        null::date as published_on,
        null::text as rows_sha256,
        null::bigint as entries_through,
        null::date as withdrawn_on,
        null::text as withdrawn_because,
        null::date as corrected_on,
        null::text as was_wrong,
        null::text as corrected_because,
        null::text as corrected_by_edition_id,
        null::text as corrects_edition_id,
        null::text as corrects_was_wrong,
        null::text as corrects_because,
        null::text as former_edition_id,
        null::text as compared_with_edition_id
    from organisations
    order by
        icb_code asc,
        icb_name asc
)

select * from working
