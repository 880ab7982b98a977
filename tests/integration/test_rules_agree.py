"""Whatever a row holds, each rule of each contract answers the same in SQL and in Python: yes, no or unknown."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.codes import UNMAPPED, code_list
from expectations.contract import RULE_COLUMNS, load_contracts

CONTRACTS = load_contracts()
SQL_TYPES = {
    "text": "text",
    "date": "date",
    "timestamp": "timestamptz",
    "integer": "bigint",
    "number": "numeric",
    "codes": "text[]",
    "ids": "text[]",
}
# Days on which rules turn: marks for a blank, a leap day, ends of months, the clocks, what a typing slip makes.
TURNING = [
    dt.date(1, 1, 1), dt.date(1900, 1, 1), dt.date(1900, 1, 2), dt.date(1989, 12, 31), dt.date(1990, 1, 1),
    dt.date(2024, 2, 29), dt.date(2025, 2, 28), dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 7, 10),
    dt.date(9999, 12, 31),
]  # fmt: skip
DAYS = st.one_of(st.sampled_from(TURNING), st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31)), st.dates())
MOMENTS = st.one_of(
    st.datetimes(dt.datetime(2026, 3, 27), dt.datetime(2026, 3, 31), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
)
WORDS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4),
    st.integers(599, 601).map("é".__mul__),
)
VALUES = {
    "date": DAYS,
    "timestamp": MOMENTS,
    "integer": st.one_of(st.integers(-2, 4), st.sampled_from([1440, 1441, 2**62, -(2**62)])),
    "number": st.one_of(st.integers(-2, 4).map(Decimal), st.decimals(-9, 9, places=3)),
    "text": WORDS,
    "ids": st.lists(st.sampled_from(["A", "B"]), max_size=2),
}


def _values_of(kind: str, codes: str | None):
    if codes:
        known = st.sampled_from([*code_list(codes), UNMAPPED])
        return st.lists(known, max_size=3) if kind == "codes" else known
    return VALUES[kind]


def _columns(contract) -> dict[str, tuple]:
    """Return `{column: (kind, code list)}` of what the contract's rules look at."""
    used = set().union(*(rule.holds.columns for rule in contract.rules))
    known = {name: (kind, None) for name, kind in RULE_COLUMNS.items()}
    known |= {column.name: (column.kind, column.code_list) for column in contract.columns}
    return {name: known[name] for name in sorted(used)}


def _rows(contract):
    made = {name: st.none() | _values_of(*kind) for name, kind in _columns(contract).items()}
    return st.lists(st.fixed_dictionaries(made), min_size=1, max_size=25)


def _asked_in_sql(scratch, contract, rows) -> list[tuple]:
    columns = _columns(contract)
    names = ", ".join(f'"{name}"' for name in columns)
    casts = ", ".join(f"%s::{SQL_TYPES[kind]}" for kind, _ in columns.values())
    asked = ", ".join(rule.holds.to_sql() for rule in contract.rules)
    given = ", ".join(f"({place}, {casts})" for place in range(len(rows)))
    with scratch.cursor() as cursor:
        cursor.execute(
            f'select {asked} from (values {given}) as given ("place", {names}) order by "place"',
            [row[name] for row in rows for name in columns],
        )
        return cursor.fetchall()


@pytest.mark.parametrize("record", CONTRACTS)
def test_sql_and_python_agree_on_every_rule(scratch, record):
    contract = CONTRACTS[record]

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
    @given(rows=_rows(contract))
    def agree(rows):
        try:
            in_sql = _asked_in_sql(scratch, contract, rows)
        finally:
            scratch.rollback()
        for row, answers in zip(rows, in_sql, strict=True):
            for rule, answer in zip(contract.rules, answers, strict=True):
                assert rule.holds.evaluate(row) is answer, (rule.code, {name: row[name] for name in rule.holds.columns})

    agree()
