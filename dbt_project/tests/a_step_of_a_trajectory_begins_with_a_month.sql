-- A chart has one point a month, and one target for it.
select *
from {{ ref("trajectories") }}
where from_on <> {{ month_start("from_on") }}
