{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Whether what was heard and measured was learnt from: effects followed, bad results told, themes acted on, quotes read
-- by a second person.
with

changes as (
    select * from {{ ref("fct_changes") }}
),

effects as (
    select * from {{ ref("mart_change_effects") }}
),

tellings as (
    select * from {{ ref("fct_told_back") }}
    where told_what = 'result_not_better' and told_on is not null and coalesce(told_count > 0, true)
),

told_inputs as (
    select * from {{ ref("bridge_input_told_back") }}
),

input_decisions as (
    select * from {{ ref("bridge_input_decisions") }}
),

change_decisions as (
    select * from {{ ref("bridge_decision_changes") }}
),

responses as (
    select * from {{ ref("fct_feedback_responses") }}
    where is_counted and is_negative
),

inputs as (
    select * from {{ ref("fct_inputs") }}
    where is_criticism is distinct from 'no' and received_on <= {{ as_of_on() }}
),

themes as (
    select code
    from {{ ref("code_lists") }}
    where list_name = 'theme' and code <> 'other'
),

actions as (
    select * from {{ ref("fct_actions") }}
),

quotes as (
    select * from {{ ref("fct_quotes") }}
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
),

limits as (
    select
        max(value) filter (where threshold_id = 'effect_months_before')::integer as months_before,
        max(value) filter (where threshold_id = 'effect_months_after')::integer as months_after,
        max(value) filter (where threshold_id = 'negative_themes_looked_at')::integer as most_themes
    from {{ ref("thresholds") }}
),

-- The month in which a change began belongs to neither side of it, unless it began on the first.
followed as (
    select
        changes.change_key,
        changes.organisation_code,
        changes.stopped_on,
        limits.months_before,
        limits.months_after,
        (
            {{ month_start("changes.implemented_on - 1") }} + make_interval(months => 1 + limits.months_after)
        )::date - 1 as followed_to_on
    from changes
    cross join limits
    where changes.implemented_on is not null
),

-- One given up before its effect could be known has none to be measured.
impact_measured as (
    select
        'impact_measured' as measure_code,
        followed.organisation_code,
        {{ financial_quarter("followed.followed_to_on") }} as quarter_id,
        true as is_told,
        (
            exists (
                select 1
                from effects
                where
                    effects.change_key = followed.change_key
                    and effects.baseline_points >= followed.months_before
                    and effects.after_points >= followed.months_after
            )
        )::integer as numerator,
        1 as denominator
    from followed
    where
        followed.followed_to_on < {{ as_of_on() }}
        and coalesce(followed.stopped_on > followed.followed_to_on, true)
),

worsened as (
    select distinct
        change_key,
        organisation_code,
        implemented_on
    from effects
    where verdict = 'worsened'
),

-- A telling that names no change tells of those that its inputs led to.
told_changes as (
    select
        change_key,
        told_on
    from tellings
    where change_key is not null
    union all
    select
        change_decisions.change_key,
        tellings.told_on
    from tellings
    inner join told_inputs on tellings.told_back_key = told_inputs.told_back_key
    inner join input_decisions on told_inputs.input_key = input_decisions.input_key
    inner join change_decisions on input_decisions.decision_key = change_decisions.decision_key
    where tellings.change_key is null
),

-- Effects are judged on all that is known today, so what had worsened by the end of an older quarter is not known.
worsening_told as (
    select
        'worsening_told' as measure_code,
        worsened.organisation_code,
        spoken_for.quarter_id,
        true as is_told,
        (
            exists (
                select 1
                from told_changes
                where
                    told_changes.change_key = worsened.change_key
                    and told_changes.told_on >= worsened.implemented_on
            )
        )::integer as numerator,
        1 as denominator
    from worsened
    inner join spoken_for
        on
            worsened.organisation_code = spoken_for.organisation_code
            and spoken_for.record = 'told_back'
            and spoken_for.is_newest
),

answering as (
    select distinct
        organisation_code,
        quarter_id
    from responses
    where cardinality(theme_codes) > 0
),

-- Feedback enters the register once a theme and quarter: where the answers were sent, they speak for themselves. What
-- may be criticism, and criticism without a theme, names none.
voices as (
    select
        organisation_code,
        quarter_id,
        theme_codes,
        theme_source
    from responses
    union all
    select
        inputs.organisation_code,
        inputs.quarter_id,
        case when inputs.is_criticism = 'yes' then inputs.theme_codes end as theme_codes,
        inputs.theme_source
    from inputs
    left join answering
        on inputs.organisation_code = answering.organisation_code and inputs.quarter_id = answering.quarter_id
    where not coalesce(inputs.source_kind = 'feedback_theme' and answering.quarter_id is not null, false)
),

-- A theme that nobody but a model has found is a place to look, and no evidence.
mentions as (
    select
        voices.organisation_code,
        voices.quarter_id,
        themes.code as theme_code,
        count(*) as mention_count
    from voices
    inner join themes on themes.code = any(voices.theme_codes)
    group by voices.organisation_code, voices.quarter_id, themes.code
    having bool_or(voices.theme_source is distinct from 'model')
),

ranked as (
    select
        *,
        row_number() over (
            partition by organisation_code, quarter_id
            order by mention_count desc, theme_code asc
        ) as theme_number
    from mentions
),

looked_at as (
    select
        ranked.organisation_code,
        ranked.quarter_id,
        ranked.theme_code
    from ranked
    cross join limits
    where ranked.theme_number <= limits.most_themes
    union
    select
        organisation_code,
        quarter_id,
        null as theme_code
    from voices
),

-- An action that was over before the quarter began answers nothing that was said in it. A register of actions that was
-- never sent is no lack of actions, and criticism whose themes are never told is no lack of themes.
themes_acted_on as (
    select
        'negative_themes_with_action' as measure_code,
        looked_at.organisation_code,
        looked_at.quarter_id,
        looked_at.theme_code is not null as is_told,
        (
            exists (
                select 1
                from actions
                where
                    actions.organisation_code = looked_at.organisation_code
                    and looked_at.theme_code = any(actions.theme_codes)
                    and coalesce(actions.done_on >= spoken_for.period_start_on, true)
            )
        )::integer as numerator,
        (looked_at.theme_code is not null)::integer as denominator
    from looked_at
    inner join spoken_for
        on
            looked_at.organisation_code = spoken_for.organisation_code
            and looked_at.quarter_id = spoken_for.quarter_id
            and spoken_for.record = 'action'
),

-- A register holds quotes as they stand: which of them an older quarter held is not known. What was taken back is
-- printed no more and is no fault.
quotes_checked as (
    select
        'quotes_checked' as measure_code,
        quotes.organisation_code,
        spoken_for.quarter_id,
        quotes.consent_on is not null or quotes.checked_on is not null as is_told,
        (quotes.is_consent_in_force and quotes.is_checked_by_sender)::integer as numerator,
        1 as denominator
    from quotes
    inner join spoken_for
        on
            quotes.organisation_code = spoken_for.organisation_code
            and spoken_for.record = 'quote'
            and spoken_for.is_newest
    where quotes.is_consent_in_force or coalesce(quotes.consent_on > {{ as_of_on() }}, true)
),

every_row as (
    select * from impact_measured
    union all
    select * from worsening_told
    union all
    select * from themes_acted_on
    union all
    select * from quotes_checked
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
