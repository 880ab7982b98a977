"""The queries that the analysts' guide prints, asked of the loaded region as the role analyst."""

import re
from pathlib import Path

import pytest

from warehouse.connection import connect

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "for_analysts.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"^```sql\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
NOTHING_IS_MISSING = "mart_coverage"
"""In the demo's quarter every return came, so this query has nothing to show."""


def test_the_guide_has_queries():
    assert len(QUERIES) >= 8


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_printed_query_answers(loaded_region, query):
    with connect("analyst") as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    assert found or NOTHING_IS_MISSING in query


def test_the_guide_names_every_mart_and_no_other(loaded_region):
    with connect("analyst") as connection, connection.cursor() as cursor:
        cursor.execute("select table_name from information_schema.tables where table_schema = 'marts'")
        there = {row[0] for row in cursor}
    star = GUIDE[GUIDE.index("## The star") : GUIDE.index("## Queries")]
    named = {
        name
        for row in re.findall(r"^\| (`.*?) \|", star, re.MULTILINE)
        for name in re.findall(r"`((?:dim|fct|bridge|mart)_\w+)`", row)
    }
    assert named == there
