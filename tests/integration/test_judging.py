"""Judging a load: what is counted, what is set aside, and that a judgement which fails lets nothing through."""

import datetime as dt
from dataclasses import dataclass

import pytest

from expectations.contract import load_contracts
from expectations.judging import CouldNotJudge, findings_of, judge, judge_rows
from expectations.rules import Predicate
from expectations.verdict import FILE_RULES, finding, row_finding, rulebook_rows, sentence

SUBMITTED_ON = dt.date(2026, 7, 10)


def incident(number: int, **values) -> dict:
    return {
        "incident_id": f"I-{number}",
        "revision": 1,
        "occurred_on": dt.date(2026, 6, 1),
        "reported_on": dt.date(2026, 6, 2),
        "incident_kind": "self_harm",
    } | values


@pytest.fixture
def contract():
    return load_contracts()["incident"]


def broken(outcomes) -> dict[str, int]:
    return {one.rule: one.failed for one in outcomes if one.failed}


def quarantined(loader, load_id: int) -> list[tuple]:
    with loader.cursor() as cursor:
        cursor.execute(
            "select row_number, rule, column_name from quarantine.rows where load_id = %s order by row_number, rule",
            (load_id,),
        )
        return cursor.fetchall()


def recorded(loader, load_id: int) -> dict[str, tuple]:
    with loader.cursor() as cursor:
        cursor.execute(
            "select rule, checked, failed, could_not_run from audit.rule_results where load_id = %s", (load_id,)
        )
        return {rule: tuple(rest) for rule, *rest in cursor}


def test_every_rule_is_recorded_also_those_nothing_broke(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1), incident(2)])
    outcomes = judge(loader, load_id, contract)
    assert broken(outcomes) == {}
    assert set(recorded(loader, load_id)) == set(contract.rule_codes())
    assert recorded(loader, load_id)["INC-001"] == (2, 0, False)
    assert quarantined(loader, load_id) == []


def test_a_row_reported_before_it_happened_is_set_aside(loader, land_rows, contract):
    rows = [incident(1), incident(2, reported_on=dt.date(2026, 5, 31)), incident(3)]
    load_id = land_rows("incident", rows)
    outcomes = judge(loader, load_id, contract)
    assert broken(outcomes) == {"INC-001": 1}
    assert quarantined(loader, load_id) == [(3, "INC-001", "")]
    (found,) = findings_of(contract, outcomes, {"reported_on": "Date reported"})
    assert (found.level, found.row_number, found.row_count) == ("set_aside", 3, 1)
    assert sentence(found) == (
        "row 3, column 'occurred_on + Date reported': this does not hold: an incident is reported on or after the day"
        " it happened; correct whichever date is wrong"
    )


def test_several_broken_rows_are_one_finding_that_lists_them(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(number, revision=0) for number in range(12)])
    (found,) = findings_of(contract, judge(loader, load_id, contract))
    assert (found.row_number, found.row_count) == (2, 12)
    assert "(rows 2, 3, 4, 5, 6, 7, 8, 9 and 4 more)" in found.message


def test_every_rule_has_words_for_it(contract):
    for code in FILE_RULES:
        assert "{" not in sentence(finding(code))
    contracts = load_contracts()
    rows = rulebook_rows(contracts)
    assert len(rows) == len(FILE_RULES) + sum(len(one.rule_codes()) for one in contracts.values())
    assert all(all(row[part] for part in ("rule", "level", "dimension", "message", "remedy")) for row in rows)
    with pytest.raises(KeyError):
        row_finding(contract, "INC-TYP.shoe_size")


def test_the_day_of_submission_is_the_ledgers(loader, land_rows, contract):
    rows = [incident(1, occurred_on=SUBMITTED_ON, reported_on=SUBMITTED_ON)]
    rows += [incident(2, occurred_on=dt.date(2026, 7, 11), reported_on=dt.date(2026, 7, 11))]
    load_id = land_rows("incident", rows)
    assert broken(judge(loader, load_id, contract)) == {"INC-002": 1, "INC-005": 1}
    assert {row for row, *_ in quarantined(loader, load_id)} == {3}


def test_a_blank_breaks_only_its_own_required_rule(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1, occurred_on=None), incident(2, revision=None)])
    assert broken(judge(loader, load_id, contract)) == {"INC-REQ.occurred_on": 1, "INC-REQ.revision": 1}
    assert quarantined(loader, load_id) == [
        (2, "INC-REQ.occurred_on", "occurred_on"),
        (3, "INC-REQ.revision", "revision"),
    ]


def test_a_warning_sets_nothing_aside(loader, land_rows, contract):
    rows = [
        incident(1, police_restraint="yes", police_attended="no"),
        incident(2, incident_kind="unmapped"),
        incident(3),
    ]
    load_id = land_rows("incident", rows)
    outcomes = {one.rule: one for one in judge(loader, load_id, contract)}
    assert outcomes["INC-006"].rows == (2,)
    assert (outcomes["INC-COD.incident_kind"].checked, outcomes["INC-COD.incident_kind"].failed) == (3, 1)
    assert outcomes["INC-COD.physical_harm"].checked == 0
    assert quarantined(loader, load_id) == []


def test_of_identical_rows_the_first_stays(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1), incident(1), incident(2), incident(1)])
    assert broken(judge(loader, load_id, contract)) == {"INC-KEY": 2}
    assert quarantined(loader, load_id) == [(3, "INC-KEY", ""), (5, "INC-KEY", "")]


def test_of_rows_that_differ_under_one_key_none_stays(loader, land_rows, contract):
    rows = [incident(1), incident(1), incident(2), incident(1, physical_harm="severe"), incident(1, revision=2)]
    load_id = land_rows("incident", rows)
    assert broken(judge(loader, load_id, contract)) == {"INC-KEY": 3}
    assert [row for row, *_ in quarantined(loader, load_id)] == [2, 3, 5]


