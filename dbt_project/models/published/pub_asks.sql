with

standing as (
    {{ standing_entries() }}
)

select
    edition_id,
    icb_code,
    entry_id,
    kind,
    case when kind = 'ask' then row_number() over (partition by edition_id, kind order by entry_id) end as ask_number,
    words,
    by_role as entered_by_role,
    entered_on
from standing
where kind in ('opinion', 'sponsor', 'ask')
