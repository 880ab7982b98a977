"""The sixteen kinds of dirt that senders' files really hold, each read by the real reader to what it means."""

import copy
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from loaders import coverage, load
from loaders.onboarding.check import check
from loaders.senders.provider import load_providers
from tests.made_up_sender import INCIDENTS
from tests.reading import column, read, table, told
from tests.reading import sender as reading_sender
from warehouse import connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
COUNT = {"service_id": "Ward", "count_kind": {"constant": "contacts"}}
STATES = {"*": "suppressed", "-": "not_applicable", "Not collected": "not_collected"}
STATISTIC = {"organisation_code": "Org", "metric_code": {"constant": "mhs76"}, "status": {"constant": "final"}}


def incidents(*rows: str) -> str:
    return "\n".join([HEAD, *rows]) + "\n"


def book(*lines: list, merged=()) -> bytes:
    made = openpyxl.Workbook()
    for line in lines:
        made.active.append(line)
    for cells in merged:
        made.active.merge_cells(cells)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def judged(tmp_path, provider, content: str, name="file"):
    """Return the whole verdict on a file, the judge's part too."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return check(path, provider, AS_OF, "f")


def test_01_american_and_british_dates_in_one_row(tmp_path):
    days = {
        "period_start_on": {"from": "START", "dates": ["%m/%d/%Y"]},
        "period_end_on": {"from": "END", "dates": ["%d/%m/%Y"]},
    }
    one = reading_sender(table("published_statistic", STATISTIC | days | {"value": "N"}, delivers="events"))
    text = "Org,START,END,N\nZZA,06/01/2025,30/06/2025,5\nZZB,01/06/2025,30/06/2027,7\nZZC,12/01/2025,30/06/2025,7\n"
    rows, _ = read(one, text)
    assert (rows[0]["period_start_on"], rows[0]["period_end_on"]) == (dt.date(2025, 6, 1), dt.date(2025, 6, 30))
    # A period that is far too long, or ends before it starts, shows that day and month changed places.
    verdict = judged(tmp_path, one, text)
    assert {found.rule for found in verdict.findings} >= {"STA-001", "STA-004"}
    assert verdict.rows_kept == {"published_statistic": 1}


def test_02_odd_spaces_line_breaks_and_a_byte_order_mark():
    one = reading_sender(
        table("activity_count", COUNT | {"counted": "Number of contacts", "count_kind": {"from": "Kind"}})
    )
    head = '\ufeffWard ,"Number\n of\u00a0contacts",Kind\n'
    text = head + '"\u00a0Alder\u00a0\u00a0ward ",12 ,Contacts \n"Birch\r\nward",\u200b3,contacts\n'
    rows, reading = read(one, text)
    assert column(rows, "service_id") == ["Alder ward", "Birch\nward"]
    assert column(rows, "counted") == [12, 3]
    assert column(rows, "count_kind") == ["contacts"] * 2
    assert told(reading) == []


def test_02_a_heading_that_differs_in_capitals_or_spaces_is_told_and_not_lost():
    one = reading_sender(table("activity_count", COUNT | {"counted": "Number of contacts"}))
    rows, reading = read(one, "WARD,Number of  Contacts\nAlder,12\n")
    assert column(rows, "counted") == [12]
    assert told(reading) == [
        ("FILE-COLUMN-DRIFT", None, "WARD"),
        ("FILE-COLUMN-DRIFT", None, "Number of Contacts"),
    ]
    # Which of two is meant nobody can know.
    rows, reading = read(one, "ward,WARD,Number of contacts\nAlder,Birch,12\n")
    assert column(rows, "service_id") == [None]
    assert ("FILE-COLUMN-OPTIONAL", None, "Ward") in told(reading)


def test_03_every_marker_has_a_meaning_of_its_own():
    one = reading_sender(
        table("activity_count", COUNT | {"counted": {"from": "N", "states": STATES, "missing": ["NONE", "#NAME?"]}})
    )
    cells = ["0", "7", "*", "-", "Not collected", "", "NULL", "N/A", "NONE", "#NAME?", "Nothing."]
    rows, reading = read(one, "Ward,N\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells)))
    assert [(row.get("counted"), row.get("value_state")) for row in rows] == [
        (0, "counted"),  # a true nought
        (7, "counted"),
        (None, "suppressed"),
        (None, "not_applicable"),
        (None, "not_collected"),
        *[(None, None)] * 5,  # not sent
    ]
    assert told(reading) == [("CNT-TYP.counted", 12, "N")]  # what nobody agreed is no number


def test_03_who_declined_to_say_is_told_from_who_was_not_asked_and_from_a_blank():
    answers = {"Prefer not to say": "prefer_not_to_say", "Not asked": "not_asked", "Not Known": "not_known"}
    one = reading_sender(
        table(
            "person_characteristic",
            {
                "person_ref": "Person",
                "characteristic": {"constant": "disability"},
                "value_code": {"from": "Disabled?", "states": answers, "missing": ["Did not answer"]},
            },
        )
    )
    cells = ["Yes", "No", "prefer not to say", "Not asked", "NOT KNOWN", "Did not answer", ""]
    rows, _ = read(one, "Person,Disabled?\n" + "".join(f"P-{n},{cell}\n" for n, cell in enumerate(cells)))
    assert [(row.get("value_code"), row.get("answer_state")) for row in rows] == [
        ("yes", "answered"),
        ("no", "answered"),
        (None, "prefer_not_to_say"),
        (None, "not_asked"),
        (None, "not_known"),
        (None, None),
        (None, None),
    ]


def test_03_a_code_list_knows_what_is_not_known():
    columns = {"incident_id": "Ref", "revision": {"constant": "1"}, "occurred_on": "On"}
    one = reading_sender(table("incident", columns | {"police_attended": {"from": "Police", "missing": ["NA"]}}))
    rows, _ = read(one, "Ref,On,Police\nA,03/06/2026,Not known\nB,03/06/2026,No\nC,03/06/2026,NA\nD,03/06/2026,\n")
    assert column(rows, "police_attended") == ["not_known", "no", None, None]


WIDE = {
    "value": "counted",
    "headings": {
        "Breakdown of Responses | Very Good": {"rating_code": "very_good", "channel": "all"},
        "Breakdown of Responses | Poor": {"rating_code": "poor", "channel": "all"},
    },
}


def test_04_merged_headings_in_row_10_pseudo_totals_and_data_from_row_15():
    one = reading_sender(
        table(
            "feedback_count",
            {"service_id": "Ward Name", "counted": {"states": STATES}},
            header_rows=["10", "11"],
            unpivot=WIDE,
            skip_when={"Ward Name": ["England*", "Selection (excluding suppressed data)"]},
            ignore=["Mode of Collection | *"],
        ),
        form={"kind": "workbook"},
    )
    blank = [[None]] * 9
    lines = [
        *blank,
        ["Ward Name", "Breakdown of Responses", None, "Mode of Collection", None],
        [None, "Very Good", "Poor", "SMS", "Paper"],
        ["England (including Independent Sector Providers)", 900, 90, 1, 1],
        ["England (excluding Independent Sector Providers)", 800, 80, 1, 1],
        ["Selection (excluding suppressed data)", 19, 2, 1, 1],
        ["Alder ward", 12, "*", 1, 1],
        ["Birch ward", 7, 2, 1, 1],
    ]
    rows, reading = read(one, book(*lines, merged=["A10:A11", "B10:C10", "D10:E10"]))
    assert [(row["row"], row["service_id"], row["rating_code"], row.get("counted")) for row in rows] == [
        (15, "Alder ward", "very_good", 12),
        (15, "Alder ward", "poor", None),
        (16, "Birch ward", "very_good", 7),
        (16, "Birch ward", "poor", 2),
    ]
    assert (reading.rows_read, reading.rows_filtered, told(reading)) == (5, 3, [])


def test_04_lines_before_the_headings_and_no_headings_at_all():
    directory = table("service", {"service_id": "Code", "service_name": "Name"}, header_rows=["5"])
    text = "CQC directory,,\nAs of,09/Jan/2018 - 00:00,\n,,\nplease,read,this\nCode,Name\nA1,Alder\n"
    assert column(read(reading_sender(directory), text)[0], "service_name") == ["Alder"]
    bare = table("service", {"service_id": "code", "service_name": "name"}, headings=["code", "name", "since"])
    rows, reading = read(reading_sender(bare | {"ignore": ["since"]}), '"A1","Alder","20130401"\n"A2","Birch",""\n')
    assert (column(rows, "service_id"), told(reading)) == (["A1", "A2"], [])


def test_05_one_category_written_in_three_ways():
    codes = {"White": "A", "White or White British": "A", "White: British": "A", "Black - African": "N"}
    columns = {"incident_id": "Ref", "revision": {"constant": "1"}, "occurred_on": "On"}
    one = reading_sender(table("incident", columns | {"ethnicity_code": {"from": "Ethnicity", "codes": codes}}))
    cells = ["White", "WHITE OR WHITE BRITISH", " White:\u00a0British", "Black - African", "Black: African", "a", "N"]
    rows, _ = read(one, "Ref,On,Ethnicity\n" + "".join(f"{n},03/06/2026,{cell}\n" for n, cell in enumerate(cells)))
    assert column(rows, "ethnicity_code") == ["A", "A", "A", "N", "N", "A", "N"]
    options = {"Extremely Likely": "very_good", "Neither Good nor Poor": "neither"}
    rated = {"channel": {"constant": "all"}, "counted": "N", "rating_code": {"from": "Option", "codes": options}}
    rows, _ = read(
        reading_sender(table("feedback_count", rated)), "Option,N\nEXTREMELY LIKELY,1\nNeither good nor poor,2\n"
    )
    assert column(rows, "rating_code") == ["very_good", "neither"]


def test_06_a_month_sent_again_as_v2_with_spaces_as_percent_20(sender):
    feed = copy.deepcopy(INCIDENTS) | {"files": "trust incidents {period:%Y-%m}{version}.csv"}
    one = sender(feeds={"incidents": feed})
    good = "I-{0},03/06/2026,04/06/2026,Alder,SELFH,"
    names = ("trust incidents 2026-06.csv", "trust%20incidents%202026-06_v2.csv")
    one.send(names[1], incidents(*(good.format(n) for n in range(3))))  # the newer arrives first
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    one.send(names[0], incidents(good.format(0)))
    assert one.load(AS_OF).unexpected == []
    load.accept_wave(AS_OF)
    assert [one.delivery(name)["declared_version"] for name in names] == [1, 2]
    assert one.visible("incident") == 3
    # The older is kept.
    assert one.ask("select count(*) from raw.incident where load_id = %s", one.delivery(names[0])["load_id"]) == [(1,)]


def test_07_codes_that_no_list_has(sender):
    one = sender()
    some = [f"I-{n},03/06/2026,04/06/2026,Alder,{'SELFH' if n else '6'}," for n in range(30)]
    many = [f"I-{n},03/06/2026,04/06/2026,Alder,{'SELFH' if n > 10 else '-o'}," for n in range(30)]
    one.send("incidents_2026-05.csv", incidents(*some).replace("/06/", "/05/"))
    one.send("incidents_2026-06.csv", incidents(*many))
    one.load(AS_OF)
    few, lots = (one.delivery(f"incidents_2026-0{month}.csv") for month in (5, 6))
    kinds = "select incident_kind from raw.incident where load_id = %s and row_number = 2"
    assert one.ask(kinds, few["load_id"]) == [("unmapped",)]
    assert (few["state"], lots["state"]) == ("judged", "held")
    assert "FILE-UNMAPPED" in one.rules("incidents_2026-06.csv")


def test_08_text_that_was_encoded_twice_emojis_and_cp1252():
    named = table("service", {"service_id": "Code", "service_name": "Name"})
    names = {
        "St Helenâ€™s": "St Helen’s",
        "CafÃ© â€œOakâ€\x9d": "Café “Oak”",
        "ðŸŒ³ ward": "🌳 ward",
        "St Helen’s": "St Helen’s",
        "👩\u200d⚕️ ward": "👩\u200d⚕️ ward",
        "Ânglia": "Ânglia",
    }
    text = "Code,Name\n" + "".join(f"{number},{name}\n" for number, name in enumerate(names))
    assert column(read(reading_sender(named), text)[0], "service_name") == list(names.values())
    windows = reading_sender(named, form={"kind": "csv", "encoding": "cp1252"})
    assert column(read(windows, "Code,Name\nA,St Helen’s\n".encode("cp1252"))[0], "service_name") == ["St Helen’s"]
    _, reading = read(reading_sender(named), "Code,Name\nA,Alder\nB,St Helen’s\n".encode("cp1252"))
    assert told(reading) == [("FILE-ENCODING", 3, None)]


def test_09_codes_of_organisations_of_any_length_stay_as_they_were_sent():
    days = {"period_start_on": {"constant": "01/04/2024"}, "period_end_on": {"constant": "31/03/2025"}}
    one = reading_sender(table("published_statistic", STATISTIC | days | {"value": "N"}, delivers="events"))
    # A site of five characters, a trust's own code for all its sites, an ICB's new code, a closed CCG, digits alone.
    codes = ["RX4E2", "RX4", "QWE", "05C", "00123"]
    rows, reading = read(one, "Org,N\n" + "".join(f"{code},1\n" for code in codes))
    assert (column(rows, "organisation_code"), told(reading)) == (codes, [])


def test_10_totals_that_exceed_their_parts_and_totals_that_must_not():
    parts = {
        "value": "counted",
        "headings": {
            "Subject_Access": {"item_code": "subject_area_access_to_treatment_or_drugs", "section": "subject"},
            "Subject_Restraint": {"item_code": "subject_area_restraint", "section": "subject"},
        },
    }
    by_site = table("complaint_count", {"site_code": "Site"}, unpivot=parts, adds_up={"Age_Total": ["New"]})
    head = "Site,New,Age_Total,Subject_Access,Subject_Restraint\n"
    # More subjects than complaints: one complaint may have several.
    rows, reading = read(reading_sender(by_site), head + "ZZA01,10,10,8,7\n")
    assert (column(rows, "counted"), told(reading)) == ([8, 7], [])
    _, reading = read(reading_sender(by_site), head + "ZZA01,10,10,8,7\nZZA02,10,11,8,7\n")
    assert [(rule, row) for rule, row, _ in told(reading)] == [("FILE-SUM", 3)]


def test_11_sentinels_old_days_hhmm_rejects_duplicates_and_reopened_cases(tmp_path):
    datix = table(
        "incident",
        {
            "incident_id": "recordid",
            "revision": {"constant": "1"},
            "occurred_on": "inc_dincident",
            "reported_on": "inc_dreported",
        },
        skip_when={"rep_approved": ["REJECT"]},
    )
    form = {"kind": "csv", "dates": ["%d/%m/%Y"], "missing": ["", "1900-01-01"]}
    text = (
        "recordid,inc_dincident,inc_dreported,rep_approved\n"
        "1,03/06/2026,01/01/1900,FINAL\n2,03/06/1985,,FINAL\n3,03/06/2026,,REJECT\n"
        "4,03/06/2026,04/06/2026,FINAL\n4,03/06/2026,04/06/2026,FINAL\n"
    )
    one = reading_sender(datix, form=form)
    rows, reading = read(one, text)
    assert column(rows, "reported_on") == [None, None, dt.date(2026, 6, 4), dt.date(2026, 6, 4)]
    assert reading.rows_filtered == 1
    verdict = judged(tmp_path, one, text)
    assert verdict.rows_kept == {"incident": 2}  # the day before 1990 and the duplicate are set aside
    assert [found.rule for found in verdict.findings if found.rule == "INC-KEY"] == ["INC-KEY"]
    restraint = {"intervention_id": "id", "type_code": "type", "started_at": ["day", "time"]}
    one = reading_sender(table("restrictive_intervention", restraint), form=form)
    rows, reading = read(
        one, "id,type,day,time\n1,1,03/06/2026,0930\n2,05,03/06/2026,9:30\n3,05,03/06/2026,\n4,05,3 June,\n"
    )
    assert [moment.strftime("%d %H:%M") for moment in column(rows, "started_at")] == [
        "03 08:30",
        "03 08:30",
        "02 23:00",
    ]
    assert [rule for rule, _, _ in told(reading)] == ["RIN-TYP.started_at"]
    case = {"complaint_id": "id", "case_kind": {"constant": "formal"}, "received_on": "in", "reopened_on": "again"}
    rows, _ = read(reading_sender(table("complaint", case), form=form), "id,in,again\nC-1,03/06/2026,20/06/2026\n")
    assert [(row["complaint_id"], row["reopened_on"]) for row in rows] == [("C-1", dt.date(2026, 6, 20))]


@pytest.mark.parametrize(
    ("cells", "unit", "values"),
    [
        (["89.5", "90%", "0", "*"], "percent", ["0.895", "0.9", "0", None]),
        (["0.895", "0.9", "0", "*"], "share", ["0.895", "0.9", "0", None]),
        (["895", "900", "0", "*"], "per_1000", ["0.895", "0.9", "0", None]),
    ],
)
def test_12_percentages_of_one_and_of_a_hundred(cells, unit, values):
    days = {"period_start_on": {"constant": "01/04/2024"}, "period_end_on": {"constant": "31/03/2025"}}
    value = {"value": {"from": "N", "unit": unit, "states": STATES}}
    one = reading_sender(table("published_statistic", STATISTIC | days | value, delivers="events"))
    rows, _ = read(one, "Org,N\n" + "".join(f"Z{number},{cell}\n" for number, cell in enumerate(cells)))
    assert column(rows, "value") == [value and Decimal(value) for value in values]
    assert rows[-1]["value_state"] == "suppressed"


def test_12_counts_rounded_to_five_beside_thousands_and_hours():
    one = reading_sender(table("activity_count", COUNT | {"counted": {"from": "N", "unit": "thousands"}}))
    assert column(read(one, "Ward,N\nA,1.255\nB,5\n")[0], "counted") == [1255, 5000]
    held = {"session_id": "Ref", "held_on": "On", "duration_minutes": {"from": "Hours", "unit": "hours"}}
    rows, _ = read(reading_sender(table("session", held)), "Ref,On,Hours\nM-1,03/06/2026,1.5\n")
    assert column(rows, "duration_minutes") == [90]


def test_13_line_ends_and_quotation_marks_mixed_and_a_comma_in_a_heading():
    one = reading_sender(table("activity_count", COUNT | {"counted": "N"}))
    text = 'Ward,N\r\n"Alder, upper",1\nBirch,"2"\r\n"Cedar ""old""",3\n'
    rows, reading = read(one, text)
    assert column(rows, "service_id") == ["Alder, upper", "Birch", 'Cedar "old"']
    assert (column(rows, "counted"), told(reading)) == ([1, 2, 3], [])
    # As KO41b has it: every column after the comma stands one place off, and none may be read.
    _, reading = read(one, "Ward,Staff (medical, dental),N\nAlder,4,12\n")
    assert [found.level for found in reading.findings] == ["refuse"]


