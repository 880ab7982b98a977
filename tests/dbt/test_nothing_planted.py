"""Regions in which nothing happens: how often the warehouse says that something did, from raw rows to findings."""

import contextlib
import datetime as dt
import os

import numpy as np
import pytest
from scipy import stats

from tests.dbt.sender import FIRST, LAST, Sender
from tests.dbt_run import dbt
from warehouse import connection

REGIONS = int(os.environ.get("ASSURE_TEST_REGIONS", "20"))
"""`make test-long` asks for 200."""
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
MONTHS = [dt.date(2023 + (6 + n) // 12, 1 + (6 + n) % 12, 1) for n in range(36)]
WARDS, TEAMS = 5, 3
DECIDED_ON = dt.date(2023, 12, 1)

# What docs/for_readers.md states, and is held to here.
SERIES_THAT_END_IN_A_SIGNAL = 0.02
CHANGES_WITH_A_VERDICT = 0.02
STEPS_WITHOUT_A_CAUSE = 0.06
REGIONS_WITH_A_FALSE_FINDING = 0.1


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
        models = ("+mart_spc_series", "+mart_change_effects", "+mart_change_its")
        dbt("run", "--select", *models, as_of=AS_OF)
        yield cursor


def counts(cursor, query: str) -> tuple[int, int]:
    cursor.execute(query)
    return cursor.fetchone()


def surely_above(found: int, tried: int, stated: float) -> bool:
    """True where so many would come up less than once in a thousand times at the stated rate."""
    return stats.binom.sf(found - 1, tried, stated) < 0.001


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


def test_no_more_series_end_in_a_signal_than_stated(built):
    found, tried = counts(
        built,
        "select count(*) filter (where verdict in ('improving', 'worsening')), count(*) from marts.mart_spc_series"
        " where level = 'service' and verdict in ('improving', 'worsening', 'no_change')",
    )
    assert not surely_above(found, tried, SERIES_THAT_END_IN_A_SIGNAL)


def test_no_more_changes_seem_to_have_worked_than_stated(built):
    found, tried = counts(
        built,
        "select count(*) filter (where verdict <> 'no_signal'), count(*) from marts.mart_change_effects"
        " where verdict in ('improved', 'worsened', 'no_signal')",
    )
    assert not surely_above(found, tried, CHANGES_WITH_A_VERDICT)


def test_no_more_series_step_than_stated_at_a_change_or_at_a_placebo(built):
    for question in ("step_side <> 'no_step'", "not is_placebo_still"):
        found, tried = counts(
            built,
            f"select count(*) filter (where {question}), count({question}) from marts.mart_change_its",
        )
        assert tried >= 0.5 * REGIONS * (WARDS + TEAMS)
        assert not surely_above(found, tried, STEPS_WITHOUT_A_CAUSE), (question, found, tried)


def test_no_organisation_is_told_off_more_often_than_stated(built):
    """What mart_findings holds against it: a series of the whole organisation, or a change after which it got worse."""
    found, tried = counts(
        built,
        f"select count(distinct icb_code), {REGIONS} from ("
        " select icb_code from marts.mart_spc_series where level = 'organisation' and verdict = 'worsening'"
        " union all select icb_code from marts.mart_change_effects where verdict = 'worsened') as adverse",
    )
    assert not surely_above(found, tried, REGIONS_WITH_A_FALSE_FINDING)
