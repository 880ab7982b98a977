-- What the network and others said about the report, as their registers sent it: about this quarter's edition, the one
-- of the quarter before, or an older one, if it was said since this quarter began. What is about a later edition waits
-- for it. Who speaks as the network is known by who sent it, not by what a register claims.
with

challenges as (
    select * from {{ ref("fct_challenges") }}
),

organisations as (
    select * from {{ ref("dim_organisation") }}
),

quarter as (
    select distinct
        days.quarter_start_on,
        days_before.quarter_id as quarter_before
    from {{ ref("dim_date") }} as days
    inner join {{ ref("dim_date") }} as days_before on days.quarter_start_on - 1 = days_before.date_on
    where days.quarter_id = '{{ var("report_quarter") }}'
),

about_the_report as (
    select
        challenges.*,
        organisations.organisation_name as sender_name,
        challenges.raised_by_kind = 'network' and organisations.organisation_kind <> 'network' as is_claimed,
        {{ words_state("challenges.comment") }} as comment_words_state,
        {{ words_state("challenges.reply") }} as reply_words_state
    from challenges
    cross join quarter
    inner join organisations on challenges.organisation_code = organisations.organisation_code
    where
        challenges.raised_on <= {{ as_of_on() }}
        and coalesce(split_part(challenges.edition_id, '/', 1), '') <= '{{ var("report_quarter") }}'
        and (
            challenges.raised_on >= quarter.quarter_start_on
            or split_part(challenges.edition_id, '/', 1) in ('{{ var("report_quarter") }}', quarter.quarter_before)
        )
),

printable as (
    select
        icb_code,
        challenge_key as challenge_id,
        edition_id as about_edition_id,
        case when is_claimed then 'others' else raised_by_kind end as raised_by_kind,
        nullif(
            concat(
                {{ code_label("raised_by_kind", "raised_by_kind") }},
                case when is_claimed then ', as written down by ' || sender_name end
            ), ''
        ) as raised_by_name,
        null::text as raised_by_role,
        raised_on,
        about_figure_id,
        {{ checked_words("comment") }} as comment,
        comment_words_state,
        {{ checked_words("reply") }} as reply,
        reply_words_state,
        null::text as replied_by_role,
        replied_on,
        outcome,
        {{ code_label("challenge_outcome", "outcome") }} as outcome_label,
        promised_action_id
    from about_the_report
)

select * from printable
