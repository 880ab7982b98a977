"""Replace a person's identifier by a keyed pseudonym before it reaches the database."""

import hashlib
import hmac
import os
import re

from loaders.identifiers import is_nhs_number

DEMO_KEY = "demo-key-known-to-everyone"
"""The demo's key stands in the open; it is refused for any sender that is not made up."""


class NoKey(RuntimeError):
    """No pseudonym key, or the public demo key for a real sender."""


def person_ref(identifier: str, provider_code: str, *, is_made_up: bool) -> str:
    """Return the pseudonym of an identifier: HMAC-SHA-256 under a key made of master key, provider and key version.

    The same person at two providers has two pseudonyms; nothing links them. Case and spaces do not matter, nor do the
    dashes of an NHS number. Raises NoKey.
    """
    master, version = _key(is_made_up)
    derived = hmac.digest(master.encode(), f"{provider_code}/{version}".encode(), "sha256")
    normalised = re.sub(r"\s+", "", identifier).upper()
    if is_nhs_number(normalised):
        normalised = normalised.replace("-", "")
    return f"v{version}-" + hmac.new(derived, normalised.encode(), hashlib.sha256).hexdigest()[:32]


def _key(is_made_up: bool) -> tuple[str, str]:
    key = os.environ.get("ASSURE_PSEUDONYM_KEY") or (DEMO_KEY if is_made_up else None)
    if key is None:
        raise NoKey("ASSURE_PSEUDONYM_KEY is not set; give it from your secrets backend")
    if key == DEMO_KEY and not is_made_up:
        raise NoKey("ASSURE_PSEUDONYM_KEY is the public demo key; make one of your own")
    return key, os.environ.get("ASSURE_PSEUDONYM_KEY_VERSION", "1")
