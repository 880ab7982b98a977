{#
What people entered into editions and did not take back, by the edition that prints it: its own, and what was entered
into earlier editions of the same quarter, because a correction answers for what was said about the edition it corrects.
With of_every_quarter also what was entered into the editions of earlier quarters.

What is entered into a later edition, or into another quarter's after the sign-off, changes nothing in this one.

The ledger's tables are named directly, as in with_editions, and for its reason.
#}
{% macro standing_entries(of_every_quarter=false) %}
select
        editions.edition_id,
        editions.icb_code,
        editions.quarter_id,
        entries.entry_id,
        entries.edition_id as entered_into,
        sources.quarter_id as entered_into_quarter_id,
        sources.edition_number as entered_into_number,
        entries.kind,
        entries.party,
        entries.words,
        entries.answers_to,
        entries.by_role,
        entries.entered_on
    from audit.editions as editions
    inner join audit.editions as sources on {{ is_no_later("sources", "editions") }}
    inner join audit.edition_entries as entries
        on sources.edition_id = entries.edition_id and {{ is_in_time("entries", "sources", "editions") }}
    where
        entries.kind <> 'taken_back'
        {% if not of_every_quarter %}and sources.quarter_id = editions.quarter_id{% endif %}
        and not exists (
            select 1
            from audit.edition_entries as later
            inner join audit.editions as takers on later.edition_id = takers.edition_id
            where
                later.kind = 'taken_back'
                and later.answers_to = entries.entry_id::text
                and {{ is_no_later("takers", "editions") }}
                and {{ is_in_time("later", "takers", "editions") }}
        )
{% endmacro %}

{% macro is_no_later(one, other) -%}
    {{ one }}.icb_code = {{ other }}.icb_code
        and ({{ one }}.quarter_id, {{ one }}.edition_number) <= ({{ other }}.quarter_id, {{ other }}.edition_number)
{%- endmacro %}

{% macro is_in_time(entry, source, edition) -%}
    (
            {{ source }}.quarter_id = {{ edition }}.quarter_id
            or {{ edition }}.signed_off_on is null
            or {{ entry }}.entered_on <= {{ edition }}.signed_off_on
        )
{%- endmacro %}

{# The organisations of each edition, as they were named when it was frozen. #}
{% macro frozen_organisations() -%}
select
        edition_rows.edition_id,
        edition_rows.row ->> 'organisation_code' as organisation_code,
        edition_rows.row ->> 'organisation_name' as organisation_name
    from audit.edition_rows as edition_rows
    where edition_rows.relation = 'pub_organisations'
{%- endmacro %}

{# When nothing could be changed in an edition any more: at its sign-off, of which before 0.5.0 only the day was kept. #}
{% macro settled_at(edition) -%}
coalesce(
                (
                    select signed_off.taken_at
                    from audit.edition_steps as signed_off
                    where signed_off.edition_id = {{ edition }}.edition_id and signed_off.state = 'signed_off'
                ),
                (({{ edition }}.signed_off_on + 1)::timestamp at time zone 'Europe/London'),
                'infinity'
            )
{%- endmacro %}

{#
The newest edition of an earlier quarter that readers held when an edition was settled: published by then, and not
withdrawn yet. What was withdrawn before 0.5.0, which kept no day of it, nobody holds.
#}
{% macro held_before(edition) -%}
{%- set moment = settled_at(edition) -%}
select
            formers.edition_id,
            formers.quarter_id,
            formers.edition_number
        from audit.editions as formers
        left join audit.edition_steps as publishing
            on formers.edition_id = publishing.edition_id and publishing.state = 'published'
        left join audit.edition_steps as withdrawing
            on formers.edition_id = withdrawing.edition_id and withdrawing.state = 'withdrawn'
        where
            formers.icb_code = {{ edition }}.icb_code
            and formers.quarter_id < {{ edition }}.quarter_id
            and coalesce(publishing.taken_at, (formers.published_on::timestamp at time zone 'Europe/London')) <= {{ moment }}
            and (formers.state <> 'withdrawn' or withdrawing.taken_at > {{ moment }})
        order by formers.quarter_id desc, formers.edition_number desc
        limit 1
{%- endmacro %}
