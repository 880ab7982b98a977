"""Judge a file as a whole, once its rows were judged: how much is set aside, unknown, emptied or missing."""

from collections.abc import Iterable, Mapping

from psycopg2.extensions import connection as Connection

from expectations.contract import Contract
from expectations.judging import RuleOutcome
from expectations.verdict import finding
from warehouse.ledger import Finding

MOST_SET_ASIDE = 0.10
"""Share of a file's rows that may be set aside, and of a column's codes that may be unknown, before a person looks."""
LEAST_OF_SNAPSHOT = 0.80
"""Share of the rows of the snapshot before that a snapshot must have: people and services rarely leave at once."""
LEAST_OF_PERIOD = 0.50
"""Share of the usual rows that a period must have."""
FEWEST_TO_COMPARE = 20
"""Rows below which a file's size says nothing."""
FEWEST_UNKNOWN = 3
"""Unknown codes below which a small file's column says nothing."""
WELL_FILLED = 0.90
"""Share of rows with a value from which a column counts as well filled."""


def on_rows_set_aside(rows_read: int, rows_filtered: int, rows_set_aside: int) -> list[Finding]:
    """Return the finding on a file of which too many records were set aside. What is no record does not count."""
    records = rows_read - rows_filtered
    return [finding("FILE-ASIDE-MANY")] if records and rows_set_aside > MOST_SET_ASIDE * records else []


def on_unknown_codes(
    contract: Contract, outcomes: Iterable[RuleOutcome], headings: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return a finding for each column of which too many cells hold codes that nobody has agreed."""
    rules = {contract.rule_code("COD", column.name): column.name for column in contract.columns if column.code_list}
    return [
        _on_column("FILE-UNMAPPED", contract.record, rules[outcome.rule], headings)
        for outcome in outcomes
        if outcome.rule in rules
        and outcome.failed > MOST_SET_ASIDE * outcome.checked
        and (outcome.failed >= FEWEST_UNKNOWN or outcome.checked >= FEWEST_TO_COMPARE)
    ]


def beside_what_counts(
    connection: Connection, load: Mapping, record: str, headings: Mapping[str, str] | None = None
) -> list[Finding]:
    """Return what strikes about a record of a load beside the sender's loads before it: shrunk, or a column emptied.

    `load` is a row of the ledger. A nil return is true, however much came before.
    """
    if load["is_nil_return"]:
        return []
    delivers, landed = _carried(connection, load["load_id"], record)
    before = _before(connection, load, record)
    found = []
    if before and _has_shrunk(delivers, landed, [rows for _, rows in before]):
        found.append(finding("FILE-SHRUNK", record=record))
    if before and landed and before[0][1]:
        last, rows = before[0]
        emptied = _emptied(connection, load["load_id"], last, record, WELL_FILLED * rows)
        found += [_on_column("FILE-COLUMN-BLANK", record, name, headings) for name in emptied]
    return found


def _on_column(rule: str, record: str, name: str, headings: Mapping[str, str] | None) -> Finding:
    return finding(rule, record=record, column_name=(headings or {}).get(name, name))


def _carried(connection: Connection, load_id: int, record: str) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select delivers, rows_landed from audit.load_records where load_id = %s and record = %s", (load_id, record)
        )
        return cursor.fetchone()


def _before(connection: Connection, load: Mapping, record: str) -> list[tuple[int, int]]:
    """Return (load id, rows) of the sender's last loads of a record that count or may, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select carried.load_id, carried.rows_landed
            from audit.load_records as carried
            inner join audit.deliveries as delivery on delivery.load_id = carried.load_id
            where delivery.provider_code = %(provider_code)s
                and delivery.feed = %(feed)s
                and carried.record = %(record)s
                and delivery.state in ('judged', 'accepted')
                and not delivery.is_nil_return
                and delivery.submitted_at < %(submitted_at)s
            order by delivery.submitted_at desc, carried.load_id desc
            limit 6
            """,
            {**load, "record": record},
        )
        return cursor.fetchall()


def _emptied(connection: Connection, load_id: int, last: int, record: str, filled: float) -> list[str]:
    """Return the columns that are empty now and had at least `filled` values in the load `last`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select now.column_name
            from audit.column_fill as now
            inner join audit.column_fill as before
                on before.record = now.record and before.column_name = now.column_name
            where now.load_id = %s and before.load_id = %s and now.record = %s
                and now.filled = 0 and before.filled >= %s
            order by now.column_name
            """,
            (load_id, last, record, filled),
        )
        return [name for (name,) in cursor]


def _has_shrunk(delivers: str, landed: int, before: list[int]) -> bool:
    if delivers == "snapshot":
        return before[0] >= FEWEST_TO_COMPARE and landed < LEAST_OF_SNAPSHOT * before[0]
    usual = sorted(before)[len(before) // 2]
    return len(before) >= 3 and usual >= FEWEST_TO_COMPARE and landed < LEAST_OF_PERIOD * usual
