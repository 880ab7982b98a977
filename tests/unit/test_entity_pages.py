"""How the marts hang together is drawn from what the models declare, and gives Power BI no second way anywhere."""

import re

from expectations import entity_pages
from expectations.entity_pages import active, joins, marts
from warehouse.paths import ROOT


def test_every_foreign_key_a_model_declares_is_a_whole_line():
    entities = entity_pages.pages()[entity_pages.ENTITIES]
    for mart in marts().values():
        for join in mart.foreign:
            assert f"| `{mart.name}` | `{join.column}` | `{join.to_table}` | `{join.to_column}` |" in entities
            assert join.to_column in marts()[join.to_table].key


def test_no_table_has_two_active_ways_to_another():
    leads = {}
    for join in active():
        leads.setdefault(join.table, []).append(join.to_table)

    def ways(start: str, end: str) -> int:
        return (start == end) + sum(ways(step, end) for step in leads.get(start, []))

    crowded = [(one, other) for one in marts() for other in marts() if one != other and ways(one, other) > 1]
    assert crowded == []


def test_every_fact_of_an_organisation_is_filtered_by_it_and_by_time():
    leads = {}
    for join in active():
        leads.setdefault(join.table, set()).add(join.to_table)

    def reached(name: str) -> set[str]:
        return {name}.union(*(reached(step) for step in leads.get(name, ())))

    facts = [mart for mart in marts().values() if mart.name.startswith("fct_")]
    assert len(facts) > 25
    assert [mart.name for mart in facts if "dim_organisation" not in reached(mart.name)] == []
    assert [mart.name for mart in facts if "dim_quarter" not in reached(mart.name)] == []


def test_a_day_is_one_of_the_tables_own_dates():
    days = {mart.name: mart.day for mart in marts().values() if mart.day}
    assert len(days) > 25
    assert [name for name, day in days.items() if marts()[name].columns.get(day) != "date"] == []
    for name in days:
        assert [join.to_table for join in joins(marts()[name])].count("dim_date") == 1


def test_every_fact_has_its_star_with_the_keys_it_joins_by():
    stars = entity_pages.pages()[entity_pages.STARS]
    drawn = re.findall(r"^## (fct_\w+)$", stars, re.MULTILINE)
    assert drawn == [name for name in marts() if name.startswith("fct_")]
    inputs = stars[stars.index("## fct_inputs\n") : stars.index("## fct_materials\n")]
    assert "fct_inputs }o--o| dim_organisation : organisation_code" in inputs
    assert "fct_inputs }o..o| dim_date : received_on" in inputs
    assert re.search(r"^ +text input_key PK$", inputs, re.MULTILINE)


def test_the_guide_to_power_bi_names_tables_and_columns_that_there_are():
    guide = (ROOT / "docs" / "power_bi_and_excel.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b((?:dim|fct)_\w+)\[(\w+)\]", guide))
    assert len(named) > 5
    assert [pair for pair in named if pair[1] not in marts()[pair[0]].columns] == []
    tables = set(re.findall(r"\b(?:dim|fct|bridge|mart)_\w+", guide))
    assert tables <= set(marts())
    sorted_by = re.search(r"Mark `dim_date` as date table.*?\n\n", guide, re.DOTALL)[0]
    columns = set(re.findall(r"`(\w+)`", sorted_by)) - {"dim_date"}
    assert columns <= set(marts()["dim_date"].columns) | set(marts()["dim_quarter"].columns)
