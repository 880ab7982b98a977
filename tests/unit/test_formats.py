"""Bytes of every kind become rows of cells, and bytes of no kind get a verdict that says where and which."""

import codecs
import datetime as dt
import gzip
import io
import json
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from expectations.verdict import finding
from loaders.reading import nested, tabular, unpacking
from loaders.reading.row import Unreadable
from loaders.reading.tabular import remnants
from loaders.senders.feeds import FileFormat

MARKER = "marker-7c41"


def rows(content: bytes, kind="csv", places=(), **form) -> list[tuple]:
    """Return (place, number, cells) of each row."""
    with tabular.rows(io.BytesIO(content), FileFormat.model_validate({"kind": kind} | form), places) as found:
        return [tuple(row) for row in found]


def refused(content: bytes, kind="csv", places=(), **form) -> tuple:
    with pytest.raises(Unreadable) as fault:
        rows(content, kind, places, **form)
    told = finding(fault.value.rule, row_number=fault.value.row_number, **fault.value.names)
    assert told.message
    assert told.remedy
    assert MARKER not in f"{told.message} {told.remedy}"
    return fault.value.rule, fault.value.row_number


def gzipped(content: bytes) -> bytes:
    """Return an archive that tells no time: every process must call a test that is given it by the same name."""
    return gzip.compress(content, mtime=0)


def zipped(**members: str | bytes) -> bytes:
    """Return an archive; a_csv stands for a.csv."""
    return archive({name.replace("_", "."): content for name, content in members.items()})


def archive(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def parquet(**columns) -> bytes:
    import pyarrow
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pyarrow.table(columns), file, row_group_size=2)
    return file.getvalue()


def book(*lines: list, **sheets: list[list]) -> bytes:
    made = openpyxl.Workbook()
    for name, cells in (sheets or {"Sheet1": lines}).items():
        sheet = made.create_sheet(name)
        for line in cells:
            sheet.append(line)
    made.remove(made.worksheets[0])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


# ---- Text ------------------------------------------------------------------------------------------------------------

TABLE = "Ward;Words\nÁlder;“so”\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_text_is_read_in_the_encoding_that_was_agreed(encoding):
    read = rows(TABLE.encode(encoding), encoding=encoding, delimiter=";")
    assert read == [(None, 1, ["Ward", "Words"]), (None, 2, ["Álder", "“so”"])]


@pytest.mark.parametrize("agreed", ["cp1252", "latin-1", "utf-8-sig"])
@pytest.mark.parametrize("sent", ["utf-8-sig", "utf-16"])
def test_a_mark_of_byte_order_wins_over_what_was_agreed(agreed, sent):
    assert rows(TABLE.encode(sent), encoding=agreed, delimiter=";")[1][2][0] == "Álder"


def test_lines_may_end_in_any_way():
    for end in ("\n", "\r\n", "\r"):
        assert [number for _, number, _ in rows(f"A,B{end}1,2{end}3,4{end}".encode())] == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_line_is_named_from_which_on_the_encoding_is_another(encoding):
    wrong = b"\xff" if encoding == "utf-8" else b"\x00\xd8A\x00"
    content = "a,b\n".encode(encoding) * 40_000 + wrong + "x\n".encode(encoding)
    assert refused(content, encoding=encoding) == ("FILE-ENCODING", 40_001)


# ---- JSON ------------------------------------------------------------------------------------------------------------

