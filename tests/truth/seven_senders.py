"""The stories of the four senders that came last: one that nobody believes, one with nothing to hide, and who asks."""

import datetime as dt

from demo.truth import load
from tests.truth import files, recount, recount_people
from tests.truth.stories import story

TRUTH = load()
QUARTER: str = TRUTH.region["report_quarter"]
JOINED = dt.date(2025, 1, 1)


@story("EV-41")
def a_register_that_says_told_stands_beside_members_who_say_not(event, report, books, region):
    code = event["provider"]
    sides = {
        row["organisation_code"]: row
        for row in books.ask("select * from marts.mart_told_back_sides where quarter_id = %s", QUARTER)
    }
    assert sides.keys() == {"ZW1", "ZW2", "ZW3", "ZW4", "ZW5"}
    assert sides[code]["register_share"] > 0.9
    said_yes, asked = recount.told_as_members_say(region, code)
    assert (sides[code]["told_answer_count"], sides[code]["answer_count"]) == (said_yes, asked)
    assert asked >= 40
    assert sides[code]["members_share"] < 0.25
    assert {name for name, row in sides.items() if row["is_disputed"]} == {code}
    finding = report.one("findings", kind="told_back_disputed")
    assert (finding["organisation_code"], finding["since_on"]) == (code, event["from"])
    assert "Which of the two is right is not known" in finding["finding_words"]
    earlier = (
        "select is_disputed from marts.mart_told_back_sides where organisation_code = %s and quarter_start_on < %s"
    )
    assert [row["is_disputed"] for row in books.ask(earlier, code, event["from"])] == [False] * 4


@story("EV-42")
def a_small_good_practice_is_printed_and_nothing_is_held_against_it(event, report, books, region):
    code = event["provider"]
    assert report.rows("findings", organisation_code=code) == []
    assert report.value(f"promises_overdue_now.count/{code}/as_of") == 0
    assert {row["state"] for row in report.rows("coverage", organisation_code=code)} == {"received"}
    (said,), (decision,), (change,) = event["inputs"], event["decisions"], event["changes"]
    row = report.one("inputs", input_id=said["id"])
    assert (row["said"], row["reason"], row["told_on"]) == (
        said["said"],
        decision["reason"],
        event["told"][0]["told_on"],
    )
    assert row["is_influence"]
    made = report.one("changes", change_id=change["id"])
    assert (made["changed"], made["implemented_on"], made["is_verified"]) == (
        change["changed"], change["implemented_on"], True,
    )  # fmt: skip


@story("EV-43")
def an_answer_that_stands_on_two_pages_counts_once(event, report, books, region):
    given = files.rows_of_json(region / "zw4" / event["file"])
    once = {row["id"] for row in given}
    assert len(given) - len(once) == event["by"]
    file = books.file(event["file"].replace(".json", ".ndjson"))
    assert (file["state"], file["rows_read"], file["rows_set_aside"]) == ("accepted", len(given), event["by"])
    counted = "select response_id from marts.fct_feedback_responses where month_start_on = %s"
    ids = [row["response_id"] for row in books.ask(counted, f"{event['month']}-01")]
    assert sorted(ids) == sorted(once)


@story("EV-44")
def nothing_is_owed_for_the_time_before_joining(event, report, books, region):
    rows = report.rows("coverage", organisation_code=event["provider"])
    assert min(row["period_start_on"] for row in rows) == JOINED
    assert "missing" not in {row["state"] for row in rows}


@story("EV-45")
def a_register_sent_twice_says_nothing_twice(event, report, books, region):
    states = {
        (row["feed"], row["state"])
        for row in report.rows("coverage", organisation_code=event["provider"], period_end_on=event["quarter_end"])
        if row["feed"].startswith(event["feed"])
    }
    assert len(states) == 8
    assert {state for _, state in states} == {"restated"}
    newest = files.newest_registers(region)[event["provider"]]
    for record, table in (("input", "fct_inputs"), ("decision", "fct_decisions"), ("told_back", "fct_told_back")):
        ids = [row[f"{record}_id"] for row in newest[record]]
        found = books.ask(
            f"select {record}_id as id from marts.{table} where organisation_code = %s", event["provider"]
        )
        assert sorted(row["id"] for row in found) == sorted(ids)


