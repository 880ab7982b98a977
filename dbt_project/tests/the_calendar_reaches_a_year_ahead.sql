-- After the last listed year every bank holiday would pass for a working day: list the next years in bank_holidays.csv.
select max(date_on) as last_on
from {{ ref("dim_date") }}
having max(date_on) < ({{ as_of_on() }} + interval '1 year')::date
