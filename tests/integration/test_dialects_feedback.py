"""Files of feedback, directories, statistics and registers, in the shape real systems send them, land as they mean."""

import contextlib
import datetime as dt
import itertools
import json
import statistics
from collections.abc import Callable
from decimal import Decimal

import pytest
import yaml

from loaders import load
from loaders.doors.unreachable import DoorUnreachable
from tests import example_workbooks
from tests.dialects import EXAMPLES, Dialect, speaking
from tests.public_apis import PublicApi
from warehouse.paths import ROOT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)


class Taken:
    """What became of a dialect's samples in the warehouse."""

    def __init__(self, sender: Dialect):
        self.sender = sender

    def ask(self, statement: str, *values) -> list[tuple]:
        return self.sender.ask(statement, *values)

    def rows(self, record: str, columns: str, feed: str | None = None) -> list[tuple]:
        """Return a record's rows that count now, in the order of the files and their rows; dates as text."""
        found = self.sender.rows(record, "load_id", *map(str.strip, columns.split(",")))
        feeds = dict(self.ask("select load_id, feed from audit.deliveries"))
        return [
            tuple(str(cell) if isinstance(cell, dt.date) else cell for cell in row)
            for load_id, *row in found
            if feed in (None, feeds[load_id])
        ]

    def ledger(self) -> dict[tuple[str, str], tuple]:
        """Return (feed, file) → (state, rows read, set aside, filtered)."""
        found = self.ask(
            "select feed, file_name, state, rows_read, rows_set_aside, rows_filtered from audit.deliveries"
            " where provider_code = %s",
            self.sender.provider.organisation_code,
        )
        return {(feed, name): tuple(rest) for feed, name, *rest in found}

    def findings(self) -> list[tuple[str, int | None]]:
        """Return (rule, row) of everything that was said of the files."""
        return self.ask(
            "select found.rule, found.row_number from audit.findings as found inner join audit.deliveries as delivery"
            " using (load_id) where delivery.provider_code = %s order by delivery.file_name, 1, 2",
            self.sender.provider.organisation_code,
        )

    def words(self, record: str, column: str) -> list[str]:
        """Return the restricted words that landed, and hold that the open schema has no place for them."""
        assert self.ask(
            "select table_schema from information_schema.columns where table_name = %s and column_name = %s"
            " and table_schema in ('raw', 'restricted')",
            record,
            column,
        ) == [("restricted",)]
        found = self.ask(
            f'select words.{column} from restricted."{record}" as words inner join audit.deliveries as delivery'
            " using (load_id) where delivery.provider_code = %s"
            " order by delivery.file_name, delivery.feed, words.row_number",
            self.sender.provider.organisation_code,
        )
        return [text for (text,) in found]


@pytest.fixture
def take_in(tmp_path, monkeypatch, shared_warehouse) -> Callable[..., Taken]:
    """Call with a dialect to fetch its samples through its door, land, judge and accept them."""

    def taken(code: str, only: str = "*") -> Taken:
        with speaking(code, tmp_path, monkeypatch, only) as sender:
            fetched = sender.load(AS_OF)
            assert (fetched.unexpected, fetched.without_agreement) == ([], [])
        load.accept_wave(AS_OF)
        return Taken(sender)

    return taken


# ---- Friends and Family Test -----------------------------------------------------------------------------------------

RESPONSE = "response_id, received_on, service_id, question_version, rating_code, respondent_kind"
COUNT = "service_id, rating_code, counted, eligible_count, value_state, period_start_on"
RATINGS = ("very_good", "good", "neither", "poor", "very_poor", "dont_know")


def counts(service: str, numbers: tuple, eligible: int | None) -> list[tuple]:
    """Return the rows that one line of counts becomes; `*` is hidden."""
    return [
        (service, rating, None if number == "*" else number, eligible, "suppressed" if number == "*" else "counted",
         "2025-08-01")
        for rating, number in zip(RATINGS, numbers, strict=True)
    ]  # fmt: skip


