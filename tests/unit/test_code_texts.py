"""Only texts that are surely codes leave a sample: what could be somebody's name is counted and never shown."""

from collections import Counter

import pytest

from loaders.onboarding.code_texts import is_code_like, split, understood


@pytest.mark.parametrize("text", ["Group", "Self harm", "PATIE1", "07", "3", "Ward round", "not recorded"])
def test_words_of_our_own_and_short_numbers_are_codes(text):
    assert is_code_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Okafor", "OKAFOR", "Grace", "J. Smith", "SMITH", "9434765919", "a.member@example.org", "07700 900123",
        "LS1 4AP", "2026", "He hit her at the bus stop", "12345",
    ],
)  # fmt: skip
def test_what_could_be_about_a_person_is_none(text):
    assert not is_code_like(text)


def test_capitals_are_a_code_where_they_stand_for_one_of_the_list():
    assert is_code_like("SELFH", ["self harm"])
    assert not is_code_like("SELFE", ["falls"])


def test_texts_are_sorted_by_what_they_mean():
    texts = Counter(
        {"self_harm": 9, "Falls": 4, "SELFH": 5, "PATIE1": 6, "PATIE2": 1, "Jane Okafor": 12, "Rare": 1, "ABS": 3}
    )
    codes = split(texts, "incident_kind", {"abs": "absence_without_leave"})
    assert codes.mapped == {"ABS": "absence_without_leave"}
    assert codes.guessed == {"SELFH": "self_harm"}
    assert codes.unknown == ["PATIE1"]
    assert codes.hidden == 3
    assert "Okafor" not in codes.in_words()


def test_patient_is_not_taken_for_parent():
    assert split(Counter({"Patient": 40}), "complainant_kind", {}).guessed.get("Patient") != "parent"


def test_a_column_of_many_texts_is_no_list_of_codes():
    texts = Counter({f"CODE{number}": 5 for number in range(60)})
    codes = split(texts, "incident_kind", {})
    assert (codes.unknown, codes.hidden) == ([], 60)


def test_yes_and_no_are_understood_in_their_usual_short_forms():
    assert understood(Counter({"Y": 3, "N": 3, "U": 1}), "yes_no_not_known", {}) == 1
    assert split(Counter({"Y": 3}), "yes_no_not_known", {}).mapped == {"Y": "yes"}
