"""Find which column of a record a heading means: by its words, by what other senders call it, and by what it holds."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from expectations.contract import Column, Contract, load_contracts
from loaders import identifiers
from loaders.onboarding.code_texts import fold, likeness, understood
from loaders.onboarding.sample import SampleColumn, SampleTable
from loaders.senders.feeds import Feed
from warehouse import yaml_files

ACCEPTED = 0.5
"""Score from which a heading is taken for a column."""
KNOWN = 0.98
"""Score of a name that some sender, or the contract, gives the column: no value speaks against it."""
FEWEST_ALIKE = 4
"""Headings that two files must share before one is read as the other."""
CERTAIN = 0.72
"""Score from which nothing is said about it."""
_MEANS = {
    "on": "date day dt dated when",
    "id": "ref reference identifier recordid number no num key code",
    "kind": "type category cat class classification nature",
    "service": "ward team unit department location clinic",
    "occurred": "happened incident event occurrence took place",
    "reported": "recorded logged entered notified raised",
    "received": "rec recd rcvd arrived came",
    "closed": "resolved completed finished complete done ended end",
    "opened": "started start began begin begun open",
    "harm": "severity degree injury",
    "said": "comment comments feedback words told suggestion issue concern",
    "decided": "decision agreed",
    "due": "deadline target expected",
    "group": "forum committee panel network",
    "count": "total how many attended counted value",
    "session": "meeting",
    "reason": "why because rationale",
    "outcome": "result",
    "status": "stage state progress",
    "subject": "topic theme about",
    "who": "person by whom",
    "where": "place source channel method via how",
    "changed": "change action did done",
    "ethnicity": "ethnic",
}
_CANONICAL = {word: canonical for canonical, words in _MEANS.items() for word in (*words.split(), canonical)}
_SMALL = {
    "a",
    "us",
    "what",
    "we",
    "people",
    "an",
    "and",
    "at",
    "for",
    "in",
    "is",
    "it",
    "of",
    "or",
    "the",
    "this",
    "to",
    "was",
    "were",
}


@dataclass(frozen=True)
class Knowledge:
    """What the provider files there are already say: headings of a column, and texts of a code list."""

    headings: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    codes: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """(code list, heading; '' for any) → folded text → code."""
    feeds: tuple["KnownFeed", ...] = ()

    def codes_under(self, name: str, heading: str) -> Mapping[str, str]:
        """Return what senders write for the codes of a list, above all under this heading."""
        return {**self.codes.get((name, ""), {}), **self.codes.get((name, fold(heading)), {})}

    def calls(self, text: str) -> bool:
        """Say whether some sender heads a column with this text."""
        return any(fold(text) in known for known in self.headings.values())


@dataclass(frozen=True)
class KnownFeed:
    """A feed as a sender's file holds it: `raw` as written, `feed` as understood."""

    code: str
    name: str
    raw: dict
    feed: Feed

    @property
    def wanted(self) -> int:
        """How many headings it looks for; names that it gives to a table without any are no evidence."""
        return sum(len(table.wanted_headings) for table in self.feed.tables if not table.headings)

    def is_shaped_like(self, texts: Mapping[str | None, frozenset[str]]) -> bool:
        """Say whether a sample's first rows (texts by sheet) hold every heading that the feed reads, and enough."""
        sheets = list(texts.values())
        for table in self.feed.tables:
            there = texts.get(table.sheet) if table.sheet else sheets[0] if sheets else None
            parts = {part for heading in table.wanted_headings for part in heading.split(" | ")}
            if there is None or (not table.headings and not parts <= there):
                return False
        return self.wanted >= FEWEST_ALIKE


@dataclass(frozen=True)
class Match:
    """A column of the record and the sample's column that fills it; `doubt` says what to look at, if anything."""

    column: Column
    sample: SampleColumn
    score: float
    doubt: str = ""


