"""Have Great Expectations judge a wave of loads before any of it counts, with suites made from the contracts in memory.

Everything that is not plainly met fails: no rules, no rows where rows are owed, a result that is missing, an
expectation that raised an error. Great Expectations alone calls the first two a success.
"""

import datetime as dt
import logging
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from expectations.codes import UNMAPPED, code_list
from expectations.contract import Contract
from expectations.judging import CouldNotJudge

TOLERATED_SHARE = 0.10
"""Of the rows a rule looked at, how many it may set aside before a person must decide."""
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""The one format whose results hold no cell value."""
TOLERATED = f"no rule is broken by more than {TOLERATED_SHARE:.0%} of its rows"
"""The one thing of which a person may say that it is right as it is."""
PARTS = 8
"""A group of loads that fails is judged again in this many parts, down to single loads."""

_CLASS_NAME = re.compile(r"^(?:[a-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Interrupt))\b", re.MULTILINE)
# The database is away, which says nothing about the loads.
_DEAD_SERVICE = {"OperationalError", "InterfaceError", "ExecutionEngineError", "TestConnectionError"}


@dataclass(frozen=True)
class GateOutcome:
    """What the gate says of a wave: `failed` names, for each load that may not count, what was not met."""

    failed: dict[int, tuple[str, ...]]

    @property
    def met(self) -> bool:
        """Say whether the whole wave may count."""
        return not self.failed

    def waits_for_a_person(self, load_id: int) -> bool:
        """Say whether releasing a load would let it through; what else was not met no decision can mend."""
        return set(self.failed[load_id]) == {TOLERATED}


def gate(
    url: str,
    loads: Mapping[str, Sequence[int]],
    contracts: Mapping[str, Contract],
    as_of: dt.datetime,
    connection: Connection,
) -> GateOutcome:
    """Judge the loads of each record together, and what fails in ever smaller groups, until the culprits stand alone.

    `loads` is record → load ids; their rows must be committed, for Great Expectations reads them over a connection of
    its own to `url` (TCP, role loader). Results go to audit.gate_results over `connection`: counts, never values.

    Raises CouldNotJudge when the gate itself could not run: no loads, a record without a contract, a dead database.
    """
    loads = {record: tuple(sorted(set(ids))) for record, ids in loads.items() if ids}
    if not loads:
        raise CouldNotJudge("the gate was given no loads, and nothing passes unjudged")
    if strangers := sorted(set(loads) - set(contracts)):
        raise CouldNotJudge(f"no contract says what these records must look like: {', '.join(strangers)}")
    everything = tuple(sorted({load_id for ids in loads.values() for load_id in ids}))
    suites = [_RecordSuite(contracts[record], connection) for record in loads]
    fixed = [_ResultsSuite(loads, contracts), _LandingSuite(loads)]
    failed: dict[int, list[str]] = {}
    with quiet(), _great_expectations(url) as judge:
        for suite, ids in [*zip(suites, loads.values(), strict=True), *((suite, everything) for suite in fixed)]:
            for load_id, names in _culprits(suite, ids, judge, as_of, connection).items():
                failed.setdefault(load_id, []).extend(names)
    return GateOutcome({load_id: tuple(dict.fromkeys(names)) for load_id, names in sorted(failed.items())})


def asked(contracts: Mapping[str, Contract], connection: Connection) -> dict[str, list["Expected"]]:
    """Return what the gate asks, suite by suite: of each record, of the judging pass, and of the landing."""
    suites = [*(_RecordSuite(one, connection) for one in contracts.values()), _ResultsSuite({}, {}), _LandingSuite({})]
    return {suite.name: suite.expectations(()) for suite in suites}


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Great Expectations from calling home, and from its log: that quotes statements, errors, and so values."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    log = logging.getLogger("great_expectations")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


# ---- What must hold --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """One expectation: Great Expectations' class, its arguments, and the rule it stands for."""

    kind: str
    about: str
    arguments: dict[str, Any]


def _all_true(column: str, about: str) -> Expected:
    return Expected("ExpectColumnValuesToBeInSet", about, {"column": column, "value_set": [True]})


