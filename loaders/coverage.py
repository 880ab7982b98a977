"""Say in the warehouse who the senders are, what they agreed and what each feed owes, from the provider files alone."""

import datetime as dt
from collections.abc import Iterable

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from loaders.senders.feeds import Feed
from loaders.senders.provider import Provider
from warehouse.build import BUILD_LOCK
from warehouse.periods import LONDON, periods_between, working_day_after

EVER = dt.date(1900, 1, 1)
"""Day before every other, where a beginning is not known."""


def refresh(connection: Connection, providers: Iterable[Provider], as_of: dt.datetime) -> None:
    """Replace the senders, their ICBs, agreements and what they owe by what the provider files say as of `as_of`."""
    today = as_of.astimezone(LONDON).date()
    providers = list(providers)
    with connection.cursor() as cursor:
        # Not under a build: its models must all read the same senders and the same dues.
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (BUILD_LOCK,))
        cursor.execute("delete from audit.organisations")
        execute_values(cursor, "insert into audit.organisations values %s", [_organisation(one) for one in providers])
        cursor.execute("delete from audit.organisation_icbs")
        execute_values(
            cursor,
            "insert into audit.organisation_icbs (organisation_code, valid_from, icb_code, icb_name) values %s",
            [(one.organisation_code, *placed) for one in providers for placed in _icbs(one)],
        )
        cursor.execute("delete from audit.agreements")
        execute_values(
            cursor,
            "insert into audit.agreements (provider_code, reference, record, valid_from, valid_to) values %s",
            [
                (one.organisation_code, agreement.reference, record, agreement.valid_from, agreement.valid_to)
                for one in providers
                for agreement in one.agreements
                for record in agreement.records
            ],
        )
        cursor.execute("delete from audit.expected_deliveries")
        execute_values(
            cursor,
            "insert into audit.expected_deliveries"
            " (provider_code, feed, period_start_on, period_end_on, due_on, has_agreement) values %s",
            [
                (one.organisation_code, name, *owed)
                for one in providers
                for name, feed in one.feeds.items()
                for owed in _owed(one, feed, today)
            ],
        )


def _organisation(provider: Provider) -> tuple:
    return (
        provider.organisation_code, provider.name, provider.kind, provider.tier, provider.icb_code, provider.icb_name,
        provider.is_made_up, min(agreement.valid_from for agreement in provider.agreements), provider.closed_on,
        provider.succeeded_by.upper() if provider.succeeded_by else None,
    )  # fmt: skip


def _icbs(provider: Provider) -> list[tuple[dt.date, str, str]]:
    """Return from which day on which ICB commissions the sender; the first has done so for ever."""
    since = [EVER, *(one.until + dt.timedelta(days=1) for one in provider.icb_before)]
    named = [(one.icb_code, one.icb_name) for one in provider.icb_before] + [(provider.icb_code, provider.icb_name)]
    return [(day, *name) for day, name in zip(since, named, strict=True)]


def _owed(provider: Provider, feed: Feed, today: dt.date) -> list[tuple]:
    if feed.every == "once":
        return []
    first = feed.first_period or min(agreement.valid_from for agreement in provider.agreements)
    return [
        (
            period.start_on,
            period.end_on,
            due_on := working_day_after(period.end_on, feed.due_working_day),
            provider.agreement(feed, min(due_on, today)) is not None,
        )
        for period in periods_between(feed.every, first, today)
        # The period in which it closed is the last one owed.
        if provider.closed_on is None or period.start_on <= provider.closed_on
    ]
