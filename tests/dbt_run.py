"""Run dbt on a test's own warehouse, straight into its schemas: no building beside, no swap."""

import datetime as dt

import pytest

from warehouse import build
from warehouse.periods import LONDON

EVERYTHING = 10**9
"""A sequence beyond every other: views keep the one they were made with, and with this they show what comes later."""

ALWAYS = {
    "as_of": "2026-07-29T06:00:00+00:00", "as_of_on": "2026-07-29", "accepted_through": EVERYTHING,
    "report_quarter": "2026-27-Q1",
}  # fmt: skip


def dbt(
    *command: str, as_of: dt.datetime, accepted_through: int = EVERYTHING, quarter: str = "2026-27-Q1", **chosen: object
) -> None:
    """Run a dbt command such as `run --select +mart_coverage`. Its failure fails the test."""
    variables = {
        "as_of": as_of.isoformat(), "as_of_on": as_of.astimezone(LONDON).date().isoformat(),
        "report_quarter": quarter, "accepted_through": accepted_through, **chosen,
    }  # fmt: skip
    _run(list(command), variables)


def compiled(inline: str, **variables: object) -> str:
    """The SQL that dbt makes of a line of its language, such as a macro's call, under these variables."""
    ran = _run(["--no-populate-cache", "compile", "--inline", inline], ALWAYS | variables)
    return ran.results[0].node.compiled_code


def compiled_nodes(selected: str) -> dict[str, str]:
    """The SQL that dbt makes of each model of a selection, and of each test of it, by its name."""
    ran = _run(["--no-populate-cache", "compile", "--select", selected], ALWAYS)
    return {one.node.name: one.node.compiled_code for one in ran.results}


def parents() -> dict[str, list[str]]:
    """What each node of the project is made of directly, by the names that dbt gives them."""
    manifest = build.parse(ALWAYS)
    manifest.build_parent_and_child_maps()
    return manifest.parent_map


def _run(command: list[str], variables: dict):
    try:
        project = build.parse(variables)
    except build.BuildFailed as failed:
        pytest.fail(str(failed.__cause__ or failed))
    told = build.run_dbt(command, variables, project)
    if not told.success:
        broken = [f"{one.node.name}: {one.message}" for one in told.result or () if one.status in ("error", "fail")]
        pytest.fail(str(told.exception or "\n".join(broken)))
    return told.result
