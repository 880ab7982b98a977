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


TAILS = [(stats.norm.ppf(0.975), 0.025), (stats.norm.ppf(0.999), 0.001)]


@pytest.mark.parametrize("share", [0.001, 0.025, 0.5, 0.975, 0.999])
def test_a_gamma_quantile_is_half_a_chi_square_of_twice_the_shape(ask, share):
    shapes = [0.02, 0.3, 1, 1.7, 4.25, 9, 41.3, 365, 8_000.5, 250_000]
    found = ask(f"{{{{ gamma_quantile('shape', {share}, {stats.norm.ppf(share)}) }}}}", shape=shapes)
    expected = stats.chi2.ppf(share, 2 * np.array(shapes)) / 2
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-200)


def test_no_shape_has_no_quantile(ask):
    assert ask("{{ gamma_quantile('shape', 0.5, 0) }}", shape=[None, 0, -1]) == [None] * 3


@pytest.mark.parametrize(("z", "tail"), TAILS)
@pytest.mark.parametrize("side", SIDES)
def test_the_funnel_of_a_count_is_the_exact_chi_square(ask, side, z, tail):
    expected_counts = [0.4, 2, 7.5, 31, 1_169.25]
    found = ask(f"{{{{ funnel_count_limit('e', {z}, {tail}, '{side}') }}}}", e=expected_counts)
    more, share = (0, tail) if side == "lower" else (1, 1 - tail)
    assert close(found, [stats.chi2.ppf(share, 2 * (e + more)) / 2 for e in expected_counts])


@pytest.mark.parametrize(("side", "expected"), [("lower", 0), ("upper", stats.chi2.ppf(0.975, 2) / 2)])
def test_where_no_event_is_expected_the_funnel_begins_at_none(ask, side, expected):
    assert close(ask(f"{{{{ funnel_count_limit('e', {TAILS[0][0]}, 0.025, '{side}') }}}}", e=[0]), [expected])


@pytest.mark.parametrize(("z", "tail"), TAILS)
@pytest.mark.parametrize("side", SIDES)
def test_the_funnel_of_a_share_is_even_on_the_arcsine_scale(ask, side, z, tail):
    targets, sizes = [0.03, 0.5, 0.857, 0.98, 0.5], [600, 40, 556, 2_000, 7]
    found = ask(f"{{{{ funnel_share_limit('t', 'n', {z}, '{side}') }}}}", t=targets, n=sizes)
    # Turned back, a limit lies z of the scale's own standard errors, 1 / sqrt(4n), from the target.
    distance = (np.arcsin(np.sqrt(found)) - np.arcsin(np.sqrt(targets))) * np.sqrt(4 * np.array(sizes))
    assert close(distance, np.full(len(sizes), z if side == "upper" else -z))


@pytest.mark.parametrize(("side", "end"), [("lower", 0), ("upper", 1)])
def test_the_funnel_of_a_share_ends_where_shares_do(ask, side, end):
    assert ask(f"{{{{ funnel_share_limit('t', 'n', 3.09, '{side}') }}}}", t=[0.5, 0, 1], n=[2, 1, 1]).count(end) >= 2


def test_the_funnel_of_a_share_holds_what_the_binomial_holds(ask):
    """The approximation is one: of shares that chance alone made, about one in twenty lies beyond its 95 % limits."""
    sizes = [60, 150, 400, 1_000]
    lower, upper = (
        np.array(ask(f"{{{{ funnel_share_limit('0.8', 'n', {TAILS[0][0]}, '{side}') }}}}", n=sizes)) for side in SIDES
    )
    beyond = stats.binom.cdf(np.ceil(lower * sizes) - 1, sizes, 0.8) + stats.binom.sf(
        np.floor(upper * sizes), sizes, 0.8
    )
    assert ((beyond > 0.03) & (beyond < 0.07)).all()


def test_a_ratio_is_known_or_not_and_never_beyond_numbers(ask):
    found = ask("{{ bounded_exp('x') }}", x=[None, 0, -0.5108256237659907, 5_000, -5_000])
    assert found[0] is None
    assert close(found[1:3], [1, 0.6])
    assert found[3] > 1e40
    assert 0 < found[4] < 1e-40


def test_students_quantile_is_his(ask):
    freedom = [20, 24, 32, 60, 1_000]
    assert close(ask("{{ student_975('f') }}", f=freedom), stats.t.ppf(0.975, freedom))
    assert np.allclose(ask("{{ student_975('f') }}", f=[12, 16]), stats.t.ppf(0.975, [12, 16]), rtol=1e-5)
