"""The made-up region: the same bytes every time, no real code or person in it, and what was planted is really there."""

import codecs
import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from demo import charity, network, region, trust_complaints, trust_datix, trust_fft
from demo.register import senders
from demo.trust_complaints import ACCESS
from demo.truth import contradictions, load

ROOT = Path(__file__).parents[2]
MADE_UP_NUMBER = re.compile(r"\b999\d{7}\b")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("region")
    region.write(folder)
    return folder


def digest(folder: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as lines:
        return list(csv.DictReader(lines))


def by_month(folder: Path, feed: str) -> dict[str, list[dict[str, str]]]:
    """The rows of each month's last version."""
    paths = {}
    for path in sorted((folder / "zw1").glob(f"{feed}_*.csv")):
        month = path.stem.removeprefix(f"{feed}_").removesuffix("_v2")
        if path.stem.endswith("_v2") or month not in paths:
            paths[month] = path
    return {month: rows(path) for month, path in paths.items()}


def event(name: str) -> dict:
    return next(one for one in region.TRUTH.events if one["id"] == name)


def average(values: list[float]) -> float:
    return sum(values) / len(values)


# ---- The region as a whole ------------------------------------------------------------------------------------------


def test_the_same_bytes_and_days_come_out_twice(files, tmp_path):
    region.write(tmp_path)
    assert digest(tmp_path) == digest(files)


def test_no_made_up_code_is_a_real_one():
    with (ROOT / "dbt_project/seeds/ods_nhs_trusts.csv").open(encoding="utf-8") as lines:
        trusts = list(csv.DictReader(lines))
    real = {row["organisation_code"] for row in trusts} | {row["icb_code"] for row in trusts}
    assert len(trusts) > 200
    assert not real & {region.TRUTH.region["icb"]["code"], *region.TRUTH.providers}
    assert "made" in region.TRUTH.region["icb"]["name"]
    assert all("made" in provider["name"] for provider in region.TRUTH.providers.values())


def test_every_file_was_sent_after_its_period_began_and_before_the_report(files):
    as_of = region.TRUTH.region["as_of"]
    for path in files.rglob("*.*"):
        sent_on = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date()
        year, month = re.search(r"(20\d\d)-?(\d\d)", path.name).groups()
        assert dt.date(int(year), int(month), 28) < sent_on < as_of, path.name


def test_what_was_not_sent_by_a_day_is_not_there(tmp_path):
    region.write(tmp_path, template=None, sent_by=dt.date(2023, 9, 1))
    assert sorted(path.name for path in (tmp_path / "zw2").iterdir()) == ["FFT_MH_2023-07.xlsx"]


def test_a_missing_template_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="make the template first"):
        region.write(tmp_path, template=tmp_path / "no.xlsx")


def test_numbers_like_nhs_numbers_stand_only_where_truth_puts_them(files):
    holding = {
        path.name for path in (files / "zw1").rglob("*.csv") if MADE_UP_NUMBER.search(path.read_text(encoding="cp1252"))
    }
    assert holding == {event("EV-29")["file"], event("EV-30")["file"]}
    for row in rows(files / "zw1" / event("EV-29")["file"]):
        digits = [int(digit) for digit in row["NHS number"]]
        assert digits[:3] == [9, 9, 9]
        assert sum(digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


def test_a_trusts_files_are_windows_files(files):
    content = (files / "zw1" / "incidents_2024-05.csv").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert b"\x92" in content  # A curly apostrophe, which is no character in UTF-8.


def test_the_senders_description_names_every_heading_label_and_event():
    described = (ROOT / "demo/FORMATS.md").read_text(encoding="utf-8")
    wanted = [*trust_datix.INCIDENT_COLUMNS, *trust_datix.RESTRICTIVE_COLUMNS, *trust_complaints.COLUMNS,
              *trust_complaints.ACTIVITY_COLUMNS, *trust_fft.FIRST, *trust_fft.RATINGS, *trust_fft.MODES,
              *trust_fft.ACTIVITY]  # fmt: skip
    for sender in senders().values():
        wanted += [f"| {heading} |" for columns in sender["columns"].values() for heading in columns]
        wanted += [f"`{label}`" for labels in sender["says"].values() for label in labels.values()]
    wanted += [f"{one['id']} | {one['kind'].replace('_', ' ')} | {one['provider']} | {one['sentence']}"
               for one in region.TRUTH.events]  # fmt: skip
    assert [one for one in wanted if one not in described] == []


# ---- Truth ----------------------------------------------------------------------------------------------------------


def test_truth_does_not_contradict_itself():
    assert list(contradictions(load())) == []


def test_a_contradiction_is_named():
    truth = load()
    truth.events[0]["services"] = ["ZW1-S-77"]
    assert list(contradictions(truth)) == ["EV-01 names ZW1-S-77, which ZW1 does not have"]


def test_every_file_that_truth_names_was_sent_and_on_the_day_it_says(files):
    for one in region.TRUTH.events:
        folder = files / one["provider"].lower()
        for key, day in (("file", one.get("sent_on")), ("later_file", one.get("later_sent_on", one.get("sent_on")))):
            if key not in one:
                continue
            path = folder / one[key]
            assert path.exists(), one["id"]
            if day and (key == "later_file" or one["kind"] == "sent"):
                assert dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC).date() == day


