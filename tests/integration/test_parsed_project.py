"""What dbt parsed is kept, in a small project of its own: for how long, for whom, and when it is made anew."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse import build
from warehouse.paths import ROOT

VARIABLES = {"accepted_through": 1}


@pytest.fixture
def project(tmp_path: Path, warehouse_database, monkeypatch) -> Path:
    """A project of one view, in a folder and with work that no other test sees."""
    folder = tmp_path / "dbt_project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: small\nversion: 1.0.0\nprofile: assure\n")
    (folder / "models/first.sql").write_text("select 1 as one")
    shutil.copy(ROOT / "dbt_project/profiles.yml", folder)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "work_folder", lambda: tmp_path)
    return folder


@pytest.fixture
def run(project: Path, monkeypatch) -> Callable[..., list[str]]:
    """Run the project as a process does that has not parsed it yet; returns where its models were built."""

    def ran(**variables: object) -> list[str]:
        monkeypatch.setattr(build, "PARSED", {})
        variables = VARIABLES | variables
        told = build.run_dbt(["run"], variables, build.parse(variables))
        assert told.success
        return sorted(one.node.relation_name for one in told.result)

    return ran


def kept(project: Path) -> list[Path]:
    return sorted(project.parent.glob("parsed*"))


def test_what_one_process_parsed_serves_every_other_whatever_day_and_database_it_builds(
    project, run, warehouse_database, shared_warehouse, monkeypatch
):
    monkeypatch.setenv("ASSURE_DATABASE", warehouse_database)
    assert run(as_of_on="2026-07-29") == [f'"{warehouse_database}"."intermediate"."first"']
    (parsed,) = kept(project)
    before = parsed.stat().st_mtime_ns
    monkeypatch.setenv("ASSURE_DATABASE", shared_warehouse)
    assert run(as_of_on="2026-07-30") == [f'"{shared_warehouse}"."intermediate"."first"']
    assert [one.stat().st_mtime_ns for one in kept(project)] == [before]


def test_a_changed_project_is_parsed_anew_and_the_old_parse_goes(project, run, warehouse_database):
    run()
    before = kept(project)
    (project / "models/second.sql").write_text("select one + 1 as two from {{ ref('first') }}")
    assert [name.split(".")[-1] for name in run()] == ['"first"', '"second"']
    assert len(kept(project)) == 1
    assert kept(project) != before


def test_a_parse_that_cannot_be_opened_is_made_anew(project, run, warehouse_database):
    run()
    (parsed,) = kept(project)
    parsed.unlink()
    parsed.symlink_to(parsed)
    assert run() == [f'"{warehouse_database}"."intermediate"."first"']
    assert parsed.is_file()


def test_marts_and_what_is_published_can_be_put_beside_and_nothing_else(project, warehouse_database):
    models = project / "models"
    (models / "second.sql").write_text("{{ config(schema='marts') }} select one from {{ ref('first') }}")
    (models / "third.sql").write_text("{{ config(schema='published') }} select * from {{ source('raw', 'input') }}")
    (models / "sources.yml").write_text("sources: [{name: raw, tables: [{name: input}]}]")
    (project / "macros").mkdir()
    shutil.copy(ROOT / "dbt_project/macros/generate_schema_name.sql", project / "macros")
    for beside in ("_next", ""):
        parsed = build.parse(VARIABLES, beside)
        nodes = [*parsed.nodes.values(), *parsed.sources.values()]
        places = {
            ("intermediate", "first"), (f"marts{beside}", "second"), (f"published{beside}", "third"), ("raw", "input"),
        }  # fmt: skip
        assert {(one.schema, one.name) for one in nodes} == places
        assert {one.relation_name for one in nodes} == {
            f'"{warehouse_database}"."{schema}"."{name}"' for schema, name in places
        }
    assert len(kept(project)) == 1


def test_a_project_that_cannot_be_parsed_is_said_to_be_with_what_dbt_says_of_it(project):
    (project / "models/first.sql").write_text("select 1 from {{ ref('nobody') }}")
    with pytest.raises(build.BuildFailed, match="could not parse") as failed:
        build.parse(VARIABLES)
    assert "nobody" in str(failed.value.__cause__)


@pytest.mark.parametrize("part", [0, 0.5])
def test_a_damaged_parse_is_made_anew(project, run, warehouse_database, part):
    run()
    (parsed,) = kept(project)
    whole = parsed.read_bytes()
    parsed.write_bytes(whole[: int(len(whole) * part)])
    assert run() == [f'"{warehouse_database}"."intermediate"."first"']
    assert parsed.stat().st_size == pytest.approx(len(whole), rel=0.1)


def test_a_changed_seed_or_setting_is_another_version_and_what_dbt_leaves_behind_is_none(project):
    before = build.code_version()
    (project / "target").mkdir()
    (project / "target/manifest.json").write_text("{}")
    assert build.code_version() == before
    (project / "seeds").mkdir()
    (project / "seeds/thresholds.csv").write_text("threshold_id,value\nwaiting_at_most,60\n")
    seeded = build.code_version()
    with (project / "dbt_project.yml").open("a") as settings:
        settings.write("vars: {spc_rules: making_data_count_concern}\n")
    assert len({before, seeded, build.code_version()}) == 3
