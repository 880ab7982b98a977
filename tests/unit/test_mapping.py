"""A sender's table becomes rows of a record: every layout met in the field, and what is said of each row and column."""

import io

import pytest

from expectations.contract import load_contracts
from expectations.verdict import column_called
from loaders import landing
from loaders.reading.headings import lettered
from loaders.senders.provider import Provider

WORKBOOK = {"kind": "workbook", "dates": ["%d/%m/%Y"]}
TEXT = {"kind": "csv", "dates": ["%d/%m/%Y"]}
AGREEMENT = {
    "reference": "A1", "valid_from": "2023-04-01", "valid_to": "2027-03-31", "records": ["incident"],
    "lawful_basis": "public task", "controller": "A made-up sender", "dpia_reference": "D1", "retention_months": "96",
    "opt_out_applied_by": "provider",
}  # fmt: skip
INCIDENT = {
    "incident_id": "Ref",
    "revision": {"constant": "1"},
    "occurred_on": "Happened",
    "service_id": "Ward",
    "incident_kind": {"from": "Kind", "codes": {"SELFH": "self_harm"}},
}
COUNT = {"service_id": "Service", "counted": {"from": "Number", "states": {"*": "suppressed", "-": "not_applicable"}}}


def feed(*tables, form=TEXT, files="*", every="once"):
    """Return a made-up sender with one feed of these tables."""
    return Provider.model_validate(
        {
            "code": "zz1", "name": "A made-up sender", "kind": "charity", "tier": "full", "icb_code": "ZZL",
            "icb_name": "Made-up ICB", "is_made_up": "true", "agreements": [AGREEMENT], "door": {"url": "file:///nowhere"},
            "feeds": {"f": {"files": files, "every": every, "format": form, "tables": tables}},
        }
    )  # fmt: skip


def table(record, columns, **more):
    return {"record": record, "delivers": "period", "columns": columns} | more


def read(provider, text: str, contracts=None, name="any.csv"):
    """Read a text file; return rows as dicts of what is filled, and the reading."""
    contracts, rows = contracts or load_contracts(), []

    def take(row):
        names = [column.name for column in contracts[row.record].columns]
        filled = {name: value for name, value in zip(names, row.values, strict=True) if value is not None}
        rows.append((row.number, row.part, filled))

    content = io.BytesIO(text.encode("utf-8", errors="surrogateescape"))
    feed = provider.feeds["f"]
    return rows, landing.read(content, provider, feed, contracts, take, feed.match(name))


def told(reading) -> list[tuple]:
    return [(found.rule, found.row_number, found.column_name) for found in reading.findings]


def counts(reading) -> tuple[int, int, int]:
    return reading.rows_read, reading.rows_set_aside, reading.rows_filtered


def test_a_plain_table_becomes_rows():
    rows, reading = read(
        feed(table("incident", INCIDENT)),
        """\
Ref,Happened,Ward,Kind
I-1,30/06/2026,Alder ward,SELFH
I-2,31/06/2026,Alder ward,SELFH
I-3,29/06/2026,,nonsense
""",
    )
    assert [(number, row["incident_id"], row["incident_kind"]) for number, _, row in rows] == [
        (2, "I-1", "self_harm"),
        (4, "I-3", "unmapped"),
    ]
    assert told(reading) == [("INC-TYP.occurred_on", 3, "Happened")]
    assert counts(reading) == (3, 1, 0)


def test_a_row_without_a_required_cell_is_set_aside_under_the_senders_heading():
    rows, reading = read(feed(table("incident", INCIDENT)), "Ref,Happened,Ward,Kind\n,30/06/2026,,\nI-2,30/06/2026,,\n")
    assert [number for number, _, _ in rows] == [3]
    assert told(reading) == [("INC-REQ.incident_id", 2, "Ref")]


def test_a_row_is_where_it_begins_however_many_lines_it_takes():
    text = '"Re\nf",Happened,Ward,Kind\nI-1,30/06/2026,"two\nlines",SELFH\n\nI-2,x,,\n'
    rows, reading = read(feed(table("incident", INCIDENT | {"incident_id": "Re f"})), text)
    assert [number for number, _, _ in rows] == [3]
    assert told(reading) == [("INC-TYP.occurred_on", 6, "Happened")]


