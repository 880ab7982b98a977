"""Change a few rows of what the senders send, load them as they would come, and watch which printed figures move.

Six edits, one wave, one build: each has figures of its own to move, by an amount worked out beforehand, and none may
move anything else. The edition that was published before keeps every figure.
"""

import csv
import datetime as dt
import io
import os
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from psycopg2.extras import RealDictCursor

from tests.attack import Rules
from tests.truth import recount
from tests.truth.attacked import Region, found_in
from tests.truth.copies import copy_of
from tests.truth.published import EDITION, Published, published

QUARTER = "2026-27-Q1"
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
SENT = dt.datetime(2026, 7, 28, 9, 0, tzinfo=dt.UTC)
CHASES, ANSWERS = 5, 10
OPEN_VALUES = 3
UNTOLD, EXPLAINED, PUT_OFF = "ZW1-N-000912", "ZW2-D-000903", "ZW1-C-000155"
PUT_OFF_TO = dt.date(2026, 12, 31)

# Which figures each edit may move besides those whose amount is known: lines of charts, and what is worked out of rows.
MAY_MOVE = re.compile(
    r"spc/(chase_contacts|restrictive_interventions|fft_positive)/"
    r"|effect\.\w+/ZW1/\S+/(chase_contacts|restrictive_interventions)"
    r"|(chase_contacts|fft_positive|restrictive_interventions)\.(share|rate_per_100|rate_per_1000|numerator|denominator)/"
    r"|told_back_(within_\d+_days|curve|median)\.\w+/(ZW1|ZWL)/"
    rf"|input_days_\w+\.days/ZW1(/ZW1-S-\d+)?/{UNTOLD}/"
    r"|rows_\w+\.count/(ZW1/(complaint|change|told_back|restrictive_intervention)"
    r"|ZW2/(feedback_count|activity_count|decision|input|change|told_back|session|service|involvement_\w+))/"
    r"|returns\.count/|data_coverage\.\w+/(ZW1|ZWL)/|findings\.count/"
    r"|inputs_declined_by_reason\.count/(ZW2|ZWL)/(none_given|financial)/"
    # What is also counted of the rows that were edited, and what is counted of print itself.
    r"|(debrief_\w+|interventions_\w+|told_by_register)\.\w+/(ZW1|ZWL)/|feedback_response\.\w+/(ZW2|ZWL)/"
    r"|hidden_numbers_given_away\.\w+/(ZWL|ZWL_ICB)/"
)


@pytest.fixture(scope="module")
def moved(loaded_region, region, tmp_path_factory):
    """(figures before, figures after, the rows of this build) around the six edits."""
    from assure import demonstration
    from loaders import load
    from loaders.senders.provider import load_providers
    from warehouse import build, connection, ledger

    sent = shutil.copytree(region, tmp_path_factory.mktemp("edited") / "files", copy_function=shutil.copy2)
    with published("working") as report:
        before = {row["figure_id"]: row for row in report.rows("figures")}
    with copy_of(loaded_region):
        edit(sent)
        with connection.connect("loader") as opened, opened.cursor() as cursor:
            cursor.execute("select load_id from audit.deliveries where file_name = 'restrictive_2026-06.csv'")
            (load_id,) = cursor.fetchone()
            ledger.withdraw(opened, load_id, "data lead", "sent for the wrong wards", AS_OF)
        with demonstration.served(sent):
            for provider in load_providers().values():
                load.load_sender(provider, AS_OF)
            load.refresh_reference(AS_OF)
            build.swap(build.build(load.accept_wave(AS_OF), AS_OF, QUARTER))
        with published("working") as report:
            yield before, {row["figure_id"]: row for row in report.rows("figures")}, report


