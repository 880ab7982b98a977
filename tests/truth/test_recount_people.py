"""What the marts say of those who take part is what a person with the senders' own books and a pencil comes to."""

import pytest

from tests.truth import recount_people
from warehouse import connection

QUARTER = "2026-27-Q1"


@pytest.fixture(scope="module")
def measured(loaded_region) -> dict:
    """The quarter's measures of whole organisations as (measure, organisation) -> (numerator, denominator, basis)."""
    with connection.connect("analyst") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select measure_code, organisation_code, numerator, denominator, evidence_basis from marts.fct_measures"
            " where quarter_id = %s and period_kind = 'quarter' and level = 'organisation'",
            [QUARTER],
        )
        return {row[:2]: row[2:] for row in cursor.fetchall()}


@pytest.mark.parametrize(
    ("measure", "counted", "senders"),
    [
        ("claims_paid", recount_people.claims_paid, ("ZW1", "ZW5")),
        ("claims_paid_in_time", recount_people.claims_paid_in_time, ("ZW1", "ZW5")),
        ("claims_refused_with_reason", recount_people.claims_refused_with_reason, ("ZW1", "ZW5")),
        ("payment_offered", recount_people.payment_offered, ("ZW1", "ZW5", "ZWL_ICB")),
        ("check_ins_offered", recount_people.check_ins_offered, ("ZW5",)),
        ("ethnic_minority_taking_part", recount_people.from_ethnic_minorities, ("ZW1", "ZW5", "ZWL_ICB")),
        ("ethnic_minority_in_priorities", recount_people.from_ethnic_minorities_in_priorities, ("ZWL_ICB",)),
        ("members_with_role_description", recount_people.with_role_description, ("ZW1", "ZW5")),
        ("safe_participation", recount_people.safe, ("ZW1", "ZW5")),
        ("recruitment_ready", recount_people.ready_before_made_known, ("ZW1",)),
        ("peer_and_lay_posts_filled", recount_people.posts_filled, ("ZW1",)),
        ("concerns_closed", recount_people.concerns_closed, ("ZW1",)),
        ("quotes_checked", recount_people.quotes_checked, ("ZW1",)),
        ("changes_logged_and_reviewed", recount_people.logged_and_reviewed, ("ZW5",)),
        ("first_contact_positive", recount_people.good_first_contacts, ("ZW2",)),
        ("designed_in_partnership", recount_people.designed_in_partnership, ("ZW2",)),
        ("staff_confidence_better", recount_people.surer_after_training, ("ZW2",)),
        ("members_valued", recount_people.valued, ("ZW1", "ZW2", "ZW3", "ZW4", "ZW5")),
    ],
)
def test_each_sender_counts_what_its_book_says(measure, counted, senders, measured, region):
    expected = {sender: counted(region, sender) for sender in senders}
    assert {sender: (*measured[measure, sender][:2],) for sender in senders} == expected
    assert all(share.denominator > 0 for share in expected.values())
    assert {measured[measure, sender][2] for sender in senders} == {"recorded"}


def test_what_is_declared_is_told_as_declared(measured):
    """Fenbrook and Tarn and the Night Owls list nobody and answer a form: n of m, and shown as such."""
    both = ("safe_participation", "members_with_role_description", "payment_offered")
    for sender, measures in (("ZW2", (*both, "check_ins_offered")), ("ZW4", both)):
        for measure in measures:
            assert measured[measure, sender][2] == "declared"
            assert measured[measure, sender][1] > 0
