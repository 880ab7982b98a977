"""The report in a real browser: for people who cannot see it, on a phone, in the dark, on paper, offline."""

import itertools

import pytest

from tests.browser.looking import CONTROLS, barriers, cut_off, small_targets

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_there_is_no_barrier_that_a_machine_can_find(opened, width, scheme):
    page = opened(width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert barriers(page, *CONTROLS) == []


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_the_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_page_one_fits_on_one_screen(opened):
    page = opened()
    assert page.evaluate("document.getElementById('page-one').getBoundingClientRect().bottom") <= 1400


def test_page_one_fits_on_one_sheet_of_paper(opened):
    # A4 less its margins, in CSS pixels.
    page = opened(width=687)
    page.emulate_media(media="print")
    assert page.evaluate("document.getElementById('page-one').getBoundingClientRect().bottom") <= 1016


def test_nothing_is_cut_off_on_paper(opened):
    page = opened(width=687)
    page.emulate_media(media="print")
    assert cut_off(page) == []


def test_the_report_prints(opened):
    page = opened()
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000


def test_print_opens_the_numbers_behind_the_charts(opened):
    page = opened()
    cell = page.locator("details td").first
    assert not cell.is_visible()
    page.emulate_media(media="print")
    assert cell.is_visible()


def test_the_report_asks_for_nothing_but_itself(opened, report_url):
    page = opened()
    page.emulate_media(media="print")
    assert page.asked_for == [report_url]


def test_the_first_tab_leads_past_the_head(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to page one"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


def test_a_chart_is_drawn_once_at_each_width_and_inside_the_page(opened):
    for width, shown, hidden in ((1280, ".wide", ".narrow"), (320, ".narrow", ".wide")):
        page = opened(width)
        figure = page.locator("figure:has(svg)").first
        assert figure.locator(f"{shown} svg").is_visible()
        assert not figure.locator(f"{hidden} svg").is_visible()
        box = figure.locator(f"{shown} svg").bounding_box()
        assert box["x"] + box["width"] <= width


def test_letters_in_a_chart_are_large_enough_to_read(opened):
    for width in (320, 1280):
        page = opened(width)
        heights = page.evaluate(
            "[...document.querySelectorAll('figure svg text')]"
            ".map(one => one.getBoundingClientRect().height).filter(high => high)"
        )
        assert min(heights) >= 11


def test_a_chart_is_named_by_its_finding_and_described_in_words(opened):
    page = opened()
    for figure in page.locator("figure").all():
        for attribute in ("aria-labelledby", "aria-describedby"):
            assert page.locator(f"#{figure.get_attribute(attribute)}").inner_text().strip()


def test_on_a_phone_the_chain_reads_downwards(opened):
    page = opened(320)
    row = page.locator("table.chain tbody tr").first
    cells = [cell.bounding_box() for cell in row.locator("th, td").all() if cell.is_visible()]
    assert [cell["y"] for cell in cells] == sorted(cell["y"] for cell in cells)
    assert len({cell["x"] for cell in cells}) == 1


def test_who_wants_less_motion_gets_none(opened):
    page = opened(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_page_says_what_language_it_is_in_and_has_one_first_heading(opened):
    page = opened()
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels))


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_that_can_be_pressed_is_large_enough_to_hit(opened, width):
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert small_targets(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_uses_the_keyboard_sees_where_they_are(opened, scheme):
    """Each stop has an outline of its own, and no stop hides behind the bar that stays at the top."""
    page = opened(height=900, color_scheme=scheme, reduced_motion="reduce")
    stops = []
    for _ in range(80):
        page.keyboard.press("Tab")
        stops.append(
            page.evaluate(
                """() => {
                    const at = document.activeElement, style = getComputedStyle(at);
                    const bar = document.querySelector('.choose'), edge = bar.getBoundingClientRect();
                    const isCovered = !bar.contains(at) && edge.top < 1 && at.getBoundingClientRect().top < edge.bottom
                        && at.getBoundingClientRect().bottom <= edge.bottom;
                    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
                    return [at.outerHTML.slice(0, 80), outlined, !isCovered];
                }"""
            )
        )
    assert len({what for what, _, _ in stops}) > 40
    assert [what for what, outlined, _ in stops if not outlined] == []
    assert [what for what, _, seen in stops if not seen] == []


def test_in_the_reader_s_own_colours_charts_keep_their_lines(opened):
    page = opened(forced_colors="active")
    drawn = page.evaluate(
        """() => [...document.querySelectorAll('figure .wide svg path')].map(one => {
            const style = getComputedStyle(one);
            return [style.stroke, style.fill];
        }).flat().filter(one => one !== 'none')"""
    )
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(drawn) > 50
    assert sum(colour == paper for colour in drawn) < len(drawn) / 2
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")


def test_shapes_alone_tell_the_signals_apart(opened):
    """Without any colour, the kinds of points still have different outlines."""
    page = opened()
    figure = page.locator("figure:has(svg)").filter(has_text="Signal").first
    outlines = figure.evaluate(
        """one => new Set([...one.querySelectorAll('.wide .mark-symbol.role-legend-symbol path')]
            .map(path => path.getAttribute('d').replace(/[-\\d.e]+/g, '#'))).size"""
    )
    kinds = figure.locator(".wide .role-legend-label text").count()
    assert outlines == kinds > 1
