"""Say what the pipeline would say of one file, and how it differs from the one before, without a database."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from expectations.contract import load_contracts
from expectations.judging import RowJudge, findings_of
from expectations.verdict import worst
from loaders import landing, whole_file
from loaders.onboarding import profiles
from loaders.onboarding.code_texts import Codes
from loaders.onboarding.profiles import Profile, Profiler
from loaders.reading.mapping import RecordRow
from loaders.senders.feeds import Feed
from loaders.senders.file_names import FileName
from loaders.senders.provider import Provider, ProviderFileError
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
    profile: Profile
    strangers: dict[str, Codes] = field(default_factory=dict)
    """Texts of coded columns that nobody has mapped, by heading; only what is surely a code may be shown."""


def check(path: Path, provider: Provider, as_of: dt.datetime, feed_name: str | None = None) -> Verdict:
    """Return the verdict on a file as if the provider had just sent it, as its first. Raises ProviderFileError."""
    name, said = _feed_of(path, provider, feed_name)
    with path.open("rb") as content:
        return _judged(content, provider, name, said, as_of)


def wanted_by(path: Path, providers: Iterable[Provider]) -> list[Provider]:
    """Return the senders one of whose feeds expects a file of this name."""
    return [one for one in providers if any(_match(one, name, path) for name in one.feeds)]


def against(path: Path, provider: Provider, as_of: dt.datetime, verdict: Verdict, other: Path | None) -> list[str]:
    """Return in words how a file differs from another, or else from its feed's last accepted one on this machine."""
    if other is not None:
        before = check(other, provider, as_of, verdict.feed).profile
    elif (before := profiles.last_accepted(provider, verdict.feed)) is None:
        return ["no accepted file is known on this machine to compare it with; name one: --against FILE"]
    feed = _dated(provider, verdict.feed, _match(provider, verdict.feed, path), as_of)
    return profiles.difference(before, verdict.profile, {record: feed.called(record) for record in feed.records})


def remember_accepted(providers: Iterable[Provider], as_of: dt.datetime) -> None:
    """Keep a profile of each feed's last accepted file in the state folder, for `check` to compare with."""
    from loaders import keep
    from warehouse.connection import connect

    known = {one.organisation_code: one for one in providers}
    with connect("loader") as connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "select distinct on (provider_code, feed) provider_code, feed, load_id, kept_name, file_name"
                " from audit.deliveries where state = 'accepted' and kept_name is not null and not is_nil_return"
                " order by provider_code, feed, submitted_at desc, load_id desc"
            )
            accepted = cursor.fetchall()
        for code, feed, load_id, kept_name, file_name in accepted:
            provider = known.get(code)
            if provider is None or feed not in provider.feeds or profiles.remembered_load(provider, feed) == load_id:
                continue
            said = provider.feeds[feed].match(file_name)
            with keep.opened(connection, load_id, kept_name) as content:
                profiles.remember(provider, feed, load_id, _judged(content, provider, feed, said, as_of).profile)


def _judged(content: BinaryIO, provider: Provider, name: str, said: FileName | None, as_of: dt.datetime) -> Verdict:
    feed, contracts = _dated(provider, name, said, as_of), load_contracts()
    judges = {
        record: RowJudge(contracts[record], as_of.astimezone(LONDON).date(), said.period if said else None)
        for record in feed.records
    }
    profiler = Profiler(contracts, feed.records)

    def take(row: RecordRow) -> None:
        profiler.take(row)
        judges[row.record].take(row)

    # No pseudonym leaves a check, so its key need not be where files are checked: the open one of the demo will do.
    reading = landing.read(content, provider.model_copy(update={"is_made_up": True}), feed, contracts, take, said)
    findings = list(reading.findings)
    set_aside = reading.rows_set_aside
    if not reading.is_refused:
        for record, judge in judges.items():
            outcomes, named = judge.outcomes(), feed.called(record)
            findings += findings_of(contracts[record], outcomes, named)
            findings += whole_file.on_unknown_codes(contracts[record], outcomes, named)
            set_aside += judge.rows_set_aside
        findings += whole_file.on_rows_set_aside(reading.rows_read, reading.rows_filtered, set_aside)
    level = worst(findings)
    headings, strangers = profiles.headings_and_strangers(content, feed, contracts, profiler.records)
    return Verdict(
        feed=name,
        outcome=level if level in ("refuse", "hold") else "accept",
        findings=findings,
        rows_read=reading.rows_read,
        rows_kept={record: profiler.records[record].rows - judge.rows_set_aside for record, judge in judges.items()},
        rows_set_aside=set_aside,
        rows_filtered=reading.rows_filtered,
        profile=Profile(name, headings, profiler.records),
        strangers=strangers,
    )


def _dated(provider: Provider, name: str, said: FileName | None, as_of: dt.datetime) -> Feed:
    """Return the feed with the mapping that reads the file."""
    return provider.feeds[name].of(said, as_of.astimezone(LONDON).date())


def _feed_of(path: Path, provider: Provider, name: str | None) -> tuple[str, FileName | None]:
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


def _match(provider: Provider, feed: str, path: Path) -> FileName | None:
    """Match the file's name, then with more and more of the folders above it, as it would stand at the door."""
    for depth in range(1, len(path.parts) + 1):
        if said := provider.feeds[feed].match("/".join(path.parts[-depth:])):
            return said
    return None
