"""Late, early, missing, restated, overlapping, re-issued and withdrawn: what counts, and what coverage says of it."""

import datetime as dt
from collections.abc import Callable

import pytest

from loaders import coverage, load
from tests.dbt_run import dbt
from tests.made_up_sender import INCIDENTS, MadeUpSender
from warehouse import ledger
from warehouse.connection import connect
from warehouse.periods import period_named

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 7, 22, 6, 0, tzinfo=dt.UTC)
JUNE = "incidents_2026-06.csv"


def month(number: str, *references: str) -> str:
    """A month's incidents, by their references."""
    head = "Ref,Happened,Reported,Ward,Kind,Notes\n"
    return head + "".join(f"{ref},03/{number}/2026,04/{number}/2026,W1,FALL,\n" for ref in references)


class Sender(MadeUpSender):
    """A sender whose months all came in time, each with two incidents, unless a test's story says otherwise."""

    def come(self, name: str, day: str, *references: str) -> None:
        """Send a file on a day, load it and let it in, as a night of that day would."""
        self.arrive(name, day, *references)
        load.accept_wave(AS_OF)

    def arrive(self, name: str, day: str, *references: str) -> None:
        """Send a file on a day and load it."""
        at = dt.datetime.fromisoformat(f"{day}T09:00:00+00:00")
        self.send(name, month(name[15:17], *references), at)
        self.load(AS_OF)

    def withdraw(self, name: str) -> None:
        with connect("loader") as opened:
            ledger.withdraw(opened, self.delivery(name)["load_id"], "data manager", "sent by mistake", AS_OF)

    def counting(self) -> set[str]:
        """The references of the incidents that count now."""
        found = self.ask(
            "select incident_id from raw.incident as landed inner join audit.visibility as seen"
            " on seen.load_id = landed.load_id and seen.retired_seq is null where landed.provider_code = %s",
            self.provider.organisation_code,
        )
        return {reference for (reference,) in found}


def late(one: Sender) -> None:
    one.come(JUNE, "2026-07-20", "J1", "J2")


def early(one: Sender) -> None:
    one.come(JUNE, "2026-06-24", "J1")


def missing(one: Sender) -> None:
    """June never comes."""


def restated(one: Sender) -> None:
    one.come(JUNE, "2026-07-10", "J1", "J2")
    one.come(JUNE, "2026-07-13", "J1", "J2", "J3")


def overlapping(one: Sender) -> None:
    one.come(JUNE, "2026-07-10", "J1", "M1")


def reissued(one: Sender) -> None:
    """The first version is met after the second, and was sent after it too: what its sender calls newer is newer."""
    one.come("incidents_2026-06_v2.csv", "2026-07-10", "J1", "J2")
    one.come(JUNE, "2026-07-13", "J1")


def withdrawn(one: Sender) -> None:
    one.come(JUNE, "2026-07-10", "J1")
    one.withdraw(JUNE)


def withdrawn_version(one: Sender) -> None:
    one.come(JUNE, "2026-07-10", "J1")
    one.come(JUNE, "2026-07-13", "J2")
    one.withdraw(JUNE)


STORIES = (late, early, missing, restated, overlapping, reissued, withdrawn, withdrawn_version)


@pytest.fixture(scope="module")
def told(sender, tmp_path_factory) -> tuple[dict[str, Sender], Callable[[str], dict], int]:
    """Each story's sender, what coverage says of its June, and the sequence before the stories began."""
    senders = {}
    for story in STORIES:
        one = sender(feeds={"incidents": INCIDENTS})
        one.__class__ = Sender
        senders[story.__name__] = one
        one.arrive("incidents_2026-04.csv", "2026-05-08", "A1", "A2")
        one.arrive("incidents_2026-05.csv", "2026-06-08", "M1", "M2")
    load.accept_wave(AS_OF)
    with connect("loader") as opened:
        before = ledger.current_sequence(opened)
        coverage.refresh(opened, [one.provider for one in senders.values()], AS_OF)
    for story in STORIES:
        story(senders[story.__name__])
    dbt("seed", as_of=AS_OF)
    return senders, covered(senders, AS_OF), before


