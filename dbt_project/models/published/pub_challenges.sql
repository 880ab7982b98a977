with

recorded as (
    {{ with_editions("pub_challenges") }}
),

standing as (
    {{ standing_entries(of_every_quarter=true) }}
),

-- The edition that readers held when this one was signed off: what it printed without a reply is printed again.
formers as (
    select
        editions.edition_id,
        former.quarter_id as former_quarter_id,
        former.edition_number as former_number
    from audit.editions as editions
    cross join lateral (
        {{ held_before("editions") }}
    ) as former
),

entered as (
    select standing.*
    from standing
    left join formers on standing.edition_id = formers.edition_id
    where
        standing.kind = 'comment'
        and (
            standing.entered_into_quarter_id = standing.quarter_id
            or (
                standing.entered_into_quarter_id = formers.former_quarter_id
                and standing.entered_into_number <= formers.former_number
                and not exists (
                    select 1
                    from standing as answered
                    where
                        answered.edition_id = standing.edition_id
                        and answered.kind = 'reply'
                        and answered.answers_to = standing.entry_id::text
                        and answered.entered_into_quarter_id < answered.quarter_id
                )
            )
        )
),

-- A register sends a comment quarter after quarter: what it was answered in an earlier edition stays its answer.
replies as (
    select distinct on (edition_id, answers_to) *
    from standing
    where kind = 'reply'
    order by
        edition_id asc,
        answers_to asc,
        entry_id desc
),

organisations as (
    {{ frozen_organisations() }}
),

every_comment as (
    select
        recorded.edition_id,
        recorded.icb_code,
        recorded.challenge_id,
        recorded.about_edition_id,
        recorded.raised_by_kind,
        recorded.raised_by_name,
        recorded.raised_by_role,
        recorded.raised_on,
        recorded.about_figure_id,
        recorded.comment,
        recorded.comment_words_state,
        -- The words, the role and the day of one reply: the newest that was entered, else the register's.
        coalesce(replies.words, recorded.reply) as reply,
        case when replies.words is null then recorded.reply_words_state else 'as_entered' end as reply_words_state,
        replies.by_role as replied_by_role,
        coalesce(replies.entered_on, recorded.replied_on) as replied_on,
        recorded.outcome,
        recorded.outcome_label,
        recorded.promised_action_id
    from recorded
    left join replies
        on recorded.edition_id = replies.edition_id and recorded.challenge_id = replies.answers_to
    union all
    select
        entered.edition_id,
        entered.icb_code,
        entered.entry_id::text as challenge_id,
        entered.entered_into as about_edition_id,
        case entered.party when 'network' then 'network' else 'provider' end as raised_by_kind,
        organisations.organisation_name as raised_by_name,
        entered.by_role as raised_by_role,
        entered.entered_on as raised_on,
        null::text as about_figure_id,
        entered.words as comment,
        'as_entered' as comment_words_state,
        replies.words as reply,
        case when replies.words is null then 'none' else 'as_entered' end as reply_words_state,
        replies.by_role as replied_by_role,
        replies.entered_on as replied_on,
        null::text as outcome,
        null::text as outcome_label,
        null::text as promised_action_id
    from entered
    left join replies
        on entered.edition_id = replies.edition_id and entered.entry_id::text = replies.answers_to
    left join organisations
        on entered.entered_into = organisations.edition_id and entered.party = organisations.organisation_code
)

select * from every_comment