def test_every_planted_link_of_a_chain_is_in_the_last_register(files):
    register = {path.stem.removesuffix("_20260630"): rows(path) for path in
                (files / "zw1" / "register").glob("*_20260630.csv")}  # fmt: skip
    for what, record, column in (
        ("inputs", "input", "Input ref"), ("decisions", "decision", "Decision ref"),
        ("changes", "change", "Change ref"), ("told", "told_back", "Told back ref"),
    ):  # fmt: skip
        there = Counter(row[column] for row in register[record])
        assert max(there.values()) == 1
        assert {row["id"] for row in region.TRUTH.planted("ZW1", what)} <= set(there)


# ---- What is planted ------------------------------------------------------------------------------------------------


def held_per_1000_bed_days(files: Path, ward: str) -> dict[str, float]:
    activity = by_month(files, "activity")
    held = by_month(files, "restrictive")
    days = {
        month: sum(
            int(row["Value"])
            for row in lines
            if row["Service code"] == ward and row["Count"].startswith("Occ") and row["Counted for"] == "Everybody"
        )
        for month, lines in activity.items()
    }
    return {
        month: 1000 * sum(row["WardCode"] == ward for row in held[month]) / days[month] for month in sorted(activity)
    }


def before_and_after(series: dict[str, float], month: str) -> tuple[list[float], list[float]]:
    """The 24 months before a month, and all from it on."""
    return [series[one] for one in series if one < month][-24:], [series[one] for one in series if one >= month]


def longest_run_below(values: list[float], mean: float) -> int:
    runs = "".join("x" if value < mean else " " for value in values).split()
    return max(map(len, runs), default=0)


def test_force_fell_by_two_fifths_on_alder_ward_and_not_on_birch_ward(files):
    before, after = before_and_after(held_per_1000_bed_days(files, "ZW1-S-01"), "2025-05")
    assert len(before) == 24
    assert 0.52 < average(after) / average(before) < 0.68
    assert longest_run_below(after, average(before)) >= 7
    before, after = before_and_after(held_per_1000_bed_days(files, "ZW1-S-02"), "2025-05")
    assert 0.94 < average(after) / average(before) < 1.06
    assert longest_run_below(after, average(before)) < 7


def test_cedar_wards_bad_month_is_bad_and_what_follows_is_as_before(files):
    series = held_per_1000_bed_days(files, "ZW1-S-03")
    others = [value for month, value in series.items() if month != "2025-08"]
    assert series["2025-08"] > max(others)
    ordinary = [value for month, value in series.items() if month < "2025-08"]
    before, after = before_and_after(series, "2025-09")
    assert 0.85 < average(after) / average(ordinary) < 1.15
    assert longest_run_below(after, average(before)) < 7


def test_elm_ward_tempts_a_reader_who_forgets_the_season(files):
    series = held_per_1000_bed_days(files, "ZW1-S-05")
    before, after = before_and_after(series, "2025-07")
    assert longest_run_below(after, average(before)) >= 7
    assert average(after[:6]) < 0.7 * average(before[-5:])
    # The same twelve months of the two years before were just like it.
    assert 0.93 < average(after) / average(before) < 1.07


