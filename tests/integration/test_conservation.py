"""No row is lost or made up on its way, whatever the format and the mapping: read = kept + set aside + filtered."""

import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loaders import load
from tests.reading import read, table
from tests.reading import sender as reading_sender

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
HEADINGS = ("Ref", "Happened", "Kind", "Status", "Good", "Poor")
KINDS = {
    # kind: (cells, what becomes of the row)
    "good": (("I-{n}", "2026-06-03", "SELFH", "FINAL", "1", "2"), "kept"),
    "good, sentinel": (("I-{n}", "2026-06-03", "FALL", "final", "0", ""), "kept"),
    "no day": (("I-{n}", "soon", "SELFH", "FINAL", "1", "2"), "set aside"),
    "no reference": (("", "2026-06-03", "SELFH", "FINAL", "1", "2"), "set aside"),
    "no number": (("I-{n}", "soon", "SELFH", "FINAL", "many", "2"), "set aside"),
    "rejected": (("I-{n}", "2026-06-03", "SELFH", "REJECT", "1", "2"), "filtered"),
    "total": (("Total {n}", "", "", "FINAL", "1", "2"), "filtered"),
    "draft": (("I-{n}", "2026-06-03", "SELFH", "draft", "1", "2"), "filtered"),
    "blank": (("", "", "", "", "", ""), None),
}
KEEP = {"keep_when": {"Status": ["FINAL", "REJECT"]}, "skip_when": {"Ref": ["Total*"], "Status": ["REJECT"]}}
PLAIN = table(
    "incident",
    {
        "incident_id": "Ref",
        "revision": {"constant": "1"},
        "occurred_on": "Happened",
        "incident_kind": {"from": "Kind", "codes": {"SELFH": "self_harm", "FALL": "falls"}},
    },
    ignore=["Good", "Poor"],
    **KEEP,
)
WIDE = table(
    "activity_count",
    {"service_id": "Ref"},
    unpivot={
        "value": "counted",
        "headings": {"Good": {"count_kind": "contacts"}, "Poor": {"count_kind": "open_referrals"}},
    },
    ignore=["Happened", "Kind"],
    **KEEP,
)


def lines_of(kinds: list[str]) -> list[list[str]]:
    return [[cell.format(n=n) for cell in KINDS[kind][0]] for n, kind in enumerate(kinds)]


def csv_text(lines: list[list[str]], delimiter=",") -> str:
    return "\n".join(delimiter.join(line) for line in [HEADINGS, *lines]) + "\n"


def objects(lines: list[list[str]]) -> list[dict]:
    return [{name: cell or None for name, cell in zip(HEADINGS, line, strict=True)} for line in lines]


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", content)
        archive.writestr("readme.txt", "…")
    return file.getvalue()


