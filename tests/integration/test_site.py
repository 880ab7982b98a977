"""The site of the loaded region: every link leads somewhere, nothing comes from outside, nothing says too much."""

import datetime as dt
import posixpath
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from assure import placing, site
from report import faces, publication
from tests.truth.copies import copy_of
from warehouse import connection, editions, grants
from warehouse.build import work_folder
from warehouse.paths import state

PUBLISHED = "2026-27-Q1/ZWL/1"
FOLDER = "editions/2026-27-Q1-ZWL-1"
AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2026, 8, 3, 6, 0, tzinfo=dt.UTC)
OWN_WORDS = "What nobody but the reviewers may read"
MODELS = "dbt/index.html"
"""dbt's one page: its links are made by a script, and looked at in a browser."""


@pytest.fixture(scope="module")
def built(loaded_region) -> dict[str, bytes]:
    """Every file of the site by its path."""
    return site.files()


class Page(HTMLParser):
    """What a page links to, what it needs to be shown, and what can be linked to in it."""

    def __init__(self, content: bytes):
        super().__init__()
        self.links: list[str] = []
        self.needs: list[str] = []
        self.anchors: set[str] = set()
        self.robots = ""
        self.feed(content.decode())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "meta" and given.get("name") == "robots":
            self.robots = given["content"]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag in ("link", "use", "base") and given.get("href"):
            self.needs.append(given["href"])
        self.needs += [given[name] for name in ("src", "srcset", "data", "action", "poster") if given.get(name)]


@pytest.fixture(scope="module")
def pages(built) -> dict[str, Page]:
    return {path: Page(content) for path, content in built.items() if path.endswith(".html") and path != MODELS}


def test_every_link_leads_somewhere(built, pages):
    lost = []
    for path, page in pages.items():
        for target in (*page.links, *page.needs):
            if re.match(r"(https|mailto|tel|data):", target):
                continue
            name, _, anchor = unquote(target).partition("#")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) if name else path
            if there not in built or (anchor and there in pages and anchor not in pages[there].anchors):
                lost.append((path, target))
    assert lost == []


def test_every_page_is_reached_from_the_first(built, pages):
    reached, waiting = set(), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        for target in pages[path].links if path in pages else ():
            if not re.match(r"[a-z]+:|#", target):
                name = unquote(target).partition("#")[0]
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), name)))
    # `latest` is an address for others to link to, and holds the same files as the edition it is.
    assert {path for path in pages if not path.startswith("latest/")} - reached == set()
    assert MODELS in reached


def test_no_page_needs_anything_from_outside_or_by_an_absolute_path(pages):
    needed = {(path, target) for path, page in pages.items() for target in page.needs}
    assert [one for one in needed if re.match(r"/|(?!data:)[a-z]+:", one[1])] == []
    assert [path for path, page in pages.items() if any(link.startswith(("/", "http:")) for link in page.links)] == []


def test_no_search_engine_is_to_list_it(built, pages):
    assert built["robots.txt"] == b"User-agent: *\nDisallow: /\n"
    assert [path for path, page in pages.items() if page.robots != "noindex"] == []
    assert b'<meta name="robots" content="noindex">' in built[MODELS]


def test_an_edition_is_handed_out_as_it_was_stored(built):
    with connection.connect("transformer") as opened:
        cursor = opened.cursor()
        cursor.execute(
            "select face from audit.edition_faces where edition_id = %s and state = 'published'", (PUBLISHED,)
        )
        stored = {name: editions.stored(opened, PUBLISHED, name) for (name,) in cursor.fetchall()}
    assert faces.PAGE in stored
    for folder in (FOLDER, "latest/ZWL"):
        assert {name: built[f"{folder}/{name}"] for name in stored} == stored
    listed = built[f"{FOLDER}/index.html"].decode()
    for name, content in stored.items():
        assert f'href="{name}"' in listed
        assert site.File(name, "", content).sha256 in listed


def test_the_first_page_leads_to_the_latest_report(built, pages):
    assert f"{FOLDER}/report.html" in pages["index.html"].links
    assert b"Read the report for" in built["index.html"]


def test_writing_it_again_gives_the_same_bytes(built):
    for kept in work_folder().glob("models-*.html"):
        kept.unlink()
    again = site.files()
    assert [path for path in again.keys() | built.keys() if again.get(path) != built.get(path)] == []


def test_it_holds_no_secret_and_names_no_machine(built):
    everything = b"\n".join(content for path, content in built.items() if path.endswith((".html", ".css", ".txt")))
    secrets = [connection.url(role).password for role in grants.roles()]
    assert all(len(secret) > 6 for secret in secrets)
    assert [place for place, secret in enumerate(secrets) if secret.encode() in everything] == []
    assert str(state()).encode() not in everything


