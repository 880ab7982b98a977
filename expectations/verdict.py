"""Hold the wording of every verdict: what is wrong, what to do about it, and what it costs the file or the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warehouse.ledger import TIE, Finding

if TYPE_CHECKING:
    from expectations.contract import Contract, RuleEntry

TELL_THE_LEAD = "tell the information-governance lead"
"""What the data team does when a column of identifiers was sent; the log and `assure status` ask it to."""
TOLD_TO_THE_LEAD = ("FILE-IDENTIFIER", "FILE-IDENTIFIER-IGNORED")
"""The rules that a file breaks in which identifiers of persons were sent to us."""
LEVELS = ("refuse", "hold", "set_aside", "warn")
"""From the dearest to the cheapest: the file, the whole load until a person decides, the row, nothing."""


@dataclass(frozen=True)
class FileRule:
    """A rule about a whole file; `{names}` in its words are filled with headings and sheets, never with values."""

    level: str
    message: str
    remedy: str


FILE_RULES: dict[str, FileRule] = {
    "FILE-EMPTY": FileRule(
        "refuse",
        "the file is empty: it has no bytes at all",
        "send it again; when there is nothing to report, write 'Nil return' in its only line",
    ),
    "FILE-HTML": FileRule(
        "refuse",
        "a web page came in place of the data, often a log-in or error page",
        "open the file in a text editor to see which page it is, then export it again while logged in",
    ),
    "FILE-ZIP": FileRule(
        "refuse",
        "the compressed file is cut short, damaged or locked with a password",
        "compress it again without a password, check that it opens, and send it again",
    ),
    "FILE-ZIP-MANY": FileRule(
        "refuse",
        "the compressed file does not hold exactly one file of the kind that is meant",
        "put one file into each compressed file, or say which one counts under format: member in the provider file",
    ),
    "FILE-KIND": FileRule(
        "refuse",
        "the file is {found} and {agreed} was agreed",
        "export it in the agreed format, or agree this one under format: in the provider file",
    ),
    "FILE-TOO-LARGE": FileRule(
        "refuse",
        "the file, or one row of it, unpacks to more than can be read safely",
        "check that it is the right file; if it is, split it by period",
    ),
    "FILE-ENCODING": FileRule(
        "refuse",
        "the text is not in the agreed encoding from this line on",
        "save it as CSV UTF-8, or agree another encoding under format: in the provider file",
    ),
    "FILE-CSV": FileRule(
        "refuse",
        "from this line on the file cannot be divided into cells: a quotation mark is open, or a cell is too long",
        "export it again with every quotation mark inside a cell doubled",
    ),
    "FILE-WORKBOOK": FileRule(
        "refuse",
        "the file does not open as a workbook: it is damaged, locked with a password, or not an .xlsx file",
        "open it, save it as an Excel workbook (.xlsx) without a password, and send it again",
    ),
    "FILE-JSON": FileRule(
        "refuse",
        "from this row on the file is no JSON: it is cut short or was not written by a program that writes JSON",
        "export it again whole; where every line is an object of its own, agree kind: ndjson in the provider file",
    ),
    "FILE-JSON-SHAPE": FileRule(
        "refuse",
        "{found} stands where a list of objects was agreed",
        "send the agreed list, or say where it stands under format: rows_at in the provider file",
    ),
    "FILE-JSON-TWICE": FileRule(
        "refuse",
        "an object of this row gives the same name twice, so that one of two values would be lost",
        "write every name once in an object",
    ),
    "FILE-JSON-DEEP": FileRule(
        "refuse",
        "objects and lists of this row stand too deep inside each other to be data",
        "check that it is the right file; if it is, export the inner lists by themselves",
    ),
    "FILE-PARQUET": FileRule(
        "refuse",
        "the file does not open as Parquet: it is cut short, damaged or encrypted",
        "write it again, check that it opens, and send it again",
    ),
    "FILE-SHEET": FileRule(
        "refuse",
        "a sheet that is needed is missing or was renamed: {sheet}",
        "give the sheets the names of the workbook that was agreed; an unused sheet stays in place, empty",
    ),
    "FILE-HEADER": FileRule(
        "refuse",
        "none of the agreed headings was found where they should be: {headings}",
        "check that the cells are separated as agreed and that the headings stand in the agreed row",
    ),
    "FILE-HEADING-CUT": FileRule(
        "refuse",
        "a heading is cut in two by a separator inside it, and all columns after it stand one place off: {headings}",
        "put the heading between quotation marks, or take the separator out of it, and send the file again",
    ),
    "FILE-DELIMITER": FileRule(
        "refuse",
        "the cells seem to be separated by something else than agreed",
        "export it with the agreed separator, or change format: delimiter in the provider file",
    ),
    "FILE-COLUMN": FileRule(
        "refuse",
        "a column that is needed is missing or was renamed: {headings}; headings nobody has agreed: {undeclared}",
        "put the old heading back, or agree the new one under columns: in the provider file",
    ),
    "FILE-COLUMN-OPTIONAL": FileRule(
        "warn",
        "an agreed column is not in the file; the record is loaded without it",
        "put the column back, or take it out of the provider file if it will not return",
    ),
    "FILE-COLUMN-DRIFT": FileRule(
        "warn",
        "this heading differs in capitals or spaces from the agreed {headings}, and was taken for it",
        "write the heading as it was agreed, or agree the new one under columns: in the provider file",
    ),
    "FILE-COLUMN-EXTRA": FileRule(
        "warn",
        "nobody has agreed this column; it was not loaded",
        "leave it out, or list it under ignore: or columns: in the provider file",
    ),
    "FILE-COLUMN-DROPPED": FileRule(
        "warn",
        "this column can say who a person is; it was not read beyond its heading and not loaded",
        "leave the column out of the export",
    ),
    "FILE-IDENTIFIER": FileRule(
        "refuse",
        "a column holds mostly NHS numbers, postcodes, e-mail addresses or telephone numbers; nothing was loaded and"
        " the kept copy was destroyed; `assure status` asks the data team to tell the information-governance lead",
        "take the column out of the export, or send references of your own in its place, and send the file again;"
        " treat the first sending as an incident",
    ),
    "FILE-IDENTIFIER-IGNORED": FileRule(
        "warn",
        "a column that is ignored holds mostly NHS numbers or e-mail addresses; it was not loaded;"
        " `assure status` asks the data team to tell the information-governance lead",
        "leave the column out of the export; until then list it under drop:, and not under ignore:, in the provider"
        " file",
    ),
    "FILE-NO-ROWS": FileRule(
        "refuse",
        "the file has headings and no rows, and does not say that this is meant",
        "send the rows; when there is nothing to report, write 'Nil return' in the first row",
    ),
    "FILE-ALL-ASIDE": FileRule(
        "refuse",
        "every row was set aside, so that nothing is left to load",
        "look at the rows' own findings: one cause, such as the way dates are written, often explains them all",
    ),
    "FILE-BESIDE-ALONE": FileRule(
        "warn",
        "rows of the table beside this one complete none of its rows, or one with their key stands before them",
        "check that both tables were exported together, over the same days and by the same key",
    ),
    "FILE-SUM": FileRule(
        "hold",
        "numbers that must add up do not, in this row and as many as are counted: {headings}",
        'correct the numbers and send the file again; if they are right: assure release LOAD --because "…"',
    ),
    "FILE-PERIOD": FileRule(
        "refuse",
        "none of the rows is about the period that the file's name says",
        "name the file after the period it holds, or export the period that its name says",
    ),
    "FILE-ROW-PERIOD": FileRule(
        "set_aside",
        "nobody can tell from this row which month, quarter or year it is about, so that it counts for none",
        "write the period as in the other rows, such as August 2025 or 2025-08, and send the file again",
    ),
    "FILE-ALL-FILTERED": FileRule(
        "warn",
        "the file has rows, and the mapping takes none of them for a record",
        "when some are meant to count, look at keep_when: and skip_when: in the provider file",
    ),
    "FILE-TWICE": FileRule(
        "warn",
        "the same bytes were sent again under another name, {file}; they count once",
        "when the other file was meant to hold something else, export and send that one again; when two periods truly"
        " hold the same, put an empty line at the end of the second, or save the workbook anew, and send that",
    ),
    TIE.rule: FileRule(TIE.level, TIE.message, TIE.remedy),
    "FILE-SHRUNK": FileRule(
        "hold",
        "the file is much smaller than the ones before it",
        'check that it is complete and send it again; if it is right: assure release LOAD --because "…"',
    ),
    "FILE-UNMAPPED": FileRule(
        "hold",
        "more than {share} of this column's cells hold codes that nobody has agreed",
        "map the new codes under codes: in the provider file and reread the load; to take them as unmapped:"
        ' assure release LOAD --because "…"',
    ),
    "FILE-COLUMN-BLANK": FileRule(
        "refuse",
        "this column was well filled last time and is empty now",
        "check the export: the column may have moved or been switched off",
    ),
    "FILE-ASIDE-MANY": FileRule(
        "hold",
        "more than {share} of the rows were set aside",
        'mend the rows and send the file again; to take the rest as it is: assure release LOAD --because "…"',
    ),
    "GATE": FileRule(
        "hold",
        "the load did not pass the last check before it counts: {rules}",
        'mend the rows and send the file again; when the rest is right as it is: assure release LOAD --because "…"',
    ),
    "GATE-UNSOUND": FileRule(
        "refuse",
        "what was loaded is not what the contract and the ledger say it is: {rules}",
        "no release can mend this: report the rules named; once mapping, contract or code is mended, assure reread"
        " SENDER; or send the corrected file",
    ),
}

_WHEN_NOT_SAID = {
    "headings": "see the provider file",
    "undeclared": "none",
    "found": "another kind of file",
    "agreed": "the kind in the provider file",
    "sheet": "see the provider file",
    "share": "10 %",
    "rules": "see the gate's results",
    "file": "see the second name",
}


# What a cell of each kind should have been, and how to send it.
_TYPES = {
    "text": ("a text", "send plain text"),
    "date": (
        "a date of the years 1900 to 2100 in a form agreed for this feed",
        "send a day of the calendar in the agreed form, or leave it blank",
    ),
    "timestamp": (
        "a date of the years 1900 to 2100 with a time in a form agreed for this feed",
        "send day and time in the agreed form, or leave it blank",
    ),
    "integer": ("a whole number", "send digits alone, without words or units, or leave it blank"),
    "number": ("a number", "send digits, with a point before decimals and no unit, or leave it blank"),
    "codes": ("a list of codes", "separate the codes by semicolons"),
    "ids": ("a list of references", "separate the references by semicolons"),
}
_CELL_WORDS = {
    "TYP": ("not {kind}", "{remedy}"),
    "REQ": ("blank, and the row cannot be used without it", "fill it in"),
    "COD": (
        "a code that the list '{code_list}' does not have; it was taken as unmapped",
        "use a code of the list, or map it under codes: in the provider file",
    ),
    "IDN": (
        "words that may be printed hold something that can identify a person (NHS number, postcode, e-mail, telephone)",
        "take it out and send the row again; the words are never changed here",
    ),
    "KEY": (
        "more than one row has this key ({key})",
        "send each row once, under a key of its own; of identical rows the first was taken, of differing ones none",
    ),
}

_LISTED_ROWS = 8


def finding(
    code: str,
    *,
    record: str | None = None,
    sheet: str | None = None,
    row_number: int | None = None,
    column_name: str | None = None,
    row_count: int = 1,
    **names: str | None,
) -> Finding:
    """Return the finding for a file rule; `names` fill its wording (headings, undeclared, share, rules)."""
    rule = FILE_RULES[code]
    said = _WHEN_NOT_SAID | {name: text for name, text in {"sheet": sheet, **names}.items() if text}
    return Finding(
        rule.level,
        code,
        rule.message.format_map(said),
        rule.remedy.format_map(said),
        record=record,
        sheet=sheet,
        row_number=row_number,
        column_name=column_name,
        row_count=row_count,
    )


def row_finding(
    contract: Contract,
    rule: str,
    *,
    row_number: int | None = None,
    sheet: str | None = None,
    heading: str | None = None,
    forms: str | None = None,
    rows: Iterable[int] = (),
    row_count: int = 1,
) -> Finding:
    """Return the finding for a rule of a contract, its own or an automatic one.

    `heading` is the sender's column heading; without it the record's column is named. `forms` are those of date that
    were agreed for it. `rows` are row numbers to list
    when the finding stands for several rows. Raises KeyError for a rule the contract does not have.
    """
    entry = contract.rule_codes()[rule]
    message, remedy = _row_words(contract, entry, forms)
    rows = tuple(rows)
    return Finding(
        entry.severity,
        rule,
        message + _listed(rows, row_count),
        remedy,
        record=contract.record,
        sheet=sheet,
        row_number=row_number if row_number is not None or not rows else rows[0],
        column_name=heading or entry.column,
        row_count=row_count,
    )


def worst(findings: Iterable[Finding]) -> str | None:
    """Return the dearest level among findings; None when there are none."""
    return min((found.level for found in findings), key=LEVELS.index, default=None)


def sentence(found: Finding) -> str:
    """Return a finding as the sender reads it: "row 17, column 'Incident date': not a date …; send …"."""
    place = [
        f"sheet '{found.sheet}'" if found.sheet else "",
        f"row {found.row_number}" if found.row_number is not None and found.row_count == 1 else "",
        column_called(found.column_name) if found.column_name else "",
    ]
    where = ", ".join(part for part in place if part) or found.record or "the file"
    return f"{where}: {found.message}; {found.remedy}"


def column_called(name: str, marks: str = "''") -> str:
    """Return how a column is spoken of: by its heading between marks, or as column A where it has none to name."""
    return name if re.fullmatch(r"(\w+: )?column ([A-Z]+|\d+)", name) else f"column {marks[0]}{name}{marks[1]}"


def rulebook_rows(contracts: Mapping[str, Contract]) -> list[dict[str, str]]:
    """Return the rulebook: one row per rule with keys rule, record, level, dimension, message, remedy.

    Rules about files come first and have an empty record; then each record's, in the order of its contract.
    """
    found = [
        {
            "rule": code,
            "record": "",
            "level": rule.level,
            "dimension": "file",
            "message": rule.message.format_map(_WHEN_NOT_SAID | {"headings": "the headings", "sheet": "its name"}),
            "remedy": rule.remedy,
        }
        for code, rule in FILE_RULES.items()
    ]
    for contract in contracts.values():
        for entry in contract.rule_codes().values():
            message, remedy = _row_words(contract, entry)
            found.append(
                {
                    "rule": entry.code,
                    "record": contract.record,
                    "level": entry.severity,
                    "dimension": entry.dimension,
                    "message": message,
                    "remedy": remedy,
                }
            )
    return found


def _row_words(contract: Contract, entry: RuleEntry, forms: str | None = None) -> tuple[str, str]:
    """Return message and remedy of a contract's rule."""
    family = entry.code.removeprefix(f"{contract.rule_prefix}-").partition(".")[0]
    if family not in _CELL_WORDS:
        expected, remedy = _halves(entry.description)
        return f"this does not hold: {expected}", remedy
    message, remedy = _CELL_WORDS[family]
    names = {"key": ", ".join(contract.key)}
    if entry.column:
        column = contract.column(entry.column)
        kind, how = _TYPES[column.kind]
        if forms:
            kind, how = (f"{kind} ({forms})", how.replace("the agreed form", f"the agreed form ({forms})"))
        names |= {"kind": kind, "remedy": how, "code_list": column.code_list or ""}
    return message.format_map(names), remedy.format_map(names)


def _halves(description: str) -> tuple[str, str]:
    """Split a rule's description into what must hold and what to do about it, which is its last sentence."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", " ".join(description.split()))
    if len(sentences) == 1:
        return _lowered(sentences[0]), "correct the row and send it again"
    return _lowered(" ".join(sentences[:-1])), _lowered(sentences[-1])


def _lowered(text: str) -> str:
    # A word such as PALS keeps its capitals.
    text = text.rstrip(".")
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _listed(rows: tuple[int, ...], row_count: int) -> str:
    if row_count <= 1 or not rows:
        return ""
    shown = ", ".join(str(number) for number in rows[:_LISTED_ROWS])
    rest = row_count - min(len(rows), _LISTED_ROWS)
    return f" (rows {shown}{f' and {rest} more' if rest else ''})"
