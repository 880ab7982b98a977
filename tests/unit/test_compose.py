"""The set-up for Docker holds together: what it names exists, no port leaves this machine, no secret stands in it."""

import ast
import importlib.util
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
ROOMS = ("assure", "dags", "demo", "expectations", "loaders", "report", "warehouse")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_of_ours = pytest.mark.parametrize("name", sorted(OURS))


def environment(service):
    given = service.get("environment", {})
    return given if isinstance(given, dict) else dict(pair.split("=", 1) for pair in given)


def test_every_part_of_airflow_has_its_service():
    assert OURS == {"init", "demo", "api-server", "scheduler", "dag-processor", "triggerer"}


def test_the_demo_starts_only_when_asked_for_and_touches_nothing_real():
    demo, init = environment(SERVICES["demo"]), environment(SERVICES["init"])
    assert SERVICES["demo"]["profiles"] == ["demo"]
    assert all("profiles" not in SERVICES[name] for name in SERVICES if name != "demo")
    for variable in ("ASSURE_DATABASE_URL", "ASSURE_KEEP_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        assert demo[variable] != init[variable]
    # Roles belong to the whole server, so their passwords must be the same ones.
    assert demo["ASSURE_STATE"] == init["ASSURE_STATE"]


def test_docker_runs_airflow_with_the_settings_of_make_airflow():
    source = ast.parse((PROJECT / "assure" / "airflow.py").read_text(encoding="utf-8"))
    local = {
        node.value
        for node in ast.walk(source)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"AIRFLOW__\w+", node.value)
    }
    # On one machine with free ports of its own, or not asked of a server with a database for eight.
    ours_alone = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
        "AIRFLOW__CORE__PARALLELISM",
        "AIRFLOW__API__BASE_URL",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT",
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT",
    }
    assert local - ours_alone <= set(environment(SERVICES["scheduler"]))


@each_service
def test_a_service_waits_only_for_services_that_exist(name):
    waits_for = SERVICES[name].get("depends_on", {})
    assert set(waits_for) <= set(SERVICES)
    for other, how in waits_for.items():
        # Waiting for health means nothing unless the other one says how it feels.
        assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


@each_service
def test_a_service_that_keeps_running_says_how_it_feels(name):
    assert SERVICES[name]["restart"] == "no" or "healthcheck" in SERVICES[name]


@each_service
def test_an_image_is_of_a_stated_version(name):
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert tag
    assert tag != "latest"
    assert re.match(r"\d", tag), f"{image} has the tag {tag!r}, which may change its meaning"


def test_our_image_carries_the_version_of_the_project():
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"coproduction-assurance:{version}"}


@each_service
def test_a_port_is_published_on_this_machine_only(name):
    for port in SERVICES[name].get("ports", []):
        assert isinstance(port, str)
        assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)


@each_service
def test_a_mounted_volume_is_declared_and_a_mounted_folder_exists(name):
    for volume in SERVICES[name].get("volumes", []):
        source, target, *_ = volume.split(":")
        assert target.startswith("/")
        if source.startswith("."):
            assert (PROJECT / source).is_dir()
        else:
            assert source in COMPOSE["volumes"]
    for config in SERVICES[name].get("configs", []):
        assert config["source"] in COMPOSE["configs"]


@each_of_ours
def test_airflow_reads_the_dags_that_are_mounted(name):
    mounted = {volume.split(":")[0]: volume.split(":")[1] for volume in SERVICES[name]["volumes"]}
    assert mounted["./dags"] == environment(SERVICES[name])["AIRFLOW__CORE__DAGS_FOLDER"]


