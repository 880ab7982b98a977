"""Draft a provider file from a sample: what can be seen is written down, what is doubtful is said beside it."""

import csv
import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from expectations.codes import NOT_KNOWN, code_list
from expectations.contract import Column, Contract
from loaders import identifiers
from loaders.onboarding.code_texts import fold, split
from loaders.onboarding.file_patterns import OnboardingError, file_pattern
from loaders.onboarding.matching import Knowledge, KnownFeed, Match, code_texts_of, match, worth
from loaders.onboarding.sample import MISSING, Sample, SampleColumn, SampleTable, look
from loaders.senders.provider import load_provider
from warehouse.paths import ROOT

NOT_AGREED = dt.date(2000, 1, 1)
"""First and last day of an agreement that nobody has made yet: nothing is fetched under it."""


@dataclass(frozen=True)
class Answers:
    """What a person knows about a sender and no sample can say."""

    code: str
    name: str
    kind: str
    tier: str
    icb_code: str
    icb_name: str
    records: tuple[str, ...] = ()
    """What the sample is of; none: the best guess."""
    every: str | None = None
    due_working_day: int = 15
    agreement: str | None = None
    valid_from: dt.date = NOT_AGREED
    valid_to: dt.date = NOT_AGREED
    lawful_basis: str = "to be agreed"
    controller: str = ""
    dpia_reference: str = "to be agreed"
    retention_months: int = 96
    opt_out_applied_by: str = "not_applicable"
    url: str = ""
    credential: str | None = None
    contact: str | None = None
    is_made_up: bool = False


@dataclass
class Draft:
    """A provider file in words, and its doubts in order; `feeds` is the part below `feeds:` alone."""

    text: str
    feeds: str
    doubts: list[str] = field(default_factory=list)
    records: tuple[str, ...] = ()


def draft(path: Path, answers: Answers, contracts: Mapping[str, Contract], known: Knowledge) -> Draft:
    """Return the provider file that a sample suggests. Raises OnboardingError, Unreadable and ProviderFileError."""
    sample, lines = look(path, _calls(contracts, known)), _Lines()
    if twin := _twin(sample, answers, known):
        records = tuple(sorted(twin.feed.records))
        _take_over(lines, twin, path.name, sample, answers, contracts)
    else:
        chosen = _choose(sample, answers, contracts, known)
        records = tuple(contract.record for _, contract, _ in chosen)
        name = records[0] if len(records) == 1 else "register"
        _feed(lines, name, path.name, sample, chosen, answers, known)
    feeds = "\n".join(lines.written) + "\n"
    head, doubts = _head(answers, sorted(records))
    made = Draft(head + feeds, feeds, doubts + lines.doubts, records)
    _prove(made.text, answers.code, contracts)
    return made


def guess(path: Path, contracts: Mapping[str, Contract], known: Knowledge) -> tuple[str, ...]:
    """Return the records that a sample is most likely of. Raises OnboardingError and Unreadable."""
    sample, nobody = look(path, _calls(contracts, known)), Answers("x", "x", "x", "x", "x", "x")
    if twin := _twin(sample, nobody, known):
        return tuple(sorted(twin.feed.records))
    return tuple(contract.record for _, contract, _ in _choose(sample, nobody, contracts, known))


def suggested_code(file_name: str) -> str:
    """Return a code for a sender of whom only a file's name is known: its first word."""
    words = re.findall(r"[a-z]+\d*", file_name.casefold())
    return words[0][:12] if words else "new"


def board_name(code: str) -> str | None:
    """Return the name of an integrated care board; None for one that the project's list lacks."""
    with (ROOT / "dbt_project" / "seeds" / "icbs.csv").open(encoding="utf-8", newline="") as file:
        return next((row["icb_name"] for row in csv.DictReader(file) if row["icb_code"] == code), None)


