"""Freeze the published rows of a quarter into an edition, move it through its states, and serve it as stored.

An edition is sealed when it is frozen: each row with the SHA-256 of its text, and the whole with the SHA-256 of those
in order. Whoever touches a row later is found out by `touched`, and a row added or lost as well.
"""

import datetime as dt
import hashlib
from collections.abc import Collection

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from warehouse import build
from warehouse.periods import LONDON, data_cut_on, periods_between, quarter_id, quarter_named, working_day_after
from warehouse.tables import EDITION_STATES

NEXT_STATES = {
    "draft": ("accuracy_check", "signed_off", "withdrawn"),
    "accuracy_check": ("network_comment", "signed_off", "withdrawn"),
    "network_comment": ("signed_off", "withdrawn"),
    "signed_off": ("published", "withdrawn"),
    "published": ("corrected", "withdrawn"),
    "corrected": (),
    "withdrawn": (),
}
NETWORK = "network"
"""The party, besides the organisations of an edition, that is asked what it thinks of the draft."""
ANSWERS = ("comment", "nothing_to_add", "declined")
"""How whoever was asked may answer."""
COMMENT_WORKING_DAYS = 10
BY_ITSELF = "assure"
"""Who is named for a step that no person took."""

ROW_DIGEST = "encode(sha256(convert_to(row::text, 'UTF8')), 'hex')"
ALL_DIGEST = (
    "encode(sha256(convert_to(string_agg(concat_ws(' ', relation, row_number, row_sha256), e'\\n'"
    " order by relation collate \"C\", row_number), 'UTF8')), 'hex')"
)

UNPUBLISHED = EDITION_STATES[: EDITION_STATES.index("published")]
"""The states in which an edition waits for a person."""


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


def reporting_icbs(connection: Connection) -> list[str]:
    """Return the ICBs that have a report: those whose senders are providers, not publishers of official statistics."""
    with connection.cursor() as cursor:
        cursor.execute("select distinct icb_code from audit.organisations where tier <> 'statistics' order by icb_code")
        return [row[0] for row in cursor]


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


