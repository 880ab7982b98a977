"""Freeze the published rows of a quarter into an edition, move it through its states, and serve it as stored."""

import datetime as dt
import hashlib
from collections.abc import Collection

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from warehouse import build
from warehouse.periods import LONDON, data_cut_on, periods_between, quarter_id, quarter_named

NEXT_STATES = {
    "draft": ("accuracy_check", "signed_off", "withdrawn"),
    "accuracy_check": ("network_comment", "signed_off", "withdrawn"),
    "network_comment": ("signed_off", "withdrawn"),
    "signed_off": ("published", "withdrawn"),
    "published": ("corrected", "withdrawn"),
    "corrected": (),
    "withdrawn": (),
}


class EditionError(RuntimeError):
    """A step an edition cannot take; the message says what to do instead."""


def current(connection: Connection, quarter_id: str, icb_code: str) -> dict | None:
    """Return the newest edition of a quarter that is neither corrected nor withdrawn."""
    return _one(
        connection,
        "quarter_id = %s and icb_code = %s and state not in ('corrected', 'withdrawn')"
        " order by edition_number desc limit 1",
        (quarter_id, icb_code),
    )


def missed(connection: Connection, today: dt.date, icb_codes: Collection[str]) -> dict[str, list[str]]:
    """Return quarters that ended after an ICB's first edition, whose data cut has come, and that got no edition of it.

    By quarter, the oldest first: the ICBs that lack one, of those that report now. A board that merged away lacks none.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select icb_code, array_agg(distinct quarter_id) from audit.editions"
            " where icb_code = any(%s) group by icb_code order by 1",
            (list(icb_codes),),
        )
        drafted = dict(cursor.fetchall())
    found: dict[str, list[str]] = {}
    for icb_code, quarters in drafted.items():
        for period in periods_between("quarter", quarter_named(min(quarters)).start_on, today):
            quarter = quarter_id(period.start_on)
            if quarter not in quarters and data_cut_on(quarter) <= today:
                found.setdefault(quarter, []).append(icb_code)
    return dict(sorted(found.items()))


def draft(connection: Connection, quarter_id: str, icb_code: str, as_of: dt.datetime) -> str:
    """Freeze the figures people see now as a new draft of `quarter_id`; drafting twice returns the same edition."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('assure editions'))")
        existing = current(connection, quarter_id, icb_code)
        if existing:
            return existing["edition_id"]
        relations = _published(connection)
        if relations:
            # From here on no build can be swapped in: all rows of an edition are of one build, the one that is named.
            names = (sql.Identifier("published", f"{relation}_now") for relation in relations)
            cursor.execute(sql.SQL("lock table {} in access share mode").format(sql.SQL(", ").join(names)))
        built = build.latest(connection)
        if built is None or built["report_quarter"] != quarter_id:
            raise EditionError(f"the marts do not speak for {quarter_id}; run: assure build --quarter {quarter_id}")
        cursor.execute(
            "select count(*) + 1 from audit.editions where quarter_id = %s and icb_code = %s", (quarter_id, icb_code)
        )
        number = cursor.fetchone()[0]
        edition_id = f"{quarter_id}/{icb_code}/{number}"
        cursor.execute(
            "insert into audit.editions (edition_id, quarter_id, icb_code, edition_number, state, data_cut_at,"
            " accepted_through, code_version) values (%s, %s, %s, %s, 'draft', %s, %s, %s)",
            (edition_id, quarter_id, icb_code, number, as_of, built["accepted_through"], built["code_version"]),
        )
        for relation in relations:
            cursor.execute(
                sql.SQL(
                    "insert into audit.edition_rows (edition_id, relation, row_number, row)"
                    " select %s, %s, row_number() over (order by to_jsonb(line)::text), to_jsonb(line)"
                    # Definitions belong to every ICB; all else is frozen for the edition's own.
                    " from {} as line where coalesce(to_jsonb(line) ->> 'icb_code', %s) = %s"
                ).format(sql.Identifier("published", f"{relation}_now")),
                (edition_id, relation, icb_code, icb_code),
            )
        return edition_id


def advance(
    connection: Connection, edition_id: str, to: str, as_of: dt.datetime, sign_off_kind: str = "", by_role: str = ""
) -> dict:
    """Move an edition to its next state and return it. A sign-off needs its kind, and a role unless it is automatic."""
    edition = find(connection, edition_id)
    if to not in NEXT_STATES[edition["state"]]:
        is_now, wanted = edition["state"].replace("_", " "), to.replace("_", " ")
        raise EditionError(f"{edition_id} is {is_now}; it cannot become {wanted}")
    if to == "signed_off" and (sign_off_kind not in ("automatic", "named_role") or not by_role):
        raise EditionError("a sign-off says whether it is automatic or by a named role, and which")
    today = as_of.astimezone(LONDON).date()
    changes = {"state": to}
    if to == "signed_off":
        changes |= {"sign_off_kind": sign_off_kind, "signed_off_by_role": by_role, "signed_off_on": today}
    if to == "published":
        changes |= {"published_on": today}
    with connection.cursor() as cursor:
        cursor.execute(
            f"update audit.editions set {', '.join(f'{name} = %({name})s' for name in changes)}"
            " where edition_id = %(id)s and state = %(was)s",
            changes | {"id": edition_id, "was": edition["state"]},
        )
        if not cursor.rowcount:
            raise EditionError(f"{edition_id} has just been moved on by somebody else; look at it again")
    return find(connection, edition_id)


def store(connection: Connection, edition_id: str, face: str, content: bytes) -> str:
    """Store a rendered face of an edition in its present state, once, and return its hash."""
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.edition_faces (edition_id, state, face, sha256, content)"
            " select edition_id, state, %s, %s, %s from audit.editions where edition_id = %s"
            " on conflict (edition_id, state, face) do nothing",
            (face, digest, content, edition_id),
        )
    return digest


def stored(connection: Connection, edition_id: str, face: str) -> bytes | None:
    """Return a face as it was stored for the edition's present state; None when it has not been rendered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select faces.content, faces.sha256 from audit.edition_faces as faces inner join audit.editions as editions"
            " on editions.edition_id = faces.edition_id and editions.state = faces.state"
            " where faces.edition_id = %s and faces.face = %s",
            (edition_id, face),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    content = bytes(row[0])
    if hashlib.sha256(content).hexdigest() != row[1]:
        raise EditionError(f"the stored {face} of {edition_id} is not what was stored; restore it from a backup")
    return content


def find(connection: Connection, edition_id: str) -> dict:
    """Return an edition. Raises EditionError when there is none of that name."""
    edition = _one(connection, "edition_id = %s", (edition_id,))
    if edition is None:
        raise EditionError(f"there is no edition {edition_id}")
    return edition


def in_state(connection: Connection, state: str) -> list[dict]:
    """Return the editions in a state, oldest quarter first."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select * from audit.editions where state = %s order by edition_id", (state,))
        return cursor.fetchall()


def _one(connection: Connection, where: str, values: tuple) -> dict | None:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(f"select * from audit.editions where {where}", values)
        return cursor.fetchone()


def _published(connection: Connection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = 'published' and c.relkind = 'r' and c.relname like 'pub\\_%\\_now'"
            " and c.relname <> 'pub_editions_now' order by c.relname"
        )
        return [row[0].removesuffix("_now") for row in cursor]
