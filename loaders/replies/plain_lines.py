"""Say findings in plain lines, for a terminal: level, place, rule, message and remedy."""

from collections.abc import Iterable

from expectations.verdict import LEVELS, column_called
from warehouse.ledger import Finding

LISTED = 20


def describe(findings: Iterable[Finding]) -> list[str]:
    """Return one line for each finding, the dearest first: place, rule, message and remedy. What is left is counted."""
    findings = sorted(findings, key=lambda found: LEVELS.index(found.level))
    lines = [
        f"  {_place(found)}{found.rule}: {_ended(found.message)} To do: {_ended(found.remedy)}" for found in findings
    ]
    return lines[:LISTED] + ([f"  … and {len(lines) - LISTED} more"] if len(lines) > LISTED else [])


def _ended(sentence: str) -> str:
    return sentence.rstrip(".") + "."


def _place(found: Finding) -> str:
    level = f"[{found.level.replace('_', ' ')}]"
    parts = [
        f"sheet '{found.sheet}'" if found.sheet else "",
        f"row {found.row_number}" if found.row_number else "",
        column_called(found.column_name) if found.column_name else "",
    ]
    place = ", ".join(part for part in parts if part)
    counted = f" ({found.row_count} rows)" if found.row_count > 1 else ""
    return f"{level} {place}{counted}: " if place else f"{level}{counted} "