def test_a_mark_of_byte_order_outweighs_the_agreed_encoding():
    text = "\ufeffRef,Happened,Ward,Kind\nI-1,30/06/2026,Café,SELFH\n"
    rows, _ = read(feed(table("incident", INCIDENT), form=TEXT | {"encoding": "cp1252"}), text)
    assert rows[0][2]["service_id"] == "Café"


def test_lines_before_the_headings_are_passed_over():
    text = "Report,run,by,someone\n\n,,\nRef,Happened,Ward,Kind\nI-1,30/06/2026,,\n"
    rows, reading = read(feed(table("incident", INCIDENT, header_rows=["4"])), text)
    assert len(rows) == 1
    assert not reading.findings


def test_headings_of_two_rows_are_joined_and_a_merged_cell_stands_over_each_column():
    text = "Ward,Answers,,Mode,\n,Good,Poor,SMS,Paper\nAlder,3,1,4,0\n"
    wide = table(
        "feedback_count",
        {"service_id": "Ward"},
        header_rows=["1", "2"],
        ignore=["Mode | SMS", "Mode | Paper"],
        unpivot={
            "value": "counted",
            "headings": {
                "Answers | Good": {"rating_code": "good", "channel": "all"},
                "Answers | Poor": {"rating_code": "poor", "channel": "all"},
            },
        },
    )
    rows, reading = read(feed(wide), text)
    state = {"channel": "all", "value_state": "counted"}
    assert rows == [
        (3, 1, {"service_id": "Alder", "rating_code": "good", "counted": 3} | state),
        (3, 2, {"service_id": "Alder", "rating_code": "poor", "counted": 1} | state),
    ]
    assert not reading.findings
    assert counts(reading) == (1, 0, 0)


def test_a_marker_says_why_there_is_no_number():
    text = "Service,Number\nA,12\nB,*\nC,-\nD,\nE,none\n"
    rows, reading = read(feed(table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}})), text)
    assert [(row["service_id"], row.get("counted"), row.get("value_state")) for _, _, row in rows] == [
        ("A", 12, "counted"),
        ("B", None, "suppressed"),
        ("C", None, "not_applicable"),
        ("D", None, None),
    ]
    assert told(reading) == [("CNT-TYP.counted", 6, "Number")]


def test_a_marker_in_another_column_says_nothing_of_the_count():
    marked = {"from": "Could", "states": {"*": "suppressed"}}
    columns = {
        "service_id": "Service",
        "rating_code": {"constant": "good"},
        "counted": "Number",
        "eligible_count": marked,
    }
    rows, _ = read(feed(table("feedback_count", columns)), "Service,Number,Could\nA,19,*\n")
    assert rows[0][2]["value_state"] == "counted"
    assert "eligible_count" not in rows[0][2]


def test_a_fault_in_one_part_of_a_wide_row_sets_the_row_aside_and_names_the_heading():
    wide = table(
        "activity_count",
        {"service_id": "Service"},
        unpivot={"value": "counted", "headings": {"In": {"count_kind": "contacts"}, "Out": {"count_kind": "waiting"}}},
    )
    rows, reading = read(feed(wide), "Service,In,Out\nA,1,two\nB,1,2\n")
    assert [(number, part) for number, part, _ in rows] == [(3, 1), (3, 2)]
    assert told(reading) == [("CNT-TYP.counted", 2, "Out")]


def test_a_question_passed_over_makes_no_record_and_a_row_of_them_alone_is_filtered():
    asked = {"Told?": {"item_code": "was_told_what_happened"}, "Seen?": {"item_code": "saw_change_happen"}}
    wide = table(
        "survey_answer",
        {"survey_kind": {"constant": "member"}, "answered_on": "Day"},
        unpivot={"value": "answer_code", "headings": asked, "skip_blank": "true"},
    )
    rows, reading = read(feed(wide), "Day,Told?,Seen?\n01/06/2026,Yes,\n02/06/2026,N/A,\n03/06/2026,No,Partly\n")
    assert [(number, part, row["item_code"], row["answer_code"]) for number, part, row in rows] == [
        (2, 1, "was_told_what_happened", "yes"),
        (4, 1, "was_told_what_happened", "no"),
        (4, 2, "saw_change_happen", "partly"),
    ]
    assert counts(reading) == (3, 0, 1)


