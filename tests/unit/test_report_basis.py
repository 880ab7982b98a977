"""Beside each table and chart: how much of the evidence is there, in words that no number leaves, and its query."""

import re

import pytest

from report import basis, chain, tables
from report.html import render
from report.rows import edition
from report.series import series_charts
from report.specimen import FACTS, rows, specimen
from report.tables import Table


@pytest.fixture(scope="module")
def made_up():
    return specimen()


def influence(of):
    return tables.measures(of, tables.INFLUENCE)


def told(of, *codes):
    return tables.measures(of, tables.Measured("told", "Told", codes))


def with_rows(**changes):
    return edition(FACTS, {**rows(), **changes})


def test_a_table_says_how_many_of_those_asked_sent_evidence(made_up):
    assert str(basis.beside(made_up, influence(made_up)).rests).startswith(
        "Evidence came from all 3 organisations asked. Counted from rows that were sent."
    )
    room = told(made_up, "influence", "needs_met")
    assert str(basis.beside(made_up, room).rests).startswith(
        "Evidence came from all 3 organisations asked;"
        " for “Access needs that were met”, from 2 of 3 organisations asked."
    )
    alone = told(made_up, "needs_met")
    assert str(basis.beside(made_up, alone).rests).startswith("Evidence came from 2 of 3 organisations asked.")


def test_what_was_only_declared_is_named_as_that(made_up):
    room = told(made_up, "new_voices")
    assert "but declared without rows by The Tea Hut (made-up charity)" in str(basis.beside(made_up, room).rests)


def test_late_and_missing_returns_are_named_beside_the_figures_of_whoever_owes_them(made_up):
    said = str(basis.beside(made_up, influence(made_up)).rests)
    assert "not all returns" not in said
    owed = [
        {**row, "state": state}
        for row, state in zip(rows()["pub_coverage"][-3:], ("missing", "late", "received"), strict=True)
    ]
    said = str(basis.beside(with_rows(pub_coverage=owed), influence(made_up)).rests)
    for row, words in zip(owed, ("not all returns are in from ", "some returns came late from "), strict=False):
        assert (words + row["organisation_name"] in said) is (row["quarter_id"] == FACTS["quarter_id"])


def test_rows_set_aside_stand_beside_what_rests_on_their_record_alone(made_up):
    sessions = told(made_up, "sessions_held")
    assert "set aside at Gullwing" in str(basis.beside(made_up, sessions).rests)
    assert "set aside" not in str(basis.beside(made_up, influence(made_up)).rests)


def test_people_are_said_to_be_rounded_and_hidden(made_up):
    room = told(made_up, "new_voices")
    said = str(basis.beside(made_up, room).rests)
    assert said.endswith("Counts of people are rounded and small ones are not printed.")
    assert "rounded" not in str(basis.beside(made_up, influence(made_up)).rests)


def test_a_chart_rests_on_its_own_organisation(made_up):
    chart = next(one for one in series_charts(made_up, tables.RESTRICTIVE) if one.table)
    said = basis.beside(made_up, chart.table, chart.organisation_code)
    assert "Counted from rows that were sent." in str(said.rests)
    assert "subject_id = 'restrictive_interventions/QX1/S-1'" in str(said.query)


def test_the_query_of_a_table_finds_every_figure_printed_in_it(made_up):
    """What the conditions leave of the figures holds those of the table; the words of the condition are read as SQL."""
    for table in (influence(made_up), tables.reasons(made_up), *tables.data_quality(made_up)):
        figures = basis.figures_of(table)
        conditions = re.findall(r"(\w+) (?:= '([^']*)'|in \(([^)]*)\))", str(basis.query(made_up, figures)))
        wanted = {column: {one} if one else set(re.findall(r"'([^']*)'", many)) for column, one, many in conditions}
        assert wanted.pop("edition_id") == {FACTS["edition_id"]}
        found = {
            figure.figure_id
            for figure in made_up.figures.values()
            if all(str(getattr(figure, column)) in values for column, values in wanted.items())
        }
        assert {figure.figure_id for figure in figures} <= found
        assert len(figures) > 1


def test_a_quote_in_a_code_stays_inside_its_quotes(made_up):
    figure = next(iter(made_up.figures.values()))
    sly = type(figure)(figure_id="x' or 'y' = 'y")
    assert "figure_id = 'x'' or ''y'' = ''y'" in str(basis.query(made_up, [sly]))


def test_a_table_without_numbers_has_no_query(made_up):
    assert basis.beside(made_up, Table("empty", "Nothing", ["A"], [("a", ["words"])])).query is None


def test_everything_declined_this_quarter_stands_with_its_reason(made_up):
    told = chain.declined(made_up)
    assert [str(head) for head, _ in told.rows] == [
        "Every ward should have its own kitchen.",
        "People should be able to choose a video appointment.",
    ]
    why = [str(cells[2]) for _, cells in told.rows]
    assert why[0].startswith("Building five kitchens is not affordable")
    assert why[1] == "No reason given"


def test_every_table_of_numbers_on_the_page_says_what_it_rests_on():
    page = render(specimen())
    for key in ("measures-influence", "measures-declined", "measures-told", "measures-kept", "measures-room", "by-end"):
        after = page[page.index(f'id="{key}-caption"') :]
        assert "<caption" not in after[: after.index('class="rests"')], key
        assert "select * from published.pub_figures" in after[: after.index("</details>")], key
