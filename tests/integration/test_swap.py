"""Swapping marts under readers: old or new, never both, never an error, never a right that is missing."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest

from warehouse import build
from warehouse.connection import ADMIN, OWNER, connect, url

SWAPS = 8
MARTS = "select a.build_id, b.build_id from marts.fct_first as a cross join marts.fct_second as b"
# In the other order, so that readers and the swap meet from both sides.
PUBLISHED = "select b.build_id, a.build_id from published.pub_figures as b cross join published.pub_figures_now as a"


@pytest.fixture
def make(warehouse_database, as_of) -> Callable[[], int]:
    """Call to make, beside the marts, what a build of dbt would: two marts, a published table and a view on it."""

    def make() -> int:
        build_id = build._begin(1, as_of, "2026-27-Q1")
        build._make_next_schemas()
        with connect("transformer") as connection, connection.cursor() as cursor:
            for table in ("marts_next.fct_first", "marts_next.fct_second", "published_next.pub_figures_now"):
                cursor.execute(f"create table {table} as select %s::bigint as build_id", (build_id,))
            cursor.execute(
                "create view published_next.pub_figures as select n.build_id"
                " from published_next.pub_figures_now as n where (select count(*) from audit.edition_rows) >= 0"
            )
            cursor.execute("update audit.builds set state = 'built' where build_id = %s", (build_id,))
        return build_id

    return make


def schemas() -> set[str]:
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("select nspname from pg_namespace where nspname ~ '^(marts|published)'")
        return {name for (name,) in cursor}


def read(role: str, question: str) -> list[tuple]:
    with connect(role) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def state_of(build_id: int) -> str:
    return read("transformer", f"select state from audit.builds where build_id = {build_id}")[0][0]


class Reader(threading.Thread):
    """Ask the same single statement again and again over one connection, as a dashboard does."""

    def __init__(self, role: str, question: str) -> None:
        super().__init__(daemon=True)
        self.role, self.question = role, question
        self.seen: list[tuple] = []
        self.errors: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        target = url(self.role).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg2.connect(target)) as connection:
            # Without a transaction around it, each statement lets go of its locks as it ends.
            connection.autocommit = True
            cursor = connection.cursor()
            while not self.stopped.is_set():
                try:
                    cursor.execute(self.question)
                    self.seen += cursor.fetchall()
                except psycopg2.Error as error:
                    self.errors.append(type(error).__name__)


@contextmanager
def reading(*asked: tuple[str, str]) -> Iterator[list[Reader]]:
    readers = [Reader(*one) for one in asked]
    for reader in readers:
        reader.start()
    try:
        yield readers
    finally:
        for reader in readers:
            reader.stopped.set()
        for reader in readers:
            reader.join(timeout=30)


def test_readers_see_one_build_or_the_next_and_nothing_else(make):
    build.swap(make())
    asked = [("analyst", MARTS), ("analyst", PUBLISHED), ("reviewer", MARTS), ("reporter", PUBLISHED)]
    swapped = []
    with reading(*asked) as readers:
        for _ in range(SWAPS):
            build_id = make()
            build.swap(build_id)
            swapped.append(build_id)
            time.sleep(0.05)
    for reader in readers:
        assert reader.errors == []
        assert {first - second for first, second in reader.seen} == {0}, "a statement mixed two builds"
        assert [one for one, _ in reader.seen] == sorted(one for one, _ in reader.seen), "an older build came back"
        assert len({one for one, _ in reader.seen} & set(swapped)) >= SWAPS - 3
    assert sum(len(reader.seen) for reader in readers) > 1000
    assert schemas() == {"marts", "published"}


def test_a_build_that_failed_leaves_no_litter_behind(make):
    build.swap(make())
    make()
    assert schemas() == {"marts", "published", "marts_next", "published_next"}
    kept = make()
    build.swap(kept)
    assert schemas() == {"marts", "published"}
    assert read("analyst", MARTS) == [(kept, kept)]


def test_swapping_twice_is_swapping_once(make):
    build_id = make()
    build.swap(build_id)
    build.swap(build_id)
    assert read("analyst", MARTS) == [(build_id, build_id)]
    assert state_of(build_id) == "swapped"


def test_a_swap_killed_before_the_clearing_is_cleared_by_the_next_call(make):
    build.swap(make())
    build_id = make()
    with connect(OWNER) as connection:
        build._swap_now(connection, build_id)
    assert schemas() > {"marts", "published"}
    build.swap(build_id)
    assert schemas() == {"marts", "published"}


def test_a_build_that_was_overtaken_is_not_swapped_under_its_old_number(make):
    build.swap(make())
    overtaken, later = make(), make()
    with pytest.raises(build.BuildFailed, match="later build"):
        build.swap(overtaken)
    assert state_of(overtaken) == "built"
    build.swap(later)
    assert read("analyst", MARTS) == [(later, later)]


@pytest.mark.parametrize("state", ["failed", "building"])
def test_what_was_not_finished_is_not_swapped(make, state):
    build.swap(make())
    build_id = make()
    with connect("transformer") as connection, connection.cursor() as cursor:
        cursor.execute("update audit.builds set state = %s where build_id = %s", (state, build_id))
    with pytest.raises(build.BuildFailed, match=state):
        build.swap(build_id)
    assert read("analyst", MARTS) == [(build_id - 1, build_id - 1)]


def test_a_long_query_delays_the_swap_and_is_not_broken(make):
    build.swap(make())
    build_id = make()
    began = time.monotonic()
    with connect("analyst") as analyst, analyst.cursor() as cursor:
        cursor.execute("select build_id from marts.fct_first")
        swap = threading.Thread(target=build.swap, args=(build_id,))
        swap.start()
        time.sleep(0.5)
        # While the swap tries, others read on: it never makes them queue for longer than its own timeout.
        assert read("reviewer", MARTS) == [(build_id - 1, build_id - 1)]
        cursor.execute("select build_id from marts.fct_second")
        assert cursor.fetchone() == (build_id - 1,)
    swap.join(timeout=30)
    assert time.monotonic() - began < 10
    assert read("analyst", MARTS) == [(build_id, build_id)]


def test_somebody_elses_view_on_the_marts_is_never_dropped(make, caplog):
    build.swap(make())
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("create schema of_the_board")
        cursor.execute("create view of_the_board.counted as select count(*) from marts.fct_first")
    first = make()
    with caplog.at_level(logging.WARNING):
        build.swap(first)
    assert "not ours" in caplog.text
    assert read("analyst", MARTS) == [(first, first)]
    assert read(ADMIN, "select * from of_the_board.counted") == [(1,)]
    left = f"marts_old_{first}"
    assert schemas() == {"marts", "published", left}

    build.swap(make())
    assert schemas() == {"marts", "published", left}, "what nobody hangs on is dropped"
    with connect(ADMIN) as connection, connection.cursor() as cursor:
        cursor.execute("drop view of_the_board.counted")
    build.swap(make())
    assert schemas() == {"marts", "published"}


def test_the_marts_are_current_for_their_day_sequence_and_quarter_alone(make, as_of):
    assert not build.is_current(1, as_of, "2026-27-Q1")
    build.swap(make())
    assert build.is_current(1, as_of + dt.timedelta(hours=3), "2026-27-Q1")
    assert not build.is_current(2, as_of, "2026-27-Q1")
    assert not build.is_current(1, as_of + dt.timedelta(days=1), "2026-27-Q1")
    assert not build.is_current(1, as_of, "2026-27-Q2")
