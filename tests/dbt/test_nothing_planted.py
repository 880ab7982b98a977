"""Regions in which nothing happens: how often the warehouse says that something did, from raw rows to findings.

How often it may is stated once, where people find it: in the tables of docs/for_readers.md and docs/for_analysts.md.
"""

import contextlib
import datetime as dt
import os
import re
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from tests.dbt.sender import FIRST, LAST, Sender
from tests.dbt_run import dbt
from warehouse import connection
from warehouse.paths import ROOT

REGIONS = int(os.environ.get("ASSURE_TEST_REGIONS", "20"))
"""`make test-long` asks for 200."""
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
MONTHS = [dt.date(2023 + (6 + n) // 12, 1 + (6 + n) % 12, 1) for n in range(36)]
WARDS, TEAMS = 5, 3
DECIDED_ON = dt.date(2023, 12, 1)
STATED_IN = [ROOT / "docs" / name for name in ("for_readers.md", "for_analysts.md")]
STATED = re.compile(r"^\| ([^|]+) \| ([\d.]+) in 100 \| ([\d.]+) to ([\d.]+) \|$", re.MULTILINE)

# What is told, by the words of the table: how often it was told, and how often it could have been.
TOLD = {
    "the chart of a ward or team ends in a signal": """
        select count(*) filter (where verdict <> 'no_change'), count(*) from marts.mart_spc_series
        where level = 'service' and verdict in ('improving', 'worsening', 'no_change')
    """,
    "the chart of a whole organisation ends in a signal": """
        select count(*) filter (where verdict <> 'no_change'), count(*) from marts.mart_spc_series
        where level = 'organisation' and verdict in ('improving', 'worsening', 'no_change')
    """,
    "a change that made no difference seems to have made one": """
        select count(*) filter (where verdict <> 'no_signal'), count(*) from marts.mart_change_effects
        where verdict in ('improved', 'worsened', 'no_signal')
    """,
    "a step is seen at a change that made no difference": """
        select count(*) filter (where step_side <> 'no_step'), count(step_side) from marts.mart_change_its
    """,
    "a step is seen in the months before it, where not even a change was": """
        select count(*) filter (where not is_placebo_still), count(is_placebo_still) from marts.mart_change_its
    """,
    "an organisation is asked to put right something that got worse": """
        select count(distinct icb_code) filter (where severity = 'adverse'), %(regions)s from marts.mart_findings
        where kind = any(%(claims)s)
    """,
    "anything at all is said to have got better or worse in a region of this size": """
        select count(distinct icb_code), %(regions)s from (
            select icb_code from marts.mart_findings where kind = any(%(claims)s)
            union all
            select icb_code from marts.mart_spc_series where verdict in ('improving', 'worsening')
            union all
            select icb_code from marts.mart_change_effects where verdict in ('improved', 'worsened')
        ) as told
    """,
}
# The kinds of finding that say that something happened; all others are about rows that these regions do not have.
CLAIMS = ["worsening", "worsened_after_change"]


class Rate(NamedTuple):
    """A rate as it is stated, and the interval that is stated with it."""

    rate: float
    lower: float
    upper: float


def stated() -> dict[str, Rate]:
    """What is told -> how often, as shares of 1; a thing that two documents state is stated once too often."""
    found = [line for path in STATED_IN for line in STATED.findall(path.read_text(encoding="utf-8"))]
    assert len({words for words, *_ in found}) == len(found)
    return {words: Rate(*(float(number) / 100 for number in numbers)) for words, *numbers in found}


def end_of(month: dt.date) -> dt.date:
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def interventions(random: np.random.Generator) -> list[dict]:
    """Interventions at one rate for three years: as many as chance gives."""
    rows = []
    for ward in range(WARDS):
        usual = random.uniform(6, 16)
        for month in MONTHS:
            rows += [
                {
                    "intervention_id": f"{ward}-{month}-{one}",
                    "incident_id": f"{ward}-{month}-{one}",
                    "service_id": f"W{ward}",
                    "type_code": "09",
                    "started_at": dt.datetime(month.year, month.month, 1 + one % 28, 12, tzinfo=dt.UTC),
                }
                for one in range(random.poisson(usual))
            ]
    return rows


def bed_days(random: np.random.Generator) -> list[dict]:
    return [
        {
            "period_start_on": month,
            "period_end_on": end_of(month),
            "service_id": f"W{ward}",
            "count_kind": "occupied_bed_days",
            "breakdown_kind": "none",
            "counted": int(random.integers(570, 631)),
            "value_state": "counted",
            "status": "final",
        }
        for ward in range(WARDS)
        for month in MONTHS
    ]


def answers(random: np.random.Generator) -> list[dict]:
    rows = []
    for team in range(TEAMS):
        content = random.uniform(0.75, 0.9)
        for month in MONTHS:
            asked = int(random.integers(90, 150))
            good = int(random.binomial(asked, content))
            rows += [
                {
                    "period_start_on": month,
                    "period_end_on": end_of(month),
                    "service_id": f"T{team}",
                    "channel": "online",
                    "rating_code": rating,
                    "counted": counted,
                    "value_state": "counted",
                }
                for rating, counted in (("good", good), ("poor", asked - good))
            ]
    return rows


def changes(random: np.random.Generator) -> list[dict]:
    """A change on every ward and in every team that makes no difference, on any day from a year on to one before."""
    places = [(f"W{ward}", "restrictive_interventions") for ward in range(WARDS)]
    places += [(f"T{team}", "fft_positive") for team in range(TEAMS)]
    return [
        {
            "change_id": f"C-{service}",
            "decision_ids": ["D1"],
            "changed": "Something that made no difference.",
            "service_id": service,
            "owner_role": "Matron",
            "due_on": dt.date(2026, 1, 1),
            "implemented_on": FIRST + dt.timedelta(days=int(random.integers(400, 800))),
            "measure_codes": [measure],
        }
        for service, measure in places
    ]


def quiet_region(number: int) -> dict[str, list[dict]]:
    random = np.random.default_rng(number)
    kinds = [(f"W{ward}", "inpatient_ward") for ward in range(WARDS)]
    kinds += [(f"T{team}", "talking_therapies") for team in range(TEAMS)]
    return {
        "service": [{"service_id": one, "service_name": one, "service_kind": kind} for one, kind in kinds],
        "activity_count": bed_days(random),
        "restrictive_intervention": interventions(random),
        "feedback_count": answers(random),
        "input": [
            {
                "input_id": "N1",
                "received_on": dt.date(2023, 11, 1),
                "given_by_kind": "group",
                "source_kind": "meeting",
                "reply_wanted": "no_thank_you",
                "said": "Something should be different.",
            }
        ],
        "decision": [
            {
                "decision_id": "D1",
                "decision_kind": "on_input",
                "input_ids": ["N1"],
                "decided_on": DECIDED_ON,
                "decided_by_role": "Director",
                "outcome": "accepted",
                "reason": "It costs nothing.",
            }
        ],
        "change": changes(random),
    }


def send(cursor, number: int, records: dict[str, list[dict]]) -> None:
    """Let one trust under a board of its own send one region's rows."""
    sender = Sender(cursor, f"Q{number:03}", "Made-up Trust", "full", icb=f"I{number:03}")
    sender.expect("all", FIRST, LAST, dt.date(2026, 7, 20))
    sender.send("all", records)


@pytest.fixture(scope="module")
def built(shared_warehouse):
    """A cursor on a warehouse of many quiet regions, built once from staging on."""
    opened = connection.opened(connection.admin_url(shared_warehouse))
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        for number in range(REGIONS):
            send(cursor, number, quiet_region(number))
        # As after a night of loads: without statistics the first joins are planned blind.
        cursor.execute("analyze")
        dbt("seed", as_of=AS_OF)
        models = ("+mart_findings", "+mart_change_its")
        dbt("run", "--select", *models, as_of=AS_OF)
        yield cursor


def counts(cursor, query: str) -> tuple[int, int]:
    cursor.execute(query, {"regions": REGIONS, "claims": CLAIMS})
    return cursor.fetchone()


def disagrees(found: int, tried: int, rate: Rate) -> bool:
    """True where no rate of the interval brings so many, or so few, more often than once in a thousand times."""
    too_many = stats.binom.sf(found - 1, tried, rate.upper) < 0.001
    return too_many or stats.binom.cdf(found, tried, rate.lower) < 0.001


def test_every_region_was_looked_at(built):
    series, effects = WARDS + TEAMS + 2, WARDS + TEAMS
    found = counts(
        built,
        "select count(*) filter (where measure_code in ('restrictive_interventions', 'fft_positive')"
        " and verdict in ('improving', 'worsening', 'no_change')), (select count(*) from marts.mart_change_effects"
        " where verdict in ('improved', 'worsened', 'no_signal')) from marts.mart_spc_series",
    )
    # The last changes have too few months behind them, and a few fall in a yearly cycle that chance made.
    assert found[0] == REGIONS * series
    assert found[1] >= 0.9 * REGIONS * effects
    fitted, placebos = (counts(built, query)[1] for told, query in TOLD.items() if told.startswith("a step"))
    assert min(fitted, placebos) >= 0.5 * REGIONS * effects


def test_what_is_stated_is_what_is_measured_here():
    rates = stated()
    assert rates.keys() == TOLD.keys()
    assert all(0 < rate.lower < rate.rate < rate.upper < 1 for rate in rates.values())


@pytest.mark.parametrize("told", TOLD)
def test_chance_tells_no_more_and_no_less_than_stated(built, told):
    found, tried = counts(built, TOLD[told])
    lower, upper = stats.binomtest(found, tried).proportion_ci(0.95, method="exact")
    seen = f"{found} of {tried}: {100 * found / tried:.1f} in 100, {100 * lower:.1f} to {100 * upper:.1f}"
    assert not disagrees(found, tried, stated()[told]), seen


def test_nothing_else_is_found_in_them(built):
    built.execute("select distinct kind from marts.mart_findings where kind <> all(%s)", [CLAIMS])
    assert built.fetchall() == []


def test_two_hundred_regions_tell_a_rate_five_times_as_high_from_the_one_stated():
    for told, rate in stated().items():
        tried = 200 if "organisation is" in told or "region" in told else 400
        assert disagrees(min(tried, round(5 * rate.rate * tried)), tried, rate), told
        assert disagrees(0, tried, rate) or rate.lower < 0.02, told
        assert not disagrees(round(rate.rate * tried), tried, rate), told
