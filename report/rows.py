"""Read one edition out of the published schema, and nothing else.

Everything the report says comes from these rows. They are sorted here, so that the same rows make the same report in
whatever order a database hands them over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any

REGION = "ALL"
WORKING = "working"
"""What the marts say now bears this name among the editions until somebody freezes it."""

# relation -> the columns it is sorted by.
RELATIONS = {
    "pub_figures": ("figure_id",),
    "pub_organisations": ("organisation_name", "organisation_code"),
    "pub_inputs": ("organisation_code", "received_on", "input_id"),
    "pub_changes": ("organisation_code", "implemented_on", "change_id"),
    "pub_effects": ("organisation_code", "change_id", "measure_code"),
    "pub_series": ("measure_code", "organisation_code", "service_id", "series_id"),
    "pub_coverage": ("organisation_code", "feed", "period_start_on"),
    "pub_findings": ("organisation_code", "finding_id"),
    "pub_data_quality": ("organisation_code", "record", "rule"),
    "pub_measures": ("display_order", "measure_code"),
    "pub_expectations": ("expectation_number", "expectation_id"),
    "pub_evidence": ("expectation_id", "organisation_code"),
    "pub_challenges": ("raised_on", "challenge_id"),
    "pub_asks": ("kind", "ask_number", "entry_id"),
    "pub_answers": ("party",),
    "pub_restatements": ("organisation_code", "measure_code", "service_id", "period_start_on", "figure_id"),
}
# What a figure that is broken down by nothing says.
NO_BREAKDOWN = (None, "all", "none", "")

Row = Mapping[str, Any]

# What the database itself says of the relations and columns that it shows the report.
COLUMNS = """
select
    table_name,
    obj_description(format('published.%I', table_name)::regclass, 'pg_class'),
    column_name,
    data_type,
    col_description(format('published.%I', table_name)::regclass, ordinal_position)
from information_schema.columns
where table_schema = 'published'
order by table_name, ordinal_position
"""


@dataclass(frozen=True)
class Figure:
    """One published number, or the reason why there is none (`value_state`)."""

    figure_id: str
    section: str | None = None
    measure_code: str | None = None
    statistic: str | None = None
    icb_code: str | None = None
    organisation_code: str = REGION
    service_id: str | None = None
    subject_id: str | None = None
    period_kind: str | None = None
    period_start_on: date | None = None
    period_end_on: date | None = None
    quarter_id: str | None = None
    breakdown_kind: str | None = None
    breakdown_code: str | None = None
    label: str | None = None
    value: float | None = None
    value_state: str = "counted"
    unit: str | None = None
    decimals: int = 0
    disclosure_class: str = "things"
    evidence_basis: str | None = None


FIGURE_COLUMNS = tuple(one.name for one in fields(Figure))


@dataclass(frozen=True)
class Column:
    """A published column: its name, Postgres type, and what the database's comment says of it."""

    name: str
    kind: str
    description: str | None = None