def test_what_the_gate_says_holds_no_number_of_rows(built):
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select suite, array_agg(distinct checked) from audit.gate_results where checked > 40 group by 1"
        )
        counted = dict(cursor.fetchall())
    assert len(counted) > 10
    for suite, counts in counted.items():
        page = built[f"great_expectations/{suite}.html"].decode()
        said = re.sub(r"<footer.*?</footer>|<[^>]+>|\d{1,2} \w+ 20\d\d", " ", page, flags=re.DOTALL)
        numbers = {int(number) for number in re.findall(r"(?<![\w.-])\d+(?![\w.-])", said)}
        assert numbers & set(counts) == set(), suite
        assert "Met" in page


def test_each_suite_of_the_gate_has_its_page(built):
    with connection.connect("transformer") as opened, opened.cursor() as cursor:
        cursor.execute("select distinct suite from audit.gate_results")
        judged = {row[0] for row in cursor}
    written = {path.split("/")[1].removesuffix(".html") for path in built if path.startswith("great_expectations/")}
    assert judged <= written


def test_the_board_shows_each_state_by_sign_and_word_and_never_in_red(built):
    board = built["coverage/index.html"].decode()
    assert '<td class="state-missing"><span class="sign" aria-hidden="true">○</span>Not received</td>' in board
    assert '<li><span class="sign" aria-hidden="true">○</span> Not received</li>' in board
    rules = re.findall(r"\.state-missing[^{]*\{([^}]*)\}", built["style.css"].decode())
    assert rules == [" color: var(--quiet); "]


def test_the_models_are_described_as_people_find_them(built):
    page = built[MODELS].decode()
    assert '"schema": "marts"' in page
    assert '"schema": "marts_next"' not in page


def test_drafts_are_shown_only_when_asked_for_and_what_is_withdrawn_is_marked(loaded_region, tmp_path, monkeypatch):
    # Whether dbt describes the models of an unchanged region again is looked at above.
    monkeypatch.setattr(site.dbt_docs, "page", lambda: b"")
    with copy_of(loaded_region):
        with connection.connect("transformer") as opened:
            opened.cursor().execute("update audit.editions set state = 'withdrawn' where edition_id = %s", (PUBLISHED,))
        with connection.connect("admin") as opened, opened.cursor() as cursor:
            cursor.execute(
                "insert into restricted.input (load_id, row_number, part, said_in_own_words)"
                " select load_id, row_number, part, %s from raw.input",
                (OWN_WORDS,),
            )
            assert cursor.rowcount > 100
        # As a step that was killed leaves it: one file of the new state is stored, the others are not.
        publication.content(PUBLISHED)
        drafted = publication.draft("2026-27-Q1", "ZWL", LATER)
        page = site.write(tmp_path / "site").read_text(encoding="utf-8")
        assert '<strong class="tag">Withdrawn: do not rely on it</strong>' in page
        assert "No edition can be relied on at the moment" in page
        assert drafted not in page
        assert not (tmp_path / "site" / "latest").exists()
        own = (tmp_path / "site" / FOLDER / "index.html").read_text("utf-8")
        with connection.connect("transformer") as opened:
            as_published = [one for one in editions.stored_faces(opened, PUBLISHED) if one[0] == "published"]
        assert len(as_published) > 5
        for _, _, name, digest in as_published:
            assert f'href="{name}"' in own
            assert (tmp_path / "site" / FOLDER / name).is_file()
            assert f'<td data-label="Name">{name}</td>' in own
            assert digest in own
        assert "Withdrawn: do not rely on it" in (tmp_path / "site" / FOLDER / "report.html").read_text("utf-8")
        site.write(tmp_path / "site", with_drafts=True)
        assert (tmp_path / "site" / "editions" / drafted.replace("/", "-") / "report.html").is_file()
        assert OWN_WORDS.encode() not in b"".join(path.read_bytes() for path in (tmp_path / "site").rglob("*.html"))
        assert '<strong class="tag">Draft</strong>' in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_before_the_first_build_the_documents_are_there(warehouse_database):
    built = site.files()
    assert "No edition is published yet" in built["index.html"].decode()
    assert "Not judged yet" in built["great_expectations/index.html"].decode()
    assert "docs/generated/rulebook.html" in built
    assert MODELS not in built


def test_what_the_command_is_told_is_where_the_site_is(warehouse_database, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSURE_SITE_FOLDER", str(tmp_path / "served"))
    assert site.folder() == tmp_path / "served"
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "letter.txt").write_text("keep me")
    with pytest.raises(placing.NotOurs):
        site.write(site.folder())
