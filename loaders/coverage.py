"""Say in the warehouse who the senders are and what each feed owes for which period, from the provider files alone."""

import datetime as dt
from collections.abc import Iterable

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from loaders.feeds import Feed
from loaders.provider import Provider
from warehouse.build import BUILD_LOCK
from warehouse.periods import LONDON, periods_between, working_day_after


def refresh(connection: Connection, providers: Iterable[Provider], as_of: dt.datetime) -> None:
    """Replace audit.organisations and audit.expected_deliveries by what the provider files say as of `as_of`."""
    today = as_of.astimezone(LONDON).date()
    providers = list(providers)
    with connection.cursor() as cursor:
        # Not under a build: its models must all read the same senders and the same dues.
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", (BUILD_LOCK,))
        cursor.execute("delete from audit.organisations")
        execute_values(cursor, "insert into audit.organisations values %s", [_organisation(one) for one in providers])
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
        provider.is_made_up, min(agreement.valid_from for agreement in provider.agreements),
    )  # fmt: skip


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
    ]
