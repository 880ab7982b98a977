"""The report's sentences: each rule with the cases where plain English trips."""

from datetime import UTC, date, datetime

import pytest

from report import words
from report.rows import Figure


def figure(value, state="counted", unit="count", **columns):
    return Figure(
        figure_id="f/1",
        value=value,
        value_state=state,
        unit=unit,
        statistic=columns.pop("statistic", "count"),
        **columns,
    )


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, "no changes"),
        (1, "1 change"),
        (2, "2 changes"),
        (1204, "1,204 changes"),
    ],
)
def test_a_count_agrees_with_its_noun(value, printed):
    assert str(words.counted(figure(value), "change", "changes")) == printed


def test_a_hidden_count_says_that_it_is_small_and_a_missing_one_that_it_is_missing():
    assert str(words.counted(figure(None, "suppressed"), "person", "people")) == "too few people to print"
    assert str(words.counted(figure(None, "no_evidence"), "person", "people")) == "no evidence about people"
    assert str(words.counted(None, "person", "people")) == "no evidence about people"


def test_a_rounded_count_of_people_says_about_and_a_nought_does_not():
    assert str(words.counted(figure(45, disclosure_class="people"), "person", "people")) == "about 45 people"
    assert str(words.counted(figure(0, disclosure_class="people"), "person", "people")) == "no people"


@pytest.mark.parametrize(
    ("numerator", "denominator", "share", "printed"),
    [
        (2, 7, 0.2857, "2 of 7"),
        (0, 7, 0, "none of 7"),
        (7, 7, 1, "all 7"),
        (1, 1, 1, "1 of 1"),
        (0, 0, None, "nothing to count"),
        (19, 19, 1, "all 19"),
        (13, 20, 0.65, "65% (13 of 20)"),
        (0, 40, 0, "0% (0 of 40)"),
    ],
)
def test_so_many_of_so_many_and_no_percentage_below_twenty(numerator, denominator, share, printed):
    shared = figure(share, unit="share of 1", statistic="share") if share is not None else None
    assert str(words.out_of(figure(numerator), figure(denominator), shared)) == printed


def test_a_share_with_a_hidden_part_is_too_few_to_print():
    hidden, too_few = figure(None, "suppressed"), figure(None, "too_few_to_say")
    assert str(words.out_of(hidden, figure(30), too_few)) == "too few to print"
    assert str(words.out_of(figure(3), None)) == "no evidence received"


def test_of_rounded_people_nobody_says_that_it_was_all_of_them():
    people = [figure(15, statistic=statistic, disclosure_class="people") for statistic in ("numerator", "denominator")]
    assert str(words.out_of(*people)) == "15 of 15"


@pytest.mark.parametrize(("value", "printed"), [(0, "the same day"), (1, "1 day"), (504, "504 days")])
def test_days(value, printed):
    assert str(words.days(figure(value, unit="days"))) == printed


@pytest.mark.parametrize(
    ("value", "decimals", "printed"), [(-0.04, 1, "0.0"), (-2.5, 1, "−2.5"), (12345.678, 1, "12,345.7"), (3, 0, "3")]
)
def test_a_number_has_the_decimals_it_was_published_with(value, decimals, printed):
    assert words.plain(value, decimals) == printed


def test_a_list_reads_like_one():
    assert str(words.listed(["a"])) == "a"
    assert str(words.listed(["a", "b"])) == "a and b"
    assert str(words.listed(["a", "b", "c"])) == "a, b and c"
    assert str(words.listed([])) == ""


@pytest.mark.parametrize(
    ("verdict", "printed"),
    [
        ("improved", "The change is associated with an improvement in chase contacts."),
        ("worsened", "Since the change there has been a worsening in chase contacts. This report cannot say why."),
        ("no_signal", "So far there is no signal either way in chase contacts."),
        ("too_early", "It is too early to say whether anything has changed in chase contacts."),
        ("cannot_tell", "We cannot tell whether anything has changed in chase contacts."),
        ("something_new", "We cannot tell whether anything has changed in chase contacts."),
        (None, "No measure was chosen for this change."),
    ],
)
def test_whether_the_measure_moved(verdict, printed):
    assert str(words.moved(verdict, "Chase contacts")) == printed


def test_nothing_is_ever_said_to_cause_anything():
    said = [*words.MOVED.values(), *words.SHORTLY_MOVED.values()]
    assert not [line for line in said if "cause" in line or "because" in line or "thanks to" in line]


def test_uncertainty_is_said_only_when_both_ends_are_known():
    assert str(words.likely_between(figure(12), figure(18))) == "the true figure is likely to lie between 12 and 18"
    assert not words.likely_between(figure(12), figure(None, "suppressed"))


@pytest.mark.parametrize(
    ("quarter_id", "printed"),
    [
        ("2026-27-Q1", "April to June 2026"),
        ("2026-27-Q3", "October to December 2026"),
        ("2026-27-Q4", "January to March 2027"),
    ],
)
def test_a_quarter_is_financial(quarter_id, printed):
    assert str(words.quarter(quarter_id)) == printed


def test_a_timestamp_is_read_in_london():
    assert str(words.day(datetime(2026, 7, 28, 23, 30, tzinfo=UTC))) == "29 July 2026"
    assert str(words.day(date(2026, 4, 3))) == "3 April 2026"
    assert words.day(None) == "not recorded"


def test_a_sentence_begins_large_and_ends_once():
    assert str(words.sentence("nobody waits")) == "Nobody waits."
    assert str(words.sentence(words.Words("is it safe?"))) == "Is it safe?"
    assert str(words.sentence(words.counted(figure(0), "thing", "things"), " waits")) == "No things waits."
    assert str(words.paragraph(words.sentence("a"), None, words.say(), words.sentence("b"))) == "A. B."


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Chase contacts", "chase contacts"),
        ("A carer", "a carer"),
        ("NHS complaints", "NHS complaints"),
        ("Friends and Family Test", "Friends and Family Test"),
    ],
)
def test_a_name_inside_a_sentence(name, inside):
    assert words.lowered(name) == inside


def test_a_long_wording_is_cut_between_words_and_shown_to_be_cut():
    assert words.within("one two three", 3) == "one two three"
    assert words.within("one two, three", 2) == "one two …"
    assert words.within("The doors open by a button", 5) == "The doors open …"
    assert words.within("Things that, then", 2) == "Things …"
    assert words.within("On Ward A people wait", 3) == "On Ward A …"


def test_a_number_says_which_figure_it_is_and_other_peoples_words_are_escaped():
    assert words.number(figure(7)).__html__() == '<data class="figure" data-figure="f/1" value="7">7</data>'
    assert (
        words.say(words.Words("<b>loud</b>", is_quoted=True)).__html__()
        == '<q class="words">&lt;b&gt;loud&lt;/b&gt;</q>'
    )
    assert words.say("a < b ", words.Code("INC-001")).__html__() == 'a &lt; b <span class="code">INC-001</span>'


def test_every_value_state_has_words():
    for state in ("suppressed", "too_few_to_say", "no_evidence", "not_applicable"):
        assert str(words.number(figure(None, state))) not in ("", "not known")