def learn(folders: Iterable[Path], contracts: Mapping[str, Contract], but: str | None = None) -> Knowledge:
    """Read what senders' files say, but that of one: no draft learns from itself. What is no YAML teaches nothing."""
    headings: dict[tuple[str, str], set[str]] = {}
    codes: dict[tuple[str, str], dict[str, set[str]]] = {}
    paths = sorted(path for folder in folders for path in Path(folder).glob("*.yml") if path.stem != but)
    for record, name, cell in (cell for path in paths for cell in _cells(path)):
        own = contracts[record].columns if record in contracts else ()
        if (column := next((one for one in own if one.name == name), None)) is None:
            continue
        source = cell.get("from", ()) if isinstance(cell, dict) else cell
        called = {fold(str(heading)) for heading in ([source] if isinstance(source, str) else source)}
        headings.setdefault((record, name), set()).update(called)
        given = cell.get("codes") if isinstance(cell, dict) and column.code_list else None
        for text, code in given.items() if isinstance(given, dict) else ():
            # A number means something only under the heading it was met under.
            anywhere = {""} if any(letter.isalpha() for letter in text) else set()
            for heading in called | anywhere:
                codes.setdefault((column.code_list, heading), {}).setdefault(fold(text), set()).add(str(code))
    return Knowledge(
        {place: frozenset(found) for place, found in headings.items()},
        # What two senders mean differently is nobody's meaning.
        {
            place: {text: min(found) for text, found in texts.items() if len(found) == 1}
            for place, texts in codes.items()
        },
        tuple(feed for path in paths for feed in _feeds(path)),
    )


def _feeds(path: Path) -> Iterator[KnownFeed]:
    for name, raw in _document(path).items():
        try:
            yield KnownFeed(path.stem, name, raw, Feed.model_validate(raw))
        except ValueError:
            continue


def _cells(path: Path) -> Iterator[tuple[str, str, object]]:
    for feed in _document(path).values():
        for table in feed.get("tables", ()) if isinstance(feed, dict) else ():
            for name, cell in table.get("columns", {}).items():
                yield table.get("record", ""), name, cell


