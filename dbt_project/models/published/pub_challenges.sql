with

recorded as (
    {{ with_editions("pub_challenges") }}
),

standing as (
    {{ standing_entries() }}
),

-- The edition that readers held before: what it printed without a reply is printed again.
formers as (
    select
        editions.edition_id,
        editions.icb_code,
        former.edition_id as former_edition_id
    from audit.editions as editions
    cross join lateral (
        select earlier.edition_id
        from audit.editions as earlier
        where
            earlier.icb_code = editions.icb_code
            and earlier.quarter_id < editions.quarter_id
            and earlier.state in ('published', 'corrected')
        order by earlier.quarter_id desc, earlier.edition_number desc
        limit 1
    ) as former
),

entered as (
    select * from standing
    where kind = 'comment'
    union all
    select
        formers.edition_id,
        formers.icb_code,
        standing.entry_id,
        standing.entered_into,
        standing.kind,
        standing.party,
        standing.words,
        standing.answers_to,
        standing.by_role,
        standing.entered_on
    from formers
    inner join standing on formers.former_edition_id = standing.edition_id and standing.kind = 'comment'
    where
        not exists (
            select 1
            from standing as answered
            where
                answered.edition_id = formers.former_edition_id
                and answered.kind = 'reply'
                and answered.answers_to = standing.entry_id::text
        )
),

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
    select
        edition_rows.edition_id,
        edition_rows.row ->> 'organisation_code' as organisation_code,
        edition_rows.row ->> 'organisation_name' as organisation_name
    from audit.edition_rows as edition_rows
    where edition_rows.relation = 'pub_organisations'
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
        coalesce(recorded.reply, replies.words) as reply,
        case when replies.words is null then recorded.reply_words_state else 'as_entered' end as reply_words_state,
        replies.by_role as replied_by_role,
        coalesce(recorded.replied_on, replies.entered_on) as replied_on,
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
