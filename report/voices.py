"""Tell what the network and others say of an edition, whom the draft was sent to, and what the committee is asked.

Nothing here is computed: it is what people entered or sent, in their words, with the role and the day.
"""

from __future__ import annotations

import re

from report import words
from report.rows import REGION, Edition, Row
from report.tables import Table
from report.words import Code, Sentence, Words, day, out_of, paragraph, say, sentence

NETWORK = "network"
SIGNED = ("signed_off", "published", "corrected")
ASKS_ON_PAGE_ONE = 2
# What a named role enters beside the asks: its kind, its heading, and what is said where nobody did.
ENTERED = (
    ("opinion", "Opinion on this edition", "Nobody has entered an opinion."),
    ("sponsor", "Sponsor", "No sponsor has been entered."),
)
ANSWERS = {
    "comment": "commented",
    "nothing_to_add": "nothing to add",
    "declined": "declined to comment",
    "waiting": "no answer recorded",
}


# Page one


def network_in_short(edition: Edition, most: int) -> Sentence:
    """What the network says of this edition in its own first sentence, or how it comes that it says nothing."""
    about_this, about_before, _ = _by_what_it_is_about(edition, _said_by_the_network(edition))
    shown = [*about_this, *about_before]
    return paragraph(
        _first_words(about_this[-1], most) if about_this else answer_of_the_network(edition),
        say("Of an earlier edition it said: ", _first_words(about_before[-1], most))
        if about_before and not about_this
        else None,
        sentence("not all has a reply yet") if any(_is_waiting(row) for row in shown) else None,
        sentence("in full below") if shown else None,
    )


def asked_of_the_committee(edition: Edition, most: int) -> Sentence:
    asks = of_kind(edition, "ask")
    if not asks:
        return sentence("nobody has entered a question for the committee yet")
    return paragraph(
        *(
            # What is to be decided is cut last of all: half a question cannot be answered.
            sentence(
                Words(words.within(row["words"], 2 * most)), " (", Words(words.lowered(row["entered_by_role"])), ")"
            )
            for row in asks[:ASKS_ON_PAGE_ONE]
        ),
        sentence("more below") if len(asks) > ASKS_ON_PAGE_ONE else None,
    )


def first_sentence(text: str) -> str:
    """The first sentence of somebody's words, whole."""
    return re.split(r"(?<=[.!?…])\s+|\n", text.strip(), maxsplit=1)[0]


def _first_words(row: Row, most: int) -> Sentence:
    return say(Words(words.within(first_sentence(row["comment"]), most), is_quoted=True))


def _said_by_the_network(edition: Edition) -> list[Row]:
    return [row for row in edition.challenges if row["raised_by_kind"] == NETWORK and row["comment"]]


def newest_of_the_network(edition: Edition) -> Row | None:
    """Its newest comment about this quarter's report."""
    return next(reversed(_by_what_it_is_about(edition, _said_by_the_network(edition))[0]), None)


