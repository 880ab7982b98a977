"""The contracts themselves: whole, described, agreed with each other, with code lists and with what is generated."""

import csv
import re
import subprocess
import sys

import pytest

from expectations import codes, generate
from expectations.contract import CONTRACTS as FOLDER
from expectations.contract import PIPELINE_COLUMNS, load_contracts
from expectations.odcs import ContractError, follow_standard
from expectations.tables import raw_metadata
from warehouse.paths import ROOT

CONTRACTS = load_contracts()
RECORDS = {
    "service",
    "involvement_group",
    "involvement_activity",
    "session",
    "input",
    "decision",
    "change",
    "told_back",
    "incident",
    "restrictive_intervention",
    "complaint",
    "feedback_count",
    "activity_count",
    "provider_return",
    "published_statistic",
    "involvement_role",
    "person_characteristic",
    "participation",
    "action",
    "claim",
    "concern",
    "recruitment",
    "material",
    "quote",
    "challenge",
    "feedback_response",
    "survey_answer",
    "complaint_count",
}
OWN_WORDS = {
    ("input", "said_in_own_words"),
    ("person_characteristic", "in_own_words"),
    ("feedback_response", "comment"),
}
PSEUDONYMS = {
    ("involvement_role", "person_ref"), ("person_characteristic", "person_ref"), ("participation", "person_ref"),
    ("survey_answer", "respondent_ref"),
}  # fmt: skip
COLUMNS = [(contract, column) for contract in CONTRACTS.values() for column in contract.columns]
RULES = [(contract, rule) for contract in CONTRACTS.values() for rule in contract.rules]

each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
each_column = pytest.mark.parametrize(
    ("contract", "column"), COLUMNS, ids=[f"{contract.record}.{column.name}" for contract, column in COLUMNS]
)
each_rule = pytest.mark.parametrize(("contract", "rule"), RULES, ids=[rule.code for _, rule in RULES])


def test_every_record_has_its_contract():
    assert set(CONTRACTS) == RECORDS


@each_contract
def test_a_row_has_a_key_of_its_own_columns(contract):
    assert contract.key
    assert set(contract.key) <= {column.name for column in contract.columns}
    assert any(column.is_required for column in contract.columns if column.is_key)


@each_contract
def test_little_is_mandatory(contract):
    required = [column.name for column in contract.columns if column.is_required]
    assert 1 <= len(required) <= 5, required


@each_column
def test_a_column_says_in_plain_words_what_it_means(contract, column):
    assert column.description.endswith(".")
    assert column.description[0].isupper()
    assert 10 < len(column.description) < 260


@each_column
def test_a_columns_name_says_what_it_holds(contract, column):
    endings = {
        "date": "_on",
        "timestamp": "_at",
        "codes": ("_codes", "_answered", "_requested", "_supplied"),
        "ids": "_ids",
    }
    if column.kind in endings and column.name != "on_date":
        assert column.name.endswith(endings[column.kind])
    if column.name.endswith("_on"):
        assert column.kind == "date"
    if column.code_list == "yes_no_not_known":
        assert column.kind == "text"


@each_column
def test_a_columns_code_list_exists_and_every_code_has_a_label(contract, column):
    if column.code_list:
        listed = codes.code_list(column.code_list)
        assert len(listed) > 1
        assert all(label.strip() for label in listed.values())
        assert codes.NOT_KNOWN in listed


@pytest.mark.parametrize(
    "word", ["nhs", "surname", "forename", "birth", "dob", "postcode", "email", "phone", "address"]
)
def test_no_column_asks_who_a_person_is(word):
    assert [column.name for _, column in COLUMNS if word in column.name] == []


def test_few_records_hold_own_words_or_a_pseudonym():
    classed = {
        kind: {(contract.record, column.name) for contract, column in COLUMNS if column.classification == kind}
        for kind in ("restricted", "pseudonym")
    }
    assert classed == {"restricted": OWN_WORDS, "pseudonym": PSEUDONYMS}


def test_rule_codes_are_unique_across_contracts_and_carry_their_prefix():
    book = [(contract, code) for contract in CONTRACTS.values() for code in contract.rule_codes()]
    assert len({code for _, code in book}) == len(book)
    assert all(code.startswith(f"{contract.rule_prefix}-") for contract, code in book)


