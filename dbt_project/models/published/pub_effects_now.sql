with

effects as (
    select * from {{ ref("printable_effects") }}
),

measures as (
    select * from {{ ref("measures") }}
),

printable as (
    select
        effects.icb_code,
        effects.organisation_code,
        effects.change_id,
        effects.service_id,
        effects.measure_code,
        coalesce(measures.plain_name, effects.measure_code) as plain_name,
        effects.implemented_on,
        case when effects.reason_code <> 'no_series' then effects.series_id end as series_id,
        effects.verdict,
        case effects.verdict
            when 'improved' then 'Better since'
            when 'worsened' then 'Worse since'
            when 'no_signal' then 'No sign of a difference'
            when 'too_early' then 'Too early to say'
            else 'Cannot be told'
        end as verdict_label,
        effects.reason_code,
        case effects.reason_code
            when 'signal'
                then
                    'Since the change the measure has been '
                    || case effects.verdict when 'improved' then 'better' else 'worse' end
                    || ' than before it, more than chance would bring.'
                    || ' This is associated with the change, not shown to be caused by it.'
            when 'no_signal' then 'Since the change the measure has moved no more than chance would bring.'
            when 'too_few_months_after' then 'Fewer than seven months have passed since the change.'
            when
                'too_few_months_before'
                then 'There are fewer than twelve months from before the change to compare with.'
            when 'months_missing_before' then 'Too many of the months before the change were not received.'
            when 'months_missing_after' then 'Too many of the months since the change were not received.'
            when 'counting_changed'
                then 'The way of counting changed too near the change: before and after cannot be compared.'
            when 'yearly_cycle' then 'The measure moved as it does at this time of every year.'
            when
                'change_before_decision'
                then 'The change was in use before the decision that is said to have led to it.'
            when 'no_decision' then 'No decision is recorded behind the change.'
            when 'no_series' then 'There are no monthly figures for this measure.'
            else 'This measure has no better or worse.'
        end as verdict_words,
        effects.is_printable as has_interval
    from effects
    left join measures on effects.measure_code = measures.measure_code
)

select * from printable
