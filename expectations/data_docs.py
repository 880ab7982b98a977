"""Great Expectations' Data Docs of every suite: what the gate asks, in its own words, and what it answered last.

Its own renderers make the sentences. Its pages are left aside: they ask a dozen servers for scripts and styles, say by
colour alone whether something was met, and print counts of rows, which the report hides where they are small.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from psycopg2.extensions import connection as Connection

from expectations.contract import Contract
from expectations.suite import Expected, asked, quiet

COUNTED = "ExpectTableRowCountToEqual"
TITLES = {
    "rule_results": "What the judging pass wrote",
    "load_records": "What the ledger says was landed",
}
"""The two suites that are of no record."""


@dataclass(frozen=True)
class Part:
    """A piece of a sentence: plain text, or a name or code of the data (`is_code`)."""

    text: str
    is_code: bool = False


@dataclass(frozen=True)
class Asked:
    """One expectation in Great Expectations' words, and whether it was met: None where nothing was judged by it."""

    sentence: tuple[Part, ...]
    is_met: bool | None


@dataclass(frozen=True)
class SuiteDocument:
    """One suite: its expectations by column or rule, and when the last wave was judged by it."""

    name: str
    title: str
    about: str
    judged_at: dt.datetime | None
    sections: tuple[tuple[str, tuple[Asked, ...]], ...]

    @property
    def is_met(self) -> bool | None:
        """Say whether the last wave met all of it; None where none was judged."""
        if self.judged_at is None:
            return None
        return all(one.is_met for _, found in self.sections for one in found)


def documents(contracts: Mapping[str, Contract], connection: Connection) -> list[SuiteDocument]:
    """Return the Data Docs of all suites, those of records first, in alphabetical order.

    Of the last wave they say which expectations it met as a whole, and nothing of its size.
    """
    suites = asked(contracts, connection)
    answers = _last_answers(connection)
    with quiet():
        return [
            _document(name, expected, contracts.get(name), answers.get(name))
            for name, expected in sorted(suites.items(), key=lambda one: (one[0] in TITLES, one[0]))
        ]


def _last_answers(connection: Connection) -> dict[str, tuple[dt.datetime, dict[str, bool]]]:
    """Suite → when it last judged, and which of its expectations the whole wave met; its parts come after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with latest as (
                select suite, max(judged_at) as judged_at
                from audit.gate_results
                group by suite
            )
            select distinct on (found.suite, found.expectation)
                found.suite, found.judged_at, found.expectation, found.is_met
            from audit.gate_results as found
            inner join latest on latest.suite = found.suite and latest.judged_at = found.judged_at
            order by found.suite, found.expectation, length(found.load_ids) desc
            """
        )
        found: dict[str, tuple[dt.datetime, dict[str, bool]]] = {}
        for suite, judged_at, expectation, is_met in cursor:
            found.setdefault(suite, (judged_at, {}))[1][expectation] = is_met
    return found


def _document(
    name: str, expected: list[Expected], contract: Contract | None, answer: tuple[dt.datetime, dict[str, bool]] | None
) -> SuiteDocument:
    judged_at, met = answer or (None, {})
    rules = contract.rule_codes() if contract else {}
    # What is missing among the answers was not met: the gate fails closed, and so do its pages.
    states = [None if judged_at is None else met.get(f"{one.kind}: {one.about}", False) for one in expected]
    sections: dict[str, list[Asked]] = {}
    for (section, sentence), is_met in zip(_rendered(name, expected, rules), states, strict=True):
        sections.setdefault(section, []).append(Asked(sentence, is_met))
    return SuiteDocument(
        name,
        contract.title if contract else TITLES[name],
        contract.description if contract else "",
        judged_at,
        tuple((section, tuple(found)) for section, found in sections.items()),
    )


def _rendered(name: str, expected: list[Expected], rules: Mapping) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """Yield of each expectation the heading it stands under and its sentence, as Great Expectations renders them."""
    from great_expectations import ExpectationSuite, expectations
    from great_expectations.render.renderer import ExpectationSuitePageRenderer

    for place, one in enumerate(expected):
        said = _said_by_us(one, rules)
        expectation = getattr(expectations, one.kind)(
            **one.arguments, meta={"about": place}, **({"description": said} if said else {})
        )
        # One at a time: the page of a whole suite is sorted, and what stands where could not be told from it.
        page = ExpectationSuitePageRenderer().render(ExpectationSuite(name=name, expectations=[expectation]))
        column = one.arguments.get("column")
        section = rules[one.about].code if one.about in rules and column == one.about else column or "The whole table"
        yield section, next(_sentences(page.to_json_dict()))


def _said_by_us(one: Expected, rules: Mapping) -> str | None:
    """What stands in place of Great Expectations' sentence: a rule's own words, and no number of rows."""
    if one.kind == COUNTED or one.arguments.get("value_set") == [True]:
        return rules[one.about].description if one.about in rules else one.about[:1].upper() + one.about[1:] + "."
    return None


def _sentences(page: dict) -> Iterator[tuple[Part, ...]]:
    """Yield the sentences of a rendered page: the entries of its lists, less the rules drawn between them."""
    for section in page["sections"]:
        for block in section["content_blocks"]:
            for entry in block.get("bullet_list", ()):
                template = (entry[0] if isinstance(entry, list) else entry)["string_template"]
                if template.get("template"):
                    yield _parts(template["template"], template.get("params") or {})


def _parts(template: str, params: Mapping) -> tuple[Part, ...]:
    parts = []
    for place, piece in enumerate(re.split(r"\$\{?(\w+)\}?", template)):
        if place % 2:
            parts.append(Part(str(params[piece]), is_code=True))
        elif piece:
            parts.append(Part(piece if parts else piece[:1].upper() + piece[1:]))
    return tuple(parts)
