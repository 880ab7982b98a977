"""Let a reader choose whose rows to see and about what, by style alone: no script runs and no figure changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from report import page_one
from report.rows import Edition, Row
from report.words import Words

EVERYTHING = "all"


@dataclass(frozen=True)
class Choice:
    """What can be chosen: (token, name) of each sender and theme, and the style that obeys. Tokens are our own, so that
    no sender's code ever becomes part of a rule."""

    senders: Sequence[tuple[str, Words]]
    themes: Sequence[tuple[str, Words]]
    style: Markup
    _edition: Edition
    _sender_tokens: Mapping[str, str]
    _theme_tokens: Mapping[str, str]

    def sender(self, organisation_code: str | None) -> str | None:
        """The token of an organisation; None for the region and for what belongs to nobody."""
        return self._sender_tokens.get(organisation_code or "")

    def about(self, row: Row) -> str:
        """The tokens of the themes of one thing said."""
        return self._tokens([row])

    def about_change(self, change: Row) -> str:
        """The tokens of the themes of everything said that led to a change."""
        return self._tokens(page_one.inputs_behind(self._edition, change))

    def has(self, rows: Iterable[Row]) -> str:
        """What a part with these rows has, for whoever chose: each sender, each theme, and each sender's theme."""
        found = set()
        for row in rows:
            sender = self.sender(row["organisation_code"]) or ""
            about = self.about_any(row).split()
            found |= {sender, *about, *(sender + theme for theme in about)}
        return " ".join(sorted(found))

    def of_senders(self, organisation_codes: Iterable[str]) -> str:
        """The same of a part that themes choose nothing from."""
        return " ".join(sorted({self.sender(code) or "" for code in organisation_codes}))

    def _tokens(self, inputs: Sequence[Row]) -> str:
        codes = {code for row in inputs for code, _ in themes_of(row)}
        return " ".join(sorted(self._theme_tokens[code] for code in codes if code in self._theme_tokens))

    def about_any(self, row: Row) -> str:
        """The same of a row of any kind; what is about nothing that was said has no theme."""
        of = {"input_id": self.about, "finding_id": self.about_finding, "change_id": self.about_change}
        return next((about(row) for column, about in of.items() if column in row), "")

    def about_finding(self, finding: Row) -> str:
        """The tokens of the themes of what a finding is about; none where that is a return, a series or a survey."""
        of = {"input": self.about, "change": self.about_change}.get(finding.get("subject_kind") or "")
        if of is None:
            return ""
        named = f"{finding['subject_kind']}_id"
        found = getattr(self._edition, f"{finding['subject_kind']}s")
        wanted = (finding["organisation_code"], finding["subject_id"])
        return next((of(row) for row in found if (row["organisation_code"], row[named]) == wanted), "")


def themes_of(row: Row) -> list[tuple[str, str]]:
    """(code, label) of each theme of one thing said; editions frozen before themes were published have none."""
    codes, labels = ((row.get(f"theme_{part}") or "").split(";") for part in ("codes", "labels"))
    return [(code, label) for code, label in zip(codes, labels, strict=True) if code]


def choice(edition: Edition) -> Choice:
    """The organisations in alphabetical order, and the themes of everything this edition is about by their names."""
    told = [row for row in edition.inputs if row["is_in_report"]]
    told += [row for one in edition.changes if one["is_in_report"] for row in page_one.inputs_behind(edition, one)]
    labels = {code: label for row in told for code, label in themes_of(row)}
    themes = {code: f"t{place}" for place, code in enumerate(sorted(labels, key=lambda code: (labels[code], code)))}
    senders = {row["organisation_code"]: f"o{place}" for place, row in enumerate(edition.organisations)}
    return Choice(
        senders=[(senders[row["organisation_code"]], Words(row["organisation_name"])) for row in edition.organisations],
        themes=[(token, Words(labels[code], is_quoted=True)) for code, token in themes.items()],
        style=_style(list(senders.values()), list(themes.values())),
        _edition=edition,
        _sender_tokens=senders,
        _theme_tokens=themes,
    )


def _style(senders: Sequence[str], themes: Sequence[str]) -> Markup:
    """Rules that hide what was not chosen, and say so where nothing is left.

    What each part holds stands on it as tokens: a browser that had to look would look at the whole page at every turn.
    """
    rules = []
    for sender in senders:
        chosen = f".choose:has(#from>[value={sender}]:checked)~*"
        rules += [
            f"{chosen} [data-from]:not([data-from={sender}]){{display:none}}",
            f"{chosen} .nothing-here:not([data-has~={sender}]){{display:block}}",
        ]
    for theme in themes:
        chosen = f".choose:has(#about>[value={theme}]:checked)~*"
        rules += [
            f"{chosen} [data-theme]:not([data-theme={theme}]){{display:none}}",
            f"{chosen} [data-about]:not([data-about~={theme}]){{display:none}}",
            f"{chosen} .themed:not([data-has~={theme}]){{display:block}}",
        ]
        rules += [
            f".choose:has(#from>[value={sender}]:checked):has(#about>[value={theme}]:checked)~*"
            f" .themed:not([data-has~={sender}{theme}]){{display:block}}"
            for sender in senders
        ]
    return Markup("\n".join(rules))