def test_fft_answers_one_by_one_are_counted_once_and_each_by_the_question_that_was_asked(take_in):
    sender = take_in("fft_responses")
    answers = sender.rows("feedback_response", RESPONSE, "responses")
    assert answers[:9] == [
        ("9001", "2019-11-12", "EX-S-01", "fft_old", "very_good", "own_experience"),
        ("9002", "2019-11-13", "EX-S-01", "fft_old", "poor", "carer"),
        ("9003", "2019-11-14", "EX-S-02", "fft_old", "dont_know", "not_known"),
        ("20411", "2026-05-04", "EX-S-01", "fft_2020", "very_good", "own_experience"),
        ("20413", "2026-05-11", "EX-S-02", "fft_2020", "very_good", "own_experience"),
        ("20415", "2026-05-19", "EX-S-03", "fft_2020", "good", "not_known"),
        ("20416", "2026-05-20", "EX-S-03", "fft_2020", "dont_know", "carer"),
        # Nobody could say what 7 stands for.
        ("20417", "2026-05-21", "EX-S-03", "fft_2020", "unmapped", "family_or_friend"),
        ("20418", "2026-05-28", "EX-S-01", "fft_old", "very_good", "own_experience"),
    ]
    assert [rating for *_, rating, _ in answers[9:]] == [
        *("good", "very_good", "very_good", "neither", "good", "dont_know", "very_poor") * 2
    ]
    assert sender.rows("feedback_response", RESPONSE, "second_comments") == [
        ("9004", "2019-11-12", "EX-S-01", None, None, "own_experience"),
        ("20412", "2026-05-04", "EX-S-01", None, None, "own_experience"),
    ]
    assert sender.ledger() == {
        ("responses", "fft_responses_2019-11.csv"): ("accepted", 4, 0, 1),
        ("second_comments", "fft_responses_2019-11.csv"): ("accepted", 4, 0, 3),
        ("responses", "fft_responses_2026-05.csv"): ("accepted", 23, 1, 2),
        ("second_comments", "fft_responses_2026-05.csv"): ("accepted", 23, 0, 22),
    }
    assert sender.findings() == [("FBR-COD.rating_code", 9), ("FBR-TYP.received_on", 11)]
    words = sender.words("feedback_response", "comment")
    assert len(words) == 7
    assert "Made-up comment: it’s noisy at night" in words
    assert "Made-up comment: ring me on [removed]" in words


def test_the_monthly_return_is_read_from_the_collection_systems_own_columns(take_in):
    sender = take_in("fft_monthly_return")
    assert sender.rows("feedback_count", COUNT) == [
        *counts("EX-S-01", (14, 6, 1, 0, 2, 1), 61),
        *counts("EX-S-02", (3, "*", "*", 0, 0, 0), None),
    ]
    assert sender.ledger() == {("wards", "FFT_inpatient_2025-08.xlsx"): ("accepted", 4, 0, 2)}
    assert sender.findings() == []


def test_a_published_workbook_is_read_below_its_merged_headings_and_lines_for_england(take_in):
    sender = take_in("fft_published", "*.xlsx")
    assert sender.rows("feedback_count", COUNT, "inpatient") == [
        *counts("EX-S-01", (14, 6, 1, 0, 2, 1), 61),
        *counts("EX-S-02", ("*",) * 6, None),
    ]
    assert sender.rows("feedback_count", COUNT, "emergency") == counts("EX-S-04", (0,) * 6, None)
    assert sender.rows("feedback_count", COUNT, "patient_transport") == counts("EX-S-05", (3, 1, 0, 1, 0, 0), None)
    assert sender.ledger() == {
        ("inpatient", "FFT_Inpatient_Aug-2025.xlsx"): ("accepted", 3, 0, 1),
        ("emergency", "FFT_AE_Aug-2025.xlsx"): ("accepted", 2, 0, 1),
        ("patient_transport", "FFT_Ambulance_Aug-2025.xlsx"): ("accepted", 1, 0, 0),
    }
    assert sender.findings() == []


# A register was filled in at its time: the template may be another by now, and the sample is still to be read.
MADE_ANEW = sorted(name for name in example_workbooks.WORKBOOKS if not name.startswith("register_"))


@pytest.mark.parametrize("sample", MADE_ANEW)
def test_a_sample_workbook_is_what_its_maker_makes(sample):
    kept, made = (EXAMPLES / sample).read_bytes(), example_workbooks.content(sample)
    assert example_workbooks.parts(kept) == example_workbooks.parts(made)


# ---- Directories and official statistics -----------------------------------------------------------------------------

SERVICE = "service_id, service_name, service_kind, opened_on, closed_on"


def test_a_directory_is_read_below_its_preamble_and_the_first_of_several_types_counts(take_in):
    sender = take_in("cqc_directory")
    assert sender.rows("service", SERVICE) == [
        ("1-900000011", "Heron House", "inpatient_ward", None, None),
        ("1-900000012", "Plover’s Rest", "supported_living", None, None),
        ("1-900000013", "Kestrel Centre", "community_team", None, None),
        ("1-900000015", "Rehabilitation at Teal Road", "other", None, None),
    ]
    assert sender.ledger() == {("places", "01_July_2026_CQC_directory.csv"): ("accepted", 5, 0, 1)}
    assert sender.findings() == []


