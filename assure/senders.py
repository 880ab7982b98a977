"""The commands about one sender: add it from a sample, give it a workbook, check a file of its, tell it what became."""

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from assure.options import AsOf, chosen, moment_of
from assure.screen import BAD_DATA, Voice
from warehouse.periods import LONDON

say = Voice()

# What a provider file allows stands in loaders/senders/provider.py and feeds.py; a test holds these to be the same.
Kind = Literal["nhs_trust", "charity", "community_interest_company", "icb", "network", "national_statistics"]
Tier = Literal["full", "minimal", "statistics"]
Every = Literal["month", "quarter", "year", "once"]


def new_provider(
    sample: Annotated[
        Path | None, typer.Option("--sample", exists=True, dir_okay=False, help="A file as sent.")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="Short code, also the file's name: zx1.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The sender's name.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="What kind of organisation it is.")] = None,
    tier: Annotated[Tier | None, typer.Option("--tier", help="How much it is asked for.")] = None,
    icb: Annotated[str | None, typer.Option("--icb", help="Code of its integrated care board.")] = None,
    icb_name: Annotated[str | None, typer.Option("--icb-name", help="Name of that board.")] = None,
    record: Annotated[list[str] | None, typer.Option("--record", help="What it is of; repeatable.")] = None,
    every: Annotated[Every | None, typer.Option("--every", help="How often such a file comes.")] = None,
    due: Annotated[int, typer.Option("--due-working-day", min=1, help="Working day after the period's end.")] = 15,
    agreement: Annotated[str | None, typer.Option("--agreement", help="Reference of the sharing agreement.")] = None,
    valid_from: Annotated[str | None, typer.Option("--valid-from", help="Its first day; default: today.")] = None,
    valid_to: Annotated[str | None, typer.Option("--valid-to", help="Its last day; default: a year on.")] = None,
    lawful_basis: Annotated[str, typer.Option("--lawful-basis", help="Lawful basis, in words.")] = "to be agreed",
    dpia: Annotated[str, typer.Option("--dpia", help="Reference of the impact assessment.")] = "to be agreed",
    opt_out: Annotated[
        Literal["provider", "not_applicable"], typer.Option("--opt-out", help="Who applies the national data opt-out.")
    ] = "not_applicable",
    retention: Annotated[int, typer.Option("--retention-months", min=1, help="Months it is kept.")] = 96,
    door: Annotated[str | None, typer.Option("--door", help="Where its files lie: sftp://…, file://…")] = None,
    credential: Annotated[str | None, typer.Option("--credential", help="Name of what opens the door.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Name of its role mailbox.")] = None,
    made_up: Annotated[bool, typer.Option("--made-up", help="The sender does not exist: a trial.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take options, guesses and defaults.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over a file of that code.")] = False,
    as_of: AsOf = None,
) -> None:
    """Draft a provider file from a sample: looks at format, headings, dates and codes, and says what it doubts.

    Whatever no option says is asked. Then: mend the doubts in providers/CODE.yml, and try it with assure check.
    Of the sample's content only codes are written down, and none that could be words about a person.
    """
    from expectations.contract import load_contracts
    from loaders.onboarding import drafting
    from loaders.onboarding.matching import learn
    from loaders.reading.tabular import Unreadable
    from warehouse.paths import ROOT, providers

    ask = _Asker(asks=not yes)
    sample = sample or ask.path("A sample file, as the sender sends it")
    contracts = load_contracts()
    today = moment_of(as_of).astimezone(LONDON).date()
    code = ask("A short code for the sender (letters and digits)", code, drafting.suggested_code(sample.name))
    known = learn({providers(), ROOT / "providers", ROOT / "providers" / "examples"}, contracts, but=code)
    name = ask("Its name", name, code.upper())
    kind = ask("Its kind", kind, "nhs_trust", get_args(Kind))
    tier = ask("Its tier: full, or minimal for a small one", tier, _tier_of(kind), get_args(Tier))
    icb = ask("Code of its integrated care board", icb, _usual_board()).upper()
    icb_name = icb_name or drafting.board_name(icb) or ask("Name of that board", None, icb)
    try:
        guessed = record or drafting.guess(sample, contracts, known)
        records = ask("What the sample is of (records, by commas)", _joined(record), _joined(guessed))
        every = ask("How often such a file comes", every, _often(sample.name), get_args(Every))
        agreement = ask("Reference of the data sharing agreement (blank: none yet)", agreement, "") or None
        is_new = agreement is not None
        first = _day(valid_from) if valid_from else today if is_new else drafting.NOT_AGREED
        last = _day(valid_to) if valid_to else _a_year_on(first) if is_new else drafting.NOT_AGREED
        answers = drafting.Answers(
            code=code, name=name, kind=kind, tier=tier, icb_code=icb, icb_name=icb_name,
            records=tuple(one.strip() for one in records.split(",") if one.strip()) if record or ask.asks else (),
            every=every, due_working_day=due, agreement=agreement, valid_from=first, valid_to=last,
            lawful_basis=lawful_basis, dpia_reference=dpia, retention_months=retention, opt_out_applied_by=opt_out,
            url=door or "", credential=credential, contact=contact, is_made_up=made_up,
        )  # fmt: skip
        made = drafting.draft(sample, answers, contracts, known)
    except Unreadable as fault:
        raise drafting.OnboardingError(_why_unreadable(fault)) from None
    path = providers() / f"{code}.yml"
    if path.exists() and not overwrite:
        say.print(f"{path} exists; this belongs under its feeds:, and its records under agreements:")
        print(made.feeds, end="")
    else:
        path.write_text(made.text, encoding="utf-8")
        print(path)
    for number, doubt in enumerate(made.doubts, start=1):
        print(f"  doubt {number}: {doubt}")
    typed = f'"{sample}"' if " " in str(sample) else sample
    say.print(f"Next: mend what is doubted in the file, then: assure check {typed} --provider {code}")


def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The file as the sender would send it.")],
    provider: Annotated[
        str | None, typer.Option("--provider", help="Code of the provider file; else the one that expects the name.")
    ] = None,
    feed: Annotated[str | None, typer.Option("--feed", help="Which feed, when the file's name does not tell.")] = None,
    against: Annotated[
        Path | None, typer.Option("--against", exists=True, dir_okay=False, help="An earlier file to compare with.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Give the verdict on one file and how it differs from the last accepted one, in seconds, with no database.

    It is compared with the file named by --against, else with the last one that was accepted on this machine.
    Exit code 0 accept, 1 hold or refuse.
    """
    from loaders.onboarding import check as checking
    from loaders.replies.plain_lines import describe

    moment = moment_of(as_of)
    sender = chosen([provider])[0] if provider else _expecting(file)
    verdict = checking.check(file, sender, moment, feed)
    kept = ", ".join(f"{count} {record}" for record, count in sorted(verdict.rows_kept.items()))
    print(f"{verdict.outcome}: feed {verdict.feed}, {verdict.rows_read} rows read; kept {kept or 'nothing'};")
    print(f"  {verdict.rows_set_aside} set aside, {verdict.rows_filtered} are no records by the mapping")
    for line in describe(verdict.findings):
        print(line)
    for heading, codes in sorted(verdict.strangers.items()):
        print(f"  not mapped under '{heading}': {codes.in_words()}")
    print("Beside the file before:")
    for line in checking.against(file, sender, moment, verdict, against):
        print(f"  {line}")
    raise typer.Exit(0 if verdict.outcome == "accept" else BAD_DATA)


def template(
    words: Annotated[list[str], typer.Argument(metavar="[minimal|full] FILE", help="Which workbook, and where to.")],
    sender: Annotated[str, typer.Option("--for", help="Code of the sender; its line ids begin with it.")] = "provider",
) -> None:
    """Write the workbook a sender can fill in instead of exporting anything; drop-downs and ids are in it.

    minimal asks about forty things a quarter, full asks for the whole register. What comes back needs no mapping of
    its own: assure new-provider recognises it.
    """
    from expectations.template import write_template

    *tiers, file = words
    if len(tiers) > 1 or (tiers and tiers[0] not in ("minimal", "full")):
        raise typer.BadParameter("write: assure template [minimal|full] FILE")
    path = Path(file)
    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{path.name} is no workbook's name; it ends in .xlsx")
    write_template(path, sender, *tiers)
    print(path)


def reply(
    sender: Annotated[str | None, typer.Argument(help="Only this sender; all when none is given.")] = None,
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="Folder to write to.")] = None,
    told: Annotated[
        str | None, typer.Option("--told", help="Record that you pass it on, in this role: it is not told again.")
    ] = None,
    as_of: AsOf = None,
) -> None:
    """Write what a sender was not told yet as a page and a workbook: verdicts, row numbers, remedies, never a value.

    Senders with contact: in their provider file are written to each working day at 07:30 by the DAG tell_senders.
    """
    from loaders.replies import gathering, pages

    moment = moment_of(as_of)
    for provider in chosen([sender] if sender else None):
        news = gathering.news(provider, moment)
        if not news.files:
            say.print(f"{provider.code}: nothing new to tell")
            continue
        for path in pages.leave(news, provider.code, out):
            print(path)
        say.print(f"{provider.code}: {pages.summary(news)}")
        if told:
            gathering.told(news, told)


class _Asker:
    """Asks what no option answered; without questions the default is the answer."""

    def __init__(self, asks: bool):
        self.asks = asks

    def __call__(self, question: str, given: str | None, default: str, allowed: tuple[str, ...] = ()) -> str:
        if given is not None or not self.asks:
            return given if given is not None else default
        while True:
            shown = f"{question} ({', '.join(allowed)})" if allowed else question
            answer = typer.prompt(shown, default=default, show_default=bool(default), err=True)
            if not allowed or answer in allowed:
                return answer
            say.print(f"choose one of {', '.join(allowed)}")

    def path(self, question: str) -> Path:
        if not self.asks:
            raise typer.BadParameter("name a sample: --sample FILE")
        while not (path := Path(typer.prompt(question, err=True))).is_file():
            say.print(f"there is no file {path}")
        return path


def _joined(records) -> str | None:
    return ",".join(records) if records else None


def _often(name: str) -> str:
    from loaders.onboarding.file_patterns import file_pattern

    return file_pattern(name)[1]


def _tier_of(kind: str) -> str:
    return {"nhs_trust": "full", "national_statistics": "statistics"}.get(kind, "minimal")


def _usual_board() -> str:
    """Return the board of the senders there are; a new one mostly belongs to the same."""
    from collections import Counter

    from loaders.senders.provider import load_providers

    boards = Counter(one.icb_code for one in load_providers().values())
    return boards.most_common(1)[0][0] if boards else "ICB"


def _expecting(file: Path):
    from loaders.onboarding.check import wanted_by

    found = wanted_by(file.resolve(), chosen(None))
    if len(found) != 1:
        told = f"several do: {', '.join(one.code for one in found)}" if found else "none does"
        raise typer.BadParameter(f"which sender expects a file of this name? {told}; say it: --provider CODE")
    return found[0]


def _why_unreadable(fault) -> str:
    from expectations.verdict import finding, sentence

    return sentence(finding(fault.rule, row_number=fault.row_number, sheet=fault.sheet, **fault.names))


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day as 2026-07-29") from None


def _a_year_on(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=366)).replace(day=1) - dt.timedelta(days=1)


def speak_any_text() -> None:
    """Let a terminal that lacks a letter show a mark in its place: Windows' own code pages lack many."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
