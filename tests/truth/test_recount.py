"""The warehouse's numbers of the report quarter are those that a person with the files and a pencil comes to."""

from collections import Counter

import pytest

from tests.truth import recount
from warehouse import connection

QUARTER = "2026-27-Q1"
SENDERS = ("ZW1", "ZW2", "ZW3", "ZW4", "ZW5", "ZWL_ICB")


@pytest.fixture(scope="module")
def ask(loaded_region):
    """Ask the marts, as an analyst may: true values, before anything is hidden or rounded."""
    with connection.connect("analyst") as opened, opened.cursor() as cursor:

        def answer(query: str, *values):
            cursor.execute(query, values)
            return cursor.fetchall()

        yield answer


@pytest.fixture(scope="module")
def measured(ask) -> dict:
    """The quarter's measures of whole organisations as (measure, organisation) -> (numerator, denominator, value)."""
    return {
        row[:2]: row[2:]
        for row in ask(
            "select measure_code, organisation_code, numerator, denominator, value from marts.fct_measures"
            " where quarter_id = %s and period_kind = 'quarter' and level in ('organisation', 'region')",
            QUARTER,
        )
    }


@pytest.mark.parametrize(
    ("measure", "counted"),
    [
        ("considered", recount.considered),
        ("declined_and_told", recount.declined_and_told),
        ("declined_with_reason", recount.declined),
        ("changes_on_time", recount.on_time),
        ("changes_verified", recount.verified),
        ("sessions_held", recount.sessions_held),
    ],
)
def test_each_sender_and_the_region_count_what_the_registers_say(measure, counted, measured, region):
    expected = {sender: counted(chain) for sender, chain in recount.chains(region).items()}
    expected["ALL"] = recount.Share(*map(sum, zip(*expected.values(), strict=True)))
    assert {name: tuple(measured[measure, name][:2]) for name in (*SENDERS, "ALL")} == expected


@pytest.mark.parametrize(
    ("quarter", "state", "counted"),
    [("2025-26-Q1", "counted", recount.influence), (QUARTER, "too_early", recount.influence_so_far)],
)
def test_influence_is_judged_of_the_latest_year_that_was_followed_for_a_year(quarter, state, counted, ask, region):
    expected = {sender: counted(chain) for sender, chain in recount.chains(region).items()}
    expected["ALL"] = recount.Share(*map(sum, zip(*expected.values(), strict=True)))
    found = {
        row[0]: row[1:]
        for row in ask(
            "select organisation_code, numerator, denominator, value_state from marts.fct_measures"
            " where measure_code = 'influence' and quarter_id = %s",
            quarter,
        )
    }
    # Out of none, there is nothing that could be early.
    assert found == {name: (*share, state if share[1] else "not_applicable") for name, share in expected.items()}


@pytest.mark.parametrize("days", [30, 90, 180])
def test_who_heard_within_so_many_days_is_kaplan_and_meier_s_estimate(days, measured, region):
    watched = {sender: recount.days_to_hear(chain) for sender, chain in recount.chains(region).items()}
    watched["ALL"] = [one for of_sender in watched.values() for one in of_sender]
    expected = {sender: recount.heard_within(days, of_sender) for sender, of_sender in watched.items()}
    for sender, share in expected.items():
        assert measured[f"told_back_within_{days}_days", sender][2] == pytest.approx(share, abs=1e-8), sender


def test_the_longest_wait_runs_from_the_day_it_was_said_to_the_day_of_the_build(ask, region):
    waits = {
        sender: max(
            ((recount.AS_OF - chain.inputs[name]["received_on"]).days for name in chain.waiting()), default=None
        )
        for sender, chain in recount.chains(region).items()
    }
    found = dict(ask("select organisation_code, max(days_waiting) from marts.fct_inputs group by organisation_code"))
    assert found == waits
    assert max(filter(None, waits.values())) == (recount.AS_OF - recount.files.dt.date(2025, 3, 12)).days


def test_every_first_deadline_is_the_one_first_submitted(ask, region):
    expected = {
        (sender, name): due for sender, chain in recount.chains(region).items() for name, due in chain.first_due.items()
    }
    found = {
        row[:2]: row[2]
        for row in ask("select organisation_code, change_id, original_due_on from marts.fct_changes")
        if row[2] is not None
    }
    assert found == expected


def test_restrictive_interventions_per_bed_day_by_ward_and_month(ask, region):
    counted, beds = recount.interventions(region), recount.bed_days(region)
    expected = {
        place: (counted[place], beds[place], pytest.approx(1000 * counted[place] / beds[place])) for place in beds
    }
    found = {
        (ward, month): rest
        for ward, month, *rest in ask(
            "select service_id, period_start_on, numerator, denominator, value from marts.fct_measures"
            " where measure_code = 'restrictive_interventions' and period_kind = 'month' and level = 'service'"
        )
    }
    assert found.keys() == expected.keys()
    assert {place: tuple(row) for place, row in found.items()} == expected


