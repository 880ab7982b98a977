"""The warehouse of a small region: of what is published only what an edition's life touches is built."""

import hashlib

import pytest

from report import faces, rows
from tests.dbt.sender import Sender
from tests.dbt_run import dbt
from tests.integration.edition_life.small_region import (
    AS_OF,
    CHALLENGES,
    CHECKED,
    FIRST,
    ICB,
    QUARTER,
    SAID,
    SHARED,
    forget,
    speak_for,
)
from warehouse import connection, editions


@pytest.fixture(scope="module")
def built(shared_warehouse):
    """The warehouse with its published views, whose marts speak for the quarter."""
    with connection.connect("admin") as opened, opened.cursor() as cursor:
        trust = Sender(cursor, "QX1", "Made-up Trust", "full")
        claimed = {"challenge_id": "claimed", "edition_id": FIRST, **SAID}
        trust.send("challenges", {"challenge": [claimed]}, end=AS_OF.date())
        Sender(cursor, "QX2", "Made-up Charity", "minimal")
        network = Sender(cursor, "QXN", "Made-up Network", "full", kind="network")
        network.send("challenges", {"challenge": CHALLENGES}, end=AS_OF.date())
        cursor.execute(
            "insert into audit.word_checks values (%s, 'lived experience lead', '2026-07-01')",
            [hashlib.sha256(CHECKED.encode()).hexdigest()],
        )
    selected = [f"+pub_{name}" for name in ("challenges", "asks", "answers", "editions", "organisations")]
    without = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    dbt("build", "--select", *selected, *without, as_of=AS_OF)
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "create table published.pub_figures_now as select 'shown.count/' || number as figure_id, 'QXX' as icb_code,"
            " number::double precision / 7 as value from generate_series(1, 3) as number"
        )
        # Marts that were built after the first edition was published.
        cursor.execute(
            "create table published.pub_compared_now as select 'QXX' as icb_code, %s as compared_with_edition_id",
            (FIRST,),
        )
        speak_for(cursor, QUARTER)
    with connection.connect("admin") as opened:
        from warehouse import grants

        grants.apply(opened)
    return shared_warehouse


@pytest.fixture
def opened(built):
    """A transaction whose end is that nothing happened."""
    with connection.connect("transformer") as transformer:
        yield transformer
        transformer.rollback()


@pytest.fixture
def drafted(opened):
    assert editions.draft(opened, QUARTER, ICB, AS_OF) == FIRST
    return opened


@pytest.fixture
def shared(drafted):
    editions.share(drafted, FIRST, SHARED, "assurance lead")
    return drafted


@pytest.fixture
def sketched(drafted, monkeypatch):
    """A draft that others see, with two faces in few words; each thing put on the list breaks the page once."""
    drafted.commit()
    breaks = []

    def page(edition) -> bytes:
        if breaks:
            raise ValueError(breaks.pop())
        return f"{edition.facts['state']} on {edition.facts['published_on']}".encode()

    # What this warehouse has; drawing is another test's.
    built = {name: order for name, order in rows.RELATIONS.items() if name in ("pub_challenges", "pub_asks")}
    monkeypatch.setattr(rows, "RELATIONS", built)
    two = [faces.Face("first.txt", "The first", lambda _: b"drawn"), faces.Face(faces.PAGE, "The page", page)]
    monkeypatch.setattr(faces, "of", lambda _: {face.name: face for face in two})
    yield breaks
    drafted.rollback()
    forget()
