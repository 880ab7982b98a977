"""Look for every planted event of the made-up region where the report would print it: what is there, and what is not.

An event without a story fails, and so does a story about no event. demo/truth.yml alone says what is true.
"""

import csv
import datetime as dt
import re

import pytest

from demo.truth import load
from tests.truth import seven_senders, what_is_counted
from tests.truth.published import EDITION, Ledger, Published, in_quarter, ledger, published
from tests.truth.stories import STORIES, story
from warehouse import connection

TRUTH = load()
EVENTS = {event["id"]: event for event in TRUTH.events}
AS_OF: dt.date = TRUTH.region["as_of"]
QUARTER: str = TRUTH.region["report_quarter"]
# How a fault of a row is called by the rule that finds it, and what the rule does.
RULES = {
    "impossible_date": ("incident", "INC-TYP.occurred_on", "set_aside"),
    "duplicate_key": ("incident", "INC-KEY", "set_aside"),
    "reported_before_occurred": ("incident", "INC-001", "set_aside"),
    "missing_required_cell": ("complaint", "CMP-REQ.received_on", "set_aside"),
    "unknown_code": ("restrictive_intervention", "RIN-COD.type_code", "warn"),
}
REFUSALS = {
    "empty_file": "FILE-EMPTY",
    "html_login_page": "FILE-HTML",
    "wrong_delimiter": "FILE-DELIMITER",
    "undeclared_identifier_column": "FILE-IDENTIFIER",
}
FEEDS = {"restrictive": "restrictive_interventions", "fft": "friends_and_family_test"}


@pytest.fixture(scope="module")
def report(loaded_region):
    with published() as found:
        yield found


@pytest.fixture(scope="module")
def books(loaded_region):
    with ledger() as found:
        yield found


def test_every_event_has_a_story_and_every_story_an_event():
    assert STORIES.keys() == EVENTS.keys()
    for stories, number in ((seven_senders, 7), (what_is_counted, 3)):
        assert sum(function.__module__ == stories.__name__ for function in STORIES.values()) >= number


@pytest.mark.parametrize("event_id", EVENTS, ids=lambda event_id: f"{event_id} {EVENTS[event_id]['kind']}")
def test_the_truth_is_told(event_id, report, books, region):
    STORIES[event_id](EVENTS[event_id], report, books, region)


# What worked, and what did not


@story("EV-01", "EV-02", "EV-03")
def an_improvement_is_found_and_tied_to_its_change(event, report, books, region):
    effect = report.one("effects", change_id=event["change"], measure_code=event["stream"])
    assert (effect["organisation_code"], effect["verdict"]) == (event["provider"], "improved")
    assert effect["implemented_on"] == event["from"]
    assert "associated with" in effect["verdict_words"]
    assert "not shown to be caused" in effect["verdict_words"]
    place = f"{event['provider']}/{event['change']}/{event['stream']}"
    lower, upper = (report.value(f"effect.{end}/{place}") for end in ("lower", "upper"))
    assert lower < event["factor"] < upper < 1


@story("EV-04")
def a_programme_that_did_nothing_on_birch_ward_is_no_improvement(event, report, books, region):
    no_improvement(event, report)
    change = report.one("changes", change_id=event["change"])
    assert change["implemented_on"] == event["from"]
    assert change["is_verified"]
    assert report.one("effects", change_id=event["change"])["verdict"] == "no_signal"
    told = "select told_what from marts.fct_told_back where change_key = %s and told_what like 'result%%'"
    found = books.ask(told, f"{event['provider']}/{event['change']}")
    assert [row["told_what"] for row in found] == ["result_not_better"]


@story("EV-07", "EV-08")
def going_back_to_usual_after_a_bad_month_or_by_the_season_is_no_improvement(event, report, books, region):
    no_improvement(event, report)
    (change,) = event["changes"]
    assert report.one("effects", change_id=change["id"])["verdict"] in ("no_signal", "cannot_tell")


