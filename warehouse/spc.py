"""Run the SPC macros on any series of points, so that a chart can be checked without a dbt build.

The rules are in ``dbt_project/macros/spc.sql`` and ``spc_rules.sql`` and nowhere else; this module loads points,
renders, runs and prints.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from warehouse import yaml_files

PROJECT = Path(__file__).resolve().parents[1]
MACROS = tuple(PROJECT / "dbt_project" / "macros" / name for name in ("spc_rules.sql", "spc.sql"))

COLUMNS = (
    "series_id",
    "idx",
    "x",
    "y",
    "rebase_here",
    "rebase_group",
    "mean",
    "lpl",
    "upl",
    "outside_limits",
    "relative_to_mean",
    "close_to_limits",
    "special_cause_type",
    "point_type",
    "short_group_warning",
)
DIRECTIONS = ("increase", "decrease", "neutral")

_TABLES = """
drop table if exists pg_temp.spc_points_given, pg_temp.spc_options_given;
create temporary table spc_points_given (
    series_id text not null, idx int not null, x text, y double precision, rebase_here int, position bigint,
    primary key (series_id, idx)
);
create temporary table spc_options_given (
    series_id text primary key, improvement_direction text, target double precision,
    screen_outliers boolean, fix_after_n_points int
);
"""
_POINTS = f"""
with judged as ({{{{ spc_points("spc_points_given", "spc_options_given", rules) }}}})
select {", ".join("judged." + column for column in COLUMNS)}
from judged
inner join spc_points_given as given using (series_id, idx)
order by given.position
"""
_ICONS = """
with judged as ({{ spc_points("spc_points_given", "spc_options_given", rules) }}),
iconed as ({{ spc_icons("judged", "spc_options_given", rules) }})
select * from iconed order by series_id
"""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_INT4 = 2**31


class UnreadableSeries(ValueError):
    """A file of series breaks its layout. The message names file, line, column and remedy, never a cell's value."""


class Point(NamedTuple):
    """One row of a series. ``y`` None is a missing or suppressed point; ``rebase_here`` 1 begins a new group."""

    series_id: str
    idx: int
    x: Any
    y: float | None
    rebase_here: int = 0


class Options(NamedTuple):
    """How one series is judged. None leaves the macro's own choice: neutral, no target, screened, all points."""

    series_id: str
    improvement_direction: str | None = None
    target: float | None = None
    screen_outliers: bool | None = None
    fix_after_n_points: int | None = None


class Series(NamedTuple):
    """What ``read_series`` found; ``notes`` are sentences for the reader on what was assumed."""

    points: list[Point]
    options: list[Options]
    notes: list[str]


def rule_sets() -> list[str]:
    """Return the names of the rule sets, the default first."""
    return _macros().spc_rule_sets().split(", ")


def chosen_rules() -> str:
    """Return the name of the rule set that the charts of the project are given."""
    return yaml_files.read(PROJECT / "dbt_project/dbt_project.yml")["vars"]["spc_rules"]


def compute(
    connection: Any, points: Iterable[tuple], options: Iterable[tuple], rules: str | None = None
) -> list[dict[str, Any]]:
    """Judge every point by a rule set: that of NHSRplotthedots 0.2.2, or another of `rule_sets`.

    ``connection`` is a psycopg2 connection that may create temporary tables; nothing is committed. ``points`` have
    the shape of `Point`, ``options`` of `Options`; a series may lack options. Returns one dict per point with the keys
    `COLUMNS`, in the order given; ``x`` comes back as text, and limits are in the unit of ``y``.

    Raises ValueError for a number that is not finite, a direction not in `DIRECTIONS`, an idx repeated in its series,
    a series with two rows of options, a limit frozen after fewer than one point, or rules of an unknown name.
    """
    return _run(connection, points, options, _POINTS, rules)


def summarise(
    connection: Any, points: Iterable[tuple], options: Iterable[tuple], rules: str | None = None
) -> list[dict[str, Any]]:
    """Name the icons of every series: the same arguments and errors as `compute`, one dict per series, by series_id.

    Keys: series_id, variation_icon, assurance_icon (None without a target or a direction), n_special, n_points,
    n_missing, last_x (of the last point that is not missing, whose icon it is), has_limits, is_short, rule_set.
    """
    return _run(connection, points, options, _ICONS, rules)


