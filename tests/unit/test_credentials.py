"""What opens a door is known by its name alone, and a provider file that holds it does not load."""

import json

import pytest
import yaml

from loaders.senders import credentials
from loaders.senders.provider import ProviderFileError, load_provider
from tests.made_up_sender import provider_file

SECRET = "wJa1rXUtnF3MIK7MD3NGbPxRf1CYEXAMPL3K3Y9d"
"""Made up, in the form of a key."""


@pytest.fixture
def load(tmp_path):
    """Call with keys of a provider file changed, and a comment, to load it."""

    def changed(comment: str = "", **changed):
        document = provider_file(**{"code": "zz1", "door": {"url": "file:///out"}} | changed)
        path = tmp_path / "zz1.yml"
        path.write_text(f"# A sender. {comment}\n{yaml.safe_dump(document)}", encoding="utf-8")
        return load_provider(path)

    return changed


def feed(**changed) -> dict:
    incidents = provider_file()["feeds"]["incidents"]
    return {"incidents": incidents | changed}


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"door": {"url": f"sftp://zz1:{SECRET}@files.example.org/out"}}, "door.url"),
        ({"door": {"url": f"https://files.example.org/out?sig={SECRET}"}}, "door.url"),
        ({"door": {"url": f"https://files.example.org/{SECRET}/out"}}, "door.url"),
        ({"door": {"url": "file:///out", "password": "spring"}}, "door.password"),
        ({"door": {"url": "file:///out", "auth": {"kind": "bearer", "token": "spring"}}}, "door.auth.token"),
        ({"door": {"url": "https://x", "rest": {"headers": {"X-Api-Key": "spring"}}}}, "door.rest.headers.X-Api-Key"),
        ({"door": {"url": "https://x", "rest": {"headers": {"Accept": "Bearer spring-1234567890"}}}}, "headers.Accept"),
        ({"credentials": {"account_key": "spring"}}, "credentials.account_key"),
        ({"feeds": feed(request={"params": {"api_key": "spring"}})}, "feeds.incidents.request.params.api_key"),
        ({"feeds": feed(request={"params": {"site": SECRET}})}, "feeds.incidents.request.params.site"),
        ({"feeds": feed(request={"path": f"list?key={SECRET}"})}, "feeds.incidents.request.path"),
        ({"name": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1"}, "name"),
        ({"name": "AKIAIOSFODNN7EXAMPLE"}, "name"),
        ({"icb_name": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x"}, "icb_name"),
        ({"name": f"DefaultEndpointsProtocol=https;AccountKey={SECRET}"}, "name"),
        ({"comment": f"sftp://zz1:{SECRET}@files.example.org"}, "line 1"),
    ],
)
def test_a_file_that_holds_a_secret_is_refused_with_its_key_and_the_remedy(load, changed, key):
    with pytest.raises(ProviderFileError) as refused:
        load(**changed)
    message = str(refused.value)
    assert message.startswith("zz1.yml: ")
    assert key in message
    assert "name a credential: instead" in message
    assert SECRET not in message
    assert "spring" not in message


def test_what_a_sender_calls_its_columns_and_codes_is_no_secret(load):
    table = provider_file()["feeds"]["incidents"]["tables"][0]
    columns = table["columns"] | {"incident_kind": {"from": "Kind", "codes": {"Key": "falls", "password": "falls"}}}
    named = table | {
        "columns": columns,
        "ignore": ["RestrictiveIntPIReviewNotHeldReasPat", "MHS505RestrictiveIntPIReviewHeldCarePers", SECRET],
        "skip_when": {"Token": ["x"], "Primary key": ["y"]},
    }
    assert load(feeds=feed(tables=[named])).code == "zz1"
    tenant = "https://login.microsoftonline.com/0f8fad5b-d9cb-469f-a165-70867728950e/oauth2/v2.0/token"
    auth = {"kind": "oauth2", "token_url": tenant}
    assert load(door={"url": "https://x.example.org", "credential": "zz1", "auth": auth}).door.auth.token_url == tenant


# ---- Where a credential is kept --------------------------------------------------------------------------------------


@pytest.fixture
def sources(monkeypatch):
    """What is asked beside the environment, put back afterwards."""
    monkeypatch.setattr(credentials, "_sources", [])


def test_the_environment_is_asked_first_and_then_whoever_was_named(sources, monkeypatch):
    asked = []

    def elsewhere(name):
        asked.append(name)
        return {"password": "from elsewhere"} if name == "zz1" else None

    credentials.ask_also(elsewhere)
    credentials.ask_also(elsewhere)
    assert credentials.credential("zz1") == {"password": "from elsewhere"}
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", json.dumps({"password": "from here"}))
    assert credentials.credential("zz1") == {"password": "from here"}
    with pytest.raises(ProviderFileError, match=r"'zz2' is not set; .* ASSURE_CREDENTIAL_ZZ2, or as an Airflow conn"):
        credentials.credential("zz2")
    assert asked == ["zz1", "zz2"]
    assert credentials.credential(None) == {}


@pytest.mark.parametrize("text", ["secret-5d", '["secret-5d"]', '"secret-5d"'])
def test_a_credential_that_is_no_object_is_refused_and_not_said(sources, monkeypatch, text):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1", text)
    with pytest.raises(ProviderFileError, match="write ASSURE_CREDENTIAL_ZZ1 as") as refused:
        credentials.credential("zz1")
    assert "secret-5d" not in str(refused.value)
    assert refused.value.__cause__ is None
