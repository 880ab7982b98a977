with

quality as (
    select
        quality.*,
        coalesce(classes.disclosure_class, 'people') as disclosure_class
    from {{ ref("mart_data_quality") }} as quality
    left join {{ ref("disclosure_classes") }} as classes
        on quality.record = classes.code and classes.subject_kind = 'record'
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

-- How many rows were read of a record of events is how many events there were; how many failed, how many of these.
hidden as (
    select
        quality.*,
        organisations.organisation_name,
        {{ is_small("quality.rows_read", "quality.disclosure_class") }}
        or {{ is_small("quality.rows_accepted", "quality.disclosure_class") }} as is_hidden
    from quality
    inner join organisations on quality.organisation_code = organisations.organisation_code
),

received as (
    select
        *,
        {{ shown_count("rows_read", "disclosure_class") }} as shown_read,
        {{ shown_count("rows_accepted", "disclosure_class") }} as shown_accepted
    from hidden
),

-- Few rows out of many may be hidden while the many are printed rounded, not the other way about.
faulty as (
    select
        received.icb_code,
        received.organisation_code,
        received.organisation_name,
        received.record,
        received.rule,
        received.kind,
        received.severity,
        received.disclosure_class,
        received.files_received,
        received.shown_read,
        received.shown_accepted,
        received.rows_failed,
        received.rows_set_aside,
        coalesce(received.is_hidden, false)
        or coalesce({{ is_small("received.rows_failed", "received.disclosure_class") }}, false)
        or coalesce({{ is_small("received.rows_set_aside", "received.disclosure_class") }}, false) as is_hidden
    from received
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
        disclosure_class,
        files_received::integer as files_received,
        shown_read::integer as rows_read,
        shown_accepted::integer as rows_accepted,
        {{ shown_count("rows_failed", "disclosure_class") }}::integer as rows_failed,
        {{ shown_count("rows_set_aside", "disclosure_class") }}::integer as rows_set_aside
    from faulty
)

select * from printable
