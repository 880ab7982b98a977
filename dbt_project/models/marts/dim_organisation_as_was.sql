{{ config(materialized="view") }}
-- Join on the code and on a day between valid_from and valid_to: what was done then stands under the ICB of then.
with

versions as (
    select * from {{ ref("dim_organisation_version") }}
),

as_was as (
    select
        organisation_id,
        organisation_code,
        organisation_name,
        organisation_kind,
        icb_code,
        icb_name,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from versions
)

select * from as_was
