-- A chart has one point a month: within a month that is counted in two ways there is nowhere to begin anew.
select recalculation_id
from {{ ref("recalculations") }}
where from_on <> {{ month_start("from_on") }}
