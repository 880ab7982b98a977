"""An edition is frozen once and served as stored; it moves only as it may, and a mended one gets the next number."""

import datetime as dt
import hashlib
import re
import threading

import psycopg2.errors
import pytest
from markupsafe import Markup
from typer.testing import CliRunner

from assure import cli
from report import charts, html, publication, rows
from tests.truth.copies import copy_of
from warehouse import build, connection, editions
from warehouse.editions import NEXT_STATES, EditionError

QUARTER, ICB = "2026-27-Q1", "ZWL"
FIRST, SECOND, THIRD = (f"{QUARTER}/{ICB}/{number}" for number in (1, 2, 3))
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 8, 3, 6, 0, tzinfo=dt.UTC)
SAID = {"was_wrong": "Complaints were counted twice.", "because": "A file came under two names."}


@pytest.fixture(scope="module")
def copied(loaded_region):
    with copy_of(loaded_region) as name:
        yield name


@pytest.fixture
def transformer(copied):
    with connection.connect("transformer") as opened:
        yield opened


@pytest.fixture
def undone(transformer):
    """A transaction whose end is that nothing happened."""
    yield transformer
    transformer.rollback()


@pytest.fixture
def undrawn(monkeypatch):
    """Pages whose charts are left empty: what an edition says of itself needs no drawing, and drawing takes long."""
    empty = charts.Drawing(Markup(""), Markup(""))
    monkeypatch.setattr(charts, "spc", lambda *_: empty)
    monkeypatch.setattr(charts, "told_back_curve", lambda *_: empty)


def frozen(edition_id: str) -> str:
    """A hash of every frozen row of an edition."""
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select relation, row_number, row::text from audit.edition_rows where edition_id = %s order by 1, 2",
            (edition_id,),
        )
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


def rendered(edition_id: str) -> bytes:
    with connection.connect("reporter") as opened:
        return html.render(rows.read(opened, edition_id)).encode("utf-8")


def set_state(opened, state: str) -> None:
    with opened.cursor() as cursor:
        cursor.execute(
            "update audit.editions set state = %s, shared_for_comment_on = null, comment_closes_on = null"
            " where edition_id = %s",
            (state, FIRST),
        )


def test_rendering_again_gives_the_bytes_that_are_stored(copied):
    served = publication.content(FIRST)
    assert served == rendered(FIRST)
    assert b"Published." in served


def test_later_figures_do_not_reach_a_frozen_edition(copied):
    before, served = frozen(FIRST), publication.content(FIRST)
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute(
            "update published.pub_figures_now set value = value + 1 where measure_code = 'inputs_received' returning 1"
        )
        assert cursor.rowcount > 0
    assert frozen(FIRST) == before
    assert publication.content(FIRST) == served


def test_a_stored_page_that_somebody_touched_is_not_served(undone):
    with undone.cursor() as cursor:
        cursor.execute("select current_user, has_table_privilege('transformer', 'audit.edition_faces', 'update')")
        assert cursor.fetchone()[1] is False
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute("update audit.edition_faces set content = content || 'x'::bytea where edition_id = %s", (FIRST,))
        with pytest.raises(EditionError, match="not what was stored"):
            editions.stored(opened, FIRST, "report.html")
        opened.rollback()


@pytest.mark.parametrize("table", ["edition_rows", "edition_faces", "edition_steps", "edition_entries"])
@pytest.mark.parametrize("role", ["loader", "transformer"])
def test_nobody_may_change_what_was_written_down(table, role, copied):
    named = f"audit.{table}"
    with connection.connect("admin") as admin, admin.cursor() as cursor:
        cursor.execute(
            "select has_any_column_privilege(%s, %s, 'update'), has_table_privilege(%s, %s, 'delete')",
            (role, named, role, named),
        )
        assert cursor.fetchone() == (False, False)


def test_readers_see_what_was_entered_and_the_ledger_behind_it_they_do_not(copied):
    with connection.connect("reporter") as reader, reader.cursor() as cursor:
        cursor.execute("select * from published.pub_asks")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("select * from audit.edition_entries")
        reader.rollback()


@pytest.mark.parametrize("state", NEXT_STATES)
def test_an_edition_moves_only_as_it_may(state, undone):
    for to in NEXT_STATES:
        set_state(undone, state)
        if to in NEXT_STATES[state]:
            moved = editions.advance(undone, FIRST, to, AS_OF, "named_role", "chief nurse", **SAID)
            assert moved["state"] == to
        else:
            with pytest.raises(EditionError, match="cannot become"):
                editions.advance(undone, FIRST, to, AS_OF, "named_role", "chief nurse", **SAID)


