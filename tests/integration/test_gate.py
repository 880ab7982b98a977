"""The gate in front of the marts: a sound wave passes, a culprit is found among many, and nothing unproved gets by."""

import datetime as dt

import pytest

from expectations.contract import load_contracts
from expectations.judging import CouldNotJudge, judge
from expectations.suite import gate
from loaders import load
from warehouse import connection, ledger

MARKER = "marker-3f1c"


@pytest.fixture
def contracts():
    return load_contracts()


@pytest.fixture
def ask(loader, contracts, as_of):
    """Call with record → load ids, as the wave does, to hear what failed."""

    def ask(changed=None, **loads):
        loader.commit()
        url = connection.url("loader").render_as_string(hide_password=False)
        return gate(url, loads, contracts | (changed or {}), as_of, loader).failed

    return ask


@pytest.fixture
def incidents(loader, land_rows, contracts):
    """Call with rows to land and judge them as a load of incidents."""

    def load(*rows, **landing) -> int:
        load_id = land_rows("incident", rows, **landing)
        judge(loader, load_id, contracts["incident"])
        loader.commit()
        return load_id

    return load


def incident(number: int, **values) -> dict:
    return {
        "incident_id": f"I-{number}",
        "revision": 1,
        "occurred_on": dt.date(2026, 6, 1),
        "reported_on": dt.date(2026, 6, 2),
        "incident_kind": "self_harm",
    } | values


def many(count: int = 20) -> list[dict]:
    return [incident(number) for number in range(count)]


def run(loader, statement: str, *values) -> None:
    with loader.cursor() as cursor:
        cursor.execute(statement, values)


def as_owner(statement: str, *values) -> None:
    with connection.connect(connection.OWNER) as opened, opened.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_sound_wave_passes(incidents, land_rows, loader, contracts, ask):
    loads = [incidents(*many()), incidents(incident(1))]
    said = land_rows("input", [{"input_id": "A", "received_on": dt.date(2026, 6, 1), "theme_codes": ["unmapped"]}])
    judge(loader, said, contracts["input"])
    assert ask(incident=loads, input=[said]) == {}


def test_a_row_set_aside_does_not_hold_back_the_rest(incidents, ask):
    load_id = incidents(*many(), incident(99, reported_on=dt.date(2026, 5, 1)))
    assert ask(incident=[load_id]) == {}


def test_one_culprit_is_found_among_many(incidents, ask):
    loads = [incidents(incident(number)) for number in range(40)]
    # As if judging had overlooked it.
    culprit = loads[23]
    as_owner("update raw.incident set reported_on = date '2026-05-01' where load_id = %s", culprit)
    assert ask(incident=loads) == {culprit: ("INC-001",)}


def test_each_way_to_be_unsound_is_named(incidents, ask):
    unsound = {
        "occurred_on = null": "INC-REQ.occurred_on",
        "incident_kind = 'strange'": "INC-COD.incident_kind",
        "incident_id = 'I-1'": "INC-KEY",
        "revision = 0": "INC-004",
    }
    loads = {incidents(*many(3)): statement for statement in unsound}
    for load_id, statement in loads.items():
        as_owner(f"update raw.incident set {statement} where load_id = %s", load_id)
    assert ask(incident=[*loads, incidents(*many())]) == {
        load_id: (unsound[statement],) for load_id, statement in loads.items()
    }


def test_an_unknown_code_among_several_is_named(land_rows, loader, contracts, ask):
    load_id = land_rows("input", [{"input_id": "A", "received_on": dt.date(2026, 6, 1), "theme_codes": ["strange"]}])
    judge(loader, load_id, contracts["input"])
    assert ask(input=[load_id]) == {load_id: ("INP-COD.theme_codes",)}


def test_an_empty_table_fails(incidents, ask):
    assert ask(incident=[incidents()]) != {}


def test_rows_that_are_gone_fail(incidents, ask):
    kept, emptied = incidents(*many(2)), incidents(*many(2))
    as_owner("delete from raw.incident where load_id = %s", emptied)
    assert list(ask(incident=[kept, emptied])) == [emptied]


def test_a_nil_return_may_be_empty(incidents, ask):
    assert ask(incident=[incidents(nil=True)]) == {}


def test_a_record_may_be_empty_beside_another_of_its_load(incidents, loader, contracts, ask):
    load_id = incidents(incident(1))
    ledger.carry(loader, load_id, [("complaint", "events", 0)])
    judge(loader, load_id, contracts["complaint"])
    assert ask(incident=[load_id], complaint=[load_id]) == {}


def test_a_load_nobody_judged_fails(land_rows, incidents, ask):
    unjudged = land_rows("incident", many(1))
    assert ask(incident=[incidents(*many(1)), unjudged])[unjudged][0] == "every rule has a result"


def test_one_missing_result_fails(incidents, ask):
    load_id = incidents(*many())
    as_owner("delete from audit.rule_results where load_id = %s and rule = 'INC-007'", load_id)
    assert "every rule has a result" in ask(incident=[load_id])[load_id]


