"""Hold how things stand: what arrived, what is late, what waits for a person, when the marts were built."""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from expectations.verdict import TELL_THE_LEAD, TOLD_TO_THE_LEAD, rulebook_rows
from warehouse.periods import LONDON

SHOWN = 5
"""Names that are listed of files at a door, or of steps of a build; the rest are counted."""


@dataclass(frozen=True)
class Feed:
    """What became of the files of one feed, and of their rows."""

    sender: str
    feed: str
    accepted: int
    waiting: int
    held: int
    refused: int
    rows_in: int
    rows_set_aside: int
    last_file_on: dt.date | None


@dataclass(frozen=True)
class LoadInQuestion:
    """A load that was held or refused, or in which identifiers of persons were sent; the finding that says why."""

    load_id: int
    sender: str
    feed: str
    file_name: str
    state: str
    rule: str
    message: str
    remedy: str
    fetched_at: dt.datetime

    @property
    def is_for_the_lead(self) -> bool:
        """Say whether the information-governance lead is to be told."""
        return self.rule in TOLD_TO_THE_LEAD

    @property
    def said(self) -> str:
        """Return the line that a data team reads, with the name of the file."""
        return self._said(f"{self.sender} {self.file_name}: {self.rule}: {self.message}; {self.remedy}")

    @property
    def said_to_anyone(self) -> str:
        """Return the line without the file's name and headings: either may hold what names a person."""
        meaning = _meanings().get(self.rule)
        what = f"{meaning} ({self.rule})" if meaning else self.rule
        return self._said(f"{self.sender} {self.feed}: {what}; assure status {self.sender.lower()} says more")

    def _said(self, what: str) -> str:
        named = f"{TELL_THE_LEAD.capitalize()}: load" if self.is_for_the_lead else "Load"
        return f"{named} {self.load_id} {self.state}: {what}"


@dataclass(frozen=True)
class AtTheDoor:
    """Files that lie at a sender's door under names that no feed expects."""

    sender: str
    count: int
    file_names: tuple[str, ...]
    seen_at: dt.datetime

    @property
    def said(self) -> str:
        """Return the line that a data team reads, with the names of the files."""
        return self._said(f": {_listed(self.file_names)}")

    @property
    def said_to_anyone(self) -> str:
        """Return the line without the files' names, which may name a person."""
        return self._said("; assure status names what lies there")

    def _said(self, named: str) -> str:
        files = "a file no feed expects" if self.count == 1 else f"{self.count} files no feed expects"
        return (
            f"{self.sender}: at its door {files} ({day(self.seen_at)}){named};"
            " mend files: in its provider file, or ask the sender what they are"
        )


@dataclass(frozen=True)
class Late:
    """A period that a feed owes: its day has passed, and nothing that was sent for it counts."""

    sender: str
    feed: str
    period_start_on: dt.date
    period_end_on: dt.date
    due_on: dt.date
    newest_file_state: str | None
    """What became of the newest file of the period; None where none came."""
    days_late: int

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        came = f"its file was {self.newest_file_state}" if self.newest_file_state else "nothing came"
        days = "1 day" if self.days_late == 1 else f"{self.days_late} days"
        return (
            f"{self.sender} {self.feed}: for {day(self.period_start_on)} to {day(self.period_end_on)} {came};"
            f" due {day(self.due_on)}, {days} ago"
        )


@dataclass(frozen=True)
class SetAside:
    """Rows of one record of a feed that one rule set aside, in loads that count or wait."""

    sender: str
    feed: str
    record: str
    rule: str
    rows: int
    files: int
    last_file_on: dt.date


@dataclass(frozen=True)
class BuildStopped:
    """A build after the one that people read, which did not take its place."""

    build_id: int
    as_of: dt.datetime
    state: str
    stopped_at: tuple[str, ...]
    """The dbt nodes that failed, without any value."""

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        named = f"Build {self.build_id} ({moment(self.as_of)})"
        if self.state == "failed":
            return f"{named} failed at {_listed(self.stopped_at)}; nothing was swapped: mend it, then assure build"
        if self.state == "built":
            return f"{named} is built and tested, but not swapped in: assure build, once no query holds the marts"
        return f"{named} was begun and has not ended: it still runs, or was interrupted and assure build begins anew"


@dataclass(frozen=True)
class Built:
    """The build that people read."""

    build_id: int
    as_of: dt.datetime
    accepted_through: int
    report_quarter: str

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        return (
            f"Marts: build {self.build_id}, as of {moment(self.as_of)}, sequence {self.accepted_through},"
            f" report quarter {self.report_quarter}"
        )


@dataclass(frozen=True)
class EditionWaiting:
    """An edition that is not published yet and waits for a person."""

    edition_id: str
    quarter_id: str
    state: str
    data_cut_at: dt.datetime
    comment_closes_on: dt.date | None

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        if self.state == "signed_off":
            is_now, next_step = "signed off", f"assure edition publish {self.edition_id} --role ROLE publishes it"
        elif self.state == "network_comment":
            until = f" until {day(self.comment_closes_on)}" if self.comment_closes_on else ""
            is_now = f"open for comments{until}"
            next_step = (
                "nobody can sign it off before its last day for comments is over, or everyone who was asked has"
                f" answered; then assure edition sign-off {self.edition_id} --role ROLE does"
            )
        else:
            is_now = self.state.replace("_", " ")
            next_step = (
                f"assure report --quarter {self.quarter_id} shows it, and assure edition sign-off {self.edition_id}"
                " --role ROLE signs it off"
            )
        return f"Edition {self.edition_id} waits for a person: {is_now}; {next_step}"