@pytest.mark.parametrize(("kind", "role"), [("", "chief nurse"), ("named_role", ""), ("somehow", "chief nurse")])
def test_nobody_signs_without_saying_how_and_as_whom(kind, role, undone):
    set_state(undone, "draft")
    with pytest.raises(EditionError, match="sign-off"):
        editions.advance(undone, FIRST, "signed_off", AS_OF, kind, role)


def test_of_two_that_move_an_edition_at_once_one_hears_of_it(copied):
    heard = []

    def withdraw(opened):
        try:
            editions.advance(opened, FIRST, "withdrawn", AS_OF, **SAID)
        except EditionError as error:
            heard.append(str(error))
        opened.rollback()

    with connection.connect("transformer") as one, connection.connect("transformer") as two:
        editions.advance(one, FIRST, "corrected", AS_OF, **SAID)
        waiting = threading.Thread(target=withdraw, args=(two,))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        one.commit()
        waiting.join(10)
        set_state(one, "published")
    assert len(heard) == 1
    assert "moved on by somebody else" in heard[0]


def test_no_build_is_swapped_in_while_an_edition_is_drafted(undone):
    set_state(undone, "withdrawn")
    editions.draft(undone, QUARTER, ICB, AS_OF)
    with connection.connect("admin") as other, other.cursor() as cursor:
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("lock table published.pub_changes_now in access exclusive mode nowait")
        other.rollback()


def test_marts_of_another_quarter_are_not_drafted(undone):
    with pytest.raises(EditionError, match="assure build --quarter 2025-26-Q4"):
        editions.draft(undone, "2025-26-Q4", ICB, AS_OF)


# One edition after the other: from here on the stories follow upon each other


def test_drafting_twice_is_drafting_once(copied, undrawn):
    assert publication.draft(QUARTER, ICB, AS_OF) == FIRST
    assert publication.draft_what_is_due(AS_OF) == []
    assert numbers() == [1]


def test_a_withdrawn_edition_says_so_and_why_and_the_next_has_the_next_number(copied, undrawn):
    before = frozen(FIRST)
    done = assure("edition", "withdraw", FIRST, "--because", SAID["because"], "--role", "head of data")
    assert done == f"{FIRST} is withdrawn\n"
    assert "Withdrawn: do not rely on it." in text_of(FIRST)
    assert "Withdrawn on 3 August 2026. Why: A file came under two names." in text_of(FIRST)
    drafted = []
    drafters = [
        threading.Thread(target=lambda: drafted.append(publication.draft(QUARTER, ICB, LATER))) for _ in range(2)
    ]
    for drafter in drafters:
        drafter.start()
    for drafter in drafters:
        drafter.join(60)
    assert drafted == [SECOND] * 2
    assert numbers() == [1, 2]
    assert frozen(FIRST) == before


def test_what_nobody_signed_is_not_published(copied, undrawn):
    assert publication.publish_what_is_signed_off(LATER) == []
    assert "Nobody has signed it off" in text_of(SECOND)


def test_a_draft_is_shared_and_talked_about_and_each_step_is_another_page(copied, undrawn):
    assert "until 2026-08-17" in assure("edition", "share", SECOND, "--role", "assurance lead")
    assert "can comment until 17 August 2026" in text_of(SECOND)
    assert publication.publish_what_is_signed_off(LATER) == []
    comment = "The letters are better. The waits are not."
    assert assure("edition", "comment", SECOND, comment, "--role", "network lead").startswith("Entry ")
    assert comment in text_of(SECOND)
    assure("edition", "reply", SECOND, "ZWL_NET/NET-Q-002", "We asked Tideway.", "--role", "head of quality")
    assure("edition", "enter", SECOND, "ask", "Fund the crisis café.", "--role", "Chief nurse")
    page = text_of(SECOND)
    assert "Reply by the head of quality, 3 August 2026: We asked Tideway." in page
    assert "Fund the crisis café. (chief nurse)" in page


@pytest.mark.parametrize("words", ["Ring 07700 900123.", "Ask ann@example.org.", "At WE1 4AB.", "It is 943 476 5919."])
def test_words_that_could_say_who_somebody_is_are_not_entered(words, copied):
    before = entered()
    for command in (
        ["comment", SECOND, words, "--role", "lead"],
        ["enter", SECOND, "opinion", words, "--role", "lead"],
        ["enter", SECOND, "ask", "Fund it.", "--role", words],
        ["withdraw", SECOND, "--because", words, "--role", "lead"],
    ):
        assert "could identify a person" in refused("edition", *command)
    assert entered() == before


