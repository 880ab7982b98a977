"""From raw rows to published figures: a region of three whose truth is known, built by dbt, read back and attacked."""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator

import pytest
from psycopg2.extras import Json

from tests.dbt.sender import FIRST, LAST, Sender
from tests.dbt_run import dbt
from warehouse import connection

QUARTER = "2026-27-Q1"
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
AS_OF_ON = AS_OF.date()
SAID = "Letters do not say how long the wait is."
ASKED = {"given_by_kind": "group", "source_kind": "meeting", "reply_wanted": "yes", "said": SAID}
# Interventions a month: falls from May 2025; never moves; small; every other month one; nobody at all.
WARDS = {"W1": 30, "W2": 25, "W3": 14, "W4": 1, "W5": 0}
CHANGED_ON = dt.date(2025, 5, 1)
SILENT = (dt.date(2025, 8, 1), dt.date(2025, 9, 1))


def _months() -> list[dt.date]:
    return [
        dt.date(year, month, 1)
        for year in range(FIRST.year, LAST.year + 1)
        for month in range(1, 13)
        if FIRST <= dt.date(year, month, 1) <= LAST
    ]


def _restraint(ward: str, usual: int) -> Iterator[dict]:
    for number, month in enumerate(_months(), start=1):
        counted = usual + number * 7 % 5 - 2 if usual > 1 else usual * (number % 2)
        if ward == "W1" and month >= CHANGED_ON:
            counted = round(counted * 0.6)
        for one in range(counted):
            yield {
                "intervention_id": f"{ward}-{number}-{one}",
                "incident_id": f"{ward}-{number}-{one}",
                "service_id": ward,
                "type_code": "09",
                "started_at": dt.datetime(month.year, month.month, 1 + one % 28, 12, tzinfo=dt.UTC),
            }


def _activity(service: str, kind: str, counted: int) -> Iterator[dict]:
    for month in _months():
        end = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        yield {
            "period_start_on": month,
            "period_end_on": end,
            "service_id": service,
            "count_kind": kind,
            "breakdown_kind": "none",
            "counted": counted,
            "value_state": "counted",
            "status": "final",
        }


def _answers(months: list[dt.date]) -> Iterator[dict]:
    for month in months:
        end = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        for rating, counted in {"very_good": 40, "good": 22, "poor": 13, "dont_know": 5}.items():
            yield {
                "period_start_on": month,
                "period_end_on": end,
                "service_id": "T1",
                "channel": "online",
                "rating_code": rating,
                "counted": counted + month.month % 3,
                "value_state": "counted",
            }


def _trust(cursor) -> None:
    sender = Sender(cursor, "QX1", "Made-up Trust", "full")
    sender.expect("activity", FIRST, LAST, AS_OF_ON)
    sender.send(
        "activity",
        {
            "service": [
                {"service_id": ward, "service_name": f"Ward {ward}", "service_kind": "inpatient_ward"} for ward in WARDS
            ],
            "activity_count": [row for ward in WARDS for row in _activity(ward, "occupied_bed_days", 600)],
            "restrictive_intervention": [row for ward, usual in WARDS.items() for row in _restraint(ward, usual)],
        },
    )
    sender.send(
        "register",
        {
            "input": [
                {"input_id": "N1", "received_on": "2024-10-01", **ASKED},
                {"input_id": "N2", "received_on": "2026-02-01", **ASKED},
                {"input_id": "N3", "received_on": "2026-03-01", **ASKED, "said": "Words that nobody has read yet."},
                {"input_id": "N4", "received_on": "2025-10-01", **ASKED, "reply_wanted": "no_thank_you"},
            ],
            "decision": [
                {
                    "decision_id": "D1",
                    "decision_kind": "on_input",
                    "input_ids": ["N1"],
                    "decided_on": "2024-11-01",
                    "decided_by_role": "Director",
                    "outcome": "accepted",
                    "reason": "It costs nothing.",
                },
                {
                    "decision_id": "D3",
                    "decision_kind": "on_input",
                    "input_ids": ["N3"],
                    "decided_on": "2026-05-01",
                    "decided_by_role": "Director",
                    "outcome": "declined",
                },
            ],
            "change": [
                {
                    "change_id": f"C-{ward}",
                    "decision_ids": ["D1"],
                    "changed": "Safety talks each shift.",
                    "service_id": ward,
                    "owner_role": "Matron",
                    "due_on": CHANGED_ON,
                    "implemented_on": CHANGED_ON,
                    "verified_on": "2025-07-01",
                    "verified_by_kind": "lived_experience_member",
                    "measure_codes": ["restrictive_interventions"],
                }
                for ward in ("W1", "W2")
            ]
            + [
                {
                    "change_id": "C-late",
                    "decision_ids": ["D1"],
                    "changed": "Quieter doors.",
                    "owner_role": "Estates",
                    "due_on": "2026-05-31",
                    "measure_codes": [],
                }
            ],
            "told_back": [
                {
                    "told_back_id": "T1",
                    "input_ids": ["N1"],
                    "told_what": "decision",
                    "told_on": "2024-12-01",
                    "told_who": "group",
                    "told_count": 8,
                }
            ],
        },
    )


