with

responses as (
    select * from {{ ref("stg_feedback_response") }}
),

described as (
    select
        {{ sender_key("response_id") }} as response_key,
        provider_code as organisation_code,
        icb_code,
        response_id,
        received_on,
        {{ month_start("received_on") }} as month_start_on,
        {{ financial_quarter("received_on") }} as quarter_id,
        coalesce(received_on <= {{ as_of_on() }}, false) as is_counted,
        {{ sender_key("service_id") }} as service_key,
        service_id,
        question_version,
        rating_code,
        coalesce(rating_code in ('very_good', 'good'), false) as is_positive,
        coalesce(rating_code in ('poor', 'very_poor'), false) as is_negative,
        -- The question changed in April 2020: answers to the old one are kept and compared with nothing.
        coalesce(question_version = 'fft_2020' and rating_code is not null and rating_code <> 'unmapped', false)
            as is_comparable,
        channel,
        respondent_kind,
        theme_codes,
        theme_source,
        may_quote
    from responses
)

select * from described
