"""The mapping language is what its guide says: every key stands there, every example loads, every wrong use is told."""

import datetime as dt
import re

import pytest
import yaml

from expectations.contract import load_contracts
from loaders.senders.feeds import DATE_WORDS, Amendment, Beside, CellMap, Feed, FileFormat, Split, TableMap, Unpivot
from loaders.senders.file_names import FACTS
from loaders.senders.provider import ProviderFileError, load_provider
from loaders.senders.units import UNITS, factor
from warehouse.paths import ROOT

GUIDE = (ROOT / "docs" / "mapping_language.md").read_text(encoding="utf-8")
SENDER = {
    "code": "zz1", "name": "A made-up sender", "kind": "charity", "tier": "full", "icb_code": "ZZL",
    "icb_name": "Made-up ICB", "is_made_up": "true", "door": {"url": "file:///nowhere"},
    "agreements": [
        {
            "reference": "A1", "valid_from": "2023-04-01", "valid_to": "2027-03-31", "records": list(load_contracts()),
            "lawful_basis": "public task", "controller": "A made-up sender", "dpia_reference": "D1",
            "retention_months": "96", "opt_out_applied_by": "provider",
        }
    ],
}  # fmt: skip
EXAMPLES = {
    name: feed
    for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    for name, feed in yaml.load(block, Loader=yaml.BaseLoader).items()
}


@pytest.fixture
def load(tmp_path):
    """Call with feeds to load a provider file that has them."""

    def loaded(feeds: dict):
        path = tmp_path / "zz1.yml"
        path.write_text(yaml.safe_dump(SENDER | {"feeds": feeds}), encoding="utf-8")
        return load_provider(path)

    return loaded


@pytest.mark.parametrize("model", [Feed, FileFormat, TableMap, Beside, CellMap, Amendment, Split, Unpivot])
def test_every_key_stands_in_the_guide(model):
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if not re.search(f"`{key}[`:]", GUIDE)} == set()


def test_every_word_for_a_date_a_unit_and_a_fact_stands_in_the_guide():
    assert {word for word in (*DATE_WORDS, *UNITS, *FACTS) if f"`{word}`" not in GUIDE} == set()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_of_the_guide_loads(load, name):
    provider = load({name: EXAMPLES[name]})
    assert provider.feeds[name].tables


TABLE = {
    "record": "activity_count",
    "delivers": "events",
    "columns": {"service_id": "Ward", "count_kind": {"constant": "contacts"}, "counted": "Number"},
}
CSV_FROM = {"from": "2026-10-01", "format": {"kind": "csv"}}
HIDDEN = {"from": "A", "states": {"*": "suppressed"}}


def feed(table=None, column=None, form=None, **more) -> dict:
    """Return a feed with keys changed in its table, in its column `counted`, in its format or in itself."""
    counted = {"counted": {"from": "Number"} | column} if column is not None else {}
    changed = TABLE | (table or {})
    changed["columns"] = changed["columns"] | counted
    whole = {"files": "a_{site:[A-Z]+}.csv", "every": "once", "format": {"kind": "csv"} | (form or {})}
    return {"f": whole | {"tables": [changed]} | more}


