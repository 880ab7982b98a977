"""The plain summary is short sentences in plain words, made of published rows, and says that nobody has checked it."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from report import guide, page_one, plain_summary, words
from report.rows import edition
from report.specimen import FACTS, rows, specimen
from report.words import Number, Words

MEASURES = Path(__file__).parents[2] / "dbt_project/seeds/measures.csv"
MOST_WORDS = 15
JARGON = re.compile(
    r"\b(assurance|attendances?|baseline|breach|cohort|commission(er)?|compliance|co-?production|declined|deferred"
    r"|denominator|engagement|evidence|governance|implement(ed|ation)?|indicator|interventions?|involvement|metric"
    r"|numerator|outcome|pathway|percent(age)?|providers?|quarter|restated|returns?|robust|stakeholder|statistical"
    r"|suppressed|threshold|trajectory|utilise|verified|via)\b"
)
# Who did it stands first: services did not say no, rather than it was refused.
PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be)\s+(?:not\s+|now\s+)?"
    r"(\w+ed|made|given|sent|held|told|seen|kept|done|known|taken|shown|chosen|said|found|put)\b"
)
STATES = list(plain_summary.STATES)


def edition_of(facts=None, **changed):
    return edition({**FACTS, **(facts or {})}, {**rows(), **changed})


def without(*codes):
    return [row for row in rows()["pub_figures"] if row["measure_code"] not in codes]


def valued(value, *codes, **more):
    return [{**row, "value": value, **more} if row["measure_code"] in codes else row for row in rows()["pub_figures"]]


def effects(verdict):
    return [{**row, "verdict": verdict} for row in rows()["pub_effects"]]


COMMENT = {
    "challenge_id": "1", "about_edition_id": FACTS["edition_id"], "about_figure_id": None, "raised_by_kind": "network",
    "raised_by_name": None, "raised_by_role": None, "raised_on": date(2026, 7, 1), "comment": "Too slow.",
    "reply": None, "replied_on": None, "outcome_label": None, "promised_action_id": None,
}  # fmt: skip
LAST_QUARTERS = {**COMMENT, "challenge_id": "2", "about_edition_id": "2025-26-Q4/QXX/1", "comment": "Much too slow."}
EDITIONS = {
    "as it is": specimen(),
    "empty": edition(FACTS, {}),
    "nothing refused": edition_of(pub_figures=valued(0.0, "declined_with_reason", "inputs_waiting", "promises_due")),
    "one of each": edition_of(pub_figures=valued(1.0, "inputs_waiting", "promises_due", "promises_overdue_now")),
    "hidden": edition_of(pub_figures=valued(None, "new_voices", "needs_met", value_state="suppressed")),
    "nobody waits": edition_of(pub_inputs=[{**row, "is_waiting": False} for row in rows()["pub_inputs"]]),
    "no effects": edition_of(pub_effects=[]),
    "a comment": edition_of(pub_challenges=[COMMENT, LAST_QUARTERS]),
    "no signs": edition_of(pub_findings=[]),
    **{f"state {state}": specimen(state=state) for state in STATES},
    **{f"verdict {verdict}": edition_of(pub_effects=effects(verdict)) for verdict in words.MOVED},
    "signed": specimen(state="published", sign_off_kind="named_role", signed_off_by_role="Chief nurse"),
    "by itself": specimen(state="published", sign_off_kind="automatic"),
}
each_edition = pytest.mark.parametrize("made", EDITIONS.values(), ids=EDITIONS.keys())


def lines(made, heading=None):
    return [line for part in plain_summary.parts(made) if heading in (None, part.heading) for line in part.lines]


def said(made, heading):
    return [str(line.said) for line in lines(made, heading)]


def own_sentences(made):
    """Sentences of ours, without what other people wrote or page one says for them."""
    for line in lines(made):
        if not (line.is_quoted or line.is_page_ones):
            yield from re.split(r"(?<=[.!?])\s+", str(line.said))


@each_edition
def test_every_sentence_of_ours_is_short_and_ends(made):
    found = list(own_sentences(made))
    assert len(found) > 15
    assert [one for one in found if len(one.split()) > MOST_WORDS] == []
    assert [one for one in found if not re.match(r"[A-Z0-9].*[.?:]$", one)] == []


@each_edition
def test_no_sentence_of_ours_uses_jargon_or_hides_who_did_it(made):
    for line in lines(made):
        if line.is_quoted or line.is_page_ones:
            continue
        ours = "".join(str(part) for part in line.said.parts if not isinstance(part, Words))
        assert not JARGON.search(ours.lower()), ours
        assert not PASSIVE.search(ours.lower()), ours


@each_edition
def test_every_line_has_a_picture_that_is_drawn(made):
    drawn = set(re.findall(r'id="picture-(\w+)"', plain_summary.render(made).decode()))
    assert {line.picture for line in lines(made)} <= drawn


def test_it_says_that_nobody_has_checked_it_before_anything_else():
    page = plain_summary.render(specimen()).decode()
    assert page.count("People who use easy read have not checked this yet.") == 1
    assert page.index(plain_summary.NOT_CHECKED) < page.index("<main>")


def test_it_asks_nothing_of_anybody_and_is_the_same_in_any_order():
    page = plain_summary.render(specimen())
    assert not re.search(rb"<script|<link|<img|@import|https?:|url\(", page)
    backwards = {relation: list(reversed(found)) for relation, found in rows().items()}
    assert plain_summary.render(edition(FACTS, backwards)) == page


def test_what_somebody_wrote_is_text():
    attack = "<script>alert(1)</script>"
    changed = [{**row, "changed": attack} for row in rows()["pub_changes"]]
    page = plain_summary.render(edition_of({"icb_name": attack}, pub_changes=changed)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_numbers_are_of_so_many_and_never_a_percentage():
    printed = [part for line in lines(specimen()) for part in line.said.parts if isinstance(part, Number)]
    assert len(printed) > 15
    assert [part for part in printed if part.text.endswith("%")] == []


def test_it_tells_the_same_changes_as_page_one():
    quoted = [str(line.said) for line in lines(specimen()) if line.is_quoted]
    for one in page_one.three_that_changed(specimen()):
        assert any(one.change["changed"].split()[0] in words for words in quoted)


def test_one_thing_is_told_as_one():
    told = said(EDITIONS["one of each"], "Who is waiting to hear")
    assert told[0] == "1 thing people said has no answer yet."
    assert "1 promise is late today." in said(EDITIONS["one of each"], "What services promised")
    assert said(EDITIONS["one of each"], "What services promised")[0].startswith("Services promised 1 change for")


def test_nothing_is_told_as_nothing_and_silence_never_as_good_news():
    assert said(EDITIONS["nothing refused"], "When services said no") == ["Services did not say no to anything."]
    assert said(EDITIONS["nobody waits"], "Who is waiting to hear") == ["Nobody who wants an answer is waiting."]
    for heading in ("When services said no", "Who is waiting to hear", "What may be getting worse"):
        assert said(EDITIONS["empty"], heading) == ["Nobody sent us facts about this."]
    assert "Nobody sent us facts about access needs." in said(EDITIONS["empty"], "Was it safe?")


def test_a_hidden_number_is_told_in_words_and_people_are_about_so_many():
    assert "Visits by someone new: too few to print." in said(EDITIONS["hidden"], "Who was in the room")
    assert "Access needs that services met: about 25 of 30." in said(EDITIONS["as it is"], "Was it safe?")


def test_bad_news_is_told_and_its_cause_is_not_claimed():
    assert "We do not know why." in said(EDITIONS["verdict worsened"], "First change")
    assert "We do not know if the change did this." in said(EDITIONS["verdict improved"], "First change")
    assert "We see warning signs here:" in said(EDITIONS["as it is"], "What may be getting worse")
    no_signs = said(EDITIONS["no signs"], "What may be getting worse")
    assert no_signs == ["We see no warning signs for a whole organisation."]


def test_who_signed_it_is_told():
    assert "The chief nurse signed it." in said(EDITIONS["signed"], "About this report")
    assert "A computer signed it. No person did." in said(EDITIONS["by itself"], "About this report")
    assert "Do not use this report." in said(EDITIONS["state withdrawn"], "About this report")


def test_the_network_speaks_in_its_own_words():
    told = said(EDITIONS["a comment"], "What the network says")
    assert "“Too slow.”" in told
    assert "“Much too slow.”" not in told


NOTICE = [
    f"{guide.HARD_NAMED} You can go past it.",
    "If it is hard to read, you can call Samaritans on 116 123.",
]
with MEASURES.open(encoding="utf-8", newline="") as content:
    PLAIN_NAMES = {row["measure_code"]: row["plain_name"] for row in csv.DictReader(content)}
SPEAKS_OF = re.compile(
    r"\b(self-harm|restrain|restrictive|seclu|force|violen|assault|police|hurt|injur|suicid|death|dea?d\b|die[ds]?\b)",
    re.I,
)


@pytest.mark.parametrize("code", guide.HARD_TO_READ)
def test_a_notice_and_whom_to_call_stand_before_what_is_hard_to_read_is_named(code):
    worse = [{**row, "measure_code": code} for row in rows()["pub_findings"] if row["kind"] == "worsening"]
    assert said(edition_of(pub_findings=worse), "What may be getting worse")[:2] == NOTICE
    looked_at = [{**row, "measure_code": code} for row in rows()["pub_effects"]]
    assert said(edition_of(pub_effects=looked_at), "What changed")[:2] == NOTICE


def test_no_notice_stands_where_nothing_hard_is_named():
    other = [row for row in rows()["pub_findings"] if row.get("measure_code") not in guide.HARD_TO_READ]
    assert said(edition_of(pub_findings=other), "What may be getting worse")[0] == "We see warning signs here:"
    assert NOTICE[0] not in said(edition_of(pub_effects=[]), "What changed")


def test_every_measure_whose_name_is_hard_to_read_is_known_as_one():
    assert [code for code in guide.HARD_TO_READ if code not in PLAIN_NAMES] == []
    assert {code for code, name in PLAIN_NAMES.items() if SPEAKS_OF.search(name)} == set(guide.HARD_TO_READ)