def test_trusts_at_two_dates_are_read_without_headings_and_the_later_list_replaces_the_earlier(take_in):
    sender = take_in("ods_trusts")
    assert [(code, opened, closed) for code, _, _, opened, closed in sender.rows("service", SERVICE)] == [
        ("G6V2S", "2024-11-01", None),
        ("R0A", "2017-10-01", None),
        ("R1A", "2011-07-01", None),
        ("R1C", "2011-04-01", "2024-09-30"),
        ("RA4", "1991-04-01", "2023-03-31"),
        ("RAP", "1991-04-01", "2024-12-31"),
        ("RDY", "1992-04-01", None),
        ("RT3", "1998-04-01", "2021-01-31"),
        ("RW6", "2002-04-01", "2021-09-30"),
    ]
    assert sender.ledger() == {
        ("trusts", "etr_2022-03.csv"): ("accepted", 8, 0, 0),
        ("trusts", "etr_2026-07.csv"): ("accepted", 9, 0, 0),
    }
    then = sender.ask(
        "select service_id, closed_on from raw.service inner join audit.deliveries using (load_id)"
        " where file_name = 'etr_2022-03.csv' and service_id in ('R1C', 'RT3') order by 1"
    )
    assert then == [("R1C", None), ("RT3", dt.date(2021, 1, 31))]
    assert sender.findings() == []


def test_metrics_keep_their_decimals_and_a_line_about_no_one_period_is_set_aside(take_in):
    sender = take_in("oversight_framework")
    rows = sender.rows("published_statistic", "metric_code, period_start_on, period_end_on, value")
    assert len(rows) == 72
    assert [
        (*row[:3], str(row[3])) for row in rows if row[0] in ("OF0005", "OF0016", "OF0061", "OF0081", "OF0086")
    ] == [
        ("OF0005", "2025-06-01", "2025-06-30", "0"),
        ("OF0016", "2025-04-01", "2025-06-30", "54.31"),
        ("OF0061", "2024-01-01", "2024-12-31", "6.9"),
        ("OF0081", "2025-04-01", "2025-06-30", "0.09"),
        ("OF0086", "2023-04-01", "2024-03-31", "109.98"),
        ("OF0005", "2026-03-01", "2026-03-31", "0"),
        ("OF0016", "2026-01-01", "2026-03-31", "65.54"),
        ("OF0061", "2025-01-01", "2025-12-31", "6.85"),
        ("OF0081", "2025-04-01", "2026-03-31", "1.08"),
        ("OF0086", "2024-04-01", "2025-03-31", "106.96"),
    ]
    assert sender.ledger() == {("metrics", "nof_mh_community_trust_Q4_2025-26.csv"): ("accepted", 78, 6, 0)}
    # Two years against each other (twice a quarter), and two plans.
    assert sender.findings() == [("STA-TYP.period_start_on", row) for row in (4, 16, 44, 48, 56, 60)]


# ---- Public APIs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def behind_an_api(tmp_path, monkeypatch, shared_warehouse) -> Callable[..., tuple[Dialect, PublicApi]]:
    """Call with a dialect, the path of its API and how many elements a page shows; the right key is `a key`."""
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setattr("loaders.doors.asking.WAITS", {"wait_initial": 0.01, "wait_max": 0.1, "wait_jitter": 0.0})
    with contextlib.ExitStack() as stack:

        def speaks(code: str, path: str, most: int, key: str = "a key") -> tuple[Dialect, PublicApi]:
            server = stack.enter_context(PublicApi(EXAMPLES / code, "a key", most))
            monkeypatch.setenv(f"ASSURE_{code.upper()}_URL", server.url + path)
            monkeypatch.setenv(f"ASSURE_CREDENTIAL_{code.upper()}", json.dumps({"token": key}))
            return Dialect(code, tmp_path), server

        yield speaks


def test_with_a_wrong_key_care_opinion_shows_a_login_page_and_nothing_is_taken_for_data(behind_an_api):
    sender, server = behind_an_api("care_opinion", "/api/v2", 5, key="another-7f")
    with pytest.raises(DoorUnreachable) as refused:
        sender.load(AS_OF)
    assert "another-7f" not in str(refused.value)
    assert server.asked
    assert Taken(sender).ledger() == {}


