"""What was restated is listed with what it was, what it is and why; both numbers are those that were printed."""

import re
from html import unescape

from report import restated
from report.html import render
from report.rows import edition
from report.specimen import FACTS, rows, specimen


def told(**columns):
    """The only line of an edition in which one figure was restated."""
    row = {**rows()["pub_restatements"][0], **columns}
    table = restated.restated(edition(FACTS, {**rows(), "pub_restatements": [row]}))
    ((head, cells),) = table.rows
    return [str(head), *map(str, cells)]


def test_a_restated_figure_says_what_it_was_what_it_is_and_why():
    assert told() == [
        "Planned sessions that were held, those that were",
        "Gullwing Mental Health Trust (made up)",
        "Apr to Jun 2026",
        "6",
        "9",
        "A corrected file was sent; the figures are as known at a later day",
    ]


def test_what_was_hidden_or_is_gone_is_said_in_words():
    assert told(value_before=None, value_state_before="suppressed")[3] == "too few to print"
    assert told(figure_id="gone.count/QX1/x")[4] == "no longer printed"


def test_a_month_of_a_chart_is_told_by_its_month_and_service():
    line = told(period_kind="month", statistic="value", service_id="S-1", service_name="Heron ward")
    assert line[:3] == [
        "Planned sessions that were held, the month’s value",
        "Heron ward, Gullwing Mental Health Trust (made up)",
        "Apr 2026",
    ]


def test_organisations_stand_in_alphabetical_order_and_the_region_last():
    usual = rows()["pub_restatements"][0]
    places = [("ALL", None), ("QX9", "Moss"), ("QX8", "Amber")]
    found = [
        {**usual, "organisation_code": code, "organisation_name": name, "figure_id": code} for code, name in places
    ]
    table = restated.restated(edition(FACTS, {"pub_restatements": found}))
    assert [str(cells[0]) for _, cells in table.rows] == ["Amber", "Moss", "The region"]


def test_the_number_of_before_names_the_edition_whose_row_it_is():
    made = specimen()
    page = render(made)
    found = re.findall(
        r'<data class="figure" data-before="([^"]+)" data-of="([^"]+)" value="([^"]*)">([^<]*)</data>', page
    )
    printed = {row["figure_id"]: row for row in made.restatements}
    assert len(found) == page.count("data-before=") == len(printed)
    for edition_id, figure_id, value, text in found:
        row = printed[figure_id]
        assert edition_id == row["printed_in_edition_id"]
        assert value == ("" if row["value_before"] is None else f"{row['value_before']:.10g}")
        assert (text == "too few to print") == (row["value_before"] is None)


def test_that_nothing_was_restated_is_said_and_of_which_edition():
    assert str(restated.in_words(edition(FACTS, {}))) == "There is no earlier edition that can be relied on."
    former = {"former_edition_id": "2025-26-Q4/QXX/1", "compared_with_edition_id": "2025-26-Q4/QXX/1"}
    assert str(restated.in_words(edition({**FACTS, **former}, {}))) == (
        "Nothing in 2025-26-Q4/QXX/1 that this edition prints again is printed otherwise."
    )
    assert "There is no earlier edition that can be relied on." in unescape(render(edition(FACTS, {})))


def test_that_nothing_was_restated_is_not_said_of_an_edition_that_was_not_compared():
    former = f"{FACTS['quarter_id']}/QXX/1"
    unknown = {**FACTS, "former_edition_id": former}
    assert str(restated.in_words(edition(unknown, {}))) == (
        f"No figure is listed as restated since {former}; no comparison with it is recorded."
    )
    corrects = {**unknown, "compared_with_edition_id": "2025-26-Q4/QXX/1"}
    assert str(restated.in_words(edition(corrects, {}))) == (
        f"No figure is listed as restated: this edition was not compared with {former}."
    )
    usual = rows()["pub_restatements"][0]
    compared = {"pub_restatements": [{**usual, "printed_in_edition_id": "2025-26-Q4/QXX/1"}]}
    assert str(restated.in_words(edition(corrects, compared))) == (
        f"These figures stood otherwise in 2025-26-Q4/QXX/1. This edition was not compared with {former}."
    )
    compared = {"pub_restatements": [{**usual, "printed_in_edition_id": former}]}
    assert str(restated.in_words(edition(corrects, compared))) == f"These figures stood otherwise in {former}."