def draft(connection: Connection, quarter_id: str, icb_code: str, as_of: dt.datetime, by_role: str = BY_ITSELF) -> str:
    """Freeze the figures people see now as a new draft of `quarter_id`; drafting twice returns the same edition."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('assure editions'))")
        existing = current(connection, quarter_id, icb_code)
        if existing:
            return existing["edition_id"]
        relations = published_relations(connection)
        if relations:
            # From here on no build can be swapped in: all rows of an edition are of one build, the one that is named.
            names = (sql.Identifier("published", f"{relation}_now") for relation in relations)
            cursor.execute(sql.SQL("lock table {} in access share mode").format(sql.SQL(", ").join(names)))
        built = spoken_for(connection, quarter_id)
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
                    f"insert into audit.edition_rows (edition_id, relation, row_number, row, row_sha256)"
                    f" select %s, %s, row_number() over (order by row::text), row, {ROW_DIGEST}"
                    # Definitions belong to every ICB; all else is frozen for the edition's own.
                    " from (select to_jsonb(line) as row from {} as line) as lines"
                    " where coalesce(row ->> 'icb_code', %s) = %s"
                ).format(sql.Identifier("published", f"{relation}_now")),
                (edition_id, relation, icb_code, icb_code),
            )
        cursor.execute(
            f"update audit.editions set rows_sha256 = ("
            f" select {ALL_DIGEST} from audit.edition_rows where edition_id = %(id)s) where edition_id = %(id)s",
            {"id": edition_id},
        )
        _write_step(cursor, edition_id, "draft", by_role, as_of)
        return edition_id


def spoken_for(connection: Connection, quarter_id: str) -> dict:
    """Return the build people read now. Raises EditionError when its marts speak for another quarter."""
    built = build.latest(connection)
    if built is None or built["report_quarter"] != quarter_id:
        raise EditionError(f"the marts do not speak for {quarter_id}; run: assure build --quarter {quarter_id}")
    return built


def advance(
    connection: Connection,
    edition_id: str,
    to: str,
    as_of: dt.datetime,
    sign_off_kind: str = "",
    by_role: str = "",
    *,
    because: str = "",
    was_wrong: str = "",
) -> dict:
    """Move an edition to its next state, write down who did it when and why, and return it.

    A sign-off needs its kind and a role, and waits for those who were asked: until everyone has answered or declined,
    or the last day for comments is over. A withdrawal needs its reason, a correction also what was wrong.
    """
    edition = find(connection, edition_id)
    if to not in NEXT_STATES[edition["state"]]:
        is_now, wanted = edition["state"].replace("_", " "), to.replace("_", " ")
        raise EditionError(f"{edition_id} is {is_now}; it cannot become {wanted}")
    if to == "signed_off" and (sign_off_kind not in ("automatic", "named_role") or not by_role.strip()):
        raise EditionError("a sign-off says whether it is automatic or by a named role, and which")
    if to in ("corrected", "withdrawn") and not because.strip():
        raise EditionError("say why, in a sentence that readers are shown")
    if to == "corrected" and not was_wrong.strip():
        raise EditionError("say what was wrong, in a sentence that readers are shown")
    today = as_of.astimezone(LONDON).date()
    if to == "signed_off" and (waiting := kept_waiting(connection, edition, today)):
        raise EditionError(
            f"{edition_id} is with {', '.join(waiting)} until {edition['comment_closes_on']}; sign it off after that"
            " day, or once each has answered: assure edition comment, assure edition decline"
        )
    changes = {"state": to}
    if to == "network_comment":
        changes |= {
            "shared_for_comment_on": today,
            "comment_closes_on": working_day_after(today, COMMENT_WORKING_DAYS),
        }
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
        _write_step(cursor, edition_id, to, by_role, as_of, was_wrong, because)
    return find(connection, edition_id)


def share(connection: Connection, edition_id: str, as_of: dt.datetime, by_role: str) -> dict:
    """Give the same draft to providers, for accuracy, and to the network, for comment, in the same hour; return it."""
    advance(connection, edition_id, "accuracy_check", as_of, by_role=by_role)
    return advance(connection, edition_id, "network_comment", as_of, by_role=by_role)


def parties(connection: Connection, edition_id: str) -> list[str]:
    """Return who is asked about a draft: the network, and the organisations that it speaks of, by code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct row ->> 'organisation_code' from audit.edition_rows"
            " where edition_id = %s and relation = 'pub_organisations' order by 1",
            (edition_id,),
        )
        return [NETWORK, *(code for (code,) in cursor)]


def unanswered(connection: Connection, edition_id: str) -> list[str]:
    """Return the parties that have neither commented, nor said that they have nothing to add, nor declined."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select party from audit.edition_entries as entries where edition_id = %s and kind = any(%s)"
            " and not exists (select 1 from audit.edition_entries as later where later.kind = 'taken_back'"
            " and later.answers_to = entries.entry_id::text)",
            (edition_id, list(ANSWERS)),
        )
        answered = {party for (party,) in cursor}
    return [party for party in parties(connection, edition_id) if party not in answered]


def kept_waiting(connection: Connection, edition: dict, today: dt.date) -> list[str]:
    """Return those for whose answer a sign-off still waits; nobody once the last day for comments is over."""
    closes_on = edition["comment_closes_on"]
    return [] if closes_on is None or today > closes_on else unanswered(connection, edition["edition_id"])


def steps(connection: Connection, edition_id: str) -> list[dict]:
    """Return who moved an edition to which state when and why, in order."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select * from audit.edition_steps where edition_id = %s order by step_number", (edition_id,))
        return cursor.fetchall()


def touched(connection: Connection, edition_id: str) -> list[str]:
    """Return what is not as it was frozen: rows by relation, place and figure, and whether any came or went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relation, row_number, row ->> 'figure_id' from audit.edition_rows"
            f" where edition_id = %s and row_sha256 is distinct from {ROW_DIGEST}"
            ' order by relation collate "C", row_number',
            (edition_id,),
        )
        found = [
            f"{relation} row {number}{f', {figure_id}' if figure_id else ''}: not what was frozen"
            for relation, number, figure_id in cursor
        ]
        cursor.execute(
            f"select rows_sha256 is not distinct from (select {ALL_DIGEST} from audit.edition_rows"
            " where edition_id = %(id)s) from audit.editions where edition_id = %(id)s",
            {"id": edition_id},
        )
        if not cursor.fetchone()[0]:
            found.append("the rows as a whole: some were added, lost or sealed anew since they were frozen")
    return found


def digests(connection: Connection, edition_id: str) -> list[tuple[str, str]]:
    """Return the hash that each figure of an edition was sealed with, by the figure's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select row ->> 'figure_id', row_sha256 from audit.edition_rows"
            " where edition_id = %s and relation = 'pub_figures' order by 1",
            (edition_id,),
        )
        return cursor.fetchall()