STORY = {
    "id": 7,
    "body": "a\u00a0 b",
    "score": 1.50,
    "isOpen": True,
    "author": {"age": None, "area": {"code": "X1"}},
    "tags": [{"name": "food", "polarity": 1}, {"name": "noise"}],
    "themes": ["x", "y;z"],
    "links": [],
}
HEADS = ["id", "body", "score", "isOpen", "author.area.code", "tags.name", "tags.polarity", "themes", "author.age"]
CELLS = ["7", "a b", "1.5", True, "X1", ["food", "noise"], ["1"], ["x", "y;z"], None]


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (json.dumps([STORY]).encode(), {"kind": "json"}),
        (json.dumps({"n": 1, "r": {"items": [STORY]}}).encode("utf-16"), {"kind": "json", "rows_at": "r.items"}),
        (json.dumps([{"items": [STORY]}, {"items": []}]).encode(), {"kind": "json", "rows_at": "items"}),
        ((json.dumps(STORY) + "\n").encode(), {"kind": "ndjson"}),
        (gzipped(json.dumps(STORY).encode()), {"kind": "ndjson"}),
        (codecs.BOM_UTF8 + json.dumps([STORY]).encode(), {"kind": "json"}),
    ],
    ids=["a list", "a list inside, utf-16", "pages", "lines", "gzip", "a mark of byte order"],
)  # fmt: skip
def test_an_object_is_a_row_whose_headings_are_paths(content, form):
    head, row = rows(content, **form)
    assert head == (None, 0, [*HEADS, "links"])
    assert row == (None, 1, [*CELLS, None])


def test_each_element_of_a_nested_list_is_a_row_with_its_parents_cells():
    stories = [STORY, {"id": 8, "tags": []}, {"id": 9, "tags": [{"name": "food"}]}]
    found = rows(json.dumps(stories).encode(), "json", (None, "tags"))
    heads = {place: cells for place, number, cells in found if number == 0}
    assert "author.area.code" in heads["tags"]
    at = [heads["tags"].index(name) for name in ("id", "tags.name", "tags.polarity")]
    assert [
        (number, *(cells[place] for place in at)) for place, number, cells in found if place == "tags" and number
    ] == [
        (1, "7", "food", "1"),
        (2, "7", "noise", None),
        (3, "9", "food", None),
    ]
    assert [number for place, number, _ in found if place is None] == [0, 1, 2, 3]


def test_a_list_within_a_list_is_reached_by_its_path():
    content = {"id": 1, "replies": [{"by": "a", "notes": [{"n": 1}, {"n": 2}]}, {"by": "b", "notes": []}]}
    found = rows(json.dumps([content]).encode(), "json", ("replies.notes",))
    head, *under = [cells for _, _, cells in found]
    at = [head.index(name) for name in ("id", "replies.by", "replies.notes.n")]
    assert [[cells[place] for place in at] for cells in under] == [["1", "a", "1"], ["1", "a", "2"]]


def test_a_number_is_never_rounded():
    content = b'{"a": 12345678901234567890, "b": 0.1000000000000000055}\n'
    assert rows(content, "ndjson")[1][2] == ["12345678901234567890", "0.1000000000000000055"]


def test_half_a_character_and_a_nought_byte_are_taken_out():
    assert rows(b'[{"a": "x\\ud800y\\u0000z"}]', "json")[1][2] in (["xyz"], ["x?yz"])
    assert rows(b'{"a": "x\\ud800y\\u0000z"}', "ndjson")[1][2] == ["xyz"]


def test_memory_holds_no_more_of_a_long_list_than_one_object():
    import tracemalloc

    long = b"[" + b",".join(json.dumps({"id": n, "words": "w" * 200}).encode() for n in range(20_000)) + b"]"
    for kind, content in {"json": long, "ndjson": long[1:-1].replace(b"},{", b"}\n{")}.items():
        file = io.BytesIO(content)
        tracemalloc.start()
        with tabular.rows(file, FileFormat(kind=kind)) as found:
            assert sum(1 for _ in found) == 20_001
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3_000_000, "bytes, of five million read"


DEEP = b'{"a":' * 40 + b"1" + b"}" * 40