def test_the_web_server_shows_what_the_nights_write_and_can_write_nothing_itself():
    server, writer = SERVICES["site"], SERVICES["scheduler"]
    written = {volume.split(":")[0]: volume.split(":")[1] for volume in writer["volumes"]}["site"]
    (mounted,) = server["volumes"]
    assert mounted.split(":")[::2] == ["site", "ro"]
    assert server["read_only"] is True
    config = COMPOSE["configs"]["site"]["content"]
    for path, name in (("root", "scheduler"), ("alias", "demo")):
        served = re.search(rf"^\s*{path} (\S+?)/?;$", config, re.MULTILINE)[1]
        assert served.replace(mounted.split(":")[1], written, 1) == environment(SERVICES[name])["ASSURE_SITE_FOLDER"]
    # The folder is a link, turned beside it: the volume is mounted above both.
    assert Path(environment(writer)["ASSURE_SITE_FOLDER"]).parent == Path(written)
    assert f"-m 0755 {written}" in (PROJECT / "Dockerfile").read_text(encoding="utf-8")


def test_the_web_server_answers_where_it_is_asked_how_it_feels():
    server, config = SERVICES["site"], COMPOSE["configs"]["site"]["content"]
    (port,) = server["ports"]
    listens = re.search(r"^\s*listen (\d+);$", config, re.MULTILINE)[1]
    assert port == f"127.0.0.1:8000:{listens}"
    assert server["healthcheck"]["test"][-1] == f"http://127.0.0.1:{listens}/health"
    assert "location = /health {" in config
    # Braces and directives are whole: the server would not start otherwise.
    assert config.count("{") == config.count("}")
    lines = [line.strip() for line in config.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert [line for line in lines if not line.endswith((";", "{", "}"))] == []


@each_of_ours
def test_the_warehouse_and_airflow_are_two_databases_of_one_server(name):
    settings = environment(SERVICES[name])
    warehouse, airflow = settings["ASSURE_DATABASE_URL"], settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    # `assure bootstrap` makes the warehouse where there is none.
    first = SERVICES["postgres"]["environment"]["POSTGRES_DB"]
    assert warehouse.endswith("@postgres:5432/demo" if name == "demo" else f"@postgres:5432/{first}")
    database = airflow.rpartition("/")[2]
    assert airflow.endswith(f"@postgres:5432/{database}")
    assert f"create database {database} owner airflow;" in COMPOSE["configs"]["airflow_database"]["content"]


@each_of_ours
def test_our_code_reads_every_variable_that_is_given_to_it(name):
    code = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (PROJECT / room).rglob("*.py"))
    given = {variable for variable in environment(SERVICES[name]) if variable.startswith("ASSURE_")}
    assert {variable for variable in given if not re.search(rf"\b{variable}\b", code)} == set()


def test_what_is_logged_and_who_is_told_of_it_comes_from_the_env_file_and_nobody_is_told_of_the_demo():
    from warehouse.lineage import SETTINGS

    demo, scheduler = environment(SERVICES["demo"]), environment(SERVICES["scheduler"])
    for variable in ("ASSURE_LOG", "ASSURE_LOG_FORMAT", *SETTINGS):
        assert scheduler[variable].startswith(f"${{{variable}:-")
    assert {demo[variable] for variable in SETTINGS} == {""}


@each_of_ours
def test_airflow_knows_every_setting_that_is_given_to_it(name):
    folder = Path(importlib.util.find_spec("airflow").submodule_search_locations[0])
    known = yaml.safe_load((folder / "config_templates" / "config.yml").read_text(encoding="utf-8"))
    for variable in environment(SERVICES[name]):
        if variable.startswith("AIRFLOW__"):
            _, section, option = variable.lower().split("__")
            assert option in known[section]["options"], variable


def test_every_secret_comes_from_the_env_file_and_the_example_names_each_without_a_value():
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    required = set(re.findall(r"(?<!\$)\$\{(\w+):\?", TEXT))
    lines = (PROJECT / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(example) == asked
    assert set(example.values()) == {""}
    may_stay_empty = {
        after.partition("=")[0]
        for before, after in pairwise(lines)
        if before.startswith(("# May stay empty.", "# May stay empty:"))
    }
    assert asked - required == may_stay_empty
    for service in SERVICES.values():
        for variable, value in environment(service).items():
            if re.search(r"(PASSWORD|SECRET|_KEY|CONN|DATABASE_URL)", variable):
                assert "${" in value
                assert ":?" in value, f"{variable} may be empty"