def store(connection: Connection, edition_id: str, face: str, content: bytes, state: str, entries_through: int) -> str:
    """Store a face of an edition as it stood in a state and with the entries up to one, once; return its hash."""
    digest = hashlib.sha256(content).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into audit.edition_faces (edition_id, state, entries_through, face, sha256, content)"
            " values (%s, %s, %s, %s, %s, %s) on conflict (edition_id, state, entries_through, face) do nothing",
            (edition_id, state, entries_through, face, digest, content),
        )
    return digest


def stored(connection: Connection, edition_id: str, face: str) -> bytes | None:
    """Return a face as it was stored of the edition as it stands; None when it has not been rendered.

    What people enter changes a face as a step does, and each is stored beside those of before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select faces.content, faces.sha256 from audit.edition_faces as faces inner join audit.editions as editions"
            " on editions.edition_id = faces.edition_id and editions.state = faces.state"
            " where faces.edition_id = %s and faces.face = %s and faces.entries_through = ("
            "select coalesce(max(entry_id), 0) from audit.edition_entries where edition_id = faces.edition_id)",
            (edition_id, face),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    content = bytes(row[0])
    if hashlib.sha256(content).hexdigest() != row[1]:
        raise EditionError(f"the stored {face} of {edition_id} is not what was stored; restore it from a backup")
    return content


def entries_through(connection: Connection, edition_id: str) -> int:
    """Return the number of the newest entry into an edition, 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(entry_id), 0) from audit.edition_entries where edition_id = %s", (edition_id,)
        )
        return cursor.fetchone()[0]


def compared_with(connection: Connection, edition_id: str) -> str | None:
    """Return the edition that an edition's figures were compared with; None where none is recorded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select row ->> 'compared_with_edition_id' from audit.edition_rows"
            " where edition_id = %s and relation = 'pub_compared'",
            (edition_id,),
        )
        row = cursor.fetchone()
    return row and row[0]


def stored_faces(connection: Connection, edition_id: str) -> list[tuple[str, int, str, str]]:
    """Return the faces that are stored of an edition: state, newest entry shown, name and hash."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select state, entries_through, face, sha256 from audit.edition_faces where edition_id = %s"
            " order by entries_through, state, face",
            (edition_id,),
        )
        return cursor.fetchall()


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


def every(connection: Connection, icb_code: str | None = None) -> list[dict]:
    """Return all editions, or those of one ICB, in order of quarter and number."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            "select * from audit.editions where %(icb)s::text is null or icb_code = %(icb)s"
            " order by quarter_id, icb_code, edition_number",
            {"icb": icb_code},
        )
        return cursor.fetchall()


def _write_step(
    cursor, edition_id: str, state: str, by_role: str, as_of: dt.datetime, was_wrong: str = "", because: str = ""
) -> None:
    cursor.execute(
        "insert into audit.edition_steps (edition_id, step_number, state, by_role, taken_at, was_wrong, because)"
        " select %(id)s, count(*) + 1, %(state)s, %(role)s, %(at)s, nullif(%(wrong)s, ''), nullif(%(because)s, '')"
        " from audit.edition_steps where edition_id = %(id)s",
        {
            "id": edition_id,
            "state": state,
            "role": by_role.strip() or BY_ITSELF,
            "at": as_of,
            "wrong": was_wrong.strip(),
            "because": because.strip(),
        },
    )


def _one(connection: Connection, where: str, values: tuple) -> dict | None:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(f"select * from audit.editions where {where}", values)
        return cursor.fetchone()


def published_relations(connection: Connection) -> list[str]:
    """Return the relations of which an edition freezes rows, without their _now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class as c inner join pg_namespace as n on n.oid = c.relnamespace"
            " where n.nspname = 'published' and c.relkind = 'r' and c.relname like 'pub\\_%\\_now'"
            " and c.relname <> 'pub_editions_now' order by c.relname"
        )
        return [row[0].removesuffix("_now") for row in cursor]