def _second_trust(cursor) -> None:
    sender = Sender(cursor, "QX2", "Other Made-up Trust", "full")
    sender.send(
        "services", {"service": [{"service_id": "T1", "service_name": "Team", "service_kind": "talking_therapies"}]}
    )
    sender.send("fft", {"feedback_count": list(_answers([one for one in _months() if one not in SILENT]))})
    sender.expect("fft", SILENT[0], dt.date(2025, 8, 31), dt.date(2025, 9, 12))


def _honest_charity(cursor) -> None:
    sender = Sender(cursor, "QX3", "Made-up Charity", "minimal")
    start = dt.date(2026, 4, 1)
    sender.expect("workbook", start, LAST, AS_OF_ON)
    sender.send(
        "workbook",
        {
            "input": [{"input_id": "L1", "received_on": "2026-05-01", **ASKED}],
            "decision": [
                {
                    "decision_id": "L1",
                    "decision_kind": "on_input",
                    "input_ids": ["L1"],
                    "decided_on": "2026-05-02",
                    "decided_by_role": "Members",
                    "outcome": "declined",
                    "reason_code": "financial",
                    "reason": "The rent goes first.",
                }
            ],
            "told_back": [
                {
                    "told_back_id": "L1",
                    "input_ids": ["L1"],
                    "told_what": "decision",
                    "told_on": "2026-05-03",
                    "told_who": "person",
                    "told_count": 1,
                }
            ],
        },
        start=start,
    )


@pytest.fixture(scope="module")
def region(shared_warehouse):
    """A cursor on the built warehouse of the made-up region."""
    opened = connection.opened(connection.admin_url(shared_warehouse))
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        _trust(cursor)
        _second_trust(cursor)
        _honest_charity(cursor)
        cursor.execute(
            "insert into audit.word_checks values (%s, 'Involvement lead', '2026-07-01')",
            [hashlib.sha256(SAID.encode()).hexdigest()],
        )
        dbt("build", as_of=AS_OF)
        yield cursor


def _read(cursor, query: str, *values: object) -> list[tuple]:
    cursor.execute(query, values or None)
    return cursor.fetchall()


def _figure(cursor, figure_id: str) -> tuple:
    (found,) = _read(cursor, "select value, value_state from published.pub_figures_now where figure_id = %s", figure_id)
    return found


def test_a_change_that_worked_is_told_from_one_that_did_not(region):
    verdicts = dict(_read(region, "select change_id, verdict from published.pub_effects_now"))
    assert verdicts == {"C-W1": "improved", "C-W2": "no_signal"}
    ratio, _ = _figure(region, "effect.value/QX1/C-W1/restrictive_interventions")
    lower, _ = _figure(region, "effect.lower/QX1/C-W1/restrictive_interventions")
    upper, _ = _figure(region, "effect.upper/QX1/C-W1/restrictive_interventions")
    assert 0.5 < lower < ratio < upper < 0.7


def test_people_still_waiting_and_refusals_without_a_reason_are_findings(region):
    found = set(_read(region, "select kind, organisation_code, subject_id from published.pub_findings_now"))
    assert {
        ("waiting_over_90_days", "QX1", "N2"),
        ("waiting_over_90_days", "QX1", "N3"),
        ("declined_without_reason", "QX1", "N3"),
        ("change_overdue_original", "QX1", "C-late"),
        ("return_missing", "QX2", f"fft/{dt.date(2025, 8, 31)}"),
    } <= found
    assert not any(subject == "N4" for _, _, subject in found)
    assert _figure(region, "inputs_waiting.count/QX1/as_of") == (2, "counted")
    assert _figure(region, "longest_wait.days/QXX/as_of") == ((AS_OF_ON - dt.date(2026, 2, 1)).days, "counted")


def test_an_honest_small_charity_has_no_adverse_finding(region):
    assert not _read(region, "select kind from published.pub_findings_now where organisation_code = 'QX3'")
    assert _figure(region, f"declined_with_reason.numerator/QX3/{QUARTER}") == (1, "counted")
    assert _figure(region, f"declined_with_reason.share/QX3/{QUARTER}") == (None, "too_few_to_say")


