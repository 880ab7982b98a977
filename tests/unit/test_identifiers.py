"""What could say who a person is, is recognised; what only looks like it is left alone."""

import pytest

from loaders.identifiers import holds_identifier, is_nhs_number, mask, names_an_identifier


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919", "4010232137", "9434765870"])
def test_an_nhs_number_is_known_by_its_check_digit(text):
    assert is_nhs_number(text)


@pytest.mark.parametrize("text", ["9434765918", "943476591", "94347659190", "ZW1-I-9434", "", "0113 496 0000"])
def test_another_number_is_none(text):
    assert not is_nhs_number(text)


@pytest.mark.parametrize(
    "heading",
    ["NHS number", "nhs_no", "NHSNumber", "Surname", "First name", "Patient Name", "DOB", "Date of birth", "Post code",
     "Postcode", "Address line 1", "E-mail", "Telephone", "Mobile number", "Complainant name", "NHS no", "NHS No.",
     "Complainant's first name", "Name of patient", "Service user name", "Full name", "Next of kin name", "Birth date"],
)  # fmt: skip
def test_a_heading_can_give_an_identifier_away(heading):
    assert names_an_identifier(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Ward name",
        "Service",
        "Group name",
        "Ref",
        "Number",
        "Date",
        "Unit name",
        "Name",
        "Provider name",
        "Name of service",
        "Staff group name",
        "Personal plan",
        "Child services name",
    ],
)
def test_most_headings_do_not(heading):
    assert not names_an_identifier(heading)


@pytest.mark.parametrize(
    ("words", "masked"),
    [
        ("Ring me on 07700 900123 please.", "Ring me on [removed] please."),
        ("Ring (0113) 496 0000, or +44 113 496 0000.", "Ring [removed], or [removed]."),
        ("Write to ann.other@example.org.", "Write to [removed]."),
        ("I am 943 476 5919.", "I am [removed]."),
        ("We live at LS1 4AP now.", "We live at [removed] now."),
        ("The ward was locked at 10 and 20 past.", "The ward was locked at 10 and 20 past."),
        ("We waited 12 weeks, 3 days; 14 of 20 agreed.", "We waited 12 weeks, 3 days; 14 of 20 agreed."),
        ("Room B2 on Elm ward needs 2 chairs.", "Room B2 on Elm ward needs 2 chairs."),
        ("Reference 1234567890 is theirs.", "Reference 1234567890 is theirs."),
    ],
)
def test_words_are_masked_where_they_identify_somebody_and_nowhere_else(words, masked):
    assert mask(words) == masked
    assert holds_identifier(words) == (words != masked)


@pytest.mark.parametrize(
    ("heading", "names_one"),
    [
        ("patient.nhs_number", True),
        ("contact.con.date_of_birth", True),
        ("Mode of Collection | Telephone", False),
        ("Incl. address", False),
        ("d.o.b.", True),
        ("person.con_ethnicity", False),
    ],
)
def test_the_last_name_of_a_path_says_what_it_holds(heading, names_one):
    assert names_an_identifier(heading) == names_one
