"""Talk to whoever called: steps and tables on a terminal, plain lines where there is none, one line for a failure."""

import contextlib
import datetime as dt
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

from rich.console import Console
from rich.table import Table

from warehouse.facts import facts_of, with_facts
from warehouse.paths import ROOT, state

BAD_DATA, WRONG_USE, BROKEN = 1, 2, 3
ROOMS = {"assure", "loaders", "warehouse", "expectations", "report", "demo"}
MENDED_BY_THE_CALLER = {
    "CodeListError",
    "ContractError",
    "EditionError",
    "LedgerError",
    "OnboardingError",
    "ProviderFileError",
    "RuleError",
    "UnreadableSeries",
}
"""Our errors that say what to write otherwise; the rest are a service's or the code's."""
NOT_MADE_YET = {"3D000", "3F000", "42P01"}
"""What Postgres answers when a database, schema or table is not there yet."""
NOT_ALLOWED = "42501"


class WithFacts(logging.Formatter):
    """Ends a log line with the facts it was given: `… not fetched: sender zw1, feed incidents`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return with_facts(super().format(record), record)


class AsJson(logging.Formatter):
    """Makes of a log line one JSON object: time (UTC), level, logger, message, facts; of an error its class and place.

    What an error says may quote a cell, so that it is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the object on one line."""
        said = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        said |= facts_of(record)
        if record.exc_info and record.exc_info[0]:
            error, place = record.exc_info[0], traceback.extract_tb(record.exc_info[2])
            said["error"] = f"{error.__module__}.{error.__name__}"
            said["at"] = [f"{frame.filename}:{frame.lineno}" for frame in place]
        return json.dumps(said, ensure_ascii=False, default=str)


def log_format() -> str:
    """Return how logs are written: `text`, or `json` where ASSURE_LOG_FORMAT says so."""
    wanted = os.environ.get("ASSURE_LOG_FORMAT", "text")
    if wanted not in ("text", "json"):
        raise ValueError("ASSURE_LOG_FORMAT is either text or json")
    return wanted


class Voice(Console):
    """Says what is going on, on stderr: a spinner on a terminal, a line per step in a log or a pipe."""

    def __init__(self) -> None:
        super().__init__(stderr=True, highlight=False, markup=False)

    def print(self, *objects, soft_wrap: bool = True, **options) -> None:
        """Print without breaking lines: what ends in a path can be copied whole."""
        super().print(*objects, soft_wrap=soft_wrap, **options)

    def status(self, status, **options):
        """Return a context that says what runs, for as long as it runs."""
        return super().status(status, **options) if self.is_terminal else self._step(status)

    @contextlib.contextmanager
    def _step(self, label) -> Iterator[None]:
        began = time.monotonic()
        self.print(f"{label} …")
        yield
        self.print(f"{label}: {time.monotonic() - began:.0f} s")


def show(heads: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Print a table on stdout: ruled on a terminal, in plain columns of full width anywhere else."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table(*heads)
        for row in cells:
            table.add_row(*row)
        Console(markup=False, highlight=False).print(table)
        return
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    for row in (heads, *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def show_standing(standing) -> None:
    """Print how things stand: what arrived, is set aside, was told and is late, and last what needs somebody."""
    show(
        ("sender", "feed", "accepted", "waiting", "held", "refused", "rows in", "set aside", "last file"),
        [astuple(one) for one in standing.feeds],
    )
    if standing.set_aside:
        print("\nRows set aside, of files that count or wait:")
        show(
            ("sender", "feed", "record", "rule", "rows", "files", "last file"),
            [astuple(one) for one in standing.set_aside],
        )
    for heading, lines in (
        ("Senders were told", [one.said for one in standing.told]),
        ("Late, as the marts know it", [one.said for one in standing.late]),
        ("Needs somebody", standing.attention),
    ):
        if lines:
            print(f"\n{heading}:", *lines, sep="\n")
    print(f"\n{standing.marts}")


def told(error: BaseException) -> tuple[str, int]:
    """Return what to say of an error, in one line, and the exit code.

    Our own messages name a remedy and hold no value of a record. Anybody else's may quote a cell, so only its class is
    said, and the place in the code goes to the log.
    """
    import psycopg2

    from warehouse.connection import DatabaseFault

    name = type(error).__name__
    if isinstance(error, DatabaseFault | psycopg2.Error) and (remedy := _remedy_for(error)):
        return remedy, BROKEN
    if type(error).__module__.partition(".")[0] in ROOMS or _is_said_by_us(error):
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        return " ".join(str(message).split()), WRONG_USE if name in MENDED_BY_THE_CALLER else BROKEN
    if isinstance(error, psycopg2.OperationalError) and error.pgcode is None:
        reason = (str(error).strip().splitlines() or [name])[0]
        return f"the warehouse does not let us in ({reason}); is it made? run: assure bootstrap", BROKEN
    return f"{name}; where it happened: {_log(error)} (ASSURE_DEBUG=1 shows everything, perhaps with data)", BROKEN


def _remedy_for(error: BaseException) -> str | None:
    """Return what to do about an answer of the database that anyone may meet; None for every other answer."""
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if code in NOT_MADE_YET:
        return "the warehouse lacks what this needs; run: assure bootstrap, and for marts: assure build"
    if code == NOT_ALLOWED:
        return (
            "the database does not let this role do that; assure bootstrap mends the grants, and itself needs an"
            " administrator's ASSURE_DATABASE_URL that may create roles and databases"
        )
    return None


def _is_said_by_us(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    if type(error) not in (RuntimeError, KeyError) or not frames:
        return False
    place = Path(frames[-1].filename)
    # A failed look-up says the key it looked for; only where the line itself raises were the words chosen.
    return place.is_relative_to(ROOT) and ".venv" not in place.parts and "raise " in (frames[-1].line or "")


def _log(error: BaseException) -> Path:
    """Append class and place of an error, and of what led to it, to the log; never its message."""
    path = state() / "assure.log"
    with path.open("a", encoding="utf-8") as log:
        cause: BaseException | None = error
        while cause is not None:
            log.writelines(
                [f"{type(cause).__module__}.{type(cause).__name__}\n", *traceback.format_tb(cause.__traceback__)]
            )
            cause = cause.__cause__ or cause.__context__
        log.write("\n")
    return path


def wants_everything() -> bool:
    """Say whether ASSURE_DEBUG asks for whole tracebacks."""
    return os.environ.get("ASSURE_DEBUG", "") not in ("", "0")
