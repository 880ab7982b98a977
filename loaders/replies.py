"""Tell a sender what became of its files: codes, places, messages and remedies; never a value out of a record."""

from collections.abc import Iterable

from expectations.verdict import LEVELS
from loaders.provider import Provider
from warehouse import ledger
from warehouse.connection import connect

LISTED = 20


def write(provider: Provider) -> str:
    """Return the reply to a sender about every load of which something is to be said, newest first."""
    with connect("loader") as connection, connection.cursor() as cursor:
        cursor.execute(
            "select load_id, file_name, state, rows_read, rows_landed, rows_set_aside from audit.deliveries as delivery"
            " where provider_code = %s"
            " and exists (select from audit.findings as found where found.load_id = delivery.load_id)"
            " order by submitted_at desc, load_id desc",
            (provider.organisation_code,),
        )
        lines = []
        for load_id, file_name, state, read, landed, set_aside in cursor.fetchall():
            counts = f"{read} rows read, {landed} landed, {set_aside} set aside"
            lines.append(f"{file_name} (load {load_id}): {state}; {counts}")
            lines += describe(ledger.findings(connection, load_id))
    return "\n".join(lines) if lines else "Everything that was sent was accepted. Thank you."


def describe(findings: Iterable[ledger.Finding]) -> list[str]:
    """Return one line for each finding, the dearest first: place, rule, message and remedy. What is left is counted."""
    findings = sorted(findings, key=lambda found: LEVELS.index(found.level))
    lines = [
        f"  {_place(found)}{found.rule}: {_ended(found.message)} To do: {_ended(found.remedy)}" for found in findings
    ]
    return lines[:LISTED] + ([f"  … and {len(lines) - LISTED} more"] if len(lines) > LISTED else [])


def _ended(sentence: str) -> str:
    return sentence.rstrip(".") + "."


def _place(found: ledger.Finding) -> str:
    level = f"[{found.level.replace('_', ' ')}]"
    parts = [
        f"sheet '{found.sheet}'" if found.sheet else "",
        f"row {found.row_number}" if found.row_number else "",
        f"column '{found.column_name}'" if found.column_name else "",
    ]
    place = ", ".join(part for part in parts if part)
    counted = f" ({found.row_count} rows)" if found.row_count > 1 else ""
    return f"{level} {place}{counted}: " if place else f"{level}{counted} "
