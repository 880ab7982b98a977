with

recruitments as (
    select
        *,
        {{ happened("advertised_on") }} as was_advertised_on
    from {{ ref("stg_recruitment") }}
),

described as (
    select
        {{ sender_key("recruitment_id") }} as recruitment_key,
        provider_code as organisation_code,
        icb_code,
        recruitment_id,
        {{ sender_key("group_id") }} as group_key,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        role_kind,
        role_description_ready_on,
        support_package_ready_on,
        was_advertised_on as advertised_on,
        {{ financial_quarter("was_advertised_on") }} as quarter_id,
        -- Ready on the day it was made known is ready before it; a day that is not known was none.
        case
            when was_advertised_on is not null
                then coalesce(
                    role_description_ready_on <= was_advertised_on and support_package_ready_on <= was_advertised_on,
                    false
                )
        end as is_ready_before_advertised,
        channel_codes,
        coalesce(cardinality(channel_codes), 0)::bigint as channel_count,
        applicant_count,
        accepted_count,
        post_count,
        filled_count
    from recruitments
)

select * from described