def test_rows_about_another_period_than_the_files_are_no_records_and_a_file_of_them_alone_is_refused():
    month = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}}, period_in=["Month", "Year"])
    provider = feed(month, files="counts_{period:%Y-%m}.csv", every="month")
    text = "Service,Number,Month,Year\nA,1,JULY,2025_26\nA,2,AUGUST,2025_26\nA,3,AUGUST,2024_25\n"
    rows, reading = read(provider, text, name="counts_2025-08.csv")
    assert [row["counted"] for _, _, row in rows] == [2]
    assert counts(reading) == (3, 0, 2)
    _, misnamed = read(provider, text, name="counts_2025-09.csv")
    assert [one.rule for one in misnamed.findings] == ["FILE-PERIOD"]
    with pytest.raises(ValueError, match="period_in: is held against files:"):
        feed(month)


def test_a_row_whose_period_cannot_be_read_is_set_aside_and_not_passed_by():
    month = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}}, period_in=["Month", "Year"])
    provider = feed(month, files="counts_{period:%Y-%m}.csv", every="month")
    text = "Service,Number,Month,Year\nA,1,JULY,2025_26\nA,2,AUGUST,2025_26\nA,3,ROT,2025_26\nA,4,,\n"
    rows, reading = read(provider, text, name="counts_2025-08.csv")
    assert [row["counted"] for _, _, row in rows] == [2]
    assert counts(reading) == (4, 2, 1)
    assert told(reading) == [("FILE-ROW-PERIOD", 4, "Month + Year"), ("FILE-ROW-PERIOD", 5, "Month + Year")]


def test_rows_that_are_no_records_are_filtered_and_counted():
    text = "Ref,Happened,Ward,Kind,Status\nI-1,30/06/2026,,,\nI-2,30/06/2026,,,REJECT\nTotal,,,,\n,,,,note\n"
    skip = {"skip_when": {"Status": ["REJECT"], "Ref": ["Total"]}, "skip_when_blank": ["Ref", "Happened"]}
    rows, reading = read(feed(table("incident", INCIDENT, **skip)), text)
    assert len(rows) == 1
    assert counts(reading) == (4, 0, 3)


def test_several_tables_stand_on_one_sheet_between_their_marks():
    first = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}}, ends_before="services")
    second = {"starts_after": "services", "headings": ["service_id", "service_name"]}
    second = table("service", {"service_id": "service_id", "service_name": "service_name"}, **second)
    rows, reading = read(feed(first, second), "Service,Number\nA,12\nB,3\nservices,\nA,Alder ward\n")
    assert [row for _, _, row in rows][-1] == {"service_id": "A", "service_name": "Alder ward"}
    assert (len(rows), counts(reading)) == (3, (3, 0, 0))


def test_a_table_whose_mark_was_never_met_refuses_the_file():
    second = {"starts_after": "services", "headings": ["service_id", "service_name"]}
    second = table("service", {"service_id": "service_id", "service_name": "service_name"}, **second)
    counted = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}}, ends_before="services")
    _, reading = read(feed(counted, second), "Service,Number\nA,12\nour services,\nA,Alder ward\n")
    assert "FILE-HEADER" in {rule for rule, _, _ in told(reading)}


def test_a_blank_takes_the_contracts_default_also_where_no_heading_is_mapped():
    columns = {"session_id": "Ref", "held_on": "Held"}
    rows, _ = read(feed(table("session", columns)), "Ref,Held\nM-1,30/06/2026\n")
    assert rows[0][2]["mode"] == "in_person"
    rows, _ = read(
        feed(table("session", columns | {"mode": "How"})), "Ref,Held,How\nM-1,30/06/2026,\nM-2,30/06/2026,Online\n"
    )
    assert [row["mode"] for _, _, row in rows] == ["in_person", "online"]


HEAD = "Ref,Happened,Ward,Kind"
ROW = "I-1,30/06/2026,Alder,SELFH"


