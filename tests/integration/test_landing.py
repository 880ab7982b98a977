"""Rows are conserved, a load says how it was read and under what, and text arrives as it was sent."""

import copy
import datetime as dt
import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders import fetching, landing, load, registering
from tests.made_up_sender import AGREEMENT, INCIDENTS, SUBMITTED_AT
from warehouse import connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
NAME = "incidents_2026-06.csv"
HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
KINDS = {
    "good": "{ref},03/06/2026,04/06/2026,Alder,SELFH,",
    "no day": "{ref},soon,04/06/2026,Alder,SELFH,",
    "no reference": ",03/06/2026,04/06/2026,Alder,SELFH,",
    "two faults": "{ref},,never,Alder,SELFH,",
    "two rules broken": "{ref},05/06/1980,04/06/1979,Alder,SELFH,",
    "twice": "{ref},03/06/2026,04/06/2026,Alder,SELFH,\n{ref},03/06/2026,04/06/2026,Alder,SELFH,",
    "contradicted": "{ref},03/06/2026,04/06/2026,Alder,SELFH,\n{ref},03/06/2026,04/06/2026,Birch,SELFH,",
    "total": "Total,,,,,",
    "blank": ",,,,,",
}
BECOMES = {
    # kind: (kept, set aside, filtered)
    "good": (1, 0, 0),
    "no day": (0, 1, 0),
    "no reference": (0, 1, 0),
    "two faults": (0, 1, 0),
    "two rules broken": (0, 1, 0),
    "twice": (1, 1, 0),
    "contradicted": (0, 2, 0),
    "total": (0, 0, 1),
    "blank": (0, 0, 0),
}


def with_totals() -> dict:
    feed = copy.deepcopy(INCIDENTS)
    feed["tables"][0]["skip_when"] = {"Ref": ["Total"]}
    return {"feeds": {"incidents": feed}}


def file_of(kinds: list[str]) -> str:
    return "\n".join([HEAD, *(KINDS[kind].format(ref=f"I-{number}") for number, kind in enumerate(kinds))]) + "\n"


def tally(one) -> tuple[int, int, int, int]:
    """Return what the warehouse holds of a file: rows read, kept, set aside, filtered."""
    delivery = one.delivery(NAME)
    (kept,) = one.ask(
        "select count(*) from raw.incident as landed where load_id = %s and not exists (select from quarantine.rows as"
        " aside where aside.load_id = landed.load_id and aside.row_number = landed.row_number)",
        delivery["load_id"],
    )[0]
    return delivery["rows_read"], kept, delivery["rows_set_aside"], delivery["rows_filtered"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=25), batch=st.sampled_from([1, 3, 5000]))
def test_every_row_read_is_kept_set_aside_or_filtered(sender, kinds, batch):
    kinds = ["good", *kinds]
    shuffled = random.Random(len(kinds)).sample(kinds, len(kinds))
    expected = [sum(BECOMES[kind][place] for kind in kinds) for place in range(3)]
    for order in (kinds, shuffled):
        one = sender(**with_totals())
        one.send(NAME, file_of(order))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(landing, "BATCH", batch)
            one.load(AS_OF)
        read, *became = tally(one)
        assert became == expected
        assert read == sum(became)


def test_a_row_that_tells_no_period_is_set_aside_under_a_rule_and_the_others_count(sender):
    feed = copy.deepcopy(INCIDENTS)
    feed["tables"][0]["period_in"] = ["Month"]
    one = sender(feeds={"incidents": feed})
    months = ["June 2026"] * 20 + ["May 2026", "rot"]
    rows = [f"{KINDS['good'].format(ref=f'I-{at}')},{month}" for at, month in enumerate(months)]
    one.send(NAME, "\n".join([f"{HEAD},Month", *rows]) + "\n")
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    assert tally(one) == (22, 20, 1, 1)
    sent = one.delivery(NAME)
    set_aside = one.ask("select row_number, rule from quarantine.rows where load_id = %s", sent["load_id"])
    assert set_aside == [(23, "FILE-ROW-PERIOD")]
    assert sent["state"] == "accepted"


# ---- Identity --------------------------------------------------------------------------------------------------------


def remapped(**kinds: str) -> dict:
    feed = copy.deepcopy(INCIDENTS)
    feed["tables"][0]["columns"]["incident_kind"]["codes"] |= kinds
    return {"incidents": feed}


def kinds_of(one, load_id: int) -> set:
    return {kind for (kind,) in one.ask("select incident_kind from raw.incident where load_id = %s", load_id)}


@pytest.mark.parametrize("reached", ["fetched", "landed"])
def test_a_load_whose_mapping_changed_before_it_was_judged_is_read_as_another(sender, reached):
    one = sender()
    one.send(NAME, f"{HEAD}\nI-1,03/06/2026,04/06/2026,Alder,ABSC,\n")
    fetching.fetch(one.provider, AS_OF)
    if reached == "landed":
        load.land(one.provider, AS_OF)
    first = one.delivery(NAME)
    assert first["state"] == reached
    one.change(one.document | {"feeds": remapped(ABSC="absence_without_leave")})
    one.load(AS_OF)
    second = one.delivery(NAME)
    assert second["load_id"] > first["load_id"]
    assert second["mapping_version"] == one.provider.feeds["incidents"].mapping_version != first["mapping_version"]
    assert kinds_of(one, second["load_id"]) == {"absence_without_leave"}
    was = one.ask("select state, mapping_version from audit.deliveries where load_id = %s", first["load_id"])
    assert was == [("withdrawn", first["mapping_version"])]
    decided = one.ask("select by_role, because from audit.decisions where load_id = %s", first["load_id"])
    assert decided == [("loader", f"read anew as load {second['load_id']}")]
    assert one.load(AS_OF).load_ids == []