@pytest.mark.parametrize(
    ("content", "form", "rule", "row"),
    [
        (b'[{"a": 1}, {"a": 2', {"kind": "json"}, "FILE-JSON", 2),
        (b'[{"a": 1}] {"b": 2}', {"kind": "json"}, "FILE-JSON", 2),
        (b'[{"a": NaN}]', {"kind": "json"}, "FILE-JSON", 1),
        (b'[{"a": ' + b"1" * 5000 + b"}]", {"kind": "json"}, "FILE-JSON", 1),
        (b"Ref,Happened\n1,2\n", {"kind": "json"}, "FILE-JSON", 1),
        (b'{"a": 1}\n{"a": \n', {"kind": "ndjson"}, "FILE-JSON", 2),
        (b'{"a": 1}\n\n{"a": Infinity}\n', {"kind": "ndjson"}, "FILE-JSON", 3),
        (b'{"error": "marker-7c41"}', {"kind": "json"}, "FILE-JSON-SHAPE", 1),
        (b'{"a": 1}\n{"a": 2}\n', {"kind": "json"}, "FILE-JSON-SHAPE", 1),
        (b'{"items": {"a": 1}}', {"kind": "json", "rows_at": "items"}, "FILE-JSON-SHAPE", 1),
        (b'{"items": null}', {"kind": "json", "rows_at": "items"}, "FILE-JSON-SHAPE", 1),
        (b'{"data": []}', {"kind": "json", "rows_at": "items"}, "FILE-JSON-SHAPE", None),
        (b"[1, 2]", {"kind": "json"}, "FILE-JSON-SHAPE", 1),
        (b'[{"a": 1}]\n', {"kind": "ndjson"}, "FILE-JSON-SHAPE", 1),
        (b'[{"a": 1}, {"a": 1, "a": 2}]', {"kind": "json"}, "FILE-JSON-TWICE", 2),
        (b'{"x": 1, "x": 2, "items": []}', {"kind": "json", "rows_at": "items"}, "FILE-JSON-TWICE", 1),
        (b'{"a": 1}\n{"b": {"a": 1, "a": 2}}', {"kind": "ndjson"}, "FILE-JSON-TWICE", 2),
        (b'{"a.b": 1, "a": {"b": 2}}', {"kind": "ndjson"}, "FILE-JSON-TWICE", 1),
        (b"[" + DEEP + b"]", {"kind": "json"}, "FILE-JSON-DEEP", 1),
        (b"[" * 100_000, {"kind": "json"}, "FILE-JSON-DEEP", 1),
        (DEEP, {"kind": "ndjson"}, "FILE-JSON-DEEP", 1),
        (b'{"a":' * 50_000, {"kind": "ndjson"}, "FILE-JSON-DEEP", 1),
        ('{"a": 1}\n{"a": "é"}\n'.encode("cp1252"), {"kind": "ndjson"}, "FILE-ENCODING", 2),
        ('[{"a": 1},\n{"a": "é"}]'.encode("cp1252"), {"kind": "json"}, "FILE-ENCODING", 2),
        (b'[{"a": "' + b"x" * (1 << 25) + b'"}]', {"kind": "json"}, "FILE-TOO-LARGE", 1),
        (b'{"a": "' + b"x" * (1 << 25) + b'"}', {"kind": "ndjson"}, "FILE-TOO-LARGE", 1),
        (b"{%s}" % b",".join(b'"%d":1' % n for n in range(5_000)), {"kind": "ndjson"}, "FILE-TOO-LARGE", None),
        (b"{%s}" % b",".join(b'"%d":1' % n for n in range(110_000)), {"kind": "json"}, "FILE-JSON-SHAPE", 1),
        (b"<!DOCTYPE html><html>marker-7c41</html>", {"kind": "json"}, "FILE-HTML", None),
        (b"", {"kind": "ndjson"}, "FILE-EMPTY", None),
    ],
)  # fmt: skip
def test_what_is_no_json_is_told_where_and_how(content, form, rule, row):
    assert refused(content, **form) == (rule, row)


@pytest.mark.parametrize("kind", ["json", "ndjson", "csv", "parquet"])
def test_any_kind_of_file_may_say_that_there_is_nothing(kind):
    assert rows(b"Nil return\n", kind) == [(None, 1, ["Nil return"])]
    assert rows(b'"nil return"', kind) == [(None, 1, ["nil return"])]


