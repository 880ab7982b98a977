"""What bad input gets, by the real load path: a verdict that says where, which rule and what to do, and nothing else.

All files of the first table are loaded in one wave, each from a sender of its own, beside a sender whose file is good.
"""

import datetime as dt
import io
import json
import logging
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass

import openpyxl
import pytest

from expectations.verdict import TELL_THE_LEAD, TOLD_TO_THE_LEAD
from loaders import load
from loaders.onboarding.check import check
from loaders.reading import unpacking
from loaders.replies import gathering
from loaders.status import reading
from tests.made_up_sender import AGREEMENT, INCIDENTS, SUBMITTED_AT
from warehouse import connection
from warehouse.paths import ROOT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 7, 20, 9, 0, tzinfo=dt.UTC)
MARKER = "marker-7c41"
"""Planted in cells: it may stand in raw, and nowhere that people or logs are told of."""
NAME = "incidents_2026-06.csv"
HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
NHS_NUMBERS = ["9434765919", "9434765870", "4010232137"]


def row(number: int, happened="03/06/2026", reported="04/06/2026", ward=MARKER, kind="SELFH", ref=None) -> str:
    return f"{ref or f'I-{MARKER}-{number}'},{happened},{reported},{ward},{kind},{MARKER}"


def text(*rows: str, head: str = HEAD, good: int = 30) -> str:
    """Return a file: the heading in line 1, good rows from line 2, then `rows`, from line `good` + 2."""
    return "\n".join([head, *(row(number) for number in range(good)), *rows]) + "\n"


