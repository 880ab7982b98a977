"""What every face tells its reader beside the figures: whom to talk to, what words mean, how people are protected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from report.words import Code, Sentence, say


@dataclass(frozen=True)
class Support:
    """People to talk to at any hour; `number` is dialled as it stands."""

    name: str
    before: str
    number: str
    after: str = ""


NOTICE = "Before you read on"
NOTICE_SAID = "The next section is about restraint, seclusion and other restrictive practice."
SUPPORT_SAID = "If any of this is hard to read, there are people to talk to at any hour:"
SUPPORT = (
    Support("Samaritans", "call ", "116 123", ", free"),
    Support("NHS 111", "call ", "111", " and choose option 2 for mental health"),
    Support("In an emergency", "call ", "999"),
)

SUPPORT_LINES = tuple(f"{one.name}: {one.before}{one.number}{one.after}" for one in SUPPORT)

# Measures whose names speak of restraint, force, self-harm, injury or death: a reader is told so before they are named.
HARD_TO_READ = (
    "restrictive_interventions",
    "restrictive_practice_months",
    "interventions_hurting_person",
    "interventions_hurting_staff",
    "interventions_ethnicity_known",
    "debrief_held",
    "debrief_declined",
    "police_call_outs",
    "self_harm_ae_attendances",
)
HARD_NAMED = "This part names restraint, self-harm or people who got hurt."


def is_hard_to_read(measure_codes: Iterable[str | None]) -> bool:
    return not set(HARD_TO_READ).isdisjoint(measure_codes)


def notice(measure_codes: Iterable[str | None]) -> Sentence | None:
    """What stands before measures are named that are hard to read: what they speak of, and whom to call."""
    return say(HARD_NAMED, " ", Code(SUPPORT_LINES[0]), ".") if is_hard_to_read(measure_codes) else None


GLOSSARY = (
    (
        "Influence",
        "Something people said was decided on, led to a change that was made, and somebody but its owner checked it.",
    ),
    ("Told", "The people who said it, or their group, heard what became of it."),
    ("Waiting to hear", "A reply is wanted and none has been recorded."),
    ("Not received", "The figures did not come. Nobody knows what they would have said."),
    (
        "Declared",
        "The organisation stated the number; the rows behind it were not sent. Small organisations may do so.",
    ),
    ("The region", "A figure of the region is counted over those organisations that sent evidence."),
)

CHARTS = (
    "Most things go up and down by chance. These charts (statistical process control) draw the average and two limits; "
    "nearly all ordinary months lie between them. A point is marked as a signal when it lies outside the limits, when "
    "many in a row lie on one side of the average or keep rising or falling, or when several lie close to a limit. A "
    "diamond is a signal for the better, a triangle a signal for the worse, a square a signal where neither direction "
    "is better. A signal says that something changed. It does not say why."
)

AS_ENTERED = (
    "Comments, replies, opinions and asks that a named role entered are printed as they were entered: a program has "
    "looked in them for NHS numbers, postcodes, e-mail addresses and telephone numbers, and no second person read them."
)

PROTECTION = (
    "Counts of people are rounded, and small ones are left out and shown as “too few to print”; a real nought is shown "
    "as nought. Charts are drawn from the rounded counts. Where even that would show too much, the verdict stands in "
    "words alone. Counts of things, such as decisions and changes, are printed exactly. No name, number or address of "
    "a person in the evidence reaches this report, and nobody is linked from one organisation to another. Their own "
    "words never leave the warehouse; the words of a register that are printed here were written to be printed and "
    f"checked by a second person. {AS_ENTERED}"
)

SOURCES = (
    "The evidence was sent by the organisations named here. What is asked draws on the National Collaborating Centre "
    "for Mental Health’s Working Well Together and on published guidance on co-production. The rules for charts follow "
    "NHS England’s Making Data Count as implemented by NHSRplotthedots."
)
