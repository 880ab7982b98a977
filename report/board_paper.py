"""The board paper: page one, then every section told more briefly, in at most eight pages and an annex.

A long list is told as far as there is room; the rest of it stands in the annex, and the paper says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from report import board_annex, board_voices, chain, guide, owing, page_one, sections, series, tables, typeset, words
from report.rows import Edition, Row
from report.tables import Table
from report.typeset import Block, Box, Columns, Drawn, Facts, Grid, Heading, NewPage, Paper, Points, Prose, Quote
from report.words import Code, Words, day, say, sentence

TITLE = "Co-production assurance report"
MOST_PAGES = 8
# How much of each list the pages tell; what does not fit is told in the annex. At nought all that has no set length
# stands there, so that the last step needs no check.
TELL = (12, 8, 6, 5, 4, 3, 2, 1, 0)
# A line is short: for each long piece of another list, so many lines of this one.
LINES_FOR_EACH = 12

Pages = tuple[list[Block], list[Block]]
"""What the pages say, and what the annex adds."""


def render(edition: Edition) -> bytes:
    """Return the board paper of an edition as PDF/UA."""
    return typeset.pdf(paper(edition))


def paper(edition: Edition) -> Paper:
    """The paper with as much in its pages as they hold."""
    told = _Told(edition)
    fits = bisect_left(
        TELL, True, hi=len(TELL) - 1, key=lambda most: typeset.page_count(_paper(told, most)) <= MOST_PAGES
    )
    return _paper(told, TELL[fits])


class _Told:
    """What every fitting of the paper tells from: made once, not once for each."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.stories = chain.stories(edition)
        self.chain = chain.chain(edition)
        self.findings = tables.findings(edition)
        self.promises = tables.promises(edition)
        self.quality = tables.data_quality(edition)
        self.side_by_side = board_annex.side_by_side(edition)
        self.how_to_read = board_annex.how_to_read(edition)
        self.told_curve = series.told_back(edition)
        self.restrictive = series.series_charts(edition, tables.RESTRICTIVE)
        self.access = series.series_charts(edition, tables.ACCESS)
        self.experience = series.series_charts(edition, series.other_measures(edition, is_of_annex=False))


def _paper(told: _Told, most: int) -> Paper:
    edition = told.edition
    writers: Sequence[Callable[[_Told, int], Pages]] = (
        _because,
        _declined,
        _told_back,
        _promises,
        _room,
        _restrictive,
        _access,
        _experience,
        _network,
        _to_decide,
        _to_put_right,
        _data,
    )
    body, annex = [*_page_one(edition), NewPage()], []
    for write in writers:
        shown, more = write(told, most)
        body += shown
        annex += more
    return Paper(
        edition=edition,
        title=TITLE,
        under=say(
            Words(edition.facts["icb_name"] or edition.facts["icb_code"]), " · ", words.quarter(edition.quarter_id)
        ),
        banner=page_one.banner(edition),
        body=body,
        annex=[*told.side_by_side, *annex, *told.how_to_read],
    )


# Page one: the same sentences as the page


def _page_one(edition: Edition) -> list[Block]:
    changed, answers = page_one.fitted(edition)
    blocks: list[Block] = [Heading(page_one.heading(changed))]
    if not changed:
        blocks.append(Prose(page_one.NOTHING_CHANGED))
    for one in changed:
        blocks += [Heading(say(one.title), 2), Facts(one.facts)]
    return [*blocks, Columns([_answered(one) for one in answers])]


def _answered(one: page_one.Answer) -> list[Block]:
    return [Heading(one.question, 2), *([Prose(one.notice, "leads")] if one.notice else []), Prose(one.said)]


# The sections


def _because(told: _Told, most: int) -> Pages:
    edition = told.edition
    shown, rest = told.stories[:most], told.stories[most:]
    body: list[Block] = opened(sections.BECAUSE)
    if not told.stories:
        body.append(Prose(sections.BECAUSE.none))
    for story in shown:
        body += story_blocks(story)
    body += board_annex.elsewhere(shown, rest)
    body += of_region(tables.measures(edition, tables.INFLUENCE))
    annex: list[Block] = []
    if rest:
        annex += [Heading("Other changes because of what people said"), Grid(_changes(rest), (3.4, 2, 1.4, 2, 2))]
    return body, annex


def story_blocks(story: chain.Story) -> list[Block]:
    """One change as the paper tells it: what was said, and what came of it."""
    spoken = [row for row in story.said if row["said"]]
    blocks: list[Block] = [Heading(say(story.heading), 2)]
    if spoken:
        first = spoken[0]
        blocks.append(
            Quote(
                say(Words(first["said"], is_quoted=True)),
                say("Said ", day(first["received_on"]), ", by ", Words(page_one.given_by(first))),
            )
        )
    rows = [*story.changed.facts]
    if story.why:
        rows.insert(1, ("Why", story.why))
    return [*blocks, Facts([*rows, ("Told", story.told)])]