@pytest.mark.parametrize(
    ("measure", "counted", "out_of"),
    [
        ("access_complaints", recount.access_complaints, "Referrals received"),
        ("chase_contacts", recount.chase_contacts, "Open referrals at month end"),
    ],
)
def test_a_complaint_counts_once_and_a_month_sent_twice_is_one_month(measure, counted, out_of, ask, region):
    names = {
        code: name
        for month in (recount.files.newest_of_each_month(region / "zw1", "activity")).values()
        for code, name in ((row["Service code"], row["Service"]) for row in recount.files.rows_of_csv(month))
    }
    cases, open_to = counted(region), recount.activity(region, out_of)
    expected = {(code, month): (cases[names[code], month], count) for (code, month), count in open_to.items()}
    found = {
        (service, month): (numerator, denominator)
        for service, month, numerator, denominator in ask(
            "select service_id, period_start_on, numerator, denominator from marts.fct_measures"
            " where measure_code = %s and period_kind = 'month' and level = 'service'",
            measure,
        )
    }
    assert found == expected


def test_positive_answers_are_out_of_all_answers_and_starred_rows_are_left_out(ask, region):
    expected = recount.positive_answers(region)
    found = {
        (service, month): (numerator, denominator)
        for service, month, numerator, denominator in ask(
            "select service_name, period_start_on, numerator, denominator from marts.fct_measures as measures"
            " inner join marts.dim_service as services using (organisation_code, service_id)"
            " where measure_code = 'fft_positive' and period_kind = 'month' and level = 'service'"
        )
    }
    assert found == {place: tuple(share) for place, share in expected.items()}


def test_what_registers_and_members_say_about_telling_people_is_counted_apart(ask, region):
    expected = {
        sender: (*recount.told_as_the_register_says(chain), *recount.told_as_members_say(region, sender))
        for sender, chain in recount.chains(region).items()
        if sender != "ZWL_ICB"
    }
    found = {
        row[0]: (row[1], row[2], row[3], row[4])
        for row in ask(
            "select organisation_code, told_count, decided_count, told_answer_count, answer_count"
            " from marts.mart_told_back_sides where quarter_id = %s",
            QUARTER,
        )
    }
    assert found == expected


def test_a_network_asks_and_lacks_nothing_itself(ask):
    assert ask(
        "select organisation_kind, is_asked from marts.dim_organisation where organisation_code = 'ZWL_NET'"
    ) == [("network", False)]
    tables = ("marts.fct_measures", *(f"published.pub_{one}_now" for one in ("organisations", "coverage", "figures")))
    for table in tables:
        assert {code for (code,) in ask(f"select distinct organisation_code from {table}")} - {"ALL"} == set(SENDERS)
    came = dict(
        ask(
            "select organisation_code, denominator from marts.fct_measures"
            " where measure_code = 'data_coverage' and quarter_id = %s",
            QUARTER,
        )
    )
    assert came.pop("ALL") == sum(came.values())


def test_every_return_that_lies_in_the_senders_folders_is_counted_as_come(ask, region):
    """Of all months and quarters only three returns never came: two of silence, one refused and not sent again."""
    states = Counter(
        (sender, state)
        for sender, state, number in ask(
            "select organisation_code, case when state in ('received', 'late', 'restated', 'nil') then 'came'"
            " else state end, count(*) from marts.mart_coverage group by 1, 2"
        )
        for _ in range(number)
    )
    folders = {
        "ZW1": {("register", path.stem) for path in (region / "zw1" / "register").iterdir()}
        | {
            (kind, month)
            for kind in ("incidents", "restrictive", "complaints", "activity")
            for month in recount.files.newest_of_each_month(region / "zw1", kind)
        },
        "ZW2": set((region / "zw2").glob("*.xlsx")),
        "ZW3": set((region / "zw3").glob("*.xlsx")),
        "ZW4": set((region / "zw4").glob("*.json")),
        # One zip is eight returns, and a second version is none of its own.
        "ZW5": {(path, record) for path in (region / "zw5").glob("*1.zip") for record in range(8)}
        | {(path, record) for path in (region / "zw5").glob("*0.zip") for record in range(8)}
        | set((region / "zw5").glob("people_*.xlsx")),
        "ZWL_ICB": set((region / "zwl_icb").glob("*.xlsx")) | set((region / "zwl_icb").glob("*.csv")),
        "ZWL_NET": set((region / "zwl_net").glob("*.ndjson")),
    }
    expected = {(sender, "came"): len(found) for sender, found in folders.items()}
    expected["ZW1", "came"] -= 1
    assert states == expected | {("ZW1", "refused"): 1, ("ZW2", "missing"): 2}
