"""Rows that are right, however odd they look, break no rule."""

import datetime as dt
from decimal import Decimal

import pytest

from expectations.contract import load_contracts

SENT_ON = {"submitted_on": dt.date(2026, 7, 10)}
STATISTIC = {
    "organisation_code": "RDY", "metric_code": "OF0079", "period_start_on": dt.date(2026, 1, 1),
    "period_end_on": dt.date(2026, 3, 31), "value": Decimal("-1.4"), "value_state": "counted",
}  # fmt: skip


def broken(record: str, row: dict) -> list[str]:
    return [rule.code for rule in load_contracts()[record].rules if rule.holds.evaluate(row | SENT_ON) is False]


@pytest.mark.parametrize("metric", ["OF0041", "OF0079", "OF0081", "OF0086"])
def test_a_deficit_a_fall_or_a_saving_is_below_nought(metric):
    assert broken("published_statistic", STATISTIC | {"metric_code": metric}) == []


def test_every_other_statistic_is_nought_or_more():
    assert broken("published_statistic", STATISTIC | {"metric_code": "OF0082"}) == ["STA-005"]


@pytest.mark.parametrize("state", ["not_asked", "prefer_not_to_say"])
def test_a_question_that_was_not_answered_may_carry_the_code_for_not_known(state):
    row = {"person_ref": "P1", "characteristic": "veteran", "answer_state": state, "value_code": "not_known"}
    assert "CHR-003" not in broken("person_characteristic", row)
    assert "CHR-003" in broken("person_characteristic", row | {"value_code": "no"})


def test_a_claim_paid_in_advance_is_only_warned_of():
    row = {"claim_id": "C1", "claimed_on": dt.date(2026, 6, 15), "paid_on": dt.date(2026, 6, 1), "outcome": "paid"}
    assert broken("claim", row) == ["CLM-001"]
    assert {rule.code: rule.severity for rule in load_contracts()["claim"].rules}["CLM-001"] == "warn"
