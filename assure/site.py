"""Write the site: every edition with its files, the documents, the coverage board and what dbt and the gate say.

Static files that any web server shows, and a browser without one. They are a function of the warehouse and the code: no
clock, so that writing them again changes nothing. Nothing on the site needs anything outside it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assure import documents, placing
from expectations import data_docs
from expectations.contract import load_contracts
from report import faces, html, publication, rows, sections, tables, words
from warehouse import build, dbt_docs, editions
from warehouse.connection import connect
from warehouse.paths import ROOT, state

TEMPLATES = Path(__file__).parent / "templates" / "site"
DOUBTFUL = set(words.STATES) - {"published"}
"""States that a reader must not overlook."""
PARTS = (
    ("index.html", "Reports"),
    ("docs/for_readers.html", "How to read them"),
    ("coverage/index.html", "What came"),
    ("docs/for_analysts.html", "For analysts"),
    ("docs/for_data_teams.html", "For data teams"),
)
WAYS = (
    (
        "To read the report",
        (
            ("docs/for_readers.html", "How to read the report", "what grey means, and why some numbers are hidden"),
            ("coverage/index.html", "What was due, and what came", "each return, and whether it was received"),
        ),
    ),
    (
        "For analysts",
        (
            ("docs/for_analysts.html", "The warehouse", "how to connect, the tables and their grain"),
            ("docs/generated/measures/index.html", "Measures", "one page for each, with its exact SQL"),
            ("docs/generated/stars.html", "The stars", "each fact and the dimensions it joins"),
            ("docs/power_bi_and_excel.html", "Power BI and Excel", "step by step"),
            ("docs/worked_questions.html", "Worked questions", "questions of a committee, answered in SQL"),
            ("dbt/index.html", "The models", "every table, its columns, and what it is made from"),
        ),
    ),
    (
        "For data teams",
        (
            ("docs/for_data_teams.html", "The night and the morning", "verdicts, decisions, red tasks"),
            ("docs/runbook.html", "The runbook", "what to do about each failure"),
            ("docs/generated/red_tasks.html", "Red tasks", "what each means in the morning"),
            ("docs/adding_a_sender.html", "Add a sender", "from its first sample to the marts"),
            ("docs/generated/data_dictionary.html", "The data dictionary", "every column that may be sent"),
            ("docs/generated/rulebook.html", "The rulebook", "every code of every verdict, and its remedy"),
            ("great_expectations/index.html", "What Great Expectations asks", "and what it answered last"),
            ("docs/index.html", "Every document", "by its title"),
        ),
    ),
)
KINDS = {
    ".html": "web page",
    ".pdf": "PDF",
    ".xlsx": "Excel workbook",
    ".docx": "Word document",
    ".csv": "CSV table",
    ".json": "JSON",
}


@dataclass(frozen=True)
class File:
    """A face of an edition as it was stored, under the name it is handed out as."""

    name: str
    title: str
    content: bytes

    @property
    def kind(self) -> str:
        return KINDS.get(Path(self.name).suffix, Path(self.name).suffix.lstrip(".").upper())

    @property
    def size(self) -> str:
        kilobytes = max(1, round(len(self.content) / 1000))
        return f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Fingerprint:
    """What proves a copy to be the file that was published; after a correction or withdrawal there is another file."""

    name: str
    title: str
    sha256: str


@dataclass(frozen=True)
class Edition:
    """An edition as the site lists it: what is known of it, its files, and the fingerprints of the published ones."""

    facts: Mapping
    files: tuple[File, ...]
    as_published: tuple[Fingerprint, ...]
    is_made_up: bool

    @property
    def folder(self) -> str:
        return f"editions/{self.facts['edition_id'].replace('/', '-')}"

    def listed(self) -> dict:
        """Return what templates say of it."""
        facts = self.facts
        return {
            "edition_id": facts["edition_id"],
            "quarter": words.quarter(facts["quarter_id"]),
            "board": facts["icb_name"] or facts["icb_code"],
            "number": facts["edition_number"],
            "state": words.STATES[facts["state"]],
            "is_doubtful": facts["state"] in DOUBTFUL,
            "has_changed": bool(facts["published_on"]) and facts["state"] != "published",
            "as_published": self.as_published,
            "published_on": facts["published_on"],
            "data_cut_at": facts["data_cut_at"],
            "signed": _signed(facts),
            "page": f"{self.folder}/index.html",
            "address": f"{self.folder}/{faces.PAGE}",
            "files": [
                {"name": one.name, "title": one.title, "kind": one.kind, "size": one.size, "sha256": one.sha256}
                | {"address": f"{self.folder}/{one.name}"}
                for one in self.files
            ],
        }


def folder() -> Path:
    """Return where the site is written unless another place is named: ASSURE_SITE_FOLDER, or `site` of the state."""
    return Path(os.environ.get("ASSURE_SITE_FOLDER") or state() / "site")


def write(place: Path, *, with_drafts: bool = False) -> Path:
    """Write the whole site and return its first page. Raises NotOurs when something else is at its place."""
    placing.put(files(with_drafts=with_drafts), place)
    return place / "index.html"


def files(*, with_drafts: bool = False) -> dict[str, bytes]:
    """Return every file of the site by its path. Drafts are on it only when asked for."""
    with connect("transformer") as connection:
        built = build.latest(connection)
        suites = data_docs.documents(load_contracts(), connection)
    facts, covered = [], []
    if built:
        with connect("reporter") as connection:
            facts, covered = rows.editions(connection), rows.coverage_now(connection)
    shown = [_edition(one) for one in facts if one["published_on"] or with_drafts]
    found = {
        "style.css": b"\n".join(path.read_bytes() for path in (html.HERE / "style.css", TEMPLATES / "site.css")),
        "robots.txt": b"User-agent: *\nDisallow: /\n",
    }
    for one in shown:
        found |= {f"{one.folder}/{file.name}": file.content for file in one.files}
    latest = _latest(shown)
    for icb_code, one in latest.items():
        found |= {f"latest/{icb_code}/{file.name}": file.content for file in one.files}
    if (models := dbt_docs.page()) is not None:
        found["dbt/index.html"] = models
    docs = list(documents.rendered(ROOT / "docs"))
    found |= {f"docs/{name}": content for name, content in documents.other_files(ROOT / "docs").items()}

    made_up = any(one.is_made_up for one in shown) or any(_is_made_up(one) for one in covered)
    pages = _Pages(built["as_of"] if built else None, made_up)
    for one in shown:
        pages.add(f"{one.folder}/index.html", "edition.html", one=one.listed())
    pages.add("coverage/index.html", "coverage.html", **_coverage(covered))
    pages.add("great_expectations/index.html", "suites.html", suites=suites, state=_gate_state)
    for suite in suites:
        pages.add(f"great_expectations/{suite.name}.html", "suite.html", suite=suite, state=_gate_state)
    for one in docs:
        pages.add(f"docs/{one.path}", "document.html", title=one.title, body=one.body)
    pages.add("docs/index.html", "documents.html", docs=sorted(docs, key=lambda one: one.title.lower()))
    found |= pages.made
    pages.add(
        "index.html",
        "index.html",
        boards=_boards(facts, covered, shown, latest),
        editions=[one.listed() for one in shown],
        ways=_ways(found),
    )
    return found | pages.made


class _Pages:
    """Renders pages in the frame of the site; each knows the way home from where it is."""

    def __init__(self, as_of: dt.datetime | None, made_up: bool):
        self.made: dict[str, bytes] = {}
        self._environment = html.environment(TEMPLATES)
        self._environment.globals |= {
            "as_of": as_of, "made_up": made_up, "parts": PARTS, "day": words.day, "version": build.code_version(),
        }  # fmt: skip

    def add(self, path: str, template: str, **said) -> None:
        page = self._environment.get_template(template).render(path=path, home="../" * path.count("/"), **said)
        self.made[path] = page.encode()


def _edition(facts: Mapping) -> Edition:
    """Return an edition with every file it has, as stored; one that is not stored yet is made and stored now."""
    edition_id = facts["edition_id"]
    contents = publication.contents(edition_id)
    with connect("reporter") as connection:
        edition = rows.read(connection, edition_id)
    titles = {name: face.title for name, face in faces.of(edition).items()}
    found = tuple(File(name, titles[name], content) for name, content in contents.items())
    return Edition(facts, found, _as_published(edition_id, titles), _is_made_up(edition))


def _as_published(edition_id: str, titles: Mapping[str, str]) -> tuple[Fingerprint, ...]:
    """Return what the files of an edition had for fingerprints when it was published, in the order of the files."""
    with connect("transformer") as connection:
        stored = {
            name: digest
            for state, _, name, digest in editions.stored_faces(connection, edition_id)
            if state == "published"
        }
    order = [*(name for name in titles if name in stored), *sorted(stored.keys() - titles.keys())]
    return tuple(Fingerprint(name, titles.get(name, name), stored[name]) for name in order)


def _latest(shown: list[Edition]) -> dict[str, Edition]:
    """Return of each board the newest edition that can be relied on; they come with the newest quarter first."""
    latest: dict[str, Edition] = {}
    for one in shown:
        if one.facts["state"] == "published":
            latest.setdefault(one.facts["icb_code"], one)
    return latest


def _boards(
    facts: list, covered: list[rows.Edition], shown: list[Edition], latest: Mapping[str, Edition]
) -> list[dict]:
    printed = {one.facts["icb_code"] for one in shown if one.facts["published_on"]}
    names = {one["icb_code"]: one["icb_name"] for one in [*facts, *(now.facts for now in covered)]}
    found = [
        {"code": code, "name": name or code, "latest": latest[code].listed() if code in latest else None}
        | {"has_editions": code in printed}
        for code, name in names.items()
    ]
    return sorted(found, key=lambda one: (one["name"], one["code"]))


def _coverage(covered: list[rows.Edition]) -> dict:
    boards = [
        {"code": one.facts["icb_code"], "name": one.facts["icb_name"] or one.facts["icb_code"]}
        | {"tables": tables.coverage(one)}
        for one in covered
    ]
    cells = {
        (sign, said) for board in boards for table in board["tables"] for _, row in table.rows for sign, said, _ in row
    }
    order = list(tables.COVERAGE.values())
    return {
        "boards": boards,
        "none": sections.DATA.none,
        "legend": sorted(cells, key=lambda one: (order.index(one[0]), one[1])),
    }


def _ways(found: Mapping[str, bytes]) -> list[dict]:
    return [{"title": title, "links": [link for link in links if link[0] in found]} for title, links in WAYS]


def _is_made_up(edition: rows.Edition) -> bool:
    return any(row.get("is_made_up") for row in edition.organisations)


def _signed(facts: Mapping) -> str:
    if facts["sign_off_kind"] == "automatic":
        return "Automatically; no person has signed it"
    if facts["signed_off_by_role"]:
        return f"By the {words.lowered(facts['signed_off_by_role'])}, {words.day(facts['signed_off_on'])}"
    return "Not yet"


def _gate_state(is_met: bool | None) -> str:
    return {None: "Not judged yet", True: "Met", False: "Not met"}[is_met]
