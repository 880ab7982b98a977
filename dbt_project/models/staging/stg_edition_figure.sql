with

figures as (
    select
        frozen.edition_id,
        frozen.row ->> 'figure_id' as figure_id,
        frozen.row ->> 'measure_code' as measure_code,
        frozen.row ->> 'statistic' as statistic,
        replace(frozen.row ->> 'figure_id', '.' || (frozen.row ->> 'statistic') || '/', '/') as told_of,
        (frozen.row ->> 'value')::double precision as value,
        frozen.row ->> 'value_state' as value_state,
        frozen.row ->> 'disclosure_class' as disclosure_class
    from {{ source("audit", "edition_rows") }} as frozen
    where frozen.relation = 'pub_figures'
)

select * from figures