def test_stories_come_page_by_page_until_an_empty_one_and_what_failed_is_set_aside(behind_an_api):
    sender, server = behind_an_api("care_opinion", "/api/v2", 5)
    sender.load(AS_OF)
    load.accept_wave(AS_OF)
    stories = Taken(sender)
    rows = stories.rows("feedback_response", "response_id, received_on, channel, rating_code, question_version")
    assert rows[:6] == [
        ("910001", "2026-06-02", "online", None, "local"),
        ("910002", "2026-06-03", "telephone", None, "local"),
        ("910004", "2026-06-09", "online", None, "local"),
        ("910005", "2026-06-10", "device_before_discharge", None, "local"),
        ("910006", "2026-06-20", "paper_after_discharge", None, "local"),
        ("910007", "2026-06-28", "online", None, "local"),
    ]
    assert len(rows) == 11
    assert stories.ledger() == {("stories", "opinions_2026-07-29.ndjson"): ("accepted", 12, 1, 0)}
    assert [row for _, row in stories.findings()] == [3]
    words = stories.words("feedback_response", "comment")
    assert words[0].startswith("Made-up title: the crisis line\n\nMade-up **story**")
    assert words[2] == "Made-up title: visiting\n\nMade-up story; write to [removed]."
    assert words[5] == "Made-up story whose title was lost."
    # The first two pages hold a failure and are asked for three times each.
    assert [params["skip"] for _, _, params in server.asked] == ["0", "0", "0", "5", "5", "5", "10", "12"]
    assert {(path, params["take"], params["publishedafter"]) for _, path, params in server.asked} == {
        ("/api/v2/opinions", "100", "2026-04-01")
    }
    # No more than five a second; of three steps to a next page the middle one, for a request may be noted late.
    steps = [
        after - before
        for (before, _, one), (after, _, other) in itertools.pairwise(server.asked)
        if one["skip"] != other["skip"]
    ]
    assert statistics.median(steps) > 0.15
    # The night after, only what is new is asked for, with what may have come late.
    server.asked.clear()
    assert sender.load(AS_OF + dt.timedelta(days=1)).load_ids == []
    assert [params["publishedafter"] for _, _, params in server.asked] == ["2026-07-15"]


def test_the_cqcs_list_is_complete_when_its_total_is_reached(behind_an_api):
    sender, server = behind_an_api("cqc_api", "/public/v1", 2)
    sender.load(AS_OF)
    load.accept_wave(AS_OF)
    assert Taken(sender).rows("service", "service_id, service_name") == [
        ("1-900000011", "Heron House"),
        ("1-900000012", "Plover’s Rest"),
        ("1-900000013", "Kestrel Centre"),
        ("1-900000014", "Rehabilitation at Teal Road"),
        ("1-900000015", "Wigeon Lodge"),
    ]
    assert [params["page"] for _, _, params in server.asked] == ["1", "2", "3"]
    assert Taken(sender).ledger() == {("places", "locations_2026-04.ndjson"): ("accepted", 5, 0, 0)}
    assert Taken(sender).findings() == []


# ---- Registers -------------------------------------------------------------------------------------------------------


