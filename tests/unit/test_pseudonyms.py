"""A pseudonym tells one person from another at one provider, and nothing to anybody else."""

import pytest

from loaders.pseudonyms import DEMO_KEY, NoKey, person_ref


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("ASSURE_PSEUDONYM_KEY", "a key of our own")
    monkeypatch.delenv("ASSURE_PSEUDONYM_KEY_VERSION", raising=False)


def ref(identifier="A-0042", provider="zz1", is_made_up=False):
    return person_ref(identifier, provider, is_made_up=is_made_up)


@pytest.mark.parametrize("identifier", ["a-0042", " A-0042 ", "A-00 42"])
def test_case_and_spaces_do_not_make_another_person(identifier):
    assert ref(identifier) == ref()


def test_the_dashes_of_an_nhs_number_do_not_either():
    assert ref("943-476-5919") == ref("943 476 5919") == ref("9434765919")
    assert ref("A-0042") != ref("A0042")


def test_two_persons_have_two_pseudonyms():
    assert ref("A-0042") != ref("A-0043")


def test_one_person_at_two_providers_has_two():
    assert ref(provider="zz1") != ref(provider="zz2")


def test_another_key_or_version_gives_another_pseudonym(monkeypatch):
    first = ref()
    monkeypatch.setenv("ASSURE_PSEUDONYM_KEY_VERSION", "2")
    second = ref()
    monkeypatch.setenv("ASSURE_PSEUDONYM_KEY", "another key")
    assert len({first, second, ref()}) == 3
    assert (first[:3], second[:3]) == ("v1-", "v2-")


def test_a_pseudonym_shows_nothing_of_the_identifier():
    assert "0042" not in ref("0042")
    assert len(ref("x")) == len(ref("a much longer identifier"))


def test_a_real_sender_needs_a_key_of_its_own(monkeypatch):
    monkeypatch.setenv("ASSURE_PSEUDONYM_KEY", DEMO_KEY)
    assert ref(is_made_up=True)
    with pytest.raises(NoKey, match="public demo key; make one"):
        ref()
    monkeypatch.delenv("ASSURE_PSEUDONYM_KEY")
    assert ref(is_made_up=True)
    with pytest.raises(NoKey, match="secrets backend"):
        ref()
