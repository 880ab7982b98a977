with

materials as (
    select
        *,
        {{ happened("shared_on") }} as was_shared_on,
        {{ happened("permission_on") }} as was_permitted_on,
        {{ happened("anonymised_on") }} as was_anonymised_on
    from {{ ref("stg_material") }}
),

described as (
    select
        {{ sender_key("material_id") }} as material_key,
        version,
        provider_code as organisation_code,
        icb_code,
        material_id,
        material_kind,
        title,
        {{ sender_key("session_id") }} as session_key,
        {{ sender_key("activity_id") }} as activity_key,
        was_shared_on as shared_on,
        {{ financial_quarter("was_shared_on") }} as quarter_id,
        was_permitted_on as permission_on,
        was_anonymised_on as anonymised_on,
        -- Only what shows real people or their words needs their leave.
        coalesce(material_kind in ('real_document', 'recording'), false) as needs_permission,
        coalesce(was_permitted_on <= was_shared_on, false) as is_permitted_before_shared,
        coalesce(was_anonymised_on <= was_shared_on, false) as is_anonymised_before_shared,
        formats_requested,
        formats_supplied,
        case
            when cardinality(formats_requested) > 0
                then formats_requested <@ coalesce(formats_supplied, array[]::text[])
        end as has_formats_requested,
        is_codesigned,
        in_force_from_on,
        in_force_to_on,
        coalesce(in_force_from_on <= {{ as_of_on() }}, false)
        and coalesce(in_force_to_on >= {{ as_of_on() }}, true) as is_in_force
    from materials
)

select * from described