def read_series(path: str | Path, options_path: str | Path | None = None) -> Series:
    """Read a long CSV of points, and the options of its series.

    ``path`` has the columns series_id, idx, x, y and, if wanted, rebase_here; others are passed over; a blank y is a
    missing point. ``options_path``, by default the file spc_series.csv beside it, has series_id and, if wanted,
    improvement_direction, target, screen_outliers and fix_after_n_points. What is left out is the macro's choice
    (see `Options`), and a note says so.

    Raises `UnreadableSeries`, naming file, line, column and remedy.
    """
    path = Path(path)
    points = list(_read_points(path))
    series = {point.series_id for point in points}
    notes = _notes_on_order(path, points)

    named = options_path is not None
    options_path = Path(options_path) if named else path.parent / "spc_series.csv"
    if not named and not options_path.exists():
        return Series(points, [], [*notes, f"{options_path}: no such file; all {len(series)} series {_ASSUMED}"])

    options, missing_columns = _read_options(options_path)
    if missing_columns:
        notes.append(f"{options_path}: has no column {', '.join(missing_columns)}; the default holds for all")
    without = len(series - {row.series_id for row in options})
    if without:
        notes.append(f"{options_path}: has no row for {without} of {len(series)} series; they {_ASSUMED}")
    return Series(points, options, notes)