@dataclass(frozen=True)
class Description:
    """What the database says of one relation: its comment and its columns in their order."""

    said: str | None
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Edition:
    """An edition's own facts and all its published rows."""

    facts: Row
    figures: Mapping[str, Figure]
    organisations: tuple[Row, ...] = ()
    inputs: tuple[Row, ...] = ()
    changes: tuple[Row, ...] = ()
    effects: tuple[Row, ...] = ()
    series: tuple[Row, ...] = ()
    coverage: tuple[Row, ...] = ()
    findings: tuple[Row, ...] = ()
    data_quality: tuple[Row, ...] = ()
    measures: tuple[Row, ...] = ()
    expectations: tuple[Row, ...] = ()
    evidence: tuple[Row, ...] = ()
    challenges: tuple[Row, ...] = ()
    asks: tuple[Row, ...] = ()
    answers: tuple[Row, ...] = ()
    restatements: tuple[Row, ...] = ()
    # By relation; empty where the rows did not come from a database.
    described: Mapping[str, Description] = field(default_factory=dict)
    _by_measure: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict, repr=False, compare=False)
    _by_subject: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict, repr=False, compare=False)
    _by_kind: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def quarter_id(self) -> str:
        return self.facts["quarter_id"]

    def figure(self, figure_id: str) -> Figure | None:
        return self.figures.get(figure_id)

    def of_measure(self, measure_code: str, statistic: str | None = None, **where: object) -> tuple[Figure, ...]:
        """Figures of one measure in order of their id, narrowed by any columns."""
        return tuple(
            figure
            for figure in self._by_measure.get(measure_code, ())
            if statistic in (None, figure.statistic)
            and all(getattr(figure, column) == value for column, value in where.items())
        )

    def label_of(self, code_column: str, code: str, relation: str = "inputs") -> str | None:
        """The published label of a code, as it stands beside the code in any row."""
        for row in getattr(self, relation):
            if row.get(code_column) == code and row.get(f"{code_column}_label"):
                return row[f"{code_column}_label"]
        return None

    def one(self, measure_code: str, statistic: str, organisation_code: str = REGION) -> Figure | None:
        """The figure of a whole organisation for the report's quarter, for the latest before it of a measure that has
        none (what was decided is judged a year later), or for the as-of date; never one of a breakdown."""
        quarter_id = self._quarter_of(measure_code)
        found = [
            figure
            for figure in self.of_measure(measure_code, statistic, organisation_code=organisation_code)
            if figure.breakdown_code in NO_BREAKDOWN
            and figure.service_id is None
            and figure.subject_id is None
            and (figure.period_kind == "as_of" or (figure.period_kind == "quarter" and figure.quarter_id == quarter_id))
        ]
        return min(found, key=lambda figure: (figure.period_kind != "quarter", figure.figure_id), default=None)

    def _quarter_of(self, measure_code: str) -> str | None:
        """The latest quarter of a measure up to the report's: one for all organisations, so that columns compare."""
        quarters = {
            figure.quarter_id
            for figure in self.of_measure(measure_code)
            if figure.period_kind == "quarter" and figure.quarter_id and figure.subject_id is None
        }
        return max((one for one in quarters if one <= self.quarter_id), default=None)

    def by(
        self, breakdown_kind: str, statistic: str | None = None, organisation_code: str = REGION
    ) -> tuple[Figure, ...]:
        """This edition's figures of one breakdown: by reason, by how it ended, by day."""
        return tuple(
            figure
            for figure in self._by_kind.get(breakdown_kind, ())
            if figure.breakdown_code not in NO_BREAKDOWN
            and figure.organisation_code == organisation_code
            and statistic in (None, figure.statistic)
            and (figure.period_kind == "as_of" or figure.quarter_id == self.quarter_id)
        )

    def of_subject(self, subject_id: str) -> tuple[Figure, ...]:
        """The figures about one thing said, change or series."""
        return self._by_subject.get(subject_id, ())

    def organisation_name(self, organisation_code: str) -> str:
        for row in self.organisations:
            if row["organisation_code"] == organisation_code:
                return row["organisation_name"]
        return organisation_code

    def is_of_annex(self, measure_code: str) -> bool:
        """True for a measure that answers an expectation and belongs to no section of its own."""
        return any(row["measure_code"] == measure_code and row.get("section") == "evidence" for row in self.measures)

    def measure_name(self, measure_code: str | None) -> str:
        """The measure's plain name; a measure without one is read with its underscores opened."""
        for row in (*self.measures, *self.series):
            if row["measure_code"] == measure_code and row.get("plain_name"):
                return row["plain_name"]
        return (measure_code or "").replace("_", " ").replace(".", " ")


