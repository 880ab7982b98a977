"""Read the made-up senders' files the plain way, with csv, json and openpyxl, to check what the pipeline made of them.

It shares nothing with the readers, mappings and models it checks: headings and labels are those of demo/senders.yml.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import yaml

SENDERS = Path(__file__).parents[2] / "demo" / "senders.yml"
RECORDS = ("input", "decision", "change", "told_back", "session")
SHEETS = {
    "input": "Inputs", "decision": "Decisions", "change": "Changes", "told_back": "Told back", "session": "Sessions",
}  # fmt: skip
BOOK_SHEETS = {
    "involvement_role": "Roles", "person_characteristic": "About people", "participation": "Who came",
    "claim": "Claims", "concern": "Concerns", "recruitment": "Recruitment", "action": "Actions",
    "material": "Materials", "quote": "Quotes", "provider_return": "Return", "survey_answer": "Surveys",
}  # fmt: skip
LISTS = ("input_ids", "decision_ids")

Row = dict[str, Any]


def day(cell: Any) -> dt.date | None:
    """A day out of a cell: an Excel date, dd/mm/yyyy, d.m.yyyy or yyyy-mm-dd; None where blank."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if not cell or "-" in cell:
        return dt.date.fromisoformat(cell) if cell else None
    return dt.date(*map(int, reversed(cell.replace(".", "/").split("/"))))


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as content:
        return list(csv.DictReader(content))


def rows_of_json(path: Path) -> list[Row]:
    """A list of objects; what stands inside an object goes by both names, `said.on`."""

    def flat(one: Row, above: str = "") -> Row:
        found = {}
        for name, cell in one.items():
            found |= flat(cell, f"{above}{name}.") if isinstance(cell, dict) else {above + name: cell}
        return found

    return [flat(one) for one in json.loads(path.read_text(encoding="utf-8"))]


