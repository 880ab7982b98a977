-- The words of the quotes that may be printed today. Its name does not end in _now, so no edition freezes it: whoever
-- takes consent back is quoted no longer, in old editions as little as in the next.
with

quotable as (
    select * from {{ ref("pub_quotes_now") }}
),

quotes as (
    select * from {{ ref("fct_quotes") }}
),

readable as (
    select
        quotable.icb_code,
        quotable.organisation_code,
        quotable.quote_id,
        quotable.words_sha256,
        quotes.words
    from quotable
    inner join quotes
        on quotable.organisation_code = quotes.organisation_code and quotable.quote_id = quotes.quote_id
)

select * from readable
