"""Reading an edition: published rows only, of one edition and one ICB, in an order of their own."""

import pytest

from report import rows
from report.rows import Figure, edition
from report.specimen import FACTS, specimen


class Cursor:
    """Answers like a database that holds one edition, and remembers what it was asked."""

    def __init__(self, tables):
        self.tables, self.asked, self.found = tables, [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def execute(self, sql, parameters=()):
        self.asked.append((sql, parameters))
        if "information_schema" in sql:
            self.found = [
                (relation, f"What {relation} holds.", name, "text", f"What {name} says.")
                for relation, found in self.tables.items()
                for name in (found[0] if found else ("edition_id",))
            ]
            return
        relation = sql.split("published.")[1].split()[0]
        found = [row for row in self.tables[relation] if row["edition_id"] == parameters[0]]
        names = sorted({name for row in found for name in row})
        self.description = [type("Column", (), {"name": name}) for name in names]
        self.found = [tuple(row.get(name) for name in names) for row in found]

    def fetchall(self):
        return self.found


class Connection:
    def __init__(self, tables):
        self.asked_of = Cursor(tables)

    def cursor(self):
        return self.asked_of


def stored(**tables):
    there = {relation: [] for relation in rows.RELATIONS}
    return {**there, "pub_editions": [dict(FACTS)], **tables}


def test_only_the_published_rows_of_that_edition_are_read():
    mine, other = FACTS["edition_id"], "2025-26-Q4/QXX/1"
    figures = [
        {"edition_id": mine, "figure_id": "a/1", "value": 1.0},
        {"edition_id": other, "figure_id": "b/1", "value": 2.0},
    ]
    connection = Connection(stored(pub_figures=figures))
    assert list(rows.read(connection, mine).figures) == ["a/1"]
    # Rows of the published schema, and what the database says of its columns.
    assert all("published." in sql or "'published'" in sql for sql, _ in connection.asked_of.asked)


def test_a_sqlalchemy_connection_will_do_as_well():
    wrapped = type("Wrapped", (), {"connection": Connection(stored())})()
    assert rows.read(wrapped, FACTS["edition_id"]).quarter_id == FACTS["quarter_id"]


def test_an_edition_that_is_not_there_is_an_error_that_says_where_to_look():
    with pytest.raises(LookupError, match=r"2030-31-Q1/QXX/1.*pub_editions"):
        rows.read(Connection(stored()), "2030-31-Q1/QXX/1")


def test_rows_of_another_icb_stay_out():
    found = [
        {"figure_id": "a/QXX", "icb_code": "QXX", "value": 1.0},
        {"figure_id": "a/QYY", "icb_code": "QYY", "value": 2.0},
    ]
    assert list(edition(FACTS, {"pub_figures": found}).figures) == ["a/QXX"]


def test_a_figure_of_a_breakdown_or_service_is_never_taken_for_the_whole():
    def of(figure_id, **columns):
        usual = {
            "measure_code": "influence",
            "statistic": "numerator",
            "organisation_code": "ALL",
            "period_kind": "quarter",
            "quarter_id": FACTS["quarter_id"],
            "value": 1.0,
        }
        return {"figure_id": figure_id, **usual, **columns}

    parts = [
        of("by-theme", breakdown_kind="theme", breakdown_code="letters"),
        of("of-a-service", service_id="S-1"),
        of("of-a-change", subject_id="C-1"),
        of("of-last-quarter", quarter_id="2025-26-Q4"),
    ]
    assert edition(FACTS, {"pub_figures": parts}).one("influence", "numerator") is None
    whole = of("whole", breakdown_kind="none", breakdown_code="all")
    assert edition(FACTS, {"pub_figures": [*parts, whole]}).one("influence", "numerator").figure_id == "whole"


def test_an_edition_cannot_be_changed():
    made = specimen()
    with pytest.raises(TypeError):
        made.inputs[0]["said"] = "something else"
    with pytest.raises(TypeError):
        made.figures["new"] = Figure("new")
    with pytest.raises(AttributeError):
        made.inputs = ()