def workbook(lines: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["A report"])
    for line in [HEADINGS, *lines]:
        book.active.append([cell or None for cell in line])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet(lines: list[list[str]]) -> bytes:
    import pyarrow
    from pyarrow.parquet import write_table

    columns = {
        name: pyarrow.array([line[at] or None for line in lines], pyarrow.string()) for at, name in enumerate(HEADINGS)
    }
    file = io.BytesIO()
    write_table(pyarrow.table(columns), file, row_group_size=max(1, len(lines) // 3))
    return file.getvalue()


FORMATS: dict[str, tuple[Callable[[list[list[str]]], bytes], dict, dict]] = {
    "csv": (lambda lines: csv_text(lines).encode(), {"kind": "csv"}, {}),
    "csv, utf-16, semicolons": (
        lambda lines: csv_text(lines, ";").encode("utf-16"),
        {"kind": "csv", "encoding": "utf-16", "delimiter": ";"},
        {},
    ),
    "gzip": (lambda lines: gzip.compress(csv_text(lines).encode()), {"kind": "csv"}, {}),
    "zip": (lambda lines: zipped(csv_text(lines).encode()), {"kind": "csv", "member": "*.csv"}, {}),
    "workbook": (workbook, {"kind": "workbook"}, {"header_rows": ["2"]}),
    "json": (
        lambda lines: json.dumps({"n": 1, "result": {"items": objects(lines)}}).encode(),
        {"kind": "json", "rows_at": "result.items"},
        {},
    ),
    "ndjson": (lambda lines: "\n".join(map(json.dumps, objects(lines))).encode(), {"kind": "ndjson"}, {}),
    "parquet": (parquet, {"kind": "parquet"}, {}),
}  # fmt: skip
SLOW = {"workbook", "parquet"}


def expected(kinds: list[str]) -> tuple[int, int, int]:
    became = [KINDS[kind][1] for kind in kinds]
    return tuple(became.count(what) for what in ("kept", "set aside", "filtered"))


def conserved(name: str, one: dict, kinds: list[str]) -> None:
    """Read a file of these rows and account for each of them."""
    write, form, where = FORMATS[name]
    rows, reading = read(reading_sender(one | where, form=form), write(lines_of(kinds)))
    kept, aside, filtered = expected(kinds)
    if one is WIDE:  # a day or a reference is not what it asks for, a number is
        wrong = kinds.count("no day") + kinds.count("no reference")
        kept, aside = kept + wrong, aside - wrong
    assert (reading.rows_set_aside, reading.rows_filtered) == (aside, filtered)
    assert reading.rows_read == kept + aside + filtered
    assert len({row["row"] for row in rows}) == kept
    assert len({(row["row"], row["part"]) for row in rows}) == len(rows) == kept * (2 if one is WIDE else 1)
    assert len(reading.faults) == aside
    if kept:
        assert not reading.is_refused
    elif aside:
        assert "FILE-ALL-ASIDE" in [found.rule for found in reading.findings]
    elif filtered:
        assert [found.level for found in reading.findings] == ["warn"]
    if one is PLAIN:
        wanted = [f"I-{n}" for n, kind in enumerate(kinds) if KINDS[kind][1] == "kept"]
        assert [row["incident_id"] for row in rows] == wanted


ROWS = st.lists(st.sampled_from(sorted(KINDS)), min_size=0, max_size=30).map(lambda kinds: ["good", *kinds])
ENDLESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@pytest.mark.parametrize("one", [PLAIN, WIDE], ids=["rows", "unpivot"])
@pytest.mark.parametrize("name", [name for name in FORMATS if name not in SLOW])
@settings(max_examples=40, **ENDLESS)
@given(kinds=ROWS)
@example(kinds=["rejected"] * 3)
@example(kinds=["no number"] * 2)
def test_every_row_of_every_format_is_accounted_for(name, one, kinds):
    conserved(name, one, kinds)


@pytest.mark.parametrize("one", [PLAIN, WIDE], ids=["rows", "unpivot"])
@pytest.mark.parametrize("name", sorted(SLOW))
@settings(max_examples=6, **ENDLESS)
@given(kinds=ROWS)
def test_every_row_that_a_process_of_its_own_reads_is_accounted_for(name, one, kinds):
    conserved(name, one, kinds)


TAGS = table(
    "activity_count",
    {"service_id": "id", "count_kind": {"constant": "contacts"}, "counted": {"from": "tags.n", "missing": ["none"]}},
    each="tags",
    skip_when={"tags.kind": ["total"]},
    ignore=["words"],
)
STORIES = table("service", {"service_id": "id", "service_name": {"from": "words", "split": {"at": "/", "part": "1"}}})
CHILDREN = {
    "good": ({"n": 3, "kind": "x"}, "kept"),
    "blank number": ({"n": None, "kind": "x"}, "kept"),
    "no number": ({"n": "many", "kind": "x"}, "set aside"),
    "total": ({"n": 9, "kind": "total"}, "filtered"),
}


@settings(max_examples=60, **ENDLESS)
@given(
    families=st.lists(st.lists(st.sampled_from(sorted(CHILDREN)), max_size=5), min_size=1, max_size=8),
    kind=st.sampled_from(["json", "ndjson"]),
)
def test_every_child_of_every_parent_is_accounted_for(families, kind):
    families = [["good", "total"], *families]
    stories = [
        {"id": f"S-{n}", "words": f"ward {n}/x", "tags": [CHILDREN[child][0] for child in children]}
        for n, children in enumerate(families)
    ]
    content = json.dumps(stories) if kind == "json" else "".join(json.dumps(story) + "\n" for story in stories)
    rows, reading = read(reading_sender(STORIES, TAGS, form={"kind": kind}), content)
    became = [CHILDREN[child][1] for children in families for child in children]
    assert (reading.rows_read, reading.rows_set_aside, reading.rows_filtered) == (
        len(families) + len(became),
        became.count("set aside"),
        became.count("filtered"),
    )
    assert [row["service_id"] for row in rows if "count_kind" in row] == [
        f"S-{n}" for n, children in enumerate(families) for child in children if CHILDREN[child][1] == "kept"
    ]
    assert [row["service_name"] for row in rows if "count_kind" not in row] == [
        f"ward {n}" for n in range(len(families))
    ]
    numbers = [row["row"] for row in rows if "count_kind" in row]
    assert len(set(numbers)) == len(numbers)


@settings(max_examples=150, **ENDLESS)
@given(
    name=st.sampled_from([name for name in FORMATS if name not in SLOW]),
    kinds=ROWS,
    cut=st.floats(0, 1),
    noise=st.binary(max_size=40),
)
def test_a_damaged_file_ends_in_a_verdict_and_not_in_an_error(name, kinds, cut, noise):
    write, form, where = FORMATS[name]
    whole = write(lines_of(kinds))
    at = int(len(whole) * cut)
    for content in (whole[:at], whole[:at] + noise + whole[at:], noise):
        rows, reading = read(reading_sender(PLAIN | where, form=form), content)
        kept = len({row["row"] for row in rows})
        # Of a file refused half way, rows may have been handed on: the warehouse takes them back.
        assert kept + reading.rows_set_aside + reading.rows_filtered == reading.rows_read
        assert reading.is_refused or reading.rows_read or reading.is_nil_return


@pytest.mark.parametrize("name", FORMATS)
def test_the_ledger_says_what_became_of_every_row(sender, name):
    write, form, where = FORMATS[name]
    kinds = [*sorted(KINDS), "good", "good"]
    feed = {"files": "rows_{period:%Y-%m}", "every": "month", "format": form, "tables": [PLAIN | where]}
    one = sender(feeds={"f": feed})
    one.send("rows_2026-06", write(lines_of(kinds)))
    one.send("rows_2026-05", write(lines_of(["rejected", "total"])))
    one.send("rows_2026-04", write(lines_of(["good"] * 2))[:-9])
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    kept, aside, filtered = expected(kinds)
    counts = ("rows_read", "rows_landed", "rows_set_aside", "rows_filtered")
    june, may, april = (one.delivery(f"rows_2026-0{month}") for month in (6, 5, 4))
    assert [june[count] for count in counts] == [kept + aside + filtered, kept, aside, filtered]
    # Nothing in it is a record: that is no fault of the file, and no nil return either.
    assert ([may[count] for count in counts], may["is_nil_return"]) == ([2, 0, 0, 2], False)
    assert (may["state"], one.rules("rows_2026-05")) == ("accepted", ["FILE-ALL-FILTERED"])
    if april["state"] == "refused":
        assert april["rows_landed"] == 0
        assert one.ask("select count(*) from raw.incident where load_id = %s", april["load_id"]) == [(0,)]
    assert june["rows_read"] == june["rows_landed"] + june["rows_set_aside"] + june["rows_filtered"]
