"""Say how large one file may be, and stop reading what goes on for longer: a door that never ends fills no disk."""

import os

from fsspec.callbacks import Callback

from loaders.doors.unreachable import DoorUnreachable
from loaders.senders.address import ProviderFileError

LARGEST = "ASSURE_LARGEST_FILE_MIB"
"""In MiB, as it is fetched and before it is unpacked."""
MIB = 2**20


class TooLarge(DoorUnreachable):
    """One file is larger than a file may be; it says nothing against the sender's others."""


class Ceiling(Callback):
    """Told of every piece that comes, as fsspec's callbacks are; raises TooLarge at the first one too many."""

    def __init__(self, most: int | None = None, remedy: str | None = None):
        self._most, self._came = largest_file() if most is None else most, 0
        self._remedy = remedy or f"ask the sender for smaller ones, or raise {LARGEST} if that is right"

    def set_size(self, size: int | None) -> None:
        """Take what a server announces, so that nothing of it need come."""
        self.absolute_update(size or 0)

    def relative_update(self, inc: int = 1) -> None:
        """Count `inc` bytes more."""
        self._came += inc
        self.absolute_update(self._came)

    def absolute_update(self, value: int) -> None:
        """Raise TooLarge where `value` bytes are too many."""
        if value > self._most:
            raise TooLarge(f"a file of it is larger than {self._most // MIB} MiB; {self._remedy}")


def largest_file() -> int:
    """Return how many bytes a fetched file may have. Raises ProviderFileError."""
    said = os.environ.get(LARGEST) or "4096"
    if not (said.isascii() and said.isdigit() and int(said)):
        raise ProviderFileError(f"{LARGEST} is no whole number of MiB above 0; write it like 4096")
    return int(said) * MIB
