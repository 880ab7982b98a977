"""Look at an open page with a screen reader's rules, with an unsteady hand, and on a sheet of paper."""

WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # Of what passed, the rule alone: to name every element that did takes axe most of its time.
    "resultTypes": ["violations"],
}
CONTROLS = ("target-size", "select-name", "link-name")
"""Rules of axe-core for what can be pressed and chosen."""
SMALLEST_TARGET = 24


def barriers(page, *rules: str) -> list[tuple[str, str]]:
    """(rule, element) of what axe-core finds against WCAG 2.2 AA; fails when it did not ask contrast and `rules`."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=WCAG).response
    looked = {one["id"] for one in found["passes"]} | {one["id"] for one in found["violations"]}
    assert {"color-contrast", *rules} <= looked, "axe did not look at everything"
    return [(one["id"], node["html"][:120]) for one in found["violations"] for node in one["nodes"]]


def leave_first_rows(page) -> None:
    """Take away what is closed, and each table's rows from the fourth on: axe takes minutes over thousands of cells."""
    page.evaluate(
        """document.querySelectorAll('details:not([open]) > :not(summary), tbody tr:nth-child(n+4)')
            .forEach(one => one.remove())"""
    )


def small_targets(page) -> list[str]:
    """Whatever can be pressed and is smaller than WCAG 2.2 allows; a link inside a sentence is exempt."""
    return page.evaluate(
        """least => [...document.querySelectorAll('a, button, select, summary, input')]
            .filter(one => one.getClientRects().length && !one.matches('.skip'))
            .filter(one => !(one.tagName === 'A' && getComputedStyle(one).display === 'inline'))
            .filter(one => { const box = one.getBoundingClientRect(); return box.height < least || box.width < least; })
            .map(one => one.outerHTML.slice(0, 120))""",
        SMALLEST_TARGET,
    )


def cut_off(page) -> list[str]:
    """What is wider than the sheet, or hides a part of itself there."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main *')]
            .filter(one => one.getClientRects().length && !one.closest('svg'))
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
            .map(one => one.outerHTML.slice(0, 120))"""
    )


def empty_and_silent(page) -> list[str]:
    """Sections where a choice left nothing and nothing says so, or says so although something is left."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.nothing-here')].filter(said => {
            const seen = one => one.getClientRects().length > 0, before = [];
            for (let one = said.previousElementSibling; one && !one.matches('.nothing-here');
                one = one.previousElementSibling) before.push(one, ...one.querySelectorAll('tr, li, figure'));
            return before.some(one => one.dataset.from && seen(one)) === seen(said);
        }).map(said => said.closest('section').id)"""
    )
