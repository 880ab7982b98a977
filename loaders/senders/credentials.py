"""Give what opens a door by its name alone, and refuse a provider file that holds it."""

import json
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from loaders.senders.address import ProviderFileError

Source = Callable[[str], Mapping[str, str] | None]
"""Asked for a name, it returns the credential kept under it, or None."""
_sources: list[Source] = []


def ask_also(source: Source) -> None:
    """Ask `source` for whatever the environment does not hold: how a task gives its doors the scheduler's connections.

    Asked twice of the same source, it is asked once.
    """
    if source not in _sources:
        _sources.append(source)


def credential(name: str | None) -> dict:
    """Return the credential kept under a name: ASSURE_CREDENTIAL_<NAME> (JSON), …_FILE, or a source that knows it.

    Raises ProviderFileError where nobody has it, or it is no JSON.
    """
    if name is None:
        return {}
    for source in (_from_environment, *_sources):
        if (found := source(name)) is not None:
            return dict(found)
    raise ProviderFileError(
        f"credential '{name}' is not set; give it as JSON in {_variable(name)}, or as an Airflow connection '{name}'"
    )


def pair(given: Mapping, *names: str) -> list[str | None]:
    """Return the first filled of each of `names`, which are alternatives separated by `|`."""
    return [next((given[one] for one in name.split("|") if given.get(one)), None) for name in names]


def only(given: Mapping, name: str | None, *known: str) -> None:
    """Raise ProviderFileError when a credential holds a key that its door does not know; it names no value."""
    if strangers := sorted(set(given) - set(known)):
        raise ProviderFileError(
            f"credential '{name}' holds {', '.join(strangers)}, which this door does not know; "
            f"it may hold {', '.join(known)}"
        )


def refuse_secrets(document: object, text: str) -> None:
    """Raise ProviderFileError for a provider file that holds a secret, naming its key and never the secret."""
    for place, key, value in _values(document):
        where = ".".join(place) or "the file"
        if _SECRET_KEY.fullmatch(key) and not _is_mapping_of_senders(place):
            raise ProviderFileError(f"{where}: a secret does not belong in this file; {_REMEDY}")
        for told, pattern in _SECRETS.items():
            if pattern.search(value):
                raise ProviderFileError(f"{where}: holds {told}; {_REMEDY}")
        if "tables" not in place and _looks_drawn(value):
            raise ProviderFileError(f"{where}: holds what looks like a key; {_REMEDY}")
    # What a comment holds is in the file's history as much as what a key does.
    for number, line in enumerate(text.splitlines(), start=1):
        for told, pattern in _SECRETS.items():
            if pattern.search(line):
                raise ProviderFileError(f"line {number}: holds {told}; {_REMEDY}")


_REMEDY = "name a credential: instead, take it out, and have it changed: whoever read the file has it"
_SECRET_KEY = re.compile(
    r"(?:.*[_-])?(?:password|passwd|pwd|passphrase|secret|token|key|apikey|accesskey|accountkey|sas|signature"
    r"|authorization|connection_?string|cookie|private_?key|client_?secret)s?",
    re.IGNORECASE,
)
_SECRETS = {
    "a user name or a password": re.compile(r"\w://[^\s/]*@"),
    "a signature": re.compile(
        r"[?&](?:sig|signature|x-amz-\w+|x-goog-\w+|token|access_token|key|api[_-]?key|subscription-key|code"
        r"|password|secret)=[^\s{]",
        re.IGNORECASE,
    ),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*KEY"),
    "an access key": re.compile(
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bxox[abprs]-[\w-]{10,}"
        r"|(?:AccountKey|SharedAccessKey|SharedAccessSignature|EndpointSecret)=",
    ),
    "a token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}|\b(?:Bearer|Basic|SUBSCRIPTION_KEY)\s+[\w+/=.~-]{12,}"),
}


def _values(document: object, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield every text of a document with its place and the key it stands under."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            yield from _values(value, (*place, str(key)))
    elif isinstance(document, list):
        for value in document:
            yield from _values(value, place)
    elif document is not None:
        yield place, place[-1] if place else "", str(document)


def _is_mapping_of_senders(place: tuple[str, ...]) -> bool:
    """Say whether a key is a sender's heading or code or a column of ours: what it is called says nothing."""
    return "tables" in place[:-1]


def _looks_drawn(value: str) -> bool:
    """Say whether a text looks as if it had been drawn at random: a long run of letters and digits without a word."""
    for run in re.findall(r"[A-Za-z0-9+/=_]{32,}", value):
        entropy = -sum(n / len(run) * math.log2(n / len(run)) for n in Counter(run).values())
        is_hex = re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", run) and entropy > 2.5
        kinds = [re.search(kind, run) for kind in (r"[a-z]", r"[A-Z]", r"\d.*\d")]
        if is_hex or (all(kinds) and entropy > 4 and not re.search(r"[a-z]{8}", run)):
            return True
    return False


def _variable(name: str) -> str:
    return f"ASSURE_CREDENTIAL_{name.upper()}"


def _from_environment(name: str) -> dict | None:
    variable = _variable(name)
    text = os.environ.get(variable)
    if text is None and os.environ.get(f"{variable}_FILE"):
        text = Path(os.environ[f"{variable}_FILE"]).read_text(encoding="utf-8")
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        # From None: the error holds the text.
        raise ProviderFileError(f"credential '{name}' is not JSON; write {variable} as {{\"username\": …}}") from None
    if not isinstance(found, dict):
        raise ProviderFileError(f"credential '{name}' is no object; write {variable} as {{\"username\": …}}")
    return found
