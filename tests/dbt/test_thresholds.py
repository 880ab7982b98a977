"""Every threshold stands in thresholds.csv alone: each row is read, and no model compares with its number itself."""

import csv
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "dbt_project"
SQL = {
    path.relative_to(PROJECT).as_posix(): re.sub(r"--.*|\{#.*?#\}", "", path.read_text(encoding="utf-8"))
    for folder in ("models", "macros")
    for path in sorted((PROJECT / folder).rglob("*.sql"))
}


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


THRESHOLDS = _seed("thresholds")


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda row: row["threshold_id"])
def test_a_threshold_is_read_by_a_model_or_is_what_a_measure_is_held_against(threshold):
    assert threshold["purpose"] == "judges" or any(f"'{threshold['threshold_id']}'" in text for text in SQL.values())


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda row: row["threshold_id"])
def test_what_reads_a_threshold_compares_with_no_number_of_its_own(threshold):
    value = re.escape(threshold["value"])
    twin = re.compile(rf"[<>]=?\s*{value}(?![\w.])|'{value} (?:day|month|quarter)s?'")
    readers = {name: text for name, text in SQL.items() if f"'{threshold['threshold_id']}'" in text}
    assert {name: twin.findall(text) for name, text in readers.items() if twin.search(text)} == {}
