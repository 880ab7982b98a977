"""Words meant for print wait until a second person has read them; what is recorded of that is their hash."""

import datetime as dt

from loaders import public_words

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
ON = dt.date(2026, 7, 29)
INPUTS = {
    "files": "inputs_{period:%Y-%m}{version}.csv",
    "every": "month",
    "format": {"kind": "csv"},
    "tables": [
        {
            "record": "input",
            "delivers": "period",
            "columns": {"input_id": "Ref", "received_on": "On", "said": "Said", "said_in_own_words": "Own"},
        }
    ],
}


def said(one, *words: str, name="inputs_2026-06.csv") -> None:
    lines = [f"N-{number},2026-06-03,{text},own words" for number, text in enumerate(words)]
    one.send(name, "\n".join(["Ref,On,Said,Own", *lines]))
    one.load(AS_OF)


def waiting(one) -> list:
    return public_words.unchecked(one.code)


def test_words_wait_until_somebody_has_read_them(sender):
    one = sender(feeds={"inputs": INPUTS})
    said(one, "Please knock first.", "The garden is locked.", "")
    assert public_words.counted(waiting(one)) == [(one.provider.organisation_code, "input", "said", 2)]
    assert public_words.approve(waiting(one), "lived experience lead", ON) == 2
    assert waiting(one) == []


def test_words_that_change_wait_again_and_words_that_come_back_do_not(sender):
    one = sender(feeds={"inputs": INPUTS})
    said(one, "We waited for weeks.")
    public_words.approve(waiting(one), "lived experience lead", ON)
    said(one, "We waited for months.", "We waited for weeks.", name="inputs_2026-06_v2.csv")
    assert len(waiting(one)) == 1


def test_the_same_words_of_two_senders_are_read_once(sender):
    first, second = sender(feeds={"inputs": INPUTS}), sender(feeds={"inputs": INPUTS})
    for one in (first, second):
        said(one, "Nobody told us why.")
    public_words.approve(waiting(first), "lived experience lead", ON)
    assert waiting(second) == []
    assert public_words.approve(public_words.unchecked(second.code), "lived experience lead", ON) == 0


def test_words_of_a_file_that_was_held_or_refused_are_nobodys_to_read_yet(sender):
    one = sender(feeds={"inputs": INPUTS})
    lines = [f"N-{number},never,Word {number},own" for number in range(10)] + ["N-99,2026-06-03,A good row,own"]
    one.send("inputs_2026-06.csv", "\n".join(["Ref,On,Said,Own", *lines]))
    one.load(AS_OF)
    assert one.delivery("inputs_2026-06.csv")["state"] == "held"
    assert waiting(one) == []


def test_only_hash_role_and_day_are_recorded(sender):
    one = sender(feeds={"inputs": INPUTS})
    said(one, "The tea is cold marker-7c41.")
    public_words.approve(waiting(one), "lived experience lead", ON)
    checks = one.ask("select words_sha256, checked_by_role, checked_on from audit.word_checks")
    assert all(len(digest) == 64 for digest, _, _ in checks)
    assert {(role, on) for _, role, on in checks} == {("lived experience lead", ON)}
    assert "marker" not in str(checks)