def _changes(stories: Sequence[chain.Story]) -> Table:
    rows = [
        (
            say(story.heading),
            [story.changed.asked_by, story.changed.different, story.changed.checked, story.changed.moved],
        )
        for story in stories
    ]
    heads = ["What changed", "Asked by", "In place", "Checked by", "Measure"]
    return Table("changes", "Changes that count as influence", heads, rows)


def _declined(told: _Told, most: int) -> Pages:
    edition = told.edition
    measured = tables.measures(edition, tables.DECLINED)
    reasons = tables.reasons(edition)
    body = [*opened(sections.DECLINED), *side_by_side(of_region(measured), of_region(reasons))]
    if not measured:
        body.append(Prose(sections.DECLINED.none))
    links = [
        (organisation, link, place)
        for organisation, links in told.chain
        for place, link in enumerate(one for one in links if one.row["outcome"] in ("declined", "deferred"))
    ]
    # A reason in checked words tells a reader most. The first of each organisation comes before anybody's second.
    links.sort(key=lambda one: (one[1].row["reason"] is None, one[2]))
    body += _refusals(links[:most], "Some of what was declined or put off, and the reason given")
    body += board_annex.elsewhere(links[:most], links[most:])
    annex = _refusals(links[most:], "What was declined or put off, and the reason given")
    if annex:
        annex.insert(0, Heading("Declined or put off"))
    return body, annex


def _refusals(links: Sequence[tuple[Row, chain.Link, int]], caption: str) -> list[Block]:
    if not links:
        return []
    rows = [
        (link.said, [Words(organisation["organisation_name"]), link.decided, link.why, link.told])
        for organisation, link, _ in links
    ]
    heads = ["What was said", "Where", "Decided", "Why", "Told"]
    return [Grid(Table("refusals", caption, heads, rows), (2.6, 1.7, 1.5, 2.6, 1.4))]


def _told_back(told: _Told, most: int) -> Pages:
    edition = told.edition
    measured = tables.measures(edition, tables.TOLD_BACK)
    ends = tables.counts(edition, tables.ENDED)
    body = opened(sections.TOLD_BACK)
    drawn = [Drawn(told.told_curve)] if told.told_curve and told.told_curve.drawing else []
    body += side_by_side(drawn, [*of_region(measured), *of_region(ends)])
    if not (told.told_curve or measured or ends):
        body.append(Prose(sections.TOLD_BACK.none))
    return body, []


def _promises(told: _Told, most: int) -> Pages:
    edition = told.edition
    measured = tables.measures(edition, tables.PROMISES)
    overdue = sorted(
        (row for row in edition.changes if row["promise_state"] == "overdue"),
        key=lambda row: (row["original_due_on"], row["organisation_code"], row["change_id"]),
    )
    body = [*opened(sections.PROMISES), *of_region(measured)]
    if overdue[:most]:
        rows = [
            (
                words.public(row["changed"], row["changed_words_state"]),
                [
                    Words(row["organisation_name"]),
                    Words(row["owner_role"]) if row["owner_role"] else "Nobody named",
                    day(row["original_due_on"]),
                ],
            )
            for row in overdue[:most]
        ]
        heads = ["Change", "Where", "Who owns it", "First promised for"]
        caption = "Overdue for longest" if overdue[most:] else "Overdue, oldest first"
        body.append(Grid(Table("overdue", caption, heads, rows), (3, 2, 1.6, 1.2)))
    if not told.promises:
        body.append(Prose(sections.PROMISES.none))
    else:
        body.append(Prose("Every change that was due, made or overdue stands in the annex.", "quiet"))
    grids = [Grid(table, (3, 1.5, 1.2, 1.2, 1.2, 1.7)) for table in told.promises]
    return body, [Heading(sections.PROMISES.title), *grids] if grids else []


def _room(told: _Told, most: int) -> Pages:
    measured = of_region(tables.measures(told.edition, tables.ROOM))
    return [*opened(sections.ROOM), *(measured or [Prose(sections.ROOM.none)])], []


def _restrictive(told: _Told, most: int) -> Pages:
    body, annex = _charted(sections.RESTRICTIVE, told.restrictive, most)
    notice = Box(
        [
            Heading(guide.NOTICE),
            Prose(guide.NOTICE_SAID),
            Prose(guide.SUPPORT_SAID, "leads"),
            Points([Code(line) for line in guide.SUPPORT_LINES]),
        ]
    )
    # Whoever opens the annex has not read the page before it.
    return [notice, *body], [notice, *annex] if annex else []


