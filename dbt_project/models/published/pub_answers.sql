-- The ledger's tables are named directly, as in with_editions, and for its reason.
with

standing as (
    {{ standing_entries() }}
),

shared as (
    select
        editions.edition_id,
        editions.icb_code
    from audit.editions as editions
    where editions.shared_for_comment_on is not null
),

organisations as (
    {{ frozen_organisations() }}
),

asked as (
    select
        shared.edition_id,
        shared.icb_code,
        'network' as party,
        null::text as party_name
    from shared
    union all
    select
        shared.edition_id,
        shared.icb_code,
        organisations.organisation_code as party,
        organisations.organisation_name as party_name
    from shared
    inner join organisations on shared.edition_id = organisations.edition_id
),

-- Who commented and later had nothing to add has commented.
answers as (
    select distinct on (edition_id, party) *
    from standing
    where kind in ('comment', 'nothing_to_add', 'declined') and entered_into = edition_id
    order by
        edition_id asc,
        party asc,
        (kind = 'comment') desc,
        entry_id desc
)

select
    asked.edition_id,
    asked.icb_code,
    asked.party,
    asked.party_name,
    coalesce(answers.kind, 'waiting') as answer,
    answers.entered_on as answered_on,
    answers.by_role as answered_by_role
from asked
left join answers on asked.edition_id = answers.edition_id and asked.party = answers.party