def test_what_is_no_object_stands_beyond_the_last_heading():
    assert rows(b'{"a": 1}\n"Sorry! Something went wrong."\n', "ndjson") == [
        (None, 0, ["a"]),
        (None, 1, ["1"]),
        (None, 2, [None, "Sorry! Something went wrong."]),
    ]


def test_what_children_of_one_object_blow_up_to_is_limited(monkeypatch):
    monkeypatch.setattr(nested, "LARGEST_INSIDE", 1 << 20)
    wide = {"words": "w" * 10_000, "tags": [{"n": n} for n in range(1_000)]}
    assert refused(json.dumps([wide]).encode(), "json", ("tags",))[0] == "FILE-TOO-LARGE"


# ---- Parquet ---------------------------------------------------------------------------------------------------------


def test_the_cells_of_a_parquet_file_keep_their_types():
    import pyarrow as arrow

    moment = dt.datetime.fromisoformat("2026-06-30T09:30:00")
    content = parquet(
        id=["a", "b", "c"],
        day=[dt.date(1900, 1, 1), None, dt.date(2026, 6, 30)],
        at=arrow.array([moment, None, None], arrow.timestamp("ns")),
        zoned=arrow.array([moment.replace(tzinfo=dt.UTC), None, None], arrow.timestamp("us", "Europe/London")),
        cost=[Decimal("1.50"), None, None],
        yes=[True, False, None],
        share=[0.25, float("nan"), None],
        place=[{"site": "X", "ward": {"code": 1}}, None, {"site": None, "ward": None}],
        themes=[["x", "y"], [], None],
        tags=[[{"name": "p"}, {"name": "q"}], None, []],
        kind=arrow.array(["u", "v", "u"]).dictionary_encode(),
    )
    heads, first, second, _ = rows(content, "parquet")
    assert heads[2] == [
        "id", "day", "at", "zoned", "cost", "yes", "share", "place.site", "place.ward.code", "themes", "tags.name",
        "kind",
    ]  # fmt: skip
    assert first[2] == [
        "a", dt.date(1900, 1, 1), moment, moment.replace(tzinfo=dt.UTC), "1.50", True, 0.25, "X", 1, ["x", "y"],
        ["p", "q"], "u",
    ]  # fmt: skip
    assert second == (None, 2, ["b", None, None, None, None, False, None, None, None, [], [], "v"])


@pytest.mark.parametrize("cut", [12, 200])
def test_a_parquet_file_cut_short_is_told(cut):
    assert refused(parquet(a=["x"] * 100, b=list(range(100)))[:-cut], "parquet") == ("FILE-PARQUET", None)


def test_a_parquet_file_of_endless_equal_rows_is_not_unrolled():
    import pyarrow as arrow
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(arrow.table({"a": arrow.repeat(arrow.scalar(1), 5_000_000)}), file)
    content = file.getvalue()
    assert len(content) < 50_000
    with tabular.rows(io.BytesIO(content), FileFormat(kind="parquet")) as found:
        # It is a stream: whoever stops early has read little of it.
        assert next(found).cells == ["a"]
        assert next(found).cells == [1]


# ---- Archives and kinds ----------------------------------------------------------------------------------------------

TEXT = "Ref,Happened\nI-1,2026-06-03\n"
READ = [(None, 1, ["Ref", "Happened"]), (None, 2, ["I-1", "2026-06-03"])]


def test_an_archive_is_known_by_its_first_bytes():
    assert rows(gzipped(TEXT.encode())) == READ
    assert rows(zipped(a_csv=TEXT)) == READ
    several = {"folder/": "", "folder/a.csv": TEXT, "__MACOSX/folder/a.csv": "x", "readme.txt": "y"}
    assert rows(archive(several), member="*.csv") == READ
    assert rows(zipped(a_xlsx=book(["Ref"], ["I-1"])), "workbook")[-1] == ("Sheet1", 2, ["I-1"])
    assert rows(gzipped(parquet(a=[1])), "parquet")[-1] == (None, 1, [1])


