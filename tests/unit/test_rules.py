"""The grammar of row rules: what it understands, what it refuses and why, and what it answers where a cell is blank."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.rules import RuleError, parse

KINDS = {
    "occurred_on": "date",
    "reported_on": "date",
    "started_at": "timestamp",
    "ended_at": "timestamp",
    "outcome": "text",
    "said": "text",
    "held": "integer",
    "stated": "integer",
    "amount_gbp": "number",
    "theme_codes": "codes",
    "input_ids": "ids",
    "item_code": "text",
    "answer_code": "text",
}
CODES = {"outcome": ("accepted", "declined", "not_known"), "theme_codes": ("letters", "waiting")}
GROUPS = {
    "item_code": {"safe": "yes_no", "valued": "agreement"},
    "answer_code": {"yes": "yes_no", "agree": "agreement"},
    "theme_codes": {"letters": "words"},
}


def rule(text):
    return parse(text, KINDS, CODES, GROUPS)


def ask(text, **row):
    return rule(text).evaluate(row)


# ---- What it answers -------------------------------------------------------------------------------------------------

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


@pytest.mark.parametrize(
    ("text", "row", "answer"),
    [
        ("reported_on >= occurred_on", {"reported_on": APRIL, "occurred_on": MARCH}, True),
        ("reported_on >= occurred_on", {"reported_on": MARCH, "occurred_on": APRIL}, False),
        ("reported_on >= occurred_on", {"reported_on": None, "occurred_on": APRIL}, None),
        ("occurred_on > 1990-01-01", {"occurred_on": date(1900, 1, 1)}, False),
        ("held <= stated", {"held": 3, "stated": 2}, False),
        ("amount_gbp >= 0", {"amount_gbp": Decimal("-0.01")}, False),
        ("held = 12.0", {"held": 12}, True),
        ("outcome = 'accepted'", {"outcome": "accepted"}, True),
        ("outcome != 'accepted'", {"outcome": None}, None),
        ("outcome in ('accepted', 'declined')", {"outcome": "declined"}, True),
        ("outcome not in ('accepted', 'declined')", {"outcome": "declined"}, False),
        ("outcome not in ('accepted', 'declined')", {"outcome": None}, None),
        ("outcome is null", {}, True),
        ("outcome is not null", {"outcome": None}, False),
        ("'letters' in theme_codes", {"theme_codes": ["waiting", "letters"]}, True),
        ("'letters' not in theme_codes", {"theme_codes": ["waiting"]}, True),
        ("'letters' in theme_codes", {"theme_codes": None}, None),
        ("length(said) <= 5", {"said": "naïve"}, True),
        ("group(answer_code) = group(item_code)", {"item_code": "safe", "answer_code": "yes"}, True),
        ("group(answer_code) = group(item_code)", {"item_code": "safe", "answer_code": "agree"}, False),
        ("group(answer_code) = group(item_code)", {"item_code": "safe", "answer_code": "not_known"}, None),
        ("group(item_code) = 'agreement'", {"item_code": "valued"}, True),
        ("date(started_at) = 2026-07-01", {"started_at": datetime(2026, 6, 30, 23, 30, tzinfo=UTC)}, True),
        ("ended_at <= started_at + 24 hours",
         {"started_at": datetime(2026, 3, 28, 1, tzinfo=UTC), "ended_at": datetime(2026, 3, 29, 2, tzinfo=UTC)}, False),
        ("not held = 1 or stated = 2", {"held": 1, "stated": 2}, True),
        ("not (held = 1 or stated = 2)", {"held": 1, "stated": 2}, False),
    ],
)  # fmt: skip
def test_a_rule_answers_yes_no_or_unknown(text, row, answer):
    assert ask(text, **row) is answer


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, None, None, True),
        (False, None, False, None),
        (None, None, None, None),
        (True, False, False, True),
    ],
)
def test_a_blank_is_unknown_until_the_other_side_decides(left, right, both, either):
    row = {"held": None if left is None else int(left), "stated": None if right is None else int(right)}
    assert ask("held = 1 and stated = 1", **row) is both
    assert ask("stated = 1 and held = 1", **row) is both
    assert ask("held = 1 or stated = 1", **row) is either
    assert ask("stated = 1 or held = 1", **row) is either


def test_and_binds_closer_than_or():
    assert ask("held = 1 or held = 2 and stated = 9", held=1, stated=0) is True
    assert ask("(held = 1 or held = 2) and stated = 9", held=1, stated=0) is False


@pytest.mark.parametrize(
    ("start", "moved", "lands_on"),
    [
        (date(2026, 1, 31), "+ 1 months", date(2026, 2, 28)),
        (date(2024, 1, 31), "+ 1 months", date(2024, 2, 29)),
        (date(2026, 3, 31), "- 1 months", date(2026, 2, 28)),
        (date(2024, 2, 29), "+ 1 years", date(2025, 2, 28)),
        (date(2024, 2, 29), "+ 4 years", date(2028, 2, 29)),
        (date(2026, 12, 15), "+ 1 months", date(2027, 1, 15)),
        (date(2026, 1, 15), "- 13 months", date(2024, 12, 15)),
        (date(2026, 2, 28), "+ 1 days", date(2026, 3, 1)),
        (date(2026, 1, 31), "+ 1 months + 1 months", date(2026, 3, 28)),
    ],
)
def test_a_month_keeps_to_its_end(start, moved, lands_on):
    assert ask(f"reported_on = occurred_on {moved}", occurred_on=start, reported_on=lands_on) is True


def test_a_day_beyond_the_calendar_is_later_than_any_other():
    assert ask("reported_on <= occurred_on + 1 years", occurred_on=date(9999, 6, 1), reported_on=APRIL) is True


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 2400))
def test_moving_a_date_by_months_keeps_the_day_or_stops_at_the_months_end(start, months):
    moved = rule(f"occurred_on + {months} months = occurred_on").root.left.value({"occurred_on": start})
    assert (moved.year * 12 + moved.month) - (start.year * 12 + start.month) == months
    assert moved.day == start.day or (moved.day < start.day and moved.day >= 28)


# ---- What it says in SQL ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("reported_on >= occurred_on", '("reported_on" >= "occurred_on")'),
        ("outcome != 'accepted'", "(\"outcome\" <> 'accepted')"),
        ("occurred_on > 1990-01-01", "(\"occurred_on\" > date '1990-01-01')"),
        ("occurred_on = reported_on - 2 months", '("occurred_on" = ("reported_on" + interval \'-2 months\')::date)'),
        ("ended_at < started_at + 1 hours", '("ended_at" < ("started_at" + interval \'1 hours\'))'),
        ("date(ended_at) = occurred_on", '(("ended_at" at time zone \'Europe/London\')::date = "occurred_on")'),
        ("outcome not in ('accepted')", "(not (\"outcome\" in ('accepted')))"),
        ("'letters' in theme_codes", "('letters' = any(\"theme_codes\"))"),
        ("outcome is not null", '(not ("outcome" is null))'),
        ("held = 1 or held = 2 and stated = 3", '(("held" = 1) or (("held" = 2) and ("stated" = 3)))'),
        ("length(said) < 9", '(length("said") < 9)'),
        ("group(item_code) = 'agreement'",
         """(('{"safe": "yes_no", "valued": "agreement"}'::jsonb ->> "item_code") = 'agreement')"""),
    ],
)  # fmt: skip
def test_a_rule_says_the_same_in_sql(text, sql):
    assert rule(text).to_sql() == sql


def test_a_column_can_be_found_elsewhere():
    said = rule("reported_on <= occurred_on").to_sql({"occurred_on": "delivery.submitted_on"})
    assert said == '("reported_on" <= delivery.submitted_on)'


def test_a_rule_knows_which_columns_it_looks_at():
    assert rule("held <= stated and length(said) > 1").columns == {"held", "stated", "said"}


# ---- What it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "fault"),
    [
        ("harm >= 1", 1, "'harm' is not a column of this record"),
        ("held >= 'two'", 6, "a number cannot be compared with a text"),
        ("started_at >= occurred_on", 12, "a timestamp cannot be compared with a date"),
        ("outcome < 'declined'", 9, "a text has no order"),
        ("input_ids = theme_codes", 11, "a list cannot be compared with a list"),
        ("outcome = 'agreed'", 9, "'agreed' is not a code of outcome"),
        ("outcome in ('accepted', 'agreed')", 1, "'agreed' is not a code of outcome"),
        ("'agreed' in theme_codes", 1, "'agreed' is not a code of theme_codes"),
        ("outcome in theme_codes", 12, "'in' wants a bracketed list"),
        ("occurred_on > 2026-02-30", 15, "2026-02-30 is no day of the calendar"),
        ("occurred_on + 1 hours > reported_on", 15, "a date moves by a whole number of days or months or years"),
        ("occurred_on + held > reported_on", 15, "a date moves by a whole number of days or months or years"),
        ("held + 1 > stated", 1, "a number cannot be moved"),
        ("length(held) > 1", 1, "length() wants a text column"),
        ("group(held) = 'agreement'", 1, "the codes of held have no groups"),
        ("group(theme_codes) = 'words'", 1, "the codes of theme_codes have no groups"),
        ("group(item_code) = 'agree'", 18, "'agree' is not a group of item_code"),
        ("held", 5, "a test is missing"),
        ("held =", 7, "a value is missing"),
        ("(held = 1", 10, "')' is missing here"),
        ("held = 1 stated = 2", 10, "'stated' is left over"),
        ("held = 1; drop table raw.input", 9, "not understood"),
        ("said = 'o''clock'", 11, "is left over"),
        ("said = 'a%b'", 8, "a text may hold letters, digits, spaces"),
        ("", 1, "a value is missing"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused_with_its_place(text, position, fault):
    with pytest.raises(RuleError) as refused:
        rule(text)
    assert f"character {position}:" in str(refused.value)
    assert fault in str(refused.value)
    assert "; " in str(refused.value), "an error says what to do"
