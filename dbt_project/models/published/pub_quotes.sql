with

quotes as (
    {{ with_editions("pub_quotes") }}
),

quote_words as (
    select * from {{ ref("pub_quote_words") }}
),

-- Words that were changed since are other words, and nobody agreed to these in that edition.
readable as (
    select
        quotes.*,
        quote_words.words,
        case when quote_words.words is null then 'taken_back' else 'checked' end as words_state
    from quotes
    left join quote_words
        on
            quotes.organisation_code = quote_words.organisation_code
            and quotes.quote_id = quote_words.quote_id
            and quotes.words_sha256 = quote_words.words_sha256
)

select * from readable
