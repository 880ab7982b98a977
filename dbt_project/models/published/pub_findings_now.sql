with

findings as (
    select * from {{ ref("mart_findings") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

-- A piece of work: the step of the ladder that it is said to stand on, and the one that its records show.
steps as (
    select
        activities.organisation_code,
        activities.activity_id,
        {{ code_label("tlap_ladder_7", "activity_steps.step_claimed") }} as claimed_label,
        {{ code_label("tlap_ladder_7", "activity_steps.step_shown") }} as shown_label,
        activity_steps.held_by
    from {{ ref("fct_activity_steps") }} as activity_steps
    inner join {{ ref("fct_activities") }} as activities on activity_steps.activity_key = activities.activity_key
    where activity_steps.quarter_id = '{{ var("report_quarter") }}'
),

worded as (
    select
        findings.*,
        organisations.organisation_name,
        case
            when findings.kind = 'declined_without_reason' then 'Refused without a reason'
            when findings.kind = 'reason_given_later' then 'Refused without a reason, and put right'
            when findings.kind like 'waiting_over%' then 'Waiting too long to hear'
            when findings.kind = 'change_overdue_original' then 'Past the first date promised'
            when findings.kind = 'worsened_after_change' then 'Worse since a change'
            when findings.kind = 'worsening' then 'Getting worse'
            when findings.kind = 'return_missing' then 'Return not received'
            when findings.kind = 'return_late_repeatedly' then 'Returns late again and again'
            when findings.kind = 'change_before_decision' then 'Made before it was decided'
            when findings.kind = 'told_back_disputed' then 'Told, says the register; not told, say members'
            when findings.kind = 'claimed_above_records' then 'Claimed to be more than the records show'
        end as kind_label,
        case
            when findings.kind = 'declined_without_reason'
                then 'Something people said was refused or put off, and no reason was given in code and in words.'
            when findings.kind = 'reason_given_later'
                then 'Something was refused or put off without a reason; a later decision gave one or accepted it.'
            when findings.kind like 'waiting_over%'
                then 'People wanted a reply and have not been told what became of what they said.'
            when findings.kind = 'change_overdue_original'
                then 'A change was not made by the first date promised and is not made yet.'
            when findings.kind = 'worsened_after_change'
                then
                    'A measure that a change named has become worse since.'
                    || ' That is associated with the change, not shown to be caused by it.'
            when findings.kind = 'worsening'
                then 'The latest month is part of a signal that a measure is getting worse.'
            when findings.kind = 'return_missing'
                then 'A return was due and no file of it was accepted. What it would have shown is not known.'
            when findings.kind = 'return_late_repeatedly'
                then 'Returns of this kind came late more often than is allowed for.'
            when findings.kind = 'change_before_decision'
                then
                    'A change was in use before the decision that is said to have led to it.'
                    || ' So it does not count as influence.'
            when findings.kind = 'told_back_disputed'
                then
                    'The register says that people were told what became of what they said.'
                    || ' Fewer than half of the members whom their network asked say so.'
                    || ' Which of the two is right is not known.'
            when findings.kind = 'claimed_above_records'
                then
                    'On the ladder of participation a piece of work is said to stand at ' || lower(steps.claimed_label)
                    || '. Its records show ' || lower(steps.shown_label) || ', going by '
                    || case steps.held_by
                        when 'decision_rights' then 'who decides'
                        when 'votes' then 'the votes that people with lived experience hold where it is decided'
                        when 'sessions' then 'whether people with lived experience were at its sessions'
                        when 'stages' then 'the stages at which people met about it'
                        when 'reasons' then 'how much of what was said about it was answered with a reason'
                    end
                    || '.'
        end as finding_words
    from findings
    inner join organisations on findings.organisation_code = organisations.organisation_code
    left join steps
        on
            findings.subject_kind = 'activity'
            and findings.organisation_code = steps.organisation_code
            and findings.subject_id = steps.activity_id
),

printable as (
    select
        finding_id,
        kind,
        kind_label,
        severity,
        icb_code,
        organisation_code,
        organisation_name,
        service_id,
        measure_code,
        subject_kind,
        subject_id,
        since_on,
        finding_words
    from worded
)

select * from printable
