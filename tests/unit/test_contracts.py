"""A contract that is not exactly understood does not load, and says which file, where in it, and what to do."""

import re

import pytest
import yaml

from expectations.codes import CodeListError, code_list
from expectations.contract import CONTRACTS, ContractError, load_contract, load_contracts

DEFAULT = '{property: defaultWhenBlank, value: "1"}'
INCIDENT = (CONTRACTS / "incident.odcs.yaml").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path):
    """Write a contract changed by one replacement and return its path."""

    def write(old="", new="", name="incident"):
        assert old in INCIDENT, "the replaced text must be there"
        path = tmp_path / f"{name}.odcs.yaml"
        path.write_text(INCIDENT.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_a_contract_loads_as_it_is_written(written):
    contract = load_contract(written())
    column = contract.column("physical_harm")
    assert (contract.record, contract.rule_prefix, contract.key) == ("incident", "INC", ("incident_id", "revision"))
    assert (column.kind, column.code_list, column.is_required) == ("text", "physical_harm", False)
    assert contract.column("service_id").references == ("service", "service_id")
    assert contract.rules[0].holds.text == "reported_on >= occurred_on"


def test_the_rulebook_lists_the_automatic_rules_too(written):
    book = load_contract(written()).rule_codes()
    assert book["INC-TYP.occurred_on"].severity == "set_aside"
    assert book["INC-REQ.occurred_on"].column == "occurred_on"
    assert book["INC-COD.incident_kind"].severity == "warn"
    assert book["INC-KEY"].dimension == "uniqueness"
    assert book["INC-001"].severity == "set_aside"
    assert "INC-REQ.reported_on" not in book


@pytest.mark.parametrize(
    ("old", "new", "place", "remedy"),
    [
        ("        classification: plain", "        clasification: plain", "properties[0]", "correct or remove"),
        ("kind: DataContract", "kind: DataProduct", "kind", "correct or remove"),
        ("domain: safety", "domain: safety\ntenant: someone", "tenant", "remove it"),
        ("        classification: plain", "        classification: secret", "classification", "correct it"),
        ("        logicalType: date", "        logicalType: boolean", "logicalType", "correct it"),
        ("severity: set_aside", "severity: fatal", "severity", "correct it"),
        ("property: codeList, value: incident", "property: codelist, value: incident", "codelist", "allowed are"),
        ("property: codeList, value: incident_kind", "property: codeList, value: kinds", "codeList", "add its rows to"),
        ("property: rulePrefix, value: INC", "property: rulePrefix, value: Incident", "rulePrefix", "allowed are"),
        ("name: INC-002", "name: INC-001", "INC-001", "take the next number"),
        ("name: INC-002", "name: CMP-002", "CMP-002", "name it INC-001"),
        ("holds: revision >= 1", "holds: version >= 1", "INC-004", "use one of"),
        ("holds: revision >= 1", "holds: revision >= '1'", "INC-004", "compare like with like"),
        ("name: is_rejected", "name: postcode", "postcode", "remove the column"),
        ("name: is_rejected", "name: load_id", "load_id", "the pipeline adds it"),
        ("name: is_rejected", "name: revision", "properties", "remove one"),
        ("primaryKeyPosition: 2", "primaryKeyPosition: 3", "primaryKeyPosition", "number the key"),
        ("domain: safety", "domain: safety\ndomain: safety", "line 8", "stands there twice; correct it"),
        ("value: incident_kind}", f"value: incident_kind}}\n          - {DEFAULT}", "defaultWhenBlank", "use a code"),
        ("required: true", f"required: true\n        customProperties: [{DEFAULT}]", "required", "never blank"),
        ("to: service.service_id", "to: service", "relationships", "correct"),
    ],
)  # fmt: skip
def test_a_contract_that_is_not_understood_names_file_key_and_remedy(written, old, new, place, remedy):
    with pytest.raises(ContractError) as refused:
        load_contract(written(old, new))
    said = str(refused.value)
    assert said.startswith("incident.odcs.yaml:")
    assert place in said
    assert remedy in said


def test_a_file_is_named_like_its_record(written):
    with pytest.raises(ContractError, match="name the file, the id and the schema alike"):
        load_contract(written(name="incidents"))


def test_own_words_are_out_of_a_rules_reach(tmp_path):
    document = yaml.safe_load((CONTRACTS / "input.odcs.yaml").read_text(encoding="utf-8"))
    document["schema"][0]["quality"][0]["implementation"]["holds"] = "said_in_own_words is not null"
    path = tmp_path / "input.odcs.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    with pytest.raises(ContractError, match="not a column of this record"):
        load_contract(path)


def test_a_reference_leads_to_the_key_of_a_record(written):
    path = written("to: service.service_id", "to: incident.occurred_on")
    with pytest.raises(ContractError, match=re.escape("point to the key of a record, such as incident.incident_id")):
        load_contracts(path.parent)


def test_two_contracts_do_not_share_a_prefix(written):
    path = written("- to: service.service_id", "- to: incident.incident_id")
    second = path.with_name("mishap.odcs.yaml")
    second.write_text(
        path.read_text().replace("id: incident\n", "id: mishap\n").replace("name: incident\n", "name: mishap\n")
    )
    with pytest.raises(ContractError, match="incident uses it already"):
        load_contracts(path.parent)


def test_an_empty_folder_is_no_set_of_contracts(tmp_path):
    with pytest.raises(ContractError, match="one per record"):
        load_contracts(tmp_path)


def test_every_list_accepts_that_something_is_not_known():
    assert list(code_list("reply_wanted")) == ["yes", "no_thank_you", "cannot_be_reached", "not_known"]
    assert list(code_list("physical_harm")).count("not_known") == 1


def test_a_list_that_is_not_there_says_where_lists_live():
    with pytest.raises(CodeListError, match=re.escape("dbt_project/seeds/code_lists.csv")):
        code_list("moods")