@pytest.mark.parametrize(
    ("headings", "rule", "says"),
    [
        ("Ref,When,Ward,Kind", "FILE-COLUMN", ("'Happened'", "'When'")),  # renamed
        ("Ref,Ward,Kind", "FILE-COLUMN", ("'Happened'", "none")),  # missing
        ("Ref;Happened;Ward;Kind", "FILE-DELIMITER", ()),
        ("A,B,C,D", "FILE-HEADER", ("'Ref', 'Happened', 'Ward', 'Kind'",)),
        ("marker-7c41,01/06/2026,Alder,SELFH", "FILE-HEADER", ("'Ref'",)),  # no headings at all
    ],
)
def test_headings_that_are_not_those_agreed_refuse_the_file(headings, rule, says):
    _, reading = read(feed(table("incident", INCIDENT)), f"{headings}\n{ROW}\n")
    (found,) = reading.findings
    assert (found.level, found.rule) == ("refuse", rule)
    assert all(part in found.message for part in says)
    assert "marker" not in found.message
    assert found.remedy


def test_a_heading_by_which_rows_are_skipped_is_needed():
    # Without it national totals would be read as wards.
    skipping = table("incident", INCIDENT, skip_when={"Trust": [""]})
    _, reading = read(feed(skipping), f"{HEAD}\n{ROW}\n")
    assert told(reading) == [("FILE-COLUMN", None, None)]


def test_a_required_column_with_several_headings_needs_one_of_them():
    several = table("incident", INCIDENT | {"occurred_on": ["Happened", "Found"]})
    rows, reading = read(feed(several), "Ref,Found,Ward,Kind\nI-1,30/06/2026,,\n")
    assert (len(rows), told(reading)) == (1, [("FILE-COLUMN-OPTIONAL", None, "Happened")])
    _, reading = read(feed(several), "Ref,Ward,Kind\nI-1,,\n")
    assert told(reading) == [("FILE-COLUMN", None, None)]


VALID = ["943 476 5919", "9434765870", "4010232137", "987-654-4321"]


@pytest.mark.parametrize(
    ("heading", "more", "found"),
    [
        ("NHS number", {"drop": ["NHS number"]}, []),  # declared
        ("Notes", {"ignore": ["Notes"]}, [("FILE-IDENTIFIER-IGNORED", None, "Notes")]),
        ("Notes", {"ignore": ["Notes"], "drop": ["Not*"]}, []),
        ("NHS No", {}, [("FILE-COLUMN-DROPPED", None, "NHS No")]),  # by its name
        ("Post code", {}, [("FILE-COLUMN-DROPPED", None, "Post code")]),
        ("Ref 2", {}, [("FILE-IDENTIFIER", None, "column E")]),  # by what it holds
        ("", {}, [("FILE-IDENTIFIER", None, "column E")]),
        ("Ward", {}, [("FILE-IDENTIFIER", None, "column E")]),  # a heading that stands twice
    ],
)
def test_a_column_of_nhs_numbers_is_dropped_where_it_is_named_and_refuses_the_file_where_it_hides(heading, more, found):
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}" for number, cell in enumerate(VALID)]
    _, reading = read(feed(table("incident", INCIDENT, **more)), "\n".join([f"{HEAD},{heading}", *lines]))
    assert told(reading) == found


def test_ignored_numbers_are_told_and_the_rows_beside_them_loaded():
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}" for number, cell in enumerate(VALID)]
    rows, reading = read(feed(table("incident", INCIDENT, ignore=["Notes"])), "\n".join([f"{HEAD},Notes", *lines]))
    assert (len(rows), reading.is_refused) == (len(VALID), False)
    assert "list it under drop:" in reading.findings[0].remedy
    assert not any(number in str((rows, reading.findings)) for number in VALID)


def test_what_one_table_ignores_and_another_reads_is_no_ignored_identifier():
    counted = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}}, ignore=["Phone"])
    named = table("service", {"service_id": "Service", "service_name": "Phone"}, ignore=["Number"])
    _, reading = read(feed(counted, named), "Service,Number,Phone\nA,1,a@b.org\nB,1,b@b.org\nC,1,c@b.org\n")
    assert "FILE-IDENTIFIER-IGNORED" not in [rule for rule, _, _ in told(reading)]


HIDDEN = {
    "NHS numbers": VALID,
    "e-mail addresses": [f"person{number}@example.org" for number in range(4)],
    "postcodes": ["LS1 4AP", "BS1 5AH", "SW1A 1AA", "M1 1AE"],
    "telephone numbers": ["07700 900123", "0113 496 0000", "+44 113 496 0001", "(0113) 496 0002"],
}


