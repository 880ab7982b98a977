"""What the warehouse computes in SQL, an independent reference computes too, to one part in a million."""

import numpy as np
import pytest
from jinja2 import Environment
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson_2indep

from warehouse.paths import ROOT

MACROS = (ROOT / "dbt_project" / "macros" / "statistics.sql").read_text(encoding="utf-8")
MILLIONTH = 1e-6
SIDES = ("lower", "upper")


@pytest.fixture
def ask(scratch):
    """Ask Postgres for an expression of macros over rows of numbers; returns one column."""

    def answer(expression: str, **columns) -> list[float | None]:
        filled = Environment(autoescape=False).from_string(MACROS + expression).render()
        given = ", ".join(f"unnest(%({name})s::double precision[]) as {name}" for name in columns)
        with scratch.cursor() as cursor:
            cursor.execute(f"with given as (select {given}) select {filled} from given", columns)
            return [row[0] for row in cursor]

    yield answer
    scratch.rollback()


def close(found: list[float | None], expected) -> bool:
    return np.allclose(np.array(found, dtype=float), np.array(expected, dtype=float), rtol=MILLIONTH, equal_nan=True)


@pytest.mark.parametrize(("at", "side"), enumerate(SIDES))
def test_the_limits_of_a_share_are_wilsons(ask, at, side):
    pairs = [(n, d) for d in (1, 2, 7, 20, 350, 12_000) for n in sorted({0, 1, d // 3, d - 1, d})]
    tops, bottoms = (list(column) for column in zip(*pairs, strict=True))
    found = ask(f"{{{{ share_limit('n', 'd', '{side}') }}}}", n=tops, d=bottoms)
    assert np.allclose(found, proportion_confint(tops, bottoms, method="wilson")[at], rtol=MILLIONTH, atol=1e-12)


def test_nothing_out_of_nothing_has_no_limits(ask):
    assert ask("{{ share_limit('n', 'd', 'lower') }}", n=[0, None, 3, 5], d=[0, 10, None, 4]) == [None] * 4


@pytest.mark.parametrize(("side", "quantile", "more"), [("lower", 0.025, 0), ("upper", 0.975, 1)])
def test_the_limits_of_a_small_count_are_exact(ask, side, quantile, more):
    counts = list(range(10))
    expected = [stats.chi2.ppf(quantile, 2 * (n + more)) / 2 if n + more else 0 for n in counts]
    assert close(ask(f"{{{{ count_limit('n', '{side}') }}}}", n=counts), expected)


@pytest.mark.parametrize(("side", "quantile", "more"), [("lower", 0.025, 0), ("upper", 0.975, 1)])
def test_the_limits_of_a_larger_count_are_byars_and_near_the_exact_ones(ask, side, quantile, more):
    counts = [10, 11, 40, 365, 9_000]
    found = ask(f"{{{{ count_limit('n', '{side}') }}}}", n=counts)
    z = stats.norm.ppf(quantile)
    assert close(found, [(n + more) * (1 - 1 / (9 * (n + more)) + z / (3 * np.sqrt(n + more))) ** 3 for n in counts])
    exact = [stats.chi2.ppf(quantile, 2 * (n + more)) / 2 for n in counts]
    assert np.allclose(found, exact, rtol=2e-3)


@pytest.mark.parametrize(("at", "side"), enumerate(SIDES))
def test_the_limits_of_a_ratio_of_rates_are_those_of_the_delta_method(ask, at, side):
    a, exposure_a, b, exposure_b = [12, 5, 300], [840, 1_200, 31_000], [90, 41, 5], [9_300, 1_100, 700]
    expected = [
        confint_poisson_2indep(*four, method="wald-log")[at] for four in zip(a, exposure_a, b, exposure_b, strict=True)
    ]
    call = f"{{{{ rate_ratio_limit('a', 'x', 'b', 'y', '{side}') }}}}"
    assert close(ask(call, a=a, x=exposure_a, b=b, y=exposure_b), expected)
    assert ask(call, a=[0, 3], x=[10, 10], b=[4, 0], y=[10, 10]) == [None, None]
