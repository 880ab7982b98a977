"""A file can be judged on its own, by the same reading and the same rules, with no database in sight."""

import datetime as dt

import pytest
import yaml

from loaders.onboarding.check import against, check, wanted_by
from loaders.replies.plain_lines import describe
from loaders.senders.provider import ProviderFileError, load_provider
from tests.made_up_sender import INCIDENTS, provider_file
from warehouse import connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
HEAD = "Ref,Happened,Reported,Ward,Kind,Notes"
GOOD = [f"I-{number},03/06/2026,04/06/2026,Alder,SELFH," for number in range(30)]


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    monkeypatch.setattr(connection, "connect", lambda *_: pytest.fail("it asked for a database"))


@pytest.fixture
def provider(tmp_path):
    feeds = {"incidents": INCIDENTS, "deep": INCIDENTS | {"files": "deep/{quarter}/i.csv", "every": "quarter"}}
    document = provider_file(code="zz1", door={"url": tmp_path.as_uri()}, feeds=feeds)
    (tmp_path / "zz1.yml").write_text(yaml.safe_dump(document, sort_keys=False))
    return load_provider(tmp_path / "zz1.yml")


def verdict(provider, tmp_path, *rows, name="incidents_2026-06.csv", feed=None):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([HEAD, *rows]) + "\n")
    return check(path, provider, AS_OF, feed)


@pytest.mark.parametrize(
    ("rows", "outcome", "rules", "counts"),
    [
        (GOOD, "accept", [], (30, 0, 30)),
        ([*GOOD, GOOD[0]], "accept", ["INC-KEY"], (31, 1, 30)),
        ([*GOOD, "I-99,31/06/2026,,,,"], "accept", ["INC-TYP.occurred_on"], (31, 1, 30)),
        (["I-99,03/06/2026,01/06/2026,,SELFH,", *GOOD[:4]], "hold", ["INC-001", "FILE-ASIDE-MANY"], (5, 1, 4)),
        ([], "refuse", ["FILE-NO-ROWS"], (0, 0, 0)),
    ],
)
def test_a_file_gets_its_verdict(provider, tmp_path, rows, outcome, rules, counts):
    said = verdict(provider, tmp_path, *rows)
    assert (said.outcome, [found.rule for found in said.findings]) == (outcome, rules)
    assert (said.rows_read, said.rows_set_aside, said.rows_kept["incident"]) == counts


def test_the_feed_is_found_by_the_files_name_and_its_folders(provider, tmp_path):
    assert verdict(provider, tmp_path, *GOOD).feed == "incidents"
    assert verdict(provider, tmp_path, *GOOD, name="deep/2026-27-Q1/i.csv").feed == "deep"
    assert verdict(provider, tmp_path, *GOOD, name="any.csv", feed="incidents").outcome == "accept"


def test_a_name_that_no_feed_expects_says_how_to_go_on(provider, tmp_path):
    with pytest.raises(ProviderFileError, match="--feed: incidents, deep"):
        verdict(provider, tmp_path, *GOOD, name="any.csv")
    with pytest.raises(ProviderFileError, match="choose one of incidents, deep"):
        verdict(provider, tmp_path, *GOOD, feed="complaints")


def test_what_is_said_names_the_place_and_what_to_do_and_never_the_cell(provider, tmp_path):
    rows = [f"I-{number},marker-7c41,,,," for number in range(25)]
    lines = describe(verdict(provider, tmp_path, *rows).findings)
    assert lines[0].startswith("  [refuse] FILE-ALL-ASIDE: every row was set aside")
    assert lines[1].startswith("  [set aside] row 2, column 'Happened': INC-TYP.occurred_on: not a date")
    assert lines[-1] == "  … and 6 more"
    assert not any("marker" in line or ".." in line for line in lines)


def test_a_code_that_nobody_mapped_is_named_where_it_can_be_no_name(provider, tmp_path):
    rows = [
        f"I-{number},03/06/2026,,Alder,{kind},"
        for number, kind in enumerate(["SELFH"] * 20 + ["VIOLE"] * 4 + ["X1"] * 3 + ["Jane Okafor"] * 5)
    ]
    said = verdict(provider, tmp_path, *rows)
    assert said.strangers["Kind"].in_words() == (
        "'VIOLE' (violence_or_aggression?), 'X1', 1 not shown, as they might be about a person"
    )


def test_a_file_is_held_against_the_one_before(provider, tmp_path):
    before = tmp_path / "before.csv"
    before.write_text("\n".join([HEAD, *GOOD]) + "\n")
    rows = [f"I-{number},03/06/2026,,Alder,FALL," for number in range(60)]
    said = verdict(provider, tmp_path, *rows)
    path = tmp_path / "incidents_2026-06.csv"
    assert against(path, provider, AS_OF, said, before) == [
        "incident: 60 rows, 30 before (+100%)",
        "codes under 'Kind' new: falls",
        "codes under 'Kind' gone: self_harm",
        "'Reported' is filled in 0% of the rows; it was 100%",
    ]


def test_where_no_accepted_file_is_known_it_says_how_to_name_one(provider, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_STATE", str(tmp_path / "state"))
    said = verdict(provider, tmp_path, *GOOD)
    (line,) = against(tmp_path / "incidents_2026-06.csv", provider, AS_OF, said, None)
    assert line.endswith("name one: --against FILE")


def test_the_sender_is_found_by_the_files_name(provider, tmp_path):
    assert wanted_by(tmp_path / "incidents_2026-06.csv", [provider]) == [provider]
    assert wanted_by(tmp_path / "other.csv", [provider]) == []


def test_the_key_of_pseudonyms_need_not_be_where_files_are_checked(provider, tmp_path, monkeypatch):
    monkeypatch.delenv("ASSURE_PSEUDONYM_KEY", raising=False)
    real = provider.model_copy(update={"is_made_up": False})
    assert verdict(real, tmp_path, *GOOD).outcome == "accept"
