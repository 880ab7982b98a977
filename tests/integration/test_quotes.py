"""Somebody is quoted while they agree, de-identified and read by a second person, and in no edition a day longer."""

import datetime as dt

import pytest
from psycopg2.extras import RealDictCursor

from loaders import load, public_words
from tests.dbt_run import EVERYTHING, dbt
from tests.made_up_sender import AGREEMENT
from warehouse import connection, editions

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
QUARTER = "2026-27-Q1"
QUOTES = {
    "files": "quotes_{period:%Y-%m}{version}.csv",
    "every": "month",
    "first_period": "2026-04-01",
    "format": {"kind": "csv"},
    "tables": [
        {
            "record": "quote",
            "delivers": "snapshot",
            "columns": {
                "quote_id": "Ref", "source_kind": "Source", "words": "Words", "polarity": "Polarity",
                "consent_on": "Consent", "consent_withdrawn_on": "Taken back", "deidentified_by_role": "By",
                "checked_by_role": "Checked by", "checked_on": "Checked on",
            },
        }
    ],
}  # fmt: skip
HEADS = "Ref,Source,Words,Polarity,Consent,Taken back,By,Checked by,Checked on"
GOOD = "Q1,session,They knocked before they came in.,for,2026-06-01,{taken_back},lead,matron,2026-06-02"
KEPT = "Q2,session,The garden was locked all week.,against,2026-06-01,,lead,matron,2026-06-02"
# Nobody read it with them; nobody took the names out; nobody asked; and what nobody of the board has read.
UNREAD = "Q3,session,The soup was cold again.,against,2026-06-01,,lead,,"
NAMED = "Q4,session,The night was loud.,against,2026-06-01,,,matron,2026-06-02"
UNASKED = "Q5,session,The visit was short.,mixed,,,lead,matron,2026-06-02"
WAITING = "Q6,session,The bus came late.,against,2026-06-01,,lead,matron,2026-06-02"


def ask(query: str, role: str = "transformer") -> list[dict]:
    with connection.connect(role) as opened, opened.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def quoted(edition_id: str) -> dict[str, tuple]:
    """What an edition quotes: id -> (words, state)."""
    rows = ask("select * from published.pub_quotes")
    return {row["quote_id"]: (row["words"], row["words_state"]) for row in rows if row["edition_id"] == edition_id}


def send(one, name: str, *lines: str, day: int = 10) -> None:
    one.send(name, "\n".join([HEADS, *lines]) + "\n", dt.datetime(2026, 7, day, 9, 0, tzinfo=dt.UTC))
    one.load(AS_OF)
    with connection.connect("loader") as opened:
        from loaders.coverage import refresh

        refresh(opened, [one.provider], AS_OF)


def build() -> None:
    load.accept_wave(AS_OF)
    without_tests = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    dbt("build", "--select", "+pub_quotes", *without_tests, as_of=AS_OF)


@pytest.fixture(scope="module")
def told(sender):
    """(quoted before, the edition while consent stood, quoted after it was taken back, and the edition then)."""
    one = sender(feeds={"quotes": QUOTES}, agreements=[AGREEMENT | {"records": ["quote"]}])
    others = (KEPT, UNREAD, NAMED, UNASKED)
    send(one, "quotes_2026-06.csv", GOOD.format(taken_back=""), *others)
    public_words.approve(public_words.unchecked(one.code), "lived experience lead", AS_OF.date())
    send(one, "quotes_2026-06_v2.csv", GOOD.format(taken_back=""), *others, WAITING)
    build()
    before = quoted("working")
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "insert into audit.builds (accepted_through, as_of, report_quarter, code_version, state)"
            " values (%s, %s, %s, 'x', 'swapped')",
            (EVERYTHING, AS_OF, QUARTER),
        )
        edition = editions.draft(opened, QUARTER, "ZZL", AS_OF)
    frozen = quoted(edition)
    send(one, "quotes_2026-06_v3.csv", GOOD.format(taken_back="2026-07-20"), *others, WAITING, day=28)
    build()
    assert one.delivery("quotes_2026-06_v3.csv")["state"] == "accepted"
    return before, frozen, quoted("working"), quoted(edition)


def test_only_those_are_quoted_who_agree_and_were_read_by_a_second_person(told):
    assert told[0] == {
        "Q1": ("They knocked before they came in.", "checked"),
        "Q2": ("The garden was locked all week.", "checked"),
    }


def test_an_edition_quotes_them_too(told):
    assert told[1] == told[0]


def test_who_takes_consent_back_is_quoted_no_longer_in_the_edition_either(told):
    assert told[2] == {"Q2": ("The garden was locked all week.", "checked")}
    assert told[3] == {"Q1": (None, "taken_back"), "Q2": ("The garden was locked all week.", "checked")}


def test_no_edition_ever_froze_the_words(told):
    frozen = [
        row["row"] for row in ask("select row::text as row from audit.edition_rows where relation = 'pub_quotes'")
    ]
    assert len(frozen) == 2
    assert [row for row in frozen if "knocked" in row or "garden" in row] == []


def test_no_mart_holds_the_words_of_who_took_consent_back(told):
    assert {row["quote_id"]: row["words"] is None for row in ask("select quote_id, words from marts.fct_quotes")} == {
        "Q1": True, "Q2": False, "Q3": False, "Q4": False, "Q5": True, "Q6": True,
    }  # fmt: skip
