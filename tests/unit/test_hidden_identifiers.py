"""Numbers of persons are found in every kind of file, however deep they lie and whatever else it is refused for."""

import gzip
import io
import json

import pytest

from tests.reading import read, sender, table, told

NUMBERS = ["943 476 5919", "9434765870", "4010232137", "987-654-4321"]
SERVICE = table("service", {"service_id": "id", "service_name": "name"})
KINDS = ["json", "ndjson", "parquet"]


def written(kind: str, rows: list[dict]) -> bytes:
    if kind == "json":
        return json.dumps(rows).encode()
    if kind == "ndjson":
        return "\n".join(map(json.dumps, rows)).encode()
    import pyarrow
    from pyarrow.parquet import write_table

    file = io.BytesIO()
    write_table(pyarrow.Table.from_pylist(rows), file)
    return file.getvalue()


def with_numbers(**hidden) -> list[dict]:
    """Return rows in which each number stands where `hidden` puts it."""
    return [
        {"id": f"S-{n}", "name": f"ward {n}"} | {name: put(number) for name, put in hidden.items()}
        for n, number in enumerate(NUMBERS)
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "put",
    [
        str,
        lambda number: {"deep": {"er": number}},
        lambda number: ["x", number, number, number],
        lambda number: [{"ref": number}, {"ref": number}],
    ],
    ids=["plain", "an object", "a list", "a list of objects"],
)
def test_a_column_nobody_agreed_is_looked_at_however_deep(kind, put):
    _, reading = read(sender(SERVICE, form={"kind": kind}), written(kind, with_numbers(other=put)))
    assert "FILE-IDENTIFIER" in [rule for rule, _, _ in told(reading)]
    assert not any(number in str(reading.findings) for number in NUMBERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_heading_that_was_waved_through_by_a_part_of_its_name_is_looked_at_too(kind):
    content = written(kind, with_numbers(other=lambda number: {"ref": number}))
    _, reading = read(sender(SERVICE | {"ignore": ["other.*"]}, form={"kind": kind}), content)
    assert [rule for rule, _, _ in told(reading)] == ["FILE-IDENTIFIER"]
    _, reading = read(sender(SERVICE | {"drop": ["other.*"]}, form={"kind": kind}), content)
    assert told(reading) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_names_an_identifier_is_dropped_wherever_it_lies(kind):
    content = written(kind, with_numbers(patient=lambda number: {"nhs_number": number}))
    rows, reading = read(sender(SERVICE, form={"kind": kind}), content)
    assert [rule for rule, _, _ in told(reading)] == ["FILE-COLUMN-DROPPED"]
    assert len(rows) == len(NUMBERS)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["as it is", "packed"])
@pytest.mark.parametrize("kind", ["json", "ndjson"])
def test_they_are_found_in_a_file_that_is_refused_for_something_else(kind, pack):
    whole = written(kind, with_numbers(other=str))
    _, reading = read(sender(SERVICE, form={"kind": kind}), pack(whole + b'\n{"id": '))
    assert [rule for rule, _, _ in told(reading)] == ["FILE-JSON", "FILE-IDENTIFIER"]
    assert not any(number in str(reading.findings) for number in NUMBERS)


def test_they_are_found_in_a_file_of_another_kind_than_agreed():
    for kind in KINDS:
        _, reading = read(sender(SERVICE), written(kind, with_numbers(other=str)))
        assert {rule for rule, _, _ in told(reading)} >= {"FILE-IDENTIFIER"}, kind