def test_chasing_falls_by_a_fifth_and_access_complaints_by_more(files):
    complaints, activity = by_month(files, "complaints"), by_month(files, "activity")
    chased = {
        month: 100 * sum(row["Case type"] == "CHASE" for row in complaints[month])
        / sum(int(row["Value"]) for row in activity[month] if row["Count"].startswith("Open"))
        for month in sorted(activity)
    }  # fmt: skip
    before, after = before_and_after(chased, "2025-05")
    assert 0.74 < average(after) / average(before) < 0.86
    assert longest_run_below(after, average(before)) >= 7
    access = {
        month: sum(row["Case type"] == "FORMAL" and bool({row["KO41a subject 1"], row["KO41a subject 2"]} & set(ACCESS))
                   for row in complaints[month])
        for month in sorted(complaints)
    }  # fmt: skip
    before, after = before_and_after(access, "2025-05")
    assert average(after) / average(before) < 0.75
    assert longest_run_below(after, average(before)) >= 7


def test_the_reissued_month_counted_twice_would_be_a_peak(files):
    first, second = (rows(files / "zw1" / event("EV-10")[key]) for key in ("file", "later_file"))
    assert [row["Case ref"] for row in first] == [row["Case ref"] for row in second]
    assert first != second
    others = [len(lines) for month, lines in by_month(files, "complaints").items() if month != "2025-03"]
    assert len(first) + len(second) > max(others)


def test_the_restated_month_gains_what_was_late(files):
    first, second = (rows(files / "zw1" / event("EV-11")[key]) for key in ("file", "later_file"))
    late = {row["RestrictiveIntTypeID"] for row in second} - {row["RestrictiveIntTypeID"] for row in first}
    assert len(late) == 3
    assert {row["SubmissionStatus"] for row in second} == {"Final"}
    assert {row["SubmissionStatus"] for row in first} == {"Performance"}


def test_the_silent_trust_sent_nothing_for_two_months(files):
    months = {path.stem.removeprefix("FFT_MH_") for path in (files / "zw2").glob("FFT*")}
    assert len(months) == 34
    assert not months & {"2025-08", "2025-09"}


@pytest.mark.parametrize("name", ["EV-26", "EV-27", "EV-28", "EV-30"])
def test_a_bad_file_is_bad_and_a_later_one_is_good(files, name):
    bad = event(name)
    content = (files / "zw1" / bad["file"]).read_bytes()
    good_columns = (files / "zw1" / f"{bad['feed']}_2024-05.csv").read_bytes().splitlines()[0]
    assert content.splitlines()[:1] != [good_columns]
    if "later_file" in bad:
        assert (files / "zw1" / bad["later_file"]).read_bytes().splitlines()[0] == good_columns


def test_each_bad_row_stands_in_its_file(files):
    for bad in region.TRUTH.of("ZW1", kind="bad_row"):
        key = {"incidents": "recordid", "restrictive": "RestrictiveIntTypeID", "complaints": "Case ref"}[bad["feed"]]
        found = [row for row in rows(files / "zw1" / bad["file"]) if row[key] == bad["key"]]
        assert len(found) == (2 if bad["fault"] == "duplicate_key" else 1), bad["id"]
        if "value" in bad:
            assert found[0][bad["column"]] == bad["value"]
        if bad["fault"] == "missing_required_cell":
            assert found[0][bad["column"]] == ""


# ---- Registers ------------------------------------------------------------------------------------------------------


def entries(path: Path, sheet: str) -> list[dict]:
    """The rows of one sheet of Fenbrook and Tarn's register, whose headings stand in row 4."""
    headings, *lines = load_workbook(path, read_only=True)[sheet].iter_rows(min_row=4, values_only=True)
    return [dict(zip(headings, line, strict=False)) for line in lines]


def test_a_register_grows_and_hides_what_has_not_happened_yet(files):
    sizes = [len(rows(path)) for path in sorted((files / "zw1" / "register").glob("input_*.csv"))]
    assert len(sizes) == 12
    assert sizes == sorted(set(sizes))
    early = {row["Change ref"]: row for row in rows(files / "zw1" / "register" / "change_20250331.csv")}
    assert early["ZW1-C-000901"]["In use from"] == ""
    assert early["ZW1-C-000901"]["Due by"] == "01/05/2025"


def test_a_moved_deadline_shows_first_as_it_was(files):
    change = event("EV-19")["changes"][0]
    shown = {
        day: next(row["Due by"] for row in rows(files / "zw1" / "register" / f"change_{day}.csv")
                  if row["Change ref"] == change["id"])
        for day in ("20250630", "20250930", "20260630")
    }  # fmt: skip
    assert shown == {"20250630": "30/09/2025", "20250930": "31/01/2026", "20260630": "31/01/2026"}


