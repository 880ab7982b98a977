-- Upheld, partially and not upheld make the resolved; brought forward, new and resolved make the carried forward; every
-- new complaint has one age and one complainant. A return that does not add up is a finding for its sender.
{{ config(severity = "warn") }}

{% set items = [
    "complaints_total_brought_forward", "complaints_total_new", "complaints_total_resolved",
    "complaints_total_carried_forward", "complaints_number_upheld", "complaints_number_partially_upheld",
    "complaints_number_not_upheld", "age_total", "status_total",
] %}

with

returns as (
    select
        organisation_code,
        site_code,
        period_start_on,
        period_end_on,
        {%- for item in items %}
        max(counted) filter (where item_code = '{{ item }}') as {{ item }},
        {%- endfor %}
        count(*) as item_count
    from {{ ref("fct_complaint_counts") }}
    group by organisation_code, site_code, period_start_on, period_end_on
),

not_adding_up as (
    select *
    from returns
    where
        complaints_number_upheld + complaints_number_partially_upheld + complaints_number_not_upheld
        <> complaints_total_resolved
        or complaints_total_brought_forward + complaints_total_new - complaints_total_resolved
        <> complaints_total_carried_forward
        or age_total <> complaints_total_new
        or status_total <> complaints_total_new
)

select * from not_adding_up