@pytest.mark.parametrize("cells", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize(
    ("head", "last", "also"),
    [
        (HEAD, "", None),
        (HEAD, 'I-9,"30/06/2026', "FILE-CSV"),
        (HEAD, "I-9,30/06/2026,Caf\udce9,SELFH", "FILE-ENCODING"),
        (HEAD.replace("Happened", "When"), "", "FILE-COLUMN"),
        ("a,b,c,d", "", "FILE-HEADER"),
        (HEAD.replace(",", "; "), "", "FILE-DELIMITER"),
    ],
    ids=["readable", "an open quotation mark", "another encoding", "a heading renamed", "no heading", "semicolons"],
)
def test_a_hidden_column_of_identifiers_is_found_whatever_else_the_file_is_refused_for(cells, head, last, also):
    delimiter = ";" if also == "FILE-DELIMITER" else ","
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}".replace(",", delimiter) for number, cell in enumerate(cells)]
    _, reading = read(feed(table("incident", INCIDENT)), "\n".join([f"{head}{delimiter}Ref 2", *lines, last]))
    assert [found.rule for found in reading.findings if found.level == "refuse"] == [
        *([also] if also else []),
        "FILE-IDENTIFIER",
    ]
    assert not any(cell in str(reading.findings) for cell in cells)


def test_a_file_of_which_every_row_is_set_aside_hides_nothing_either():
    lines = [f"I-{number},soon,Alder,SELFH,{cell}" for number, cell in enumerate(VALID)]
    _, reading = read(feed(table("incident", INCIDENT)), "\n".join([f"{HEAD},Ref 2", *lines]))
    assert [rule for rule, _, _ in told(reading)][-2:] == ["FILE-ALL-ASIDE", "FILE-IDENTIFIER"]


def test_a_declared_column_of_identifiers_is_spared_in_a_file_refused_for_its_headings():
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}" for number, cell in enumerate(VALID)]
    text = "\n".join([f"{HEAD.replace('Happened', 'When')},NHS number", *lines])
    _, reading = read(feed(table("incident", INCIDENT, drop=["NHS number"])), text)
    assert told(reading) == [("FILE-COLUMN", None, None)]


@pytest.mark.parametrize(
    "cells",
    [
        ["03-06-2026 09:15", "04-06-2026 10:20", "05-06-2026 11:25", "06-06-2026 12:30"],  # no telephone numbers
        ["0000012345", "0000012346", "0000012347", "0000012348"],
        ["9434765919", "9434765918", "9434765917", "9434765916"],  # one in eleven passes by chance
    ],
)
def test_a_column_that_only_looks_like_one_of_identifiers_is_no_more_than_extra(cells):
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}" for number, cell in enumerate(cells)]
    _, reading = read(feed(table("incident", INCIDENT)), "\n".join([f"{HEAD},Ref 2", *lines]))
    assert told(reading) == [("FILE-COLUMN-EXTRA", None, "Ref 2")]


def test_an_agreed_column_of_ids_that_are_nhs_numbers_refuses_the_file():
    lines = [f"{cell},30/06/2026,Alder,SELFH" for cell in VALID]
    _, reading = read(feed(table("incident", INCIDENT)), "\n".join([HEAD, *lines]))
    assert told(reading) == [("FILE-IDENTIFIER", None, "Ref")]


def test_an_id_that_passes_the_check_digit_by_chance_is_left_alone():
    lines = [f"{9434765910 + number},30/06/2026,Alder,SELFH" for number in range(10)]
    rows, reading = read(feed(table("incident", INCIDENT)), "\n".join([HEAD, *lines]))
    assert (len(rows), told(reading)) == (10, [])


def test_a_label_that_numbers_somebody_sets_its_row_aside_and_most_of_a_column_refuses_the_file():
    mapped = feed(table("service", {"service_id": "Service", "service_name": "Name"}))
    rows, reading = read(mapped, "Service,Name\nA,Alder ward\nB,Birch ward 0113 496 0000\nC,Cedar ward\n")
    assert (len(rows), told(reading)) == (2, [("SVC-IDN.service_name", 3, "Name")])
    _, reading = read(mapped, "Service,Name\nA,a@example.org\nB,b@example.org\nC,c@example.org\nD,Dale\n")
    assert "FILE-IDENTIFIER" in [rule for rule, _, _ in told(reading)]