def test_only_the_planted_refusals_lack_a_reason(files):
    decisions = entries(files / "zw2" / "register_20260630.xlsx", "Decisions")
    without = {row["Ref"] for row in decisions if row["Answer"] == "No" and not row["Because"]}
    assert without == {row["id"] for row in event("EV-13")["decisions"]}
    assert all(row["Reason given"] for row in rows(files / "zw1" / "register" / "decision_20260630.csv"))


def test_only_the_planted_people_wait_longer_than_200_days(files):
    as_of = region.TRUTH.region["as_of"]
    told = {one for row in entries(files / "zw2" / "register_20260630.xlsx", "Told back")
            for one in row["Inputs"].split("; ")}  # fmt: skip
    waiting = {
        row["Ref"] for row in entries(files / "zw2" / "register_20260630.xlsx", "Inputs")
        if row["Wants a reply"] == "Y" and row["Ref"] not in told and (as_of - row["Date"].date()).days > 200
    }  # fmt: skip
    assert waiting == {row["id"] for row in event("EV-16")["inputs"]}
    told = {one for row in rows(files / "zw1" / "register" / "told_back_20260630.csv")
            for one in row["Input refs"].split("; ")}  # fmt: skip
    waiting = {
        row["Input ref"] for row in rows(files / "zw1" / "register" / "input_20260630.csv")
        if row["Reply wanted"] == "Yes" and row["Input ref"] not in told
        and (as_of - dt.datetime.strptime(row["Received on"], "%d/%m/%Y").date()).days > 200  # noqa: DTZ007
    }  # fmt: skip
    assert waiting == {row["id"] for row in event("EV-15")["inputs"]}


# ---- The charity ----------------------------------------------------------------------------------------------------


def charity_lines(path: Path) -> list[dict]:
    sheet = load_workbook(path)[charity.SAID]
    names = [cell.value.rpartition(".")[2] for cell in sheet[charity.NAMES_ROW]]
    lines = sheet.iter_rows(min_row=charity.FIRST_LINE, values_only=True)
    return [row for row in (dict(zip(names, line, strict=True)) for line in lines) if row["received_on"]]


def test_the_charity_leaves_nothing_undecided_unexplained_or_untold(files):
    paths = sorted((files / "zw3").iterdir())
    assert len(paths) == 12
    for path in paths:
        said = charity_lines(path)
        answered_elsewhere = {row["input_ids"] for row in said if row["input_ids"]}
        for row in said:
            assert row["told_on"] >= row["received_on"]
            assert (row["told_on"] - row["received_on"]).days <= 30
            assert row["told_count"] >= 1
            if row["input_id"] in answered_elsewhere:
                assert row["decided_on"] is None
                continue
            assert row["received_on"] <= row["decided_on"] <= row["told_on"]
            assert row["reason"]
            assert bool(row["reason_code"]) == (row["outcome"] == "Declined")
            assert bool(row["changed"]) == (row["outcome"] == "Accepted")


def test_the_charity_keeps_every_deadline_but_the_one_it_moved_openly(files):
    moved = event("EV-40")["revised_change"]
    first_due: dict[str, dt.datetime] = {}
    for path in sorted((files / "zw3").iterdir()):
        last = charity_lines(path)
        for row in last:
            if row["due_on"]:
                first_due.setdefault(row["input_id"], row["due_on"])
    late = [row for row in last if row["implemented_on"] and row["implemented_on"] > first_due[row["input_id"]]]
    assert [row["input_id"] for row in late] == [moved["line"]]
    assert first_due[moved["line"]].date() == moved["due_on"]
    assert late[0]["due_on"].date() == moved["revised_due_on"]
    as_of = region.TRUTH.region["as_of"]
    assert not [row for row in last if row["due_on"] and not row["implemented_on"] and row["due_on"].date() < as_of]


def test_the_charity_types_its_own_code_links_and_labels(files):
    book = load_workbook(files / "zw3" / "lantern_room_20260630.xlsx")
    meetings = book[charity.MEETINGS]
    column = [cell.value for cell in meetings[charity.NAMES_ROW]].index("session.group_id") + 1
    assert meetings.cell(charity.FIRST_LINE, column).value == "zw3-w01"
    form = {row[0]: row for row in book[charity.ABOUT].iter_rows(values_only=True) if row[0]}
    assert form["provider_code"][2] == "ZW3"
    assert form["quarter"][2] == "2026-27-Q1"
    assert form["coproduction_level_aim"][2] == "Co-production"
    assert form["zw3-s01"][1:3] == ("The Lantern Room drop-in", "Peer support")


