"""How long things wait, as the warehouse has it in SQL, is what statsmodels has, to one part in a million."""

import numpy as np
import pytest
from jinja2 import Environment
from statsmodels.duration.survfunc import SurvfuncRight

from warehouse.paths import ROOT

MACROS = "".join(
    (ROOT / "dbt_project" / "macros" / f"{name}.sql").read_text(encoding="utf-8") for name in ("statistics", "survival")
)
MILLIONTH = 1e-6
HORIZONS = (30, 90, 180)


def some_waits(seed: int, count: int, most_days: int, watched: tuple[int, int]) -> tuple[list[int], list[bool]]:
    """Days waited and whether the wait ended: exponential waits, seen for a number of days between the two given."""
    random = np.random.default_rng(seed)
    ends = random.exponential(most_days, count).astype(int)
    seen_for = random.integers(*watched, count)
    return np.minimum(ends, seen_for).tolist(), (ends <= seen_for).tolist()


COHORTS = {
    "many": some_waits(1, 400, 60, (0, 365)),
    "few": some_waits(2, 9, 80, (20, 300)),
    "slow": some_waits(3, 60, 1500, (0, 365)),
    "ties": some_waits(4, 150, 6, (1, 12)),
    "all_ended": some_waits(5, 40, 25, (400, 401)),
    "first_day": ([0, 0, 3, 7, 7, 31, 95, 200], [True, False, True, True, False, True, True, False]),
}


@pytest.fixture(scope="module")
def computed(scratch):
    """The curve and the summary of every cohort, as lists of rows by name."""
    rows = [
        (name, days, ended) for name, waits in COHORTS.items() for days, ended in zip(*waits, strict=True)
    ]  # fmt: skip
    query = (
        "with waits as (select unnest(%(names)s) as cohort, unnest(%(days)s) as days, unnest(%(ended)s) as is_ended),"
        ' curve as ({{ kaplan_meier("waits", ["cohort"]) }}),'
        f' summary as ({{{{ kaplan_meier_summary("curve", ["cohort"], {list(HORIZONS)}) }}}}) select * from '
    )
    given = dict(zip(("names", "days", "ended"), map(list, zip(*rows, strict=True)), strict=True))
    found = {}
    with scratch.cursor() as cursor:
        for table in ("curve", "summary"):
            cursor.execute(Environment(autoescape=False).from_string(MACROS + query).render() + table, given)
            names = [column.name for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
    scratch.rollback()
    return found


def close(found: list, expected) -> bool:
    return np.allclose(np.array(found, dtype=float), np.array(expected, dtype=float), rtol=MILLIONTH, atol=1e-8)


@pytest.mark.parametrize("name", COHORTS)
def test_the_curve_is_kaplans_and_meiers(computed, name):
    reference = SurvfuncRight(*(np.array(column, dtype=float) for column in COHORTS[name]))
    steps = sorted((row for row in computed["curve"] if row["cohort"] == name), key=lambda row: row["day"])
    assert steps[0]["day"] == 0
    steps = [row for row in steps if row["ended_count"]]
    assert [row["day"] for row in steps] == list(reference.surv_times)
    assert [row["at_risk_count"] for row in steps] == list(reference.n_risk)
    assert [row["ended_count"] for row in steps] == list(reference.n_events)
    assert close([row["ended_share"] for row in steps], 1 - reference.surv_prob)


@pytest.mark.parametrize("name", COHORTS)
def test_its_bounds_are_greenwoods_on_the_log_minus_log_scale(computed, name):
    reference = SurvfuncRight(*(np.array(column, dtype=float) for column in COHORTS[name]))
    steps = {row["day"]: row for row in computed["curve"] if row["cohort"] == name}
    checked = 0
    for day, share, error in zip(reference.surv_times, reference.surv_prob, reference.surv_prob_se, strict=True):
        found = [steps[day]["ended_share_lower"], steps[day]["ended_share_upper"]]
        if share in (0, 1):
            assert found == [None, None]
            continue
        # The delta method: the error of log(-log S) is that of S over |S log S|.
        spread = 1.959963984540054 * error / abs(share * np.log(share))
        assert close(found, [1 - share ** np.exp(-spread), 1 - share ** np.exp(spread)])
        checked += 1
    assert checked > 2


@pytest.mark.parametrize("name", COHORTS)
def test_the_median_and_its_interval_are_brookmeyers_and_crowleys(computed, name):
    reference = SurvfuncRight(*(np.array(column, dtype=float) for column in COHORTS[name]))
    (summary,) = (row for row in computed["summary"] if row["cohort"] == name)
    reached = reference.surv_times[reference.surv_prob <= 0.5 + 1e-12]
    assert summary["median_days"] == (reached[0] if len(reached) else None)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = reference.quantile_ci(0.5, method="cloglog")
    assert summary["median_days_lower"] == (lower if np.isfinite(lower) else None)
    assert summary["median_days_upper"] == (upper if np.isfinite(upper) else None)


def test_some_cohorts_have_an_open_interval_and_some_no_median(computed):
    """The comparison above would say nothing of ends that never come up."""
    summaries = computed["summary"]
    assert [row["cohort"] for row in summaries if row["median_days"] is None] == ["slow"]
    assert any(row["median_days_lower"] is not None and row["median_days_upper"] is None for row in summaries)
    assert sum(row["median_days_upper"] is not None for row in summaries) >= 3


@pytest.mark.parametrize("days", HORIZONS)
@pytest.mark.parametrize("name", COHORTS)
def test_a_share_within_days_is_the_last_step_up_to_them(computed, name, days):
    reference = SurvfuncRight(*(np.array(column, dtype=float) for column in COHORTS[name]))
    (summary,) = (row for row in computed["summary"] if row["cohort"] == name)
    share = 1 - reference.surv_prob[reference.surv_times <= days][-1]
    seen = max(COHORTS[name][0]) >= days or name == "all_ended"
    assert close([summary[f"share_in_{days}_days"]], [share]) if seen else summary[f"share_in_{days}_days"] is None
