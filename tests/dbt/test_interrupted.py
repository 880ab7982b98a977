"""A step or a turn in a series of counts is what statsmodels finds of it, errors and all, to one part in a million."""

import numpy as np
import pytest
import statsmodels.api as sm
from jinja2 import Environment

from warehouse.paths import ROOT

MACROS = (ROOT / "dbt_project" / "macros" / "interrupted.sql").read_text(encoding="utf-8")
MILLIONTH = 1e-6


def made_up(
    seed: int, before: int, after: int, rate: float, step: float = 1.0, noise: float = 0.0, carried: float = 0.0
):
    """Months, counts and denominators: a rate that steps at month 0, with overdispersion that carries over if asked."""
    random = np.random.default_rng(seed)
    months = np.arange(-before, after)
    denominators = random.integers(500, 700, len(months))
    shocks = random.normal(0, noise, len(months))
    for place in range(1, len(months)):
        shocks[place] += carried * shocks[place - 1]
    counts = random.poisson(denominators * rate * np.where(months >= 0, step, 1) * np.exp(0.004 * months + shocks))
    return months, counts, denominators


def without(series, gone: list[int]):
    months, counts, denominators = series
    kept = ~np.isin(months, gone)
    return months[kept], counts[kept], denominators[kept]


SERIES = {
    "steps_down": made_up(1, 24, 13, 0.05, step=0.6),
    "stays": made_up(2, 24, 24, 0.04),
    "carries_over": made_up(3, 60, 40, 0.2, noise=0.3, carried=0.6),
    "few": made_up(4, 12, 12, 0.01),
    "with_gaps": without(made_up(5, 24, 15, 0.03, step=1.5), [-20, -7, -6, 3]),
    "long": made_up(6, 60, 60, 0.02, noise=0.1),
    "nearly_none": made_up(7, 24, 12, 0.002),
    "shares": (np.arange(-24, 12), np.random.default_rng(8).binomial(90, 0.85, 36), np.full(36, 90)),
}
YEARS = np.arange(-12, 12)
HOPELESS = {
    "none_after": (YEARS, np.where(YEARS < 0, 5, 0), np.full(24, 100)),
    "all_in_its_last_month": (YEARS, np.where(YEARS == 11, 9, np.where(YEARS < 0, 3, 0)), np.full(24, 100)),
    "one_month_after": (np.arange(-12, 1), np.full(13, 4), np.full(13, 100)),
}


@pytest.fixture(scope="module")
def fitted(scratch):
    rows = [
        (name, int(t), int(counted), int(denominator))
        for name, series in {**SERIES, **HOPELESS}.items()
        for t, counted, denominator in zip(*series, strict=True)
    ]
    names = ("series_id", "t", "counted", "denominator")
    points = ", ".join(f"unnest(%({name})s) as {name}" for name in names)
    query = f'with points as (select {points}), fitted as ({{{{ interrupted_series("points") }}}}) select * from fitted'
    with scratch.cursor() as cursor:
        cursor.execute(
            Environment(autoescape=False).from_string(MACROS + query).render(),
            dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
        )
        columns = [column.name for column in cursor.description]
        found = {row[0]: dict(zip(columns, row, strict=True)) for row in cursor}
    scratch.rollback()
    return found


def reference(series):
    months, counts, denominators = series
    after = (months >= 0).astype(float)
    design = np.column_stack([np.ones(len(months)), months, after, months * after])
    model = sm.GLM(counts, design, family=sm.families.Poisson(), offset=np.log(denominators))
    lags = int(4 * (len(months) / 100) ** (2 / 9))
    exact = {"tol": 1e-13, "maxiter": 200}
    plain = model.fit(**exact)
    carried = model.fit(**exact, cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    dispersion = plain.pearson_chi2 / plain.df_resid
    return lags, plain.params, dispersion, plain.bse * np.sqrt(dispersion), carried.bse


@pytest.mark.parametrize("name", SERIES)
def test_step_and_turn_and_their_errors_are_those_of_the_reference(fitted, name):
    lags, coefficients, dispersion, scattered, carried = reference(SERIES[name])
    found = fitted[name]
    assert (found["point_count"], found["lag_count"]) == (len(SERIES[name][0]), lags)
    for columns, numbers in (
        (("slope_before", "step", "turn"), coefficients[1:]),
        (("step_error", "turn_error"), np.maximum(scattered, carried)[2:]),
        (("dispersion",), [dispersion]),
    ):
        assert np.allclose([found[column] for column in columns], numbers, rtol=MILLIONTH, atol=1e-10), columns


@pytest.mark.parametrize("name", HOPELESS)
def test_what_cannot_be_fitted_is_not(fitted, name):
    assert fitted.get(name, {}).get("step") is None


def test_errors_grow_where_one_month_carries_into_the_next(fitted):
    """The comparison above holds for any lag; this says that the lags count for something."""
    _, _, dispersion, scattered, carried = reference(SERIES["carries_over"])
    assert dispersion > 2
    assert carried[2] > scattered[2]
    assert any(scattered[2] > carried[2] for _, _, _, scattered, carried in map(reference, SERIES.values()))
    assert np.isclose(fitted["carries_over"]["step_error"], carried[2], rtol=MILLIONTH)


def test_a_step_is_found_where_there_is_one(fitted):
    assert abs(fitted["steps_down"]["step"] - np.log(0.6)) < 2 * fitted["steps_down"]["step_error"]
    assert fitted["steps_down"]["step"] < -3 * fitted["steps_down"]["step_error"]
