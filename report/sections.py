"""Name and open each section alike in every face: its title, its first words, and what stands where nothing came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """`key` is its place on the page; `none` stands where nothing came that it could tell."""

    key: str
    title: str
    said: str = ""
    none: str = ""


QUESTIONS = Section("questions", "Six questions, and where the answer stands")
BECAUSE = Section(
    "because",
    "What changed because of what people said",
    "A change stands here when it was linked to a decision on something people said, was made, and was checked by "
    "somebody other than its owner. Whether a measure moved is judged with limits fixed before the change. “Associated "
    "with” is as far as these records go: other things happened too.",
    "No change in this edition meets all of that.",
)
CHAIN = Section(
    "chain",
    "Everything said, and what became of it",
    "Organisations stand in alphabetical order. Each line is one thing said that was received, decided, changed or "
    "answered this quarter, or that still waits. Words are printed once a second person has checked that they name "
    "nobody; until then only the dates and codes stand here.",
)
INFLUENCE = Section(
    "influence",
    "Influence",
    "How much of what people said led to something a person using the service would notice. A small number of things "
    "said is printed as “so many of so many”, without a percentage. A decision takes time to become a change that "
    "somebody has checked, so every decision is followed for the same time, and those that are too new are counted but "
    "not judged.",
    "No evidence about influence was received.",
)
DECLINED = Section(
    "declined",
    "Declined, and why",
    "Saying no can be right. People are owed the reason, and to hear it.",
    "No evidence about refusals was received.",
)
TOLD_BACK = Section(
    "told-back",
    "Told back",
    "Everything said ends in one of four ways: told, no reply wanted, cannot be reached, or waiting to hear.",
    "No evidence about telling people back was received.",
)
PROMISES = Section(
    "promises",
    "Promises and their dates",
    "A promise is judged against the first date that was ever given. Moving the date later does not make a late change "
    "punctual.",
    "No change was due, made or overdue.",
)
ROOM = Section(
    "room",
    "Who was in the room, and how",
    "Counts of people are rounded, and left out where they are small. Groups under ten are not asked about their "
    "characteristics, so these records cannot say who stayed away or why.",
    "No evidence about sessions was received.",
)
RESTRICTIVE = Section(
    "restrictive",
    "Restrictive practice",
    "Each chart shows whether something has changed beyond what varies by chance. It cannot show how it felt to the "
    "person.",
    "No evidence about restrictive practice was received. That does not mean that there was none.",
)
ACCESS = Section(
    "access",
    "Access, and contacts to ask what is happening",
    "Complaints about getting help, and contacts from people who had to ask what is happening with a referral.",
    "No evidence about access was received.",
)
EXPERIENCE = Section("experience", "What people say of their care")
NETWORK = Section(
    "network", "What the network says about this report", none="No comments have been recorded in this edition."
)
TO_DECIDE = Section(
    "to-decide",
    "For the committee to decide",
    "An opinion, a sponsor and what is asked are entered by a named role. Nothing of this is computed.",
    "Nobody has entered a question for the committee.",
)
RESTATED = Section("restated", "Restated since the last edition")
CLAIMS = Section(
    "claims",
    "Claims, and what the records show",
    "An organisation’s own account of its work is held against its records, and against what members say. Where the "
    "account stands above them, it is told here. That is something to look into, not a verdict: records can be "
    "incomplete too.",
)
TO_PUT_RIGHT = Section(
    "to-put-right",
    "What is to be put right",
    "What the records say each organisation still owes, oldest first. It is a list of things to do, not a score.",
    "Nothing found to put right.",
)
DATA = Section(
    "data",
    "Data quality and coverage",
    "What was asked for, what came, and what was set aside because it broke a rule. What did not come is shown as not "
    "received. It is never counted as nothing.",
    "No returns were due.",
)
ANNEX = Section("annex", "Annex: how to read this report")

IN_ORDER = (
    QUESTIONS, BECAUSE, CHAIN, INFLUENCE, DECLINED, TOLD_BACK, PROMISES, ROOM, RESTRICTIVE, ACCESS, EXPERIENCE,
    NETWORK, TO_DECIDE, RESTATED, CLAIMS, TO_PUT_RIGHT, DATA, ANNEX,
)  # fmt: skip
"""The order in which the page tells them."""
