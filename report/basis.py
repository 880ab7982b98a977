"""Say beside each table and chart what it rests on, and how to look its numbers up in the warehouse, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from report import chain
from report.page_one import LATE, NOT_IN
from report.rows import Edition, Figure, Row
from report.tables import Table
from report.words import Code, Number, Sentence, Words, listed, out_of, paragraph, say, sentence

# So many figures are listed one by one; more are asked for by what they have in common.
LISTED_ONE_BY_ONE = 24
COMMON = (
    "section", "measure_code", "statistic", "organisation_code", "service_id", "subject_id", "breakdown_kind",
    "quarter_id",
)  # fmt: skip
MOST_ALTERNATIVES = 8


@dataclass(frozen=True)
class Basis:
    """What stands beside a table or chart: the state of its evidence, and the query that gives its figures."""

    rests: Sentence
    query: Code | None


def beside(edition: Edition, table: Table, organisation_code: str | None = None) -> Basis:
    """The basis of one table. Its organisations are those of its figures, unless it is the table of one."""
    figures = figures_of(table)
    codes = [code for code in table.codes if code]
    named = {organisation_code} if organisation_code else {figure.organisation_code for figure in figures}
    organisations = [row for row in edition.organisations if row["organisation_code"] in named]
    rests = paragraph(
        _evidenced(edition, codes),
        _recorded(edition, figures, organisations),
        _not_in(edition, organisations),
        _set_aside(edition, codes, organisations),
        _protected(figures),
    )
    return Basis(rests, query(edition, figures))


def of_page_one(edition: Edition, said: Sequence[object]) -> Basis:
    """Page one tells in its own words how much rests on missing data; what it lacks is the way to its rows."""
    return Basis(say(), query(edition, figures_of(*said)))


def of_chain(edition: Edition, organisation_code: str) -> Basis:
    """The rows of one organisation's chain, as they are published."""
    named = [row for row in edition.organisations if row["organisation_code"] == organisation_code]
    return Basis(
        paragraph(_not_in(edition, named), _set_aside_of(edition, chain.RECORDS, named)),
        _select(
            edition, "pub_inputs", [_is_one_of("organisation_code", [organisation_code]), "is_in_report"], "received_on"
        ),
    )


def figures_of(*things: object) -> list[Figure]:
    """Every figure printed in tables, sentences and lists of them, once, in order of its id."""
    found = {figure.figure_id: figure for figure in _figures(things)}
    return [found[figure_id] for figure_id in sorted(found)]


def _figures(thing: object) -> Iterator[Figure]:
    match thing:
        case Number():
            yield thing.figure
        case Sentence():
            yield from _figures(thing.parts)
        case Table():
            yield from _figures((thing.caption, *thing.rows))
        case tuple() | list():
            for one in thing:
                yield from _figures(one)


def query(edition: Edition, figures: Sequence[Figure]) -> Code | None:
    """The statement that gives these figures to whoever may read the published schema."""
    if not figures:
        return None
    if len(figures) <= LISTED_ONE_BY_ONE:
        wanted = [_is_one_of("figure_id", [figure.figure_id for figure in figures])]
    else:
        alike = [(column, sorted({str(getattr(one, column) or "") for one in figures})) for column in COMMON]
        wanted = [
            _is_one_of(column, values)
            for column, values in alike
            if "" not in values and len(values) <= MOST_ALTERNATIVES
        ]
    return _select(edition, "pub_figures", wanted, "figure_id")


def _select(edition: Edition, relation: str, wanted: Iterable[str], order: str) -> Code:
    conditions = " and ".join([_is_one_of("edition_id", [edition.facts["edition_id"]]), *wanted])
    return Code(f"select * from published.{relation} where {conditions} order by {order};")


def _is_one_of(column: str, values: Sequence[str]) -> str:
    quoted = ["'" + value.replace("'", "''") + "'" for value in values]
    return f"{column} = {quoted[0]}" if len(quoted) == 1 else f"{column} in ({', '.join(quoted)})"


# The parts of the statement of data quality