def test_cells_beyond_the_last_heading_are_looked_at_too():
    lines = [f"I-{number},30/06/2026,Alder,SELFH,{cell}" for number, cell in enumerate(VALID)]
    _, reading = read(feed(table("incident", INCIDENT)), "\n".join([HEAD, *lines]))
    assert told(reading) == [("FILE-IDENTIFIER", None, "column E")]


def test_an_extra_column_is_named_unless_its_heading_identifies_somebody():
    _, reading = read(feed(table("incident", INCIDENT)), f"{HEAD},Handler,943 476 5919\n{ROW},x,y\n")
    assert told(reading) == [("FILE-COLUMN-EXTRA", None, "Handler"), ("FILE-COLUMN-EXTRA", None, "[removed]")]


def test_what_another_table_of_the_sheet_reads_is_not_extra():
    counted = table("activity_count", COUNT | {"count_kind": {"constant": "contacts"}})
    named = table("service", {"service_id": "Service", "service_name": "Name"})
    _, reading = read(feed(counted, named), "Service,Number,Name\nA,12,Alder ward\n")
    assert not reading.findings


@pytest.mark.parametrize(
    ("text", "is_nil", "rules"),
    [
        ("Nil return\n", True, []),
        ("nil\n", True, []),
        (f"{HEAD}\nNIL RETURN,,,\n", True, []),
        (f"{HEAD}\n", False, ["FILE-NO-ROWS"]),
        (f"{HEAD}\n{ROW}\nNil,,,\n", False, []),  # it holds a row: that counts
        (f"{HEAD}\nI-1,soon,,\nNil,,,\n", False, ["INC-TYP.occurred_on", "FILE-ALL-ASIDE"]),
    ],
)
def test_a_file_is_nil_when_it_says_so_and_holds_no_row(text, is_nil, rules):
    _, reading = read(feed(table("incident", INCIDENT)), text)
    assert (reading.is_nil_return, [rule for rule, _, _ in told(reading)]) == (is_nil, rules)


def test_a_pseudonym_is_made_of_a_heading_that_is_otherwise_forbidden():
    contract = load_contracts()["incident"]
    person = contract.column("service_id").model_copy(update={"name": "person_ref", "classification": "pseudonym"})
    contract = contract.model_copy(update={"columns": (*contract.columns, person)})
    mapped = table("incident", INCIDENT | {"person_ref": "NHS number"})
    text = f"{HEAD},NHS number\n{ROW},943 476 5919\nI-2,30/06/2026,,,9434765919\nI-3,30/06/2026,,,\n"
    rows, reading = read(feed(mapped), text, load_contracts() | {"incident": contract})
    refs = [row.get("person_ref") for _, _, row in rows]
    assert refs[0] == refs[1]
    assert refs[0].startswith("v1-")
    assert refs[2] is None
    assert "5919" not in str(rows)
    assert not reading.findings


@pytest.mark.parametrize(
    ("heading", "is_cut"),
    [
        ("Premises (clean, warm)", True),
        ("Premises (clean; warm)", False),
        ('"Premises (clean, warm)"', False),
        ("A (b), C", False),
    ],
)
def test_a_heading_that_holds_the_separator_refuses_the_file(heading, is_cut):
    provider = feed(table("incident", INCIDENT))
    _, reading = read(provider, f"Ref,Happened,Ward,Kind,{heading}\nI1,01/06/2026,W,SELFH,x\n")
    assert ("FILE-HEADING-CUT" in [rule for rule, _, _ in told(reading)]) == is_cut


def test_a_verdict_names_the_agreed_forms_of_date_and_columns_as_excel_does():
    mapped = feed(table("incident", INCIDENT | {"occurred_on": {"from": "Happened", "dates": ["%d-%b-%y", "iso"]}}))
    _, reading = read(mapped, f"{HEAD}\nI-1,30/06/2026,,\n")
    (found,) = [one for one in reading.findings if one.row_number]
    assert "in a form agreed for this feed (DD-Mon-YY or YYYY-MM-DD)" in found.message
    assert "in the agreed form (DD-Mon-YY or YYYY-MM-DD)" in found.remedy
    assert [lettered(place) for place in (0, 25, 26, 701, 702)] == [
        f"column {letters}" for letters in ("A", "Z", "AA", "ZZ", "AAA")
    ]
    assert [column_called(name) for name in ("column AB", "Ref")] == ["column AB", "column 'Ref'"]
