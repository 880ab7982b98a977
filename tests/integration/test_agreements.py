"""Without an agreement in force for every record it carries, a file stays where it is."""

import datetime as dt

import pytest

from tests.made_up_sender import AGREEMENT, INCIDENTS

NAME = "incidents_2026-06.csv"
SERVICES = {
    "files": "services.csv",
    "every": "once",
    "format": {"kind": "csv"},
    "tables": [{"record": "service", "delivers": "snapshot", "columns": {"service_id": "Ref", "service_name": "Name"}}],
}


def agreement(reference: str, valid_from: str, valid_to: str, *records: str) -> dict:
    said = {"reference": reference, "valid_from": valid_from, "valid_to": valid_to, "records": list(records)}
    return AGREEMENT | said


def morning(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T06:00:00+00:00")


@pytest.mark.parametrize(
    ("moment", "is_fetched"),
    [
        ("2026-07-14T06:00:00+00:00", False),
        ("2026-07-14T22:59:00+00:00", False),
        ("2026-07-14T23:00:00+00:00", True),  # it is the 15th in London
        ("2026-07-31T22:59:00+00:00", True),
        ("2026-07-31T23:00:00+00:00", False),
    ],
)
def test_an_agreement_holds_from_its_first_day_to_its_last_in_london(sender, moment, is_fetched):
    one = sender(agreements=[agreement("A", "2026-07-15", "2026-07-31", "incident")])
    one.send(NAME, "Nil return\n")
    fetched = one.load(dt.datetime.fromisoformat(moment))
    assert (bool(fetched.load_ids), fetched.without_agreement) == (is_fetched, [] if is_fetched else [NAME])


def test_the_ledger_names_the_agreement_of_the_day(sender):
    one = sender(
        agreements=[
            agreement("old", "2025-04-01", "2026-07-15", "incident"),
            agreement("new", "2026-07-16", "2027-03-31", "incident"),
        ]
    )
    for day, name in (("2026-07-15", NAME), ("2026-07-16", "incidents_2026-06_v2.csv")):
        one.send(name, f"Nil return\n{',' * len(name)}\n")
        one.load(morning(day))
    assert one.delivery(NAME)["agreement_reference"] == "old"
    assert one.delivery("incidents_2026-06_v2.csv")["agreement_reference"] == "new"


def test_one_record_not_covered_leaves_the_files_that_carry_it_and_takes_the_others(sender):
    one = sender(
        agreements=[agreement("A", "2026-04-01", "2027-03-31", "service")],
        feeds={"incidents": INCIDENTS, "services": SERVICES},
    )
    one.send(NAME, "Nil return\n")
    one.send("services.csv", "Ref,Name\nS-1,Alder ward\n")
    fetched = one.load(morning("2026-07-20"))
    assert (len(fetched.load_ids), fetched.without_agreement) == (1, [NAME])


def test_a_renewed_agreement_brings_in_what_waited(sender):
    one = sender(agreements=[agreement("A", "2026-04-01", "2026-06-30", "incident")])
    one.send(NAME, "Nil return\n")
    assert one.load(morning("2026-07-20")).without_agreement == [NAME]
    one.change(one.document | {"agreements": [agreement("A", "2026-04-01", "2027-06-30", "incident")]})
    assert len(one.load(morning("2026-07-21")).load_ids) == 1
