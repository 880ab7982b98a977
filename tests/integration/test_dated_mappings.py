"""A sender changes its export and the old files stay readable: which mapping reads a file, and what is read again."""

import copy
import datetime as dt

import pytest

from loaders import load, registering
from loaders.onboarding.check import check
from tests.made_up_sender import INCIDENTS, SUBMITTED_AT
from warehouse import connection, ledger

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
OLD = "Ref,Happened,Reported,Ward,Kind,Notes\n{0},03/{1}/2026,04/{1}/2026,Alder,SELFH,\n"
NEW = '{{"id": "{0}", "on": "2026-{1}-03", "kind": "Fall"}}\n'
THEN = {
    "from": "2026-06-01",
    "format": {"kind": "ndjson"},
    "tables": [
        {
            "record": "incident",
            "delivers": "period",
            "columns": {
                "incident_id": "id",
                "revision": {"constant": "1"},
                "occurred_on": "on",
                "incident_kind": {"from": "kind", "codes": {"Fall": "falls"}},
            },
        }
    ],
}


def feeds(**changed) -> dict:
    return {"incidents": copy.deepcopy(INCIDENTS) | {"then": [THEN]} | changed}


def name(month: str) -> str:
    return f"incidents_2026-{month}.csv"


def of(one, month: str) -> tuple:
    """Return state, mapping and the rows that a month's file brought."""
    delivery = one.delivery(name(month))
    rows = one.ask("select incident_id, incident_kind from raw.incident where load_id = %s", delivery["load_id"])
    return delivery["state"], delivery["mapping_version"], rows


@pytest.fixture
def two_months(sender):
    """A sender whose June came before its May, each in the form of its month."""
    one = sender(feeds=feeds())
    one.send(name("06"), NEW.format("I-6", "06"))
    one.load(AS_OF)
    one.send(name("05"), OLD.format("I-5", "05"))
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    return one


def test_a_file_is_read_by_the_mapping_of_its_period_however_late_it_comes(two_months):
    feed = two_months.provider.feeds["incidents"]
    old, new = (feed.on(dt.date(2026, month, 1)).mapping_version for month in (5, 6))
    assert old != new
    assert of(two_months, "05") == ("accepted", old, [("I-5", "self_harm")])
    assert of(two_months, "06") == ("accepted", new, [("I-6", "falls")])


def test_a_file_in_the_form_of_another_day_is_refused(sender):
    one = sender(feeds=feeds())
    one.send(name("06"), OLD.format("I-6", "06"))
    one.load(AS_OF)
    assert (one.delivery(name("06"))["state"], one.rules(name("06"))) == ("refused", ["FILE-JSON"])


def test_a_mended_mapping_reads_only_the_files_of_its_own_days_again(two_months):
    mended = copy.deepcopy(THEN)
    mended["tables"][0]["columns"]["incident_kind"]["codes"]["Fall"] = "absence_without_leave"
    two_months.change(two_months.document | {"feeds": feeds(then=[mended])})
    (june,) = registering.reread(two_months.provider, AS_OF)
    two_months.load(AS_OF)
    load.accept_wave(AS_OF)
    assert of(two_months, "06")[2] == [("I-6", "absence_without_leave")]
    assert two_months.delivery(name("06"))["load_id"] == june
    assert of(two_months, "05")[2] == [("I-5", "self_harm")]
    assert registering.reread(two_months.provider, AS_OF) == []


def test_a_mapping_that_begins_later_leaves_all_files_alone(two_months):
    two_months.change(two_months.document | {"feeds": feeds(then=[THEN, THEN | {"from": "2026-07-01"}])})
    assert registering.reread(two_months.provider, AS_OF) == []


def test_a_mapping_that_now_begins_earlier_reads_the_files_between_again(two_months):
    two_months.change(two_months.document | {"feeds": feeds(then=[THEN | {"from": "2026-05-01"}])})
    (may,) = registering.reread(two_months.provider, AS_OF)
    two_months.load(AS_OF)
    assert (two_months.delivery(name("05"))["load_id"], of(two_months, "05")[0]) == (may, "refused")


