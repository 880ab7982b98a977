"""Judge a landed load against its contract: what broke which rule, in one pass, and which rows are set aside for it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Protocol

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from expectations.codes import UNMAPPED
from expectations.contract import Contract
from expectations.verdict import row_finding
from warehouse.ledger import Finding

LISTED_ROWS = 20
"""Row numbers that an outcome names; the rest are counted."""


class CouldNotJudge(RuntimeError):
    """The judgement itself failed, so nothing is known of the load and nothing may be accepted."""


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule came to: `checked` rows looked at (cells, for a code list), `failed` of them broke it.

    `rows` are the first row numbers that broke it, in order; none for faults that the reader found, which have findings
    of their own.
    """

    rule: str
    severity: str
    checked: int
    failed: int
    could_not_run: bool = False
    rows: tuple[int, ...] = ()


def judge(
    connection: Connection, load_id: int, contract: Contract, already: Mapping[str, int] | None = None
) -> list[RuleOutcome]:
    """Judge the rows of one load in raw.<record> and record every rule's result, also those that nothing broke.

    `already` counts the rows that the reader set aside, by rule. Rows that broke a set_aside rule are listed in
    quarantine. A rule is broken only when it is false: a blank breaks nothing but its own required-rule. Running it
    again changes nothing.

    Raises CouldNotJudge when a rule cannot run: only that is recorded then, so that the caller may commit it, and no
    result or quarantined row of this judgement. The message names rules and never quotes the database, which quotes
    values.
    """
    already = dict(already or {})
    _ready(contract, already)
    with connection.cursor() as cursor:
        cursor.execute("savepoint before_judging")
        try:
            outcomes, fill = _judged(cursor, load_id, contract, already)
        except psycopg2.OperationalError:
            raise
        except psycopg2.DatabaseError as error:
            cursor.execute("rollback to savepoint before_judging")
            failing = _failing(cursor, load_id, contract)
            _record(cursor, load_id, contract, failing)
            named = ", ".join(outcome.rule for outcome in failing) or f"the pass as a whole ({type(error).__name__})"
            raise CouldNotJudge(
                f"load {load_id}, {contract.record}: could not run {named}; mend it and rerun"
            ) from None
        _record(cursor, load_id, contract, outcomes)
        execute_values(
            cursor,
            "insert into audit.column_fill (load_id, record, column_name, filled) values %s"
            " on conflict (load_id, record, column_name) do update set filled = excluded.filled",
            [(load_id, contract.record, name, filled) for name, filled in fill.items()],
        )
        cursor.execute("release savepoint before_judging")
    return outcomes


