"""Take from an API's answer what it lists, each element exactly as it was sent."""

import re
from collections.abc import Iterator
from json import JSONDecoder
from json.decoder import scanstring

from loaders.doors.asking import document, text_of
from loaders.doors.unreachable import DoorUnreachable


class Page:
    """One answer in JSON."""

    def __init__(self, body: bytes):
        self._text = text_of(body)
        self._document = document(body)

    def elements(self, rows_at: str) -> list[str]:
        """Return the JSON of each element of the list at a path, on one line. Raises DoorUnreachable without a list."""
        if not isinstance(self.value(rows_at), list):
            place = f"at '{rows_at}'" if rows_at else "in it"
            raise DoorUnreachable(f"its answer lacks the list that should stand {place}; look there, and at rows_at:")
        at = _skip(self._text, 0)
        for name in _names(rows_at):
            # The last of a name that stands twice, as whoever reads JSON takes it.
            at = [start for key, start, _ in _members(self._text, at) if key == name][-1]
        # A line's end can stand between values alone: within a text JSON does not allow it.
        return [re.sub(r"[\r\n]+", " ", self._text[start:end]) for _, start, end in _members(self._text, at)]

    def value(self, path: str) -> object:
        """Return what stands at a path of names; None where there is none."""
        found = self._document
        for name in _names(path):
            found = found.get(name) if isinstance(found, dict) else None
        return found


def says_failure(element: str, error_texts: tuple[str, ...]) -> bool:
    """Say whether an element, or a text in it, is a service's words for a failure."""
    if not error_texts:
        return False
    value = _DECODER.decode(element)
    texts = value.values() if isinstance(value, dict) else [value]
    return any(isinstance(one, str) and one.strip() in error_texts for one in texts)


_DECODER = JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


def _names(path: str) -> list[str]:
    return path.split(".") if path else []


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()


def _members(text: str, at: int) -> Iterator[tuple[str | None, int, int]]:
    """Yield (name, start, end) of each member of the object, or element of the list, that begins at `at`.

    The text is known to be JSON.
    """
    is_object = text[at] == "{"
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        name = None
        if is_object:
            name, at = scanstring(text, at + 1)
            at = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, at)
        yield name, at, end
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
