"""A row that another table of the same file completes: found by its key, once, and nothing lost without a word."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from expectations.contract import load_contracts
from loaders import landing
from loaders.reading import beside
from tests.unit.test_mapping import counts, feed, table

FORM = {"kind": "csv", "member": "incidents*.csv"}
MAIN = "Ref,Happened\nA,2026-06-01\nB,2026-06-02\nC,2026-06-03\n"
PEOPLE = "inc_id,role,rank,Ethnicity\nA,PAT,2,A\nA,PAT,1,B\nB,STAFF,1,C\nB,PAT,1,D\nZ,PAT,1,E\n"
BESIDE = {"person": {"member": "people*.csv", "on": {"Ref": "inc_id"}}}
COLUMNS = {
    "incident_id": "Ref",
    "revision": {"constant": "1"},
    "occurred_on": "Happened",
    "ethnicity_code": "person.Ethnicity",
}
IGNORE = ["person.role", "person.rank"]


def archive(**files: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, text in files.items():
            opened.writestr(f"{name}_2026-06.csv", text)
    return content.getvalue()


def workbook(**sheets: str) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append(line.split(","))
    book.save(content)
    return content.getvalue()


def read(content: bytes, tables=BESIDE, form=FORM, columns=COLUMNS, **more):
    """Read a file of incidents; return what was kept, as reference → ethnicity, and the reading."""
    ignore = more.pop("ignore", IGNORE)
    provider = feed(table("incident", columns, beside=tables, ignore=ignore, **more), form=form)
    contracts, kept = load_contracts(), {}
    names = [column.name for column in contracts["incident"].columns]

    def take(row):
        found = dict(zip(names, row.values, strict=True))
        kept[found["incident_id"]] = found["ethnicity_code"]

    return kept, landing.read(io.BytesIO(content), provider, provider.feeds["f"], contracts, take)


def told(reading):
    return [(found.rule, found.column_name, found.row_count) for found in reading.findings]


def test_the_first_row_with_the_key_counts_and_the_others_are_told():
    kept, reading = read(archive(incidents=MAIN, people=PEOPLE))
    assert kept == {"A": "A", "B": "C", "C": None}
    assert (counts(reading), told(reading)) == ((3, 0, 0), [("FILE-BESIDE-ALONE", "person", 3)])


def test_its_rows_are_chosen_and_put_in_order():
    chosen = {"person": BESIDE["person"] | {"keep_when": {"role": "PAT"}, "first_by": "rank"}}
    kept, reading = read(archive(incidents=MAIN, people=PEOPLE), chosen, ignore=[])
    assert kept == {"A": "B", "B": "D", "C": None}
    assert told(reading) == [("FILE-BESIDE-ALONE", "person", 1)]


def test_a_table_may_be_found_through_another():
    beside = {
        "link": {"member": "links*.csv", "on": "Ref"},
        "person": {"member": "people*.csv", "on": {"link.con_id": "recordid"}},
    }
    links, people = "Ref,con_id\nA,7\nC,8\n", "recordid,Ethnicity\n7,K\n8,L\n"
    kept, reading = read(archive(incidents=MAIN, links=links, people=people), beside, ignore=[])
    assert (kept, told(reading)) == ({"A": "K", "B": None, "C": "L"}, [])


def test_rows_are_filtered_by_what_stands_beside_them():
    kept, reading = read(archive(incidents=MAIN, people=PEOPLE), keep_when={"person.role": "STAFF"})
    assert (kept, counts(reading)) == ({"B": "C"}, (3, 0, 2))


def test_another_sheet_completes_a_sheet():
    beside = {"person": {"sheet": "People", "on": {"Ref": "inc_id"}}}
    content = workbook(Incidents=MAIN, People=PEOPLE)
    kept, _ = read(content, beside, {"kind": "workbook"}, sheet="Incidents")
    assert kept == {"A": "A", "B": "C", "C": None}


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"incidents": MAIN}, "FILE-ZIP-MANY"),
        ({"incidents": MAIN, "people": ""}, "FILE-EMPTY"),
        ({"incidents": MAIN, "people": "who,role\nA,PAT\n"}, "FILE-COLUMN"),
        ({"incidents": MAIN, "people": "<html>"}, "FILE-HTML"),
        ({"incidents": "Happened\n2026-06-01\n", "people": PEOPLE}, "FILE-COLUMN"),
    ],
)
def test_a_file_that_lacks_what_completes_it_is_refused(files, rule):
    kept, reading = read(archive(**files))
    assert (kept, told(reading)[0][0], reading.is_refused) == ({}, rule, True)


def test_a_nil_return_needs_nothing_beside_it():
    _, reading = read(archive(incidents="Nil return\n", people="Nil return\n"))
    assert (reading.is_nil_return, told(reading)) == (True, [])


def test_columns_nobody_agreed_are_told_and_those_of_identifiers_refuse_the_file():
    people = "inc_id,Ethnicity,Note,Number\n" + "".join(f"{ref},A,x,{number}\n" for ref, number in NUMBERS)
    _, reading = read(archive(incidents=MAIN, people=people), ignore=[])
    assert ("FILE-COLUMN-EXTRA", "person.Note", 1) in told(reading)
    assert ("FILE-IDENTIFIER", "person: column D", 1) in told(reading)
    named = people.replace("Number", "NHS number", 1)
    _, reading = read(archive(incidents=MAIN, people=named), ignore=["person.Note"])
    assert ("FILE-COLUMN-DROPPED", "person.NHS number", 1) in told(reading)
    _, reading = read(archive(incidents=MAIN, people=named), ignore=["person.Note"], drop=["person.NHS number"])
    assert [rule for rule, _, _ in told(reading)] == ["FILE-BESIDE-ALONE"]


NUMBERS = [("A", "943 476 5919"), ("B", "943 476 5919"), ("C", "943 476 5919"), ("Z", "943 476 5919")]


@pytest.mark.parametrize(
    ("beside", "form", "fault"),
    [
        ({"on": "Ref"}, FORM, "give sheet: of a workbook, or member: of an archive"),
        ({"on": "Ref", "sheet": "People"}, FORM, "sheet: says nothing of kind: csv"),
        ({"on": "Ref", "member": "people*.csv"}, {"kind": "csv"}, "say under format: member:"),
    ],
)
def test_a_table_that_stands_nowhere_is_a_fault_of_the_provider_file(beside, form, fault):
    with pytest.raises(ValidationError, match=fault):
        feed(table("incident", COLUMNS, beside={"person": beside}), form=form)


@pytest.mark.parametrize(
    ("cells", "is_told"),
    [("5,3,2,1", False), ("5,3,3,1", True), ("5,3,,1", False), ("5,*,2,1", False), ("1,100,1,000,2,1", True)],
)
def test_numbers_that_must_add_up_are_held_until_somebody_looks(cells, is_told):
    columns = {"section": {"constant": "volume"}, "site_code": "Site"}
    unpivot = {"value": "counted", "headings": {"All": {"item_code": "complaints_total_new"}}}
    provider = feed(
        table("complaint_count", columns, unpivot=unpivot, adds_up={"All": ["One", "Two"], "Less": ["Two", "-Less"]})
    )
    text = f"Site,All,One,Two,Less\nS1,{cells}\n"
    reading = landing.read(io.BytesIO(text.encode()), provider, provider.feeds["f"], load_contracts(), lambda row: None)
    assert [found.level for found in reading.findings if found.rule == "FILE-SUM"] == ["hold"] * is_told


@pytest.mark.parametrize(("cells", "is_told"), [("1.250,5;1.245,5;5", False), ("1.250;1,25;0", True)])
def test_numbers_with_a_decimal_comma_add_up_as_they_are_read(cells, is_told):
    columns = {"section": {"constant": "volume"}, "site_code": "Site", "item_code": {"constant": "age_total"}}
    provider = feed(
        table("complaint_count", columns | {"counted": "Two"}, adds_up={"All": ["One", "Two"]}),
        form={"kind": "csv", "delimiter": ";", "decimals": ","},
    )
    text = f"Site;All;One;Two\nS1;{cells}\n"
    reading = landing.read(io.BytesIO(text.encode()), provider, provider.feeds["f"], load_contracts(), lambda row: None)
    assert [found.level for found in reading.findings if found.rule == "FILE-SUM"] == ["hold"] * is_told


KEYS = st.text("AB ", max_size=2)


@given(mains=st.lists(KEYS, max_size=6), others=st.lists(KEYS, max_size=8))
def test_every_row_beside_completes_one_or_is_told(mains, others):
    main = "Ref,Happened\n" + "".join(f"{key},2026-06-01\n" for key in mains)
    people = "inc_id,Ethnicity\n" + "".join(f"{key},A\n" for key in others)
    contracts, kept = load_contracts(), []
    provider = feed(table("incident", COLUMNS, beside=BESIDE), form=FORM)
    content = io.BytesIO(archive(incidents=main, people=people))
    reading = landing.read(content, provider, provider.feeds["f"], contracts, kept.append)
    sent, found = [key.strip() for key in others], {key.strip() for key in mains} - {""}
    alone = sum(row.row_count for row in reading.findings if row.rule == "FILE-BESIDE-ALONE")
    # A row is counted as read with its comma alone: only the day of a main row is never blank.
    assert (reading.rows_read, len(kept) + reading.rows_set_aside) == (len(mains), len(mains))
    if mains:
        assert alone == len(sent) - len(found & set(sent))


def test_more_rows_than_can_be_kept_at_hand_refuse_the_file(monkeypatch):
    monkeypatch.setattr(beside, "MOST_ROWS", 2)
    kept, reading = read(archive(incidents=MAIN, people=PEOPLE))
    assert (kept, told(reading)[0][0]) == ({}, "FILE-TOO-LARGE")


def test_what_nobody_agreed_is_not_kept_at_hand():
    people = "inc_id,Ethnicity,Words,role\nA,G,long words,PAT\n"
    provider = feed(table("incident", COLUMNS, beside=BESIDE, drop=["person.role"]), form=FORM).feeds["f"]
    content = io.BytesIO(archive(incidents=MAIN, people=people))
    (person,) = beside.companions(content, provider.tables[0], provider.format)
    assert person.find(("A",)) == ["A", "G", None, None]


def test_lines_of_json_stand_beside_each_other_too():
    form = {"kind": "ndjson", "member": "incidents*"}
    main = '{"Ref": "A", "Happened": "2026-06-01"}\n'
    beside_it = {"person": {"member": "people*", "on": {"Ref": "inc.id"}}}
    columns = COLUMNS | {"ethnicity_code": "person.code"}
    kept, reading = read(
        archive(incidents=main, people='{"inc": {"id": "A"}, "code": "D"}\n'), beside_it, form, columns, ignore=[]
    )
    assert (kept, told(reading)) == ({"A": "D"}, [])


def test_headings_that_the_file_lacks_stand_beside_those_that_another_has():
    content = archive(incidents="A,2026-06-01\n", people="inc_id,Ethnicity\nA,G\n")
    kept, _ = read(content, ignore=[], headings=["Ref", "Happened"])
    assert kept == {"A": "G"}
