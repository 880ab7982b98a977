"""Draft a quarter's report when it is due, lead it to its publication or out of it; running again changes nothing."""

import datetime as dt
import os
from collections.abc import Callable, Iterable
from typing import TypeVar

from psycopg2.extensions import connection as Connection

from report import faces, rows
from warehouse import build, editions, lineage
from warehouse.connection import connect
from warehouse.periods import LONDON, data_cut_on, last_ended_quarter

Taken = TypeVar("Taken")
"""What a step with an edition tells whoever took it."""


def draft_what_is_due(as_of: dt.datetime) -> list[str]:
    """Freeze and render the edition of the quarter the marts speak for once its data cut has come; return new ones.

    A quarter that was missed, since nothing ran between its cut and the end of the next, is drafted too: marts are
    built for it and swapped in, and afterwards they speak for the last ended quarter again.
    """
    today, icb_codes = as_of.astimezone(LONDON).date(), icbs()
    with connect("transformer") as connection:
        built = build.latest(connection)
        if built is None:
            return []
        quarter = built["report_quarter"]
        missed = editions.missed(connection, today, icb_codes)
        waiting = icb_codes if data_cut_on(quarter) <= today else []
        due = [icb_code for icb_code in waiting if editions.current(connection, quarter, icb_code) is None]
    drafted = [draft(quarter, icb_code, as_of) for icb_code in due]
    for other, codes in quarters_to_build(missed, quarter, last_ended_quarter(as_of)).items():
        build.swap(build.build(built["accepted_through"], as_of, other))
        drafted += [draft(other, icb_code, as_of) for icb_code in codes]
    return drafted


def quarters_to_build(missed: dict[str, list[str]], spoken_for: str, present: str) -> dict[str, list[str]]:
    """Return the quarters to build marts for, in order, each with the ICBs whose edition of it is to be drafted.

    The marts speak for `spoken_for` already, which needs no build; after what was missed they end with `present`.
    """
    late = {quarter: codes for quarter, codes in missed.items() if quarter != spoken_for}
    ends_with_present = next(reversed(late), spoken_for) == present
    return late if ends_with_present or not missed else late | {present: []}


def draft(quarter: str, icb_code: str, as_of: dt.datetime, by_role: str = editions.BY_ITSELF) -> str:
    """Freeze the figures of a quarter as a draft and render it; drafting twice returns the same edition."""
    with lineage.run(f"draft.{icb_code}", quarter, as_of) as told:
        with connect("transformer") as connection:
            edition_id = editions.draft(connection, quarter, icb_code, as_of, by_role)
            _tell_frozen(connection, edition_id, told)
        content(edition_id)
        told.writes.add(lineage.edition(edition_id, faces.PAGE))
    return edition_id


def _tell_frozen(connection: Connection, edition_id: str, told: lineage.Run) -> None:
    told.reads |= {lineage.table("published", f"{one}_now") for one in editions.published_relations(connection)}
    told.writes.add(lineage.edition(edition_id))


def share(edition_id: str, by_role: str, as_of: dt.datetime) -> dict:
    """Send a draft to providers and the network in the same hour, every face of it stored; return the edition."""
    return _lead("share", edition_id, as_of, lambda connection: editions.share(connection, edition_id, as_of, by_role))


def sign_off(edition_id: str, by_role: str, as_of: dt.datetime, *, automatic: bool = False) -> None:
    """Sign an edition off in the name of a role, or by the ICB's standing configuration."""
    with connect("transformer") as connection:
        editions.advance(
            connection, edition_id, "signed_off", as_of, "automatic" if automatic else "named_role", by_role
        )


def publish(edition_id: str, as_of: dt.datetime, by_role: str = editions.BY_ITSELF) -> None:
    """Publish an edition that was signed off, every face of it stored; where one fails, it stays signed off."""
    _lead(
        "publish",
        edition_id,
        as_of,
        lambda connection: editions.advance(connection, edition_id, "published", as_of, by_role=by_role),
    )


def _lead(step: str, edition_id: str, as_of: dt.datetime, take: Callable[[Connection], Taken]) -> Taken:
    """Take a step with an edition, every face stored as it reads afterwards; where one fails, nothing was done."""
    with connect("transformer") as connection:
        icb_code = editions.find(connection, edition_id)["icb_code"]
    with lineage.run(f"{step}.{icb_code}", edition_id, as_of) as told:
        with connect("transformer") as connection:
            connection.set_session(isolation_level="REPEATABLE READ")
            # Only whoever takes a step sees it before it is committed; and nobody is kept waiting by the rendering.
            take(connection)
            edition = rows.read(connection, edition_id)
            connection.rollback()
        rendered = {name: face.render(edition) for name, face in faces.of(edition).items()}
        with connect("transformer") as connection:
            taken = take(connection)
            if editions.entries_through(connection, edition_id) != edition.facts["entries_through"]:
                raise editions.EditionError(f"something was entered into {edition_id} meanwhile; look at it again")
            _store(connection, edition, rendered)
        told.reads.add(lineage.edition(edition_id))
        told.writes |= {lineage.edition(edition_id, face) for face in rendered}
    return taken