@dataclass(frozen=True)
class CutMissed:
    """A quarter whose data cut has passed and which has no edition for an ICB."""

    quarter_id: str
    icb_code: str
    cut_on: dt.date

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        return (
            f"The data cut of {self.quarter_id} ({day(self.cut_on)}) has passed and {self.icb_code} has no draft:"
            f" assure build, then clear the task draft, or assure report --quarter {self.quarter_id}"
        )


@dataclass(frozen=True)
class AgreementEnding:
    """A feed whose agreement has ended or soon does; `days_left` is below nought after its end, None where none is."""

    sender: str
    feed: str
    ends_on: dt.date | None
    days_left: int | None

    @property
    def has_ended(self) -> bool:
        """Say whether nothing is fetched any more."""
        return self.days_left is None or self.days_left < 0

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        named = f"{self.sender} {self.feed}"
        if self.ends_on is None:
            return f"{named}: no agreement covers its records; add one under agreements:"
        if self.has_ended:
            return f"{named}: its agreement ended on {day(self.ends_on)}; nothing is fetched"
        days = "1 day" if self.days_left == 1 else f"{self.days_left} days"
        return f"{named}: its agreement ends on {day(self.ends_on)}, in {days}"


@dataclass(frozen=True)
class ToldSender:
    """What a sender has been told of files that had faults: how often it was told, and how the files ended."""

    sender: str
    told_at: dt.datetime
    files: int
    refused: int
    held: int
    rows_set_aside: int

    @property
    def said(self) -> str:
        """Return the line that a data team reads, with the number of rows."""
        return self._said(_counted(self.rows_set_aside, "row") + " set aside")

    @property
    def said_to_anyone(self) -> str:
        """Return the line without the number of rows, which may be one that the report hides."""
        more = f"; assure status {self.sender.lower()} says by which rules" if self.rows_set_aside else ""
        return self._said("rows set aside") + more

    def _said(self, set_aside: str) -> str:
        parts = [
            f"{self.refused} refused" if self.refused else "",
            f"{self.held} held" if self.held else "",
            set_aside if self.rows_set_aside else "",
        ]
        return (
            f"{self.sender} was told on {day(self.told_at)} of {_counted(self.files, 'file')}:"
            f" {', '.join(part for part in parts if part)}"
        )


@dataclass(frozen=True)
class Untold:
    """Files with faults of which a sender that is not written to by itself has not been told."""

    sender: str
    files: int

    @property
    def said(self) -> str:
        """Return the line that a data team reads."""
        code = self.sender.lower()
        return (
            f"{self.sender} was not told of {_counted(self.files, 'file')} with faults: assure reply {code} writes page"
            f" and workbook to pass on, and --told ROLE records that you did; contact: has it told by itself"
        )


@dataclass(frozen=True)
class Standing:
    """Everything, as of one moment, of one sender or of all."""

    as_of: dt.datetime
    feeds: tuple[Feed, ...] = ()
    in_question: tuple[LoadInQuestion, ...] = ()
    at_doors: tuple[AtTheDoor, ...] = ()
    late: tuple[Late, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    built: Built | None = None
    stopped: tuple[BuildStopped, ...] = ()
    cuts_missed: tuple[CutMissed, ...] = ()
    editions: tuple[EditionWaiting, ...] = ()
    agreements: tuple[AgreementEnding, ...] = ()
    told: tuple[ToldSender, ...] = ()
    untold: tuple[Untold, ...] = ()

    @property
    def needs_somebody(self) -> tuple:
        """Return everything that somebody should look at, the most urgent first."""
        of_all = (*self.stopped, *self.cuts_missed, *self.editions)
        return (*self.in_question, *of_all, *self.untold, *self.at_doors, *self.agreements)

    @property
    def attention(self) -> list[str]:
        """Return what somebody should look at, a line each, with names of files."""
        return [one.said for one in self.needs_somebody]

    @property
    def attention_of_anyone(self) -> list[str]:
        """Return the same lines without the name of any file or the number of any rows."""
        return [getattr(one, "said_to_anyone", one.said) for one in self.needs_somebody]

    @property
    def marts(self) -> str:
        """Return when the marts that people read were built."""
        return self.built.said if self.built else "The marts have not been built yet: assure build"


def day(when: dt.date) -> str:
    """Return a day as people write it; a moment is its day in London."""
    on = when.astimezone(LONDON) if isinstance(when, dt.datetime) else when
    return f"{on.day} {on:%B %Y}"


def moment(at: dt.datetime) -> str:
    """Return day and time in London."""
    return f"{day(at)} {at.astimezone(LONDON):%H:%M}"


@cache
def _meanings() -> dict[str, str]:
    """Return what each rule about files says is wrong, in words that are the same for every file."""
    first_clauses = {row["rule"]: row["message"].partition(";")[0] for row in rulebook_rows({})}
    return {rule: clause.removesuffix(": the headings") for rule, clause in first_clauses.items()}


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
