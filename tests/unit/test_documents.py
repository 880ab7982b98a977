"""Documents become pages whose headings can be linked to and whose links all lead somewhere."""

import pytest

from assure.documents import other_files, rendered


@pytest.fixture
def written(tmp_path):
    """Call with documents by path to render them; returns their bodies by path."""

    def write(**texts: str) -> dict[str, str]:
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return {one.path: str(one.body) for one in rendered(tmp_path)}

    return write


def test_a_link_to_a_document_leads_to_its_page(written):
    pages = written(guide="[one](generated/rules.md#two-words)", generated__rules="[back](../guide.md)")
    assert 'href="generated/rules.html#two-words"' in pages["guide.html"]
    assert 'href="../guide.html"' in pages["generated/rules.html"]


def test_a_link_to_what_is_not_on_the_site_is_its_words_alone(written):
    pages = written(guide="Read [the *code*](../assure/cli.py) or [nothing](gone.md), ![a picture](gone.png).")
    assert pages["guide.html"].strip() == "<p>Read the <em>code</em> or nothing, a picture.</p>"


def test_a_link_to_a_workbook_beside_stays(written, tmp_path):
    (tmp_path / "form.xlsx").write_bytes(b"form")
    pages = written(guide="[fill in](form.xlsx) · [law](https://www.legislation.gov.uk) · [below](#here)")
    for target in ("form.xlsx", "https://www.legislation.gov.uk", "#here"):
        assert f'href="{target}"' in pages["guide.html"]
    assert other_files(tmp_path) == {"form.xlsx": b"form"}


def test_a_heading_can_be_linked_to_and_two_of_one_name_apart(written):
    pages = written(guide="# Who counts?\n\n## `held`, and why\n\n## Again\n\n## Again\n")
    for anchor in ("who-counts", "held-and-why", "again", "again-1"):
        assert f'id="{anchor}"' in pages["guide.html"]


def test_a_page_is_called_by_its_first_heading(tmp_path):
    (tmp_path / "a.md").write_text("Words.\n\n# The *name*\n\n# Another\n")
    (tmp_path / "b.md").write_text("Words alone.\n")
    assert [one.title for one in rendered(tmp_path)] == ["The name", "b.md"]


def test_a_wide_table_scrolls_by_itself_and_its_heads_are_heads(written):
    pages = written(guide="| what | why |\n|---|---|\n| a | b |\n")
    assert '<div class="scroll" role="region" aria-label="Table 1" tabindex="0">' in pages["guide.html"]
    assert pages["guide.html"].count('<th scope="col">') == 2