def covered(senders: dict[str, Sender], as_of: dt.datetime, **variables: int) -> Callable[[str], dict]:
    """Build coverage and return a question: what it says of the June of a story."""
    dbt("run", "--select", "+mart_coverage", as_of=as_of, **variables)
    with connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select organisation_code, to_jsonb(line) from marts.mart_coverage as line"
            " where period_start_on = '2026-06-01'"
        )
        of_june = dict(cursor.fetchall())
    return lambda story: of_june[senders[story].provider.organisation_code]


def says(line: dict, **expected) -> bool:
    assert {name: line[name] for name in expected} == expected
    return True


def test_a_late_month_counts_and_is_late(told):
    senders, june, _ = told
    assert senders["late"].counting() == {"A1", "A2", "M1", "M2", "J1", "J2"}
    assert says(june("late"), state="late", is_late=True, due_on="2026-07-14", received_on="2026-07-20", days_late=6)


def test_a_month_sent_before_it_had_ended_counts_and_is_early(told):
    senders, june, _ = told
    assert senders["early"].counting() == {"A1", "A2", "M1", "M2", "J1"}
    assert says(june("early"), state="received", is_early=True, is_late=False)


def test_a_month_that_never_came_is_a_row_that_says_so(told):
    _, june, _ = told
    assert says(june("missing"), state="missing", received_on=None, file_count=0, days_late=15)


def test_a_restated_month_replaces_what_it_said_first(told):
    senders, june, _ = told
    assert senders["restated"].counting() == {"A1", "A2", "M1", "M2", "J1", "J2", "J3"}
    assert says(june("restated"), state="restated", version_count=2, is_reissued=False, submitted_on="2026-07-13")


def test_a_month_that_repeats_another_is_said_to_overlap_it(told):
    _, june, _ = told
    assert says(june("overlapping"), state="received", overlapping_row_count=1)
    assert says(june("restated"), overlapping_row_count=0)


def test_what_its_sender_numbers_higher_wins_whenever_it_was_sent(told):
    senders, june, _ = told
    assert senders["reissued"].counting() == {"A1", "A2", "M1", "M2", "J1", "J2"}
    assert says(june("reissued"), state="restated", is_reissued=True, version_count=2, submitted_on="2026-07-10")


def test_a_withdrawn_month_counts_for_nothing(told):
    senders, june, _ = told
    assert senders["withdrawn"].counting() == {"A1", "A2", "M1", "M2"}
    assert says(june("withdrawn"), state="withdrawn", version_count=0, received_on=None)


def test_what_a_withdrawn_version_had_replaced_counts_again(told):
    senders, june, _ = told
    assert senders["withdrawn_version"].counting() == {"A1", "A2", "M1", "M2", "J1"}
    assert says(june("withdrawn_version"), state="received", version_count=1, submitted_on="2026-07-10")


def test_coverage_can_be_built_as_it_was_known_before(told):
    senders, _, before = told
    june = covered(senders, BEFORE, accepted_through=before)
    assert {june(story.__name__)["state"] for story in STORIES} == {"missing"}
    assert says(june("withdrawn"), file_count=0, newest_file_state=None)


def test_a_backfill_takes_the_files_of_its_period_alone_and_reads_them_with_the_mapping_of_their_day(sender):
    renamed = INCIDENTS["tables"][0] | {"columns": INCIDENTS["tables"][0]["columns"] | {"incident_id": "Reference"}}
    later = {"from": "2026-06-01", "tables": [renamed]}
    one = sender(feeds={"incidents": INCIDENTS | {"first_period": "2024-03-01", "then": [later]}})
    for name in ("incidents_2024-02.csv", "incidents_2024-03.csv", "incidents_2024-03_v2.csv", "incidents_2026-05.csv"):
        one.send(name, month(name[15:17], name))
    one.send(JUNE, month("06", "J1").replace("Ref,", "Reference,"))
    fetched = load.load_sender(one.provider, AS_OF, period_named("2024-03"))
    assert len(fetched.load_ids) == 2
    assert one.ask(
        "select file_name, state from audit.deliveries where provider_code = %s order by 1",
        one.provider.organisation_code,
    ) == [("incidents_2024-03.csv", "judged"), ("incidents_2024-03_v2.csv", "judged")]
    assert len(load.load_sender(one.provider, AS_OF, period_named("2026-27-Q1")).load_ids) == 2
    assert one.delivery(JUNE)["state"] == one.delivery("incidents_2026-05.csv")["state"] == "judged"
    assert one.delivery(JUNE)["rows_landed"] == 1
