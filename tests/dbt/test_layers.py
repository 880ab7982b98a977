"""Hold the dbt project to its layers: who may read whom, everything described, contracts enforced, no clock read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from expectations.contract import load_contracts

PROJECT = Path(__file__).parents[2] / "dbt_project"
# The last compares what is published with what was; it lies in the analysts' schema, and what editions print of it in
# the published one.
LAYERS = ("seeds", "staging", "intermediate", "marts", "published", "compared")
MARTS = ("marts", "compared")
CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_date|current_timestamp|current_time|localtime|localtimestamp)\b"
    r"|\b(run_started_at|modules\.datetime)\b"
)
NUMERIC = ("integer", "bigint", "smallint", "numeric", "double precision")
# A name may say it by the house's rules: claim_count is a number of claims, told_share 0 to 1, days_to_tell days.
UNIT_BY_NAME = re.compile(r"(_count|_share|_rate_per_1000|_gbp|_minutes|_days)$|^days_")
UNIT_IN_WORDS = re.compile(
    r"\bUnit: |\b(unit of|in unit|days?|months?|minutes|hours|years?|weeks|quarters|rows|people|0 to 1|pounds|number of"
    r"|per (1,000|100)|how many|sequence|counter)\b|£|×|÷",
    re.IGNORECASE,
)
VARIABLES = {
    "as_of": "2026-07-29T06:00:00+00:00",
    "as_of_on": "2026-07-29",
    "accepted_through": 1,
    "report_quarter": "2026-27-Q1",
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory) -> dict:
    """What dbt makes of the project: its manifest, without a database."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
    settings = {"HOST": "localhost", "PORT": "5432", "DATABASE": "assure", "USER": "nobody", "PASSWORD": "none"}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in settings.items():
            patched.setenv(f"ASSURE_DBT_{name}", value)
        parsed = dbtRunner().invoke(
            [
                *("--quiet", "--no-partial-parse", "parse"),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
                *("--vars", json.dumps(VARIABLES)),
            ]
        )
    assert parsed.success, parsed.exception
    return json.loads((folder / "target" / "manifest.json").read_text())


def models(manifest: dict) -> Iterator[tuple[str, str, dict]]:
    """Each model as (name, layer, node)."""
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            yield node["name"], node["fqn"][1], node


def relations(manifest: dict) -> Iterator[tuple[str, str, dict]]:
    """Each model that is a table or a view; an ephemeral one is a part of those that read it."""
    return (
        (name, layer, node) for name, layer, node in models(manifest) if node["config"]["materialized"] != "ephemeral"
    )


def layer_of(manifest: dict, unique_id: str) -> str:
    node = manifest["nodes"][unique_id]
    return "seeds" if node["resource_type"] == "seed" else node["fqn"][1]


def test_every_model_lies_in_a_layer_and_is_named_for_it(manifest):
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_", "bridge_", "mart_"),
        "published": ("pub_",),
        "compared": ("mart_", "pub_"),
    }
    misnamed = [name for name, layer, _ in relations(manifest) if not name.startswith(prefixes.get(layer, ()))]
    assert misnamed == []


def test_only_staging_reads_sources_but_for_the_frozen_editions(manifest):
    # A published view is the frozen rows of all editions, which live beside the ledger, and this build's rows.
    frozen = "source.assure.audit.edition_rows"
    strays = {
        name: sources
        for name, layer, node in models(manifest)
        if layer != "staging"
        and (sources := {
            parent
            for parent in node["depends_on"]["nodes"]
            if parent.startswith("source.") and not (layer == "published" and parent == frozen)
        })
    }  # fmt: skip
    assert strays == {}


def test_no_model_reads_a_later_layer(manifest):
    backwards = [
        f"{name} ({layer}) reads {parent}"
        for name, layer, node in models(manifest)
        for parent in node["depends_on"]["nodes"]
        if parent in manifest["nodes"] and LAYERS.index(layer_of(manifest, parent)) > LAYERS.index(layer)
    ]
    assert backwards == []


def test_published_reads_marts_alone(manifest):
    strays = [
        f"{name} reads {parent}"
        for name, layer, node in models(manifest)
        for parent in node["depends_on"]["nodes"]
        if layer == "published"
        and parent in manifest["nodes"]
        and layer_of(manifest, parent) in ("staging", "intermediate")
        # Public words are checked by their hash against the record of second-person checks, which holds no words.
        and not parent.endswith(".stg_word_check")
    ]
    assert strays == []


def test_every_model_and_column_is_described(manifest):
    silent = [
        f"{name}.{column['name']}" if column else name
        for name, _, node in models(manifest)
        for column in (None, *node["columns"].values())
        if not (column or node)["description"].strip()
    ]
    without_columns = [name for name, _, node in models(manifest) if not node["columns"]]
    assert silent + without_columns == []


