{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What groups of people with lived experience have to stand on: purpose, terms, rules, a briefing, votes and a seat.
-- A register holds what is so now: it tells nothing of an older quarter, nor of one that it was not sent for.
with

involvement_groups as (
    select * from {{ ref("dim_group") }}
    where is_known
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held
),

activities as (
    select * from {{ ref("fct_activities") }}
),

inputs as (
    select * from {{ ref("fct_inputs") }}
),

limits as (
    select
        max(value) filter (where threshold_id = 'diversity_plan_reviewed_within')::integer as plan_reviewed_within,
        max(value) filter (where threshold_id = 'tor_reviewed_within')::integer as terms_reviewed_within
    from {{ ref("thresholds") }}
),

spoken_for as (
    select * from {{ ref("int_quarters__spoken_for") }}
    where record = 'involvement_group' and is_newest
),

active as (
    select
        involvement_groups.*,
        spoken_for.quarter_id,
        spoken_for.period_end_on
    from involvement_groups
    inner join spoken_for
        on
            involvement_groups.organisation_code = spoken_for.organisation_code
            and coalesce(involvement_groups.started_on, spoken_for.period_end_on) <= spoken_for.period_end_on
            and coalesce(involvement_groups.ended_on, 'infinity') > spoken_for.period_end_on
),

-- What was agreed or reviewed after the quarter's end hides the day before it, so it counts.
documents as (
    select
        document.measure_code,
        active.organisation_code,
        active.quarter_id,
        document.is_told,
        coalesce(document.is_so, false)::integer as numerator,
        1 as denominator
    from active
    cross join limits
    cross join
        lateral (
            values
            ('groups_with_purpose', btrim(active.purpose) <> '', btrim(active.purpose) <> ''),
            ('terms_agreed', btrim(active.agreed_term) <> '', btrim(active.agreed_term) <> ''),
            ('ground_rules', active.ground_rules_on is not null, active.ground_rules_on <= {{ as_of_on() }}),
            (
                'respect_agreements', active.respect_agreement_on is not null,
                active.respect_agreement_on <= {{ as_of_on() }}
            ),
            (
                'conflict_agreements', active.conflict_agreement_on is not null,
                active.conflict_agreement_on <= {{ as_of_on() }}
            ),
            (
                'diversity_plan_in_date', active.diversity_plan_reviewed_on is not null,
                active.diversity_plan_reviewed_on
                between active.period_end_on - make_interval(months => limits.plan_reviewed_within)
                and {{ as_of_on() }}
            ),
            (
                'tor_in_date', active.tor_reviewed_on is not null,
                active.tor_reviewed_on
                between active.period_end_on - make_interval(months => limits.terms_reviewed_within)
                and {{ as_of_on() }}
            )
        ) as document (measure_code, is_told, is_so)
),

criteria as (
    select
        'membership_criteria' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        {{ yes_or_no("has_membership_criteria") }} as numerator,
        1 as denominator
    from active
),

-- A group of people with lived experience alone holds all its own votes: one counts where decisions are made. A group
-- whose kind is not known may be such a place.
deciding as (
    select * from active
    where group_kind in ('decision_forum', 'board', 'not_known')
),

seats as (
    select
        'voting_seats' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when group_kind <> 'not_known' and voting_seat_count is not null then lived_experience_vote_count end
            as numerator,
        voting_seat_count as denominator
    from deciding
),

placed as (
    select
        *,
        case
            when governance_level in ('team', 'service', 'provider', 'place', 'system') and group_kind <> 'not_known'
                then governance_level
        end as known_level
    from deciding
),

levels as (
    select
        'governance_levels' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case when known_level is not null then bool_or(lived_experience_member_count > 0)::integer end as numerator,
        1 as denominator
    from placed
    group by organisation_code, quarter_id, known_level
),

boards as (
    select
        'key_boards_with_member' as measure_code,
        organisation_code,
        quarter_id,
        true as is_told,
        case is_key_board when 'yes' then (lived_experience_member_count > 0)::integer when 'no' then 0 end
            as numerator,
        case when is_key_board = 'yes' then 1 else 0 end as denominator
    from active
),

briefings as (
    select
        group_key,
        min(held_on) as first_briefed_on
    from sessions
    where is_briefing = 'yes'
    group by group_key
),

-- A sender that never says which meeting was a briefing has not told that there was none.
telling_briefings as (
    select distinct organisation_code
    from sessions
    where is_briefing in ('yes', 'no')
),

-- A group recommends at its meetings, or together about its work; what one person says elsewhere is not the group's.
recommended as (
    select
        coalesce(sessions.group_key, activities.group_key) as group_key,
        min(inputs.received_on) as first_recommended_on
    from inputs
    left join sessions on inputs.session_key = sessions.session_key
    left join activities on inputs.activity_key = activities.activity_key and inputs.given_by_kind = 'group'
    group by coalesce(sessions.group_key, activities.group_key)
),

briefed as (
    select
        'groups_briefed' as measure_code,
        active.organisation_code,
        active.quarter_id,
        telling_briefings.organisation_code is not null as is_told,
        coalesce(briefings.first_briefed_on <= recommended.first_recommended_on, false)::integer as numerator,
        1 as denominator
    from active
    inner join recommended
        on active.group_key = recommended.group_key and active.period_end_on >= recommended.first_recommended_on
    left join briefings on active.group_key = briefings.group_key
    left join telling_briefings on active.organisation_code = telling_briefings.organisation_code
),

every_row as (
    select * from documents
    union all
    select * from criteria
    union all
    select * from seats
    union all
    select * from levels
    union all
    select * from boards
    union all
    select * from briefed
),

counted_by_quarter as (
    {{ counted_by_quarter("every_row") }}
)

select * from counted_by_quarter
