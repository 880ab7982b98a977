"""Give the architecture tests the project's own files: what git tracks, or in an unpacked archive what lies there."""

import os
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
MADE = {".venv", ".assure", ".cache", "__pycache__", "build", "logs", "target"}
"""Folders that a run leaves behind."""


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds pyproject.toml."""
    return PROJECT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file of the project, relative to its folder."""
    if not (PROJECT / ".git").exists():
        found = (Path(folder, name) for folder, _, names in os.walk(PROJECT) for name in names)
        return sorted(path.relative_to(PROJECT) for path in found if not MADE & set(path.relative_to(PROJECT).parts))
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={PROJECT}", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True
    )
    names = filter(None, listed.stdout.decode("utf-8").split("\0"))
    return [Path(name) for name in names if (PROJECT / name).is_file()]


@pytest.fixture(scope="session")
def texts(tracked) -> dict[Path, str]:
    """The text of every file that is text, by its place in the project; samples of senders are what they are."""
    found = {}
    for path in tracked:
        if path.parts[:2] == ("providers", "examples") and len(path.parts) > 3:
            # Samples are as other systems write them, in whatever encoding.
            continue
        content = (PROJECT / path).read_bytes()
        if b"\0" not in content:
            found[path] = content.decode("utf-8")
    return found
