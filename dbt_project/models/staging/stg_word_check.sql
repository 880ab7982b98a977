with

word_checks as (
    select
        word_checks.words_sha256,
        word_checks.checked_by_role,
        word_checks.checked_on
    from {{ source("audit", "word_checks") }} as word_checks
)

select * from word_checks
