"""A provider file is drafted from a sample: it loads, says what it doubts, and holds no word of a record."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from expectations.contract import load_contracts
from loaders.onboarding import drafting, sample
from loaders.onboarding.check import check
from loaders.onboarding.code_texts import is_code_like
from loaders.onboarding.file_patterns import OnboardingError, file_pattern
from loaders.onboarding.matching import Knowledge, learn
from loaders.reading.tabular import Unreadable
from loaders.senders.provider import load_provider

PROJECT = Path(__file__).resolve().parents[2]
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
EXAMPLES = sorted(
    path
    for path in (PROJECT / "providers" / "examples").rglob("*")
    if path.suffix in {".csv", ".xlsx", ".json", ".ndjson", ".zip", ".parquet", ".txt"}
)
NOBODY = Knowledge()
HEAD = "Incident ref,Date of incident,Date reported,Ward,Type of incident,NHS number,Reporter,What happened,Total cost"


def answers(*records: str, **given) -> drafting.Answers:
    return drafting.Answers(
        **{
            "code": "zx1", "name": "Made-up sender", "kind": "charity", "tier": "minimal", "icb_code": "ZWL",
            "icb_name": "Made-up board", "is_made_up": True, "records": records,
        } | given
    )  # fmt: skip


def drafted(path: Path, *records: str, known: Knowledge = NOBODY, **given) -> drafting.Draft:
    return drafting.draft(path, answers(*records, **given), load_contracts(), known)


def written(tmp_path: Path, *rows: str, head: str = HEAD, name: str = "incidents_2026-06.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def incidents(count: int = 30) -> list[str]:
    kinds, wards = ("SELFH", "Falls", "Slip on wet floor"), ("Alder", "Birch")
    return [
        f"I-{number},{number % 28 + 1:02}/06/2026,{number % 28 + 1:02}/06/2026,{wards[number % 2]},{kinds[number % 3]},"
        f"943476591{number % 10},Jane Okafor,He told me that he fell on the stairs {number},{number}.50"
        for number in range(count)
    ]


def table_of(draft: drafting.Draft) -> dict:
    (feed,) = yaml.safe_load(draft.text)["feeds"].values()
    return feed["tables"][0]


def test_headings_become_columns_by_their_words_and_values(tmp_path):
    table = table_of(drafted(written(tmp_path, *incidents())))
    assert table["record"] == "incident"
    columns = table["columns"]
    assert columns["incident_id"] == "Incident ref"
    assert columns["occurred_on"] == "Date of incident"
    assert columns["reported_on"] == "Date reported"
    assert columns["service_id"] == "Ward"
    assert columns["incident_kind"] == {"from": "Type of incident", "codes": {"SELFH": "self_harm"}}
    assert columns["revision"] == {"constant": "1"}


def test_who_a_person_is_stands_under_drop_and_what_nobody_wants_under_ignore(tmp_path):
    table = table_of(drafted(written(tmp_path, *incidents())))
    assert table["drop"] == ["NHS number"]
    assert {"What happened", "Total cost"} <= set(table["ignore"])


def test_no_word_of_a_record_is_written(tmp_path):
    draft = drafted(written(tmp_path, *incidents()))
    said = "\n".join([draft.text, *draft.doubts, repr(draft)])
    assert not any(word in said for word in ("Okafor", "stairs", "Alder", "943476591", "Slip on wet floor", "I-1"))


def test_a_draft_is_a_provider_file_that_can_be_checked_at_once(tmp_path):
    path = written(tmp_path, *incidents())
    (tmp_path / "zx1.yml").write_text(drafted(path).text, encoding="utf-8")
    verdict = check(path, load_provider(tmp_path / "zx1.yml"), AS_OF)
    assert (verdict.outcome, verdict.rows_kept) == ("hold", {"incident": 30})
    assert [found.rule for found in verdict.findings if found.level == "hold"] == ["FILE-UNMAPPED"]


def test_day_and_month_that_could_be_swapped_are_a_doubt(tmp_path):
    rows = [f"I-{number},0{number}/06/2026,,,,,,," for number in range(1, 9)]
    draft = drafted(written(tmp_path, *rows), "incident")
    assert any("day and month may be the other way round" in doubt for doubt in draft.doubts)
    assert yaml.safe_load(draft.text)["feeds"]["incident"]["format"]["dates"] == ["%d/%m/%Y"]


def test_where_one_column_shows_that_the_month_comes_first_the_others_follow(tmp_path):
    rows = [f"I-{number},06/0{number}/2026,06/{number + 12}/2026,,,,,," for number in range(1, 9)]
    draft = drafted(written(tmp_path, *rows), "incident")
    assert yaml.safe_load(draft.text)["feeds"]["incident"]["format"]["dates"] == ["%m/%d/%Y"]


def test_a_required_column_that_was_not_found_is_said_and_refused_by_check_and_not_by_the_loader(tmp_path):
    path = written(tmp_path, "a,b,c", "d,e,f", head="Ward name,Total cost,Colour of the file")
    draft = drafted(path, "incident")
    assert any("no heading was found for it" in doubt for doubt in draft.doubts)
    (tmp_path / "zx1.yml").write_text(draft.text, encoding="utf-8")
    assert check(path, load_provider(tmp_path / "zx1.yml"), AS_OF).outcome == "refuse"


def test_without_an_agreement_nothing_would_be_fetched(tmp_path):
    path = written(tmp_path, *incidents())
    (tmp_path / "zx1.yml").write_text(drafted(path).text, encoding="utf-8")
    provider = load_provider(tmp_path / "zx1.yml")
    (feed,) = provider.feeds.values()
    assert provider.agreement(feed, AS_OF.date()) is None


def test_what_another_sender_calls_a_column_and_its_codes_is_learnt(tmp_path):
    folder = tmp_path / "known"
    folder.mkdir()
    table = {
        "record": "incident", "delivers": "events",
        "columns": {"occurred_on": "Tag", "incident_kind": {"from": "Art", "codes": {"Sturz": "falls", "7": "other"}}},
    }  # fmt: skip
    feeds = {"a": {"files": "a.csv", "every": "once", "format": {"kind": "csv"}, "tables": [table]}}
    (folder / "zz9.yml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
    known = learn([folder], load_contracts())
    rows = [f"{number},1{number}/06/2026,{'Sturz' if number % 2 else '7'}" for number in range(8)]
    columns = table_of(drafted(written(tmp_path, *rows, head="No,Tag,Art"), "incident", known=known))["columns"]
    assert columns["occurred_on"] == "Tag"
    assert columns["incident_kind"] == {"from": "Art", "codes": {"Sturz": "falls", "7": "other"}}


def test_a_sender_of_the_same_system_is_read_as_the_other_is(tmp_path):
    known = learn([PROJECT / "providers"], load_contracts())
    (twin,) = (one for one in known.feeds if (one.code, one.name) == ("zw1", "incidents"))
    head = ",".join(twin.feed.tables[0].wanted_headings)
    draft = drafted(written(tmp_path, "," * 11, head=head), known=known)
    assert "taken over from incidents of zw1" in draft.doubts[-1]
    columns = table_of(draft)["columns"]
    # What a ward is called in one trust means nothing in another.
    assert columns["service_id"] == "inc_unit"
    assert columns["physical_harm"]["codes"] == {"5": "none", "4": "low", "3": "moderate", "2": "severe", "1": "fatal"}


@pytest.mark.parametrize(
    ("name", "files", "every"),
    [
        ("incidents_2026-06.csv", "incidents_{period:%Y-%m}{version}.csv", "month"),
        ("incidents_2026-06_v2.csv", "incidents_{period:%Y-%m}{version}.csv", "month"),
        ("register_20260630.xlsx", "register_{period:%Y%m%d}{version}.xlsx", "month"),
        ("FFT Jun-26.xlsx", "FFT {period:%b-%y}{version}.xlsx", "month"),
        ("pals June 2026.csv.gz", "pals {period:%B %Y}{version}.csv.gz", "month"),
        ("said_2026-27-Q1.json", "said_{quarter}{version}.json", "quarter"),
        ("mhsds_2026-06_Final.csv", "mhsds_{period:%Y-%m}_{status}{version}.csv", "month"),
        ("30.06.2026.csv", "{period:%d.%m.%Y}{version}.csv", "month"),
        ("export.csv", "export{version}.csv", "once"),
        ("KO41a 2025-26.csv", "KO41a {year}{version}.csv", "year"),
    ],
)
def test_the_name_of_a_sample_says_how_its_sender_names_files(name, files, every):
    assert file_pattern(name)[:2] == (files, every)


def test_a_period_that_is_owed_and_not_named_is_a_doubt():
    files, every, doubts = file_pattern("export.csv", "month")
    assert (files, every) == ("export{version}.csv", "once")
    assert "the name says no period" in doubts[0]


def test_a_record_that_is_none_and_a_sample_of_nothing_say_what_to_do(tmp_path):
    with pytest.raises(OnboardingError, match="there is no record 'incidents'"):
        drafted(written(tmp_path, *incidents()), "incidents")
    with pytest.raises(OnboardingError, match="--record"):
        drafted(written(tmp_path, "1,2", "3,4", head="colour,shape"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_from_a_sample_of_every_dialect_a_file_is_drafted_that_loads_and_holds_none_of_its_words(path):
    try:
        draft = drafted(path)
    except (OnboardingError, Unreadable):
        return  # nothing of ours in it: that is said, and nothing is written
    looked = sample.look(path)
    headings = {column.heading for table in looked.tables for column in table.columns}
    ours = " ".join(column.description for contract in load_contracts().values() for column in contract.columns)
    words = {
        text
        for table in looked.tables
        for column in table.columns
        if column.mean_length > 25
        for text in column.texts
        # Our own workbook holds our own sentences, and a label of a code list is a code.
        if " " in text and text not in headings and text.rstrip(".") not in ours and not is_code_like(text)
    }
    assert [text for text in words if text in draft.text] == []