def _access(told: _Told, most: int) -> Pages:
    body, annex = _charted(sections.ACCESS, told.access, most)
    return body + of_region(tables.counts(told.edition, tables.LEFT_OUT)), annex


def _experience(told: _Told, most: int) -> Pages:
    return _charted(sections.EXPERIENCE, told.experience, most) if told.experience else ([], [])


def _charted(section: sections.Section, found: Sequence[series.Chart], most: int) -> Pages:
    """A section of charts: as many as there is room for, drawn ones first; what stands in words alone is a list."""
    body = opened(section)
    if not found:
        body.append(Prose(section.none))
    ordered = sorted(found, key=lambda chart: chart.drawing is None)
    shown, rest = ordered[:most], ordered[most:]
    body += _drawings(shown)
    annex: list[Block] = []
    if rest:
        body += board_annex.elsewhere(shown, rest, "The charts stand in the annex.")
        annex = [Heading(section.title), *_drawings(rest)]
    return body, annex


def _drawings(found: Sequence[series.Chart]) -> list[Block]:
    drawn = [chart for chart in found if chart.drawing]
    told = [say(sentence(chart.title), " ", chart.described) for chart in found if not chart.drawing]
    pairs = drawn[: len(drawn) // 2 * 2]
    blocks: list[Block] = [Columns([[Drawn(chart)] for chart in pairs])] if pairs else []
    blocks += [Drawn(chart, is_alone=True) for chart in drawn[len(pairs) :]]
    return [*blocks, Points(told)] if told else blocks


def _network(told: _Told, most: int) -> Pages:
    return board_voices.network(told.edition, most)


def _to_decide(told: _Told, most: int) -> Pages:
    return board_voices.to_decide(told.edition, most)


def _to_put_right(told: _Told, most: int) -> Pages:
    body = opened(sections.TO_PUT_RIGHT)
    # All organisations or none: nobody stands in the annex for the first letter of a name.
    warned = guide.notice(row.get("measure_code") for _, rows in told.findings for row, _ in rows)
    notice: list[Block] = [Prose(warned, "leads")] if warned else []
    shown = most if len(told.findings) <= most * LINES_FOR_EACH else 0
    body += notice if shown else []
    annex: list[Block] = []
    for organisation, rows in told.findings:
        name = Heading(say(Words(organisation["organisation_name"])), 2)
        if shown:
            body += [name, *(owing.owed(rows[:shown]) if rows else [Prose(sections.TO_PUT_RIGHT.none)])]
            body += board_annex.elsewhere(rows[:shown], rows[shown:])
        if rows[shown:]:
            annex += [name, *owing.owed(rows[shown:])]
        elif not shown:
            annex += [name, Prose(sections.TO_PUT_RIGHT.none)]
    if not shown:
        body += board_annex.elsewhere((), told.findings)
    title = Heading("More that is to be put right" if shown else sections.TO_PUT_RIGHT.title)
    return body, [title, *notice, *annex] if annex else []


def _data(told: _Told, most: int) -> Pages:
    edition = told.edition
    body = [*opened(sections.DATA), *of_region(tables.measures(edition, tables.COVERED))]
    every = [line for one in edition.organisations for line in owing.returns(edition, one)]
    room = most * LINES_FOR_EACH
    lines = (
        [line for one in edition.organisations for line in owing.returns(edition, one, room)]
        if len(every) <= room
        else []
    )
    body += [Points(lines)] if lines else []
    body += board_annex.elsewhere(lines, every if lines != every else [])
    if not every:
        body.append(Prose(sections.DATA.none))
    evidence = tables.evidence(edition)
    annex: list[Block] = [Points(every)] if lines != every else []
    annex += [Grid(evidence, (3, 2))] if evidence else []
    annex += [Grid(table, (3, 1, 1, 1, 1)) for table in told.quality]
    return body, [Heading(sections.DATA.title), *annex] if annex else []


# A section's beginning, and tables as a paper has room for them


def opened(section: sections.Section) -> list[Block]:
    return [Heading(section.title), *([Prose(section.said, "leads")] if section.said else [])]


def of_region(table: Table | None) -> list[Block]:
    """A table with the region's column alone: the pages tell the region, the annex each organisation."""
    if table is None:
        return []
    rows = [(head, [cells[-1]]) for head, cells in table.rows]
    return [Grid(Table(table.key, table.caption, [table.heads[0], table.heads[-1]], rows), (3, 2))]


def side_by_side(left: list[Block], right: list[Block]) -> list[Block]:
    """Two pieces in two columns; one alone has the line to itself."""
    return [Columns([left, right])] if left and right else [*left, *right]