def test_blank_parts_of_a_key_are_equal(loader, land_rows):
    contract = load_contracts()["activity_count"]
    blank = next(name for name in contract.key if not contract.column(name).is_required)
    row = {name: _filled(contract.column(name)) for name in contract.key if name != blank}
    load_id = land_rows("activity_count", [row, row])
    assert broken(judge(loader, load_id, contract))["CNT-KEY"] == 1


def test_rows_that_differ_in_their_own_words_alone_differ(loader, land_rows):
    contract = load_contracts()["input"]
    row = {"input_id": "A", "received_on": dt.date(2026, 6, 1), "said": "More light."}
    load_id = land_rows("input", [row | {"said_in_own_words": "one"}, row | {"said_in_own_words": "two"}])
    assert broken(judge(loader, load_id, contract)) == {"INP-KEY": 2}


def test_what_the_reader_set_aside_is_counted_with_it(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1)])
    outcomes = {one.rule: one for one in judge(loader, load_id, contract, {"INC-TYP.occurred_on": 3})}
    assert (outcomes["INC-TYP.occurred_on"].checked, outcomes["INC-TYP.occurred_on"].failed) == (4, 3)
    assert outcomes["INC-001"].checked == 4
    assert findings_of(contract, outcomes.values()) == []


def test_how_well_columns_are_filled_is_noted(loader, land_rows):
    contract = load_contracts()["input"]
    row = {"received_on": dt.date(2026, 6, 1), "said": "More light."}
    load_id = land_rows("input", [row | {"input_id": "A", "said_in_own_words": "words"}, row | {"input_id": "B"}])
    judge(loader, load_id, contract)
    with loader.cursor() as cursor:
        cursor.execute("select column_name, filled from audit.column_fill where load_id = %s", (load_id,))
        filled = dict(cursor.fetchall())
    assert set(filled) == {column.name for column in contract.columns}
    assert (filled["input_id"], filled["said_in_own_words"], filled["session_id"]) == (2, 1, 0)


def test_judged_twice_is_judged_once(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1), incident(1), incident(2, revision=0)])
    first = judge(loader, load_id, contract)
    before = quarantined(loader, load_id), recorded(loader, load_id)
    assert judge(loader, load_id, contract) == first
    assert (quarantined(loader, load_id), recorded(loader, load_id)) == before


@dataclass(frozen=True)
class Exploding:
    """A rule whose SQL is sound and fails on what it meets."""

    def sql(self, places):
        return '(1 / (length("incident_id") - length("incident_id")) = 1)'

    def value(self, row):
        raise ZeroDivisionError(row["incident_id"])


@pytest.fixture
def exploding(contract):
    """The contract with one more rule, which cannot run."""
    rule = contract.rules[0].model_copy(
        update={"code": "INC-999", "holds": Predicate("", frozenset({"incident_id"}), Exploding())}
    )
    return contract.model_copy(update={"rules": (*contract.rules, rule)})


def test_a_rule_that_cannot_run_fails_closed(loader, land_rows, exploding):
    load_id = land_rows("incident", [incident(1), incident(2, revision=0)])
    with pytest.raises(CouldNotJudge, match="INC-999") as raised:
        judge(loader, load_id, exploding)
    assert raised.value.__cause__ is None
    # The failure is on record, and no half of a judgement beside it.
    assert recorded(loader, load_id) == {"INC-999": (0, 0, True)}
    assert quarantined(loader, load_id) == []


def test_a_rule_that_cannot_run_without_a_warehouse_fails_closed_and_quotes_nothing(exploding):
    with pytest.raises(CouldNotJudge, match="INC-999") as raised:
        judge_rows(exploding, [typed(exploding, 2, incident(1))], SUBMITTED_ON)
    assert "I-1" not in str(raised.value)


def test_a_contract_without_rules_lets_nothing_through(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1)])
    with pytest.raises(CouldNotJudge, match="no rules"):
        judge(loader, load_id, contract.model_copy(update={"rules": ()}))


def test_a_fault_of_the_reader_outside_the_contract_lets_nothing_through(loader, land_rows, contract):
    load_id = land_rows("incident", [incident(1)])
    with pytest.raises(CouldNotJudge, match=r"INC-TYP\.shoe_size"):
        judge(loader, load_id, contract, {"INC-TYP.shoe_size": 1})


@dataclass
class Typed:
    number: int
    values: tuple


def typed(contract, number: int, row: dict) -> Typed:
    return Typed(number, tuple(row.get(column.name) for column in contract.columns))


def test_without_a_warehouse_the_verdict_is_the_same(loader, land_rows, contract):
    rows = [
        incident(1),
        incident(2, reported_on=dt.date(2026, 5, 31)),
        incident(3, occurred_on=None),
        incident(4, incident_kind="unmapped"),
        incident(1),
        incident(2, physical_harm="severe"),
        incident(5, police_restraint="yes", police_attended="not_known"),
        incident(6, reported_on=None),
        incident(3, occurred_on=None),
        incident(3, occurred_on=dt.date(2026, 6, 3), reported_on=dt.date(2026, 6, 3)),
    ]
    load_id = land_rows("incident", rows)
    already = {"INC-TYP.revision": 2}
    stream = [typed(contract, number, row) for number, row in enumerate(rows, start=2)]
    assert judge_rows(contract, stream, SUBMITTED_ON, already=already) == judge(loader, load_id, contract, already)


def _filled(column):
    if column.kind == "date":
        return dt.date(2026, 6, 1)
    return {"integer": 1, "number": 1}.get(column.kind, "a")
