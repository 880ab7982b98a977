"""Read how things stand from the ledger, the marts and the provider files."""

import datetime as dt
from collections.abc import Iterable

from psycopg2.extensions import connection as Connection

from expectations.verdict import TOLD_TO_THE_LEAD
from loaders.senders.provider import Provider
from loaders.status.standing import (
    AgreementEnding,
    AtTheDoor,
    BuildStopped,
    Built,
    CutMissed,
    EditionWaiting,
    Feed,
    Late,
    LoadInQuestion,
    SetAside,
    Standing,
    ToldSender,
    Untold,
)
from warehouse import build, editions
from warehouse.connection import connect
from warehouse.periods import LONDON, data_cut_on

WARN_DAYS = (60, 30, 7)
"""Days before an agreement ends on which the ICB is reminded; what is left counts up to the next of them."""

_GOES_ON = ("landed", "judged", "held", "accepted")
"""States of a file whose rows count or may yet; only of these is it said what is set aside."""
_OF_AN_EDITION = ("edition_id", "quarter_id", "state", "data_cut_at", "comment_closes_on")


def read(as_of: dt.datetime, providers: Iterable[Provider] = (), sender: str | None = None) -> Standing:
    """Return how things stand as of a moment, for one sender's code or all; agreements are those of `providers`."""
    code = sender.upper() if sender else None
    today, providers = as_of.astimezone(LONDON).date(), list(providers)
    by_hand = {one.organisation_code for one in providers if one.contact is None}
    with connect("loader") as connection:
        found = {name: _ask(connection, sql, code) for name, sql in _OF_THE_LEDGER.items()}
    with connect("transformer") as connection:
        built = build.latest(connection)
        late = _late(connection, code, today) if built else ()
        # Editions, like builds, are of all senders.
        icbs = editions.reporting_icbs(connection) if code is None else []
        missed = editions.missed(connection, today - dt.timedelta(days=1), icbs)
        states = editions.UNPUBLISHED if code is None else ()
        waiting = [one for state in states for one in editions.in_state(connection, state)]
    return Standing(
        as_of,
        feeds=tuple(Feed(*row) for row in found["feeds"]),
        in_question=tuple(LoadInQuestion(*row) for row in found["in_question"]),
        at_doors=tuple(AtTheDoor(code, count, tuple(names), at) for code, count, names, at in found["at_doors"]),
        late=late,
        set_aside=tuple(SetAside(*row) for row in found["set_aside"]),
        built=built and Built(built["build_id"], built["as_of"], built["accepted_through"], built["report_quarter"]),
        stopped=tuple(BuildStopped(number, at, state, tuple(nodes)) for number, at, state, nodes in found["stopped"]),
        cuts_missed=tuple(
            CutMissed(quarter, icb, data_cut_on(quarter)) for quarter, icbs in missed.items() for icb in icbs
        ),
        editions=tuple(EditionWaiting(*(one[name] for name in _OF_AN_EDITION)) for one in waiting),
        agreements=agreements_ending(providers, today),
        told=tuple(ToldSender(*row) for row in found["told"]),
        untold=tuple(Untold(code, files) for code, files in found["untold"] if code in by_hand),
    )


def agreements_ending(providers: Iterable[Provider], on: dt.date) -> tuple[AgreementEnding, ...]:
    """Return each feed whose agreement has ended or ends within 60 days, the most urgent first."""
    found = []
    for provider in providers:
        for name, feed in provider.feeds.items():
            last = max((one.valid_to for one in provider.agreements if feed.records <= set(one.records)), default=None)
            left = None if last is None else (last - on).days
            if left is None or left <= WARN_DAYS[0]:
                found.append(AgreementEnding(provider.organisation_code, name, last, left))
    return tuple(sorted(found, key=lambda one: (_urgency(one), one.sender, one.feed)))


def _urgency(one: AgreementEnding) -> int:
    return -1 if one.has_ended else min(mark for mark in WARN_DAYS if one.days_left <= mark)


def _ask(connection: Connection, sql: str, code: str | None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"code": code, "to_lead": list(TOLD_TO_THE_LEAD), "goes_on": list(_GOES_ON)})
        return cursor.fetchall()


