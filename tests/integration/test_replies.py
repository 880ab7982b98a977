"""A sender is told of each verdict once: what became of its files, where and what to do, and never a value."""

import datetime as dt
import io

import openpyxl
import pytest

from expectations.contract import load_contracts
from expectations.verdict import finding, rulebook_rows
from loaders import load, registering
from loaders.onboarding import check, profiles
from loaders.replies import gathering, pages
from loaders.status import reading
from tests.made_up_sender import SUBMITTED_AT
from warehouse import connection, ledger

HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
GOOD = [f"I-{number},03/06/2026,04/06/2026,Alder,FALL," for number in range(30)]
MORNING = dt.datetime(2026, 7, 29, 6, 30, tzinfo=dt.UTC)
NEXT_MORNING = MORNING + dt.timedelta(days=1)
MARKER = "marker-7c41"


def file(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


@pytest.fixture
def told(warehouse_database, sender, as_of):
    """A sender of three files that were judged: one is good, one has bad rows, one has another heading."""
    one = sender()
    one.send("incidents_2026-04.csv", file(*GOOD))
    bad = [f"I-{number},{MARKER},,,," for number in (40, 41)] + ["I-50,05/06/2026,01/06/2026,Alder,FALL,"]
    one.send("incidents_2026-05.csv", file(*GOOD, *bad))
    one.send("incidents_2026-06.csv", file(*GOOD).replace("Happened", "=Day"))
    one.load(as_of)
    load.accept_wave(as_of)
    return one


def outcomes(reply: gathering.Reply) -> dict[str, str]:
    return {one.file_name: one.outcome for one in reply.files}


def test_a_reply_says_of_each_file_what_became_of_it_and_first_what_is_to_be_mended(told):
    reply = gathering.news(told.provider, MORNING)
    assert list(outcomes(reply).items()) == [
        ("incidents_2026-06.csv", "refused"), ("incidents_2026-05.csv", "accepted"),
        ("incidents_2026-04.csv", "accepted"),
    ]  # fmt: skip
    _, bad, good = reply.files
    assert (bad.rows_read, bad.rows_kept, bad.rows_set_aside) == (33, 30, 3)
    assert [(fault.rule, fault.row_count, fault.rows) for fault in bad.faults if fault.level == "set_aside"] == [
        ("INC-TYP.occurred_on", 2, (32, 33)), ("INC-001", 1, (34,)),
    ]  # fmt: skip
    assert (good.rows_kept, good.rows_set_aside) == (30, 0)
    assert pages.summary(reply) == "3 files: 2 were taken in, 1 could not be used."


def test_the_page_names_places_and_remedies_and_holds_no_value(told):
    page = pages.page(gathering.news(told.provider, MORNING))
    assert "rows 32–33" in page
    assert "Send a day of the calendar in the agreed form" in page
    assert "headings nobody has agreed: &#39;=Day&#39;" in page
    for stranger in (MARKER, "assure ", "provider file", "http://", "<script"):
        assert stranger not in page


def test_rows_without_numbers_are_counted_all_the_same(told):
    load_id = told.delivery("incidents_2026-04.csv")["load_id"]
    with connection.connect("loader") as opened:
        ledger.find(opened, load_id, [finding("FILE-BESIDE-ALONE", column_name="contact", row_count=12)])
    assert "column ‘contact’, 12 rows" in pages.page(gathering.news(told.provider, MORNING))


def test_the_workbook_lists_every_row_and_calculates_nothing(told):
    book = openpyxl.load_workbook(io.BytesIO(pages.workbook(gathering.news(told.provider, MORNING))))
    rows = list(book["Rows"].iter_rows(min_row=2, values_only=True))
    assert [row[2] for row in rows if row[4] == "INC-TYP.occurred_on"] == [32, 33]
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert not any(MARKER in str(cell.value) for cell in cells)


def test_what_was_told_is_not_told_again(told):
    with gathering.telling(told.provider, MORNING, "zx_contact") as reply:
        assert len(reply.files) == 3
    with gathering.telling(told.provider, MORNING, "zx_contact") as again:
        assert again is None
    assert gathering.news(told.provider, NEXT_MORNING).files == ()


def test_what_could_not_be_sent_was_not_told(told):
    with pytest.raises(ConnectionRefusedError), gathering.telling(told.provider, MORNING, "zx_contact"):
        raise ConnectionRefusedError
    assert len(gathering.news(told.provider, MORNING).files) == 3


def test_a_sender_is_told_once_on_a_day_and_of_later_news_on_the_next(told, as_of):
    with gathering.telling(told.provider, MORNING, "zx_contact"):
        pass
    told.send("incidents_2026-06_v2.csv", file(*GOOD[1:]), SUBMITTED_AT + dt.timedelta(days=3))
    told.load(as_of)
    load.accept_wave(as_of)
    with gathering.telling(told.provider, MORNING + dt.timedelta(hours=1), "zx_contact") as same_day:
        assert same_day is None
    with gathering.telling(told.provider, NEXT_MORNING, "zx_contact") as next_day:
        assert outcomes(next_day) == {"incidents_2026-06_v2.csv": "accepted"}
        assert next_day.since == MORNING


def test_a_file_that_was_read_anew_with_the_same_verdict_is_no_news_and_with_another_it_is(told, as_of):
    with gathering.telling(told.provider, MORNING, "zx_contact"):
        pass
    read_anew(told, as_of, ignore=["Notes", "Colour"])
    assert gathering.news(told.provider, NEXT_MORNING).files == ()
    read_anew(told, as_of, skip_when={"Happened": [MARKER]})
    assert outcomes(gathering.news(told.provider, NEXT_MORNING)) == {"incidents_2026-05.csv": "accepted"}


def read_anew(told, as_of, **changed) -> None:
    feed = told.document["feeds"]["incidents"]
    told.change(told.document | {"feeds": {"incidents": feed | {"tables": [feed["tables"][0] | changed]}}})
    registering.reread(told.provider, as_of)
    load.land(told.provider, as_of)
    load.judge(told.provider, as_of)
    load.accept_wave(as_of)


def test_a_message_by_hand_is_recorded_in_the_name_of_a_role(told):
    gathering.told(gathering.news(told.provider, MORNING), "data manager")
    assert told.ask("select distinct told_to from audit.replies") == [("data manager",)]
    assert gathering.news(told.provider, NEXT_MORNING).files == ()


def test_no_remedy_asks_a_sender_for_what_only_the_data_team_can_do():
    said = [gathering.for_sender(row["rule"], row["remedy"]) for row in rulebook_rows(load_contracts())]
    assert all(said)
    assert [remedy for remedy in said if "assure " in remedy or "provider file" in remedy] == []


def test_the_last_accepted_file_is_remembered_in_numbers_and_the_next_one_compared(told, as_of, tmp_path):
    check.remember_accepted([told.provider], as_of)
    kept = profiles.last_accepted(told.provider, "incidents")
    assert kept.records["incident"].rows == 31
    assert kept.records["incident"].codes == {"incident_kind": {"falls": 31}}
    assert MARKER not in str(kept)
    path = tmp_path / "incidents_2026-07.csv"
    rows = [f"I-{number},03/07/2026,,Alder,SELFH," for number in range(40)]
    path.write_text(file(*rows).replace("Notes", "Colour"), encoding="utf-8")
    verdict = check.check(path, told.provider, as_of)
    assert check.against(path, told.provider, as_of, verdict, None) == [
        "columns new: Colour",
        "columns gone: Notes",
        "incident: 40 rows, 31 before (+29%)",
        "codes under 'Kind' new: self_harm",
        "codes under 'Kind' gone: falls",
        "'Reported' is filled in 0% of the rows; it was 100%",
    ]


def test_status_names_what_lies_at_a_door_under_a_name_that_no_feed_expects(told, as_of):
    told.send("copy of incidents.csv", file(*GOOD))
    told.load(as_of)
    (line,) = (line for line in reading.read(as_of, sender=told.code).attention if "at its door" in line)
    assert "a file no feed expects (29 July 2026): copy of incidents.csv" in line
    (told.folder / "copy of incidents.csv").unlink()
    told.load(as_of)
    assert not any("at its door" in line for line in reading.read(as_of, sender=told.code).attention)


def test_nothing_is_noted_by_a_role_that_may_only_read(told):
    with pytest.raises(connection.DatabaseFault), connection.connect("transformer") as opened:
        opened.cursor().execute("delete from audit.replies")
