"""Say where the project and its state folder are; nothing else decides a path."""

import os
from pathlib import Path

ROOT = Path(os.environ.get("ASSURE_ROOT") or Path(__file__).resolve().parents[1])
"""The checkout: the folder that holds pyproject.toml, providers/ and dbt_project/."""


def state() -> Path:
    """Return the folder of everything this machine made by itself (server, secrets, kept bytes), created 0700."""
    folder = Path(os.environ.get("ASSURE_STATE") or ROOT / ".assure")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def providers() -> Path:
    """Return the folder of provider files; a demo or a test names its own by ASSURE_PROVIDERS."""
    return Path(os.environ.get("ASSURE_PROVIDERS") or ROOT / "providers")