def edition(
    facts: Row, rows: Mapping[str, Iterable[Row]], described: Mapping[str, Description] | None = None
) -> Edition:
    """Make an edition of the rows of its own ICB, by relation name. Unknown columns of a figure are left aside."""
    rows = {
        relation: [row for row in found if row.get("icb_code") in (None, facts["icb_code"])]
        for relation, found in rows.items()
    }
    figures = [
        Figure(
            **{
                name: value
                for name, value in row.items()
                if name in FIGURE_COLUMNS and not (name == "decimals" and value is None)
            }
        )
        for row in rows.get("pub_figures", ())
    ]
    figures.sort(key=lambda figure: figure.figure_id)
    others = {
        relation.removeprefix("pub_"): tuple(
            MappingProxyType(dict(row)) for row in sorted(rows.get(relation, ()), key=_order(columns))
        )
        for relation, columns in RELATIONS.items()
        if relation != "pub_figures"
    }
    return Edition(
        facts=MappingProxyType(dict(facts)),
        figures=MappingProxyType({figure.figure_id: figure for figure in figures}),
        described=MappingProxyType(dict(described or {})),
        _by_measure=_grouped(figures, "measure_code"),
        _by_subject=_grouped(figures, "subject_id"),
        _by_kind=_grouped(figures, "breakdown_kind"),
        **others,
    )


def _grouped(figures: Iterable[Figure], column: str) -> Mapping[str, tuple[Figure, ...]]:
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(getattr(figure, column), []).append(figure)
    return MappingProxyType({name: tuple(found) for name, found in groups.items()})


def read(connection: Any, edition_id: str) -> Edition:
    """Read the edition `edition_id` over a psycopg2 or SQLAlchemy connection. Raises LookupError when there is none."""
    # SQLAlchemy wraps a database connection; psycopg2's is one.
    with getattr(connection, "connection", connection).cursor() as cursor:
        facts = next(iter(_rows(cursor, "pub_editions", edition_id)), None)
        if facts is None:
            raise LookupError(
                f"no edition {edition_id!r}; see which there are: select edition_id from published.pub_editions"
            )
        described = _described(cursor)
        return edition(facts, {relation: _rows(cursor, relation, edition_id) for relation in RELATIONS}, described)


def _described(cursor: Any) -> dict[str, Description]:
    cursor.execute(COLUMNS)
    found: dict[str, Description] = {}
    for relation, said, *column in cursor.fetchall():
        before = found.get(relation, Description(said, ()))
        found[relation] = replace(before, columns=(*before.columns, Column(*column)))
    return found


def editions(connection: Any) -> list[Row]:
    """Read the facts of every edition there is, the newest quarter first, each quarter's newest edition first."""
    with getattr(connection, "connection", connection).cursor() as cursor:
        cursor.execute(
            "select * from published.pub_editions where edition_id <> %s"
            " order by quarter_id desc, icb_code, edition_number desc",
            (WORKING,),
        )
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def coverage_now(connection: Any) -> list[Edition]:
    """Read what was due and what came, as the marts say now: one for each ICB, with no figures."""
    with getattr(connection, "connection", connection).cursor() as cursor:
        facts = sorted(_rows(cursor, "pub_editions", WORKING), key=lambda row: row["icb_code"])
        found = {relation: _rows(cursor, relation, WORKING) for relation in ("pub_organisations", "pub_coverage")}
    return [edition(one, found) for one in facts]


def _rows(cursor: Any, relation: str, edition_id: str) -> list[dict[str, Any]]:
    # `relation` is always a name from this file.
    cursor.execute(f"select * from published.{relation} where edition_id = %s", (edition_id,))
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _order(columns: tuple[str, ...]):
    """Sort by the columns, nulls last, whatever their types; all other columns break the ties."""

    def key(row: Row) -> tuple:
        asked = tuple((row.get(column) is None, _sortable(row.get(column))) for column in columns)
        return asked, tuple(sorted((name, str(value)) for name, value in row.items()))

    return key


def _sortable(value: object) -> str:
    # An entry's number is text among the names that registers gave, and the tenth follows the ninth.
    is_number = isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())
    return f"{int(value):012d}" if is_number else str(value)