def edit(sent: Path) -> None:
    """Write the changed files as their senders would: newer versions of the same months and quarters."""
    complaints = lines_of(sent / "zw1" / "complaints_2026-05.csv")
    like = next(line for line in complaints if line[1] == "CHASE" and "Larch" in line[8])
    complaints += [[f"ZW1-K-99999{number}", *like[1:]] for number in range(CHASES)]
    send(sent / "zw1" / "complaints_2026-05_v2.csv", complaints)

    told = lines_of(sent / "zw1" / "register" / "told_back_20260630.csv")
    send(sent / "zw1" / "register" / "told_back_20260630_v2.csv", [line for line in told if line[1] != UNTOLD])

    changes = lines_of(sent / "zw1" / "register" / "change_20260630.csv")
    due = changes[0].index("Due by")
    for line in changes:
        if line[0] == PUT_OFF:
            line[due] = f"{PUT_OFF_TO:%d/%m/%Y}"
    send(sent / "zw1" / "register" / "change_20260630_v2.csv", changes)

    register = openpyxl.load_workbook(sent / "zw2" / "register_20260630.xlsx")
    for line in register["Decisions"].iter_rows(min_row=5):
        if line[0].value == EXPLAINED:
            line[8].value, line[9].value = "financial", "The video service is paid for until the spring only."
    keep(register, sent / "zw2" / "register_20260630_v2.xlsx")

    answers = openpyxl.load_workbook(sent / "zw2" / "FFT_MH_2026-06.xlsx")
    for line in answers["Wards"].iter_rows(min_row=15):
        if line[5].value == "Fenbrook community team":
            line[10].value += ANSWERS
    keep(answers, sent / "zw2" / "FFT_MH_2026-06_v2.xlsx")


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="cp1252", newline="") as content:
        return list(csv.reader(content))