def no_improvement(event: dict, report: Published) -> None:
    for ward in event["services"]:
        assert {row["verdict"] for row in report.rows("effects", service_id=ward)}.isdisjoint({"improved"})
        series = report.one("series", service_id=ward, measure_code="restrictive_interventions")
        assert series["variation_icon"] != "special_cause_improvement"
        assert "improvement" not in series["verdict_words"]


# The chains


@story("EV-05", "EV-06", "EV-14")
def the_whole_chain_is_printed_from_what_was_said_to_who_heard(event, report, books, region):
    decisions = {name: row for row in event["decisions"] for name in row["inputs"]}
    changes = event.get("changes", [])
    for planted in event["inputs"]:
        row, decision = report.one("inputs", input_id=planted["id"]), decisions[planted["id"]]
        made = [change for change in changes if decision["id"] in change["decisions"]]
        told = [one["told_on"] for one in event["told"] if planted["id"] in one["inputs"]]
        assert (row["said"], row["received_on"]) == (planted["said"], planted["received_on"])
        assert (row["decision_id"], row["decided_on"], row["outcome"]) == (
            decision["id"], decision["decided_on"], decision["outcome"],
        )  # fmt: skip
        assert row["reason"] == decision["reason"]
        assert (row["ended_by"], row["told_on"]) == ("told", min(told))
        assert row["is_influence"] == bool(made)
        if made:
            assert row["change_id"] in {change["id"] for change in made}
    for planted in changes:
        row = report.one("changes", change_id=planted["id"])
        assert [row[column] for column in ("changed", "implemented_on", "verified_on", "verified_by_kind")] == [
            planted[column] for column in ("changed", "implemented_on", "verified_on", "verified_by")
        ]
        assert row["is_influence"]
        assert set(row["input_ids"].split(";")) == {one["id"] for one in event["inputs"]}
    if event["kind"] == "declined_with_reason":
        assert all(report.one("inputs", input_id=one["id"])["is_in_report"] for one in event["inputs"])
        page = stored_page()
        assert any(one["reason"][:40] in page for one in event["decisions"])
    if event["id"] == "EV-06":
        verdicts = {one["id"]: report.one("effects", change_id=one["id"])["verdict"] for one in changes}
        assert sorted(verdicts.values()) == ["improved", "no_signal"]


def stored_page() -> str:
    """The published page as text: without markup, entities read."""
    import html

    from report import publication

    return html.unescape(re.sub(r"<[^>]+>", "", publication.content(EDITION).decode("utf-8")))


@story("EV-09")
def what_was_there_before_the_decision_is_no_influence(event, report, books, region):
    (change,), (said,) = event["changes"], event["inputs"]
    assert not report.one("changes", change_id=change["id"])["is_influence"]
    assert not report.one("inputs", input_id=said["id"])["is_influence"]
    assert report.one("findings", subject_id=change["id"])["kind"] == "change_before_decision"


@story("EV-13")
def refusals_without_a_reason_are_four_and_all_at_one_trust(event, report, books, region):
    planted = {one["id"] for one in event["inputs"]}
    silent = report.rows("inputs", is_declined_without_reason=True)
    assert {row["input_id"] for row in silent} == planted
    assert {row["subject_id"] for row in report.rows("findings", kind="declined_without_reason")} == planted
    in_report = [row for row in event["decisions"] if in_quarter(row["decided_on"])]
    for sender, number in ((event["provider"], len(in_report)), ("ZW1", 0), ("ZW3", 0), ("ZWL", len(in_report))):
        assert report.value(f"inputs_declined_without_reason.count/{sender}/{QUARTER}") == number