def _evidenced(edition: Edition, codes: Sequence[str]) -> Sentence | None:
    """From how many of the organisations asked evidence came, measures alike said together."""
    sent, asked = (
        {figure.breakdown_code: figure for figure in edition.by("measure", statistic)}
        for statistic in ("numerator", "denominator")
    )
    alike: dict[tuple, list[str]] = {}
    for code in codes:
        if code in sent and code in asked:
            alike.setdefault((sent[code].value, asked[code].value), []).append(code)
    if not alike:
        return None
    # All that came whole is said once and without names.
    whole = next((same[0] for (of, all_), same in alike.items() if of == all_), None)
    said = [say("from ", of_those_asked(sent[whole], asked[whole]))] if whole else []
    said += [
        say("for ", _names(edition, same), ", from ", of_those_asked(sent[same[0]], asked[same[0]]))
        for (of, all_), same in sorted(alike.items())
        if of != all_
    ]
    if len(alike) == 1 and not whole:
        code = next(iter(alike.values()))[0]
        said = [say("from ", of_those_asked(sent[code], asked[code]))]
    return sentence("evidence came ", listed(said, last="; ", between="; "))


def of_those_asked(sent: Figure, asked: Figure) -> Sentence:
    return say(out_of(sent, asked), " organisation asked" if asked.value == 1 else " organisations asked")


def _names(edition: Edition, codes: Sequence[str]) -> Sentence:
    return listed([Words(edition.measure_name(code), is_quoted=True) for code in codes])


def _recorded(edition: Edition, figures: Sequence[Figure], organisations: Sequence[Row]) -> Sentence | None:
    """Whether rows stand behind the numbers, or an organisation's word for them."""
    declared = {one.organisation_code for one in figures if one.evidence_basis == "declared" and one.value is not None}
    if not any(figure.value is not None for figure in figures):
        return None
    if not declared:
        return sentence("counted from rows that were sent")
    names = [Words(row["organisation_name"]) for row in organisations if row["organisation_code"] in declared]
    return sentence("counted from rows that were sent, but declared without rows by ", listed(names or ["some"]))


def _not_in(edition: Edition, organisations: Sequence[Row]) -> Sentence | None:
    """Whose returns of this quarter are not all there, or came late."""
    codes = {row["organisation_code"] for row in organisations}
    said = []
    for states, words in ((NOT_IN, "not all returns are in from "), (LATE, "some returns came late from ")):
        late = {
            row["organisation_name"]
            for row in edition.coverage
            if row["quarter_id"] == edition.quarter_id and row["state"] in states and row["organisation_code"] in codes
        }
        if late:
            said.append(say(words, listed([Words(name) for name in sorted(late)])))
    return sentence("this quarter ", listed(said, last="; ")) if said else None


def _set_aside(edition: Edition, codes: Sequence[str], organisations: Sequence[Row]) -> Sentence | None:
    """Whose rows of the records that the measures rest on were set aside because they broke a rule."""
    records = {
        record
        for row in edition.measures
        if row["measure_code"] in codes
        for record in (row.get("source_records") or "").split(";")
    }
    return _set_aside_of(edition, records - {""}, organisations)


def _set_aside_of(edition: Edition, records: Iterable[str], organisations: Sequence[Row]) -> Sentence | None:
    hurt = {
        figure.organisation_code
        for record in records
        for figure in edition.of_subject(record)
        # A hidden number is a few; a real nought is none.
        if (figure.measure_code, figure.breakdown_code) == ("rows_set_aside", "all") and figure.value != 0
    }
    names = [Words(row["organisation_name"]) for row in organisations if row["organisation_code"] in hurt]
    return sentence("some rows broke a rule and were set aside at ", listed(names)) if names else None


def _protected(figures: Sequence[Figure]) -> Sentence | None:
    rounded = any(one.disclosure_class == "people" and one.value is not None for one in figures)
    hidden = any(one.value_state == "suppressed" for one in figures)
    if not (rounded or hidden):
        return None
    said = (["counts of people are rounded"] if rounded else []) + (["small ones are not printed"] if hidden else [])
    return sentence(listed(said))
