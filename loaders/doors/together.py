"""Take files that only make sense together as one archive: the one a feed names, and those that complete its rows."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from loaders.doors.opening import OpenDoor, Sighting, Taken
from loaders.senders import file_names
from loaders.senders.feeds import Feed
from loaders.senders.file_names import FileName

_ITS_OWN = {"version"}
"""What the names of one set may say differently."""


@dataclass(frozen=True)
class Group(Sighting):
    """A file and those sent with it, as one: the path is the first's, the size that of all, the time the latest."""

    parts: tuple[Sighting, ...] = ()


def grouped(feed: Feed, main: Sighting, said: FileName, sightings: Sequence[Sighting]) -> Sighting | None:
    """Return a file with those that are read with it; None while one of them is not there.

    Of several versions of one of them the highest counts that is none later than the file's own.
    """
    if not feed.together:
        return main
    parts = [main]
    for pattern in feed.together:
        named = ((one, file_names.read(pattern, feed.every, one.path)) for one in sightings)
        fitting = [(found.version, one) for one, found in named if found and _is_of(said, found)]
        if not fitting:
            return None
        parts.append(max(fitting, key=lambda found: (found[0], found[1].path))[1])
    sizes, moments = [one.byte_count for one in parts], [one.modified_at for one in parts]
    return Group(
        main.path,
        None if None in sizes else sum(sizes),
        None if None in moments else max(moments),
        tuple(parts),
    )


def fetch(door: OpenDoor, sighting: Sighting, into: Path) -> Taken | None:
    """Copy what was seen to a local file, several files as an archive that has the same bytes whenever they have."""
    if not isinstance(sighting, Group):
        return door.fetch(sighting, into)
    with TemporaryDirectory() as folder, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sighting.parts:
            content = Path(folder, "part")
            if door.fetch(part, content) is None:
                return None
            with content.open("rb") as file, archive.open(_member(part), "w", force_zip64=True) as member:
                while chunk := file.read(1 << 20):
                    member.write(chunk)
    return Taken(sighting.modified_at)


def _member(part: Sighting) -> zipfile.ZipInfo:
    # Without a time of its own: the same files are the same archive.
    found = zipfile.ZipInfo(part.path.rpartition("/")[2])
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def _is_of(said: FileName, found: FileName) -> bool:
    """Say whether two names are of one set: what both say is the same, but for an earlier version."""
    shared = (said.facts.keys() & found.facts.keys()) - _ITS_OWN
    return found.version <= said.version and all(said.facts[name] == found.facts[name] for name in shared)
