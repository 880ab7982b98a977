"""Files that are read together: which belong to which, and the same files are the same archive."""

import datetime as dt
import zipfile

import pytest
from pydantic import ValidationError

from loaders.doors import together
from loaders.doors.opening import Sighting, Taken
from loaders.senders.feeds import Feed
from tests.unit.test_beside import COLUMNS

AT = dt.datetime(2026, 7, 10, 9, 0, tzinfo=dt.UTC)
DOCUMENT = {
    "files": "main_{period:%Y-%m}{version}.csv",
    "together": ["links_{period:%Y-%m}{version}.csv", "sub/people_{period:%Y-%m}.csv"],
    "every": "month",
    "format": {"kind": "csv", "member": "main*"},
    "tables": [{"record": "incident", "delivers": "period", "columns": COLUMNS}],
}


def seen(*names: str) -> list[Sighting]:
    return [Sighting(name, 10 + at, AT + dt.timedelta(hours=at)) for at, name in enumerate(names)]


def group(name: str, *others: str, **changed):
    feed = Feed.model_validate(DOCUMENT | changed)
    sightings = seen(name, *others)
    return together.grouped(feed, sightings[0], feed.match(name), sightings)


def test_a_file_and_those_of_its_period_are_one_as_late_as_the_latest():
    found = group("main_2026-06.csv", "links_2026-05.csv", "links_2026-06.csv", "sub/people_2026-06.csv")
    assert [part.path for part in found.parts] == ["main_2026-06.csv", "links_2026-06.csv", "sub/people_2026-06.csv"]
    assert (found.path, found.byte_count, found.modified_at) == ("main_2026-06.csv", 35, AT + dt.timedelta(hours=3))


@pytest.mark.parametrize("others", [(), ("links_2026-06.csv",), ("links_2026-05.csv", "sub/people_2026-06.csv")])
def test_a_file_waits_while_one_of_them_is_not_there(others):
    assert group("main_2026-06.csv", *others) is None


@pytest.mark.parametrize(
    ("name", "others", "chosen"),
    [
        ("main_2026-06.csv", ("links_2026-06.csv", "links_2026-06_v2.csv"), "links_2026-06.csv"),
        ("main_2026-06_v2.csv", ("links_2026-06.csv", "links_2026-06_v2.csv"), "links_2026-06_v2.csv"),
        ("main_2026-06_v3.csv", ("links_2026-06_v2.csv", "links_2026-06.csv"), "links_2026-06_v2.csv"),
    ],
)
def test_the_highest_version_counts_that_is_none_later_than_the_files_own(name, others, chosen):
    assert group(name, *others, "sub/people_2026-06.csv").parts[1].path == chosen


def test_a_file_that_is_read_alone_stays_as_it_is():
    assert not isinstance(group("main_2026-06.csv", together=[]), together.Group)


def test_the_same_files_are_the_same_archive(tmp_path):
    class Door:
        def fetch(self, sighting, into):
            into.write_text(f"content of {sighting.path}")
            return Taken(sighting.modified_at)

    found = group("main_2026-06.csv", "links_2026-06.csv", "sub/people_2026-06.csv")
    archives = tmp_path / "a", tmp_path / "b"
    for one in archives:
        assert together.fetch(Door(), found, one) == Taken(AT + dt.timedelta(hours=2))
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with zipfile.ZipFile(archives[0]) as opened:
        assert {name: opened.read(name).decode() for name in opened.namelist()} == {
            "main_2026-06.csv": "content of main_2026-06.csv",
            "links_2026-06.csv": "content of links_2026-06.csv",
            "people_2026-06.csv": "content of sub/people_2026-06.csv",
        }


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"together": ["links.csv"]}, "must say the period as files: does"),
        ({"format": {"kind": "csv"}}, "needs format: member:"),
    ],
)
def test_files_of_which_nobody_knows_what_belongs_to_what_are_a_fault(changed, fault):
    with pytest.raises(ValidationError, match=fault):
        Feed.model_validate(DOCUMENT | changed)
