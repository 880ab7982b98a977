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

registers as (
    select load_id
    from {{ ref("stg_load_record") }}
    group by load_id
    having bool_and(delivers = 'snapshot')
),

deliveries as (
    select
        deliveries.load_id,
        deliveries.provider_code,
        deliveries.feed,
        deliveries.period_start_on,
        deliveries.period_end_on,
        deliveries.submitted_at,
        deliveries.submitted_on,
        deliveries.declared_version,
        deliveries.file_sha256,
        deliveries.state,
        deliveries.is_nil_return,
        deliveries.rows_landed,
        deliveries.has_stood,
        registers.load_id is not null as is_register,
        -- The next register replaces this one's rows; that it was sent stays true.
        deliveries.is_standing
        or (registers.load_id is not null and deliveries.has_stood and deliveries.state = 'accepted') as is_standing
    from {{ ref("stg_delivery") }} as deliveries
    left join registers on deliveries.load_id = registers.load_id
    -- A load still on its way has no verdict to show.
    where deliveries.state in ('accepted', 'refused', 'held', 'withdrawn')
),

-- What really came for each period, other than by being sent again.
counting as (
    select distinct
        provider_code,
        feed,
        period_end_on
    from deliveries
    where is_standing
),

-- A register in which nothing changed has the bytes of the one before, and so have two months of which each is said to
-- hold nothing: it is one load, sent for several periods.
sent_again as (
    select
        deliveries.load_id,
        deliveries.provider_code,
        deliveries.feed,
        sightings.period_start_on,
        sightings.period_end_on,
        deliveries.submitted_at,
        sightings.submitted_on,
        deliveries.declared_version,
        deliveries.file_sha256,
        deliveries.state,
        deliveries.is_nil_return,
        deliveries.rows_landed,
        deliveries.has_stood,
        case
            when deliveries.is_register then deliveries.is_standing
            -- That nothing happened stays said of this period though rows replace it in the other,
            -- until rows come here.
            else deliveries.has_stood and deliveries.state = 'accepted' and counting.period_end_on is null
        end as is_standing
    from deliveries
    inner join {{ ref("stg_sighting") }} as sightings
        on
            deliveries.load_id = sightings.load_id
            and deliveries.period_end_on <> sightings.period_end_on
    left join counting
        on
            sightings.provider_code = counting.provider_code
            and sightings.feed = counting.feed
            and sightings.period_end_on = counting.period_end_on
    where deliveries.is_register or (deliveries.is_nil_return and deliveries.rows_landed = 0)
),

answers as (
    select
        load_id,
        provider_code,
        feed,
        period_start_on,
        period_end_on,
        submitted_at,
        submitted_on,
        declared_version,
        file_sha256,
        state,
        is_nil_return,
        rows_landed,
        has_stood,
        is_standing
    from deliveries
    union all
    select
        load_id,
        provider_code,
        feed,
        period_start_on,
        period_end_on,
        submitted_at,
        submitted_on,
        declared_version,
        file_sha256,
        state,
        is_nil_return,
        rows_landed,
        has_stood,
        is_standing
    from sent_again
),

matched as (
    select
        expected.provider_code,
        expected.feed,
        expected.period_start_on,
        expected.period_end_on,
        answers.load_id,
        answers.submitted_at,
        answers.submitted_on,
        answers.declared_version,
        answers.file_sha256,
        answers.state,
        -- A workbook may say nil on one sheet and hold rows on the next: that is no nil return.
        answers.is_nil_return and answers.rows_landed = 0 as is_nil_return,
        answers.is_standing,
        answers.has_stood
    from expected
    inner join answers
        on
            expected.provider_code = answers.provider_code
            and expected.feed = answers.feed
            and (
                (
                    expected.period_start_on = answers.period_start_on
                    and expected.period_end_on = answers.period_end_on
                )
                -- A register without a period answers for the last period that had ended when it was sent.
                or (
                    answers.period_end_on is null
                    and expected.period_end_on < answers.submitted_on
                    and (expected.next_period_end_on is null or expected.next_period_end_on >= answers.submitted_on)
                )
            )
)

select * from matched
