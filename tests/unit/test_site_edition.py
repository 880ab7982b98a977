"""What the page of an edition says of its files, by what became of the edition since it was published."""

import pytest

from assure import site
from report.specimen import specimen

AS_PUBLISHED, NOW = "a" * 64, site.File("report.html", "", b"now").sha256
EDITION = specimen()


def page_of(state: str) -> str:
    """Return the page of an edition in a state."""
    facts = {**EDITION.facts, "state": state, "edition_number": 1, "published_on": EDITION.facts["data_cut_at"].date()}
    one = site.Edition(
        facts,
        (site.File("report.html", "The report", b"now"),),
        (site.Fingerprint("report.html", "The report", AS_PUBLISHED),),
        is_made_up=True,
    )
    pages = site._Pages(None, True)
    pages.add("editions/one/index.html", "edition.html", one=one.listed())
    return pages.made["editions/one/index.html"].decode()


@pytest.mark.parametrize("state", ["corrected", "withdrawn"])
def test_of_an_edition_that_changed_both_fingerprints_of_a_file_are_listed(state):
    page = page_of(state)
    assert page.count(AS_PUBLISHED) == page.count(NOW) == 1
    assert page.index(NOW) < page.index("<h2>As it was published</h2>") < page.index(AS_PUBLISHED)


def test_of_an_edition_that_is_published_one_is():
    page = page_of("published")
    assert NOW in page
    assert AS_PUBLISHED not in page
    assert "As it was published" not in page
