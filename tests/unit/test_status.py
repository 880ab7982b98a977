"""Show how things stand, said three ways; what a data team is told in the morning, and what interrupts it."""

import dataclasses
import datetime as dt
import json

import pytest

from assure import screen
from loaders.senders.provider import load_providers
from loaders.status import digest, interruptions, page
from loaders.status.message import MOST_LINES, Message, Part
from loaders.status.reading import agreements_ending
from loaders.status.standing import (
    AgreementEnding,
    AtTheDoor,
    BuildStopped,
    EditionWaiting,
    Late,
    SetAside,
    Standing,
    ToldSender,
    Untold,
)
from tests.standings import BUILT, ENDS_ON, EVERYTHING, FILE_NAME, LONG_AGO, MONDAY, WEDNESDAY, in_question, standing


def told(one: Standing) -> dict[str, tuple[str, ...]]:
    """Return what the message of the morning says, by heading; nothing where there is no message."""
    message = digest.of_the_morning(one)
    return {part.heading: part.lines for part in message.parts} if message else {}


@pytest.mark.parametrize(
    ("days_before", "said"),
    [
        (61, []),
        (60, ["ends on 31 March 2027, in 60 days"]),
        (7, ["ends on 31 March 2027, in 7 days"]),
        (1, ["ends on 31 March 2027, in 1 day"]),
        (-1, ["ended on 31 March 2027; nothing is fetched"]),
    ],
)
def test_an_agreement_that_ends_is_told_from_sixty_days_on(days_before: int, said: list[str]) -> None:
    charity = load_providers()["zw3"]
    found = agreements_ending([charity], ENDS_ON - dt.timedelta(days=days_before))
    assert [one.said.partition("its agreement ")[2] for one in found] == said


def test_the_most_urgent_agreement_comes_first():
    assert [one.said for one in agreements_ending(load_providers().values(), dt.date(2100, 1, 1))] == sorted(
        one.said for one in agreements_ending(load_providers().values(), dt.date(2100, 1, 1))
    )


# ---- The message of the morning ------------------------------------------------------------------------------------


def test_nothing_is_said_where_there_is_nothing_to_say():
    assert digest.of_the_morning(standing()) is None
    assert digest.of_the_morning(Standing(WEDNESDAY)) is None


@pytest.mark.parametrize("day", [dt.date(2026, 8, 1), dt.date(2026, 8, 31)])
def test_nothing_is_said_at_a_weekend_or_on_a_bank_holiday(day):
    as_of = dt.datetime.combine(day, dt.time(6, 30), dt.UTC)
    held = (in_question("FILE-SHRUNK", "held"),)
    assert digest.of_the_morning(standing(as_of, in_question=held, built=None)) is None


def test_a_held_load_needs_somebody_each_day_until_it_is_decided():
    held = standing(in_question=(in_question("FILE-SHRUNK", "held", LONG_AGO),))
    said = "Load 42 held: ZX1 complaints: the file is much smaller than the ones before it (FILE-SHRUNK)"
    assert told(held) == {"Needs you today": (f"{said}; assure status zx1 says more",)}


def test_a_file_with_identifiers_is_told_once_and_a_refused_one_not_at_all():
    new, old = in_question("FILE-IDENTIFIER", "refused"), in_question("FILE-IDENTIFIER", "refused", LONG_AGO)
    (line,) = told(standing(in_question=(new, old, in_question("FILE-HTML", "refused"))))["Needs you today"]
    assert line.startswith(
        "Tell the information-governance lead: load 42 refused: ZX1 complaints: a column holds mostly"
    )
    assert "(FILE-IDENTIFIER)" in line


def test_a_build_that_failed_needs_somebody_and_says_where_it_failed():
    stopped = BuildStopped(8, WEDNESDAY, "failed", ("fct_inputs", "pub_figures_now"))
    (line,) = told(standing(stopped=(stopped,)))["Needs you today"]
    assert line.startswith("Build 8 (29 July 2026 07:30) failed at fct_inputs, pub_figures_now; nothing was swapped")


@pytest.mark.parametrize(("days", "is_told"), [(1, False), (2, False), (3, True)])
def test_old_marts_need_somebody(days, is_told):
    built = dataclasses.replace(BUILT, as_of=WEDNESDAY - dt.timedelta(days=days))
    assert bool(told(standing(built=built))) is is_told


def test_a_draft_is_told_when_it_is_new_and_when_its_comments_have_closed_and_else_once_a_week():
    draft = EditionWaiting("2026-27-Q1/ZWL/1", "2026-27-Q1", "draft", WEDNESDAY - dt.timedelta(minutes=30), None)
    assert list(told(standing(editions=(draft,)))) == ["Needs you today"]
    older = dataclasses.replace(draft, data_cut_at=LONG_AGO, comment_closes_on=WEDNESDAY.date())
    assert told(standing(editions=(older,))) == {}
    assert list(told(standing(MONDAY, editions=(older,)))) == ["Needs you this week"]
    closed = dataclasses.replace(older, comment_closes_on=MONDAY.date())
    assert list(told(standing(editions=(closed,)))) == ["Needs you today"]