def test_promises_are_counted_against_their_first_date(region):
    counts = ("due", "done", "done_on_time", "not_done")
    assert [_figure(region, f"promises_{one}.count/QXX/{QUARTER}")[0] for one in counts] == [1, 0, 0, 1]


def test_a_month_that_never_came_is_a_gap_and_not_a_nought(region):
    for month in SILENT:
        figure = _figure(region, f"spc/fft_positive/QX2/T1/{month:%Y-%m}/value")
        assert figure == (None, "no_evidence")
    (told,) = _read(region, "select caveat_words from published.pub_series_now where series_id = 'fft_positive/QX2/T1'")
    assert "not nought" in told[0]


def test_a_series_with_hidden_months_is_words_and_takes_its_smallest_sister_with_it(region):
    states = dict(
        _read(
            region,
            "select coalesce(service_id, 'trust'), chart_state from published.pub_series_now"
            " where measure_code = 'restrictive_interventions'",
        )
    )
    assert states["W4"] == "words_only"
    assert states["W1"] == states["trust"] == "publishable"
    charted = {
        subject
        for (subject,) in _read(
            region,
            "select distinct subject_id from published.pub_figures_now where section = 'series'",
        )
    }
    assert "restrictive_interventions/QX1/W4" not in charted


def test_no_count_of_people_from_one_to_four_is_printed_and_the_rest_are_fives(region):
    printed = _read(
        region,
        "select value from published.pub_figures_now"
        " where disclosure_class = 'people' and statistic in ('count', 'numerator') and value is not null",
    )
    assert printed
    assert {value % 5 for (value,) in printed} == {0}


def test_no_hidden_ward_can_be_worked_out_from_its_trust_and_its_sisters(region):
    """Every total and every shown ward may be anything that rounds to it; what is left for a hidden one stays open."""
    rows = dict(
        _read(
            region,
            "select coalesce(service_id, 'trust'), value from published.pub_figures_now where statistic = 'numerator'"
            " and measure_code = 'restrictive_interventions' and organisation_code = 'QX1'",
        )
    )
    total = rows.pop("trust")
    hidden = sorted(ward for ward, value in rows.items() if value is None)
    shown = [value for value in rows.values() if value]
    least, most = total - 2 - sum(shown) - 2 * len(shown), total + 2 - sum(shown) + 2 * len(shown)
    assert rows["W5"] == 0
    assert hidden == ["W3", "W4"]
    # W4 counted one to four: whichever it was, what is left over for its sister W3 may be a whole ward's count.
    assert least > 4
    assert most - least >= 4


def test_words_are_printed_only_once_a_second_person_has_read_them(region):
    words = {
        name: (said, state)
        for name, said, state in _read(region, "select input_id, said, said_words_state from published.pub_inputs_now")
    }
    assert words["N1"] == (SAID, "checked")
    assert words["N3"] == (None, "not_yet_checked")


def test_the_same_view_shows_this_build_and_every_frozen_edition(region):
    edition = f"{QUARTER}/QXX/1"
    region.execute(
        "insert into audit.editions (edition_id, quarter_id, icb_code, edition_number, state, data_cut_at,"
        " accepted_through, code_version) values (%s, %s, 'QXX', 1, 'draft', '2026-07-29', 1, '0')",
        [edition, QUARTER],
    )
    frozen = {"figure_id": "old.count/QX1/x", "value": 7.5, "period_start_on": "2026-04-01", "gone_since": 1}
    region.execute("insert into audit.edition_rows values (%s, 'pub_figures', 1, %s)", [edition, Json(frozen)])
    query = "select figure_id, value, period_start_on, unit from published.pub_figures where edition_id = %s"
    assert _read(region, query, edition) == [("old.count/QX1/x", 7.5, dt.date(2026, 4, 1), None)]
    assert len(_read(region, query, "working")) > 100
    assert {row[0] for row in _read(region, "select edition_id from published.pub_editions")} == {edition, "working"}


def test_rules_find_themes_only_once_they_were_reviewed(region):
    found = "select distinct theme_code, rule_set_version from marts.bridge_input_themes where theme_source = 'rule'"
    assert _read(region, found) == []
    region.execute(
        "update intermediate.theme_rules set reviewed_by_role = 'Involvement lead', reviewed_on = %s", [LAST]
    )
    dbt("run", "--select", "bridge_input_themes", as_of=AS_OF)
    assert {("letters", "1"), ("waiting", "1")} <= set(_read(region, found))
