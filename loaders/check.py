"""Say what the pipeline would say of one file, without a database."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from expectations.contract import load_contracts
from expectations.judging import RowJudge, findings_of
from expectations.verdict import worst
from loaders import landing, whole_file
from loaders.load import headings
from loaders.mapping import RecordRow
from loaders.provider import Provider, ProviderFileError
from warehouse.ledger import Finding
from warehouse.periods import LONDON


@dataclass(frozen=True)
class Verdict:
    """What would become of a file: `outcome` is accept, hold or refuse."""

    feed: str
    outcome: str
    findings: list[Finding]
    rows_read: int
    rows_kept: dict[str, int]
    rows_set_aside: int
    rows_filtered: int


def check(path: Path, provider: Provider, as_of: dt.datetime, feed_name: str | None = None) -> Verdict:
    """Return the verdict on a file as if the provider had just sent it, as its first. Raises ProviderFileError."""
    name, said = _feed_of(path, provider, feed_name)
    feed, contracts = provider.feeds[name], load_contracts()
    judges = {
        record: RowJudge(contracts[record], as_of.astimezone(LONDON).date(), said.period if said else None)
        for record in feed.records
    }
    taken = dict.fromkeys(judges, 0)

    def take(row: RecordRow) -> None:
        taken[row.record] += 1
        judges[row.record].take(row)

    with path.open("rb") as content:
        reading = landing.read(content, provider, feed, contracts, take)
    findings = list(reading.findings)
    set_aside = reading.rows_set_aside
    if not reading.is_refused:
        for record, judge in judges.items():
            outcomes, named = judge.outcomes(), headings(feed, record)
            findings += findings_of(contracts[record], outcomes, named)
            findings += whole_file.on_unknown_codes(contracts[record], outcomes, named)
            set_aside += judge.rows_set_aside
        findings += whole_file.on_rows_set_aside(reading.rows_read, reading.rows_filtered, set_aside)
    level = worst(findings)
    return Verdict(
        feed=name,
        outcome=level if level in ("refuse", "hold") else "accept",
        findings=findings,
        rows_read=reading.rows_read,
        rows_kept={record: taken[record] - judge.rows_set_aside for record, judge in judges.items()},
        rows_set_aside=set_aside,
        rows_filtered=reading.rows_filtered,
    )


def _feed_of(path: Path, provider: Provider, name: str | None):
    if name is not None:
        if name not in provider.feeds:
            raise ProviderFileError(f"{provider.code} has no feed '{name}'; choose one of {', '.join(provider.feeds)}")
        return name, _match(provider, name, path)
    for candidate in provider.feeds:
        if said := _match(provider, candidate, path):
            return candidate, said
    raise ProviderFileError(
        f"no feed of {provider.code} expects a file of this name; say which with --feed: {', '.join(provider.feeds)}"
    )


def _match(provider: Provider, feed: str, path: Path):
    """Match the file's name, then with more and more of the folders above it, as it would stand at the door."""
    for depth in range(1, len(path.parts) + 1):
        if said := provider.feeds[feed].match("/".join(path.parts[-depth:])):
            return said
    return None