def zipped(*contents: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.csv", content)
    return file.getvalue()


def torn(content: bytes) -> bytes:
    """Return an archive whose data, not its directory, are damaged."""
    return content[:60] + b"\xff" * 20 + content[80:]


def with_column(heading: str, cells: list[str]) -> str:
    lines = text(good=len(cells)).splitlines()
    return "\n".join(f"{line},{cell}" for line, cell in zip(lines, [heading, *cells], strict=True)) + "\n"


def tabbed(content: str) -> str:
    return content.replace(",", ";")


@dataclass(frozen=True)
class Case:
    """A file, what becomes of it, and what its sender is told: (rule, row, column)."""

    content: str | bytes
    state: str
    told: tuple[tuple, ...]
    visible: int = 0


ROW = 32
"""The line of the first row after the thirty good ones."""
CASES = {
    # Files that are not what was agreed.
    "empty": Case("", "refused", (("FILE-EMPTY", None, None),)),
    "nil": Case("Nil return\n", "accepted", ()),
    "headings and no rows": Case(text(good=0), "refused", (("FILE-NO-ROWS", None, None),)),
    "a login page": Case(f"<!DOCTYPE html><html>{MARKER}</html>", "refused", (("FILE-HTML", None, None),)),
    "an archive": Case(zipped(text()), "accepted", (), 30),
    "an archive cut short": Case(zipped(text())[:-40], "refused", (("FILE-ZIP", None, None),)),
    "an archive damaged inside": Case(torn(zipped(text())), "refused", (("FILE-ZIP", None, None),)),
    "an archive of two": Case(zipped(text(), text()), "refused", (("FILE-ZIP-MANY", None, None),)),
    "semicolons": Case(tabbed(text()), "refused", (("FILE-DELIMITER", None, None),)),
    "another encoding": Case(text(row(31, ward="Café")).encode("cp1252"), "refused", (("FILE-ENCODING", ROW, None),)),
    "an open quotation mark": Case(text('"I-31,03/06/2026'), "refused", (("FILE-CSV", ROW, None),)),
    # Columns.
    "a column missing": Case(text(head=HEAD.replace("Happened", "")), "refused", (("FILE-COLUMN", None, None),)),
    "a column renamed": Case(text(head=HEAD.replace("Ref", "Case")), "refused", (("FILE-COLUMN", None, None),)),
    "a column more": Case(
        with_column("Handler", [MARKER] * 30), "accepted", (("FILE-COLUMN-EXTRA", None, "Handler"),), 30
    ),
    "a column less": Case(
        text(head=HEAD.replace("Ward", "")), "accepted", (("FILE-COLUMN-OPTIONAL", None, "Ward"),), 30
    ),
    "NHS numbers, declared": Case(with_column("NHS number", NHS_NUMBERS), "accepted", (), 3),
    "NHS numbers, by name": Case(
        with_column("NHS no", NHS_NUMBERS), "accepted", (("FILE-COLUMN-DROPPED", None, "NHS no"),), 3
    ),
    "NHS numbers, hidden": Case(with_column("Ref 2", NHS_NUMBERS), "refused", (("FILE-IDENTIFIER", None, "column G"),)),
    "NHS numbers, hidden behind an open quotation mark": Case(
        with_column("Ref 2", NHS_NUMBERS) + 'I-31,"03/06/2026',
        "refused",
        (("FILE-CSV", 5, None), ("FILE-IDENTIFIER", None, "column G")),
    ),
    "NHS numbers for references": Case(
        text(*(row(0, ref=number) for number in NHS_NUMBERS), good=0),
        "refused",
        (("FILE-IDENTIFIER", None, "Ref"),),
    ),
    "NHS numbers, ignored": Case(
        with_column("Notes", NHS_NUMBERS), "accepted", (("FILE-IDENTIFIER-IGNORED", None, "Notes"),), 3
    ),
    # Rows.
    "an unknown code": Case(text(row(31, kind=MARKER)), "accepted", (("INC-COD.incident_kind", ROW, "Kind"),), 31),
    "many unknown codes": Case(
        text(*(row(30 + number, kind=MARKER) for number in range(4))),
        "held",
        (("INC-COD.incident_kind", ROW, "Kind"), ("FILE-UNMAPPED", None, "Kind")),
    ),
    "a day that never was": Case(
        text(row(31, happened="31/06/2026")), "accepted", (("INC-TYP.occurred_on", ROW, "Happened"),), 30
    ),
    "words for a day": Case(
        text(row(31, happened=MARKER)), "accepted", (("INC-TYP.occurred_on", ROW, "Happened"),), 30
    ),
    "a required cell blank": Case(
        text(row(31, happened="")), "accepted", (("INC-REQ.occurred_on", ROW, "Happened"),), 30
    ),
    "reported before it happened": Case(
        text(row(31, reported="01/06/2026")), "accepted", (("INC-001", ROW, "Happened + Reported"),), 30
    ),
    "many rows set aside": Case(
        text(*(row(30 + number, happened="soon") for number in range(4))),
        "held",
        (*(("INC-TYP.occurred_on", ROW + number, "Happened") for number in range(4)), ("FILE-ASIDE-MANY", None, None)),
    ),
    "every row set aside": Case(
        text(row(1, happened="soon"), good=0),
        "refused",
        (("INC-TYP.occurred_on", 2, "Happened"), ("FILE-ALL-ASIDE", None, None)),
    ),
    "a row twice": Case(text(row(0)), "accepted", (("INC-KEY", ROW, "Ref + revision"),), 30),
    "a row contradicted": Case(text(row(0, kind="FALL")), "accepted", (("INC-KEY", 2, "Ref + revision"),), 29),
}


def telling(rule: str) -> list[str]:
    return [name for name, case in CASES.items() if rule in [told for told, _, _ in case.told]]


@pytest.mark.parametrize("name", telling("FILE-IDENTIFIER"))
def test_nothing_is_kept_of_a_file_with_a_column_of_identifiers(wave, name):
    delivery = wave[0][name].delivery(NAME)
    assert delivery["kept_name"] is None
    assert wave[0][name].ask("select count(*) from audit.keep_keys where load_id = %s", delivery["load_id"]) == [(0,)]


def test_the_log_and_the_overview_ask_to_tell_the_lead_first(wave):
    senders, said = wave
    rules = {name: rule for rule in TOLD_TO_THE_LEAD for name in telling(rule)}
    assert sum(TELL_THE_LEAD in line for line in said) == len(rules)
    first = reading.read(AS_OF).attention[: len(rules)]
    assert all(line.startswith(f"{TELL_THE_LEAD.capitalize()}: load ") for line in first)
    for name, rule in rules.items():
        code = senders[name].provider.organisation_code
        assert sum(f" {code} {NAME}: {rule}: " in line for line in first) == 1
    assert not any(number in str([*said, *reading.read(AS_OF).attention]) for number in NHS_NUMBERS)


class Heard(logging.Handler):
    """Keeps everything that is logged, with what is attached to it."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record):
        """Keep one record whole."""
        self.said.append(f"{record.getMessage()} {record.__dict__}")


@pytest.fixture(scope="module")
def wave(sender):
    """Every case of the table and a good file, loaded and accepted together; senders by case, and what was logged."""
    heard, root = Heard(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    senders = {name: sender() for name in (*CASES, "good")}
    for name, one in senders.items():
        one.send(NAME, CASES[name].content if name in CASES else text())
        one.load(AS_OF)
    load.accept_wave(AS_OF)
    root.removeHandler(heard)
    root.setLevel(level)
    return senders, heard.said


@pytest.mark.parametrize("name", CASES)
def test_what_bad_input_gets(wave, name):
    case, one = CASES[name], wave[0][name]
    findings = one.findings(NAME)
    assert [(found.rule, found.row_number, found.column_name) for found in findings] == list(case.told)
    assert all(found.message and found.remedy for found in findings)
    assert one.delivery(NAME)["state"] == case.state
    assert one.visible("incident") == case.visible


OUTCOMES = {"accepted": "accept", "held": "hold", "refused": "refuse"}


@pytest.mark.parametrize("name", CASES)
def test_a_file_checked_without_a_warehouse_gets_the_same_verdict(wave, name):
    one = wave[0][name]
    checked = check(one.folder / NAME, one.provider, SUBMITTED_AT)
    delivery = one.delivery(NAME)
    assert checked.outcome == OUTCOMES[delivery["state"]]
    assert checked.findings == one.findings(NAME)
    assert (checked.rows_read, checked.rows_set_aside, checked.rows_filtered) == (
        delivery["rows_read"],
        delivery["rows_set_aside"],
        delivery["rows_filtered"],
    )
    if delivery["state"] == "accepted":
        assert checked.rows_kept == {"incident": one.visible("incident")}


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.state == "refused"])
def test_nothing_of_a_refused_file_is_in_the_warehouse(wave, name):
    one = wave[0][name]
    load_id = one.delivery(NAME)["load_id"]
    for relation in ("raw.incident", "quarantine.rows", "audit.load_records", "audit.visibility"):
        assert one.ask(f"select count(*) from {relation} where load_id = %s", load_id) == [(0,)], relation


def test_another_sender_of_the_same_wave_is_not_touched(wave):
    good = wave[0]["good"]
    assert (good.delivery(NAME)["state"], good.findings(NAME), good.visible("incident")) == ("accepted", [], 30)


def test_a_nil_return_is_a_true_nought(wave):
    one = wave[0]["nil"]
    delivery = one.delivery(NAME)
    standing = "select record from audit.visibility where load_id = %s and retired_seq is null"
    assert one.ask(standing, delivery["load_id"]) == [("incident",)]
    assert (delivery["is_nil_return"], delivery["rows_read"], delivery["state"]) == (True, 0, "accepted")


def test_of_a_file_with_hidden_identifiers_only_hash_time_and_place_stay(wave):
    one = wave[0]["NHS numbers, hidden"]
    delivery = one.delivery(NAME)
    assert len(delivery["file_sha256"]) == 64
    assert delivery["fetched_at"]
    assert delivery["kept_name"] is None
    assert one.ask("select count(*) from audit.keep_keys where load_id = %s", delivery["load_id"]) == [(0,)]
    assert "information-governance lead" in one.findings(NAME)[0].message


def test_the_reply_names_file_place_rule_and_remedy(wave):
    reply = gathering.write(wave[0]["a day that never was"].provider)
    assert NAME in reply
    assert "row 32, column 'Happened': INC-TYP.occurred_on: not a date" in reply
    assert "in a form agreed for this feed (DD/MM/YYYY)" in reply
    assert "To do: send a day of the calendar in the agreed form (DD/MM/YYYY)" in reply
    hidden = gathering.write(wave[0]["NHS numbers, hidden"].provider)
    assert "column G: FILE-IDENTIFIER" in hidden


def test_no_value_is_told_to_anybody(wave):
    """Not in the ledger, not in quarantine, not in the logs, not in the replies."""
    senders, logged = wave
    assert not [line for line in logged if MARKER in line]
    for one in senders.values():
        assert MARKER not in gathering.write(one.provider)
    with connection.connect(connection.OWNER) as opened, opened.cursor() as cursor:
        cursor.execute(
            "select schemaname, tablename from pg_tables where schemaname in ('audit', 'quarantine') order by 1, 2"
        )
        for schema, name in cursor.fetchall():
            cursor.execute(f'select count(*) from {schema}."{name}" as line where line::text like %s', (f"%{MARKER}%",))
            assert cursor.fetchone() == (0,), name
        # The check can see: in raw it stands.
        cursor.execute("select count(*) from raw.incident as line where line::text like %s", (f"%{MARKER}%",))
        assert cursor.fetchone()[0] > 0


def test_a_reply_begins_with_what_costs_most(wave):
    lines = gathering.write(wave[0]["many rows set aside"].provider).splitlines()
    assert "FILE-ASIDE-MANY" in lines[1]


# ---- What takes more than one file ----------------------------------------------------------------------------------


def test_a_column_that_was_never_filled_may_stay_blank(sender):
    one = sender()
    for month in ("05", "06"):
        lines = [f"I-{number},03/{month}/2026,,,," for number in range(25)]
        one.send(f"incidents_2026-{month}.csv", "\n".join([HEAD, *lines]))
        one.load(AS_OF)
    assert one.rules(NAME) == ["INC-008"]
    assert one.delivery(NAME)["state"] == "judged"


def test_a_column_well_filled_last_time_and_empty_now_refuses_the_file(sender):
    one = sender()
    one.send("incidents_2026-05.csv", text())
    one.load(AS_OF)
    one.send("incidents_2026-06.csv", "\n".join([HEAD, *(row(n, ward="") for n in range(30))]), LATER)
    one.load(AS_OF)
    (found,) = one.findings("incidents_2026-06.csv")
    assert (found.rule, found.column_name, found.record) == ("FILE-COLUMN-BLANK", "Ward", "incident")
    assert one.delivery("incidents_2026-06.csv")["state"] == "refused"


def test_a_file_much_smaller_than_the_ones_before_is_held_until_somebody_releases_it(sender):
    one = sender()
    for month in ("02", "03", "04"):
        rows = (row(number, happened=f"03/{month}/2026") for number in range(40))
        one.send(f"incidents_2026-{month}.csv", "\n".join([HEAD, *rows]), SUBMITTED_AT - dt.timedelta(9 - int(month)))
    one.send(NAME, text(good=10))
    one.load(AS_OF)
    assert (one.rules(NAME), one.delivery(NAME)["state"]) == (["FILE-SHRUNK"], "held")
    load.accept_wave(AS_OF)
    assert one.visible("incident") == 120
    one.release(NAME)
    load.accept_wave(AS_OF)
    assert one.visible("incident") == 130


def test_a_released_load_is_not_held_again_for_what_it_was_released_from(sender):
    one = sender()
    one.send(NAME, CASES["many rows set aside"].content)
    one.load(AS_OF)
    assert one.delivery(NAME)["state"] == "held"
    one.release(NAME)
    load.accept_wave(AS_OF)
    assert (one.delivery(NAME)["state"], one.visible("incident")) == ("accepted", 30)


def test_the_same_bytes_count_once_however_often_they_are_sent(sender):
    one = sender()
    one.send(NAME, text())
    one.load(AS_OF)
    one.send(NAME, text(), LATER)  # put there again
    assert one.load(AS_OF).load_ids == []
    one.send("incidents_2026-06_v2.csv", text(), LATER)  # and under another name
    for _ in range(3):
        assert one.load(AS_OF).load_ids == []
    load.accept_wave(AS_OF)
    assert one.visible("incident") == 30
    (found,) = one.findings(NAME)
    assert found.rule == "FILE-TWICE"
    assert "incidents_2026-06_v2.csv" in found.message


def test_two_months_that_truly_hold_the_same_both_count_once_the_remedy_was_followed(sender):
    one, may = sender(), text().replace("/06/2026", "/05/2026")
    one.send("incidents_2026-05.csv", may)
    one.send(NAME, may)
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    assert one.visible("incident") == 30
    (found,) = one.findings("incidents_2026-05.csv")
    assert (found.rule, "put an empty line at the end" in found.remedy) == ("FILE-TWICE", True)
    one.send(NAME, may + "\n", LATER)
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    assert (one.delivery(NAME)["state"], one.visible("incident")) == ("accepted", 60)


def test_two_months_in_which_nothing_happened_are_two_answers_and_no_mistake(sender):
    one = sender()
    for month in ("2026-04", "2026-05"):
        one.send(f"incidents_{month}.csv", "Nil return\n")
    one.load(AS_OF)
    one.send("incidents_2026-06.csv", "Nil return\n")  # and one that comes when the first is long landed
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    assert [found.level for found in one.findings("incidents_2026-04.csv") if found.rule == "FILE-TWICE"] == []
    assert one.ask(
        "select delivery.is_nil_return, seen.period_end_on::text from audit.sightings as seen"
        " inner join audit.deliveries as delivery on delivery.load_id = seen.load_id"
        " where seen.provider_code = %s order by 2",
        one.provider.organisation_code,
    ) == [(True, "2026-04-30"), (True, "2026-05-31"), (True, "2026-06-30")]
    one.send("incidents_2026-04_v2.csv", "Nil return\n", LATER)  # the same month's twice is told
    one.load(AS_OF)
    assert [found.rule for found in one.findings("incidents_2026-04.csv")].count("FILE-TWICE") == 1


def test_a_restated_month_replaces_what_came_before_and_keeps_it(sender):
    one = sender()
    one.send(NAME, text(good=30))
    one.load(AS_OF)
    first = load.accept_wave(AS_OF)
    one.send("incidents_2026-06_v2.csv", text(good=32), LATER)
    one.load(AS_OF)
    second = load.accept_wave(AS_OF)
    assert first < second
    assert one.visible("incident") == 32
    count = "select count(*) from raw.incident where load_id = %s"
    assert one.ask(count, one.delivery(NAME)["load_id"]) == [(30,)]


def test_without_an_agreement_in_force_nothing_is_fetched_and_coverage_says_so(sender):
    expired = AGREEMENT | {"valid_to": "2026-05-31"}
    one = sender(agreements=[expired])
    one.send(NAME, text())
    fetched = one.load(AS_OF)
    assert (fetched.load_ids, fetched.without_agreement) == ([], [NAME])
    assert one.delivery(NAME) is None
    load.refresh_reference(AS_OF)
    owed = one.ask(
        "select extract(month from period_start_on)::int, has_agreement from audit.expected_deliveries"
        " where provider_code = %s order by 1",
        one.provider.organisation_code,
    )
    assert owed == [(4, True), (5, False), (6, False)]


def test_identifiers_in_words_set_the_row_aside_or_are_masked(sender):
    words = {
        "files": "inputs_{period:%Y-%m}.csv",
        "every": "month",
        "format": {"kind": "csv", "dates": ["%d/%m/%Y"]},
        "tables": [
            {
                "record": "input",
                "delivers": "events",
                "columns": {"input_id": "Ref", "received_on": "On", "said": "Said", "said_in_own_words": "Own words"},
            }
        ],
    }
    one = sender(feeds={"inputs": words})
    one.send(
        "inputs_2026-06.csv",
        "Ref,On,Said,Own words\n"
        f"N-1,03/06/2026,Call me on 943 476 5919 {MARKER},fine\n"
        "N-2,03/06/2026,Please knock first.,I am 943 476 5919 of LS1 4AP\n"
        + "".join(f"N-{number},03/06/2026,Please knock first.,\n" for number in range(3, 20)),
    )
    one.load(AS_OF)
    (found,) = one.findings("inputs_2026-06.csv")
    assert (found.rule, found.row_number, found.column_name) == ("INP-IDN.said", 2, "Said")
    own = "select own.said_in_own_words from restricted.input as own where own.load_id = %s"
    assert one.ask(own, one.delivery("inputs_2026-06.csv")["load_id"]) == [("I am [removed] of [removed]",)]


# ---- Workbooks -------------------------------------------------------------------------------------------------------

BOOK = INCIDENTS | {
    "files": "incidents_{period:%Y-%m}.xlsx",
    "format": {"kind": "workbook", "dates": ["%d/%m/%Y"]},
    "tables": [INCIDENTS["tables"][0] | {"sheet": "Incidents"}],
}


def workbook(*rows: list, sheet="Incidents") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for cells in (HEAD.split(","), *rows):
        book.active.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_sheet(content: bytes, xml: bytes) -> bytes:
    """Return a workbook whose one sheet is `xml`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


def enormous() -> bytes:
    """Return a workbook of some kilobytes that says it has seventeen thousand million cells."""
    cell = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    rows = cell.format(1, "A") + cell.format(1_048_576, "XFD")
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return with_sheet(workbook(), xml.encode())


GOOD_ROWS = [
    [f"I-{n}", dt.date(2026, 6, 3), dt.datetime.fromisoformat("2026-06-04"), 4.0, "SELFH", True] for n in range(20)
]
BOOKS = {
    "good": (workbook(*GOOD_ROWS), "judged", []),
    "a fault in a row": (
        workbook(*GOOD_ROWS, ["I-21", MARKER, None, None, None, None]),
        "judged",
        [("INC-TYP.occurred_on", "Incidents", 22, "Happened")],
    ),
    "a sheet renamed": (workbook(*GOOD_ROWS, sheet="Sheet1"), "refused", [("FILE-SHEET", "Incidents", None, None)]),
    "no workbook": (text().encode(), "refused", [("FILE-KIND", None, None, None)]),
    "a workbook cut short": (workbook(*GOOD_ROWS)[:-200], "refused", [("FILE-WORKBOOK", None, None, None)]),
    "a sheet torn": (
        with_sheet(workbook(*GOOD_ROWS), b"<worksheet><sheetData><row"),
        "refused",
        [("FILE-WORKBOOK", None, None, None)],
    ),
    "a sheet of a billion cells": (enormous(), "refused", [("FILE-WORKBOOK", None, None, None)]),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_bad_workbook_gets(sender, name):
    content, state, told = BOOKS[name]
    one = sender(feeds={"incidents": BOOK})
    one.send("incidents_2026-06.xlsx", content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    one.load(AS_OF)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    found = one.findings("incidents_2026-06.xlsx")
    assert [(one.rule, one.sheet, one.row_number, one.column_name) for one in found] == told
    assert one.delivery("incidents_2026-06.xlsx")["state"] == state
    assert grown < 50_000, "kilobytes in the process that loads; the child alone may suffer"


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(sender, monkeypatch):
    monkeypatch.setattr(unpacking, "LARGEST_INSIDE", 1 << 20)
    one = sender(feeds={"incidents": BOOK})
    one.send("incidents_2026-06.xlsx", with_sheet(workbook(), b"0" * (2 << 20)))
    one.load(AS_OF)
    assert one.rules("incidents_2026-06.xlsx") == ["FILE-TOO-LARGE"]


def test_an_archive_that_unpacks_to_too_much_is_refused_though_it_says_otherwise(sender, monkeypatch):
    monkeypatch.setattr(unpacking, "LARGEST_INSIDE", 1 << 20)
    content = zipped("0" * (2 << 20))
    # The archive's directory says that the file has ten bytes.
    content = content.replace((2 << 20).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    one = sender()
    one.send(NAME, content)
    one.load(AS_OF)
    assert one.rules(NAME)[0] in ("FILE-TOO-LARGE", "FILE-ZIP")


def test_excels_own_dates_numbers_and_truths_are_read(sender):
    one = sender(feeds={"incidents": BOOK})
    one.send("incidents_2026-06.xlsx", workbook(*GOOD_ROWS))
    one.load(AS_OF)
    load_id = one.delivery("incidents_2026-06.xlsx")["load_id"]
    columns = "row_number, occurred_on::text, reported_on::text, service_id, incident_kind"
    (first, *_) = one.ask(f"select {columns} from raw.incident where load_id = %s order by 1", load_id)
    assert first == (2, "2026-06-03", "2026-06-04", "4", "self_harm")


# ---- Memory ----------------------------------------------------------------------------------------------------------

LANDING = """
import datetime as dt, json, resource, sys
from pathlib import Path
from loaders import fetching, load, registering
from loaders.senders.provider import load_provider
provider, as_of = load_provider(Path(sys.argv[1])), dt.datetime.fromisoformat(sys.argv[2])
registering.contracts()
fetching.fetch(provider, as_of)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
landed = load.land(provider, as_of)
print(json.dumps({"landed": len(landed), "grown": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}))
"""


def test_memory_stays_flat_however_long_the_file(sender, tmp_path):
    one = sender()
    with (tmp_path / "long.csv").open("w") as file:
        file.write(HEAD + "\n")
        file.writelines(f"I-{n},{'03/06/2026' if n % 12 else 'soon'},04/06/2026,Ward,SELFH,\n" for n in range(200_000))
    one.send(NAME, (tmp_path / "long.csv").read_bytes())
    told = subprocess.run(
        [sys.executable, "-c", LANDING, str(one.folder.with_suffix(".yml")), AS_OF.isoformat()],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = json.loads(told.stdout.splitlines()[-1])
    assert said["landed"] == 1
    assert said["grown"] < 150_000, "kilobytes"
    counted = one.delivery(NAME)
    assert (counted["rows_read"], counted["rows_landed"] + counted["rows_set_aside"]) == (200_000, 200_000)