@story("EV-46")
def the_commissioner_owns_up_to_what_was_not_coproduced(event, report, books, region):
    asked = "select * from marts.fct_decisions where organisation_code = %s and decision_kind <> 'on_input'"
    found = {row["decision_id"]: row for row in books.ask(asked, event["provider"])}
    assert found.keys() == {row["id"] for row in event["decisions"]}
    for planted in event["decisions"]:
        row = found[planted["id"]]
        assert (row["decision_kind"], row["decided_on"], row["reason"], row["set_with_members"]) == (
            planted["about"], planted["decided_on"], planted["reason"], planted["with_members"],
        )  # fmt: skip
    told = "select told_on from marts.fct_told_back where told_back_id = %s"
    alone = [row for row in event["decisions"] if row["about"] == "not_to_coproduce"]
    assert len(alone) == 2
    for decision in alone:
        (telling,) = (row for row in event["told"] if row["activity"] == decision["activity"])
        assert books.ask(told, telling["id"])[0]["told_on"] == telling["told_on"]
        assert (telling["told_on"] - decision["decided_on"]).days <= 28


@story("EV-47")
def a_challenge_without_an_answer_still_waits(event, report, books, region):
    found = {row["challenge_id"]: row for row in books.ask("select * from marts.fct_challenges")}
    assert found.keys() == {row["id"] for row in event["challenges"]}
    for planted in event["challenges"]:
        row = found[planted["id"]]
        assert (row["organisation_code"], row["raised_by_kind"]) == (event["provider"], "network")
        assert (row["edition_id"], row["raised_on"], row["comment"]) == (
            planted["edition"], planted["raised_on"], planted["comment"],
        )  # fmt: skip
        assert (row["reply"], row["replied_on"]) == (planted.get("reply"), planted.get("replied_on"))
        assert row["is_waiting"] == ("reply" not in planted)


@story("EV-48")
def a_pool_that_falls_while_each_in_it_rises_is_never_told_alone(event, report, books, region):
    quarters = {"2025-26-Q4": (dt.date(2026, 1, 1), dt.date(2026, 3, 31)), QUARTER: recount.QUARTER}
    paid = {
        (sender, name): recount_people.claims_paid(region, sender, quarter)
        for sender in (event["provider"], event["beside"])
        for name, quarter in quarters.items()
    }
    told = books.ask(
        "select organisation_code, quarter_id, numerator, denominator, value from marts.fct_measures"
        " where measure_code = %s and level = 'organisation' and period_kind = 'quarter' and quarter_id = any(%s)"
        " and denominator > 0",
        event["measure"],
        list(quarters),
    )
    assert {
        (row["organisation_code"], row["quarter_id"]): (row["numerator"], row["denominator"]) for row in told
    } == paid
    share = {(row["organisation_code"], row["quarter_id"]): row["value"] for row in told}
    for sender in (event["provider"], event["beside"]):
        assert share[sender, QUARTER] > share[sender, "2025-26-Q4"]
    (found,) = books.ask(
        "select * from marts.mart_pooled_reversals where measure_code = %s and quarter_id = %s",
        event["measure"],
        QUARTER,
    )
    assert (found["organisation_count"], found["each_share"], found["pooled_share_direction"]) == (2, "rose", "fell")
    for name, suffix in (("2025-26-Q4", "_before"), (QUARTER, "")):
        above, below = (sum(paid[sender, name][part] for sender in ("ZW1", "ZW5")) for part in (0, 1))
        assert (found[f"numerator{suffix}"], found[f"denominator{suffix}"]) == (above, below)
    assert found["pooled_share"] < found["pooled_share_before"] < found["share_at_earlier_weights"]


@story("EV-49")
def fewer_good_answers_of_fewer_asked_are_no_worsening(event, report, books, region):
    (before, after) = (
        recount_people.good_first_contacts(region, event["provider"], quarter)
        for quarter in ((dt.date(2025, 7, 1), dt.date(2025, 9, 30)), recount.QUARTER)
    )
    assert after.numerator < 0.6 * before.numerator
    assert abs(after.numerator / after.denominator - before.numerator / before.denominator) < 0.05
    series = books.ask(
        "select service_id, variation_icon, caveat from marts.mart_spc_series"
        " where measure_code = 'first_contact_positive' and organisation_code = %s",
        event["provider"],
    )
    assert {row["service_id"] for row in series} == {None, *event["services"]}
    for row in series:
        assert row["variation_icon"] == "common_cause"
        assert "denominator_swings" in row["caveat"]
    worse = "select 1 from marts.mart_findings where organisation_code = %s and measure_code = 'first_contact_positive'"
    assert books.ask(worse, event["provider"]) == []