def test_a_rule_that_could_not_run_fails(incidents, loader, ask):
    load_id = incidents(*many())
    run(loader, "update audit.rule_results set could_not_run = true where load_id = %s and rule = 'INC-007'", load_id)
    assert ask(incident=[load_id]) == {load_id: ("every rule could run",)}


def test_too_many_rows_set_aside_wait_for_a_person(incidents, loader, as_of, ask):
    load_id = incidents(*many(8), incident(99, reported_on=dt.date(2026, 5, 1)))
    ledger.move(loader, load_id, "held", as_of)
    assert ask(incident=[load_id]) == {load_id: ("no rule is broken by more than 10% of its rows",)}
    ledger.release(loader, load_id, "data_manager", "the sender confirmed the other rows", as_of)
    assert ask(incident=[load_id]) == {}


def test_only_what_a_release_lets_through_is_held(incidents, loader, as_of):
    for_a_person = incidents(*many(8), incident(99, reported_on=dt.date(2026, 5, 1)))
    unsound, sound = incidents(*many(3)), incidents(*many(2))
    as_owner("update raw.incident set revision = 0 where load_id = %s", unsound)
    for load_id in (for_a_person, unsound, sound):
        ledger.move(loader, load_id, "judged", as_of)
    loader.commit()

    def wave() -> dict[int, str]:
        load.accept_wave(as_of)
        with loader.cursor() as cursor:
            cursor.execute(
                "select load_id, state from audit.deliveries where load_id = any(%s)", ([for_a_person, unsound],)
            )
            found = dict(cursor.fetchall())
        loader.commit()
        return found

    assert wave() == {for_a_person: "held", unsound: "refused"}
    told = {load_id: ledger.findings(loader, load_id)[-1] for load_id in (for_a_person, unsound)}
    assert (told[for_a_person].rule, told[unsound].rule) == ("GATE", "GATE-UNSOUND")
    assert "assure release" in told[for_a_person].remedy
    assert "assure reread" in told[unsound].remedy
    assert "assure release" not in told[unsound].remedy
    with pytest.raises(ledger.LedgerError, match="only held loads"):
        ledger.release(loader, unsound, "data_manager", "we want it", as_of)
    loader.rollback()
    ledger.release(loader, for_a_person, "data_manager", "the sender confirmed the other rows", as_of)
    loader.commit()
    assert wave()[for_a_person] != "held"


def test_a_contract_without_rules_fails(incidents, contracts, ask):
    load_id = incidents(*many(1))
    empty = contracts["incident"].model_copy(update={"rules": ()})
    assert "the contract has rules" in ask({"incident": empty}, incident=[load_id])[load_id]


def test_an_expectation_that_raises_fails_without_a_word_of_why(incidents, contracts, loader, ask):
    load_id = incidents(incident(MARKER))
    column = contracts["incident"].column("incident_id")
    stranger = column.model_copy(update={"name": "shoe_size", "is_required": True})
    changed = contracts["incident"].model_copy(update={"columns": (*contracts["incident"].columns, stranger)})
    named = ask({"incident": changed}, incident=[load_id])[load_id]
    assert any("could not run: " in name for name in named)
    assert MARKER not in str(named)


@pytest.mark.parametrize("loads", [{}, {"incident": []}, {"shoes": [1]}])
def test_nothing_to_judge_is_not_a_pass(loads, ask):
    with pytest.raises(CouldNotJudge):
        ask(**loads)


def test_a_dead_database_is_nobodys_fault(incidents, contracts, loader, as_of):
    load_id = incidents(*many(1))
    loader.commit()
    nowhere = connection.url("loader").set(port=1).render_as_string(hide_password=False)
    with pytest.raises(CouldNotJudge, match="could not reach"):
        gate(nowhere, {"incident": [load_id]}, contracts, as_of, loader)


def test_what_is_written_down_holds_no_value(incidents, loader, contracts, ask, as_of, caplog, capfd):
    sound = incidents(*[incident(f"{MARKER}-{number}") for number in range(3)])
    rows = [incident(MARKER), incident(MARKER, reported_on=dt.date(2026, 5, 1)), incident(MARKER, incident_kind=MARKER)]
    unsound = incidents(*rows, incident(2))
    as_owner("delete from quarantine.rows where load_id = %s", unsound)
    assert list(ask(incident=[sound, unsound])) == [unsound]
    with loader.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where not is_met), count(distinct suite), bool_and(judged_at = %s)"
            " from audit.gate_results where load_ids like %s",
            (as_of, f"%{unsound}%"),
        )
        unmet, suites, is_as_of = cursor.fetchone()
        assert unmet >= 4
        assert (suites, is_as_of) == (3, True)
        cursor.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('audit', 'quarantine') and table_name <> 'alembic_version'"
        )
        for schema, table in cursor.fetchall():
            cursor.execute(
                f'select count(*) from {schema}."{table}" as told where told::text like %s', (f"%{MARKER}%",)
            )
            assert cursor.fetchone() == (0,), table
    said = capfd.readouterr()
    assert MARKER not in caplog.text + said.out + said.err
