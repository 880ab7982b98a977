"""What Office files cannot carry is known once, for every letter there is, and signs of a formula are listed once."""

import sys

from docx.oxml import OxmlElement

from report import data_files, office, pack


def _goes_in(letter):
    try:
        OxmlElement("w:t").text = letter
    except ValueError:
        return False
    return True


def test_every_letter_is_carried_or_left_out_as_xml_can_hold_it():
    letters = [chr(point) for point in range(sys.maxunicode + 1)]
    kept = {letter for letter in letters if office.carried(letter)}
    # XML can write a carriage return, but who reads it finds a line end.
    assert kept == {letter for letter in letters if _goes_in(letter)} - {"\r"}


def test_every_letter_goes_into_a_cell_as_itself_or_as_its_code():
    for point in range(sys.maxunicode + 1):
        letter = chr(point)
        assert pack.carried(letter) == (letter if office.carried(letter) else f"_x{point:04X}_")


def test_the_pack_and_the_csv_know_the_same_signs_of_a_formula():
    assert set(office.FORMULA_SIGNS) <= set(pack.MORE_THAN_TEXT) & set(data_files.GUARDED)
