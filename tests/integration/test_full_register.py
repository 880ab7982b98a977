"""A whole register in one workbook lands record by record: judged by every rule, own words apart, nobody by name."""

import datetime as dt
import io

import pytest
import yaml
from openpyxl import load_workbook

from expectations import template
from expectations.contract import load_contracts
from expectations.generate import contents
from tests.filled_register import KEPT, OWN_WORDS, fill
from tests.made_up_sender import AGREEMENT

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
NAME = "zzz_2026-27-Q1.xlsx"
CONTRACTS = load_contracts()


@pytest.fixture
def loaded(sender):
    """A sender whose filled-in workbook was fetched, landed and judged."""
    feeds = yaml.safe_load(contents()["docs/templates/full_register.yml"])["feeds"]
    one = sender(feeds=feeds, agreements=[AGREEMENT | {"records": [contract.record for contract in KEPT]}])
    book = load_workbook(io.BytesIO(template.template_bytes(one.code, "full")))
    fill(book)
    saved = io.BytesIO()
    book.save(saved)
    one.send(NAME, saved.getvalue())
    one.load(AS_OF)
    return one


def test_every_record_of_the_register_lands_and_every_rule_of_it_runs(loaded):
    load_id = loaded.delivery(NAME)["load_id"]
    landed = dict(loaded.ask("select record, rows_landed from audit.load_records where load_id = %s", load_id))
    assert landed == {contract.record: 2 for contract in KEPT}
    results = loaded.ask("select record, rule, could_not_run from audit.rule_results where load_id = %s", load_id)
    assert {(record, rule) for record, rule, _ in results} == {
        (contract.record, rule) for contract in KEPT for rule in contract.rule_codes()
    }
    assert not any(could_not_run for _, _, could_not_run in results)


def test_own_words_lie_apart_and_persons_are_pseudonyms(loaded):
    load_id = loaded.delivery(NAME)["load_id"]
    for contract in KEPT:
        columns = {name for (name,) in loaded.ask(
            "select column_name from information_schema.columns where table_schema = 'raw' and table_name = %s",
            contract.record,
        )}  # fmt: skip
        for column in contract.restricted_columns:
            assert column.name not in columns
            kept = loaded.ask(f"select {column.name} from restricted.{contract.record} where load_id = %s", load_id)
            assert kept == [(OWN_WORDS,)] * 2
        for column in contract.pseudonym_columns:
            held = loaded.ask(f"select {column.name} from raw.{contract.record} where load_id = %s", load_id)
            assert all(reference.startswith("v1-") and len(reference) == 35 for (reference,) in held)


def test_a_value_of_another_characteristic_is_set_aside_and_a_scale_of_another_item_too(sender):
    feeds = {
        "people": {
            "files": "people_{quarter}.csv",
            "every": "quarter",
            "format": {"kind": "csv"},
            "tables": [
                {
                    "record": "person_characteristic",
                    "delivers": "snapshot",
                    "columns": {
                        "person_ref": "Member",
                        "characteristic": "About",
                        "value_code": "Answer",
                        "answer_state": "State",
                        "consent_on": "Consent",
                    },
                }
            ],
        }
    }
    one = sender(feeds=feeds, agreements=[AGREEMENT | {"records": ["person_characteristic"]}])
    rows = [
        "Member,About,Answer,State,Consent",
        *(f"M{number},ethnicity,A,answered,2026-05-01" for number in range(30)),
        "M40,ethnicity,yes,answered,2026-05-01",
        "M41,veteran,yes,,2026-05-01",
        "M42,veteran,,prefer_not_to_say,",
        "M43,veteran,no,not_asked,2026-05-01",
    ]
    one.send("people_2026-27-Q1.csv", "\n".join(rows))
    one.load(AS_OF)
    aside = one.ask(
        "select row_number, rule from quarantine.rows where load_id = %s order by 1",
        one.delivery("people_2026-27-Q1.csv")["load_id"],
    )
    assert aside == [(32, "CHR-001"), (35, "CHR-003")]