class _RecordSuite:
    """The rows of one record that count if the wave does: landed and not set aside."""

    def __init__(self, contract: Contract, connection: Connection):
        self.name = contract.record
        self._contract = contract
        self._connection = connection
        self._strict = [rule for rule in contract.rules if rule.severity != "warn"]
        self._several = [column for column in contract.raw_columns if column.code_list and column.kind == "codes"]
        self._single = [column for column in contract.raw_columns if column.code_list and column.kind != "codes"]

    def query(self, load_ids: Sequence[int]) -> str:
        """Show the columns that expectations name, and of the rules only whether they are met."""
        required = [column.name for column in self._contract.raw_columns if column.is_required]
        shown = dict.fromkeys([*self._contract.key, *required, *(column.name for column in self._single)])
        # A rule is met unless it is false; so the answer is never blank, and a blank cannot pass for a yes.
        met = [f'({rule.holds.to_sql()}) is not false as "{rule.code}"' for rule in self._strict]
        met += [
            f'coalesce("{column.name}" <@ array[{_quoted(_allowed(column.code_list))}], true)'
            f' as "{self._contract.rule_code("COD", column.name)}"'
            for column in self._several
        ]
        return f"""
            select load_id, {", ".join([f'"{name}"' for name in shown] + met)}
            from (
                select landed.*, delivery.submitted_on
                from raw."{self.name}" as landed
                inner join audit.deliveries as delivery on delivery.load_id = landed.load_id
                where landed.load_id in ({_listed(load_ids)})
                    and not exists (
                        select from quarantine.rows as aside
                        where aside.load_id = landed.load_id
                            and aside.record = '{self.name}'
                            and aside.row_number = landed.row_number
                    )
            ) as counting
        """

    def expectations(self, load_ids: Sequence[int]) -> list[Expected]:
        """Return what must hold; nothing at all for a contract without rules, which fails."""
        contract = self._contract
        if not contract.rules:
            return []
        found = [
            Expected("ExpectTableRowCountToEqual", "rows as in the ledger", {"value": self._owed(load_ids)}),
            Expected(
                "ExpectCompoundColumnsToBeUnique",
                contract.rule_code("KEY"),
                {"column_list": ["load_id", *contract.key], "ignore_row_if": "never"},
            ),
        ]
        found += [
            Expected("ExpectColumnValuesToNotBeNull", contract.rule_code("REQ", column.name), {"column": column.name})
            for column in contract.raw_columns
            if column.is_required
        ]
        for column in self._single:
            found.append(
                Expected(
                    "ExpectColumnValuesToBeInSet",
                    contract.rule_code("COD", column.name),
                    {"column": column.name, "value_set": _allowed(column.code_list)},
                )
            )
        met = [contract.rule_code("COD", column.name) for column in self._several]
        return found + [_all_true(rule, rule) for rule in [*met, *(rule.code for rule in self._strict)]]

    def _owed(self, load_ids: Sequence[int]) -> int:
        """Return how many rows must be left: those the ledger says were landed, less those set aside since."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"""
                select
                    (
                        select coalesce(sum(rows_landed), 0)
                        from audit.load_records
                        where load_id = any(%(loads)s) and record = %(record)s
                    ) - (
                        select count(*)
                        from raw."{self.name}" as landed
                        where landed.load_id = any(%(loads)s)
                            and (landed.load_id, landed.row_number) in (
                                select load_id, row_number
                                from quarantine.rows
                                where load_id = any(%(loads)s) and record = %(record)s
                            )
                    )
                """,
                {"loads": list(load_ids), "record": self.name},
            )
            return int(cursor.fetchone()[0])


class _ResultsSuite:
    """What the judging pass wrote: every rule of the contract, none that could not run, none broken too often."""

    name = "rule_results"

    def __init__(self, loads: Mapping[str, Sequence[int]], contracts: Mapping[str, Contract]):
        self._loads = loads
        self._rules = {record: contracts[record].rule_codes().values() for record in loads}

    def query(self, load_ids: Sequence[int]) -> str:
        """Show each rule that is owed beside its result, if there is one."""
        rules = ", ".join(
            f"('{record}', '{rule.code}', '{rule.severity}')" for record, owed in self._rules.items() for rule in owed
        )
        return f"""
            select
                carried.load_id,
                found.checked,
                found.could_not_run,
                coalesce(
                    case owed.severity
                        when 'refuse' then found.failed = 0
                        when 'set_aside' then found.failed <= {TOLERATED_SHARE} * found.checked or is_released
                        else true
                    end,
                    false
                ) as is_tolerated
            from ({_carried(self._loads, load_ids)}) as carried
            inner join (values {rules}) as owed (record, rule, severity) on owed.record = carried.record
            left join audit.rule_results as found
                on found.load_id = carried.load_id and found.record = carried.record and found.rule = owed.rule
            cross join lateral (
                select exists (
                    select from audit.decisions as decided
                    where decided.load_id = carried.load_id and decided.decision = 'release'
                ) as is_released
            ) as decided
        """

    def expectations(self, load_ids: Sequence[int]) -> list[Expected]:
        """Return what must hold of the results."""
        owed = sum(
            len(self._rules[record]) for record, ids in self._loads.items() for load_id in ids if load_id in load_ids
        )
        return [
            Expected("ExpectTableRowCountToEqual", "every rule is asked for", {"value": owed}),
            Expected("ExpectColumnValuesToNotBeNull", "every rule has a result", {"column": "checked"}),
            Expected(
                "ExpectColumnValuesToBeInSet", "every rule could run", {"column": "could_not_run", "value_set": [False]}
            ),
            _all_true("is_tolerated", TOLERATED),
        ]


class _LandingSuite:
    """What the ledger says of the loads: each has the rows it owes, and they are all there."""

    name = "load_records"

    def __init__(self, loads: Mapping[str, Sequence[int]]):
        self._loads = loads

    def query(self, load_ids: Sequence[int]) -> str:
        """Show each load and record with two answers.

        A record may be empty only in a nil return, beside another, or where the mapping took no row for a record.
        """
        there = " union all ".join(
            f"select '{record}' as record, load_id, count(*) as row_count from raw.\"{record}\""
            f" where load_id in ({_listed(load_ids)}) group by load_id"
            for record in self._loads
        )
        return f"""
            select
                carried.load_id,
                coalesce(noted.rows_landed = coalesce(there.row_count, 0), false) as is_as_landed,
                coalesce(
                    delivery.is_nil_return or noted.rows_landed > 0 or beside.is_landed
                    or (delivery.rows_read > 0 and delivery.rows_filtered = delivery.rows_read),
                    false
                ) as is_not_empty
            from ({_carried(self._loads, load_ids)}) as carried
            left join audit.deliveries as delivery on delivery.load_id = carried.load_id
            left join audit.load_records as noted
                on noted.load_id = carried.load_id and noted.record = carried.record
            left join ({there}) as there on there.load_id = carried.load_id and there.record = carried.record
            cross join lateral (
                select exists (
                    select from audit.load_records as other
                    where other.load_id = carried.load_id and other.rows_landed > 0
                ) as is_landed
            ) as beside
        """

    def expectations(self, load_ids: Sequence[int]) -> list[Expected]:
        """Return what must hold of the landing."""
        owed = sum(load_id in load_ids for ids in self._loads.values() for load_id in ids)
        return [
            Expected("ExpectTableRowCountToEqual", "every load is in the ledger", {"value": owed}),
            _all_true("is_as_landed", "rows as in the ledger"),
            _all_true("is_not_empty", "rows, or a nil return"),
        ]


def _allowed(name: str) -> list[str]:
    return [*code_list(name), UNMAPPED]


def _quoted(codes: Sequence[str]) -> str:
    return ", ".join("'" + code.replace("'", "''") + "'" for code in codes)


def _listed(load_ids: Sequence[int]) -> str:
    return ", ".join(str(int(load_id)) for load_id in load_ids)


def _carried(loads: Mapping[str, Sequence[int]], load_ids: Sequence[int]) -> str:
    wanted = set(load_ids)
    pairs = [f"({load_id}, '{record}')" for record, ids in loads.items() for load_id in ids if load_id in wanted]
    return f"select load_id, record from (values {', '.join(pairs)}) as pairs (load_id, record)"


# ---- Asking Great Expectations ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    expectation: str
    about: str
    is_met: bool
    checked: int | None = None
    failed: int | None = None


def _culprits(
    suite, load_ids: Sequence[int], judge, as_of: dt.datetime, connection: Connection
) -> dict[int, list[str]]:
    answers = judge(suite, load_ids)
    _record(connection, suite.name, load_ids, answers, as_of)
    unmet = [answer.about for answer in answers if not answer.is_met]
    if not unmet:
        return {}
    if len(load_ids) == 1:
        return {load_ids[0]: unmet}
    found: dict[int, list[str]] = {}
    size = -(-len(load_ids) // PARTS)
    for start in range(0, len(load_ids), size):
        found |= _culprits(suite, load_ids[start : start + size], judge, as_of, connection)
    return found


def _record(connection: Connection, suite: str, load_ids: Sequence[int], answers: list[_Answer], as_of: dt.datetime):
    with connection.cursor() as cursor:
        execute_values(
            cursor,
            "insert into audit.gate_results (judged_at, load_ids, suite, expectation, is_met, checked, failed)"
            " values %s",
            [
                (
                    as_of,
                    _listed(load_ids),
                    suite,
                    f"{one.expectation}: {one.about}",
                    one.is_met,
                    one.checked,
                    one.failed,
                )
                for one in answers
            ],
        )


@contextmanager
def _great_expectations(url: str) -> Iterator:
    """Yield a function (suite, load ids) → answers that asks Great Expectations over one connection pool."""
    engine = None
    try:
        import great_expectations

        context = great_expectations.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        source = context.data_sources.add_postgres("warehouse", connection_string=url, create_temp_table=False)
        engine = source.get_engine()
        yield lambda suite, load_ids: _ask(source, suite, load_ids)
    except Exception as error:
        if type(error).__name__ in _DEAD_SERVICE:
            raise CouldNotJudge(f"the gate could not reach the warehouse ({type(error).__name__})") from None
        raise
    finally:
        if engine is not None:
            engine.dispose()


def _ask(source, suite, load_ids: Sequence[int]) -> list[_Answer]:
    from great_expectations import ExpectationSuite, expectations

    owed = suite.expectations(load_ids)
    if not owed:
        return [_Answer("suite", "the contract has rules", is_met=False)]
    asset = source.add_query_asset(f"{suite.name} {len(source.assets)}", query=suite.query(load_ids).strip())
    try:
        validated = (
            asset.add_batch_definition_whole_table("all")
            .get_batch()
            .validate(
                ExpectationSuite(
                    name=suite.name,
                    expectations=[
                        getattr(expectations, one.kind)(**one.arguments, meta={"about": place})
                        for place, one in enumerate(owed)
                    ],
                ),
                result_format=RESULT_FORMAT,
            )
        )
    except Exception as error:
        if type(error).__name__ in _DEAD_SERVICE:
            raise
        return [_Answer("suite", f"could not run: {type(error).__name__}", is_met=False)]
    found = {result.expectation_config.meta["about"]: result for result in validated.results}
    return [_answer(one, found.get(place)) for place, one in enumerate(owed)]


def _answer(owed: Expected, result) -> _Answer:
    if result is None:
        return _Answer(owed.kind, f"{owed.about}, not answered", is_met=False)
    if raised := _raised(result.exception_info):
        if raised in _DEAD_SERVICE:
            raise CouldNotJudge(f"the gate could not reach the warehouse ({raised})")
        return _Answer(owed.kind, f"{owed.about}, could not run: {raised}", is_met=False)
    counts = result.result
    checked, failed = counts.get("element_count"), counts.get("unexpected_count")
    if checked == 0 and failed is None:
        failed = 0  # whether rows are owed is for the count of rows to say
    if owed.kind == "ExpectTableRowCountToEqual":
        checked, failed = counts["observed_value"], abs(counts["observed_value"] - owed.arguments["value"])
    return _Answer(owed.kind, owed.about, bool(result.success) and failed == 0, checked, failed)


def _raised(told: Mapping[str, Any] | None) -> str | None:
    """Return the class name of what an expectation raised; never its message, which may quote a value."""
    told = told or {}
    nested = [told] if "raised_exception" in told else [one for one in told.values() if isinstance(one, Mapping)]
    for one in nested:
        if one.get("raised_exception"):
            names = _CLASS_NAME.findall(str(one.get("exception_traceback") or ""))
            return names[-1] if names else "Exception"
    return None
