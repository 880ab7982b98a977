with

quotes as (
    select
        *,
        coalesce(consent_on <= {{ as_of_on() }}, false)
        and coalesce(consent_withdrawn_on > {{ as_of_on() }}, true) as is_consented,
        {{ happened("checked_on") }} as was_checked_on
    from {{ ref("stg_quote") }}
),

described as (
    select
        {{ sender_key("quote_id") }} as quote_key,
        provider_code as organisation_code,
        icb_code,
        quote_id,
        source_kind,
        polarity,
        theme_codes,
        consent_on,
        {{ financial_quarter("consent_on") }} as quarter_id,
        is_consented as is_consent_in_force,
        deidentified_by_role,
        checked_by_role,
        was_checked_on as checked_on,
        coalesce(checked_by_role, '') <> '' and was_checked_on is not null as is_checked_by_sender,
        {{ words_state("words") }} as words_state,
        -- Whoever takes consent back is no longer quoted, in a mart as little as in print.
        case when is_consented then {{ checked_words("words") }} end as words
    from quotes
)

select * from described