@pytest.mark.parametrize(
    ("state", "closes_on", "said"),
    [
        ("draft", None, "draft; assure report --quarter 2026-27-Q1 shows it, and assure edition sign-off"),
        (
            "accuracy_check",
            None,
            "accuracy check; assure report --quarter 2026-27-Q1 shows it, and assure edition sign",
        ),
        ("network_comment", ENDS_ON, "open for comments until 31 March 2027; nobody can sign it off before its last"),
        ("signed_off", ENDS_ON, "signed off; assure edition publish 2026-27-Q1/ZWL/1 --role ROLE publishes it"),
    ],
)
def test_an_edition_asks_for_what_its_state_allows(state, closes_on, said):
    one = EditionWaiting("2026-27-Q1/ZWL/1", "2026-27-Q1", state, LONG_AGO, closes_on)
    assert one.said.startswith(f"Edition 2026-27-Q1/ZWL/1 waits for a person: {said}")
    assert ("sign-off" in one.said) is (state != "signed_off")


def test_a_day_is_written_without_a_nought_before_it():
    ending = AgreementEnding("zx1", "incidents", dt.date(2026, 8, 1), 3)
    assert ending.said == "zx1 incidents: its agreement ends on 1 August 2026, in 3 days"


def test_the_terminal_says_what_senders_were_told(capsys):
    screen.show_standing(EVERYTHING)
    assert f"\nSenders were told:\n{EVERYTHING.told[0].said}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("as_of", "due_on", "is_told"),
    [
        (WEDNESDAY, dt.date(2026, 7, 28), True),
        (WEDNESDAY, dt.date(2026, 7, 27), False),
        (MONDAY, dt.date(2026, 7, 26), True),
        (MONDAY, dt.date(2026, 5, 1), True),
        (MONDAY, dt.date(2025, 5, 1), False),
    ],
)
def test_what_is_late_is_told_the_day_after_and_then_once_a_week_for_a_quarter(as_of, due_on, is_told):
    late = Late("ZX1", "incidents", due_on, due_on, due_on, None, (as_of.date() - due_on).days)
    assert told(standing(as_of, late=(late,))) == ({"Needs you this week": (late.said,)} if is_told else {})


@pytest.mark.parametrize(
    ("days_left", "heading"),
    [
        (61, None),
        (60, "this week"),
        (59, None),
        (30, "this week"),
        (7, "this week"),
        (6, None),
        (-1, "today"),
        (-2, None),
    ],
)
def test_an_agreement_is_told_sixty_thirty_and_seven_days_before_and_when_it_has_ended(days_left, heading):
    one = AgreementEnding("zx1", "incidents", ENDS_ON, days_left)
    assert list(told(standing(agreements=(one,)))) == ([f"Needs you {heading}"] if heading else [])


def test_a_mark_that_falls_on_a_sunday_is_told_on_monday():
    one = AgreementEnding("zx1", "incidents", ENDS_ON, 59)
    assert told(standing(MONDAY, agreements=(one,))) == {"Needs you this week": (one.said,)}


def test_what_lies_at_a_door_is_told_once_a_week():
    lies = (AtTheDoor("ZX1", 2, (FILE_NAME, "b"), WEDNESDAY),)
    assert told(standing(at_doors=lies)) == {}
    (line,) = told(standing(MONDAY, at_doors=lies))["Needs you this week"]
    assert line.startswith("ZX1: at its door 2 files no feed expects (29 July 2026); assure status names")


def test_what_nobody_told_a_sender_without_a_contact_is_said_once_a_week():
    untold = (Untold("ZX2", 1),)
    assert told(standing(untold=untold)) == {}
    (line,) = told(standing(MONDAY, untold=untold))["Needs you this week"]
    assert line.startswith("ZX2 was not told of 1 file with faults: assure reply zx2 writes")


def test_faults_are_told_that_senders_were_told_of_since_the_message_before():
    this_morning = ToldSender("ZX1", WEDNESDAY - dt.timedelta(minutes=15), 2, 1, 0, 1)
    yesterday = dataclasses.replace(this_morning, told_at=WEDNESDAY - dt.timedelta(days=1))
    assert told(standing(told=(this_morning, yesterday))) == {
        "Senders’ faults already sent back": (
            "ZX1 was told on 29 July 2026 of 2 files: 1 refused, rows set aside; assure status zx1 says by which rules",
        )
    }


