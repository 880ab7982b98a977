"""Recognise what could say who a person is: NHS numbers, postcodes, e-mail addresses, telephone numbers."""

import re

_NHS_NUMBER = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?!\d)")
_POSTCODE = re.compile(r"\b(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)
_EMAIL = re.compile(r"\b[^\s@]+@[^\s@]+\.[^\s@]{2,}\b")
# A day written 03-06-2026 and a time after it are no telephone number, and no area begins with a second nought.
_TELEPHONE = re.compile(
    r"(?<!\d)(?!\d\d[- ]\d\d[- ]\d{4}(?!\d))(?:\+44 ?(?:\(0\) ?)?|\(?0)[1-9](?:[ )-]{0,2}\d){8,9}(?!\d)"
)
_COULD_BE = re.compile(r"\d|@")
LONGEST = 40
"""Characters of a cell that is an identifier, or an address line, rather than words in which one stands."""
_WHOSE = (
    "first|middle|last|sur|fore|full|given|family|patient|client|complainant|claimant|person|service[ _-]?user|carer|"
    "relative|parent|child|next[ _-]of[ _-]kin|member|staff|employee|witness|victim"
)
_HEADINGS = re.compile(
    rf"^(nhs[ _-]?(no\.?|num|number)|(({_WHOSE})(['’]?s)?[ _-]?)+names?|names? of (the )?({_WHOSE})|surname|forename|"
    r"date[ _-]?of[ _-]?birth|birth[ _-]?date|dob|d\.o\.b\.?|post[ _-]?code|address.*|e-?mail.*|(tele)?phone.*|"
    r"mobile.*)$",
    re.IGNORECASE,
)


def is_nhs_number(text: str) -> bool:
    """Say whether a text is an NHS number: ten digits whose last is the modulus 11 check digit."""
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"\d{10}", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    check = 11 - total % 11
    return check != 10 and int(digits[9]) == check % 11


def names_an_identifier(heading: str) -> bool:
    """Say whether a heading, or its last part (`patient.nhs_number`), is that of a forbidden identifier."""
    heading = heading.strip()
    return bool(_HEADINGS.match(heading) or _HEADINGS.match(re.split(r"\.(?=\S)", heading)[-1]))


def is_identifier(text: str) -> bool:
    """Say whether a whole cell is who or where a person is, so that a column of such cells is one of identifiers."""
    return len(text) <= LONGEST and bool(_COULD_BE.search(text)) and holds_identifier(text)


def is_person_number(text: str) -> bool:
    """Say whether ids are a person's own: an NHS number or an e-mail address. Any other number may be a reference."""
    return any(is_nhs_number(part.strip()) or ("@" in part and _EMAIL.search(part)) for part in text.split(";"))


def holds_identifier(text: str) -> bool:
    """Say whether free text holds anything that could identify a person."""
    return any(is_nhs_number("".join(found.groups())) for found in _NHS_NUMBER.finditer(text)) or any(
        pattern.search(text) for pattern in (_POSTCODE, _EMAIL, _TELEPHONE)
    )


def mask(text: str) -> str:
    """Return a person's own words with every identifier replaced by [removed]."""
    text = _NHS_NUMBER.sub(lambda found: "[removed]" if is_nhs_number("".join(found.groups())) else found[0], text)
    for pattern in (_EMAIL, _TELEPHONE, _POSTCODE):
        text = pattern.sub("[removed]", text)
    return text