def rows_of_zip(path: Path, record: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(f"export/{record}.csv").decode("utf-16")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def survey_answers(region: Path) -> Iterator[Row]:
    """Every line of the network's surveys: about, statement, answer, people and the day asked."""
    for path in sorted((region / "zwl_net").glob("survey_*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


@cache
def senders() -> dict[str, Any]:
    return yaml.safe_load(SENDERS.read_text(encoding="utf-8"))


def registers(region: Path) -> Iterator[tuple[str, dt.date, dict[str, list[Row]]]]:
    """Every register of every sender as (sender, day sent, rows by record), oldest first."""
    found = []
    for path in sorted((region / "zw1" / "register").glob("change_*.csv")):
        stamp = path.stem.rpartition("_")[2]
        read = {
            record: _translated("ZW1", record, rows_of_csv(path.with_name(f"{record}_{stamp}.csv")))
            for record in RECORDS
        }
        found.append(("ZW1", sent_on(path), read))
    for sender in ("ZW2", "ZWL_ICB"):
        for path in sorted((region / sender.lower()).glob("register_*.xlsx")):
            book = openpyxl.load_workbook(path, read_only=True)
            read = {record: _translated(sender, record, _below(book[SHEETS[record]], 4)) for record in RECORDS}
            found.append((sender, sent_on(path), read))
    for path in sorted((region / "zw4").glob("change_*.json")):
        lists = {record: path.with_name(path.name.replace("change", record)) for record in RECORDS}
        read = {record: _translated("ZW4", record, rows_of_json(one)) for record, one in lists.items()}
        found.append(("ZW4", sent_on(path), read))
    for path in sorted((region / "zw5").glob("*.zip")):
        read = {record: _translated("ZW5", record, rows_of_zip(path, record)) for record in RECORDS}
        found.append(("ZW5", sent_on(path), read))
    for path in sorted((region / "zw3").glob("*.xlsx")):
        found.append(("ZW3", sent_on(path), _small_register(path)))
    yield from sorted(found, key=lambda one: one[:2])


def newest_registers(region: Path) -> dict[str, dict[str, list[Row]]]:
    """The register of each sender that counts: the last one sent."""
    return {sender: read for sender, _, read in registers(region)}


def books(region: Path, sender: str) -> Iterator[dict[str, list[Row]]]:
    """A sender's books of those who take part, oldest first, each record as rows in plain names."""
    columns = senders()[f"{sender} book"]["columns"]
    for path in sorted((region / sender.lower()).rglob("people_*.xlsx")):
        yield _book(path, tuple((record, tuple(headings.items())) for record, headings in columns.items()))


def newest_book(region: Path, sender: str) -> dict[str, list[Row]]:
    *_, newest = books(region, sender)
    return newest


@cache
def _book(path: Path, columns: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> dict[str, list[Row]]:
    workbook = openpyxl.load_workbook(path, read_only=True)
    return {
        record: [
            {name: cell.date() if isinstance(cell := row[heading], dt.datetime) else cell for heading, name in headings}
            for row in _below(workbook[BOOK_SHEETS[record]], 4)
        ]
        for record, headings in columns
    }


def sent_on(path: Path) -> dt.date:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()


def month_of(path: Path) -> dt.date:
    """The first day of the month that a monthly file's name names: incidents_2025-02_v2.csv."""
    stamp = path.stem.removesuffix("_v2").rpartition("_")[2]
    return dt.date.fromisoformat(f"{stamp}-01")


def newest_of_each_month(folder: Path, kind: str) -> dict[dt.date, Path]:
    """One file a month: a second version replaces the first."""
    return {
        month_of(path): path for path in sorted(folder.glob(f"{kind}_*.csv"), key=lambda one: (month_of(one), one.stem))
    }


def friends_and_family(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """One service a line, as (name, answers); the three national totals above them have no trust code."""
    sheet = openpyxl.load_workbook(path, read_only=True)["Wards"]
    lines = list(sheet.iter_rows(values_only=True))
    heads = lines[10]
    return [
        (line[5], {heads[place]: line[place] for place in range(10, 16)}) for line in lines[11:] if line[1] is not None
    ]


def _below(sheet: Any, heading_row: int) -> list[Row]:
    lines = list(sheet.iter_rows(values_only=True))
    heads = lines[heading_row - 1]
    return [dict(zip(heads, line, strict=False)) for line in lines[heading_row:] if line[0] is not None]


def _translated(sender: str, record: str, rows: list[Row]) -> list[Row]:
    columns, says = senders()[sender]["columns"][record], senders()[sender]["says"]
    return [{name: _cell(name, row.get(heading), says.get(name)) for heading, name in columns.items()} for row in rows]


def _cell(name: str, cell: Any, says: dict[str, str] | None) -> Any:
    if cell is None or cell == "":
        return [] if name in LISTS else None
    if name in LISTS:
        return cell if isinstance(cell, list) else [one.strip() for one in cell.replace("|", ";").split(";")]
    if name.endswith("_on"):
        return day(cell)
    if name.endswith("_count"):
        return int(cell)
    if says and name != "theme_codes":
        return {word: code for code, word in says.items()}.get(cell, cell)
    return cell


def _small_register(path: Path) -> dict[str, list[Row]]:
    book = openpyxl.load_workbook(path)
    lists: dict[str, dict[str, str]] = defaultdict(dict)
    for name, code, label in list(book["lists"].iter_rows(values_only=True))[1:]:
        lists[name][label] = code
    lines = list(book["You said, we did"].iter_rows(values_only=True))
    rows = [dict(zip(lines[1], line, strict=True)) for line in lines[4:] if line[1]]
    read: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        name = row["input.input_id"]
        others = [one.strip() for one in (row["decision.input_ids"] or "").split(";") if one.strip()]
        read["input"].append(
            {"input_id": name, "received_on": day(row["input.received_on"]),
             "reply_wanted": _of(lists, "reply_wanted", row["input.reply_wanted"])}
        )  # fmt: skip
        if row["decision.decided_on"]:
            read["decision"].append(
                {"decision_id": name, "input_ids": [name, *others], "decided_on": day(row["decision.decided_on"]),
                 "outcome": _of(lists, "decision_outcome", row["decision.outcome"]),
                 "reason_code": row["decision.reason_code"], "reason": row["decision.reason"]}
            )  # fmt: skip
        if row["change.changed"]:
            read["change"].append(
                {"change_id": name, "decision_ids": [name], "due_on": day(row["change.due_on"]),
                 "implemented_on": day(row["change.implemented_on"]), "verified_on": day(row["change.verified_on"]),
                 "verified_by_kind": _of(lists, "verified_by_kind", row["change.verified_by_kind"])}
            )  # fmt: skip
        if row["told_back.told_on"]:
            read["told_back"].append(
                {"told_back_id": name, "input_ids": [name, *others], "told_on": day(row["told_back.told_on"]),
                 "told_count": row["told_back.told_count"]}
            )  # fmt: skip
    sheet = list(book["Meetings"].iter_rows(values_only=True))
    for line in sheet[4:]:
        row = dict(zip((head.partition(".")[2] for head in sheet[1]), line, strict=True))
        if row["planned_on"]:
            read["session"].append(
                row | {"planned_on": day(row["planned_on"]), "held_on": day(row["held_on"]), "mode": "in_person",
                       "is_venue_accessible": (row["is_venue_accessible"] or "").lower()}
            )  # fmt: skip
    return read


def _of(lists: dict[str, dict[str, str]], name: str, label: Any) -> Any:
    return lists[name].get(label, label)