@each_rule
def test_a_rule_says_what_must_hold_and_what_to_do(contract, rule):
    assert re.fullmatch(rf"{contract.rule_prefix}-\d{{3}}", rule.code)
    sentences = [part for part in re.split(r"[.:] ", rule.description) if part]
    assert len(sentences) >= 2, "one sentence for what must hold, one for what to do"
    assert rule.description.endswith(".")


@each_rule
def test_a_row_of_blanks_breaks_no_rule_but_one_that_asks_for_something(contract, rule):
    assert rule.holds.evaluate({}) is not False or "is not null" in rule.holds.text


def test_a_decision_without_a_reason_is_no_fault_of_the_row():
    declined = {"decision_id": "D1", "outcome": "declined", "input_ids": ["I1"], "reason": None, "reason_code": None}
    deferred = declined | {"outcome": "deferred"}
    for row in (declined, deferred):
        assert [rule.code for rule in CONTRACTS["decision"].rules if rule.holds.evaluate(row) is False] == []


def test_a_period_of_the_records_own_stands_once_in_its_table():
    names = [column.name for column in raw_metadata().tables["raw.published_statistic"].columns]
    assert names.count("period_start_on") == 1
    assert set(PIPELINE_COLUMNS) <= set(names)


def test_own_words_have_a_table_apart():
    tables = raw_metadata().tables
    assert set(tables) == {f"raw.{record}" for record in RECORDS} | {f"restricted.{record}" for record, _ in OWN_WORDS}
    assert "said_in_own_words" not in tables["raw.input"].columns
    assert "said" not in tables["restricted.input"].columns
    assert all(table.comment and all(column.comment for column in table.columns) for table in tables.values())


# ---- Code lists ------------------------------------------------------------------------------------------------------


def test_a_code_list_repeats_no_code_and_no_label():
    with codes.CODE_LISTS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for unique in ("code", "label", "position"):
        seen = [(row["list_name"], row[unique], row["valid_from"]) for row in rows]
        assert len(set(seen)) == len(seen), unique


def test_every_code_list_is_used():
    assert set(codes.names()) == {column.code_list for _, column in COLUMNS if column.code_list}


def test_every_item_of_the_return_can_be_answered():
    kinds = {item.group for item in codes.entries("return_item")}
    chosen = {answer.group for answer in codes.entries("return_answer")}
    assert kinds - chosen == {"n_of_m", "count", "date", "amount"}
    assert chosen <= kinds


@pytest.mark.parametrize(
    ("asked", "answers"), [("characteristic", "characteristic_value"), ("survey_item", "survey_answer")]
)
def test_every_question_has_a_scale_and_every_scale_a_question(asked, answers):
    scales = {answer.group for answer in codes.entries(answers)} - {None}
    assert {question.group for question in codes.entries(asked)} == scales


def test_every_item_of_the_complaints_return_belongs_to_a_section():
    items = codes.entries("ko41a_item")
    assert {item.group for item in items} == {section.code for section in codes.entries("ko41a_section")}
    assert len(items) == 78


def test_a_nil_return_can_be_about_any_record_that_senders_keep():
    nil = {answer.code for answer in codes.entries("return_answer") if answer.group == "record"} - {"everything"}
    assert nil == RECORDS - {"published_statistic", "provider_return"}


def test_a_breakdown_has_codes_for_every_kind_but_none():
    kinds = {kind.code for kind in codes.entries("breakdown_kind")} - {"none"}
    assert {code.group for code in codes.entries("breakdown")} == kinds


# ---- Generated files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", CONTRACTS)
def test_every_contract_is_one_of_the_open_data_contract_standard(record):
    follow_standard(FOLDER / f"{record}.odcs.yaml")


def test_a_document_that_is_none_of_the_standard_is_refused_by_place(tmp_path):
    written = (FOLDER / "input.odcs.yaml").read_text(encoding="utf-8").replace("kind: DataContract", "kind: Other", 1)
    (tmp_path / "input.odcs.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ContractError, match=r"kind: .*the Open Data Contract Standard does not allow"):
        follow_standard(tmp_path / "input.odcs.yaml")


def test_generated_files_are_current():
    stale = [path.as_posix() for path in generate.generate(check=True)]
    assert stale == [], "run `assure generate`"


def test_generated_files_are_the_same_in_every_process():
    script = (
        "import hashlib\nfrom expectations.generate import contents\n"
        "for name, content in contents().items(): print(name, hashlib.sha256(content).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1


def test_every_generated_file_says_so():
    for name, content in generate.contents().items():
        assert b"do not edit" in content, name
