-- Quotes that may be printed, without their words: an edition freezes which were quoted, and never what was said.
with

quotes as (
    select * from {{ ref("fct_quotes") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

printable as (
    select
        quotes.icb_code,
        quotes.organisation_code,
        organisations.organisation_name,
        quotes.quote_id,
        quotes.source_kind,
        quotes.polarity,
        encode(sha256(convert_to(quotes.words, 'UTF8')), 'hex') as words_sha256,
        quotes.consent_on,
        quotes.quarter_id
    from quotes
    inner join organisations on quotes.organisation_code = organisations.organisation_code
    where
        quotes.words is not null
        and quotes.is_checked_by_sender
        and coalesce(quotes.deidentified_by_role, '') <> ''
)

select * from printable
