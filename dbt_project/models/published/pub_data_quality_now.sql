with

quality as (
    select
        *,
        case
            when record in ('incident', 'restrictive_intervention', 'complaint') then 'people' else 'things'
        end as disclosure_class
    from {{ ref("mart_data_quality") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

-- How many rows were read of a record of events is how many events there were.
hidden as (
    select
        quality.*,
        organisations.organisation_name,
        {{ is_small("quality.rows_read", "quality.disclosure_class") }}
        or {{ is_small("quality.rows_accepted", "quality.disclosure_class") }} as is_hidden
    from quality
    inner join organisations on quality.organisation_code = organisations.organisation_code
),

printable as (
    select
        icb_code,
        organisation_code,
        organisation_name,
        record,
        rule,
        kind,
        severity,
        files_received::integer as files_received,
        {{ shown_count("rows_read", "disclosure_class") }}::integer as rows_read,
        {{ shown_count("rows_accepted", "disclosure_class") }}::integer as rows_accepted,
        rows_failed::integer as rows_set_aside
    from hidden
)

select * from printable
