{#
What people entered into editions and did not take back, by the edition that prints it: its own, and what was entered
into earlier editions of the same quarter, because a correction answers for what was said about the edition it corrects.

The ledger's tables are named directly, as in with_editions, and for its reason.
#}
{% macro standing_entries() %}
select
        editions.edition_id,
        editions.icb_code,
        entries.entry_id,
        entries.edition_id as entered_into,
        entries.kind,
        entries.party,
        entries.words,
        entries.answers_to,
        entries.by_role,
        entries.entered_on
    from audit.editions as editions
    inner join audit.editions as sources
        on
            editions.quarter_id = sources.quarter_id
            and editions.icb_code = sources.icb_code
            and editions.edition_number >= sources.edition_number
    inner join audit.edition_entries as entries on sources.edition_id = entries.edition_id
    where
        entries.kind <> 'taken_back'
        and not exists (
            select 1
            from audit.edition_entries as later
            where later.kind = 'taken_back' and later.answers_to = entries.entry_id::text
        )
{% endmacro %}
