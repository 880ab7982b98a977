with

expected as (
    select
        *,
        lead(period_end_on) over (
            partition by provider_code, feed
            order by period_start_on
        ) as next_period_end_on
    from {{ ref("stg_expected_delivery") }}
),

deliveries as (
    select *
    from {{ ref("stg_delivery") }}
    -- A load still on its way has no verdict to show.
    where state in ('accepted', 'refused', 'held', 'withdrawn')
),

matched as (
    select
        expected.provider_code,
        expected.feed,
        expected.period_start_on,
        expected.period_end_on,
        deliveries.load_id,
        deliveries.submitted_on,
        deliveries.state,
        -- A workbook may say nil on one sheet and hold rows on the next: that is no nil return.
        deliveries.is_nil_return and deliveries.rows_landed = 0 as is_nil_return,
        deliveries.is_standing,
        deliveries.has_stood
    from expected
    inner join deliveries
        on
            expected.provider_code = deliveries.provider_code
            and expected.feed = deliveries.feed
            and (
                (
                    expected.period_start_on = deliveries.period_start_on
                    and expected.period_end_on = deliveries.period_end_on
                )
                -- A register without a period answers for the last period that had ended when it was sent.
                or (
                    deliveries.period_end_on is null
                    and expected.period_end_on < deliveries.submitted_on
                    and (expected.next_period_end_on is null or expected.next_period_end_on >= deliveries.submitted_on)
                )
            )
)

select * from matched
