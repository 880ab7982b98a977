"""From raw rows to charts: targets that move, and the set of rules that the project's settings choose."""

import contextlib

import pytest

from tests.conftest import AS_OF
from tests.dbt.test_nothing_planted import quiet_region, send
from tests.dbt_run import compiled_nodes, dbt
from warehouse import connection, spc

MEASURE, ORGANISATION = "restrictive_interventions", "Q001"
CHARTS = ("mart_spc", "mart_spc_series", "mart_spc_sensitivity")
STEP = (
    "insert into intermediate.trajectories (measure_code, organisation_code, service_id, from_on, value, unit,"
    " owner_kind, owner, source, agreed_on) values (%s, %s, %s, %s, %s, %s, 'network', %s, 'Minutes', %s)"
)
BED_DAYS = "per 1,000 occupied bed days"


@pytest.fixture(scope="module")
def region(shared_warehouse):
    """A cursor on the charts of one quiet trust, whose target for its restrictive interventions falls by steps."""
    opened = connection.opened(connection.admin_url(shared_warehouse))
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        send(cursor, 1, quiet_region(1))
        cursor.execute("analyze")
        dbt("seed", as_of=AS_OF)
        for from_on, value in (("2025-01-01", 1_000_000), ("2026-01-01", 900_000), ("2026-06-01", 0)):
            cursor.execute(STEP, [MEASURE, ORGANISATION, None, from_on, value, BED_DAYS, "Network", "2024-12-01"])
        cursor.execute(STEP, ["fft_positive", None, None, "2025-01-01", 0.5, "share of 1", None, None])
        dbt("run", "--select", "+mart_spc_series", "+mart_spc_sensitivity", as_of=AS_OF)
        yield cursor


def _read(cursor, query: str, *values: object) -> list[tuple]:
    cursor.execute(query, values or None)
    return cursor.fetchall()


def test_each_month_has_the_target_that_was_agreed_for_it(region):
    steps = _read(
        region,
        "select target, min(to_char(period_start_on, 'YYYY-MM')), max(to_char(period_start_on, 'YYYY-MM'))"
        " from marts.mart_spc where series_id = %s group by target order by 2",
        f"{MEASURE}/{ORGANISATION}",
    )
    assert steps == [
        (None, "2023-07", "2024-12"),
        (1_000_000, "2025-01", "2025-12"),
        (900_000, "2026-01", "2026-05"),
        (0, "2026-06", "2026-06"),
    ]


def test_the_last_month_is_held_against_its_own_target(region):
    ((target, assurance, lowest),) = _read(
        region,
        "select series.target, series.assurance_icon, min(months.lpl) from marts.mart_spc_series as series"
        " inner join marts.mart_spc as months using (series_id) where series_id = %s group by 1, 2",
        f"{MEASURE}/{ORGANISATION}",
    )
    # Fewer are better, and the limits lie above nought: by the steps before it would pass.
    assert lowest > 0
    assert (target, assurance) == (0, "consistent_fail")


def test_what_the_organisation_agreed_for_itself_binds_no_ward_and_what_nobody_owns_binds_none(region):
    bound = _read(region, "select series_id from marts.mart_spc where target is not null group by 1")
    assert bound == [(f"{MEASURE}/{ORGANISATION}",)]
    judged = _read(region, "select series_id from marts.mart_spc_series where assurance_icon is not null")
    assert judged == bound


@pytest.fixture(scope="module")
def checks(region) -> dict[str, str]:
    """The queries by which dbt tests the trajectories, by name: of what is as it should be, none gives a row."""
    return {name: query for name, query in compiled_nodes("trajectories").items() if name != "trajectories"}


def _refusing(cursor, checks: dict[str, str]) -> list[str]:
    return [name for name, query in checks.items() if _read(cursor, f"select 1 from ({query}) as wrong limit 1")]


def test_the_trajectories_that_are_charted_are_refused_by_nothing(region, checks):
    assert len(checks) >= 7
    assert _refusing(region, checks) == []


