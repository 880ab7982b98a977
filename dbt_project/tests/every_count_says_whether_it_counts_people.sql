-- A measure, a figure or a record that nobody has classed is hidden and rounded as people: safe, and still a fault.
with

classes as (
    select
        subject_kind,
        code
    from {{ ref("disclosure_classes") }}
    union all
    select
        'figure' as subject_kind,
        measure_code as code
    from {{ ref("measures") }}
    where disclosure_class is not null and denominator_class is not null
),

counted as (
    select distinct
        'figure' as subject_kind,
        measure_code as code
    from {{ ref("mart_figures") }}
    union
    select
        'figure' as subject_kind,
        measure_code as code
    from {{ ref("fct_measures") }}
    union
    select
        'figure' as subject_kind,
        measure_code as code
    from {{ ref("mart_change_effects") }}
    union
    select
        'record' as subject_kind,
        record as code
    from {{ ref("mart_data_quality") }}
)

select counted.*
from counted
left join classes on counted.subject_kind = classes.subject_kind and counted.code = classes.code
where classes.code is null