@story("EV-15", "EV-16")
def whoever_was_never_told_still_waits(event, report, books, region):
    for planted in event["inputs"]:
        row = report.one("inputs", input_id=planted["id"])
        assert (row["is_waiting"], row["received_on"]) == (True, planted["received_on"])
        assert (AS_OF - row["received_on"]).days > 200
        assert any(one["kind"].startswith("waiting_over") for one in report.rows("findings", subject_id=planted["id"]))
    longest = min(one["received_on"] for one in event["inputs"])
    days = (AS_OF - longest).days
    assert report.value(f"longest_wait.days/{event['provider']}/as_of") == days
    if event["id"] == "EV-15":
        assert min(row["received_on"] for row in report.rows("inputs", is_waiting=True)) == longest
        assert report.value("longest_wait.days/ZWL/as_of") == days
        undecided = {one["id"] for one in event["inputs"]} - {
            name for one in event["decisions"] for name in one["inputs"]
        }
        assert all(report.one("inputs", input_id=name)["decided_on"] is None for name in undecided)


@story("EV-17", "EV-18")
def who_wants_no_reply_or_cannot_be_reached_does_not_wait(event, report, books, region):
    for planted in event["inputs"]:
        row = report.one("inputs", input_id=planted["id"])
        assert not row["is_waiting"]
        assert row["ended_by"] == event["kind"]
        assert not report.rows("findings", subject_id=planted["id"])


# Deadlines


@story("EV-19")
def a_moved_deadline_is_judged_as_first_promised(event, report, books, region):
    (planted,) = event["changes"]
    row = report.one("changes", change_id=planted["id"])
    assert (row["original_due_on"], row["due_on"]) == (planted["due_on"], planted["revised"]["due_on"])
    assert row["promise_state"] == "done_late"
    late = (planted["implemented_on"] - planted["due_on"]).days
    assert report.value(f"change_days_late.days/{event['provider']}/{planted['id']}/as_of") == late == 112


@story("EV-20")
def putting_a_promise_off_does_not_make_it_kept(event, report, books, region):
    (planted,) = event["changes"]
    row = report.one("changes", change_id=planted["id"])
    assert (row["promise_state"], row["original_due_on"]) == ("overdue", planted["due_on"])
    assert row["due_on"] > AS_OF
    finding = report.one("findings", subject_id=planted["id"])
    assert (finding["kind"], finding["since_on"]) == ("change_overdue_original", planted["due_on"])


# Months sent twice, restated, and not at all


@story("EV-10")
def a_month_sent_twice_is_no_peak(event, report, books, region):
    assert coverage(event, report)["state"] == "restated"
    place = f"spc/chase_contacts/{event['provider']}/{event['month']}"
    value, upper = (report.value(f"{place}/{line}") for line in ("value", "upl"))
    assert value < upper
    assert report.figure(f"{place}/value")["label"] == "common_cause"
    peaks = report.rows("findings", kind="worsening", organisation_code=event["provider"])
    assert {row["measure_code"] for row in peaks}.isdisjoint(
        {"chase_contacts", "access_complaints", "communication_complaints"}
    )


@story("EV-11")
def the_later_version_wins_and_the_earlier_one_is_kept(event, report, books, region):
    row = coverage(event, report)
    assert (row["state"], row["submitted_on"]) == ("restated", event["sent_on"])
    first, later = books.file(event["file"]), books.file(event["later_file"])
    assert (first["state"], later["state"]) == ("accepted", "accepted")
    assert first["kept_name"]
    counted = "select count(*) as n from raw.restrictive_intervention where load_id = %s and service_id = %s"
    before, after = (books.ask(counted, one["load_id"], event["service"])[0]["n"] for one in (first, later))
    assert after - before == event["left_out_at_first"]
    standing = "select load_id from audit.visibility where load_id in (%s, %s) and retired_seq is null"
    assert [one["load_id"] for one in books.ask(standing, first["load_id"], later["load_id"])] == [later["load_id"]]