@pytest.mark.parametrize(
    ("content", "form", "rule"),
    [
        (gzipped(TEXT.encode() * 1000)[:-20], {}, "FILE-ZIP"),
        (gzipped(TEXT.encode()) + b"more", {}, "FILE-ZIP"),
        (zipped(a_csv=TEXT)[:-30], {}, "FILE-ZIP"),
        (zipped(a_csv=TEXT, b_csv=TEXT), {}, "FILE-ZIP-MANY"),
        (zipped(a_csv=TEXT, b_csv=TEXT), {"member": "*.csv"}, "FILE-ZIP-MANY"),
        (zipped(a_csv=TEXT), {"member": "b*.csv"}, "FILE-ZIP-MANY"),
        (zipped(a_csv=""), {}, "FILE-EMPTY"),
        (zipped(a_csv="<html>"), {}, "FILE-HTML"),
    ],
)
def test_an_archive_that_gives_no_file_is_told(content, form, rule):
    assert refused(content, **form) == (rule, None)


@pytest.mark.parametrize("pack", [gzipped, lambda text: zipped(a_csv=text.decode())], ids=["gzip", "zip"])
def test_an_archive_gives_no_more_than_can_be_read_safely(monkeypatch, pack):
    monkeypatch.setattr(unpacking, "LARGEST_INSIDE", 1 << 20)
    assert refused(pack(b"0" * (3 << 20)))[0] == "FILE-TOO-LARGE"


@pytest.mark.parametrize(
    ("content", "agreed", "says"),
    [
        (book(["Ref"]), "csv", ("an Excel workbook", "a CSV file was agreed")),
        (book(["Ref"]), "json", ("an Excel workbook", "a JSON file was agreed")),
        (parquet(a=[1]), "csv", ("a Parquet file", "a CSV file")),
        (b'[{"a": 1}]', "csv", ("a JSON file", "a CSV file")),
        (TEXT.encode(), "workbook", ("perhaps a CSV file", "an Excel workbook")),
        (b'[{"a": 1}]', "workbook", ("a JSON file", "an Excel workbook")),
        (TEXT.encode(), "parquet", ("something else", "a Parquet file")),
        (b"%PDF-1.7 marker-7c41", "csv", ("a PDF document", "a CSV file")),
        (b"<?xml version='1.0'?><a/>", "json", ("an XML file", "a JSON file")),
        (gzipped(gzipped(TEXT.encode())), "csv", ("an archive within an archive", "a CSV file")),
    ],
)
def test_a_file_of_another_kind_than_agreed_is_called_by_its_name(content, agreed, says):
    with pytest.raises(Unreadable) as fault:
        rows(content, agreed)
    assert fault.value.rule == "FILE-KIND"
    message = finding("FILE-KIND", **fault.value.names).message
    assert all(part in message for part in says)


# ---- What is left of a refused file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f'[{{"ref": "{MARKER}"}}, {{"ref": '.encode(), "json"),
        (f'{{"error": {{"ref": "{MARKER}"}}}}'.encode(), "json"),
        (f'{{"ref": "{MARKER}"}}\nno json'.encode("utf-16"), "ndjson"),
        (f"ref\n{MARKER}\n".encode(), "workbook"),
        (book(["ref"], [MARKER]), "csv"),
        (parquet(ref=[MARKER]), "csv"),
        (zipped(a_csv="x\n1\n", b_csv=f"ref\n{MARKER}\n"), "csv"),
        (gzipped((f"ref\n{MARKER}\n" * 2000).encode())[:-20], "csv"),
    ],
    ids=[
        "json cut short",
        "another shape",
        "no json lines",
        "text",
        "a workbook",
        "parquet",
        "two in a zip",
        "gzip cut",
    ],
)
def test_what_can_be_made_out_of_a_refused_file_is_looked_at(content, kind):
    form = FileFormat(kind=kind)
    found = [cell for row in remnants(io.BytesIO(content), form) for cell in row.cells]
    assert MARKER in found
