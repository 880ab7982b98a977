"""Rows of who takes part: roles, characteristics, claims, concerns, papers, and what people answer when asked."""

from tests.dbt.rows_of_work import Rows

ITEMS = (
    "knew_what_was_expected", "treated_as_equal", "valued", "supported", "confidence", "new_skills",
    "saw_change_happen", "relationships", "skills_needed", "openness_to_challenge", "skills", "strengths_recognised",
    "trust",
)  # fmt: skip
PROTECTED = {
    "age_band": "25_34", "disability": "no", "gender_identity": "woman", "marriage": "never_married",
    "pregnancy_maternity": "no", "religion": "no_religion", "sex": "female", "sexual_orientation": "heterosexual",
}  # fmt: skip


def people(well: bool, many: int) -> Rows:
    done = "2025-01-02" if well else None
    roles = [
        {
            "role_id": f"R{at}", "person_ref": f"P{at}", "group_id": "G0",
            "role_kind": ("lay_member", "carer")[at % 2] if at < many else "peer_worker", "service_use": "past",
            "recruited_via": "peer_network", "started_on": "2026-04-03" if at >= many else "2025-02-03",
            "role_brief_given_on": done or ("2025-01-02" if not at else None),
            "trained_on": done or ("2026-07-01" if not at or at >= many else None),
            "last_supervised_on": "2026-06-01" if well else ("2025-06-01" if not at else None),
            "confidentiality_agreed_on": done or ("2026-07-01" if not at else None),
            "confidentiality_expires_on": "2027-01-02", "safety_plan_agreed_on": done or "2026-07-03",
            "support_contact_given_on": "2025-01-02", "trauma_support_offered_on": "2025-01-02",
        }
        for at in range(2 * many)
    ]  # fmt: skip
    attended = [
        {
            "session_id": f"S{at}", "person_ref": f"P{(at + more) % many}", "attended": "yes",
            "payment_eligible": "yes", "payment_offered": "yes" if well else "no",
            "check_in_offered": "yes" if well else "no",
        }
        for at in range(many)
        for more in range(min(3, many))
    ]  # fmt: skip
    known = {
        **PROTECTED, "ethnicity": "H", "deprivation_decile": "decile_1", "rural_urban": "rural",
        "learning_disability": "yes", "detained_under_mha": "yes", "autism": "no", "carer_of_detained_person": "no",
    }  # fmt: skip
    characteristics = [
        {
            "person_ref": f"P{at}", "characteristic": name, "value_code": code, "answer_state": "answered",
            "collected_on": "2025-02-03", "consent_on": "2025-02-03",
        }
        for at in range(2 * many)
        for name, code in known.items()
        if at < many or name == "ethnicity"
    ]  # fmt: skip
    claims = [
        {
            "claim_id": f"K{at}{kind}", "session_id": f"S{at}", "item_code": item, "claimed_on": "2026-05-13",
            "paid_on": "2026-05-20" if well and kind == "paid" else None,
            "outcome": ("paid" if well else "waiting") if kind == "paid" else "refused",
            "refused_reason_code": "duplicate" if kind == "twice" else None, "amount_gbp": 10,
        }
        for at in range(many)
        for kind, item in (("paid", "travel"), ("twice", "time"))
    ]  # fmt: skip
    concerns = [
        {
            "concern_id": f"{kind}{at}", "group_id": "G0", "concern_kind": kind, "raised_on": "2026-05-04",
            "closed_on": "2026-05-08" if well else None, "outcome": "resolved" if well else "not_resolved",
        }
        for at in range(many)
        for kind in ("access_barrier", "safety")
    ]  # fmt: skip
    recruitments = [
        {
            "recruitment_id": f"Q{at}", "group_id": "G0", "role_kind": "lay_member",
            "role_description_ready_on": "2026-04-01" if well else "2026-05-20",
            "support_package_ready_on": "2026-04-01" if well else "2026-05-20", "advertised_on": "2026-05-01",
            "channel_codes": ["peer_network", "social_media"] if well else ["peer_network"],
            "applicant_count": 4, "accepted_count": 4, "post_count": 2, "filled_count": 2,
        }
        for at in range(many)
    ]  # fmt: skip
    return {
        "involvement_role": roles, "participation": attended, "person_characteristic": characteristics,
        "claim": claims, "concern": concerns, "recruitment": recruitments,
    }  # fmt: skip


def papers(well: bool, many: int) -> Rows:
    materials = [
        {
            "material_id": f"{kind}{at}", "material_kind": kind, "shared_on": "2026-05-13",
            "permission_on": "2026-05-01" if well else "2026-05-20",
            "anonymised_on": "2026-05-01" if well else "2026-05-20",
            "formats_requested": ["easy_read"], "formats_supplied": ["easy_read", "paper"] if well else ["paper"],
            "is_codesigned": "yes",
        }
        for at in range(many)
        for kind in ("real_document", "outcome_report")
    ]  # fmt: skip
    quotes = [
        {
            "quote_id": f"Q{at}", "source_kind": "session", "words": "It took a year.", "polarity": "against",
            "consent_on": "2026-05-01", "checked_by_role": "Lead" if well else None,
            "checked_on": "2026-05-03" if well else None,
        }
        for at in range(many)
    ]  # fmt: skip
    return {"material": materials, "quote": quotes}


def surveys(well: bool, many: int) -> Rows:
    def answer(kind: str, item: str, **more: object) -> dict[str, object]:
        return {
            "survey_kind": kind, "item_code": item, "answer_code": "agree" if well else "disagree",
            "answer_count": many, "wave": "single", "respondent_ref": None, "answered_on": "2026-06-10",
            "service_id": "T1", "session_id": None, "pathway_point": None, **more,
        }  # fmt: skip

    answers = [answer("member", item) for item in ITEMS]
    answers += [answer("community", "designed_in_partnership")]
    answers += [
        answer("prem", "overall", pathway_point="first_contact", answer_code="good" if well else "poor"),
        answer("prem", "offered_a_choice", pathway_point="first_contact", answer_code="yes" if well else "no"),
    ]
    answers += [
        answer("session", "overall", session_id=f"S{at}", answer_count=2, answer_code="good") for at in range(many)
    ]
    answers += [
        answer(
            "staff_training", "confidence", wave=wave, respondent_ref=f"M{at}", answer_count=None,
            answer_code="agree" if wave == "after" else "disagree", answered_on=on,
        )
        for at in range(many)
        for wave, on in (("before", "2026-05-01"), ("after", "2026-06-01"))
    ]  # fmt: skip
    responses = [
        {
            "response_id": f"F{at}", "received_on": "2026-05-04", "service_id": "T1", "question_version": "fft_2020",
            "rating_code": "poor", "channel": "online", "theme_codes": ["food"], "theme_source": "human",
        }
        for at in range(many)
    ]  # fmt: skip
    return {"survey_answer": answers, "feedback_response": responses}
