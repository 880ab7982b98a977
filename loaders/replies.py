"""Tell a sender what became of its files: codes, places, messages and remedies; never a value out of a record."""

from collections.abc import Iterable

from loaders.provider import Provider
from warehouse import ledger
from warehouse.connection import connect

LISTED = 20


def write(provider: Provider) -> str:
    """Return the reply to a sender about every load that was not simply accepted, newest first."""
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select d.load_id, d.file_name, d.state, d.rows_read, d.rows_landed, d.rows_set_aside from audit.deliveries as d"
            " where d.provider_code = %s and exists (select from audit.findings as f where f.load_id = d.load_id)"
            " order by d.submitted_at desc, d.load_id desc",
            (provider.organisation_code,),
        )
        lines = []
        for load_id, file_name, state, read, landed, set_aside in cursor.fetchall():
            lines.append(f"{file_name} (load {load_id}): {state}; {read} rows read, {landed} landed, {set_aside} set aside")
            lines += describe(ledger.findings(connection, load_id))
    return "\n".join(lines) if lines else "Everything that was sent was accepted. Thank you."


def describe(findings: Iterable[ledger.Finding]) -> list[str]:
    """Return one line for each finding, with its place, rule, message and remedy; long lists are cut and counted."""
    findings = list(findings)
    lines = [f"  {_place(found)}{found.rule}: {found.message}. To do: {found.remedy}." for found in findings[:LISTED]]
    if len(findings) > LISTED:
        lines.append(f"  … and {len(findings) - LISTED} more of this kind")
    return [line.replace("..", ".") for line in lines]


def _place(found: ledger.Finding) -> str:
    parts = [
        f"sheet '{found.sheet}'" if found.sheet else "",
        f"row {found.row_number}" if found.row_number else "",
        f"column '{found.column_name}'" if found.column_name else "",
    ]
    place = ", ".join(part for part in parts if part)
    counted = f" ({found.row_count} rows)" if found.row_count > 1 else ""
    return f"[{found.level.replace('_', ' ')}] {place}{counted}: " if place else f"[{found.level.replace('_', ' ')}]{counted} "
