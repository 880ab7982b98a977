"""The ledger: which of a sender's versions count from when, whatever the order in which they came and were decided."""

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jinja2
import psycopg2
import pytest
from psycopg2 import errors

from warehouse import ledger
from warehouse.connection import connect

DBT = Path(__file__).parents[2] / "dbt_project"
MAY = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
JUNE = (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
ORDERS = 25
NUMBERS = itertools.count(1)


def sent(day: int) -> dt.datetime:
    return dt.datetime(2026, 7, day, 9, 0, tzinfo=dt.UTC)


class Desk:
    """One sender's feed and what happens to its files, by the files' names."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self.connection = connection
        self.code = f"D{next(NUMBERS)}"
        self.loads: dict[str, int] = {}

    def judged(self, name: str, day: int, **facts) -> int:
        """Register a file sent on a day of July and take it to judgement; its one row carries its name."""
        delivers = facts.pop("delivers", "period")
        period = facts.pop("period", JUNE)
        records = facts.pop("records", ("complaint",))
        delivery = ledger.Delivery(
            provider_code=self.code, feed="complaints", file_name=name, file_sha256=facts.pop("content", name),
            mapping_version=facts.pop("mapping", "1"), contract_versions="1", submitted_at=sent(day), byte_count=1,
            agreement_reference="A", period_start_on=period[0], period_end_on=period[1], **facts,
        )  # fmt: skip
        load_id, is_new = ledger.register(self.connection, delivery, AS_OF)
        assert is_new
        with self.connection.cursor() as cursor:
            cursor.execute(
                "insert into raw.complaint (load_id, row_number, part, provider_code, complaint_id, received_on)"
                " values (%s, 2, 1, %s, %s, date '2026-06-01')",
                (load_id, self.code, name),
            )
        ledger.carry(self.connection, load_id, [(record, delivers, 1) for record in records])
        ledger.move(self.connection, load_id, "judged", AS_OF)
        self.loads[name] = load_id
        return load_id

    def accept(self, *names: str) -> int:
        return ledger.accept(self.connection, [self.loads[name] for name in names], AS_OF)

    def accepted(self, name: str, day: int, **facts) -> int:
        """Take a file from registration to acceptance; returns the sequence."""
        self.judged(name, day, **facts)
        return self.accept(name)

    def withdraw(self, name: str) -> int:
        return ledger.withdraw(self.connection, self.loads[name], "data_manager", "sent by mistake", AS_OF)

    def release(self, name: str) -> int:
        ledger.release(self.connection, self.loads[name], "data_manager", "the sender confirmed it", AS_OF)
        return self.accept(name)

    def counting(self) -> set[str]:
        """The files whose rows count now."""
        return set(self._column("visibility as v", "v.retired_seq is null"))

    def held(self) -> set[str]:
        return set(self._column("deliveries as v", "d.state = 'held'"))

    def _column(self, table: str, condition: str) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"select d.file_name from audit.{table} inner join audit.deliveries as d on d.load_id = v.load_id"
                f" where d.provider_code = %s and {condition}",
                (self.code,),
            )
            return [name for (name,) in cursor]

    def as_known_at(self, sequence: int) -> set[str]:
        """The files whose rows the staging model reads when a build asks for this sequence."""
        return self._read(staging_sql(sequence))

    def ever_said_at(self, sequence: int) -> set[str]:
        """The files that had said anything by this sequence, also those replaced since."""
        return self._read(
            staging_sql(sequence, '{{ visible_rows("complaint", ["complaint_id"], every_version=true) }}')
        )

    def _read(self, statement: str) -> set[str]:
        self.connection.commit()
        with connect("transformer") as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
        return {row["complaint_id"] for row in rows if row["provider_code"] == self.code}


def staging_sql(sequence: int, model: str = (DBT / "models/staging/stg_complaint.sql").read_text()) -> str:
    """The text of stg_complaint, or of another model, as dbt would render it."""
    text = (DBT / "macros" / "visible_rows.sql").read_text() + model
    return (
        jinja2.Environment()
        .from_string(text)
        .render(source=lambda schema, table: f'{schema}."{table}"', var={"accepted_through": sequence}.__getitem__)
    )


@pytest.fixture
def desk(shared_warehouse) -> Iterator[Desk]:
    """A sender of this test alone."""
    with connect("loader") as connection:
        yield Desk(connection)


# ---- One load for one reading of one file ---------------------------------------------------------------------------


def test_the_same_reading_of_the_same_bytes_is_one_load(desk):
    load_id = desk.judged("a", 1)
    delivery = ledger.Delivery(
        provider_code=desk.code, feed="complaints", file_name="another name", file_sha256="a", mapping_version="1",
        contract_versions="1", submitted_at=sent(2), byte_count=1, agreement_reference="A",
    )  # fmt: skip
    assert ledger.register(desk.connection, delivery, AS_OF) == (load_id, False)


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_of_two_who_register_one_file_the_second_waits_and_takes_what_the_first_left(desk, ending):
    delivery = ledger.Delivery(
        provider_code=desk.code, feed="complaints", file_name="a", file_sha256="a", mapping_version="1",
        contract_versions="1", submitted_at=sent(1), byte_count=1, agreement_reference="A",
    )  # fmt: skip
    first, _ = ledger.register(desk.connection, delivery, AS_OF)
    with connect("loader") as other:
        with other.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")
        other.commit()
        with pytest.raises(errors.LockNotAvailable):
            ledger.register(other, delivery, AS_OF)
        other.rollback()
        getattr(desk.connection, ending)()
        second, is_new = ledger.register(other, delivery, AS_OF)
    assert (second == first, is_new) == ((True, False) if ending == "commit" else (False, True))


def test_of_two_who_claim_one_load_one_has_it(desk):
    load_id = desk.judged("a", 1)
    desk.connection.commit()
    assert ledger.claim(desk.connection, load_id, "judged")["load_id"] == load_id
    with connect("loader") as other:
        assert ledger.claim(other, load_id, "judged") is None
        # Somebody who only refers to the load does not wait.
        ledger.find(other, load_id, [ledger.Finding("warn", "FILE-TWICE", "the same again", "nothing")])


def test_who_meets_a_file_again_and_who_accepts_it_do_not_wait_for_each_other(desk):
    load_id = desk.judged("a", 1)
    desk.connection.commit()
    assert ledger.claim(desk.connection, load_id, "judged")
    again = ledger.Delivery(
        provider_code=desk.code, feed="complaints", file_name="another name", file_sha256="a", mapping_version="1",
        contract_versions="1", submitted_at=sent(2), byte_count=1, agreement_reference="A",
    )  # fmt: skip

    def meet() -> None:
        with connect("loader") as other:
            ledger.met_again(other, load_id, again)

    with ThreadPoolExecutor() as pool:
        met = pool.submit(meet)
        with pytest.raises(TimeoutError):
            met.result(timeout=1)
        desk.accept("a")
        desk.connection.commit()
        met.result()
    assert desk.counting() == {"a"}


def test_a_build_that_asks_waits_for_an_acceptance_under_way(desk):
    desk.judged("a", 1)
    sequence = desk.accept("a")
    with connect("loader") as build:
        with build.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")
        build.commit()
        with pytest.raises(errors.LockNotAvailable):
            ledger.current_sequence(build)
        build.rollback()
        desk.connection.commit()
        assert ledger.current_sequence(build) == sequence


# ---- Which version wins ---------------------------------------------------------------------------------------------


def test_a_restated_month_replaces_and_keeps_what_it_replaced(desk):
    first = desk.accepted("june", 1)
    second = desk.accepted("june again", 5)
    assert desk.counting() == {"june again"}
    assert desk.as_known_at(first - 1) == set()
    assert desk.as_known_at(first) == {"june"}
    assert desk.as_known_at(second) == {"june again"}


def test_a_withdrawal_brings_the_old_one_back_and_is_kept_itself(desk):
    desk.accepted("june", 1)
    second = desk.accepted("june again", 5)
    third = desk.withdraw("june again")
    assert desk.counting() == {"june"}
    assert desk.as_known_at(second) == {"june again"}
    assert desk.as_known_at(third) == {"june"}
    last = desk.withdraw("june")
    assert (desk.counting(), desk.as_known_at(last)) == (set(), set())
    assert desk.as_known_at(third) == {"june"}


def test_what_was_withdrawn_was_never_said_first(desk):
    first = desk.accepted("june", 1)
    replaced = desk.accepted("june again", 5)
    assert desk.ever_said_at(replaced) == {"june", "june again"}
    last = desk.withdraw("june")
    assert desk.ever_said_at(first) == {"june"}
    assert desk.ever_said_at(last) == {"june again"}


def test_what_is_held_for_a_tie_says_nothing_until_it_is_released(desk):
    desk.accepted("this", 3)
    tied = desk.accepted("that", 3)
    assert desk.ever_said_at(tied - 1) == {"this"}
    assert desk.ever_said_at(tied) == set()
    desk.release("this")
    assert desk.ever_said_at(ledger.current_sequence(desk.connection)) == {"this"}


def test_months_stand_beside_each_other(desk):
    desk.accepted("may", 1, period=MAY)
    desk.accepted("june", 2)
    assert desk.counting() == {"may", "june"}


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        ({"day": 9}, {"day": 8}),
        ({"day": 1, "declared_version": 2}, {"day": 9}),
        ({"day": 1, "status_rank": 2}, {"day": 9, "declared_version": 3}),
    ],
    ids=["the later submission", "the higher version", "the more final status"],
)
def test_the_better_version_wins_whichever_comes_first(desk, winner, loser):
    desk.accepted("loser", **loser)
    desk.accepted("winner", **winner)
    assert desk.counting() == {"winner"}
    other = Desk(desk.connection)
    other.accepted("winner", **winner)
    other.accepted("loser", **loser)
    assert other.counting() == {"winner"}


def test_a_register_of_a_later_quarter_wins_also_when_an_older_one_is_sent_again(desk):
    desk.accepted("june", 1, delivers="snapshot")
    desk.accepted("may corrected", 9, delivers="snapshot", period=MAY, declared_version=4)
    assert desk.counting() == {"june"}


def test_events_all_count(desk):
    for day, name in enumerate(("one", "two", "three"), start=1):
        desk.accepted(name, day, delivers="events")
    assert desk.counting() == {"one", "two", "three"}


def test_all_records_of_a_workbook_count_from_the_same_moment(desk):
    load_id = desk.judged("workbook", 1, records=("complaint", "input", "decision"))
    sequence = desk.accept("workbook")
    with desk.connection.cursor() as cursor:
        cursor.execute("select record, accepted_seq from audit.visibility where load_id = %s order by 1", (load_id,))
        assert cursor.fetchall() == [(record, sequence) for record in ("complaint", "decision", "input")]


def test_a_mended_mapping_reads_the_same_bytes_anew_and_the_new_reading_counts(desk):
    desk.accepted("june", 1)
    desk.accepted("june read anew", 1, content="june", mapping="2")
    assert desk.counting() == {"june read anew"}


def test_a_set_aside_row_is_not_staged(desk):
    load_id = desk.judged("june", 1)
    ledger.set_aside(desk.connection, load_id, [("complaint", 2, "CMP-001", "")])
    assert desk.as_known_at(desk.accept("june")) == set()


# ---- Ties -----------------------------------------------------------------------------------------------------------


def test_two_of_equal_rank_are_both_held_until_a_role_decides(desk):
    desk.accepted("this", 3)
    desk.accepted("that", 3)
    assert (desk.counting(), desk.held()) == (set(), {"this", "that"})
    desk.release("that")
    assert (desk.counting(), desk.held()) == ({"that"}, {"this"})


def test_a_role_may_change_its_mind(desk):
    desk.accepted("this", 3)
    desk.accepted("that", 3)
    desk.release("that")
    desk.release("this")
    assert (desk.counting(), desk.held()) == ({"this"}, {"that"})


def test_both_released_in_one_wave_the_last_decision_counts(desk):
    for name in ("this", "that"):
        desk.accepted(name, 3)
    for name in ("that", "this"):
        ledger.release(desk.connection, desk.loads[name], "data_manager", "it is right", AS_OF)
    desk.accept("this", "that")
    assert desk.counting() == {"this"}


def test_a_decision_for_a_file_holds_for_its_later_readings(desk):
    for name in ("this", "that"):
        desk.accepted(name, 3)
    desk.release("this")
    desk.accepted("this read anew", 3, content="this", mapping="2")
    assert desk.counting() == {"this read anew"}


def test_a_tie_below_the_winner_is_no_matter_until_the_winner_goes(desk):
    desk.accepted("winner", 9)
    desk.accepted("this", 3)
    desk.accepted("that", 3)
    assert (desk.counting(), desk.held()) == ({"winner"}, set())
    desk.withdraw("winner")
    assert (desk.counting(), desk.held()) == (set(), {"this", "that"})


# ---- Whatever the order ---------------------------------------------------------------------------------------------

VERSIONS = {
    "may": {"day": 1, "period": MAY},
    "may v2": {"day": 1, "period": MAY, "declared_version": 2},
    "june early": {"day": 2},
    "june late": {"day": 6},
    "june final": {"day": 4, "status_rank": 2},
    "june final v2": {"day": 4, "status_rank": 2, "declared_version": 2},
}
TIES = {
    "top a": {"day": 9}, "top b": {"day": 9}, "below a": {"day": 5}, "below b": {"day": 5}, "bottom": {"day": 1},
}  # fmt: skip


def in_some_order(desk: Desk, versions: dict[str, dict], seed: int) -> Desk:
    """Let the versions come in an order and in waves that the seed decides."""
    chance = random.Random(seed)
    names = chance.sample(list(versions), len(versions))
    wave: list[str] = []
    for name in names:
        desk.judged(name, **versions[name])
        wave.append(name)
        if chance.random() < 0.5:
            desk.accept(*wave)
            wave = []
    desk.accept(*wave)
    return desk


def test_the_same_versions_count_in_whatever_order_and_waves_they_come(desk):
    for seed in range(ORDERS):
        one = in_some_order(Desk(desk.connection), VERSIONS, seed)
        assert one.counting() == {"may v2", "june final v2"}, f"order {seed}"
        one.withdraw("june final v2")
        assert one.counting() == {"may v2", "june final"}, f"order {seed}"
        one.withdraw("june final")
        one.withdraw("may v2")
        assert one.counting() == {"may", "june late"}, f"order {seed}"


def test_ties_end_alike_in_whatever_order_and_waves_they_come(desk):
    for seed in range(ORDERS):
        one = in_some_order(Desk(desk.connection), TIES, seed)
        assert "top a" in one.held(), f"order {seed}"
        assert "top b" in one.held(), f"order {seed}"
        assert one.counting() == {"bottom"}, f"order {seed}"
        one.release("top a")
        assert one.counting() == {"top a"}, f"order {seed}"


def test_what_ever_counted_is_found_again_at_its_own_moment(desk):
    chance = random.Random(7)
    moments: list[tuple[int, set[str]]] = []
    for number, name in enumerate(chance.sample(list(VERSIONS), len(VERSIONS))):
        moments.append((desk.accepted(name, **VERSIONS[name]), desk.counting()))
        if number % 2:
            moments.append((desk.withdraw(name), desk.counting()))
    for sequence, counted in moments:
        assert desk.as_known_at(sequence) == counted


# ---- Decisions ------------------------------------------------------------------------------------------------------


def test_a_decision_needs_a_reason_and_a_load_it_can_be_about(desk):
    load_id = desk.judged("june", 1)
    with pytest.raises(ledger.LedgerError, match="say why"):
        ledger.withdraw(desk.connection, load_id, "data_manager", " ", AS_OF)
    with pytest.raises(ledger.LedgerError, match="only held"):
        ledger.release(desk.connection, load_id, "data_manager", "it is right", AS_OF)
    with pytest.raises(ledger.LedgerError, match="no load 999999"):
        ledger.withdraw(desk.connection, 999999, "data_manager", "it is wrong", AS_OF)
    ledger.move(desk.connection, load_id, "refused", AS_OF)
    with pytest.raises(ledger.LedgerError, match="is refused"):
        ledger.withdraw(desk.connection, load_id, "data_manager", "it is wrong", AS_OF)


def test_a_load_withdrawn_while_its_wave_is_judged_is_not_accepted(desk):
    desk.judged("june", 1)
    desk.withdraw("june")
    desk.accept("june")
    assert desk.counting() == set()


def test_who_decided_what_and_why_is_kept(desk):
    load_id = desk.judged("june", 1)
    desk.withdraw("june")
    with desk.connection.cursor() as cursor:
        cursor.execute(
            "select decision, by_role, because, decided_at from audit.decisions where load_id = %s", (load_id,)
        )
        assert cursor.fetchall() == [("withdraw", "data_manager", "sent by mistake", AS_OF)]
