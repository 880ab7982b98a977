{{ config(schema="published") }}
-- With which edition that readers hold this build's figures are compared: what a draft freezes beside its restatements.
with

editions as (
    select * from {{ ref("mart_compared_editions") }}
)

select
    icb_code,
    edition_id as compared_with_edition_id
from editions
where state in ('published', 'corrected')