def _late(connection: Connection, code: str | None, today: dt.date) -> tuple[Late, ...]:
    """Return what the marts say is owed and does not count, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('marts.mart_coverage')")
        if cursor.fetchone() == (None,):
            return ()
        cursor.execute(
            """
            select
                organisation_code,
                feed,
                period_start_on,
                period_end_on,
                due_on,
                newest_file_state,
                %(today)s - due_on as days_late
            from marts.mart_coverage
            where
                state in ('missing', 'not_due', 'refused', 'held', 'withdrawn')
                and due_on < %(today)s
                and (%(code)s::text is null or organisation_code = %(code)s)
            order by due_on desc, organisation_code, feed
            """,
            {"code": code, "today": today},
        )
        return tuple(Late(*row) for row in cursor)


_OF_THE_LEDGER = {
    "feeds": """
        select
            provider_code,
            feed,
            count(*) filter (where state = 'accepted'),
            count(*) filter (where state in ('fetched', 'landed', 'judged')),
            count(*) filter (where state = 'held'),
            count(*) filter (where state = 'refused'),
            coalesce(sum(rows_landed) filter (where state = 'accepted'), 0)::bigint,
            coalesce(sum(rows_set_aside) filter (where state = any(%(goes_on)s)), 0)::bigint,
            max(submitted_on)
        from audit.deliveries
        where %(code)s::text is null or provider_code = %(code)s
        group by provider_code, feed
        order by provider_code, feed
    """,
    "in_question": """
        with latest as (
            select distinct on (provider_code, feed) load_id
            from audit.deliveries
            where state <> 'withdrawn'
            order by provider_code, feed, submitted_at desc, load_id desc
        )
        select d.load_id, d.provider_code, d.feed, d.file_name, d.state, f.rule, f.message, f.remedy, d.fetched_at
        from audit.deliveries as d
        cross join lateral (
            select rule, message, remedy from audit.findings as f
            where f.load_id = d.load_id
                and (
                    (
                        f.level in ('refuse', 'hold') and d.state in ('held', 'refused')
                        -- A file that was refused is mended once a later one for its period counts.
                        and (f.rule = any(%(to_lead)s) or not exists (
                            select from audit.deliveries as mended
                            where mended.provider_code = d.provider_code
                                and mended.feed = d.feed
                                and mended.period_start_on = d.period_start_on
                                and mended.submitted_at > d.submitted_at
                                and mended.state = 'accepted'
                                and d.state = 'refused'
                        ))
                    )
                    -- Of a file that counts, for as long as its feed goes on like this.
                    or (f.rule = any(%(to_lead)s) and d.load_id in (select load_id from latest))
                )
            order by f.rule = any(%(to_lead)s) desc, f.finding_number limit 1
        ) as f
        where d.state <> 'withdrawn' and (%(code)s::text is null or d.provider_code = %(code)s)
        order by f.rule = any(%(to_lead)s) desc, d.state, d.submitted_at
    """,
    "at_doors": """
        select provider_code, count(*), array_agg(path order by path), max(seen_at)
        from audit.unexpected_files
        where %(code)s::text is null or provider_code = %(code)s
        group by provider_code
        order by provider_code
    """,
    "set_aside": """
        select
            d.provider_code,
            d.feed,
            aside.record,
            aside.rule,
            count(distinct (aside.load_id, aside.row_number)),
            count(distinct aside.load_id),
            max(d.submitted_on)
        from quarantine.rows as aside
        inner join audit.deliveries as d on d.load_id = aside.load_id
        where d.state = any(%(goes_on)s)
            and (%(code)s::text is null or d.provider_code = %(code)s)
        group by d.provider_code, d.feed, aside.record, aside.rule
        order by d.provider_code, d.feed, aside.record, aside.rule
    """,
    "stopped": """
        select build_id, as_of, state, coalesce(failures, '[]'::jsonb)
        from audit.builds
        where build_id > coalesce((select max(build_id) from audit.builds where state = 'swapped'), 0)
            and %(code)s::text is null
        order by build_id
    """,
    "told": """
        select
            d.provider_code,
            r.told_at,
            count(*),
            count(*) filter (where d.state = 'refused'),
            count(*) filter (where d.state = 'held'),
            coalesce(sum(d.rows_set_aside), 0)::bigint
        from audit.replies as r
        inner join audit.deliveries as d on d.load_id = r.load_id
        where (d.state in ('refused', 'held') or d.rows_set_aside > 0)
            and (%(code)s::text is null or d.provider_code = %(code)s)
        group by d.provider_code, r.told_at
        order by r.told_at desc, d.provider_code
    """,
    "untold": """
        select d.provider_code, count(distinct (d.feed, d.file_sha256))
        from audit.deliveries as d
        where (d.state in ('refused', 'held') or (d.state = 'accepted' and d.rows_set_aside > 0))
            and (%(code)s::text is null or d.provider_code = %(code)s)
            and not exists (
                select from audit.replies as r
                inner join audit.deliveries as read_as on read_as.load_id = r.load_id
                where read_as.provider_code = d.provider_code
                    and read_as.feed = d.feed
                    and read_as.file_sha256 = d.file_sha256
            )
        group by d.provider_code
        order by d.provider_code
    """,
}
