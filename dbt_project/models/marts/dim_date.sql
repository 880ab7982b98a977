with

bank_holidays as (
    select * from {{ ref("bank_holidays") }}
),

-- Days without a list of bank holidays would pass for working days: the calendar ends where the list does.
days as (
    select days.day_at::date as date_on
    from generate_series(
        date '2019-01-01',
        (
            select make_date(extract(year from max(bank_holidays.bank_holiday_on))::integer, 12, 31)
            from bank_holidays
        ),
        interval '1 day'
    ) as days (day_at)
),

named_days as (
    select
        days.date_on,
        {{ month_start("days.date_on") }} as month_start_on,
        ({{ month_start("days.date_on") }} + interval '1 month - 1 day')::date as month_end_on,
        {{ financial_quarter("days.date_on") }} as quarter_id,
        date_trunc('quarter', days.date_on)::date as quarter_start_on,
        (date_trunc('quarter', days.date_on) + interval '3 months - 1 day')::date as quarter_end_on,
        extract(isodow from days.date_on)::int as iso_weekday,
        bank_holidays.bank_holiday_name,
        extract(isodow from days.date_on) <= 5 and bank_holidays.bank_holiday_on is null as is_working_day
    from days
    left join bank_holidays on days.date_on = bank_holidays.bank_holiday_on
),

-- A running count, so that working days between two dates are a subtraction.
numbered_days as (
    select
        date_on,
        month_start_on,
        month_end_on,
        to_char(date_on, 'YYYYMMDD')::integer as date_key,
        to_char(date_on, 'FMDay') as day_name,
        to_char(date_on, 'YYYY-MM') as month_id,
        to_char(date_on, 'FMMonth') as month_name,
        to_char(date_on, 'FMMonth YYYY') as month_label,
        extract(month from date_on)::integer as month_number,
        (extract(month from date_on)::integer + 8) % 12 + 1 as financial_month_number,
        extract(year from date_on)::integer as calendar_year,
        left(quarter_id, 7) as financial_year_id,
        right(quarter_id, 1)::integer as financial_quarter_number,
        quarter_id,
        quarter_start_on,
        quarter_end_on,
        dense_rank() over (order by quarter_start_on desc)
        - (
            select count(distinct date_trunc('quarter', later.date_on))
            from days as later
            where date_trunc('quarter', later.date_on) > date_trunc('quarter', {{ as_of_on() }})
        ) - 1 as quarters_ago,
        dense_rank() over (order by month_start_on desc)
        - (
            select count(distinct {{ month_start("later.date_on") }})
            from days as later
            where {{ month_start("later.date_on") }} > {{ month_start(as_of_on()) }}
        ) - 1 as months_ago,
        iso_weekday,
        bank_holiday_name,
        bank_holiday_name is not null as is_bank_holiday,
        is_working_day,
        count(*) filter (where is_working_day) over (order by date_on) as working_day_number
    from named_days
)

select * from numbered_days
