"""Who the senders are, and what each owes for which period and by when, stands in the warehouse as their files say."""

import datetime as dt

from loaders import coverage
from tests.made_up_sender import AGREEMENT, INCIDENTS
from warehouse import connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)


def refresh(*senders, as_of=AS_OF) -> None:
    with connection.connect("loader") as opened:
        coverage.refresh(opened, [one.provider for one in senders], as_of)


def owed(one) -> list[tuple]:
    return one.ask(
        "select feed, period_start_on::text, due_on::text, has_agreement from audit.expected_deliveries"
        " where provider_code = %s order by feed, period_start_on",
        one.provider.organisation_code,
    )


def test_each_whole_month_is_owed_by_its_working_day(sender):
    one = sender(feeds={"incidents": INCIDENTS | {"due_working_day": "15"}})
    refresh(one)
    assert owed(one) == [
        ("incidents", "2026-04-01", "2026-05-22", True),  # one bank holiday in May passed over
        ("incidents", "2026-05-01", "2026-06-19", True),
        ("incidents", "2026-06-01", "2026-07-21", True),
    ]


def test_nothing_is_owed_once_and_nothing_before_the_first_period(sender):
    quarterly = {"files": "incidents_{quarter}.csv", "every": "quarter", "first_period": "2026-01-01"}
    once = {"files": "incidents.csv", "every": "once"}
    one = sender(feeds={"quarterly": INCIDENTS | quarterly, "once": INCIDENTS | once})
    refresh(one)
    assert [(feed, start) for feed, start, _, _ in owed(one)] == [
        ("quarterly", "2026-01-01"),
        ("quarterly", "2026-04-01"),
    ]


def test_what_falls_due_without_an_agreement_is_asked_of_nobody(sender):
    one = sender(agreements=[AGREEMENT | {"valid_to": "2026-06-30"}])
    refresh(one)
    assert [(start, has_agreement) for _, start, _, has_agreement in owed(one)] == [
        ("2026-04-01", True),
        ("2026-05-01", True),
        ("2026-06-01", False),
    ]


def test_a_period_not_yet_due_is_asked_under_the_agreement_of_today(sender):
    one = sender(agreements=[AGREEMENT | {"valid_to": "2026-07-05"}])
    refresh(one, as_of=dt.datetime(2026, 7, 3, 6, 0, tzinfo=dt.UTC))
    assert owed(one)[-1] == ("incidents", "2026-06-01", "2026-07-14", True)


def test_senders_stand_as_their_files_say_and_go_with_them(sender):
    first, second = sender(name="First (made up)"), sender(name="Second (made up)", tier="minimal")
    refresh(first, second)
    columns = "organisation_name, tier, icb_code, is_made_up, joined_on"
    assert first.ask(f"select {columns} from audit.organisations order by 1") == [
        ("First (made up)", "full", "ZZL", True, dt.date(2023, 4, 1)),
        ("Second (made up)", "minimal", "ZZL", True, dt.date(2023, 4, 1)),
    ]
    refresh(first)
    assert first.ask("select organisation_name from audit.organisations") == [("First (made up)",)]
    assert owed(second) == []


def test_a_sender_that_closed_owes_the_period_it_closed_in_and_none_after(sender):
    one = sender(closed_on="2026-05-10", succeeded_by="zzz")
    refresh(one)
    assert [start for _, start, _, _ in owed(one)] == ["2026-04-01", "2026-05-01"]
    assert one.ask("select closed_on::text, succeeded_by from audit.organisations") == [("2026-05-10", "ZZZ")]


def test_a_sender_that_moved_has_its_icbs_by_date(sender):
    before = [{"icb_code": "ZZA", "icb_name": "First", "until": "2024-03-31"}]
    one = sender(icb_before=before)
    refresh(one)
    assert one.ask("select icb_code, valid_from::text from audit.organisation_icbs order by valid_from") == [
        ("ZZA", "1900-01-01"),
        ("ZZL", "2024-04-01"),
    ]
