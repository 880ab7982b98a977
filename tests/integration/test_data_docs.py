"""Data Docs say of each suite what is asked and what the last wave met; what has no answer was not met."""

import datetime as dt

import pytest

from expectations import data_docs
from expectations.contract import load_contracts
from expectations.suite import asked
from warehouse import connection

EARLIER = dt.datetime(2026, 7, 28, 6, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
CONTRACTS = {record: load_contracts()[record] for record in ("incident", "complaint")}
UNMET = "ExpectColumnValuesToBeInSet: INC-001"
UNANSWERED = "ExpectCompoundColumnsToBeUnique: INC-KEY"


def note(cursor, judged_at, load_ids: str, expectation: str, is_met: bool) -> None:
    cursor.execute(
        "insert into audit.gate_results (judged_at, load_ids, suite, expectation, is_met, checked, failed)"
        " values (%s, %s, 'incident', %s, %s, 412, 7)",
        (judged_at, load_ids, expectation, is_met),
    )


@pytest.fixture(scope="module")
def found(shared_warehouse) -> dict[str, data_docs.SuiteDocument]:
    """Incidents were judged twice, the second time with one that was not met by the wave and one without an answer."""
    with connection.connect("loader") as opened, opened.cursor() as cursor:
        for one in asked(CONTRACTS, opened)["incident"]:
            name = f"{one.kind}: {one.about}"
            note(cursor, EARLIER, "1, 2", name, True)
            if name != UNANSWERED:
                note(cursor, LATER, "3, 4", name, name != UNMET)
                # The part of the wave without the culprit.
                note(cursor, LATER, "4", name, True)
    with connection.connect("transformer") as opened:
        return {one.name: one for one in data_docs.documents(CONTRACTS, opened)}


def said(document: data_docs.SuiteDocument) -> list[tuple[str, str, bool | None]]:
    return [
        (section, "".join(part.text for part in one.sentence), one.is_met)
        for section, expectations in document.sections
        for one in expectations
    ]


def test_the_whole_of_the_last_wave_is_spoken_of(found):
    assert found["incident"].judged_at == LATER
    assert found["incident"].is_met is False
    unmet = [(section, sentence) for section, sentence, is_met in said(found["incident"]) if not is_met]
    assert unmet == [
        (
            "The whole table",
            "Values for given compound columns must be unique together: load_id, incident_id, revision",
        ),
        ("INC-001", CONTRACTS["incident"].rule_codes()["INC-001"].description),
    ]


def test_what_nothing_was_judged_by_says_so(found):
    assert (found["complaint"].judged_at, found["complaint"].is_met) == (None, None)
    assert {is_met for _, _, is_met in said(found["complaint"])} == {None}


def test_great_expectations_says_it_in_its_own_words_and_without_a_number_of_rows(found):
    sentences = {section: sentence for section, sentence, _ in said(found["incident"])}
    assert sentences["occurred_on"] == "Values must never be null."
    assert sentences["police_attended"].startswith("Values must belong to this set: yes no")
    assert not any("412" in sentence or "exactly" in sentence for _, sentence, _ in said(found["incident"]))


def test_the_suites_of_no_record_come_last(found):
    assert list(found) == ["complaint", "incident", "load_records", "rule_results"]
