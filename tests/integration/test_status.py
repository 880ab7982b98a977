"""How things stand is read from a real ledger: what arrived, what is late, what failed, what waits for a person."""

import datetime as dt

import pytest

from loaders import load
from loaders.replies import gathering
from loaders.status.reading import read
from tests.made_up_sender import SUBMITTED_AT
from warehouse import build, connection

HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
GOOD = [f"I-{number},03/06/2026,04/06/2026,Alder,FALL," for number in range(30)]
LATE_REPORT = "I-50,05/06/2026,01/06/2026,Alder,FALL,"


def file(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


@pytest.fixture
def sent(warehouse_database, sender, as_of):
    """A sender of a good file with a row set aside, one that was refused and mended, and one that stays refused."""
    one = sender()
    one.send("incidents_2026-04.csv", file(*GOOD, LATE_REPORT))
    one.send("incidents_2026-05.csv", file(*GOOD, head="a,b,c"))
    one.send("incidents_2026-06.csv", file(*GOOD[1:], head="a,b,c"))
    one.send("incidents_2026-05_v2.csv", file(*GOOD).replace("03/06", "03/05"), SUBMITTED_AT + dt.timedelta(hours=1))
    one.load(as_of)
    load.accept_wave(as_of)
    return one


def test_it_says_what_arrived_what_is_set_aside_and_what_is_still_to_be_mended(sent, as_of):
    found = read(as_of, [sent.provider])
    (feed,) = found.feeds
    assert (feed.accepted, feed.refused, feed.held, feed.rows_set_aside) == (2, 2, 0, 1)
    assert [(one.record, one.rule, one.rows) for one in found.set_aside] == [("incident", "INC-001", 1)]
    assert [one.file_name for one in found.in_question] == ["incidents_2026-06.csv"]
    assert found.marts == "The marts have not been built yet: assure build"
    assert (found.late, found.agreements) == ((), ())


def test_of_a_withdrawn_file_nothing_is_set_aside(sent, as_of):
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute("update audit.deliveries set state = 'withdrawn' where rows_set_aside > 0")
        assert cursor.rowcount == 1
    found = read(as_of, [sent.provider])
    assert (found.feeds[0].rows_set_aside, found.set_aside) == (0, ())


def test_it_says_what_a_sender_was_told_of_its_faults(sent, as_of):
    (untold,) = read(as_of, [sent.provider]).untold
    assert (untold.sender, untold.files) == (sent.provider.organisation_code, 3)
    # A sender with a contact is told by itself.
    assert read(as_of, [sent.provider.model_copy(update={"contact": "a_contact"})]).untold == ()
    with gathering.telling(sent.provider, as_of, "data manager"):
        pass
    (told,) = read(as_of, sender=sent.code).told
    assert (told.files, told.refused, told.rows_set_aside) == (3, 2, 1)
    assert read(as_of, [sent.provider]).untold == ()
    assert read(as_of, sender="someone_else").told == ()


def test_it_says_which_builds_failed_since_the_one_people_read(warehouse_database, as_of, monkeypatch):
    def outcome(*nodes):
        monkeypatch.setattr(build, "_build_all", lambda variables: [(name, status, 0.1) for name, status in nodes])

    outcome(("fct_inputs", "success"))
    build.swap(build.build(0, as_of, "2026-27-Q1"))
    assert read(as_of).stopped == ()
    outcome(("warned", "warn"), ("fct_inputs", "error"), ("mart_evidence", "skipped"))
    with pytest.raises(build.BuildFailed):
        build.build(0, as_of, "2026-27-Q1")
    (stopped,) = read(as_of).stopped
    assert (stopped.state, stopped.stopped_at) == ("failed", ("fct_inputs", "warned"))
    assert read(as_of).built.build_id == stopped.build_id - 1


def test_it_says_which_drafts_wait_and_which_quarter_missed_its_cut(warehouse_database, sender, as_of):
    one = sender()
    with connection.connect("loader") as opened, opened.cursor() as cursor:
        cursor.execute(
            "insert into audit.organisations values ('ZZL', 'A made-up sender', 'nhs_trust', 'full', 'ZZL',"
            " 'Made-up ICB', true, '2023-04-01', null, null)"
        )
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "insert into audit.editions (edition_id, quarter_id, icb_code, edition_number, state, data_cut_at,"
            " accepted_through, code_version) values ('2025-26-Q4/ZZL/1', '2025-26-Q4', 'ZZL', 1, 'draft', %s, 0, 'x')",
            (as_of - dt.timedelta(days=90),),
        )
    found = read(as_of, [one.provider])
    assert [edition.edition_id for edition in found.editions] == ["2025-26-Q4/ZZL/1"]
    assert [(cut.quarter_id, cut.icb_code, cut.cut_on) for cut in found.cuts_missed] == [
        ("2026-27-Q1", "ZZL", dt.date(2026, 7, 28))
    ]
    # What is of all senders is not said of one.
    assert read(as_of, sender=one.code).cuts_missed == read(as_of, sender=one.code).editions == ()
    # On the day of the cut itself the draft is still made.
    assert read(as_of - dt.timedelta(days=1)).cuts_missed == ()
