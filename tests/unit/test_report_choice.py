"""What a reader may choose to see: tokens of our own, every sender and theme, and nothing that changes a figure."""

import re

import pytest

from report.choice import choice, themes_of
from report.html import render
from report.rows import edition
from report.specimen import FACTS, rows, specimen


@pytest.fixture(scope="module")
def html():
    return render(specimen())


def without_style(html):
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_every_sender_and_every_theme_can_be_chosen():
    offered = choice(specimen())
    assert [str(name) for _, name in offered.senders] == [row["organisation_name"] for row in specimen().organisations]
    labels = {label for row in specimen().inputs for _, label in themes_of(row)}
    assert [name.text for _, name in offered.themes] == sorted(labels)
    assert len({token for token, _ in (*offered.senders, *offered.themes)}) == len(offered.senders) + len(labels)


def test_a_thing_said_about_two_themes_is_found_by_both():
    made_up = specimen()
    offered = choice(made_up)
    tokens = {name.text: token for token, name in offered.themes}
    letters = next(row for row in made_up.inputs if row["input_id"] == "N-1")
    both = {tokens["Waiting"], tokens["Letters and appointments"]}
    assert set(offered.about(letters).split()) == both
    change = next(row for row in made_up.changes if row["change_id"] == "C-1")
    assert set(offered.about_change(change).split()) == both
    finding = next(row for row in made_up.findings if row["subject_id"] == "N-3")
    assert offered.about_finding(finding) == tokens["Medication"]


def test_an_edition_from_before_themes_were_published_offers_none():
    old = rows()
    for row in old["pub_inputs"]:
        del row["theme_codes"], row["theme_labels"]
    page = render(edition(FACTS, old))
    assert choice(edition(FACTS, old)).themes == []
    assert 'id="from"' in page
    assert 'id="about"' not in page


def test_no_sender_s_code_becomes_part_of_a_rule():
    hostile = rows()
    attack = "x] *{display:none} /*</style><b>"
    for found in hostile.values():
        for row in found:
            if row.get("organisation_code") == "QX1":
                row["organisation_code"] = attack
            if row.get("theme_codes"):
                row.update(theme_codes=attack, theme_labels=attack)
    page = render(edition(FACTS, hostile))
    assert page.count("</style>") == 1
    assert attack not in re.search(r"<style>.*?</style>", page, re.DOTALL)[0]


def test_whatever_can_be_chosen_by_theme_can_be_chosen_by_its_sender_too(html):
    chosen = re.findall(r"<[^>]*data-about=[^>]*>", without_style(html))
    assert len(chosen) > 20
    assert [one for one in chosen if not re.search(r'data-from="o\d+"', one)] == []


def test_the_region_is_never_hidden_by_a_choice(html):
    """Every row of a measures' table has one cell that belongs to nobody: the region's."""
    table = html[html.index('id="measures-influence-caption"') :]
    lines = re.findall(r"<tr>.*?</tr>", table[: table.index("</table>")], re.DOTALL)
    assert len(lines) == 4
    for line in lines:
        cells = re.findall(r"<t[dh][^>]*>", line)
        assert ["data-from" in cell for cell in cells] == [False, *[True] * (len(cells) - 2), False]


def test_what_a_part_has_is_each_sender_each_theme_and_each_sender_s_theme():
    offered = choice(specimen())
    senders = {str(name): token for token, name in offered.senders}
    themes = {name.text: token for token, name in offered.themes}
    hut, access = senders["The Tea Hut (made-up charity)"], themes["Getting help"]
    has = offered.has(row for row in specimen().inputs if row["organisation_code"] == "QX3").split()
    assert sorted(has) == sorted([hut, access, hut + access])
    assert offered.has(specimen().organisations).split() == sorted(senders.values())