def test_a_message_counts_what_it_says_and_lists_no_more_than_fits():
    held = tuple(in_question("FILE-SHRUNK", "held") for _ in range(MOST_LINES + 3))
    message = digest.of_the_morning(standing(in_question=held))
    assert message.subject == f"Co-production assurance, 29 July 2026: needs you today: {MOST_LINES + 3}"
    assert message.text.count("- Load 42") == MOST_LINES
    assert message.text.endswith("- and 3 more: assure status, and of red runs Airflow\n")
    assert message.key == digest.of_the_morning(standing(in_question=held)).key


# ---- In whatever form ----------------------------------------------------------------------------------------------


def test_no_form_that_leaves_the_house_names_a_file_or_repeats_what_a_finding_quotes():
    message = digest.of_the_morning(EVERYTHING)
    forms = [message.text, message.html, json.dumps([message.blocks, message.card, message.payload])]
    forms += [one.message.text for one in interruptions.interruptions(EVERYTHING)]
    forms.append(page.page(EVERYTHING))
    assert [form for form in forms if "Ann" in form or "4857773457" in form] == []
    assert all("FILE-IDENTIFIER" in form for form in (*forms[:3], forms[-1]))
    assert FILE_NAME in page.as_json(EVERYTHING)


def test_no_form_that_leaves_the_house_says_how_many_rows_there_are():
    """A number of rows may be one that the report hides."""
    rows_in, aside, told_of = 7919, 7907, 7901
    one = dataclasses.replace(
        EVERYTHING,
        feeds=(dataclasses.replace(EVERYTHING.feeds[0], rows_in=rows_in, rows_set_aside=aside),),
        set_aside=(SetAside("ZX1", "complaints", "complaint", "CMP-TYP.received_on", aside, 1, MONDAY.date()),),
        told=(ToldSender("ZX1", MONDAY, 1, 0, 1, told_of),),
    )
    message, shown = digest.of_the_morning(one), page.page(one)
    forms = [message.text, message.html, json.dumps([message.blocks, message.card, message.payload]), shown]
    assert [form for form in forms for number in (rows_in, aside, told_of) if str(number) in form] == []
    assert all("rows set aside" in form for form in forms[:3])
    for said in ("CMP-TYP.received_on", "not a date of the years", "send a day of the calendar"):
        assert said in shown
    # The data team itself reads them.
    assert str(aside) in page.as_json(one)
    assert str(told_of) in one.told[0].said


def test_a_rule_that_the_rulebook_no_longer_has_is_named_all_the_same():
    gone = SetAside("ZX1", "complaints", "complaint", "CMP-GONE", 2, 1, MONDAY.date())
    assert "CMP-GONE" in page.page(standing(set_aside=(gone,)))


def test_every_line_of_a_message_stands_in_every_form():
    message = digest.of_the_morning(EVERYTHING)
    assert len(message.parts) == 3
    card = json.dumps(message.card, ensure_ascii=False)
    blocks = "\n".join(block["text"]["text"] for block in message.blocks)
    for line in [line for part in message.parts for line in part.lines]:
        assert line in message.text
        assert line in blocks
        assert json.dumps(line, ensure_ascii=False)[1:-1] in card
        assert line in message.html.replace("&#39;", "'")


def test_a_chat_service_takes_every_part():
    long = Message("x" * 400, tuple(Part("y", ("z" * 400,) * 40) for _ in range(3)))
    assert len(long.blocks) <= 50
    assert max(len(block["text"]["text"]) for block in long.blocks[1:]) <= 3000
    assert len(long.blocks[0]["text"]["text"]) <= 150


def test_json_says_all_of_it():
    said = json.loads(page.as_json(EVERYTHING))
    assert said["as_of"] == MONDAY.isoformat()
    assert said["late"][0]["due_on"] == "2026-07-26"
    assert said["built"]["build_id"] == 7
    assert len(said["attention"]) == len(EVERYTHING.attention) == 9
    assert set(said) == {field.name for field in dataclasses.fields(Standing)} | {"attention"}


# ---- Interruptions -------------------------------------------------------------------------------------------------


def test_only_three_things_interrupt_anyone():
    found = interruptions.interruptions(EVERYTHING)
    assert [(one.key, one.to) for one in found] == [
        ("identifier 42", interruptions.LEAD),
        ("cut_missed 2026-27-Q1/ZWL", interruptions.DATA_TEAM),
    ]
    old = dataclasses.replace(BUILT, as_of=LONG_AGO)
    assert [one.key for one in interruptions.interruptions(standing(built=old))] == ["old_marts 7"]
    assert len(interruptions.KINDS) == 3


def test_an_interruption_is_the_same_however_often_it_is_found():
    later = dataclasses.replace(EVERYTHING, as_of=MONDAY + dt.timedelta(hours=1))
    assert interruptions.interruptions(later) == interruptions.interruptions(EVERYTHING)


def test_a_file_with_identifiers_of_long_ago_interrupts_nobody():
    old = (in_question("FILE-IDENTIFIER", "refused", LONG_AGO),)
    assert interruptions.interruptions(standing(in_question=old)) == []
