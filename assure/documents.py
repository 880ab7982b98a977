"""Turn the project's Markdown documents into pages of the site: headings have anchors, links lead somewhere."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape


@dataclass(frozen=True)
class Document:
    """A page to be: `path` is its place below the folder of documents, with .html for .md."""

    path: str
    title: str
    body: Markup


def rendered(folder: Path) -> Iterator[Document]:
    """Yield every Markdown document below a folder, in the order of their paths."""
    for path in sorted(folder.rglob("*.md")):
        place = path.relative_to(folder).as_posix()
        yield _document(path.read_text(encoding="utf-8"), place, folder)


def other_files(folder: Path) -> dict[str, bytes]:
    """Return the files that documents may link to and that are no documents: pictures, workbooks."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".md"
    }


def _document(text: str, place: str, folder: Path) -> Document:
    markdown = MarkdownIt("commonmark").enable("table")
    markdown.add_render_rule("table_open", _open_table)
    markdown.add_render_rule("table_close", _close_table)
    tokens = markdown.parse(text)
    title, taken = place, {}
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open":
            said = _plain(following)
            token.attrSet("id", _anchor(said, taken))
            if token.tag == "h1" and title == place:
                title = said
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.type in ("fence", "code_block"):
            token.attrSet("tabindex", "0")
        if token.children:
            token.children = list(_with_links_that_lead(token.children, place, folder))
    environment = {"tables": 0}
    return Document(
        f"{place.removesuffix('.md')}.html",
        title,
        Markup(markdown.renderer.render(tokens, markdown.options, environment)),
    )


def _open_table(renderer, tokens: list[Token], place: int, options, environment: dict) -> str:
    environment["tables"] += 1
    # A wide table scrolls by itself, also by keyboard.
    return f'<div class="scroll" role="region" aria-label="Table {environment["tables"]}" tabindex="0">\n<table>\n'


def _close_table(renderer, tokens: list[Token], place: int, options, environment: dict) -> str:
    return "</table>\n</div>\n"


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in ("text", "code_inline"))


def _anchor(heading: str, taken: dict[str, int]) -> str:
    """Return the anchor of a heading wherever such documents are shown: What verdicts mean, what-verdicts-mean."""
    slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    taken[slug] = taken.get(slug, -1) + 1
    return f"{slug}-{taken[slug]}" if taken[slug] else slug


def _with_links_that_lead(children: list[Token], place: str, folder: Path) -> Iterator[Token]:
    """Yield the tokens of a line; a link to what is not on the site (a file of code) is its words alone."""
    opened: list[bool] = []
    for token in children:
        if token.type == "link_open":
            target = _on_site(str(token.attrGet("href")), place, folder)
            opened.append(target is not None)
            if target is None:
                continue
            token.attrSet("href", target)
        elif token.type == "link_close" and not opened.pop():
            continue
        elif token.type == "image" and _on_site(str(token.attrGet("src")), place, folder) is None:
            token = Token("text", "", 0, content=str(escape(token.content)))
        yield token


def _on_site(target: str, place: str, folder: Path) -> str | None:
    """Return where a link of a document leads on the site; None where that is not on it."""
    if re.match(r"[a-z]+:", target) or target.startswith("#"):
        return target
    name, _, anchor = target.partition("#")
    there = posixpath.normpath(PurePosixPath(place).parent / name)
    if there.startswith("..") or not (folder / there).is_file():
        return None
    return (f"{name.removesuffix('.md')}.html" if name.endswith(".md") else name) + (f"#{anchor}" if anchor else "")