@story("EV-12")
def silence_is_not_nought(event, report, books, region):
    for month in event["months"]:
        start = dt.date.fromisoformat(f"{month}-01")
        row = report.one("coverage", organisation_code="ZW2", feed=FEEDS[event["feed"]], period_start_on=start)
        assert (row["state"], row["state_label"]) == ("missing", "Not received")
        charted = report.rows("series", organisation_code="ZW2", chart_state="publishable", measure_code="fft_positive")
        assert charted
        for series in charted:
            point = report.figure(f"spc/{series['series_id']}/{month}/value")
            assert (point["value"], point["value_state"]) == (None, "no_evidence")
    assert not [row for row in report.rows("findings", organisation_code="ZW2") if "worse" in row["kind"]]


# Bad rows and bad files


@story("EV-21", "EV-22", "EV-23", "EV-24", "EV-25")
def one_bad_row_does_not_spoil_a_file(event, report, books, region):
    record, rule, level = RULES[event["fault"]]
    file = books.file(event["file"])
    assert file["state"] == "accepted"
    assert books.rules(event["file"]) == {rule: level}
    assert file["rows_set_aside"] == (level == "set_aside")
    for row in books.verdict(event["file"]):
        said = f"{row['message']} {row['remedy']}"
        assert row["row_number"]
        assert event["key"] not in said
        assert event.get("value") is None or not re.search(rf"\b{re.escape(event['value'])}\b", said)
    quality = report.one("data_quality", organisation_code=event["provider"], record=record, rule=rule)
    # One row of a record about people is hidden; of things it is printed.
    one = None if quality["disclosure_class"] == "people" else 1
    assert (quality["severity"], quality["rows_failed"]) == (level, one)
    assert quality["rows_set_aside"] == (one if level == "set_aside" else 0 if one else None)
    if event["fault"] == "unknown_code":
        kept = "select type_code from raw.restrictive_intervention where intervention_id = %s"
        assert [row["type_code"] for row in books.ask(kept, event["key"])] == ["unmapped"]


@story("EV-26", "EV-27", "EV-30")
def a_bad_file_is_refused_and_its_replacement_taken(event, report, books, region):
    refused_as(event, books)
    assert books.file(event["later_file"])["state"] == "accepted"
    row = coverage(event, report)
    assert row["submitted_on"] == event["later_sent_on"]
    assert row["state"] in ("received", "late")
    if event["fault"] == "undeclared_identifier_column":
        assert books.file(event["file"])["kept_name"] is None
        found_nowhere(identifiers(region, event), books)


@story("EV-28")
def a_month_that_could_not_be_read_is_not_received_and_not_nought(event, report, books, region):
    refused_as(event, books)
    row = coverage(event, report)
    assert (row["state"], row["submitted_on"]) == ("refused", None)
    assert "not sent again" in row["state_label"]
    assert report.one("findings", subject_id="incidents/2023-08-31")["kind"] == "return_missing"
    counted = "select count(*) as n from marts.fct_incidents where occurred_on between '2023-08-01' and '2023-08-31'"
    assert books.ask(counted)[0]["n"] == 0


@story("EV-29")
def a_declared_identifier_is_never_read(event, report, books, region):
    assert books.file(event["file"])["state"] == "accepted"
    # The trust said so beforehand: at most it is told that the column was left out.
    assert set(books.rules(event["file"])) <= {"FILE-COLUMN-DROPPED"}
    found_nowhere(identifiers(region, event), books)


def refused_as(event: dict, books: Ledger) -> None:
    file = books.file(event["file"])
    assert (file["state"], file["rows_landed"]) == ("refused", 0)
    assert books.rules(event["file"]) == {REFUSALS[event["fault"]]: "refuse"}


def identifiers(region, event: dict) -> set[str]:
    with (region / event["provider"].lower() / event["file"]).open(encoding="cp1252", newline="") as content:
        numbers = {row[event["column"]] for row in csv.DictReader(content)} - {""}
    assert len(numbers) > 50
    return numbers


