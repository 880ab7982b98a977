"""How things might stand: made-up standings for tests of what is said of them."""

import datetime as dt

from loaders.status.standing import (
    AgreementEnding,
    AtTheDoor,
    BuildStopped,
    Built,
    CutMissed,
    EditionWaiting,
    Feed,
    Late,
    LoadInQuestion,
    SetAside,
    Standing,
    ToldSender,
    Untold,
)

ENDS_ON = dt.date(2027, 3, 31)
WEDNESDAY = dt.datetime(2026, 7, 29, 6, 30, tzinfo=dt.UTC)
TUESDAY_NOON = WEDNESDAY - dt.timedelta(hours=18)
MONDAY = WEDNESDAY - dt.timedelta(days=2)
LONG_AGO = WEDNESDAY - dt.timedelta(days=40)
FILE_NAME = "Ann Example 4857773457.csv"
BUILT = Built(7, WEDNESDAY - dt.timedelta(hours=4), 32, "2026-27-Q1")


def in_question(rule: str, state: str, fetched_at: dt.datetime = TUESDAY_NOON) -> LoadInQuestion:
    return LoadInQuestion(
        42, "ZX1", "complaints", FILE_NAME, state, rule, f"a heading: {FILE_NAME}", "mend it", fetched_at
    )


def standing(as_of: dt.datetime = WEDNESDAY, **parts) -> Standing:
    return Standing(as_of, **{"built": BUILT} | parts)


EVERYTHING = standing(
    MONDAY,
    feeds=(Feed("ZX1", "complaints", 3, 1, 1, 1, 40, 2, MONDAY.date()),),
    in_question=(in_question("FILE-IDENTIFIER", "refused", MONDAY), in_question("FILE-COLUMN", "held", MONDAY)),
    at_doors=(AtTheDoor("ZX1", 1, (FILE_NAME,), MONDAY),),
    late=(Late("ZX1", "incidents", ENDS_ON, ENDS_ON, dt.date(2026, 7, 26), "refused", 1),),
    set_aside=(SetAside("ZX1", "complaints", "complaint", "CMP-001", 2, 1, MONDAY.date()),),
    stopped=(BuildStopped(8, MONDAY, "building", ()), BuildStopped(9, MONDAY, "built", ())),
    cuts_missed=(CutMissed("2026-27-Q1", "ZWL", dt.date(2026, 7, 28)),),
    editions=(EditionWaiting("2026-27-Q1/ZWL/1", "2026-27-Q1", "network_comment", LONG_AGO, ENDS_ON),),
    agreements=(AgreementEnding("zx1", "incidents", None, None),),
    told=(ToldSender("ZX1", MONDAY, 1, 0, 1, 0),),
    untold=(Untold("ZX2", 3),),
)
