{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- The effects of changes, worked out anew from rounded counts for print; the verdict is that of the true ones.
with

effects as (
    select * from {{ ref("mart_change_effects") }}
),

measures as (
    select * from {{ ref("measures") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

limits as (
    select value as events_at_least
    from {{ ref("thresholds") }}
    where threshold_id = 'effect_events_at_least'
),

rounded as (
    select
        effects.*,
        measures.disclosure_class,
        case measures.disclosure_class
            when 'things' then effects.after_numerator else {{ rounded_count("effects.after_numerator") }}
        end as shown_after_numerator,
        case measures.denominator_class
            when 'things' then effects.after_denominator else {{ rounded_count("effects.after_denominator") }}
        end as shown_after_denominator,
        case measures.disclosure_class
            when 'things' then effects.baseline_numerator else {{ rounded_count("effects.baseline_numerator") }}
        end as shown_baseline_numerator,
        case measures.denominator_class
            when 'things' then effects.baseline_denominator else {{ rounded_count("effects.baseline_denominator") }}
        end as shown_baseline_denominator,
        effects.verdict in ('improved', 'worsened', 'no_signal')
        and least(effects.after_numerator, effects.baseline_numerator) >= limits.events_at_least as is_printable
    from effects
    inner join organisations on effects.organisation_code = organisations.organisation_code
    cross join limits
    left join measures on effects.measure_code = measures.measure_code
),

measured as (
    select
        *,
        {{ pooled_ratio(
            "shown_after_numerator", "shown_after_denominator", "shown_baseline_numerator", "shown_baseline_denominator"
        ) }} as shown_ratio,
        {{ log_spread(
            "shown_after_numerator", "shown_after_denominator",
            "shown_baseline_numerator", "shown_baseline_denominator", "is_share"
        ) }} as shown_log_spread
    from rounded
),

printable as (
    select
        measured.*,
        case when is_printable then shown_ratio end as value,
        case when is_printable then shown_ratio * exp(-shown_log_spread) end as value_lower,
        case when is_printable then shown_ratio * exp(shown_log_spread) end as value_upper
    from measured
)

select * from printable
