-- Where neither direction is better, where there is no chart, or in another unit than the chart's, a target says
-- nothing; and a service without its organisation is nobody's.
select
    trajectories.measure_code,
    trajectories.from_on
from {{ ref("trajectories") }} as trajectories
left join {{ ref("measures") }} as measures on trajectories.measure_code = measures.measure_code
where
    measures.is_charted is not true
    or measures.direction not in ('increase', 'decrease')
    or measures.unit <> trajectories.unit
    or (trajectories.organisation_code is null and trajectories.service_id is not null)