def _document(path: Path) -> dict:
    """Return what stands under `feeds:`; nothing where it cannot be read."""
    try:
        return dict(yaml_files.read(path, yaml_files.TEXTS)["feeds"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValueError):
        return {}


def match(table: SampleTable, contract: Contract, known: Knowledge) -> list[Match]:
    """Return at most one match for each column of the record and each heading, the surest first come."""
    samples = [
        one for one in table.columns if not identifiers.names_an_identifier(one.heading) and not one.is_of_identifiers
    ]
    found: list[Match] = []
    for column in contract.columns:
        for sample in samples:
            name = _name_score(column, contract, sample.heading, known)
            fit = _fit(column, sample, known)
            if fit <= -1 or (name < 1 and _is_spoken_for(sample.heading)):
                continue
            # Of two columns that a heading could mean, it is the one that nobody can do without.
            fit += 0.04 * column.is_required
            score = min(1.0, 0.75 * name + fit) if name < KNOWN else name + max(fit, 0.0)
            found.append(Match(column, sample, score))
    taken = _greedy(found, [])
    return sorted(_greedy(_by_values(found, contract, taken), taken), key=lambda one: _place(contract, one.column))


def worth(matches: Iterable[Match], contract: Contract) -> float:
    """Return how well a record's contract explains a table: what it fills, less what it needs and does not get."""
    matches = list(matches)
    filled = {one.column.name for one in matches}
    lost = sum(column.is_required and column.name not in filled for column in contract.columns)
    return sum(one.score - 0.4 * bool(one.doubt) for one in matches) - 0.6 * lost


def _greedy(found: list[Match], taken: list[Match]) -> list[Match]:
    chosen = list(taken)
    for one in sorted(found, key=lambda one: (-one.score, one.column.name, one.sample.heading)):
        is_free = all(other.column is not one.column and other.sample is not one.sample for other in chosen)
        enough = CERTAIN if one.column.classification in ("public_words", "restricted") else ACCEPTED
        if is_free and (one.score >= enough or one.doubt):
            doubt = one.doubt or ("" if one.score >= CERTAIN else f"'{one.sample.heading}' may be something else")
            chosen.append(Match(one.column, one.sample, one.score, doubt))
    return chosen


def _by_values(found: list[Match], contract: Contract, taken: list[Match]) -> list[Match]:
    """Offer what a required column could be by its values alone; without it the record cannot be loaded at all."""
    filled = {one.column.name for one in taken}
    wanted = {column.name for column in contract.columns if column.is_required and column.name not in filled}
    words = ("public_words", "restricted", "pseudonym")
    return [
        Match(one.column, one.sample, one.score, f"'{one.sample.heading}' was guessed by its values alone")
        for one in found
        if one.column.name in wanted
        and one.score > 0.1
        and one.column.kind not in ("integer", "number")
        and one.column.classification not in words
    ]


def _place(contract: Contract, column: Column) -> int:
    return [one.name for one in contract.columns].index(column.name)


# ---- By words ----------------------------------------------------------------------------------------------------


def _name_score(column: Column, contract: Contract, heading: str, known: Knowledge) -> float:
    """Return how likely a heading means a column, from 0 to 1, by its words."""
    lowest = heading.rpartition(" | ")[2]
    folded = fold(heading)
    if folded in (column.name, f"{contract.record}.{column.name}"):
        return 1.0
    if folded in known.headings.get((contract.record, column.name), ()):
        return KNOWN
    if fold(lowest.replace("_", " ")) == column.name.replace("_", " "):
        return KNOWN
    return _likeness(column.name, column.description, contract.record, lowest)


@cache
def _likeness(name: str, description: str, record: str, heading: str) -> float:
    own, theirs = _tokens(name, record), _tokens(heading, record)
    if not theirs:
        # 'Incident' over a column of an incident's is its reference, if anything.
        return 0.5 if own == {"id"} else 0.0
    shared = own & theirs
    overlap = len(shared) / len(own | theirs) if own | theirs else 0.0
    # A word like 'on' or 'id' says only of what kind it is.
    if shared and shared <= {"on", "id", "kind", "count"} and len(own) > 1:
        overlap *= 0.75
    told = len(theirs & _tokens(description, record)) / len(theirs)
    by_letters = likeness(" ".join(sorted(own)), " ".join(sorted(theirs)))
    return min(0.97, max(overlap, by_letters if by_letters > 0.8 else 0.0) + 0.25 * told * (0.4 + bool(shared)))


@cache
def _tokens(text: str, record: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    words = [word for word in re.findall(r"[a-z]+", spaced.casefold()) if word not in _SMALL]
    subjects = {*record.split("_"), record[:3]}
    own = [word for word in words if word not in subjects]
    # 'incident date' of an incident is the day it happened; 'incident reported on' is not.
    if len(own) < len(words) and own and {_CANONICAL.get(word, word) for word in own} == {"on"} and "incident" in words:
        own.append("occurred")
    return frozenset(
        _CANONICAL.get(word, _CANONICAL.get(word.removesuffix("s"), word.removesuffix("s"))) for word in own
    )


@cache
def _is_spoken_for(heading: str) -> bool:
    """Say whether a heading is `record.column`, as our own workbooks name theirs: it means that and nothing else."""
    record, _, name = heading.partition(".")
    return record in load_contracts() and any(column.name == name for column in load_contracts()[record].columns)


# ---- By values ---------------------------------------------------------------------------------------------------


def _fit(column: Column, sample: SampleColumn, known: Knowledge) -> float:
    """Return what a sample's values say for (up to 0.4) or against (-1: impossible) a column."""
    if not sample.filled:
        return 0.0
    is_dated = sample.dates.share > 0.5
    if column.kind in ("date", "timestamp"):
        return 0.35 * sample.dates.share if is_dated else -1.0
    if column.code_list:
        share = _understood(column, sample, known)
        if len(sample.texts) > 60 or sample.mean_length > 60 or (is_dated and not share):
            return -1.0
        return 0.4 * share if share else 0.0 if sample.is_category else -0.1
    if is_dated:
        return -1.0
    if column.kind in ("integer", "number"):
        return 0.15 if sample.number_share >= 0.9 else -0.1 if sample.number_share >= 0.5 else -1.0
    if column.classification in ("public_words", "restricted"):
        return 0.2 if sample.mean_length > 25 else -1.0 if sample.number_share > 0.5 else 0.0
    if column.is_key or column.name.endswith("_id"):
        if sample.mean_length > 40:
            return -1.0
        is_own = column.is_key and column.name.endswith("_id") and not column.references
        return (0.25 if sample.is_distinct else -0.4) if is_own else 0.0
    if column.name.endswith("_ref"):
        return -0.3 if sample.is_category else 0.0
    return -0.3 if sample.number_share > 0.9 else 0.0


def _understood(column: Column, sample: SampleColumn, known: Knowledge) -> float:
    """Return the share of a sample's cells that a column's code list understands, reckoned once for each list."""
    key = (column.code_list, column.kind)
    if key not in sample.shares:
        texts = code_texts_of(column, sample)
        sample.shares[key] = understood(texts, column.code_list, known.codes_under(column.code_list, sample.heading))
    return sample.shares[key]


def code_texts_of(column: Column, sample: SampleColumn) -> Counter:
    """Return the texts that a coded column would read from a sample: of a list of codes, each by itself."""
    if column.kind != "codes":
        return sample.texts
    found: Counter = Counter()
    for text, count in sample.texts.items():
        for part in filter(None, (piece.strip() for piece in text.split(";"))):
            found[part] += count
    return found
