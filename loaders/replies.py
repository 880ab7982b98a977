"""Tell a sender what became of its files: codes, places, messages and remedies; never a value out of a record."""

import logging
from collections.abc import Iterable
from pathlib import Path

from expectations.verdict import LEVELS
from loaders.provider import Provider
from warehouse import ledger
from warehouse.connection import connect
from warehouse.paths import state as state_folder

log = logging.getLogger(__name__)

LISTED = 20
ALL_ACCEPTED = "Everything that was sent was accepted. Thank you."


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
    return "\n".join(lines) or ALL_ACCEPTED


def leave(provider: Provider) -> Path:
    """Write the reply to a sender into `replies/` of the state folder, whole, and return its path for the log."""
    path = state_folder() / "replies" / f"{provider.code}.txt"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    text, draft = write(provider), path.with_suffix(".draft")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)
    if text != ALL_ACCEPTED:
        log.warning("%s has something to be told: %s", provider.code, path)
    return path


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