def test_every_mart_says_what_it_holds_one_row_of(manifest):
    silent = [
        name
        for name, layer, node in relations(manifest)
        if layer in MARTS and "Grain: one row per " not in node["description"]
    ]
    assert silent == []


def test_every_number_in_a_mart_says_its_unit(manifest):
    unsaid = [
        f"{name}.{column['name']}"
        for name, layer, node in relations(manifest)
        for column in node["columns"].values()
        if layer in MARTS
        and column["data_type"] in NUMERIC
        and not UNIT_BY_NAME.search(column["name"])
        and not UNIT_IN_WORDS.search(column["description"])
    ]
    assert unsaid == []


def test_no_value_stands_without_its_unit_beside_it(manifest):
    # What an official figure is a number of is said by its metric, in the publisher's own words.
    alone = [
        f"{name}.{column['name']}"
        for name, layer, node in relations(manifest)
        for column in node["columns"].values()
        if layer in (*MARTS, "published")
        and name != "fct_published_statistics"
        and column["name"] in ("value", "y")
        and column["data_type"] in NUMERIC
        and "unit" not in node["columns"]
    ]
    assert alone == []


def test_every_mart_has_an_enforced_contract_and_an_icb(manifest):
    loose = [
        name
        for name, layer, node in relations(manifest)
        # Published views show editions of every age, whose columns may have been others.
        if layer in MARTS and not name.startswith("pub_") and not node["contract"]["enforced"]
    ]
    # Days, codes, themes, measures and expectations are the same for every ICB.
    shared = {"dim_date", "dim_quarter", "dim_code", "dim_theme", "dim_measure", "dim_expectation"}
    shared |= {"bridge_expectation_measures"}
    unplaced = [
        name
        for name, layer, node in relations(manifest)
        if layer in MARTS and name not in shared and "icb_code" not in node["columns"]
    ]
    assert (loose, unplaced) == ([], [])


def test_every_mart_declares_its_grain(manifest):
    without = [
        name
        for name, layer, node in relations(manifest)
        if layer in MARTS and not any(one["type"] in ("primary_key", "unique") for one in constraints(node))
    ]
    assert without == []


def constraints(node: dict) -> list[dict]:
    """What a table declares of itself and of each of its columns."""
    return [*node["constraints"], *(one for column in node["columns"].values() for one in column["constraints"])]


def test_nothing_reads_the_clock(manifest):
    texts = {
        path: path.read_text()
        for folder in ("models", "macros", "tests")
        for path in PROJECT.glob(f"{folder}/**/*.sql")
    }
    assert len(texts) > 50
    without_comments = {path: re.sub(r"\{#.*?#\}|--[^\n]*", "", text, flags=re.DOTALL) for path, text in texts.items()}
    readers = [str(path.relative_to(PROJECT)) for path, text in without_comments.items() if CLOCK.search(text)]
    assert readers == []


def test_staging_describes_every_column_its_source_has(manifest):
    sources = {source["name"]: source for source in manifest["sources"].values() if source["source_name"] == "raw"}
    staged = {
        name.removeprefix("stg_"): set(node["columns"]) for name, layer, node in models(manifest) if layer == "staging"
    }
    forgotten = {
        record: missing for record, source in sources.items() if (missing := set(source["columns"]) - staged[record])
    }
    invented = {
        record: extra
        for record, source in sources.items()
        if (extra := staged[record] - set(source["columns"]) - {"icb_code", "submitted_on", "feed", "rows_with_key"})
    }
    assert (forgotten, invented) == ({}, {})


def test_every_record_is_counted_and_looked_through_for_repeated_keys(manifest):
    records = {source["name"] for source in manifest["sources"].values() if source["source_name"] == "raw"}
    by_name = {name: node for name, _, node in models(manifest)}
    counted = {parent.rsplit(".", 1)[1] for parent in by_name["stg_load_row_count"]["depends_on"]["nodes"]}
    searched = {parent.rsplit(".stg_", 1)[-1] for parent in by_name["int_keys__repeated"]["depends_on"]["nodes"]}
    assert (records - counted, records - searched) == (set(), set())


def test_the_links_checked_across_deliveries_are_those_of_the_contracts():
    text = (PROJECT / "models/intermediate/int_references__checked.sql").read_text()
    checked = set(re.findall(r'\("(\w+)", "(\w+)", (?:true|false), "(\w+)", "(\w+)"\)', text))
    promised = {
        (contract, column["name"], *link["to"].split("."))
        for contract, path in contract_files()
        for column in yaml.safe_load(path.read_text())["schema"][0]["properties"]
        for link in column.get("relationships", ())
    }
    assert checked == promised


def contract_files() -> Iterator[tuple[str, Path]]:
    folder = PROJECT.parent / "expectations" / "contracts"
    for name in load_contracts():
        yield name, folder / f"{name}.odcs.yaml"
