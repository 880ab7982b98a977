"""Tell an OpenLineage server what each load, build and report read and wrote; off unless the environment names one."""

import contextlib
import datetime as dt
import logging
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from warehouse.connection import database, url

log = logging.getLogger(__name__)

SETTINGS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG")
JOBS = "coproduction-assurance"
PRODUCER = "urn:coproduction-assurance"
DOORS, EDITIONS = "assure://doors", "assure://editions"
"""Namespaces of what lies outside the database: what senders deliver, and what is handed out."""


class Data(NamedTuple):
    """A data set by its namespace and name; neither ever names a file or holds a value."""

    namespace: str
    name: str


def door(sender: str, feed: str) -> Data:
    """Return what a sender delivers by one feed."""
    return Data(DOORS, f"{sender}/{feed}")


def table(schema: str, name: str) -> Data:
    """Return a table of the warehouse, named as the standard names those of Postgres."""
    return Data(_server(), f"{database()}.{schema}.{name}")


def edition(edition_id: str, face: str = "") -> Data:
    """Return an edition as it was frozen, or one of its faces as it was stored."""
    return Data(EDITIONS, f"{edition_id}/{face}" if face else edition_id)


@dataclass
class Run:
    """What a run has read and written so far; whoever runs adds to it. Nothing is told where nobody listens."""

    job: str
    run_id: str
    as_of: dt.datetime
    began: float
    is_told: bool
    reads: set[Data] = field(default_factory=set)
    writes: set[Data] = field(default_factory=set)

    @property
    def moment(self) -> str:
        """Return the moment the run speaks for, and on by as long as it has taken: nobody here reads the clock."""
        return (self.as_of + dt.timedelta(seconds=time.monotonic() - self.began)).isoformat()


_current: ContextVar[Run | None] = ContextVar("run", default=None)


@contextlib.contextmanager
def run(job: str, key: object, as_of: dt.datetime) -> Iterator[Run]:
    """Tell of a run that begins here and is complete, or has failed, when the block ends.

    `key` tells this run of the job from its others: the same run told of again is the same run.
    """
    ours = Run(job, _run_id(job, key), as_of, time.monotonic(), is_on())
    _tell(ours, "START")
    before = _current.set(ours)
    try:
        yield ours
    except BaseException:
        _tell(ours, "FAIL")
        raise
    finally:
        _current.reset(before)
    _tell(ours, "COMPLETE")


def tell_parts(parts: Iterable[tuple[str, Iterable[Data], Data]]) -> None:
    """Tell of the parts of the run under way, each as (name, what it reads, what it writes).

    The run wrote what they wrote, and read what none of them made.
    """
    whole = _current.get()
    if whole is None or not whole.is_told:
        return
    made, read = set(), set()
    for name, reads, writes in parts:
        job = f"{whole.job}.{name}"
        part = Run(job, _run_id(job, whole.run_id), whole.as_of, whole.began, True, set(reads), {writes})
        _tell(part, "COMPLETE", whole)
        made.add(writes)
        read |= part.reads
    whole.reads |= read - made
    whole.writes |= made


def is_on() -> bool:
    """Say whether the environment names a server, and it has not failed to answer this process."""
    named = tuple(os.environ.get(name, "") for name in SETTINGS)
    return any(named) and named not in _SILENT


_SILENT: set[tuple[str, ...]] = set()
"""Servers that did not answer: asked once, or each of a hundred loads would wait for them."""


def _tell(told: Run, kind: str, parent: Run | None = None) -> None:
    if not told.is_told or not is_on():
        return
    try:
        from openlineage.client import event_v2 as events
        from openlineage.client.facet_v2 import parent_run

        facets = {}
        if parent is not None:
            facets["parent"] = parent_run.ParentRunFacet(
                run=parent_run.Run(runId=parent.run_id), job=parent_run.Job(namespace=JOBS, name=parent.job)
            )
        _client(*(os.environ.get(name, "") for name in SETTINGS)).emit(
            events.RunEvent(
                eventType=getattr(events.RunState, kind),
                eventTime=told.moment,
                run=events.Run(runId=told.run_id, facets=facets),
                job=events.Job(namespace=JOBS, name=told.job),
                inputs=[events.InputDataset(*one) for one in sorted(told.reads)],
                outputs=[events.OutputDataset(*one) for one in sorted(told.writes)],
                producer=PRODUCER,
            )
        )
    except Exception:  # whatever a server, or a setting of its client, makes of it: nothing of ours depends on it
        _SILENT.add(tuple(os.environ.get(name, "") for name in SETTINGS))
        log.warning("lineage is not told of: the server that OPENLINEAGE_URL names does not take it; all else goes on")


@cache
def _client(*_settings: str):
    from openlineage.client import OpenLineageClient

    # A checkout's address may hold a password.
    return OpenLineageClient(config={"facets": {"source_code_location": {"disabled": True}}})


def _run_id(job: str, key: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_server() if is_on() else ''}/{database()}/{job}/{key}"))


def _server() -> str:
    at = url("reporter")
    return f"postgres://{at.host}:{at.port or 5432}"
