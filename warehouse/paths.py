"""Say where the project and its state folder are; nothing else decides a path."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(os.environ.get("ASSURE_ROOT") or Path(__file__).resolve().parents[1])
"""The checkout: the folder that holds pyproject.toml, providers/ and dbt_project/."""


def state() -> Path:
    """Return the folder of all that this machine made by itself (server, secrets, kept bytes), closed to others (0700).

    Raises RuntimeError when it cannot be closed, because it is somebody else's or everybody's.
    """
    folder = Path(os.environ.get("ASSURE_STATE") or ROOT / ".assure")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat().st_mode
    if found & 0o077:
        try:
            if found & stat.S_ISVTX:
                raise PermissionError
            folder.chmod(0o700)
        except PermissionError:
            raise RuntimeError(f"{folder} is not ours alone: name a folder of your own in ASSURE_STATE") from None
    return folder


def secret(path: Path, make: Callable[[], str]) -> str:
    """Return the text of a file only we can read (0600), made once: of several processes the first one's counts."""
    if not path.exists():
        # Written beside its place: nobody ever reads half a secret.
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
    return path.read_text(encoding="utf-8")


def providers() -> Path:
    """Return the folder of provider files; a demo or a test names its own by ASSURE_PROVIDERS."""
    return Path(os.environ.get("ASSURE_PROVIDERS") or ROOT / "providers")