@pytest.mark.parametrize(
    ("rows", "refused_by"),
    [
        ([(MEASURE, "Q001", None, "2026-06-01", 5, BED_DAYS)], "unique_grain_trajectories_measure_code"),
        ([(MEASURE, None, None, "2026-05-15", 5, BED_DAYS)], "a_step_of_a_trajectory_begins_with_a_month"),
        ([("new_voices", None, None, "2026-05-01", 0.5, "share of 1")], "a_trajectory_leads_to_the_better_on_a_chart"),
        ([(MEASURE, None, None, "2026-05-01", 5, "per 100")], "a_trajectory_leads_to_the_better_on_a_chart"),
        ([(MEASURE, None, "W1", "2026-05-01", 5, BED_DAYS)], "a_trajectory_leads_to_the_better_on_a_chart"),
        ([(MEASURE, "NOBODY", None, "2026-05-01", 5, BED_DAYS)], "relationships_trajectories_organisation_code"),
    ],
    ids=["two on one date", "not a month", "no better direction", "other unit", "service of nobody", "nobody"],
)
def test_a_trajectory_that_cannot_be_charted_is_refused(region, checks, rows, refused_by):
    region.execute("create temporary table before as table intermediate.trajectories")
    try:
        for row in rows:
            region.execute(STEP, [*row, "Network", "2026-01-01"])
        assert [name for name in _refusing(region, checks) if name.startswith(refused_by)]
    finally:
        region.execute("truncate intermediate.trajectories; insert into intermediate.trajectories table before")
        region.execute("drop table before")


def test_a_build_stops_at_what_the_queries_find(region):
    dbt("test", "--select", "trajectories", as_of=AS_OF)
    try:
        region.execute(STEP, [MEASURE, None, None, "2026-05-15", 5, BED_DAYS, "Network", "2026-01-01"])
        with pytest.raises(pytest.fail.Exception, match="a_step_of_a_trajectory_begins_with_a_month"):
            dbt("test", "--select", "trajectories", as_of=AS_OF)
    finally:
        region.execute("delete from intermediate.trajectories where from_on = '2026-05-15'")


@pytest.mark.parametrize("rules", spc.rule_sets())
def test_the_charts_are_judged_by_the_rules_that_the_settings_choose(region, rules):
    dbt("run", "--select", *CHARTS, as_of=AS_OF, spc_rules=rules)
    title = "NHSRplotthedots 0.2.2"
    if rules != "nhsrplotthedots":
        title = f"NHS England Making Data Count SQL 2.5, conflicts shown as {rules.rpartition('_')[2]}"
    assert _read(region, "select distinct rule_set from marts.mart_spc") == [(title,)]
    assert _read(region, "select distinct rule_set from marts.mart_spc_series") == [(title,)]
    assert _read(region, "select distinct rule_set from marts.mart_spc_sensitivity where is_chosen") == [(title,)]
    # The chosen set says of a series what its verdict says; and each series hears all three.
    assert not _read(
        region,
        "select 1 from marts.mart_spc_series as series inner join marts.mart_spc_sensitivity as beside"
        " using (series_id, rule_set) where (series.variation_icon, series.assurance_icon)"
        " is distinct from (beside.variation_icon, beside.assurance_icon)",
    )
    series = _read(region, "select count(*) from marts.mart_spc_series")[0][0]
    assert _read(region, "select count(*) from marts.mart_spc_sensitivity") == [(3 * series,)]
    # The package leaves outlying ranges out of the limits; Making Data Count keeps them in.
    points = [
        spc.Point(*row) for row in _read(region, "select series_id, idx, period_start_on::text, y from marts.mart_spc")
    ]
    expected = {(row["series_id"], row["idx"]): row["upl"] for row in spc.compute(region.connection, points, [], rules)}
    found = {(name, idx): upl for name, idx, upl in _read(region, "select series_id, idx, upl from marts.mart_spc")}
    assert found == pytest.approx(expected)


def test_a_wrong_name_of_rules_is_refused_with_the_names_there_are(region):
    with pytest.raises(pytest.fail.Exception, match="no set of rules; write one of nhsrplotthedots, making_data_count"):
        dbt("run", "--select", "mart_spc", as_of=AS_OF, spc_rules="nelson")
