with

findings as (
    select * from {{ ref("mart_findings") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
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
        end as finding_words
    from findings
    inner join organisations on findings.organisation_code = organisations.organisation_code
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
