"""Say what was seen at a sender's door before, and which of it was taken for good."""

from psycopg2.extensions import connection as Connection

from loaders.senders.provider import Provider


def seen(connection: Connection, provider: Provider) -> dict[tuple[str, str], tuple]:
    """Return the size and the time at which each (feed, path) was last seen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select feed, path, byte_count, modified_at from audit.sightings where provider_code = %s",
            (provider.organisation_code,),
        )
        return {(feed, path): (byte_count, modified_at) for feed, path, byte_count, modified_at in cursor}


def answered(connection: Connection, provider: Provider) -> set[tuple[str, str]]:
    """Return the (feed, path) of files that were taken for good: what was refused or withdrawn answers for no day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select seen.feed, seen.path from audit.sightings as seen"
            " inner join audit.deliveries as given on given.load_id = seen.load_id"
            # Read again under another mapping, the same bytes are another load.
            " inner join audit.deliveries as reading on (reading.provider_code, reading.feed, reading.file_sha256)"
            " = (given.provider_code, given.feed, given.file_sha256)"
            " where seen.provider_code = %s and reading.state not in ('refused', 'withdrawn')",
            (provider.organisation_code,),
        )
        return set(cursor.fetchall())
