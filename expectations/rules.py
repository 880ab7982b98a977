"""Parse what a row rule says must hold, and put it as SQL or ask it of one row, with the same answer.

The grammar is closed, so that a contract can hold no SQL of its own:

    rule     := rule or rule | rule and rule | not rule | ( rule ) | test
    test     := value (= | != | < | <= | > | >=) value
              | value is [not] null
              | value [not] in ( literal, ... )
              | 'code' [not] in several_codes_column
    value    := column | literal | length(text_column) | date(timestamp_column) | group(coded_column)
              | date (+ | -) n (days | months | years) | timestamp (+ | -) n hours
    literal  := 'text' | 12 | 12.5 | 1990-01-01

`group(answer_code)` is what the code counts as in its list (the list's group_code); a code without a group has none.

Answers follow SQL: true, false or unknown (None) where a blank takes part. A rule is broken only when it is false.
"""

import calendar
import json
import operator
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<date>\d{4}-\d{2}-\d{2})(?![\w-])
      | (?P<number>\d+(?:\.\d+)?)(?![\w.])
      | '(?P<text>[^']*)'
      | (?P<name>[a-z_][a-z0-9_]*)
      | (?P<sign><=|>=|!=|[=<>+\-(),])
    )""",
    re.VERBOSE,
)
# What SQL text can carry through any driver without escaping.
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_ .\-]*")
_SAME = {"=": operator.eq, "!=": operator.ne}
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_COMPARED = _SAME | _ORDER
_ORDERED = {"date", "timestamp", "number"}
_UNITS = {"date": ("days", "months", "years"), "timestamp": ("hours",)}
_WORDS = {"and", "or", "not", "in", "is", "null"}
_KINDS = {"integer": "number", "codes": "list", "ids": "list"}


class RuleError(ValueError):
    """A rule that cannot be understood: says where, and what to write instead."""


@dataclass(frozen=True)
class Predicate:
    """A parsed rule: `to_sql` for judging a load, `evaluate` for one row in Python."""

    text: str
    columns: frozenset[str]
    root: Any = field(repr=False, compare=False)

    def to_sql(self, columns: Mapping[str, str] | None = None) -> str:
        """Return a boolean SQL expression without parameters.

        `columns` says where a column is found, such as `{"submitted_on": "delivery.submitted_on"}`; any other column is
        its own quoted name.
        """
        places = columns or {}
        return self.root.sql({name: places.get(name, f'"{name}"') for name in self.columns})

    def evaluate(self, row: Mapping[str, Any]) -> bool | None:
        """Return what the rule says of a row of typed values; a missing key counts as blank."""
        return self.root.value(row)


def parse(
    text: str,
    kinds: Mapping[str, str],
    codes: Mapping[str, Collection[str]] | None = None,
    groups: Mapping[str, Mapping[str, str]] | None = None,
) -> Predicate:
    """Parse a rule over columns of the given kinds (text, date, timestamp, integer, number, codes, ids).

    `codes` holds what a column with a code list can contain, so that a rule about a code nobody can send is refused;
    `groups` says for such a column which group each code counts in.
    Raises RuleError naming the position and the remedy.
    """
    parser = _Parser(text, kinds, codes or {}, groups or {})
    root = parser.rule()
    parser.expect_end()
    return Predicate(text, frozenset(parser.used), root)


# ---- What a rule is made of: each part knows its SQL and its value ---------------------------------------------------


@dataclass(frozen=True)
class _Column:
    name: str
    kind: str

    def sql(self, places):
        return places[self.name]

    def value(self, row):
        return row.get(self.name)


@dataclass(frozen=True)
class _Literal:
    of: str | date | Decimal
    kind: str

    def sql(self, places):
        if self.kind == "number":
            return str(self.of)
        return f"date '{self.of.isoformat()}'" if self.kind == "date" else f"'{self.of}'"

    def value(self, row):
        return self.of


@dataclass(frozen=True)
class _Length:
    of: _Column
    kind: str = "number"

    def sql(self, places):
        return f"length({self.of.sql(places)})"

    def value(self, row):
        text = self.of.value(row)
        return None if text is None else len(text)


@dataclass(frozen=True)
class _Group:
    of: _Column
    groups: Mapping[str, str]
    kind: str = "text"

    def sql(self, places):
        return f"('{json.dumps(self.groups)}'::jsonb ->> {self.of.sql(places)})"

    def value(self, row):
        return self.groups.get(self.of.value(row))


@dataclass(frozen=True)
class _LocalDate:
    of: _Column
    kind: str = "date"

    def sql(self, places):
        return f"({self.of.sql(places)} at time zone 'Europe/London')::date"

    def value(self, row):
        moment = self.of.value(row)
        return None if moment is None else moment.astimezone(LONDON).date()


@dataclass(frozen=True)
class _Shifted:
    of: Any
    by: int
    unit: str
    kind: str

    def sql(self, places):
        moved = f"{self.of.sql(places)} + interval '{self.by} {self.unit}'"
        return f"({moved})::date" if self.kind == "date" else f"({moved})"

    def value(self, row):
        start = self.of.value(row)
        return None if start is None else _shift(start, self.by, self.unit)


@dataclass(frozen=True)
class _Compare:
    sign: str
    left: Any
    right: Any

    def sql(self, places):
        sign = "<>" if self.sign == "!=" else self.sign
        return f"({self.left.sql(places)} {sign} {self.right.sql(places)})"

    def value(self, row):
        left, right = self.left.value(row), self.right.value(row)
        return None if left is None or right is None else _COMPARED[self.sign](left, right)


@dataclass(frozen=True)
class _IsNull:
    of: Any

    def sql(self, places):
        return f"({self.of.sql(places)} is null)"

    def value(self, row):
        return self.of.value(row) is None


@dataclass(frozen=True)
class _InLiterals:
    of: Any
    among: tuple[_Literal, ...]

    def sql(self, places):
        return f"({self.of.sql(places)} in ({', '.join(one.sql(places) for one in self.among)}))"

    def value(self, row):
        held = self.of.value(row)
        return None if held is None else held in [one.of for one in self.among]


@dataclass(frozen=True)
class _InColumn:
    of: _Literal
    among: _Column

    def sql(self, places):
        return f"({self.of.sql(places)} = any({self.among.sql(places)}))"

    def value(self, row):
        held = self.among.value(row)
        return None if held is None else self.of.of in held


@dataclass(frozen=True)
class _Not:
    of: Any

    def sql(self, places):
        return f"(not {self.of.sql(places)})"

    def value(self, row):
        held = self.of.value(row)
        return None if held is None else not held


@dataclass(frozen=True)
class _Joined:
    word: str
    parts: tuple[Any, ...]

    def sql(self, places):
        return "(" + f" {self.word} ".join(part.sql(places) for part in self.parts) + ")"

    def value(self, row):
        held = [part.value(row) for part in self.parts]
        decisive = self.word == "or"
        if decisive in held:
            return decisive
        return None if None in held else not decisive


def _shift(start: date, by: int, unit: str) -> date:
    """Move a day or a moment as Postgres does: a month's end stays within its month."""
    try:
        if unit == "hours":
            return start.astimezone(UTC) + timedelta(hours=by)
        if unit == "days":
            return start + timedelta(days=by)
        months = start.year * 12 + start.month - 1 + by * (12 if unit == "years" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        # Postgres knows the year 10000 and Python does not; the last day stands for everything after it.
        edge = datetime if isinstance(start, datetime) else date
        last = edge.max if by > 0 else edge.min
        return last.replace(tzinfo=UTC) if isinstance(last, datetime) else last


# ---- Reading a rule --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Token:
    what: str
    text: str
    at: int


class _Parser:
    def __init__(
        self,
        text: str,
        kinds: Mapping[str, str],
        codes: Mapping[str, Collection[str]],
        groups: Mapping[str, Mapping[str, str]],
    ) -> None:
        self.text = text
        self.kinds = kinds
        self.codes = codes
        self.groups = groups
        self.used: set[str] = set()
        self.tokens = list(self._tokens())
        self.here = 0

    def rule(self):
        return self._joined("or", lambda: self._joined("and", self._negated))

    def expect_end(self) -> None:
        if self._now.what != "end":
            raise self._wrong(f"{self._now.text!r} is left over", "join tests by and or or")

    def _tokens(self) -> Iterable[_Token]:
        at = 0
        while self.text[at:].strip():
            match = _TOKEN.match(self.text, at)
            if match is None:
                at += len(self.text[at:]) - len(self.text[at:].lstrip())
                raise RuleError(
                    f"{self.text!r}, character {at + 1}: not understood; see the grammar in expectations/rules.py"
                )
            what = match.lastgroup
            yield _Token(what, match[what], match.start(what) - (what == "text"))
            at = match.end()
        yield _Token("end", "", len(self.text))

    @property
    def _now(self) -> _Token:
        return self.tokens[self.here]

    def _wrong(self, fault: str, remedy: str, token: _Token | None = None) -> RuleError:
        return RuleError(f"{self.text!r}, character {(token or self._now).at + 1}: {fault}; {remedy}")

    def _take(self, *texts: str) -> _Token | None:
        token = self._now
        if token.what in ("name", "sign") and token.text in texts:
            self.here += 1
            return token
        return None

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._wrong(f"{text!r} is missing here", f"write {text!r}")

    def _joined(self, word: str, part):
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else _Joined(word, tuple(parts))

    def _negated(self):
        if self._take("not"):
            return _Not(self._negated())
        if self._take("("):
            inner = self.rule()
            self._need(")")
            return inner
        return self._test()

    def _test(self):
        start = self._now
        left = self._value()
        if sign := self._take(*_COMPARED):
            right = self._value()
            self._comparable(sign, left, right)
            return _Compare(sign.text, left, right)
        if self._take("is"):
            negated = self._take("not")
            self._need("null")
            test = _IsNull(left)
        else:
            negated = self._take("not")
            if not self._take("in"):
                raise self._wrong("a test is missing", "follow a value by a comparison, 'in' or 'is null'")
            test = self._membership(start, left)
        return _Not(test) if negated else test

    def _membership(self, start: _Token, left):
        if self._take("("):
            among = [self._literal()]
            while self._take(","):
                among.append(self._literal())
            self._need(")")
            for one in among:
                self._comparable(start, left, one)
            return _InLiterals(left, tuple(among))
        token = self._now
        column = self._value()
        if not (
            isinstance(column, _Column) and column.kind == "list" and isinstance(left, _Literal) and left.kind == "text"
        ):
            raise self._wrong(
                "'in' wants a bracketed list", "write value in ('a', 'b'), or 'a' in a column of several codes", token
            )
        self._known_code(start, column, left)
        return _InColumn(left, column)

    def _value(self):
        start = self._now
        value = self._simple_value()
        while sign := self._take("+", "-"):
            value = self._shifted(start, sign, value)
        return value

    def _shifted(self, start: _Token, sign: _Token, value) -> _Shifted:
        units = _UNITS.get(value.kind)
        if units is None:
            raise self._wrong(f"a {value.kind} cannot be moved", "only dates and timestamps can", start)
        count, unit = self._now, self.tokens[min(self.here + 1, len(self.tokens) - 1)]
        if count.what != "number" or not count.text.isdigit() or unit.text not in units:
            raise self._wrong(
                f"a {value.kind} moves by a whole number of {' or '.join(units)}",
                f"write for instance {sign.text} 1 {units[0]}",
            )
        self.here += 2
        by = int(count.text)
        return _Shifted(value, by if sign.text == "+" else -by, unit.text, value.kind)

    def _simple_value(self):
        token = self._now
        if token.what != "name":
            return self._literal()
        if token.text in ("length", "date", "group") and self.tokens[self.here + 1].text == "(":
            self.here += 2
            of = self._column()
            self._need(")")
            if token.text == "group":
                return self._grouped(token, of)
            wanted, made = ("text", _Length) if token.text == "length" else ("timestamp", _LocalDate)
            if of.kind != wanted:
                raise self._wrong(
                    f"{token.text}() wants a {wanted} column and {of.name} is a {of.kind}", "leave it out", token
                )
            return made(of)
        return self._column()

    def _grouped(self, token: _Token, of: _Column) -> _Group:
        groups = self.groups.get(of.name)
        if of.kind != "text" or not groups:
            raise self._wrong(f"the codes of {of.name} have no groups", "give them a group_code in their list", token)
        if not all(_PLAIN_TEXT.fullmatch(text) for pair in groups.items() for text in pair):
            raise self._wrong(f"a code or group of {of.name} is no plain text", "use letters, digits and _", token)
        return _Group(of, groups)

    def _column(self) -> _Column:
        token = self._now
        if token.what != "name" or token.text in _WORDS or token.text not in self.kinds:
            raise self._wrong(
                f"{token.text!r} is not a column of this record", f"use one of {', '.join(sorted(self.kinds))}"
            )
        self.here += 1
        self.used.add(token.text)
        kind = self.kinds[token.text]
        return _Column(token.text, _KINDS.get(kind, kind))

    def _literal(self) -> _Literal:
        token = self._now
        self.here += 1
        if token.what == "number":
            return _Literal(Decimal(token.text), "number")
        if token.what == "date":
            try:
                return _Literal(date.fromisoformat(token.text), "date")
            except ValueError:
                raise self._wrong(f"{token.text} is no day of the calendar", "write year-month-day", token) from None
        if token.what == "text":
            if not _PLAIN_TEXT.fullmatch(token.text):
                raise self._wrong(
                    "a text may hold letters, digits, spaces, '_', '.' and '-'", "use the code, not the words", token
                )
            return _Literal(token.text, "text")
        self.here -= 1
        raise self._wrong("a value is missing", "write a column, a 'text', a number or a date", token)

    def _comparable(self, at: _Token, left, right) -> None:
        if left.kind != right.kind or left.kind == "list":
            remedy = "compare like with like; date(column) makes a timestamp a date"
            raise self._wrong(f"a {left.kind} cannot be compared with a {right.kind}", remedy, at)
        if at.text in _ORDER and left.kind not in _ORDERED:
            raise self._wrong(f"a {left.kind} has no order", "use = or !=", at)
        for column, literal in ((left, right), (right, left)):
            if isinstance(column, _Column) and isinstance(literal, _Literal):
                self._known_code(at, column, literal)
            known = set(column.groups.values()) if isinstance(column, _Group) else ()
            if known and isinstance(literal, _Literal) and literal.of not in known:
                raise self._wrong(f"{literal.of!r} is not a group of {column.of.name}", "use a group_code", at)

    def _known_code(self, at: _Token, column: _Column, literal: _Literal) -> None:
        known = self.codes.get(column.name)
        if known is not None and literal.of not in known:
            raise self._wrong(f"{literal.of!r} is not a code of {column.name}", f"use one of {', '.join(known)}", at)
