"""Keep the book of those who take part: roles, who came, what was claimed, feared, sought, done and shared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from demo.chance import Chance
from demo.days import next_month, quarter_ends, working_day_after
from demo.history import History, Row, lived
from demo.outbox import Outbox
from demo.register import in_lines, senders
from demo.returns import answers_of, surveyed
from demo.trust_register import workbook
from demo.truth import Truth
from demo.upkeep import written_up

ROLES = {"own_experience": 46, "carer": 16, "family_or_friend": 4, "lay_member": 14, "peer_worker": 18, "advocate": 2}
SERVICE_USE = {"current": 52, "past": 24, "waiting": 9, "turned_down": 6, "never": 5, "prefer_not_to_say": 4}
CHANNELS = ["word_of_mouth", "staff_member", "peer_network", "community_group", "voluntary_organisation", "website",
            "social_media", "newsletter", "poster", "event", "gp_practice"]  # fmt: skip
# What is asked of everyone who takes part, and how often each answer is given.
ASKED = {
    "age_band": {"18_24": 10, "25_34": 20, "35_44": 22, "45_54": 22, "55_64": 16, "65_and_over": 10},
    "sex": {"female": 58, "male": 42},
    "gender_identity": {"woman": 55, "man": 40, "non_binary": 4, "other_gender": 1},
    "disability": {"yes": 48, "no": 52},
    "ethnicity": {"A": 72, "B": 2, "C": 5, "D": 2, "H": 5, "J": 4, "K": 1, "M": 3, "N": 3, "P": 2, "S": 1},
    "religion": {"no_religion": 46, "christian": 38, "muslim": 8, "hindu": 3, "sikh": 2, "other_religion": 3},
    "sexual_orientation": {"heterosexual": 82, "gay_or_lesbian": 7, "bisexual": 9, "other_orientation": 2},
    "marriage": {"never_married": 48, "married": 30, "civil_partnership": 2, "divorced": 14, "widowed": 6},
    "pregnancy_maternity": {"yes": 3, "no": 97},
    "deprivation_decile": {f"decile_{number}": 16 - number for number in range(1, 11)},
    "rural_urban": {"rural": 22, "urban": 78},
    "learning_disability": {"yes": 6, "no": 94},
    "autism": {"yes": 14, "no": 86},
    "detained_under_mha": {"yes": 24, "no": 76},
    "carer_of_detained_person": {"yes": 8, "no": 92},
    "carer": {"yes": 26, "no": 74},
}
STATES = {"answered": 86, "prefer_not_to_say": 11, "not_known": 3}
CONCERNS = {"safety": 1, "conduct": 2, "payment": 3, "access_barrier": 5, "not_listened_to": 4, "confidentiality": 1}
# Pounds for what is claimed most, in this order.
ITEMS = {"travel": (3, 14), "time": (22, 48), "subsistence": (4, 9), "replacement_carer": (20, 45), "phone": (2, 6)}
REFUSALS = ["no_receipt", "late", "not_covered"]


def write(outbox: Outbox) -> None:
    """Send `people_<day>.xlsx` each quarter from the day the sender began the book: every sheet that it keeps."""
    truth, code = outbox.truth, outbox.provider
    book, layout = truth.providers[code]["book"], senders()[f"{code} book"]
    history = written_up(lived(truth, code), truth)
    for end in quarter_ends(book["first_month"], truth.region["last_month"]):
        name = f"{book['folder']}people_{end:%Y%m%d}.xlsx"
        sent_on = outbox.day_for(name, end, "quarterly")
        if sent_on <= outbox.sent_by:
            outbox.send(name, workbook(in_lines(kept(truth, history, end), layout, "; "), end, outbox), sent_on)


def kept(truth: Truth, history: History, day: date) -> dict[str, list[Row]]:
    """Each record of the book with what was known at the end of a day, in plain names and codes."""
    provider = history.provider
    begun = next_month(quarter_ends(provider["book"]["first_month"], truth.region["last_month"])[0], -2)
    members = [one for group in provider["groups"] for one in people(truth, provider, group, begun)]
    here = [one for one in members if one["started_on"] <= day]
    sessions = [one for one in history.sessions if begun <= one.get("held_on", date.min) <= day]
    came = [row for session in sessions for row in attendance(truth, session, members)]
    return {
        "involvement_role": [role(truth, one, day) for one in here],
        "person_characteristic": [row for one in here for row in characteristics(truth, one)],
        "participation": came,
        "claim": list(claims(truth, provider, sessions, came, day)),
        "concern": concerns(truth, provider, begun, day),
        "recruitment": recruitments(truth, provider, begun, day),
        "action": actions(truth, history, begun, day),
        "material": [shown(one, day) for one in provider["book"].get("materials", []) if one["shared_on"] <= day],
        "quote": [shown(one, day) for one in provider["book"].get("quotes", []) if one["consent_on"] <= day],
        "provider_return": list(answers_of(truth, provider["code"], provider["book"].get("returns", {}), day)),
        "survey_answer": list(surveyed(truth, history, day)),
    }


def people(truth: Truth, provider: Row, group: Row, begun: date) -> Iterator[Row]:
    """A group's members, of whom each may come to any meeting, and as many more as joined or left since."""
    guests = provider["book"].get("guests", group["members"] // 3)
    for number in range(1, group["members"] + guests + 1):
        chance = Chance(truth.region["seed"], "person", group["id"], number)
        stays = number <= group["members"]
        started = begun + timedelta(days=-chance.between(30, 900) if stays else chance.between(10, 330))
        yield {
            "person_ref": f"{group['id']}-P-{number:02}", "role_id": f"{group['id']}-R-{number:02}",
            "group_id": group["id"], "role_kind": chance.weighted(ROLES), "service_use": chance.weighted(SERVICE_USE),
            "recruited_via": chance.one_of(CHANNELS), "started_on": max(started, group["started_on"]),
            "ended_on": None if stays or chance.happens(0.6) else started + timedelta(days=chance.between(40, 200)),
        }  # fmt: skip


def role(truth: Truth, person: Row, day: date) -> Row:
    """What was done for somebody who holds a role; a date is written down once it has come."""
    chance = Chance(truth.region["seed"], "role", person["role_id"])
    start = person["started_on"]
    agreed = start + timedelta(days=chance.between(0, 10))
    row = person | {
        "role_brief_given_on": start if chance.happens(0.93) else None,
        "trained_on": start - timedelta(days=chance.between(-9, 21)) if chance.happens(0.95) else None,
        "confidentiality_agreed_on": agreed if chance.happens(0.96) else None,
        "safety_plan_agreed_on": agreed + timedelta(days=7) if chance.happens(0.9) else None,
        "support_contact_given_on": agreed if chance.happens(0.95) else None,
        "trauma_support_offered_on": agreed if chance.happens(0.92) else None,
    }
    seen = day - timedelta(days=Chance(truth.region["seed"], "seen", person["role_id"], day).between(4, 110))
    row["last_supervised_on"] = seen if seen >= start else None
    return shown(row, day)


def characteristics(truth: Truth, person: Row) -> Iterator[Row]:
    """What somebody answered when asked at the start; what was not answered has no value and needs no consent."""
    for characteristic, weights in ASKED.items():
        chance = Chance(truth.region["seed"], "about", person["person_ref"], characteristic)
        state = chance.weighted(STATES)
        answered = state == "answered"
        yield {
            "person_ref": person["person_ref"], "characteristic": characteristic, "answer_state": state,
            "value_code": chance.weighted(weights) if answered else None, "collected_on": person["started_on"],
            "consent_on": person["started_on"] if answered else None,
        }  # fmt: skip


def attendance(truth: Truth, session: Row, members: list[Row]) -> Iterator[Row]:
    """Who came to a meeting: as many as were counted there, some oftener than others; one more stayed away."""
    chance = Chance(truth.region["seed"], "came", session["session_id"])
    held = session["held_on"]
    may_come = [one for one in members if one["group_id"] == session["group_id"]
                and one["started_on"] <= held <= (one["ended_on"] or held)]  # fmt: skip
    keen = chance.shuffled(may_come[: len(may_come) // 2]) + chance.shuffled(may_come[len(may_come) // 2 :])
    if chance.happens(0.7):
        keen = chance.shuffled(may_come)
    touches_trauma = session.get("is_trauma_related") == "yes"
    for number, one in enumerate(keen[: session["lived_experience_count"] + 1]):
        came = number < session["lived_experience_count"]
        due = came and one["role_kind"] != "peer_worker"
        yield {
            "session_id": session["session_id"], "person_ref": one["person_ref"], "attended": "yes" if came else "no",
            "payment_eligible": "yes" if due else "no",
            "payment_offered": "yes" if due and chance.happens(0.93) else "no",
            "check_in_offered": ("yes" if chance.happens(0.85) else "no") if came and touches_trauma else None,
        }  # fmt: skip


def claims(truth: Truth, provider: Row, sessions: list[Row], came: list[Row], day: date) -> Iterator[Row]:
    """What was claimed after each meeting by those offered payment: so many items each, so many in twenty refused."""
    turn = 0
    for session in sorted(sessions, key=lambda row: (row["held_on"], row["session_id"])):
        now = [one for one in provider["book"].get("claims", []) if one["from"] <= session["held_on"]][-1:]
        offered = [one for one in came
                   if one["session_id"] == session["session_id"] and one["payment_offered"] == "yes"]  # fmt: skip
        for number in range(round(len(offered) * now[0]["items_each"]) if now else 0):
            turn += 1
            item = list(ITEMS)[number // len(offered) + turn % 2]
            place = f"{session['session_id']}-{number + 1:02}".replace("-M-", "-E-")
            chance = Chance(truth.region["seed"], "claim", place)
            claimed = working_day_after(session["held_on"], chance.between(1, 4))
            # Seven and twenty share no factor: those paid late and those refused are spread evenly.
            fate, amount = turn * 7 % 20, chance.between(*ITEMS[item])
            is_refused = fate >= 20 - now[0]["refused_of_20"]
            paid = working_day_after(claimed, 24 if fate < now[0]["late_of_20"] else chance.between(1, 4))
            is_settled = paid <= day
            if claimed <= day:
                yield {
                    "claim_id": place, "session_id": session["session_id"], "item_code": item, "claimed_on": claimed,
                    "outcome": ("refused" if is_refused else "paid") if is_settled else "waiting",
                    "paid_on": paid if is_settled and not is_refused else None, "amount_gbp": amount,
                    "refused_reason_code": chance.one_of(REFUSALS) if is_settled and is_refused else None,
                }  # fmt: skip


def concerns(truth: Truth, provider: Row, begun: date, day: date) -> list[Row]:
    """What worried members each quarter; most of it is settled within a month."""
    found = []
    for start in quarter_starts(begun, day):
        chance = Chance(truth.region["seed"], "concerns", provider["code"], start)
        for number in range(chance.between(3, 5)):
            raised = start + timedelta(days=chance.between(0, 80))
            closed = raised + timedelta(days=chance.between(2, 26) if chance.happens(0.8) else chance.between(34, 90))
            passed_up = chance.happens(0.4)
            found.append(shown({
                "concern_id": f"{provider['code']}-W-{start:%y%m}-{number + 1}",
                "group_id": chance.one_of(provider["groups"])["id"], "raised_on": raised,
                # Somebody always finds the way in barred.
                "concern_kind": chance.weighted(CONCERNS) if number else "access_barrier",
                "escalated_on": raised + timedelta(days=4) if passed_up else None,
                "escalated_to_role": "Involvement lead" if passed_up else None, "closed_on": closed,
                "outcome": chance.weighted({"resolved": 8, "partly": 2}),
            }, day))  # fmt: skip
    return [row for row in found if row["raised_on"] <= day]


def recruitments(truth: Truth, provider: Row, begun: date, day: date) -> list[Row]:
    """Who was sought each quarter, when all was ready, where it was made known, and how many applied and were taken."""
    found = []
    for start in quarter_starts(begun, day):
        for number, kind in enumerate(("peer_worker", "lay_member", "member"), 1):
            chance = Chance(truth.region["seed"], "sought", provider["code"], start, kind)
            known = start + timedelta(days=chance.between(5, 40))
            ready = known - timedelta(days=chance.between(3, 20))
            applied, posts = chance.between(5, 12), chance.between(2, 5)
            taken = min(applied, posts + chance.between(0, 3))
            found.append({
                "recruitment_id": f"{provider['code']}-J-{start:%y%m}-{number}",
                "group_id": provider["groups"][0]["id"], "role_kind": kind, "advertised_on": known,
                "role_description_ready_on": ready,
                "support_package_ready_on": ready if chance.happens(0.8) else known + timedelta(days=14),
                "channel_codes": sorted({chance.one_of(CHANNELS) for _ in range(chance.between(1, 4))}),
                "applicant_count": applied, "accepted_count": taken, "post_count": posts,
                "filled_count": min(posts, taken),
            })  # fmt: skip
    return [row for row in found if row["advertised_on"] <= day]


def actions(truth: Truth, history: History, begun: date, day: date) -> list[Row]:
    """The tasks that changes were broken down into, two in three of those decided since the book was begun."""
    found = []
    for change in history.changes:
        chance = Chance(truth.region["seed"], "task", change["change_id"])
        if begun <= change["known_on"] <= day and chance.happens(0.66):
            about = [theme for decision in change["decisions"] for row in decision["inputs"]
                     for theme in row["theme_codes"]]  # fmt: skip
            due = change["due_on"] - timedelta(days=14)
            found.append(shown({
                "action_id": change["change_id"].replace("-C-", "-A-"), "parent_kind": "change",
                "parent_id": change["change_id"], "theme_codes": sorted(set(about)),
                "owner_role": change["owner_role"], "due_on": due,
                "done_on": due + timedelta(days=chance.between(-20, 12)),
            }, day, plans=("due_on",)))  # fmt: skip
    return found


def quarter_starts(begun: date, day: date) -> Iterator[date]:
    while begun <= day:
        yield begun
        begun = next_month(begun, 3)


def shown(row: Row, day: date, plans: tuple[str, ...] = ()) -> Row:
    """A row without the dates that had not come yet, but those of plans, and without what comes with them."""
    comes_with: dict[str, Any] = {"closed_on": "outcome", "escalated_on": "escalated_to_role"}
    hidden = {key for key, value in row.items()
              if key not in plans and isinstance(value, date) and value > day}  # fmt: skip
    hidden |= {comes_with[key] for key in hidden if key in comes_with}
    return {key: None if key in hidden else value for key, value in row.items()}
