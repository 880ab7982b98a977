"""The page about doors shows only what loads, and names every key there is."""

import re
from pathlib import Path

import pytest
import yaml

from loaders.senders.address import SCHEMES, Auth, Door, Paging, Request, Rest
from loaders.senders.provider import load_provider
from tests.made_up_sender import provider_file

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "doors.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_loads(example, tmp_path):
    shown = yaml.load(example, Loader=yaml.BaseLoader)
    tables = {"tables": provider_file()["feeds"]["incidents"]["tables"]}
    feeds = {name: feed | tables for name, feed in shown["feeds"].items()}
    document = provider_file(code="zz1", door=shown["door"], feeds=feeds)
    (tmp_path / "zz1.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert load_provider(tmp_path / "zz1.yml").door.url == shown["door"]["url"]


@pytest.mark.parametrize("part", [Auth, Door, Paging, Request, Rest])
def test_every_key_is_named(part):
    assert [name for name in part.model_fields if not re.search(rf"\b{name}\b", PAGE)] == []


def test_every_kind_of_door_is_named():
    assert [scheme for scheme in SCHEMES if f"{scheme}:" not in PAGE] == []
