"""Gather how things stand: what arrived by feed, what waits for a person, when the marts were built."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.verdict import TELL_THE_LEAD, TOLD_TO_THE_LEAD
from loaders.senders.provider import Provider
from warehouse import build
from warehouse.connection import connect
from warehouse.periods import LONDON

WARN_DAYS = (60, 30, 7)
"""Days before an agreement ends on which the ICB is reminded; what is left counts up to the next of them."""

SHOWN = 5
"""Names of files at a door that are listed; the rest are counted."""


@dataclass(frozen=True)
class Standing:
    """`feeds` are rows of (sender, feed, accepted, waiting, held, refused, rows in, set aside, last file)."""

    feeds: list[tuple]
    attention: list[str]
    build: str


def agreements_ending(providers: Iterable[Provider], on: dt.date) -> list[str]:
    """Return a line for each feed whose agreement has ended or ends within 60 days, the most urgent first."""
    lines = []
    for provider in providers:
        for name, feed in provider.feeds.items():
            last = max((one.valid_to for one in provider.agreements if feed.records <= set(one.records)), default=None)
            if last is None:
                lines.append(
                    (-1, f"{provider.code} {name}: no agreement covers its records; add one under agreements:")
                )
            elif last < on:
                lines.append(
                    (-1, f"{provider.code} {name}: its agreement ended on {last:%d %B %Y}; nothing is fetched")
                )
            elif (days := (last - on).days) <= WARN_DAYS[0]:
                urgency = min(mark for mark in WARN_DAYS if days <= mark)
                lines.append(
                    (urgency, f"{provider.code} {name}: its agreement ends on {last:%d %B %Y}, in {days} days")
                )
    return [line for _, line in sorted(lines)]


def _at_the_door(code: str, count: int, paths: list[str], seen_at: dt.datetime) -> str:
    shown = ", ".join(paths[:SHOWN]) + (f" and {count - SHOWN} more" if count > SHOWN else "")
    files = "a file no feed expects" if count == 1 else f"{count} files no feed expects"
    return (
        f"{code}: at its door {files} ({seen_at.astimezone(LONDON):%d %B %Y}): {shown};"
        " mend files: in its provider file, or ask the sender what they are"
    )


def read(sender: str | None = None) -> Standing:
    """Return how things stand, for one sender or all."""
    code = {"code": sender.upper() if sender else None}
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            select
                provider_code,
                feed,
                count(*) filter (where state = 'accepted'),
                count(*) filter (where state in ('fetched', 'landed', 'judged')),
                count(*) filter (where state = 'held'),
                count(*) filter (where state = 'refused'),
                coalesce(sum(rows_landed) filter (where state = 'accepted'), 0),
                coalesce(sum(rows_set_aside), 0),
                max(submitted_on)
            from audit.deliveries
            where %(code)s::text is null or provider_code = %(code)s
            group by provider_code, feed
            order by provider_code, feed
            """,
            code,
        )
        feeds = cursor.fetchall()
        cursor.execute(
            """
            with latest as (
                select distinct on (provider_code, feed) load_id
                from audit.deliveries
                where state <> 'withdrawn'
                order by provider_code, feed, submitted_at desc, load_id desc
            )
            select d.load_id, d.provider_code, d.file_name, d.state, f.rule, f.message, f.remedy
            from audit.deliveries as d
            cross join lateral (
                select rule, message, remedy from audit.findings as f
                where f.load_id = d.load_id
                    and (
                        (f.level in ('refuse', 'hold') and d.state in ('held', 'refused'))
                        -- Of a file that counts, for as long as its feed goes on like this.
                        or (f.rule = any(%(to_lead)s) and d.load_id in (select load_id from latest))
                    )
                order by f.rule = any(%(to_lead)s) desc, f.finding_number limit 1
            ) as f
            where d.state <> 'withdrawn' and (%(code)s::text is null or d.provider_code = %(code)s)
            order by f.rule = any(%(to_lead)s) desc, d.state, d.submitted_at
            """,
            code | {"to_lead": list(TOLD_TO_THE_LEAD)},
        )
        attention = [
            f"{f'{TELL_THE_LEAD.capitalize()}: ' if rule in TOLD_TO_THE_LEAD else ''}"
            f"load {load_id} {state}: {provider_code} {file_name}: {rule}: {message}; {remedy}"
            for load_id, provider_code, file_name, state, rule, message, remedy in cursor
        ]
        cursor.execute(
            """
            select provider_code, count(*), array_agg(path order by path), max(seen_at)
            from audit.unexpected_files
            where %(code)s::text is null or provider_code = %(code)s
            group by provider_code
            order by provider_code
            """,
            code,
        )
        attention += [_at_the_door(*found) for found in cursor]
        built = build.latest(connection)
    if built is None:
        return Standing(feeds, attention, "The marts have not been built yet: assure build")
    return Standing(
        feeds,
        attention,
        f"Marts: build {built['build_id']}, as of {built['as_of'].astimezone(LONDON):%d %B %Y %H:%M},"
        f" sequence {built['accepted_through']}, report quarter {built['report_quarter']}",
    )