def test_a_whole_register_comes_back_as_it_was_filled_in(take_in):
    register = take_in("register_full")
    own = "register_full"
    assert register.rows("service", SERVICE) == [
        (f"{own}-svc-0001", "Curlew ward", "inpatient_ward", "2019-04-01", None),
        (f"{own}-svc-0002", "Lapwing community team", "community_team", None, None),
    ]
    assert register.rows("involvement_group", "group_id, group_kind, tor_reviewed_on, voting_seat_count") == [
        (f"{own}-grp-0001", "lived_experience_group", "2026-04-20", None),
        (f"{own}-grp-0002", "board", None, 9),
    ]
    assert register.rows("involvement_activity", "activity_id, level_claimed, decision_group_id, decision_rights") == [
        (f"{own}-act-0001", "co_design", f"{own}-grp-0002", "shared_vote")
    ]
    assert register.rows("session", "session_id, held_on, mode, method_codes, is_venue_accessible") == [
        (f"{own}-ses-0001", "2026-05-12", "hybrid", ["small_groups", "creative"], "yes")
    ]
    assert register.rows("input", "input_id, said, source_kind, given_by_kind, theme_codes, reply_wanted") == [
        (
            f"{own}-inp-0001",
            "The lights go out too early.",
            "meeting",
            "own_experience",
            ["environment", "night"],
            "yes",
        ),
        (f"{own}-inp-0002", "There is nowhere to make tea.", "meeting", "group", None, "yes"),
    ]
    both = [f"{own}-inp-0001", f"{own}-inp-0002"]
    assert register.rows("decision", "decision_id, input_ids, decided_on, outcome") == [
        (f"{own}-dec-0001", both, "2026-05-28", "accepted")
    ]
    assert register.rows("change", "change_id, decision_ids, due_on, implemented_on, cost_gbp") == [
        (f"{own}-chg-0001", [f"{own}-dec-0001"], "2026-06-30", "2026-06-22", Decimal("412.5"))
    ]
    assert register.rows("told_back", "told_back_id, input_ids, change_id, told_what, told_who, channel") == [
        (f"{own}-tld-0001", both, f"{own}-chg-0001", "change", "everyone_who_took_part", "in_person")
    ]
    assert register.rows("action", "parent_kind, parent_id, done_on") == [("change", f"{own}-chg-0001", "2026-06-20")]
    assert register.rows("claim", "item_code, outcome, amount_gbp") == [("travel", "paid", Decimal("7.4"))]
    assert register.rows("challenge", "edition_id, raised_by_kind, raised_on") == [
        ("2025-26-Q4", "provider", "2026-06-03")
    ]
    assert register.rows("provider_return", "item_code, answer_code, numerator, denominator") == [
        ("champion_named", "yes", None, None),
        ("members_trained_before_start", None, 4, 5),
    ]
    assert register.rows("survey_answer", "item_code, answer_code, answer_count") == [
        ("was_told_what_happened", "partly", 4)
    ]
    assert register.rows("person_characteristic", "characteristic, value_code, answer_state") == [
        ("carer", "yes", "answered"),
        ("religion", None, "prefer_not_to_say"),
    ]
    # One person, by the same pseudonym wherever they stand, and nowhere as the sender writes them.
    people = {
        ref
        for record in ("involvement_role", "participation", "person_characteristic")
        for (ref,) in register.rows(record, "person_ref")
    }
    assert len(people) == 1
    assert people.pop().startswith("v1-")
    assert register.words("input", "said_in_own_words") == ["Made-up words: lights out at nine, like school."]
    assert register.ledger() == {("register", "fenmarsh_2026-27-Q1.xlsx"): ("accepted", 2406, 0, 2385)}
    assert register.findings() == []


def test_the_tables_of_the_example_are_those_generated_with_the_workbook():
    def tables(path) -> dict[str, dict]:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        return {table["record"]: table for table in document["feeds"]["register"]["tables"]}

    generated = tables(ROOT / "docs" / "templates" / "full_register.yml")
    kept = tables(EXAMPLES / "register_full.yml")
    assert kept == {record: generated[record] for record in kept}


def test_four_sheets_of_a_small_charity_come_back_as_nine_records(take_in):
    register = take_in("register_minimal")
    own = "register_minimal"
    assert register.rows("service", SERVICE) == [(f"{own}-s01", "The Boathouse", "peer_support", None, None)]
    assert register.rows("involvement_group", "group_id, group_name, group_kind, agreed_term, tor_reviewed_on") == [
        (f"{own}-w01", "Thursday table", "lived_experience_group", "regulars", "2026-04-09")
    ]
    assert register.rows("involvement_activity", "activity_id, level_claimed, started_on, decision_rights") == [
        (f"{own}-w01", "co_production", "2026-04-02", "decides")
    ]
    assert register.rows("session", "session_id, planned_on, held_on, lived_experience_count, minutes_issued_on") == [
        (f"{own}-m001", "2026-04-16", "2026-04-16", 4, "2026-04-20"),
        (f"{own}-m002", "2026-06-11", None, None, None),
    ]
    assert register.rows("input", "input_id, said, source_kind, given_by_kind, reply_wanted") == [
        (f"{own}-0001", "Sundays are the longest day.", "meeting", "own_experience", "yes"),
        (f"{own}-0002", "Could there be supper?", "direct", "carer", "no_thank_you"),
    ]
    # A line's decision is on the line itself and on those it names.
    both = [f"{own}-0001", f"{own}-0002"]
    assert register.rows("decision", "decision_id, input_ids, decided_on, outcome") == [
        (f"{own}-0001", both, "2026-04-30", "accepted")
    ]
    assert register.rows("change", "change_id, decision_ids, implemented_on") == [
        (f"{own}-0001", [f"{own}-0001"], "2026-06-07")
    ]
    assert register.rows("told_back", "told_back_id, input_ids, told_what, told_on, told_who, told_count") == [
        (f"{own}-0001", both, "change", "2026-06-07", "public_notice", 30)
    ]
    assert register.rows("provider_return", "item_code, answer_code, numerator, denominator, on_date") == [
        ("champion_named", "yes", None, None, None),
        ("coproduction_level_now", "co_production", None, None, None),
        ("equality_strategy_reviewed", None, None, None, "2026-03-02"),
        ("members_trained_before_start", None, 3, 4, None),
    ]
    assert register.ledger() == {("register", "boathouse_2026-27-Q1.xlsx"): ("accepted", 986, 0, 972)}
    assert register.findings() == []