@pytest.mark.parametrize(
    ("wrong", "key", "remedy"),
    [
        # The name of the file.
        (feed(files="a_{Site:[A-Z]+}.csv"), "feeds.f", "a token of your own such as"),
        (feed(files="a_{site}.csv"), "feeds.f", "a token of your own such as"),
        (feed(files="a_{site:([A-Z]}.csv"), "feeds.f", "write (?:…) for a group"),
        (feed(files="a_{site:[A-Z}.csv"), "feeds.f", "is no pattern"),
        (feed(files="{site:A}_{site:B}.csv"), "feeds.f", "names a token twice"),
        (feed(column={"from": [], "file": "ward"}), "columns.counted.file", "it has site"),
        (feed(column={"from": [], "file": "period_start"}), "columns.counted.file", "it has site"),
        # The format.
        (feed(form={"kind": "xml"}), "feeds.f.format.kind", "'parquet'"),
        (feed(form={"encoding": "zlib"}), "feeds.f.format.encoding", "use utf-8-sig or cp1252"),
        (feed(form={"kind": "parquet", "encoding": "cp1252"}), "feeds.f.format", "encoding: says nothing of kind"),
        (feed(form={"kind": "workbook", "delimiter": ";"}), "feeds.f.format", "delimiter: says nothing of kind"),
        (feed(form={"kind": "ndjson", "rows_at": "a"}), "feeds.f.format", "rows_at: says nothing of kind"),
        (feed(form={"dates": ["excell"]}), "feeds.f.format.dates.0", "or one of iso, excel"),
        # The table.
        (feed({"sheet": "A"}), "tables: sheet", "take it out"),
        (feed({"each": "tags"}), "tables: each", "take it out"),
        (feed({"header_rows": ["2"]}, form={"kind": "json"}), "tables: header_rows", "take it out"),
        (feed({"headings": ["A"]}, form={"kind": "parquet"}), "tables: headings", "take it out"),
        (feed({"ignore": ["*"]}), "ignore: and drop:", "name them"),
        (feed({"keep_if": {"A": "b"}}), "tables.0.keep_if", "not permitted"),
        # The column.
        (feed(column={"constant": "1"}), "columns.counted", "either from: or constant: or file:"),
        (feed(column={"from": []}), "columns.counted", "either from: or constant: or file:"),
        (feed(column={"join": " "}), "columns.counted", "several headings under from:"),
        (feed(column={"split": {"at": "-", "part": "0"}}), "split.part", "counted from 1"),
        (feed(column={"split": {"at": "", "part": "1"}}), "split.at", "at least 1"),
        (feed(column={"separator": ";"}), "columns.counted.separator", "use split:"),
        (feed(column={"unit": "dozens"}), "columns.counted.unit", "'percent'"),
        (feed(column={"unit": "pence"}), "columns.counted.unit: pence cannot be scaled", "take it out"),
        (feed(column={"states": {"*": "hidden"}}), "columns.counted.states: hidden", "'value_state'"),
        (
            feed({"record": "service", "columns": {"service_id": HIDDEN, "service_name": "B"}}),
            "columns.service_id.states",
            "service has no value_state or answer_state",
        ),
        (
            feed({"columns": TABLE["columns"] | {"service_id": {"from": "Ward", "unit": "percent"}}}),
            "columns.service_id.unit",
            "no number",
        ),
        # Dated mappings.
        (feed(then=[{"from": "2026-10-01"}]), "then.0", "give format: or tables:"),
        (feed(then=[{"format": {"kind": "csv"}}]), "then.0.from", "required"),
        (feed(then=[CSV_FROM | {"from": day} for day in ("2026-10-01", "2026-09-01")]), "then:", "earliest first"),
        (
            feed(then=[{"from": "2026-10-01", "tables": [TABLE | {"columns": {"service_id": "A"}}]}]),
            "feeds.f.then.2026-10-01.activity_count: columns: count_kind",
            "is required",
        ),
        (
            feed({"sheet": "A"}, form={"kind": "workbook"}, then=[CSV_FROM]),
            "then.2026-10-01.tables: sheet",
            "take it out",
        ),
    ],
)  # fmt: skip
def test_a_wrong_use_names_the_file_the_key_and_the_remedy(load, wrong, key, remedy):
    with pytest.raises(ProviderFileError) as refused:
        load(wrong)
    message = str(refused.value)
    assert message.startswith("zz1.yml: ")
    assert key in message
    assert remedy in message


def test_the_right_uses_of_the_same_keys_load(load):
    column = {"from": [], "file": "site", "states": {"*": "suppressed"}, "missing": "NONE", "unit": "thousands"}
    load(feed(column=column))
    load(feed(column={"split": {"at": " - ", "part": "-1"}}, form={"encoding": "utf-16", "delimiter": "\t"}))
    load(feed({"each": "a.b", "keep_when": {"x": "y*"}}, form={"kind": "json", "rows_at": "r", "member": "*.json"}))


def test_the_records_of_a_feed_are_those_of_all_its_mappings_for_its_agreement(load):
    other = {"record": "service", "delivers": "snapshot", "columns": {"service_id": "A", "service_name": "B"}}
    found = load(feed(then=[{"from": "2026-10-01", "tables": [TABLE, other]}])).feeds["f"]
    assert found.records == {"activity_count", "service"}
    assert found.on(dt.date(2026, 9, 30)).records == {"activity_count"}


def test_a_key_that_is_not_used_leaves_the_mapping_the_version_it_had(load):
    # The version that 0.2.0 gave this mapping: a warehouse of then is not read again for new words of the language.
    plain = {"f": {"files": "a.csv", "every": "once", "format": {"kind": "csv"}, "tables": [TABLE]}}
    assert load(plain).feeds["f"].mapping_version == "c05561962f8b6092"
    split = load(feed(column={"split": {"at": "-", "part": "1"}}, files="a.csv")).feeds["f"]
    assert split.mapping_version != load(plain).feeds["f"].mapping_version


@pytest.mark.parametrize(
    ("sent", "wanted", "times"),
    [
        ("percent", None, "1/100"),
        ("share", None, "1"),
        ("per_1000", "share", "1/1000"),
        ("share", "percent", "100"),
        ("hours", "minutes", "60"),
        ("seconds", "minutes", "1/60"),
        ("pence", "GBP", "1/100"),
        ("thousands", "people", "1000"),
        ("minutes", "people", None),
        ("GBP", None, None),
        ("percent", "GBP", None),
    ],
)
def test_units_are_scaled_where_they_measure_the_same(sent, wanted, times):
    found = factor(sent, wanted)
    assert (None if found is None else str(found)) == times
