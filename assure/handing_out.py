"""Write an edition's faces where somebody wants them: one file, or every face in a folder named after the edition."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from report import faces, publication

PAGE_NAME = "assurance-report"
"""What the page is called outside a folder of its edition."""


@dataclass(frozen=True)
class Wish:
    """What was asked for: `out` names a file or a folder, `face` one face; `every` wants all of them."""

    out: str | None = None
    face: str | None = None
    every: bool = False

    def __post_init__(self) -> None:
        if self.every and self.face:
            raise typer.BadParameter("--all hands out every face and --face one of them; choose one of the two")
        if self.every and self.out and Path(self.out).is_file():
            raise typer.BadParameter(f"--all needs a folder, and {self.out} is a file")

    @property
    def names_a_folder(self) -> bool:
        return self.out is not None and (self.every or self.out.endswith(("/", "\\")) or Path(self.out).is_dir())

    @property
    def names_one_file(self) -> bool:
        return self.out is not None and not self.names_a_folder

    @property
    def is_for_all(self) -> bool:
        return self.every or (self.names_a_folder and not self.face)


def hand_out(edition_id: str, wish: Wish) -> list[Path]:
    """Write what was wished for, each face as it is stored, and return the paths: the page, where it is there, last."""
    wanted = None if wish.is_for_all else [wish.face or faces.PAGE]
    try:
        found = publication.contents(edition_id, wanted)
    except LookupError as error:
        raise typer.BadParameter(str(error.args[0])) from None
    named = edition_id.replace("/", "-")
    if wish.is_for_all or wish.names_a_folder:
        folder = Path(wish.out or ".") / named
        written = [(folder / name, content) for name, content in found.items()]
    else:
        ((name, content),) = found.items()
        written = [(Path(wish.out) if wish.out else Path(_alone(named, name)), content)]
    for path, content in written:
        try:
            if wish.is_for_all or wish.names_a_folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from None
    return sorted((path for path, _ in written), key=lambda path: path.name == faces.PAGE)


def _alone(named: str, face: str) -> str:
    """A face's own name, with the edition in it: evidence-pack-2026-27-Q1-QXX-1.xlsx."""
    if face == faces.PAGE:
        return f"{PAGE_NAME}-{named}.html"
    stem, dot, ending = Path(face).name.partition(".")
    return f"{stem}-{named}{dot}{ending}"
