"""An edition is sealed as it is frozen, and each step is taken with all its faces or not at all."""

import datetime as dt
import hashlib

import pytest
from typer.testing import CliRunner

from assure import cli
from report import faces, publication
from tests.integration.edition_life.small_region import AFTER, FIRST, SECOND, SHARED, WRONG, ask, forget, published
from warehouse import connection, edition_entries, editions
from warehouse.editions import EditionError

# The seal


def test_a_frozen_edition_is_as_it_was_frozen(drafted):
    assert editions.touched(drafted, FIRST) == []
    digests = editions.digests(drafted, FIRST)
    assert [figure_id for figure_id, _ in digests] == ["shown.count/1", "shown.count/2", "shown.count/3"]
    (row,) = ask(
        drafted, "select row::text as text from audit.edition_rows where row ->> 'figure_id' = %s", "shown.count/2"
    )
    assert dict(digests)["shown.count/2"] == hashlib.sha256(row["text"].encode()).hexdigest()
    (facts,) = published(drafted, "pub_editions")
    assert len(facts["rows_sha256"]) == 64


CHANGED = "row || '{\"value\": 9}'"
DIGEST_OF_CHANGED = f"encode(sha256(convert_to(({CHANGED})::text, 'UTF8')), 'hex')"
SECOND_FIGURE = "where row ->> 'figure_id' = 'shown.count/2'"
THE_WHOLE = "the rows as a whole: some were added, lost or sealed anew since they were frozen"


@pytest.mark.parametrize(
    ("touch", "told"),
    [
        (f"set row = {CHANGED} {SECOND_FIGURE}", "pub_figures row 2, shown.count/2: not what was frozen"),
        (f"set row_number = 9 {SECOND_FIGURE}", THE_WHOLE),
        (f"set edition_id = 'elsewhere' {SECOND_FIGURE}", THE_WHOLE),
        (f"set row = {CHANGED}, row_sha256 = {DIGEST_OF_CHANGED} {SECOND_FIGURE}", THE_WHOLE),
    ],
)
def test_whoever_touches_a_row_is_found_out(touch, told, drafted):
    drafted.commit()
    try:
        with connection.connect("admin") as admin, admin.cursor() as cursor:
            cursor.execute("alter table audit.edition_rows disable trigger all")
            cursor.execute(f"update audit.edition_rows {touch}")
            assert cursor.rowcount == 1
            assert editions.touched(admin, FIRST) == [told]
            admin.rollback()
    finally:
        forget()


# Published whole


SAID_WRONG = ["--wrong", WRONG["was_wrong"], "--because", WRONG["because"]]


def test_a_step_whose_page_cannot_be_rendered_was_not_taken_and_can_be_taken_again(sketched, drafted):
    for command, edition_id, said in (
        ("share", FIRST, []),
        ("publish", FIRST, []),
        ("correct", FIRST, SAID_WRONG),
    ):
        before = editions.find(drafted, edition_id), editions.steps(drafted, edition_id)
        drafted.rollback()
        arguments = ["edition", command, edition_id, *said, "--role", "head of data", "--as-of", "2026-08-18"]
        sketched.append("a chart without points")
        failed = CliRunner().invoke(cli.app, arguments)
        assert str(failed.exception) == "a chart without points"
        assert (editions.find(drafted, edition_id), editions.steps(drafted, edition_id)) == before
        drafted.rollback()
        done = CliRunner().invoke(cli.app, arguments)
        assert done.exit_code == 0, done.output
        if command == "share":
            publication.sign_off(FIRST, "director of quality", AFTER + dt.timedelta(days=30))
        else:
            # What people read has changed, and the site is as it was.
            assert done.stderr.endswith(": assure site\n")


def test_a_withdrawal_stands_whether_its_page_can_be_rendered_or_not(sketched, drafted):
    sketched.append("a chart without points")
    arguments = ["edition", "withdraw", FIRST, *SAID_WRONG[2:], "--role", "head of data", "--as-of", "2026-08-18"]
    assert str(CliRunner().invoke(cli.app, arguments).exception) == "a chart without points"
    assert editions.find(drafted, FIRST)["state"] == "withdrawn"
    assert publication.content(FIRST) == b"withdrawn on None"


def test_what_is_signed_off_is_published_once_with_all_its_faces(sketched, drafted):
    publication.sign_off(FIRST, "director of quality", AFTER)
    assert publication.publish_what_is_signed_off(AFTER) == [FIRST]
    assert editions.stored(drafted, FIRST, "first.txt") == b"drawn"
    assert editions.stored(drafted, FIRST, faces.PAGE) == b"published on 2026-08-18"
    assert publication.publish_what_is_signed_off(AFTER) == []


def test_what_is_entered_while_the_faces_are_rendered_is_not_left_out_of_them(sketched, drafted, monkeypatch):
    def enter_meanwhile(_) -> bytes:
        with connection.connect("transformer") as other:
            edition_entries.enter(other, FIRST, "ask", "Fund it.", "chief nurse", SHARED)
        return b"drawn"

    monkeypatch.setattr(faces, "of", lambda _: {"first.txt": faces.Face("first.txt", "The first", enter_meanwhile)})
    with pytest.raises(EditionError, match=r"entered into .* meanwhile; look at it again"):
        publication.share(FIRST, "assurance lead", SHARED)
    assert editions.find(drafted, FIRST)["state"] == "draft"
    assert editions.stored_faces(drafted, FIRST) == []


def test_a_correction_waits_for_marts_that_know_what_it_corrects(sketched, drafted):
    """The marts know the first edition as published; the second is younger than they are."""
    for edition_id in (FIRST, SECOND):
        publication.sign_off(edition_id, "director of quality", AFTER)
        publication.publish(edition_id, AFTER)
        if edition_id == FIRST:
            assert publication.correct(FIRST, **WRONG, by_role="head of data", as_of=AFTER) == SECOND
    with pytest.raises(EditionError, match=f"before {SECOND} was published; run: assure build"):
        publication.correct(SECOND, **WRONG, by_role="head of data", as_of=AFTER)
    assert [one["state"] for one in editions.every(drafted)] == ["corrected", "published"]