def test_14_periods_written_in_four_ways():
    days = {
        "period_start_on": {"from": "Reporting_date", "dates": ["period_start"]},
        "period_end_on": {"from": "Reporting_date", "dates": ["period_end"]},
    }
    one = reading_sender(table("published_statistic", STATISTIC | days | {"value": "N"}, delivers="events"))
    cells = ["Jun-25", "Q1 2025/26", "2024/25", "2024", "Jun 24 - Jun 25 vs Jun 23 - Jun 24"]
    rows, reading = read(one, "Org,Reporting_date,N\n" + "".join(f"Z,{cell},1\n" for cell in cells))
    assert [(str(row["period_start_on"]), str(row["period_end_on"])) for row in rows] == [
        ("2025-06-01", "2025-06-30"),
        ("2025-04-01", "2025-06-30"),
        ("2024-04-01", "2025-03-31"),
    ]
    # A year that may begin in January or in April, and a comparison of two, are no period.
    assert [(rule, row) for rule, row, _ in told(reading)] == [
        ("STA-TYP.period_start_on", 5),
        ("STA-TYP.period_start_on", 6),
    ]


def test_15_a_month_that_never_came_is_missing_and_not_nought(sender):
    one = sender()
    for month in ("04", "06"):
        one.send(f"incidents_2026-{month}.csv", incidents(f"I-1,03/{month}/2026,04/{month}/2026,Alder,SELFH,"))
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    with connection.connect("loader") as opened:
        coverage.refresh(opened, load_providers().values(), AS_OF)
    months = one.ask(
        "select to_char(owed.period_start_on, 'MM'), sent.state from audit.expected_deliveries as owed"
        " left join audit.deliveries as sent on sent.provider_code = owed.provider_code and sent.feed = owed.feed"
        " and sent.period_end_on = owed.period_end_on where owed.provider_code = %s order by 1",
        one.provider.organisation_code,
    )
    assert months == [("04", "accepted"), ("05", None), ("06", "accepted")]


def test_15_a_month_that_a_series_leaves_out_makes_no_row():
    days = {
        "period_start_on": {"from": "M", "dates": ["period_start"]},
        "period_end_on": {"from": "M", "dates": ["period_end"]},
    }
    one = reading_sender(table("published_statistic", STATISTIC | days | {"value": "N"}, delivers="events"))
    months = [f"2025-{month:02d}" for month in range(4, 12) if month != 8]
    rows, _ = read(one, "Org,M,N\n" + "".join(f"Z,{month},1\n" for month in months))
    assert [row["period_start_on"].month for row in rows] == [4, 5, 6, 7, 9, 10, 11]


@pytest.mark.parametrize("kind", ["csv", "workbook", "json", "ndjson", "parquet"])
def test_16_no_bytes_and_a_login_page_for_data(kind):
    made = table("service", {"service_id": "Code", "service_name": "Name"})
    one = reading_sender(made, form={"kind": kind})
    page = "\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>key=marker-7c41</body></html>"
    for content, rule in (("", "FILE-EMPTY"), (page, "FILE-HTML")):
        rows, reading = read(one, content)
        assert (rows, told(reading)) == ([], [(rule, None, None)])
        assert "marker" not in str(reading.findings)
