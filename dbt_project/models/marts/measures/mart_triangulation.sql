-- Force, what people say of safety and control, and complaints about restraint, side by side: which way each went since
-- the year before, and whether they agree. Never added up: three signals that disagree are the finding.
with

measured as (
    select * from {{ ref("fct_measures") }}
    where
        measure_code = 'restrictive_interventions'
        and period_kind = 'quarter'
        and level = 'organisation'
        and value_state = 'counted'
),

responses as (
    select * from {{ ref("fct_feedback_responses") }}
    where is_counted
),

complaints as (
    select * from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal'
),

received as (
    select * from {{ ref("int_records__known") }}
    where record = 'complaint'
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

limits as (
    select
        max(value) filter (where threshold_id = 'triangulation_looked_back')::integer as quarters_before,
        max(value) filter (where threshold_id = 'triangulation_counted_at_least') as counted_at_least
    from {{ ref("thresholds") }}
),

said as (
    select
        organisation_code,
        quarter_id,
        -- What only a model has found in an answer is no evidence of it.
        count(*) filter (
            where is_negative and theme_codes && array['safety', 'restraint'] and theme_source is distinct from 'model'
        ) as counted,
        count(*) as out_of
    from responses
    group by organisation_code, quarter_id
),

complained as (
    select
        organisation_code,
        quarter_id,
        count(*) as counted
    from complaints
    where 'restraint' = any(subject_codes)
    group by organisation_code, quarter_id
),

-- The complaints stand over the bed days of those who may be restrained, where the register of complaints was sent.
signals as (
    select
        'force' as signal,
        measured.icb_code,
        measured.organisation_code,
        quarters.period_start_on,
        measured.numerator as counted,
        measured.denominator as out_of
    from measured
    inner join quarters on measured.quarter_id = quarters.quarter_id
    union all
    select
        'feedback' as signal,
        measured.icb_code,
        measured.organisation_code,
        quarters.period_start_on,
        said.counted,
        said.out_of
    from measured
    inner join quarters on measured.quarter_id = quarters.quarter_id
    inner join said on measured.organisation_code = said.organisation_code and measured.quarter_id = said.quarter_id
    union all
    select
        'complaints' as signal,
        measured.icb_code,
        measured.organisation_code,
        quarters.period_start_on,
        coalesce(complained.counted, 0) as counted,
        measured.denominator as out_of
    from measured
    inner join quarters on measured.quarter_id = quarters.quarter_id
    left join complained
        on measured.organisation_code = complained.organisation_code and measured.quarter_id = complained.quarter_id
    where
        exists (
            select 1
            from received
            where
                received.organisation_code = measured.organisation_code
                and received.known_from_on <= quarters.period_end_on
                and received.known_to_on >= quarters.period_end_on
        )
),

-- A whole year is looked back on, so that the season is the same on both sides.
compared as (
    select
        signals.*,
        count(earlier.signal) as quarters_before,
        sum(earlier.counted) as before_counted,
        sum(earlier.out_of) as before_out_of
    from signals
    cross join limits
    left join signals as earlier
        on
            signals.signal = earlier.signal
            and signals.icb_code = earlier.icb_code
            and signals.organisation_code = earlier.organisation_code
            and signals.period_start_on > earlier.period_start_on
            and signals.period_start_on
            <= earlier.period_start_on + make_interval(months => 3 * limits.quarters_before)
    group by
        signals.signal, signals.icb_code, signals.organisation_code, signals.period_start_on, signals.counted,
        signals.out_of
),

bounded as (
    select
        compared.*,
        compared.quarters_before = limits.quarters_before as is_known,
        compared.counted >= limits.counted_at_least
        and compared.before_counted >= limits.counted_at_least as is_enough,
        {{ rate_ratio_limit(
            "compared.counted", "compared.out_of", "compared.before_counted", "compared.before_out_of", "lower"
        ) }} as ratio_lower,
        {{ rate_ratio_limit(
            "compared.counted", "compared.out_of", "compared.before_counted", "compared.before_out_of", "upper"
        ) }} as ratio_upper
    from compared
    cross join limits
),

-- Less of each is better.
directed as (
    select
        *,
        case
            when not is_known then 'not_known'
            when not is_enough then 'too_few_to_say'
            when ratio_upper < 1 then 'better'
            when ratio_lower > 1 then 'worse'
            else 'no_clear_change'
        end as direction
    from bounded
),

side_by_side as (
    select
        measured.icb_code,
        measured.organisation_code,
        measured.quarter_id,
    {%- for signal in ["force", "feedback", "complaints"] %}
    {{ signal }}.counted::bigint as {{ signal }}_count,
    {{ signal }}.out_of::bigint as {{ signal }}_out_of,
    {{ signal }}.before_counted::bigint as {{ signal }}_count_before,
    {{ signal }}.before_out_of::bigint as {{ signal }}_out_of_before,
    coalesce({{ signal }}.direction, 'not_known') as {{ signal }}_direction{{ "," if not loop.last }}
    {%- endfor %}
    from measured
    inner join quarters on measured.quarter_id = quarters.quarter_id
    {%- for signal in ["force", "feedback", "complaints"] %}
    left join directed as {{ signal }}
        on
            measured.organisation_code = {{ signal }}.organisation_code
            and quarters.period_start_on = {{ signal }}.period_start_on
            and {{ signal }}.signal = '{{ signal }}'
    {%- endfor %}
),

judged as (
    select
        side_by_side.*,
        directions.told_count,
        directions.different_count,
        directions.has_opposites
    from side_by_side
    cross join lateral (
        select
            count(*) as told_count,
            count(distinct direction) as different_count,
            bool_or(direction = 'better') and bool_or(direction = 'worse') as has_opposites
        from (
            values
            (side_by_side.force_direction),
            (side_by_side.feedback_direction),
            (side_by_side.complaints_direction)
        ) as each_signal (direction)
        where direction in ('better', 'worse', 'no_clear_change')
    ) as directions
),

flagged as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        force_count,
        force_out_of,
        force_count_before,
        force_out_of_before,
        force_direction,
        feedback_count,
        feedback_out_of,
        feedback_count_before,
        feedback_out_of_before,
        feedback_direction,
        complaints_count,
        complaints_out_of,
        complaints_count_before,
        complaints_out_of_before,
        complaints_direction,
        case
            when told_count < 2 then 'cannot_tell'
            when different_count = 1 then 'agree'
            when has_opposites then 'disagree'
            else 'mixed'
        end as agreement
    from judged
)

select * from flagged
