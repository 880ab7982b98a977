{% set naming_records = [
    "input", "change", "incident", "restrictive_intervention", "complaint", "feedback_count", "activity_count",
    "involvement_group", "involvement_activity", "involvement_role", "recruitment", "feedback_response",
] %}

with

services as (
    select * from {{ ref("stg_service") }}
),

named_elsewhere as (
    {%- for record in naming_records %}
    select
        provider_code,
        icb_code,
        service_id
    from {{ ref("stg_" ~ record) }}
    where service_id is not null
    union
    {%- endfor %}
    select
        about_provider_code as provider_code,
        about_icb_code as icb_code,
        service_id
    from {{ ref("int_survey_answers__placed") }}
    where service_id is not null
),

unknown_services as (
    select named_elsewhere.*
    from named_elsewhere
    left join services
        on named_elsewhere.provider_code = services.provider_code and named_elsewhere.service_id = services.service_id
    where services.service_id is null
),

all_services as (
    select
        {{ sender_key("service_id") }} as service_key,
        provider_code as organisation_code,
        icb_code,
        service_id,
        coalesce(service_name, 'Unnamed service') as service_name,
        coalesce(service_kind, 'not_known') as service_kind,
        ods_site_code,
        opened_on,
        closed_on,
        {{ sender_key("succeeded_by_service_id") }} as succeeded_by_service_key,
        coalesce(closed_on > {{ as_of_on() }}, true) as is_open,
        true as is_known
    from services
    union all
    -- Services that others name and nobody describes stay in sight as unknown, never dropped with their rows.
    select
        {{ sender_key("service_id") }} as service_key,
        provider_code as organisation_code,
        icb_code,
        service_id,
        'Unknown service' as service_name,
        'not_known' as service_kind,
        null as ods_site_code,
        null as opened_on,
        null as closed_on,
        null as succeeded_by_service_key,
        true as is_open,
        false as is_known
    from unknown_services
)

select * from all_services