def publish_what_is_signed_off(as_of: dt.datetime) -> list[str]:
    """Sign off drafts of ICBs that have configured it, publish everything signed off, and return what was published.

    A draft that was shared is signed off by itself once nobody's answer is waited for any more; one that follows a
    corrected or withdrawn edition never is: somebody took that step, and somebody looks at what comes of it.
    """
    today = as_of.astimezone(LONDON).date()
    for state in ("draft", "network_comment"):
        for edition in _in_state(state):
            role = automatic_sign_off(edition["icb_code"])
            with connect("transformer") as connection:
                waits = editions.kept_waiting(connection, edition, today)
            if role and not waits and edition["edition_number"] == 1:
                sign_off(edition["edition_id"], role, as_of, automatic=True)
    signed = [edition["edition_id"] for edition in _in_state("signed_off")]
    for edition_id in signed:
        publish(edition_id, as_of)
    return signed


def correct(edition_id: str, was_wrong: str, because: str, by_role: str, as_of: dt.datetime) -> str:
    """Put the next edition, a draft, in the place of a published one, say in both what was wrong; return the draft.

    It is refused while the marts do not know that edition as published: the draft would not list what it restates.
    """
    with connect("transformer") as connection:
        edition = editions.find(connection, edition_id)

    def take(connection: Connection) -> str:
        # First what may refuse, so that nothing is left half done.
        editions.spoken_for(connection, edition["quarter_id"])
        editions.advance(
            connection, edition_id, "corrected", as_of, by_role=by_role, was_wrong=was_wrong, because=because
        )
        corrected_by = editions.draft(connection, edition["quarter_id"], edition["icb_code"], as_of, by_role)
        if editions.compared_with(connection, corrected_by) != edition_id:
            raise editions.EditionError(f"the marts were built before {edition_id} was published; run: assure build")
        return corrected_by

    corrected_by = _lead("correct", edition_id, as_of, take)
    # The draft's run is told from that of the quarter's first by the edition it comes after. Its page is rendered when
    # somebody first asks for it: the correction stands whatever becomes of that.
    with lineage.run(f"draft.{edition['icb_code']}", f"after {edition_id}", as_of) as told:
        with connect("transformer") as connection:
            _tell_frozen(connection, corrected_by, told)
    return corrected_by


def withdraw(edition_id: str, because: str, by_role: str, as_of: dt.datetime) -> None:
    """Withdraw an edition: it is served as before, and says first that nobody should rely on it, and why.

    It stands even where a face cannot be rendered: nobody is to go on relying on it because a chart fails.
    """
    with connect("transformer") as connection:
        edition = editions.advance(connection, edition_id, "withdrawn", as_of, by_role=by_role, because=because)
    with lineage.run(f"withdraw.{edition['icb_code']}", edition_id, as_of) as told:
        rendered = contents(edition_id)
        told.reads.add(lineage.edition(edition_id))
        told.writes |= {lineage.edition(edition_id, face) for face in rendered}


def automatic_sign_off(icb_code: str) -> str | None:
    """Return the role in whose name an ICB's editions sign themselves off; None where nobody configured it.

    ASSURE_AUTOMATIC_SIGN_OFF holds `ICB=role` pairs, separated by semicolons.
    """
    configured = os.environ.get("ASSURE_AUTOMATIC_SIGN_OFF", "")
    pairs = dict(pair.split("=", 1) for pair in configured.split(";") if "=" in pair)
    return pairs.get(icb_code)


def content(edition_id: str, face: str = faces.PAGE) -> bytes:
    """Return a face of an edition as stored for its present state, rendering it once if that has not happened yet.

    Raises LookupError for a face that the edition does not have.
    """
    return contents(edition_id, [face])[face]


def contents(edition_id: str, wanted: Iterable[str] | None = None) -> dict[str, bytes]:
    """Return faces of an edition by name, all unless some are wanted; see `content`."""
    with connect("reporter") as connection:
        # One moment for all relations: what somebody enters meanwhile belongs to the next face.
        connection.set_session(isolation_level="REPEATABLE READ")
        edition = rows.read(connection, edition_id)
    offered = faces.of(edition)
    found = {}
    for name in offered if wanted is None else wanted:
        if name not in offered:
            raise LookupError(f"{edition_id} has no {name}; it has {', '.join(offered)}")
        with connect("transformer") as connection:
            stored = editions.stored(connection, edition_id, name)
        if stored is None:
            stored = offered[name].render(edition)
            with connect("transformer") as connection:
                _store(connection, edition, {name: stored})
        found[name] = stored
    return found


def _store(connection: Connection, edition: rows.Edition, rendered: dict[str, bytes]) -> None:
    as_read = edition.facts["state"], edition.facts["entries_through"]
    for name, face in rendered.items():
        editions.store(connection, edition.facts["edition_id"], name, face, *as_read)


def _in_state(state: str) -> list[dict]:
    with connect("transformer") as connection:
        return editions.in_state(connection, state)


def icbs() -> list[str]:
    """Return the ICBs that have a report."""
    with connect("transformer") as connection:
        return editions.reporting_icbs(connection)
