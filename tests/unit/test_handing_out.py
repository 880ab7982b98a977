"""What was asked for decides whether one file is written or a folder of them."""

import pytest
import typer

from assure.handing_out import Wish, _alone


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "page.html").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("wish", "is_for_all", "names_one_file"),
    [
        (Wish(), False, False),
        (Wish("page.html"), False, True),
        (Wish("there"), True, False),
        (Wish("to_come/"), True, False),
        (Wish("to_come"), False, True),
        (Wish("to_come", every=True), True, False),
        (Wish(every=True), True, False),
        (Wish("there", face="figures.csv"), False, False),
        (Wish("some.csv", face="figures.csv"), False, True),
        (Wish(face="figures.csv"), False, False),
    ],
)
def test_a_folder_is_one_that_is_there_or_ends_in_a_slash(folder, wish, is_for_all, names_one_file):
    assert (wish.is_for_all, wish.names_one_file) == (is_for_all, names_one_file)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"face": "figures.csv", "every": True}, "choose one of the two"),
        ({"out": "page.html", "every": True}, "page.html is a file"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(folder, asked, reason):
    with pytest.raises(typer.BadParameter, match=reason):
        Wish(**asked)


@pytest.mark.parametrize(
    ("face", "name"),
    [
        ("report.html", "assurance-report-2026-27-Q1-QXX-1.html"),
        ("evidence-pack.xlsx", "evidence-pack-2026-27-Q1-QXX-1.xlsx"),
        ("figures.csv-metadata.json", "figures-2026-27-Q1-QXX-1.csv-metadata.json"),
        ("providers/QX1.pdf", "QX1-2026-27-Q1-QXX-1.pdf"),
    ],
)
def test_a_face_outside_its_folder_has_its_edition_in_its_name(face, name):
    assert _alone("2026-27-Q1-QXX-1", face) == name