def test_the_template_stays_protected_and_its_machine_names_hidden(files):
    sheet = load_workbook(files / "zw3" / "lantern_room_20260630.xlsx")[charity.SAID]
    assert sheet.protection.sheet
    assert sheet.row_dimensions[charity.NAMES_ROW].hidden


def test_what_the_template_does_not_have_is_named(tmp_path):
    day = dt.date(2023, 9, 30)
    sheets = charity.lines(region.TRUTH, day, day)
    sheets[charity.MEETINGS][0]["colour"] = "blue"
    with pytest.raises(ValueError, match="row 2 has no column named colour"):
        charity.fill(region.TEMPLATE, sheets, tmp_path / "out.xlsx", day)
    sheets = charity.lines(region.TRUTH, day, day)
    sheets[charity.SAID][0]["reply_wanted"] = "perhaps"
    with pytest.raises(ValueError, match="perhaps is not on its list"):
        charity.fill(region.TEMPLATE, sheets, tmp_path / "out.xlsx", day)


# ---- The four that came last ----------------------------------------------------------------------------------------


def listed(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))


def test_pages_that_moved_show_the_same_answers_twice(files):
    moved = event("EV-43")
    numbers = Counter(row["id"] for row in listed(files / "zw4" / moved["file"]))
    assert sum(count == 2 for count in numbers.values()) == moved["by"]
    for path in (files / "zw4").glob("feedback_*.json"):
        if path.name != moved["file"]:
            assert max(Counter(row["id"] for row in listed(path)).values()) == 1


def test_the_night_owls_begin_with_january_2025_and_keep_every_date(files):
    assert min(path.name for path in (files / "zw4").glob("feedback_*")) == "feedback_2025-01.json"
    last = {
        record: listed(files / "zw4" / f"{record}_20260630.json")
        for record in ("input", "decision", "change", "told_back")
    }
    assert all(row["because"]["words"] for row in last["decision"])
    assert all(row["to_tell"] == row["told"] for row in last["told_back"])
    for row in last["change"]:
        done, promised = row["dates"]["done"], row["dates"]["promised"]
        assert done <= promised if done else promised > "2026-06-30"


def test_the_zip_holds_eight_tables_as_its_system_writes_them(files):
    with zipfile.ZipFile(files / "zw5" / "tideway_20260630.zip") as archive:
        assert len(archive.namelist()) == 8
        content = archive.read("export/change.csv")
    assert content.startswith(codecs.BOM_UTF16_LE)
    row = next(csv.DictReader(io.StringIO(content.decode("utf-16"), newline=""), delimiter=";"))
    assert re.fullmatch(r"\d+,\d\d", row["Cost in pounds"])
    assert re.fullmatch(r"\d{1,2}\.\d{1,2}\.20\d\d", row["Promised for"])


def test_the_zip_that_came_twice_says_the_same(files):
    again = event("EV-45")
    said = []
    for name in (again["file"], again["later_file"]):
        with zipfile.ZipFile(files / "zw5" / name) as archive:
            said.append({one: archive.read(one) for one in archive.namelist()})
    assert said[0] == said[1]
    assert (files / "zw5" / again["file"]).read_bytes() != (files / "zw5" / again["later_file"]).read_bytes()


def test_only_tideways_members_say_that_they_were_not_told(files):
    disputed = event("EV-41")
    told, asked = Counter(), Counter()
    for path in (files / "zwl_net").glob("survey_*.ndjson"):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if row["statement"] == network.STATEMENTS[disputed["item"]]:
                place = row["about"].partition("/")[0], dt.date.fromisoformat(row["asked_on"]) >= disputed["from"]
                asked[place] += row["people"]
                told[place] += row["people"] if row["answer"] == "yes" else 0
    shares = {place: told[place] / asked[place] for place in asked}
    assert shares.pop((disputed["provider"], True)) < 0.2
    assert min(shares.values()) > 0.5


def test_the_board_owns_up_in_its_last_register(files):
    decisions = {row["Reference"]: row for row in entries(files / "zwl_icb" / "register_20260630.xlsx", "Decisions")}
    kinds = {row["id"]: decisions[row["id"]]["Type"] for row in event("EV-46")["decisions"]}
    assert Counter(kinds.values()) == {"Not to co-produce": 2, "Priority": 4}
