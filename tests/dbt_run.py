"""Run dbt on a test's own warehouse, straight into its schemas: no building beside, no swap."""

import datetime as dt

from warehouse import build
from warehouse.periods import LONDON

EVERYTHING = 10**9
"""A sequence beyond every other: views keep the one they were made with, and with this they show what comes later."""


def dbt(*command: str, as_of: dt.datetime, accepted_through: int = EVERYTHING, quarter: str = "2026-27-Q1") -> None:
    """Run a dbt command such as `run --select +mart_coverage`. Its failure fails the test."""
    variables = {
        "as_of": as_of.isoformat(), "as_of_on": as_of.astimezone(LONDON).date().isoformat(),
        "report_quarter": quarter, "accepted_through": accepted_through,
    }  # fmt: skip
    told = build.run_dbt(list(command), variables)
    broken = [f"{one.node.name}: {one.message}" for one in told.result or () if str(one.status) in ("error", "fail")]
    assert told.success, told.exception or "\n".join(broken)
