-- What the network and others said about the report, as their registers sent it: about this quarter's edition, the one
-- of the quarter before, or whichever, if it was said since this quarter began.
with

challenges as (
    select * from {{ ref("fct_challenges") }}
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
        {{ words_state("challenges.comment") }} as comment_words_state,
        {{ words_state("challenges.reply") }} as reply_words_state
    from challenges
    cross join quarter
    where
        challenges.raised_on <= {{ as_of_on() }}
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
        raised_by_kind,
        {{ code_label("raised_by_kind", "raised_by_kind") }} as raised_by_name,
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