@pytest.mark.parametrize(
    ("sent", "content", "state"),
    [
        # Half past midnight in London is the new day, though Greenwich still has the old one.
        ("2026-05-31T23:30:00+00:00", NEW.format("I-1", "05"), "judged"),
        ("2026-05-31T22:30:00+00:00", OLD.format("I-1", "05"), "judged"),
        ("2026-05-31T22:30:00+00:00", NEW.format("I-1", "05"), "refused"),
    ],
)
def test_a_name_that_says_no_period_goes_by_the_day_of_submission(sender, sent, content, state):
    table = copy.deepcopy(INCIDENTS["tables"][0]) | {"delivers": "events"}
    later = copy.deepcopy(THEN)
    later["tables"][0]["delivers"] = "events"
    feed = {"files": "all.csv", "every": "once", "format": INCIDENTS["format"], "tables": [table], "then": [later]}
    one = sender(feeds={"incidents": feed})
    one.send("all.csv", content, dt.datetime.fromisoformat(sent))
    one.load(AS_OF)
    assert one.delivery("all.csv")["state"] == state


def test_a_file_checked_without_a_warehouse_is_read_by_the_same_mapping(two_months):
    for month in ("05", "06"):
        verdict = check(two_months.folder / name(month), two_months.provider, SUBMITTED_AT)
        assert (verdict.outcome, verdict.rows_kept) == ("accept", {"incident": 1})


def test_an_agreement_must_cover_the_records_of_every_mapping(sender):
    other = copy.deepcopy(THEN)
    other["tables"][0] |= {"record": "session", "columns": {"session_id": "id", "held_on": "on"}}
    one = sender(feeds=feeds(then=[other]))
    one.send(name("05"), OLD.format("I-5", "05"))
    assert one.load(AS_OF).without_agreement == [name("05")]


# ---- What the file's name fills in -----------------------------------------------------------------------------------


def test_the_same_bytes_of_two_sites_are_two_loads(sender):
    table = copy.deepcopy(INCIDENTS["tables"][0]) | {"delivers": "events"}
    table["columns"] |= {"service_id": {"file": "site"}, "reported_on": {"file": "period_end"}}
    feed = INCIDENTS | {"files": "{site:[A-Z]+}_{period:%Y-%m}{version}.csv", "tables": [table]}
    one = sender(feeds={"incidents": feed})
    text = "Ref,Happened,Kind\nI-1,03/06/2026,FALL\n"
    for path in ("ALDER_2026-06.csv", "BIRCH_2026-06.csv", "BIRCH_2026-06_v2.csv"):
        one.send(path, text)
    assert len(one.load(AS_OF).load_ids) == 2
    rows = "select service_id, reported_on::text from raw.incident where load_id = %s"
    found = [one.ask(rows, one.delivery(path)["load_id"]) for path in ("ALDER_2026-06.csv", "BIRCH_2026-06.csv")]
    assert found == [[("ALDER", "2026-06-30")], [("BIRCH", "2026-06-30")]]
    assert one.load(AS_OF).load_ids == []
    assert registering.reread(one.provider, AS_OF) == []
    assert counting(one) == [("ALDER", "2026-06-30"), ("BIRCH", "2026-06-30")]
    # A mended mapping reads both anew, and its readings take the place of the first two.
    feed["tables"] = [table | {"ignore": ["Remarks"]}]
    one.change(one.document | {"feeds": {"incidents": feed}})
    assert len(registering.reread(one.provider, AS_OF)) == 2
    load.land(one.provider, AS_OF)
    load.judge(one.provider, AS_OF)
    assert counting(one) == [("ALDER", "2026-06-30"), ("BIRCH", "2026-06-30")]


def counting(one) -> list[tuple]:
    """Accept what was judged, and return site and month of every row that counts."""
    with connection.connect("loader") as opened:
        judged = [load["load_id"] for load in ledger.loads(opened, "judged", one.provider.organisation_code)]
        ledger.accept(opened, judged, AS_OF)
    return one.ask(
        "select service_id, reported_on::text from raw.incident inner join audit.visibility as seen using (load_id)"
        " where provider_code = %s and seen.retired_seq is null order by 1",
        one.provider.organisation_code,
    )


# ---- What no feed expects --------------------------------------------------------------------------------------------


def test_a_file_whose_name_no_feed_expects_is_told_and_not_taken(sender, caplog):
    one = sender()
    for path in (name("06"), "incidents_2026-13.csv", "Incidents June (final).xlsx"):
        one.send(path, OLD.format("I-1", "06"))
    fetched = one.load(AS_OF)
    assert len(fetched.load_ids) == 1
    assert sorted(fetched.unexpected) == ["Incidents June (final).xlsx", "incidents_2026-13.csv"]
    (said,) = [record for record in caplog.records if "no feed expects" in record.message]
    assert (said.levelname, said.sender, said.rows) == ("WARNING", one.provider.code, 2)
    assert "final" not in said.message
    with connection.connect("loader") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select count(*) from audit.deliveries where provider_code = %s", (one.provider.organisation_code,)
        )
        assert cursor.fetchone() == (1,)