def _by_what_it_is_about(edition: Edition, rows: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Comments about an edition of this quarter, those about an earlier one, and those about any other or none."""
    of_this, before, other = [], [], []
    for row in rows:
        about = (row["about_edition_id"] or "").split("/")[0]
        (of_this if about == edition.quarter_id else before if "" < about < edition.quarter_id else other).append(row)
    return of_this, before, other


def _is_waiting(row: Row) -> bool:
    return row["replied_on"] is None and not row["reply"]


# Who was asked


def answer_of_the_network(edition: Edition) -> Sentence:
    """Whether the network was sent the draft, and what it answered."""
    facts = edition.facts
    asked = next((row for row in edition.answers if row["party"] == NETWORK), None)
    if asked is None:
        if _was_signed(facts):
            return sentence("this edition was signed off without being shared with the network")
        if facts["state"] == "withdrawn":
            return sentence("this draft was withdrawn without being shared with the network")
        return sentence("this draft has not been shared with the network")
    on = day(asked["answered_on"])
    if asked["answer"] == "declined":
        return sentence("the network was sent the draft and declined to comment, on ", on)
    if asked["answer"] == "nothing_to_add":
        return sentence("the network read the draft and had nothing to add, on ", on)
    if asked["answer"] == "comment":
        return sentence("the network read the draft and commented, on ", on)
    sent = day(facts["shared_for_comment_on"])
    if _was_signed(facts):
        return sentence("the network was sent the draft on ", sent, " and gave no answer")
    if facts["state"] == "withdrawn":
        return sentence("the network was sent the draft on ", sent, ", which was withdrawn before it gave an answer")
    return sentence("the network has had the draft since ", sent, " and can comment until ", _closes_on(edition))


def _was_signed(facts: Row) -> bool:
    return facts["state"] in SIGNED or bool(facts.get("signed_off_on"))


def _closes_on(edition: Edition) -> object:
    return day(edition.facts["comment_closes_on"])


def answers(edition: Edition) -> Table | None:
    """Who was sent the draft: the network first, then organisations in alphabetical order."""
    if not edition.answers:
        return None
    rows = sorted(edition.answers, key=lambda row: (row["party"] != NETWORK, row["party_name"] or "", row["party"]))
    return Table(
        "answers",
        say(
            "Who was sent the draft on ",
            day(edition.facts["shared_for_comment_on"]),
            " for comment until ",
            _closes_on(edition),
        ),
        ["Who", "Answer", "Day", "Entered by"],
        [
            (
                "The network" if row["party"] == NETWORK else Words(row["party_name"] or row["party"]),
                [
                    ANSWERS.get(row["answer"], "no answer recorded"),
                    day(row["answered_on"], "none yet"),
                    Words(row["answered_by_role"]) if row["answered_by_role"] else "nobody yet",
                ],
            )
            for row in rows
        ],
    )


# The section


def comments(edition: Edition) -> list[tuple[str, list[Row]]]:
    """Every comment under whose it is and what it is about, in the order they were raised."""
    from_network = [row for row in edition.challenges if row["raised_by_kind"] == NETWORK]
    from_others = [row for row in edition.challenges if row["raised_by_kind"] != NETWORK]
    now, before, other = _by_what_it_is_about(edition, from_network)
    groups = [
        ("", now),
        ("What it said about an earlier edition", before),
        ("What it said about another edition", other),
        ("What others said", from_others),
    ]
    return [(heading, rows) for heading, rows in groups if rows]


def whose(row: Row) -> Sentence:
    """Who raised a comment, when, about which figure and edition."""
    if row["raised_by_kind"] == NETWORK:
        who = say("The network")
    else:
        who = say(Words(words.opened(row["raised_by_name"] or "somebody, not recorded who")))
    return say(
        who,
        ", ",
        day(row["raised_on"]),
        say(", entered by the ", Words(words.lowered(row["raised_by_role"]))) if row["raised_by_role"] else None,
        say(", about ", Code(row["about_edition_id"])) if row["about_edition_id"] else None,
        say(", figure ", Code(row["about_figure_id"])) if row["about_figure_id"] else None,
    )


def came_of_it(row: Row) -> Sentence:
    """What a register says came of a comment."""
    return say(
        Words(row["outcome_label"]) if row["outcome_label"] else None,
        say(": action ", Code(row["promised_action_id"])) if row["promised_action_id"] else None,
    )


def of_kind(edition: Edition, kind: str) -> list[Row]:
    """What a named role entered: opinion, sponsor or ask, in order."""
    return sorted(
        (row for row in edition.asks if row["kind"] == kind), key=lambda row: (row["ask_number"] or 0, row["entry_id"])
    )


# Told back, as both sides say


def told_by_both(edition: Edition) -> Table | None:
    """Whether people were told, as the register says and as members say whom their network asked, side by side."""
    asked = [
        (organisation["organisation_code"], say(Words(organisation["organisation_name"])))
        for organisation in edition.organisations
        if edition.one("told_by_members", "numerator", organisation["organisation_code"])
    ]
    if not asked:
        return None
    return Table(
        "told-by-both",
        "Told what happened, as the register says and as members say",
        [
            "Organisation",
            "The register: told, of what was decided in a year",
            "Members: say they were told, of those asked",
        ],
        [
            (
                name,
                [
                    out_of(*(edition.one(code, part, organisation) for part in ("numerator", "denominator")))
                    for code in ("told_by_register", "told_by_members")
                ],
            )
            for organisation, name in [*asked, (REGION, "The region")]
        ],
    )


# Corrections and withdrawals


def what_became_of_it(edition: Edition) -> Sentence:
    """Why an edition was withdrawn or corrected, and what the edition that it corrects had wrong."""
    facts = edition.facts
    said = [
        _reasons(say("withdrawn on ", day(facts["withdrawn_on"])), None, facts["withdrawn_because"])
        if facts.get("withdrawn_because")
        else None,
        _reasons(
            say("corrected on ", day(facts["corrected_on"]), _by_edition(facts)),
            facts["was_wrong"],
            facts["corrected_because"],
        )
        if facts.get("was_wrong")
        else None,
        _reasons(
            say("this edition corrects ", Code(facts["corrects_edition_id"])),
            facts["corrects_was_wrong"],
            facts["corrects_because"],
        )
        if facts.get("corrects_was_wrong")
        else None,
    ]
    return paragraph(*said)


def _by_edition(facts: Row) -> Sentence | None:
    by = facts.get("corrected_by_edition_id")
    return say(" by ", Code(by)) if by else None


def _reasons(what: Sentence, was_wrong: str | None, because: str) -> Sentence:
    return paragraph(
        sentence(what),
        say("What was wrong: ", sentence(Words(was_wrong))) if was_wrong else None,
        say("Why: ", sentence(Words(because))),
    )