def test_members_say_whether_they_were_told_and_a_question_passed_over_is_no_answer(take_in):
    network = take_in("lived_experience_network")
    answers = network.rows("survey_answer", "answered_on, service_id, item_code, answer_code")
    assert answers == [
        ("2026-06-04", "ZW3/zw3-s01", "was_told_what_happened", "no"),
        ("2026-06-04", "ZW3/zw3-s01", "saw_change_happen", "no"),
        ("2026-06-04", "ZW3/zw3-s01", "treated_as_equal", "agree"),
        ("2026-06-05", "ZW3/zw3-s01", "was_told_what_happened", "partly"),
        ("2026-06-05", "ZW3/zw3-s01", "treated_as_equal", "strongly_agree"),
        ("2026-06-06", "ZW1/ZW1-S-01", "was_told_what_happened", "yes"),
        ("2026-06-06", "ZW1/ZW1-S-01", "saw_change_happen", "yes"),
        ("2026-06-06", "ZW1/ZW1-S-01", "treated_as_equal", "neither"),
        ("2026-06-07", None, "was_told_what_happened", "dont_know"),
    ]
    challenges = network.rows("challenge", "challenge_id, edition_id, raised_on, about_figure_id, outcome")
    assert len(challenges) == 11
    assert challenges[:3] == [
        ("WV-01", "2025-26-Q4", "2026-06-08", "E04-zw3", "action_promised"),
        ("WV-02", "2025-26-Q4", "2026-06-08", None, None),
        ("WV-04", "2025-26-Q3", "2026-03-02", "E24-zw1", "report_changed"),
    ]
    assert network.ledger() == {
        ("members_survey", "Members survey 2026-27-Q1.xlsx"): ("accepted", 5, 0, 1),
        ("challenges", "challenges 2026-27-Q1.csv"): ("accepted", 12, 1, 0),
    }
    assert network.findings() == [("CHA-TYP.raised_on", 4)]


def test_a_care_boards_projects_and_the_papers_inside_them_come_from_one_document(take_in):
    board = take_in("commissioner_register")
    columns = (
        "activity_id, activity_kind, level_claimed, options_appraisal_on, procurement_notice_on, questions_answered"
    )
    assert board.rows("involvement_activity", columns) == [
        ("CP-0041", "commissioning_project", "co_design", "2026-05-29", None, ["q1", "q2", "q4"]),
        ("CP-0042", "procurement", "consultation", None, "2026-06-30", None),
    ]
    assert board.rows("material", "material_id, material_kind, activity_id, shared_on, formats_supplied") == [
        ("CP-0041/1", "papers", "CP-0041", "2026-05-20", ["easy_read", "bsl"]),
        ("CP-0041/2", "outcome_report", "CP-0041", "2026-06-12", ["digital", "audio"]),
    ]
    assert board.ledger() == {("projects", "commissioning_2026-27-Q1.json"): ("accepted", 4, 0, 0)}
    assert board.findings() == []


# ---- Every kind of file ----------------------------------------------------------------------------------------------


def test_the_same_rows_come_out_of_every_kind_of_file(take_in):
    sender = take_in("any_encoding")
    for feed in sender.sender.provider.feeds:
        assert sender.rows("activity_count", "service_id, count_kind, counted, value_state", feed) == [
            ("Café in the park", "contacts", 1204, "counted"),
            ("Plover’s Rest", "contacts", None, "suppressed"),
            ("Heron – community", "contacts", None, "not_applicable"),
        ], feed
    ledger = sender.ledger()
    assert {feed for feed, _ in ledger} == set(sender.sender.provider.feeds)
    assert set(ledger.values()) == {("accepted", 3, 0, 0)}
    assert sender.findings() == []