def test_it_is_signed_off_once_everybody_has_answered_and_then_served_as_stored(copied, undrawn):
    told = refused("edition", "sign-off", SECOND, "--role", "Chief nurse")
    assert "is with ZW1, ZW2, ZW3, ZW4, ZW5, ZWL_ICB until 2026-08-17" in told
    for code in ("ZW1", "ZW2", "ZW3", "ZW4", "zw5"):
        assure("edition", "comment", SECOND, "--nothing-to-add", "--from", code, "--role", "manager")
    assure("edition", "decline", SECOND, "--from", "zwl_icb", "--role", "manager")
    assure("edition", "sign-off", SECOND, "--role", "Chief nurse")
    assert publication.publish_what_is_signed_off(LATER) == [SECOND]
    assert "Signed off by the chief nurse on 3 August 2026" in text_of(SECOND)
    assert publication.publish_what_is_signed_off(LATER) == []
    assert "served as it was stored" in refused("edition", "enter", SECOND, "ask", "More.", "--role", "lead")
    shown = assure("edition", "show", SECOND)
    assert "Every row is as it was frozen." in shown
    assert re.search(r"ask .*Fund the crisis café", shown)
    figures = assure("edition", "show", SECOND, "--figures").splitlines()
    assert figures[0] == "figure_id,row_sha256"
    assert len(figures) > 1000


def test_a_corrected_edition_makes_room_for_the_next_and_both_say_what_was_wrong(copied, undrawn):
    arguments = ["--wrong", SAID["was_wrong"], "--because", SAID["because"], "--role", "head of data"]
    # The marts are older than the publication of what is to be corrected.
    assert "run: assure build" in refused("edition", "correct", SECOND, *arguments)
    assert numbers() == [1, 2]
    with connection.connect("transformer") as opened:
        build.swap(build.build(build.latest(opened)["accepted_through"], LATER, QUARTER))
    assert assure("edition", "correct", SECOND, *arguments) == f"{SECOND} is corrected by {THIRD}, a draft\n"
    assert numbers() == [1, 2, 3]
    wrong = f"What was wrong: {SAID['was_wrong']} Why: {SAID['because']}"
    assert f"Corrected on 3 August 2026 by {THIRD}. {wrong}" in text_of(SECOND)
    assert f"This edition corrects {SECOND}. {wrong}" in text_of(THIRD)
    assert "The letters are better. The waits are not." in text_of(THIRD)


def test_a_correction_lists_what_the_edition_it_corrects_printed_otherwise(copied):
    """The marts that were built since hold the true figures again."""
    with connection.connect("reporter") as opened:
        third = rows.read(opened, THIRD)
    assert third.facts["compared_with_edition_id"] == third.facts["former_edition_id"] == SECOND
    restated = {row["figure_id"]: row for row in third.restatements}
    row = restated["inputs_received.count/ZW1/2026-27-Q1"]
    assert row["printed_in_edition_id"] == SECOND
    assert row["value_before"] - 1 == row["value_today"] == third.figure(row["figure_id"]).value


def test_a_row_that_was_touched_is_found(copied):
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute(
            "update audit.edition_rows set row = row || '{\"value\": 1}' where edition_id = %s"
            " and row ->> 'figure_id' = 'inputs_received.count/ZW1/2026-27-Q1'",
            (FIRST,),
        )
        assert cursor.rowcount == 1
    told = refused("edition", "show", FIRST)
    assert re.search(r"pub_figures row \d+, inputs_received.count/ZW1/2026-27-Q1: not what was frozen", told)


def test_what_follows_a_withdrawn_or_corrected_edition_waits_for_a_person(copied, undrawn, monkeypatch):
    monkeypatch.setenv("ASSURE_AUTOMATIC_SIGN_OFF", "QQQ=nobody;ZWL=board secretary")
    assert publication.publish_what_is_signed_off(LATER) == []
    publication.sign_off(THIRD, "board secretary", LATER)
    assert publication.publish_what_is_signed_off(LATER) == [THIRD]
    assert "This edition was signed off without being shared with the network." in text_of(THIRD)


def assure(*arguments: str) -> str:
    """What a command says that does what it is asked, on the later day."""
    done = CliRunner().invoke(cli.app, [*arguments, *([] if "show" in arguments else ["--as-of", "2026-08-03"])])
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*arguments: str) -> str:
    """What a command says that refuses, by its own words or by the error that ends it."""
    done = CliRunner().invoke(cli.app, [*arguments, *([] if "show" in arguments else ["--as-of", "2026-08-03"])])
    assert done.exit_code != 0
    error = str(done.exception) if isinstance(done.exception, EditionError) else ""
    return re.sub(r"[\s│]+", " ", done.output) + error


def entered() -> int:
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("select count(*) from audit.edition_entries")
        return cursor.fetchone()[0]


def numbers() -> list[int]:
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("select edition_number from audit.editions order by 1")
        return [number for (number,) in cursor]


def text_of(edition_id: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", publication.content(edition_id).decode("utf-8")))
