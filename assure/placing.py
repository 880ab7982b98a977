"""Put a folder of files in the place of another at once, so that whoever serves it never serves half of each."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

_VERSION = re.compile("[0-9a-f]{16}")
_DRAFT = "draft-"
"""What a version is called, and how one begins that is still being written; nothing else here is ours to delete."""


class NotOurs(RuntimeError):
    """The place is taken by something that was not put there by us; the message says what to do."""


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Make `folder` hold these files (path below it → content) and no others; the same files change nothing.

    `folder` becomes a link to one of the versions beside it, in `<folder>.versions`, and turning a link is one step.
    The version before stays until the next, for who is reading it. Raises NotOurs when something else is there, and
    deletes nothing that was not written here.
    """
    folder = Path(os.path.abspath(folder))
    versions = folder.with_name(f"{folder.name}.versions")
    digest = _digest(files)[:16]
    # Relative: the folder may be seen under another name, as in a container that serves it.
    link = Path(versions.name, digest)
    _make_way(folder, versions)
    versions.mkdir(parents=True, exist_ok=True, mode=0o755)
    with _one_at_a_time(versions):
        before = os.readlink(folder) if folder.is_symlink() else None
        if before == str(link) and (versions / digest).is_dir():
            return
        if not (versions / digest).is_dir():
            _write(files, versions, digest)
        turned = versions / "link"
        if turned.is_symlink():
            turned.unlink()
        turned.symlink_to(link)
        turned.replace(folder)
        kept = {digest, Path(before).name if before else digest}
        for other in versions.iterdir():
            if other.name not in kept and _is_ours(other):
                shutil.rmtree(other)


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{len(name)} {name} {len(content)} ".encode() + content)
    return digest.hexdigest()


def _make_way(folder: Path, versions: Path) -> None:
    if folder.is_symlink():
        leads_to = Path(os.readlink(folder))
        if leads_to.parent != Path(versions.name) or not _VERSION.fullmatch(leads_to.name):
            raise NotOurs(f"{folder} is a link that `assure site` did not make; take it away, or name another place")
        return
    if not folder.exists():
        return
    try:
        folder.rmdir()
    except OSError:
        raise NotOurs(f"{folder} is there and was not written by `assure site`; name a folder inside it") from None


def _is_ours(path: Path) -> bool:
    named = _VERSION.fullmatch(path.name) or path.name.startswith(_DRAFT)
    return bool(named) and path.is_dir() and not path.is_symlink()


def _write(files: Mapping[str, bytes], versions: Path, digest: str) -> None:
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=versions))
    for name, content in files.items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # Whoever serves it is somebody else.
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    draft.rename(versions / digest)


@contextlib.contextmanager
def _one_at_a_time(versions: Path) -> Iterator[None]:
    with (versions / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