def _calls(contracts: Mapping[str, Contract], known: Knowledge):
    names = {fold(column.name) for contract in contracts.values() for column in contract.columns}
    names |= {f"{contract.record}.{column.name}" for contract in contracts.values() for column in contract.columns}
    return lambda text: fold(text) in names or fold(text).replace(" ", "_") in names or known.calls(text)


def _prove(text: str, code: str, contracts: Mapping[str, Contract]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{code}.yml"
        path.write_text(text, encoding="utf-8")
        load_provider(path, dict(contracts))


def _twin(sample: Sample, answers: Answers, known: Knowledge) -> KnownFeed | None:
    """Return another sender's feed that has just this sample's headings: the same system, or the same workbook."""
    twins = [
        one
        for one in known.feeds
        if one.feed.format.kind == sample.form["kind"]
        and (not answers.records or one.feed.records == set(answers.records))
        and one.is_shaped_like(sample.first_texts)
    ]
    return max(twins, key=lambda one: (one.wanted, one.code), default=None)


def _take_over(
    lines: "_Lines",
    twin: KnownFeed,
    file_name: str,
    sample: Sample,
    answers: Answers,
    contracts: Mapping[str, Contract],
) -> None:
    """Write the feed of a sender with the same headings, without what only that sender's ids mean."""
    tables = json.loads(json.dumps(twin.raw["tables"]))
    for table in tables:
        for name, cell in table["columns"].items():
            if isinstance(cell, dict) and not contracts[table["record"]].column(name).code_list:
                cell.pop("codes", None)
                table["columns"][name] = cell["from"] if cell.keys() == {"from"} else cell
    form = {**twin.raw["format"], **sample.form}
    files, every, doubts = file_pattern(file_name, answers.every or twin.feed.every)
    lines.add(1, f"{twin.name}:")
    lines.doubt(2, f"taken over from {twin.name} of {twin.code}, whose headings are the same; codes may differ")
    for doubt in doubts:
        lines.doubt(2, doubt)
    lines.add(2, f"files: {_word(files)}")
    lines.add(2, f"every: {every}")
    lines.add(2, f"due_working_day: {answers.due_working_day}")
    written = yaml.safe_dump(
        {"format": form, "tables": tables}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=116
    )
    for line in written.splitlines():
        lines.add(2, line)


Chosen = list[tuple[SampleTable, Contract, list[Match]]]


def _choose(sample: Sample, answers: Answers, contracts: Mapping[str, Contract], known: Knowledge) -> Chosen:
    """Return which table of the sample fills which record, each record once, in the sample's order."""
    if unknown := sorted(set(answers.records) - set(contracts)):
        told = ", ".join(sorted(contracts))
        raise OnboardingError(f"there is no record '{unknown[0]}'; choose of {told}")
    wanted = answers.records or tuple(contracts)
    offers = []
    for place, table in enumerate(sample.tables):
        for record in wanted:
            if matches := match(table, contracts[record], known):
                offers.append((worth(matches, contracts[record]), place, table, contracts[record], matches))
    offers.sort(key=lambda one: (-one[0], one[1], one[3].record))
    chosen, records, places = [], set(), set()
    for value, place, table, contract, matches in offers:
        # Only a person can say that one table holds two records.
        is_free = contract.record not in records and (place not in places or answers.records)
        if is_free and (value > 0.5 or contract.record in answers.records):
            chosen.append((place, table, contract, matches))
            records.add(contract.record)
            places.add(place)
    if not chosen:
        raise OnboardingError(
            "no record's columns were found in this sample; say which one it is of: --record incident"
        )
    return [(table, contract, matches) for _, table, contract, matches in sorted(chosen, key=lambda one: one[0])]


# ---- What is written ---------------------------------------------------------------------------------------------


class _Lines:
    """Lines of YAML under `feeds:`, and the doubts that stand beside them."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.doubts: list[str] = []

    def add(self, depth: int, line: str, doubt: str = "", note: str = "", about: str = "") -> None:
        if doubt:
            self.doubts.append(f"{about}: {doubt}" if about else doubt)
        told = f"  # doubt: {doubt}" if doubt else f"  # {note}" if note else ""
        self.written.append("  " * depth + line + told)

    def doubt(self, depth: int, doubt: str) -> None:
        self.doubts.append(doubt)
        self.written.append("  " * depth + f"# doubt: {doubt}")


def _head(answers: Answers, records: list[str]) -> tuple[str, list[str]]:
    doubts = []

    def doubtful(line: str, is_open: bool, doubt: str) -> str:
        if is_open:
            doubts.append(doubt)
        return f"{line}  # doubt: {doubt}" if is_open else line

    is_agreed = answers.agreement is not None
    lines = [
        f"# {answers.name}: {', '.join(record.replace('_', ' ') for record in records)}.",
        f"code: {answers.code}",
        f"name: {_word(answers.name)}",
        f"kind: {answers.kind}",
        f"tier: {answers.tier}",
        f"icb_code: {_word(answers.icb_code)}",
        f"icb_name: {_word(answers.icb_name)}",
        *(["is_made_up: true"] if answers.is_made_up else []),
        *([f"contact: {answers.contact}"] if answers.contact else []),
        "agreements:",
        doubtful(
            f"  - reference: {_word(answers.agreement or 'none yet')}",
            not is_agreed,
            "without an agreement in force nothing is fetched; give its reference and dates",
        ),
        f"    valid_from: {answers.valid_from}",
        f"    valid_to: {answers.valid_to}",
        f"    records: [{', '.join(records)}]",
        doubtful(
            f"    lawful_basis: {_word(answers.lawful_basis)}",
            answers.lawful_basis == "to be agreed",
            "the lawful basis: ask the information-governance lead",
        ),
        f"    controller: {_word(answers.controller or answers.name)}",
        doubtful(
            f"    dpia_reference: {_word(answers.dpia_reference)}",
            answers.dpia_reference == "to be agreed",
            "the reference of the data protection impact assessment",
        ),
        f"    retention_months: {answers.retention_months}",
        f"    opt_out_applied_by: {answers.opt_out_applied_by}",
        "door:",
        doubtful(
            f"  url: {_word(answers.url or f'sftp://files.example.org/{answers.code}')}",
            not answers.url,
            "where the sender puts its files",
        ),
        *([f"  credential: {answers.credential}"] if answers.credential else []),
        "feeds:",
    ]
    return "\n".join(lines) + "\n", doubts


def _feed(
    lines: _Lines, name: str, file_name: str, sample: Sample, chosen: Chosen, answers: Answers, known: Knowledge
) -> None:
    files, every, doubts = file_pattern(file_name, answers.every)
    lines.add(1, f"{name}:")
    for doubt in doubts:
        lines.doubt(2, doubt)
    lines.add(2, f"files: {_word(files)}")
    lines.add(2, f"every: {every}")
    lines.add(2, f"due_working_day: {answers.due_working_day}")
    forms = _forms([one for _, _, matches in chosen for one in matches], known)
    for doubt in sample.doubts:
        lines.doubt(2, doubt)
    lines.add(2, f"format: {{{', '.join(_format(sample, chosen, forms.agreed))}}}", forms.doubt)
    lines.add(2, "tables:")
    read = [table for table, _, _ in chosen]
    for table in sample.tables:
        if not any(table is one for one in read):
            lines.doubt(3, f"sheet '{_masked(table.sheet or '')}' is not read: no record's columns were found on it")
    for table, contract, matches in chosen:
        others = {
            one.sample.heading
            for other, _, theirs in chosen
            if other is table and theirs is not matches
            for one in theirs
        }
        _table(lines, table, contract, matches, forms, every)
        _left_over(lines, table, {one.sample.heading for one in matches} | others)


def _format(sample: Sample, chosen: Chosen, agreed: tuple[str, ...]) -> list[str]:
    parts = [f"{key}: {_word(value)}" for key, value in sample.form.items()]
    if agreed and agreed != ("%Y-%m-%d",):
        parts.append(f"dates: [{', '.join(map(_word, agreed))}]")
    marks = {mark for _, _, matches in chosen for one in matches for mark in one.sample.blanks} - set(MISSING)
    if marks:
        parts.append(f"missing: [{', '.join(_word(mark) for mark in (*MISSING, *sorted(marks)))}]")
    return parts


@dataclass
class _Forms:
    """How dates are written: in the whole file, in single columns otherwise, and what is doubtful."""

    agreed: tuple[str, ...] = ()
    own: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: Knowledge = field(default_factory=Knowledge)
    doubt: str = ""


def _forms(matches: list[Match], known: Knowledge) -> _Forms:
    dated = [one for one in matches if one.column.kind in ("date", "timestamp") and one.sample.dates.forms]
    surely = [form for one in dated if not one.sample.dates.is_ambiguous for form in one.sample.dates.forms]
    is_month_first = any(form.startswith("%m") for form in surely) and not any(form.startswith("%d") for form in surely)
    found, agreed = _Forms(known=known), []
    for one in dated:
        forms = one.sample.dates.forms
        if one.sample.dates.is_ambiguous:
            forms = tuple(_turned(form, is_month_first) for form in forms)
        if any(_turned(form, not form.startswith("%m")) in agreed for form in forms):
            found.own[one.sample.heading] = forms
        else:
            agreed += [form for form in forms if form not in agreed]
    found.agreed = tuple(agreed)
    if dated and not surely:
        found.doubt = "no day above 12 in the sample, so day and month may be the other way round; ask the sender"
        if not any(one.sample.dates.is_ambiguous for one in dated):
            found.doubt = ""
    return found


def _turned(form: str, month_first: bool) -> str:
    """Return a form of digits with the month, or else the day, first."""
    if not re.match(r"%[dm](.)%[dm]", form):
        return form
    first, second = ("m", "d") if month_first else ("d", "m")
    return f"%{first}{form[2]}%{second}{form[5:]}"


def _table(
    lines: _Lines, table: SampleTable, contract: Contract, matches: list[Match], forms: _Forms, every: str
) -> None:
    delivers, doubt = contract.delivers_default, ""
    if delivers == "period" and every == "once":
        delivers, doubt = "snapshot", "usually each file holds one period; here no name says which"
    lines.add(3, f"- record: {contract.record}")
    lines.add(4, f"delivers: {delivers}", doubt)
    if table.sheet is not None:
        lines.add(4, f"sheet: {_word(table.sheet)}")
    if not table.header_rows:
        named = ", ".join(_word(column.heading) for column in table.columns)
        lines.add(4, f"headings: [{named}]", "the file seems to have no headings; name its columns here")
    elif table.header_rows != (1,):
        lines.add(4, f"header_rows: [{', '.join(map(str, table.header_rows))}]")
    lines.add(4, "columns:")
    for one in matches:
        _cell(lines, one, contract, forms)
    filled = {one.column.name for one in matches}
    for column in contract.columns:
        if column.is_required and column.name not in filled:
            _stand_in(lines, column)
    if table.totals:
        by_heading: dict[str, list[str]] = {}
        for heading, text in table.totals:
            by_heading.setdefault(heading, []).append(text)
        told = ", ".join(f"{_word(key)}: [{', '.join(map(_word, texts))}]" for key, texts in by_heading.items())
        lines.add(4, f"skip_when: {{{told}}}")
    if table.note_count:
        lines.doubt(4, f"{table.note_count} rows have one filled cell only; notes are passed by with skip_when_blank:")


def _cell(lines: _Lines, one: Match, contract: Contract, forms: _Forms) -> None:
    parts, doubts = [f"from: {_word(one.sample.heading)}"], [one.doubt] if one.doubt else []
    dates = one.sample.dates
    if own := forms.own.get(one.sample.heading):
        parts.append(f"dates: [{', '.join(map(_word, own))}]")
    if one.column.kind in ("date", "timestamp"):
        if dates.is_mixed:
            doubts.append("some cells have the day first, some the month; only the first way is read; ask the sender")
        elif dates.share < 1:
            doubts.append(f"{1 - dates.share:.0%} of its cells are no date in these forms")
    if one.column.name in ("counted", "value") and "*" in one.sample.texts and _has_states(contract):
        parts.append('states: {"*": suppressed}')
    if one.column.classification == "public_words":
        doubts.append("these words are meant to be printed: is it agreed that they name no one?")
    codes = None
    if one.column.code_list:
        learnt = forms.known.codes_under(one.column.code_list, one.sample.heading)
        codes = split(code_texts_of(one.column, one.sample), one.column.code_list, learnt)
    if codes and codes.unknown:
        doubts.append(f"not mapped: {', '.join(map(repr, codes.unknown))}")
    if codes and codes.hidden:
        doubts.append(f"texts not shown, as they might be about a person: {codes.hidden}; see the sample and map them")
    if not codes or not (codes.mapped or codes.guessed):
        short = _word(one.sample.heading) if len(parts) == 1 else f"{{{', '.join(parts)}}}"
        lines.add(5, f"{one.column.name}: {short}", "; ".join(doubts), about=one.column.name)
        return
    lines.add(5, f"{one.column.name}:", "; ".join(doubts), about=one.column.name)
    for part in parts:
        lines.add(6, part)
    lines.add(6, "codes:")
    for text, code in {**codes.mapped, **codes.guessed}.items():
        doubt = "guessed" if text in codes.guessed else ""
        lines.add(7, f"{_word(text)}: {_word(code)}", doubt, about=f"{one.column.name}, {text!r} as {code}")


def _has_states(contract: Contract) -> bool:
    return any(column.name == "value_state" for column in contract.columns)


def _stand_in(lines: _Lines, column: Column) -> None:
    """Write something for a column without which the record means nothing, so that the file loads and says so."""
    if column.name == "revision":
        doubt = "no heading says which revision a row is; each is taken as the first"
        lines.add(5, 'revision: {constant: "1"}', doubt, about="revision")
    elif column.code_list and NOT_KNOWN in code_list(column.code_list):
        lines.add(5, f"{column.name}: {{constant: {NOT_KNOWN}}}", "no heading was found for it", about=column.name)
    else:
        doubt = f"no heading was found for it, and a row means nothing without it: {column.description}"
        heading = _word(f"the heading of {column.name}")
        lines.add(5, f"{column.name}: {heading}", doubt.rstrip("."), about=column.name)


def _left_over(lines: _Lines, table: SampleTable, read: Iterable[str]) -> None:
    """List the columns that are not read: who a person is under `drop:`, everything else under `ignore:`."""
    left = [column for column in table.columns if column.heading not in set(read)]
    dropped = [one for one in left if identifiers.names_an_identifier(one.heading) or one.is_of_identifiers]
    if dropped:
        lines.add(4, "drop:")
        for column in dropped:
            lines.add(5, f"- {_word(column.heading)}", note="says who a person is: better left out of the export")
    if ignored := [column for column in left if column not in dropped]:
        lines.add(4, "ignore:")
        for column in ignored:
            lines.add(5, f"- {_word(_masked(column.heading))}", note=f"not matched; it holds {_holds(column)}")


def _holds(column: SampleColumn) -> str:
    if not column.filled:
        return "nothing in the sample"
    if column.dates.share > 0.5:
        return "dates"
    if column.number_share > 0.9:
        return "numbers"
    return "few texts that recur" if len(column.texts) <= column.filled / 3 else "texts"


def _masked(text: str) -> str:
    return identifiers.mask(text)


def _word(text: str) -> str:
    """Return a text as a YAML scalar that every reader takes for this text."""
    is_plain = re.fullmatch(r"[^\W\d_][\w ()/.'’-]*[\w).'’]|[^\W\d_]", text)
    is_special = text.casefold() in ("yes", "no", "on", "off", "true", "false", "null", "y", "n")
    return text if is_plain and not is_special else json.dumps(text, ensure_ascii=False)
