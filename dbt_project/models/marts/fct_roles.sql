with

limits as (
    select max(value) filter (where threshold_id = 'supervised_within')::integer as supervised_within
    from {{ ref("thresholds") }}
),

roles as (
    select
        stg_involvement_role.*,
        limits.supervised_within,
        {{ happened("role_brief_given_on") }} as brief_given,
        {{ happened("trained_on") }} as trained,
        {{ happened("last_supervised_on") }} as supervised,
        {{ happened("confidentiality_agreed_on") }} as confidentiality_agreed,
        {{ happened("safety_plan_agreed_on") }} as safety_plan_agreed,
        {{ happened("support_contact_given_on") }} as support_contact_given,
        {{ happened("trauma_support_offered_on") }} as trauma_support_offered,
        {{ happened("benefits_advice_offered_on") }} as benefits_advice_offered,
        coalesce(ended_on, {{ as_of_on() }} + 1) > {{ as_of_on() }}
        and coalesce(started_on <= {{ as_of_on() }}, true) as is_held
    from {{ ref("stg_involvement_role") }} as stg_involvement_role
    cross join limits
),

described as (
    select
        {{ sender_key("role_id") }} as role_key,
        provider_code as organisation_code,
        icb_code,
        role_id,
        {{ sender_key("group_id") }} as group_key,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        role_kind,
        role_level,
        service_use,
        recruited_via,
        started_on,
        {{ financial_quarter("started_on") }} as started_quarter_id,
        ended_on,
        is_held,
        brief_given as role_brief_given_on,
        trained as trained_on,
        -- Trained on the first day is trained before it.
        coalesce(trained <= started_on, false) as is_trained_before_start,
        supervised as last_supervised_on,
        coalesce(
            supervised >= ({{ as_of_on() }} - make_interval(months => supervised_within))::date, false
        ) as is_supervised_lately,
        confidentiality_agreed as confidentiality_agreed_on,
        confidentiality_expires_on,
        confidentiality_agreed is not null
        and coalesce(confidentiality_expires_on >= {{ as_of_on() }}, true) as is_confidentiality_in_force,
        safety_plan_agreed as safety_plan_agreed_on,
        support_contact_given as support_contact_given_on,
        trauma_support_offered as trauma_support_offered_on,
        safety_plan_agreed is not null
        and support_contact_given is not null
        and trauma_support_offered is not null as has_full_safety_bundle,
        benefits_advice_offered as benefits_advice_offered_on
    from roles
)

select * from described
