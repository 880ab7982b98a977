-- The ledger's table is named directly, as in with_editions, and for its reason.
with

working as (
    select * from {{ ref("pub_editions_now") }}
),

steps as (
    select
        edition_steps.*,
        (edition_steps.taken_at at time zone 'Europe/London')::date as taken_on
    from audit.edition_steps as edition_steps
),

-- Readers of a corrected edition are sent to the newest of its quarter that was not withdrawn.
corrections as (
    select
        corrected.edition_id,
        corrected.taken_on,
        (
            select later.edition_id
            from audit.editions as later
            where
                later.quarter_id = editions.quarter_id
                and later.icb_code = editions.icb_code
                and later.edition_number > editions.edition_number
                and later.state <> 'withdrawn'
            order by later.edition_number desc
            limit 1
        ) as corrected_by_edition_id,
        editions.quarter_id,
        editions.icb_code,
        editions.edition_number,
        corrected.was_wrong,
        corrected.because
    from steps as corrected
    inner join audit.editions as editions on corrected.edition_id = editions.edition_id
    where corrected.state = 'corrected'
),

frozen as (
    select
        editions.edition_id,
        editions.quarter_id,
        editions.icb_code,
        working.icb_name,
        editions.edition_number,
        editions.state,
        editions.data_cut_at,
        editions.accepted_through,
        editions.code_version,
        editions.shared_for_comment_on,
        editions.comment_closes_on,
        editions.sign_off_kind,
        editions.signed_off_by_role,
        editions.signed_off_on,
        editions.published_on,
        editions.rows_sha256,
        (
            select coalesce(max(entries.entry_id), 0)
            from audit.edition_entries as entries
            where entries.edition_id = editions.edition_id
        ) as entries_through,
        withdrawn.taken_on as withdrawn_on,
        withdrawn.because as withdrawn_because,
        corrections.taken_on as corrected_on,
        corrections.was_wrong,
        corrections.because as corrected_because,
        corrections.corrected_by_edition_id,
        corrects.edition_id as corrects_edition_id,
        corrects.was_wrong as corrects_was_wrong,
        corrects.because as corrects_because,
        coalesce(corrects.edition_id, former.edition_id) as former_edition_id,
        (
            select compared.row ->> 'compared_with_edition_id'
            from audit.edition_rows as compared
            where compared.edition_id = editions.edition_id and compared.relation = 'pub_compared'
        ) as compared_with_edition_id
    from audit.editions as editions
    left join working on editions.icb_code = working.icb_code
    left join steps as withdrawn on editions.edition_id = withdrawn.edition_id and withdrawn.state = 'withdrawn'
    left join corrections on editions.edition_id = corrections.edition_id
    -- What an edition corrects stays what it was when a still newer one corrects it in turn.
    left join lateral (
        select corrected.*
        from corrections as corrected
        where
            corrected.quarter_id = editions.quarter_id
            and corrected.icb_code = editions.icb_code
            and corrected.edition_number < editions.edition_number
        order by corrected.edition_number desc
        limit 1
    ) as corrects on true
    left join lateral (
        {{ held_before("editions") }}
    ) as former on true
),

every_edition as (
    select * from frozen
    union all
    select * from working
)

select * from every_edition