def found_nowhere(numbers: set[str], books: Ledger) -> None:
    """No number stands in any text of the database, with or without its spaces."""
    wanted = numbers | {number.replace(" ", "") for number in numbers}
    columns = books.ask(
        "select table_schema as schema, table_name as name, column_name as column from information_schema.columns"
        " where table_schema in ('raw', 'restricted', 'quarantine', 'audit', 'marts', 'published', 'intermediate')"
        " and data_type in ('text', 'ARRAY', 'jsonb')"
    )
    assert len(columns) > 200
    for place in columns:
        found = books.ask(
            f'select 1 from "{place["schema"]}"."{place["name"]}" where "{place["column"]}"::text = any(%s) limit 1',
            list(wanted),
        )
        assert not found, f"{place['schema']}.{place['name']}.{place['column']}"


# Late and early


@story("EV-31", "EV-32")
def a_late_file_is_late_and_counts_in_its_own_month(event, report, books, region):
    row = coverage(event, report)
    assert (row["state"], row["submitted_on"]) == ("late", event["sent_on"])
    assert row["due_on"] < event["sent_on"]
    if event["id"] == "EV-31":
        assert report.figure(f"spc/chase_contacts/ZW1/{event['month']}/value")["value_state"] == "counted"


@story("EV-33")
def early_is_nothing_to_mention(event, report, books, region):
    assert coverage(event, report)["state"] == "received"
    assert books.verdict(event["file"]) == []
    assert not [row for row in report.rows("findings") if row["subject_id"].startswith("activity/")]


def coverage(event: dict, report: Published) -> dict:
    """What is published about the period an event is about."""
    ends = event.get("quarter_end") or month_end(dt.date.fromisoformat(f"{event['month']}-01"))
    feed = FEEDS.get(event["feed"], event["feed"])
    return report.one("coverage", organisation_code=event["provider"], feed=feed, period_end_on=ends)


def month_end(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


# The honest small charity, and the real organisations


@story("EV-40")
def the_honest_charity_has_nothing_held_against_it(event, report, books, region):
    code = event["provider"]
    assert report.rows("findings", organisation_code=code) == []
    for measure in ("inputs_waiting", "promises_overdue_now"):
        assert report.value(f"{measure}.count/{code}/as_of") == 0
    assert report.value(f"inputs_declined_without_reason.count/{code}/{QUARTER}") == 0
    assert {row["state"] for row in report.rows("coverage", organisation_code=code)} == {"received"}
    moved = event["revised_change"]
    row = report.one("changes", change_id=moved["line"])
    assert (row["original_due_on"], row["due_on"], row["implemented_on"], row["is_in_report"]) == (
        moved["due_on"], moved["revised_due_on"], moved["implemented_on"], False,
    )  # fmt: skip


def test_nobody_is_held_to_wait_too_long_but_those_whose_wait_was_planted(report):
    """The registers end with the quarter: what was said in April and not answered by then has not waited too long."""
    planted = {one["id"] for event in TRUTH.events if event["kind"] == "never_told" for one in event["inputs"]}
    found = {row["subject_id"] for row in report.rows("findings") if row["kind"].startswith("waiting_over")}
    assert found == planted


def test_no_real_organisation_stands_in_any_published_row(report, loaded_region):
    """Official statistics of real organisations help analysts; the report never sets them beside made-up ones."""
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        cursor.execute("select distinct organisation_code from marts.fct_published_statistics")
        real = {code for (code,) in cursor} - {None}
        assert real
        made_up = {*TRUTH.providers, TRUTH.region["icb"]["code"], "ALL"}
        assert real.isdisjoint(made_up)
        for relation in report.relations():
            cursor.execute(f"select to_jsonb(line) from published.{relation} as line")
            for (row,) in cursor:
                # A count kind may share its letters with an organisation; codes of organisations stand in these.
                assert row.get("organisation_code") in {*made_up, None}, relation
                assert row.get("icb_code") in {*made_up, None}, relation
                assert set(re.split(r"[/;]", str(row.get("figure_id", "")))).isdisjoint(real), row["figure_id"]