def write_csv(rows: Iterable[dict[str, Any]], stream: TextIO) -> None:
    """Print rows of `compute` as CSV: the columns of `COLUMNS`, TRUE and FALSE, floats in full, empty for null."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_printed(row[column]) for column in COLUMNS] for row in rows)


# Warehouse side.


def _run(
    connection: Any, points: Iterable[tuple], options: Iterable[tuple], query: str, rules: str | None
) -> list[dict[str, Any]]:
    rules = rules or chosen_rules()
    if rules not in rule_sets():
        raise ValueError(f"rules: there is no set of that name; choose one of {', '.join(rule_sets())}")
    points = _checked_points(points)
    options = _checked_options(options)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        _copy(cursor, "spc_points_given", ((*point, position) for position, point in enumerate(points)))
        _copy(cursor, "spc_options_given", options)
        cursor.execute("analyze spc_points_given; analyze spc_options_given")
        cursor.execute(_render(query, rules))
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        cursor.execute("drop table spc_points_given, spc_options_given")
    return rows


def _environment() -> Any:
    from jinja2 import Environment, StrictUndefined

    # The macros are rendered as they stand: no escaping, for this is SQL, and an unknown name is an error.
    return Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


def _macros() -> Any:
    return _environment().from_string("".join(path.read_text(encoding="utf-8") for path in MACROS)).module


def _render(query: str, rules: str) -> str:
    macros = _macros()
    return (
        _environment().from_string(query).render(spc_points=macros.spc_points, spc_icons=macros.spc_icons, rules=rules)
    )


def _copy(cursor: Any, table: str, rows: Iterable[Iterable[Any]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cursor.copy_expert(f"copy pg_temp.{table} from stdin with (format csv)", buffer)


def _checked_points(points: Iterable[tuple]) -> list[Point]:
    points = [Point(*point) for point in points]
    if not all(point.y is None or math.isfinite(point.y) for point in points):
        raise ValueError("points: a y is not finite; pass None for a missing or suppressed point")
    if len({(point.series_id, point.idx) for point in points}) < len(points):
        raise ValueError("points: an idx is repeated in its series; number the points of each series once")
    return [point._replace(rebase_here=int(bool(point.rebase_here))) for point in points]


def _checked_options(options: Iterable[tuple]) -> list[Options]:
    options = [Options(*row) for row in options]
    if len({row.series_id for row in options}) < len(options):
        raise ValueError("options: a series has two rows; give each series one")
    if not all(row.improvement_direction in (None, *DIRECTIONS) for row in options):
        raise ValueError(f"options: an improvement_direction is unknown; use one of {', '.join(DIRECTIONS)}")
    if not all(row.target is None or math.isfinite(row.target) for row in options):
        raise ValueError("options: a target is not finite; pass None where there is no target")
    if not all(row.fix_after_n_points is None or row.fix_after_n_points >= 1 for row in options):
        raise ValueError("options: fix_after_n_points is below 1; pass None to use all points")
    return options


# File side.

_ASSUMED = "are judged as neutral, with no target, outliers screened as the rules have it and limits from all points"


class _Row:
    """One line of a CSV file: its cells by column, each taken with a reader that knows the remedy."""

    def __init__(self, path: Path, line: int, cells: dict[str, str]):
        self.path, self.line, self.cells = path, line, cells

    def refuse(self, column: str, fault: str) -> UnreadableSeries:
        return UnreadableSeries(f"{self.path}: line {self.line}, column '{column}': {fault}")

    def text(self, column: str, remedy: str) -> str:
        cell = self.cells[column]
        if not cell:
            raise self.refuse(column, f"is blank; {remedy}")
        return cell

    def number(self, column: str, remedy: str) -> float | None:
        cell = self.cells.get(column, "")
        if not cell:
            return None
        if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
            raise self.refuse(column, f"is not a number; {remedy}")
        return float(cell)

    def integer(self, column: str, remedy: str) -> int | None:
        cell = self.cells.get(column, "")
        if not cell:
            return None
        if not _INTEGER.fullmatch(cell) or len(cell) > 11 or not -_INT4 <= int(cell) < _INT4:
            raise self.refuse(column, f"is not a whole number; {remedy}")
        return int(cell)

    def flag(self, column: str) -> bool | None:
        cell = self.cells.get(column, "").lower()
        if cell and cell not in _FLAGS:
            raise self.refuse(column, "is not a yes or no; write TRUE, FALSE, 1 or 0, or leave it blank")
        return _FLAGS.get(cell)


def _read_points(path: Path) -> Iterator[Point]:
    seen: dict[tuple[str, int], int] = {}
    for row in _rows(path, required=("series_id", "idx", "x", "y")):
        series_id = row.text("series_id", "name the series of this point")
        row.text("idx", "number the points of each series in order: 1, 2, 3")
        idx = row.integer("idx", "number the points of each series in order: 1, 2, 3")
        first = seen.setdefault((series_id, idx), row.line)
        if first != row.line:
            raise row.refuse("idx", f"repeats line {first} of the same series; number each point once")
        yield Point(
            series_id,
            idx,
            row.text("x", "give the date or period of the point; leave only y blank where it is missing"),
            row.number("y", "use digits and a decimal point; leave it blank where missing or suppressed"),
            int(bool(row.flag("rebase_here"))),
        )


def _read_options(path: Path) -> tuple[list[Options], list[str]]:
    seen: dict[str, int] = {}
    options = []
    missing_columns: list[str] = []
    for row in _rows(path, required=("series_id",)):
        missing_columns = [column for column in Options._fields if column not in row.cells]
        series_id = row.text("series_id", "name the series these options are for")
        first = seen.setdefault(series_id, row.line)
        if first != row.line:
            raise row.refuse("series_id", f"repeats line {first}; give each series one row")
        direction = row.cells.get("improvement_direction") or None
        if direction not in (None, *DIRECTIONS):
            raise row.refuse("improvement_direction", f"is unknown; write one of {', '.join(DIRECTIONS)}")
        all_points = "write how many points set the limits, or leave it blank for all"
        fixed = row.integer("fix_after_n_points", all_points)
        if fixed is not None and fixed < 1:
            raise row.refuse("fix_after_n_points", f"is below 1; {all_points}")
        target = row.number("target", "use digits and a decimal point, or leave it blank where there is no target")
        options.append(Options(series_id, direction, target, row.flag("screen_outliers"), fixed))
    return options, missing_columns


def _rows(path: Path, required: tuple[str, ...]) -> Iterator[_Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            header = [name.strip() for name in next(reader, [])]
            for column in required:
                if column not in header:
                    raise UnreadableSeries(f"{path}: line 1: has no column '{column}'; add it to the header")
            for column in {*required, *Point._fields, *Options._fields}:
                if header.count(column) > 1:
                    raise UnreadableSeries(f"{path}: line 1, column '{column}': stands twice; keep one of them")
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise UnreadableSeries(
                        f"{path}: line {reader.line_num}: has {len(cells)} cells under {len(header)} columns; "
                        "put quotes round a cell with a comma in it, and fill the line up to the last column"
                    )
                yield _Row(path, reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
    except OSError as error:
        raise UnreadableSeries(f"{path}: cannot be opened ({error.strerror}); check name and access") from error
    except UnicodeDecodeError:
        raise UnreadableSeries(f"{path}: is not UTF-8 text; save it as CSV UTF-8") from None
    except csv.Error:
        raise UnreadableSeries(f"{path}: line {reader.line_num}: is not CSV; look for an open quote") from None


def _notes_on_order(path: Path, points: list[Point]) -> list[str]:
    """Say where idx, which alone gives the order, looks as if it were not meant to."""
    by_series: dict[str, list[Point]] = {}
    for point in sorted(points, key=lambda point: (point.series_id, point.idx)):
        by_series.setdefault(point.series_id, []).append(point)
    jumping = sum(rows[-1].idx - rows[0].idx >= len(rows) for rows in by_series.values())
    disordered = sum(
        any(
            _ISO_DATE.fullmatch(one.x) and _ISO_DATE.fullmatch(other.x) and one.x >= other.x
            for one, other in pairwise(rows)
        )
        for rows in by_series.values()
    )
    notes = []
    if jumping:
        notes.append(
            f"{path}: idx skips a number in {jumping} series; idx is only an order, "
            "so give a missing point its own row with y left blank"
        )
    if disordered:
        notes.append(f"{path}: x does not rise with idx in {disordered} series; idx was followed: check it")
    return notes


def _printed(value: Any) -> Any:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return "" if value is None else repr(value) if isinstance(value, float) else value