def test_a_mended_mapping_reads_the_kept_bytes_again_and_supersedes_the_first_reading(sender):
    one = sender()
    one.send(NAME, f"{HEAD}\nI-1,03/06/2026,04/06/2026,Alder,ABSC,\n")
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    first = one.delivery(NAME)["load_id"]
    assert registering.reread(one.provider, AS_OF) == []
    one.change(one.document | {"feeds": remapped(ABSC="absence_without_leave")})
    (one.folder / NAME).unlink()
    (second,) = registering.reread(one.provider, AS_OF)
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    assert (kinds_of(one, first), kinds_of(one, second)) == ({"unmapped"}, {"absence_without_leave"})
    assert one.visible("incident") == 1
    assert registering.reread(one.provider, AS_OF) == []


def test_a_feed_that_left_the_provider_file_waits_and_hinders_nobody(sender):
    other = copy.deepcopy(INCIDENTS) | {"files": "others_{period:%Y-%m}.csv"}
    one = sender(feeds={"incidents": INCIDENTS, "others": other})
    one.send("others_2026-06.csv", file_of(["good"]))
    fetching.fetch(one.provider, AS_OF)
    one.change(one.document | {"feeds": {"incidents": INCIDENTS}})
    one.send(NAME, file_of(["good"] * 2))
    one.load(AS_OF)
    assert one.delivery("others_2026-06.csv")["state"] == "fetched"
    assert one.delivery(NAME)["state"] == "judged"


# ---- Which version counts --------------------------------------------------------------------------------------------


def test_two_files_of_equal_rank_and_other_content_wait_for_a_person(sender):
    feed = copy.deepcopy(INCIDENTS) | {"files": "incidents_{period:%Y-%m}*.csv"}
    one = sender(feeds={"incidents": feed})
    one.send("incidents_2026-06 a.csv", file_of(["good"] * 2))
    one.send("incidents_2026-06 b.csv", file_of(["good"] * 3))
    one.load(AS_OF)
    load.accept_wave(AS_OF)
    names = ("incidents_2026-06 a.csv", "incidents_2026-06 b.csv")
    assert [(one.rules(name), one.delivery(name)["state"]) for name in names] == [(["FILE-TIE"], "held")] * 2
    assert one.visible("incident") == 0
    one.release(names[1])
    load.accept_wave(AS_OF)
    assert one.visible("incident") == 3


# ---- What stands in raw, and what is said of it --------------------------------------------------------------------


def test_an_error_of_the_database_is_no_verdict(sender):
    one = sender()
    one.send(NAME, file_of(["good"] * 3))
    fetching.fetch(one.provider, AS_OF)
    load_id = one.delivery(NAME)["load_id"]
    with connection.connect("loader") as taken, taken.cursor() as cursor:
        # A row is there already, as only a fault of ours could bring about.
        cursor.execute(
            "insert into raw.incident (load_id, row_number, part, provider_code) values (%s, 2, 1, 'X')", (load_id,)
        )
    with pytest.raises(connection.DatabaseFault, match="UniqueViolation"):
        load.land(one.provider, AS_OF)
    assert one.delivery(NAME)["state"] == "fetched"
    assert one.findings(NAME) == []


def test_every_oddity_of_text_arrives_as_it_was_sent(sender):
    words = [
        'a "quoted" word',
        "back\\slash",
        "tab\there",
        "\\N",
        "line\nbreak",
        "é, ✓ and 👩\u200d⚕️",
        "{braces};",
        "'",
    ]
    table = {
        "record": "input",
        "delivers": "events",
        "columns": {"input_id": "Ref", "received_on": "On", "said": "Said", "theme_codes": "Themes"},
    }
    feed = {"files": "i_{period:%Y-%m}.csv", "every": "month", "format": {"kind": "csv"}, "tables": [table]}
    one = sender(feeds={"inputs": feed})
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    lines = [f"N-{number},2026-06-03,{word},Food; Night-time" for number, word in enumerate(quoted)]
    one.send("i_2026-06.csv", "\n".join(["Ref,On,Said,Themes", *lines]))
    one.load(AS_OF)
    found = one.ask(
        "select said, theme_codes from raw.input where load_id = %s order by input_id",
        one.delivery("i_2026-06.csv")["load_id"],
    )
    assert [said for said, _ in found] == [word.replace("\t", " ") for word in words]
    assert found[0][1][0] == "food"


def test_an_outcome_says_what_was_read_and_under_which_agreement(sender):
    one = sender()
    one.send(NAME, file_of(["good"] * 3))
    one.load(AS_OF)
    delivery = one.delivery(NAME)
    assert {
        name: delivery[name] for name in ("agreement_reference", "submitted_at", "byte_count", "declared_version")
    } == {
        "agreement_reference": AGREEMENT["reference"],
        "submitted_at": SUBMITTED_AT,
        "byte_count": os.path.getsize(one.folder / NAME),
        "declared_version": 1,
    }
    assert (delivery["period_start_on"], delivery["period_end_on"]) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
