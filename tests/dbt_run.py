"""Run dbt on a test's own warehouse, straight into its schemas: no building beside, no swap."""

import datetime as dt
import os

import pytest

from warehouse import build
from warehouse.periods import LONDON

EVERYTHING = 10**9
"""A sequence beyond every other: views keep the one they were made with, and with this they show what comes later."""


def dbt(*command: str, as_of: dt.datetime, accepted_through: int = EVERYTHING, quarter: str = "2026-27-Q1") -> None:
    """Run a dbt command such as `run --select +mart_coverage`. Its failure fails the test."""
    from dbt.cli.main import dbtRunner

    variables = {
        "as_of": as_of.isoformat(), "as_of_on": as_of.astimezone(LONDON).date().isoformat(),
        "report_quarter": quarter, "accepted_through": accepted_through,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        for name, value in build.dbt_environment().items():
            patched.setitem(os.environ, name, value)
        told = dbtRunner().invoke(["--quiet", "--no-use-colors", *command, *build.dbt_arguments(variables)])
    assert told.success, told.exception or [one.node.name for one in told.result if str(one.status) == "error"]


def compiled(inline: str, **variables: object) -> str:
    """The SQL that dbt makes of a line of its language, such as a macro's call, under these variables."""
    from dbt.cli.main import dbtRunner

    always = {"as_of": "2026-07-29T06:00:00+00:00", "as_of_on": "2026-07-29", "accepted_through": EVERYTHING}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in build.dbt_environment().items():
            patched.setitem(os.environ, name, value)
        told = dbtRunner().invoke(
            [
                *("--log-level", "none", "--no-use-colors", "--no-populate-cache", "compile", "--inline", inline),
                *build.dbt_arguments(always | {"report_quarter": "2026-27-Q1"} | variables),
            ]
        )
    assert told.success, told.exception
    return told.result.results[0].node.compiled_code
