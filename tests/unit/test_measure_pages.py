"""A page for each measure, with the lines of its family's SQL that count it and no other's."""

import re

from expectations import generate, measure_pages
from warehouse import model_sql
from warehouse.paths import ROOT

PAGES = measure_pages.pages()
MEASURES = {row["measure_code"]: row for row in measure_pages.rows("measures")}
FAMILY = """-- What a family is for.
with

rows_sent as (
    select * from marts.fct_rows
),

days as (
    select * from marts.dim_date
),

-- Why one is counted so.
one as (
    select
        'first' as measure_code,
        place
    from rows_sent
),

two as (
    select
        'second' as measure_code,
        place
    from rows_sent
    inner join days on rows_sent.day = days.day
),

every_row as (
    select * from one
    union all
    select * from two
)

select * from every_row"""


def cut(measure_code: str) -> list[str]:
    return list(model_sql._kept(model_sql.parsed(FAMILY), measure_code))


def test_a_family_is_cut_down_to_what_one_measure_reads():
    assert cut("first") == ["rows_sent", "one", "every_row"]
    assert cut("second") == ["rows_sent", "days", "two", "every_row"]


def test_the_others_branch_of_a_union_goes_and_the_reasons_stay():
    query = model_sql.parsed(FAMILY)
    assert query.says == "-- What a family is for."
    assert model_sql._kept(query, "first")["every_row"] == "    select * from one"
    assert query.parts["one"][0] == "-- Why one is counted so."


def test_a_code_that_is_worked_out_may_be_any_measures():
    text = FAMILY.replace("'second' as measure_code", "'second_' || place as measure_code")
    assert list(model_sql._kept(model_sql.parsed(text), "second_ward")) == ["rows_sent", "days", "two", "every_row"]


def test_the_sql_of_a_measure_names_no_measure_that_it_does_not_count():
    for code, measure in MEASURES.items():
        sql = model_sql.measure_sql(code, measure["family"])
        assert set(re.findall(r"'(\w+)' as measure_code", sql)) <= {code}
        assert sql.endswith(f"\nwhere measure_code = '{code}'")
        assert "{{" not in sql
        assert "{%" not in sql


def test_whole_sql_has_every_part_that_it_reads():
    for code, measure in MEASURES.items():
        sql = model_sql.measure_sql(code, measure["family"], is_whole=True)
        made = set(re.findall(r"^\s*(\w+) as \($", sql, re.MULTILINE))
        parts = {name for name in re.findall(r"\b(?:from|join) (\w+)\b(?!\.)", sql) if model_sql.is_part(name)}
        assert parts <= made, code


def test_every_measure_has_a_page_in_the_index_and_there_are_no_others():
    index = PAGES[f"{measure_pages.FOLDER}/index.md"]
    linked = re.findall(r"\]\((\w+)\.md\)", index)
    assert sorted(linked) == sorted(MEASURES)
    assert set(PAGES) == {f"{measure_pages.FOLDER}/{name}.md" for name in ("index", *MEASURES)}


def test_every_link_of_a_page_leads_somewhere():
    dictionary = (ROOT / "docs/generated/data_dictionary.md").read_text(encoding="utf-8")
    lost = set()
    for name, page in PAGES.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page, flags=re.DOTALL)):
            path, _, anchor = target.partition("#")
            place = (ROOT / name).parent / path
            if place.resolve().relative_to(ROOT).as_posix() in PAGES:
                continue
            if not place.is_file() or (anchor and f'<a id="{anchor}"></a>' not in dictionary):
                lost.add((name, target))
    assert lost == set()


def test_a_page_says_what_the_seeds_say():
    page = PAGES[f"{measure_pages.FOLDER}/told_back_within_90_days.md"]
    assert page.startswith(f"# {MEASURES['told_back_within_90_days']['plain_name']}\n")
    for seed in ("thresholds", "expectation_measures"):
        for row in measure_pages.rows(seed):
            if row["measure_code"] == "told_back_within_90_days":
                assert (row.get("threshold_id") or row["expectation_id"]) in page


def test_an_expectation_that_repeats_another_is_answered_by_its_measures():
    given = measure_pages.rows("expectation_measures")
    repeating = [row for row in given if not row["measure_code"]]
    assert repeating
    for row in repeating:
        codes = [one["measure_code"] for one in given if one["expectation_id"] == row["of_expectation_id"]]
        for code in filter(None, codes):
            there = {one["expectation_id"]: repeats for one, repeats, _ in measure_pages.answered(code)}
            assert there[row["expectation_id"]].endswith(row["of_expectation_id"])


def test_a_page_that_no_measure_has_any_more_is_stale_and_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "contents", lambda: {"docs/generated/measures/kept.md": b"kept"})
    generate.generate()
    (tmp_path / "docs/generated/measures/gone.md").write_text("gone")
    assert [path.name for path in generate.generate(check=True)] == ["gone.md"]
    generate.generate()
    assert [path.name for path in (tmp_path / "docs").rglob("*.md")] == ["kept.md"]
