-- A measure of days that the chain is not timed for would be without evidence for everybody, and nobody would say so.
select measure_code
from {{ ref("measures") }}
where
    family = 'told_back'
    and measure_code not in (
        {%- for days in chain_horizons() %}
        'told_back_within_{{ days }}_days'{{ "," if not loop.last }}
        {%- endfor %}
    )
