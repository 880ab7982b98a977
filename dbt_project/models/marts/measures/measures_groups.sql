{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- What groups of people with lived experience have to stand on: purpose, terms, rules, a briefing, votes and a seat.
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

thresholds as (
    select * from {{ ref("thresholds") }}
),

registers as (
    select * from {{ ref("evidence_received") }}
    where record = 'involvement_group'
),

quarters as (
    select
        *,
        max(period_end_on) over () as newest_end_on
    from {{ ref("measured_quarters") }}
),

-- A register holds what is so now: of an older quarter, or of one that it was not sent for, it says nothing.
spoken_for as (
    select distinct
        registers.organisation_code,
        quarters.quarter_id
    from registers
    inner join quarters
        on
            registers.known_from_on <= quarters.period_end_on
            and registers.known_to_on >= quarters.period_end_on
            and quarters.period_end_on = quarters.newest_end_on
),

active as (
    select
        involvement_groups.*,
        quarters.quarter_id,
        quarters.period_end_on,
        spoken_for.quarter_id is not null as is_spoken_for
    from involvement_groups
    inner join quarters
        on
            coalesce(involvement_groups.started_on, quarters.period_end_on) <= quarters.period_end_on
            and coalesce(involvement_groups.ended_on, 'infinity') > quarters.period_end_on
    left join spoken_for
        on
            involvement_groups.organisation_code = spoken_for.organisation_code
            and quarters.quarter_id = spoken_for.quarter_id
),

-- What was agreed or reviewed after the quarter's end hides the day before it, so it counts, as it does for terms of
-- reference.
documents as (
    select
        document.measure_code,
        active.organisation_code,
        active.quarter_id,
        active.is_spoken_for and document.is_told as is_told,
        coalesce(document.is_so, false)::integer as numerator,
        1 as denominator
    from active
    inner join thresholds on thresholds.threshold_id = 'diversity_plan_reviewed_within'
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
                between active.period_end_on - make_interval(months => thresholds.value::integer)
                and {{ as_of_on() }}
            )
        ) as document (measure_code, is_told, is_so)
),

criteria as (
    select
        'membership_criteria' as measure_code,
        organisation_code,
        quarter_id,
        is_spoken_for as is_told,
        (has_membership_criteria = 'yes')::integer as numerator,
        1 as denominator
    from active
    where has_membership_criteria in ('yes', 'no')
),

-- A group of people with lived experience alone holds all its own votes: one counts where decisions are made.
deciding as (
    select * from active
    where group_kind in ('decision_forum', 'board')
),

seats as (
    select
        'voting_seats' as measure_code,
        organisation_code,
        quarter_id,
        is_spoken_for as is_told,
        lived_experience_vote_count as numerator,
        voting_seat_count as denominator
    from deciding
    where lived_experience_vote_count is not null and voting_seat_count is not null
),

levels as (
    select
        'governance_levels' as measure_code,
        organisation_code,
        quarter_id,
        is_spoken_for as is_told,
        bool_or(lived_experience_member_count > 0)::integer as numerator,
        1 as denominator
    from deciding
    -- Where the register does not speak for a quarter, the levels an organisation declares may.
    where
        is_spoken_for
        and governance_level in ('team', 'service', 'provider', 'place', 'system')
        and lived_experience_member_count is not null
    group by organisation_code, quarter_id, is_spoken_for, governance_level
),

boards as (
    select
        'key_boards_with_member' as measure_code,
        organisation_code,
        quarter_id,
        is_spoken_for as is_told,
        (lived_experience_member_count > 0)::integer as numerator,
        1 as denominator
    from active
    where is_key_board = 'yes' and lived_experience_member_count is not null
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
        active.is_spoken_for and telling_briefings.organisation_code is not null as is_told,
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

-- A column that none of a sender's groups fills is one it does not keep: that is no evidence, not nought of all groups.
counted_by_quarter as (
    select
        measure_code,
        organisation_code,
        quarter_id,
        case when bool_or(is_told) then sum(numerator) end as numerator,
        case when bool_or(is_told) then sum(denominator) end as denominator
    from every_row
    group by measure_code, organisation_code, quarter_id
)

select * from counted_by_quarter