def send(path: Path, lines: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    path.write_bytes(text.getvalue().encode("cp1252"))
    stamp(path)


def keep(book: openpyxl.Workbook, path: Path) -> None:
    book.save(path)
    stamp(path)


def stamp(path: Path) -> None:
    os.utime(path, (SENT.timestamp(), SENT.timestamp()))


def by(moved, figure_id: str) -> float:
    before, after, _ = moved
    return after[figure_id]["value"] - before[figure_id]["value"]


def test_five_more_chase_contacts_are_five_more(moved):
    assert by(moved, f"chase_contacts.numerator/ZW1/{QUARTER}") == CHASES
    assert by(moved, f"chase_contacts.denominator/ZW1/{QUARTER}") == 0
    _, after, _ = moved
    out_of = after[f"chase_contacts.denominator/ZW1/{QUARTER}"]["value"]
    assert by(moved, f"chase_contacts.rate_per_100/ZW1/{QUARTER}") == pytest.approx(100 * CHASES / out_of)
    assert by(moved, "spc/chase_contacts/ZW1/2026-05/value") > 0
    assert by(moved, "spc/chase_contacts/ZW1/2026-04/value") == 0
    assert by(moved, f"access_complaints.numerator/ZW1/{QUARTER}") == 0


def test_who_was_not_told_after_all_waits_again(moved):
    for sender in ("ZW1", "ZWL"):
        assert by(moved, f"inputs_told.count/{sender}/{QUARTER}") == -1
        assert by(moved, f"inputs_waiting.count/{sender}/as_of") == 1
        assert by(moved, f"declined_and_told.numerator/{sender}/{QUARTER}") == -1
        assert by(moved, f"declined_and_told.denominator/{sender}/{QUARTER}") == 0
    assert by(moved, "longest_wait.days/ZWL/as_of") == 0
    report: Published = moved[2]
    assert report.one("inputs", input_id=UNTOLD)["is_waiting"]


def test_a_reason_given_later_is_a_reason_and_its_words_wait_for_a_second_person(moved):
    for sender in ("ZW2", "ZWL"):
        assert by(moved, f"declined_with_reason.numerator/{sender}/{QUARTER}") == 1
        assert by(moved, f"inputs_declined_without_reason.count/{sender}/{QUARTER}") == -1
    assert by(moved, "findings.count/ZW2/declined_without_reason/as_of") == -1
    row = moved[2].one("inputs", input_id="ZW2-N-000903")
    assert (row["reason_code"], row["reason"], row["reason_words_state"]) == ("financial", None, "not_yet_checked")


def test_putting_a_promise_off_moves_its_date_and_no_figure(moved):
    row = moved[2].one("changes", change_id=PUT_OFF)
    assert (row["due_on"], row["original_due_on"], row["promise_state"]) == (
        PUT_OFF_TO, dt.date(2026, 4, 30), "overdue",
    )  # fmt: skip
    for measure in ("changes_on_time", "changes_overdue"):
        assert by(moved, f"{measure}.numerator/ZW1/{QUARTER}") == by(moved, f"{measure}.denominator/ZW1/{QUARTER}") == 0
    assert by(moved, "promises_overdue_now.count/ZWL/as_of") == 0


def test_a_month_taken_back_is_missing_and_not_nought(moved, region):
    _, after, report = moved
    counted, beds = recount.interventions(region), recount.bed_days(region)
    for ward in recount.WARDS:
        months = [dt.date(2026, 4, 1), dt.date(2026, 5, 1)]
        left, out_of = (sum(found[ward, month] for month in months) for found in (counted, beds))
        place = f"ZW1/{ward}/{QUARTER}"
        assert after[f"restrictive_interventions.numerator/{place}"]["value"] == 5 * round(left / 5)
        assert after[f"restrictive_interventions.denominator/{place}"]["value"] == out_of
        assert after[f"restrictive_interventions.numerator/{place}"]["label"] == "some months missing"
    point = after["spc/restrictive_interventions/ZW1/ZW1-S-02/2026-06/value"]
    assert (point["value"], point["value_state"]) == (None, "no_evidence")
    state = report.one("coverage", feed="restrictive_interventions", period_start_on=dt.date(2026, 6, 1))["state"]
    assert state == "withdrawn"
    assert by(moved, f"data_coverage.numerator/ZW1/{QUARTER}") == -1
    assert by(moved, f"data_coverage.denominator/ZW1/{QUARTER}") == 0


def test_ten_more_answers_are_ten_more_above_and_below_the_line(moved):
    for place in ("ZW2/ZW2-S-02", "ZW2", "ZWL"):
        for part in ("numerator", "denominator"):
            assert by(moved, f"fft_positive.{part}/{place}/{QUARTER}") == ANSWERS
    assert by(moved, f"fft_positive.numerator/ZW2/ZW2-S-03/{QUARTER}") == 0


def test_nothing_else_moved(moved):
    """Neither the charity, nor meetings, nor influence, nor complaints about access: nothing that no edit touched."""
    before, after, _ = moved
    expected = {
        f"{code}/{sender}/{period}"
        for code, senders, period in (
            ("inputs_told.count", ("ZW1", "ZWL"), QUARTER),
            ("inputs_waiting.count", ("ZW1", "ZWL"), "as_of"),
            ("declined_and_told.numerator", ("ZW1", "ZWL"), QUARTER),
            ("declined_and_told.share", ("ZW1", "ZWL"), QUARTER),
            ("declined_with_reason.numerator", ("ZW2", "ZWL"), QUARTER),
            ("declined_with_reason.share", ("ZW2", "ZWL"), QUARTER),
            ("inputs_declined_without_reason.count", ("ZW2", "ZWL"), QUARTER),
        )
        for sender in senders
    }
    changed = {
        name
        for name in before.keys() | after.keys()
        if (before.get(name) or {}).get("value") != (after.get(name) or {}).get("value")
    }
    assert {name for name in changed - expected if not MAY_MOVE.match(name)} == set()
    assert not any("ZW3" in name or "zw3" in name for name in changed)


def test_the_published_edition_keeps_its_figures_and_its_bytes(moved):
    from report import html, publication, rows

    before, _, report = moved
    frozen = {row["figure_id"]: row["value"] for row in Published(report.opened, EDITION).rows("figures")}
    assert frozen == {name: row["value"] for name, row in before.items()}
    assert publication.content(EDITION) == html.render(rows.read(report.opened, EDITION)).encode("utf-8")


@pytest.fixture(scope="module")
def explained(moved) -> dict[str, dict]:
    """What analysts are told of each figure that is other than in the edition."""
    from warehouse import connection

    with connection.connect("analyst") as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute("select * from marts.mart_figure_differences")
        return {row["figure_id"]: row for row in cursor}


def test_every_figure_that_differs_from_the_edition_is_explained_and_no_other(moved, explained):
    before, after, _ = moved
    printed = {
        name: tuple((rows.get(name) or {}).get(part) for rows in (before, after) for part in ("value", "value_state"))
        for name in before.keys() | after.keys()
    }
    differing = {
        name
        for name, (was, state_was, now, state_now) in printed.items()
        if state_was != state_now or (was is not None and now != pytest.approx(was, rel=1e-9))
    }
    assert len(differing) > 50
    assert set(explained) == differing
    for name, row in explained.items():
        told = (row["value_then"], row["value_state_then"], row["value_now"], row["value_state_now"])
        assert told == printed[name], name
    assert {row["edition_id"] for row in explained.values()} == {EDITION}


@pytest.mark.parametrize(
    ("figure_id", "reason", "file_names"),
    [
        (f"chase_contacts.numerator/ZW1/{QUARTER}", "restated_file", ["complaints_2026-05_v2.csv"]),
        (f"inputs_told.count/ZW1/{QUARTER}", "restated_file", ["register/told_back_20260630_v2.csv"]),
        (f"inputs_declined_without_reason.count/ZW2/{QUARTER}", "restated_file", ["register_20260630_v2.xlsx"]),
        (f"fft_positive.numerator/ZW2/ZW2-S-02/{QUARTER}", "restated_file", ["FFT_MH_2026-06_v2.xlsx"]),
        (f"restrictive_interventions.numerator/ZW1/{QUARTER}", "withdrawn_file", ["restrictive_2026-06.csv"]),
        ("spc/restrictive_interventions/ZW1/ZW1-S-02/2026-06/value", "withdrawn_file", ["restrictive_2026-06.csv"]),
    ],
)
def test_the_file_behind_a_figure_that_moved_is_named(explained, figure_id, reason, file_names):
    from warehouse import connection

    row = explained[figure_id]
    assert (row["reason_code"], row["file_names"]) == (reason, file_names)
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute("select load_id from audit.deliveries where file_name = any(%s)", (file_names,))
        assert row["load_ids"] == [load_id for (load_id,) in cursor]


def test_what_the_files_did_to_the_region_is_told_with_all_of_them(explained):
    told = explained["inputs_waiting.count/ZWL/as_of"]
    assert told["reason_codes"] == ["restated_file"]
    assert "register/told_back_20260630_v2.csv" in told["file_names"]
    # What is counted of print itself comes of no file.
    of_files = [row for name, row in explained.items() if not name.startswith("hidden_numbers_given_away.")]
    assert {row["reason_code"] for row in of_files} == {"restated_file", "withdrawn_file"}


def test_no_hidden_count_is_recovered_from_the_edition_and_the_figures_of_today_together(moved, loaded_region):
    """What stayed as it was is one unknown in both, and what moved gives nothing away by having moved."""
    before, after, _ = moved
    now = Region(Rules(), "now")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ASSURE_DATABASE", loaded_region)
        then = Region(Rules(), "then")
    now.other, then.other = then, now
    found = found_in([(then, list(before.values())), (now, list(after.values()))])
    assert {name.rpartition(" ")[2] for name in found} == {"then", "now"}
    assert {name: values for name, values in found.items() if values < OPEN_VALUES} == {}