def findings_of(
    contract: Contract, outcomes: Iterable[RuleOutcome], headings: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return one finding per rule that the judgement found broken; `headings` gives the sender's name of a column."""
    headings = headings or {}
    return [
        row_finding(
            contract,
            outcome.rule,
            rows=outcome.rows,
            row_count=outcome.failed,
            heading=" + ".join(headings.get(name, name) for name in _looked_at(contract, outcome.rule)),
        )
        for outcome in outcomes
        if outcome.rows
    ]


def _looked_at(contract: Contract, rule: str) -> list[str]:
    """Return the record's columns that a rule looks at; none where they are too many to point at."""
    if rule == contract.rule_code("KEY"):
        return list(contract.key)
    column = contract.rule_codes()[rule].column
    if column:
        return [column]
    used = next(one.holds.columns for one in contract.rules if one.code == rule)
    found = [one.name for one in contract.columns if one.name in used]
    return found if len(found) <= 3 else []


def _ready(contract: Contract, already: Mapping[str, int]) -> None:
    if not contract.rules:
        raise CouldNotJudge(f"{contract.record}: its contract has no rules, and nothing passes unjudged; add some")
    unknown = sorted(set(already) - set(contract.rule_codes()))
    if unknown:
        raise CouldNotJudge(
            f"{contract.record}: the reader names rules the contract does not have: {', '.join(unknown)}"
        )


# ---- In the warehouse ------------------------------------------------------------------------------------------------


def _judged(
    cursor: Cursor, load_id: int, contract: Contract, already: Mapping[str, int]
) -> tuple[list[RuleOutcome], dict[str, int]]:
    broken = _broken_when(contract)
    names = [column.name for column in contract.raw_columns]
    counted = [f"count(*) filter (where {test})" for test in broken.values()] + [f'count("{name}")' for name in names]
    cursor.execute(f"{_rows_of(contract)} select count(*), {', '.join(counted)} from judged", {"load_id": load_id})
    landed, *counts = cursor.fetchone()
    failed = dict(zip(broken, counts, strict=False))
    fill = dict(zip(names, counts[len(broken) :], strict=True)) | _restricted_fill(cursor, load_id, contract)

    rows = _set_aside(cursor, load_id, contract, {rule: broken[rule] for rule, count in failed.items() if count})
    key_rule = contract.rule_code("KEY")
    failed[key_rule], rows[key_rule] = _set_duplicates_aside(cursor, load_id, contract)
    return _outcomes(contract, landed, failed, fill, rows, already), fill


def _outcomes(
    contract: Contract,
    landed: int,
    failed: Mapping[str, int],
    fill: Mapping[str, int],
    rows: Mapping[str, Sequence[int]],
    already: Mapping[str, int],
) -> list[RuleOutcome]:
    """Merge what was found now with what the reader found; one outcome per rule of the contract."""
    read = landed + sum(already.values())
    found = []
    for entry in contract.rule_codes().values():
        is_code_rule = entry.code == contract.rule_code("COD", entry.column)
        found.append(
            RuleOutcome(
                entry.code,
                entry.severity,
                checked=fill.get(entry.column, 0) if is_code_rule else read,
                failed=failed.get(entry.code, 0) + already.get(entry.code, 0),
                rows=tuple(rows.get(entry.code, ())),
            )
        )
    return found


def _rows_of(contract: Contract) -> str:
    return f"""
        with judged as (
            select
                landed.*,
                delivery.submitted_on
            from raw."{contract.record}" as landed
            inner join audit.deliveries as delivery on delivery.load_id = landed.load_id
            where landed.load_id = %(load_id)s
        )
    """


def _broken_when(contract: Contract) -> dict[str, str]:
    """Return `{rule: SQL that is true of a row that broke it}` for every rule that looks at one row."""
    tests = {rule.code: f"({rule.holds.to_sql()}) is false" for rule in contract.rules}
    for column in contract.raw_columns:
        if column.is_required:
            tests[contract.rule_code("REQ", column.name)] = f'"{column.name}" is null'
        if column.code_list:
            held = f'any("{column.name}")' if column.kind == "codes" else f'"{column.name}"'
            tests[contract.rule_code("COD", column.name)] = f"'{UNMAPPED}' = {held}"
    return tests


def _restricted_fill(cursor: Cursor, load_id: int, contract: Contract) -> dict[str, int]:
    names = [column.name for column in contract.restricted_columns]
    if not names:
        return {}
    counted = ", ".join(f'count("{name}")' for name in names)
    cursor.execute(f'select {counted} from restricted."{contract.record}" where load_id = %s', (load_id,))
    return dict(zip(names, cursor.fetchone(), strict=True))


def _set_aside(cursor: Cursor, load_id: int, contract: Contract, broken: Mapping[str, str]) -> dict[str, list[int]]:
    """List the rows of broken set_aside rules in quarantine and return the first row numbers of every broken rule."""
    if not broken:
        return {}
    entries = contract.rule_codes()
    cases = ", ".join(f"('{rule}', {test})" for rule, test in broken.items())
    found = f"""
        {_rows_of(contract)},
        broken as (
            select distinct
                judged.row_number,
                tested.rule
            from judged
            cross join lateral (values {cases}) as tested (rule, is_broken)
            where tested.is_broken
        )
    """
    aside = {rule: entries[rule].column or "" for rule in broken if entries[rule].severity == "set_aside"}
    if aside:
        cursor.execute(
            f"""
            {found}
            insert into quarantine.rows (load_id, record, row_number, rule, column_name)
            select %(load_id)s, %(record)s, broken.row_number, broken.rule, blamed.column_name
            from broken
            inner join unnest(%(rules)s, %(columns)s) as blamed (rule, column_name) on blamed.rule = broken.rule
            on conflict do nothing
            """,
            {"load_id": load_id, "record": contract.record, "rules": list(aside), "columns": list(aside.values())},
        )
    cursor.execute(
        f"{found} select rule, (array_agg(row_number order by row_number))[1:{LISTED_ROWS}] from broken group by rule",
        {"load_id": load_id},
    )
    return dict(cursor.fetchall())


def _set_duplicates_aside(cursor: Cursor, load_id: int, contract: Contract) -> tuple[int, list[int]]:
    """Set aside rows that share a key, and return how many and the first of them.

    Of identical rows the first stays; of rows that differ none can be believed. Blank parts of a key are equal.
    """
    key = ", ".join(f'"{name}"' for name in contract.key)
    cursor.execute(
        f'select exists (select from raw."{contract.record}" where load_id = %s group by {key} having count(*) > 1)',
        (load_id,),
    )
    if not cursor.fetchone()[0]:
        return 0, []
    # What a row says includes the own words that stand apart from it.
    apart, told = "", [f'judged."{column.name}"' for column in contract.raw_columns]
    if contract.restricted_columns:
        apart = f'left join restricted."{contract.record}" as apart using (load_id, row_number, part)'
        told += [f'apart."{column.name}"' for column in contract.restricted_columns]
    cursor.execute(
        f"""
        {_rows_of(contract)},
        told as (
            select
                {", ".join(f'judged."{name}" as key_{place}' for place, name in enumerate(contract.key))},
                judged.row_number,
                judged.part,
                row({", ".join(told)})::text as content
            from judged
            {apart}
        ),
        compared as (
            select
                row_number,
                row_number() over (same_key order by row_number, part) as place,
                count(*) over same_key as sharing,
                min(content) over same_key = max(content) over same_key as is_identical
            from told
            window same_key as (partition by {", ".join(f"key_{place}" for place in range(len(contract.key)))})
        ),
        aside as (
            select row_number
            from compared
            where sharing > 1 and (place > 1 or not is_identical)
        ),
        listed as (
            insert into quarantine.rows (load_id, record, row_number, rule)
            select distinct %(load_id)s::bigint, %(record)s, row_number, %(rule)s
            from aside
            on conflict do nothing
        )
        select
            count(*),
            (array_agg(distinct row_number order by row_number))[1:{LISTED_ROWS}]
        from aside
        """,
        {"load_id": load_id, "record": contract.record, "rule": contract.rule_code("KEY")},
    )
    return cursor.fetchone()


def _failing(cursor: Cursor, load_id: int, contract: Contract) -> list[RuleOutcome]:
    """Try every rule alone and return those that raise an error."""
    entries, failing = contract.rule_codes(), []
    for rule, test in _broken_when(contract).items():
        try:
            cursor.execute(
                f"{_rows_of(contract)} select count(*) filter (where {test}) from judged", {"load_id": load_id}
            )
        except psycopg2.OperationalError:
            raise
        except psycopg2.DatabaseError:
            cursor.execute("rollback to savepoint before_judging")
            failing.append(RuleOutcome(rule, entries[rule].severity, 0, 0, could_not_run=True))
    return failing


def _record(cursor: Cursor, load_id: int, contract: Contract, outcomes: Iterable[RuleOutcome]) -> None:
    execute_values(
        cursor,
        "insert into audit.rule_results (load_id, record, rule, severity, checked, failed, could_not_run) values %s"
        " on conflict (load_id, record, rule) do update set severity = excluded.severity, checked = excluded.checked,"
        " failed = excluded.failed, could_not_run = excluded.could_not_run",
        [
            (load_id, contract.record, one.rule, one.severity, one.checked, one.failed, one.could_not_run)
            for one in outcomes
        ],
    )


# ---- Without a warehouse ---------------------------------------------------------------------------------------------


class TypedRow(Protocol):
    """A row as the reader makes it: where it stands, and typed values in the order of the contract's columns."""

    number: int
    values: tuple


@dataclass
class _Keyed:
    content: bytes
    first_row: int
    differs: bool = False
    later_rows: list[int] = field(default_factory=list)


class RowJudge:
    """Judges rows one by one as `judge` does in the warehouse; remembers nothing but counts and hashes of keys."""

    def __init__(self, contract: Contract, submitted_on: dt.date, period: tuple[dt.date, dt.date] | None = None):
        _ready(contract, {})
        self._contract = contract
        start_on, end_on = period or (None, None)
        self._delivery = {"submitted_on": submitted_on, "period_start_on": start_on, "period_end_on": end_on}
        self._names = [column.name for column in contract.columns]
        self._key = [self._names.index(name) for name in contract.key]
        self._tests = _breaks_in_python(contract)
        self._severity = {rule: entry.severity for rule, entry in contract.rule_codes().items()}
        self._landed = 0
        self._failed = dict.fromkeys(self._tests, 0)
        self._fill = dict.fromkeys(self._names, 0)
        self._rows: dict[str, list[int]] = {rule: [] for rule in self._tests}
        self._aside: set[int] = set()
        self._keys: dict[bytes, _Keyed] = {}

    def take(self, row: TypedRow) -> None:
        """Judge one row. Raises CouldNotJudge when a rule cannot run."""
        self._landed += 1
        values = dict(zip(self._names, row.values, strict=True))
        for name, value in values.items():
            self._fill[name] += value is not None
        values = self._delivery | values
        for rule, is_broken in self._tests.items():
            try:
                broken = is_broken(values)
            except Exception as error:
                # From None: the error's text may quote a value.
                raise CouldNotJudge(f"{self._contract.record}: could not run {rule} ({type(error).__name__})") from None
            if broken:
                self._failed[rule] += 1
                self._name(rule, row.number)
        self._compare(row)

    def outcomes(self, already: Mapping[str, int] | None = None) -> list[RuleOutcome]:
        """Return one outcome per rule of the contract, once all rows were taken."""
        already = dict(already or {})
        _ready(self._contract, already)
        rule = self._contract.rule_code("KEY")
        numbers, failed = self._duplicates()
        rows = self._rows | {rule: sorted(numbers)[:LISTED_ROWS]}
        return _outcomes(self._contract, self._landed, self._failed | {rule: failed}, self._fill, rows, already)

    @property
    def rows_set_aside(self) -> int:
        """How many of the rows taken so far are set aside by these rules."""
        return len(self._aside | self._duplicates()[0])

    def _name(self, rule: str, number: int) -> None:
        listed = self._rows[rule]
        if len(listed) < LISTED_ROWS and (not listed or listed[-1] != number):
            listed.append(number)
        if self._severity[rule] == "set_aside":
            self._aside.add(number)

    def _compare(self, row: TypedRow) -> None:
        content = _digest(row.values)
        key = _digest([_comparable(row.values[place]) for place in self._key])
        known = self._keys.setdefault(key, _Keyed(content, row.number))
        if known.first_row == row.number and known.content is content:
            return
        known.later_rows.append(row.number)
        known.differs = known.differs or known.content != content

    def _duplicates(self) -> tuple[set[int], int]:
        """Return the numbers of the rows set aside for their key, and how many records they are."""
        numbers: set[int] = set()
        count = 0
        for known in self._keys.values():
            if known.later_rows:
                count += len(known.later_rows) + known.differs
                numbers.update(known.later_rows, [known.first_row] if known.differs else [])
        return numbers, count


def judge_rows(
    contract: Contract,
    rows: Iterable[TypedRow],
    submitted_on: dt.date,
    period: tuple[dt.date, dt.date] | None = None,
    already: Mapping[str, int] | None = None,
) -> list[RuleOutcome]:
    """Return what `judge` would say of these rows, without a database; opens nothing and keeps no value."""
    judging = RowJudge(contract, submitted_on, period)
    for row in rows:
        judging.take(row)
    return judging.outcomes(already)


def _breaks_in_python(contract: Contract) -> dict[str, Callable[[Mapping[str, Any]], bool]]:
    tests: dict[str, Callable[[Mapping[str, Any]], bool]] = {}
    for rule in contract.rules:
        tests[rule.code] = lambda row, holds=rule.holds: holds.evaluate(row) is False
    for column in contract.raw_columns:
        if column.is_required:
            tests[contract.rule_code("REQ", column.name)] = lambda row, name=column.name: row[name] is None
        if column.code_list:
            # Several codes are a list, a single one a text; a blank is neither.
            tests[contract.rule_code("COD", column.name)] = lambda row, name=column.name: (
                UNMAPPED in (row[name] if isinstance(row[name], list) else [row[name]])
            )
    return tests


def _comparable(value: Any) -> Any:
    # Equal to Postgres, and so to us, whatever their zeros and zones.
    if isinstance(value, Decimal):
        return value.normalize()
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def _digest(values: Iterable[Any]) -> bytes:
    return blake2b(repr(tuple(values)).encode(), digest_size=16).digest()
