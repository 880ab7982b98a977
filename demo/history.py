"""Live through a sender's years of involvement: what was said, decided, changed and told back, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from demo.chance import Chance
from demo.days import month_end, month_of, months, next_month, quarter_ends, weekday_of_month, working_day_after
from demo.truth import HERE, Truth, document

Row = dict[str, Any]
SOURCES = {"meeting": 46, "feedback_theme": 14, "complaint_theme": 8, "incident_theme": 4, "session_feedback": 6,
           "quality_visit": 6, "direct": 14, "network": 2}  # fmt: skip
SPEAKERS = {
    "meeting": {"group": 60, "own_experience": 30, "carer": 10},
    "direct": {"own_experience": 52, "carer": 22, "family_or_friend": 16, "staff": 5, "bereaved": 5},
    "session_feedback": {"own_experience": 80, "carer": 20},
    "quality_visit": {"group": 100},
    "network": {"group": 100},
}
OUTCOMES = {"accepted": 52, "partly": 15, "declined": 18, "deferred": 9, "passed_on": 6}
PACES = {"on time": 76, "late": 18, "stuck": 6}
VERIFIERS = {"lived_experience_member": 58, "another_team": 15, "commissioner": 9, "auditor": 5, "owner": 13}


@cache
def words() -> dict[str, Any]:
    """The made-up sentences; read once, never changed."""
    return document(HERE / "words.yml")


@dataclass
class History:
    """Everything that truly happened at one sender; ids are given in the order things became known."""

    provider: Row
    sessions: list[Row] = field(default_factory=list)
    inputs: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    told: list[Row] = field(default_factory=list)


def lived(truth: Truth, code: str) -> History:
    """The history of one sender: the planted events, and an ordinary background around them.

    Registers begin with the region's first month, or with the sender's own where it joined later.
    """
    history = History(truth.providers[code])
    words_of = words()
    chance = Chance(truth.region["seed"], "history", code)
    first_month = max(truth.region["first_month"], history.provider["first_month"])
    last_day = month_end(month_of(truth.region["last_month"]))
    for group_number, group in enumerate(history.provider["groups"]):
        history.sessions += meetings(truth, first_month, history.provider, group, group_number)
    deck = Deck(history.provider, words_of, chance)
    for quarter_end in quarter_ends(first_month, truth.region["last_month"]):
        wanted = history.provider["inputs_a_quarter"] + chance.between(-5, 5)
        while wanted > 0:
            wanted -= matter(history, deck, words_of, chance, quarter_end, wanted)
    number(history)
    plant(history, truth)
    for rows in (history.inputs, history.decisions, history.changes, history.told):
        rows[:] = [row for row in rows if row["known_on"] <= last_day]
    return history


class Deck:
    """What may be said: each kind of work goes through all its topics before it comes to the next place and wording."""

    def __init__(self, provider: Row, words_of: dict[str, Any], chance: Chance) -> None:
        self.provider, self.chance = provider, chance
        self.topics = {
            activity["id"]: [topic for topic in words_of["topics"] if activity["about"] in topic["about"]]
            for activity in provider["activities"]
        }
        self.piles: dict[str, list[tuple[Row, str, int]]] = {activity: [] for activity in self.topics}
        self.rounds = dict.fromkeys(self.topics, 0)

    def draw(self, day: date) -> tuple[Row, Row, str, int]:
        """An activity under way on a day, a topic of it, the service it is about, and which wording comes first."""
        weights = {
            number: activity["share"]
            for number, activity in enumerate(self.provider["activities"])
            if activity["started_on"] <= day <= activity.get("closed_on", day)
        }
        activity = self.provider["activities"][self.chance.weighted(weights)]
        pile = self.piles[activity["id"]]
        if not pile:
            turn, places = self.rounds[activity["id"]], activity["services"]
            self.rounds[activity["id"]] += 1
            pile += self.chance.shuffled(
                [
                    (topic, places[(turn + place) % len(places)], turn % len(topic["said"]))
                    for place, topic in enumerate(self.topics[activity["id"]])
                ]
            )
        return activity, *pile.pop()


def meetings(truth: Truth, first_month: str, provider: Row, group: Row, which: int) -> Iterator[Row]:
    """A group's monthly meetings; about one in twenty is planned and does not take place."""
    chance = Chance(truth.region["seed"], "meetings", group["id"])
    own = [one for one in provider["activities"] if one["group"] == group["id"] and one["share"]]
    for month in months(first_month, truth.region["last_month"]):
        planned = working_day_after(weekday_of_month(month, 2, which % 4 + 1), 0)
        running = [one for one in own if one["started_on"] <= planned <= one.get("closed_on", planned)]
        row: Row = {
            "group_id": group["id"],
            "activity_id": chance.one_of(running)["id"] if running else None,
            "planned_on": planned,
            "known_on": planned - timedelta(days=28),
        }
        present = chance.between(group["members"] // 2, group["members"])
        needs = chance.between(0, 3)
        met = needs - (needs > 0 and chance.happens(0.1))
        told = {
            "mode": chance.weighted({"in_person": 6, "hybrid": 3, "online": 1}),
            "stage": chance.weighted({"prioritise": 2, "plan": 2, "design": 3, "deliver": 2, "evaluate": 1}),
            "lived_experience_count": present,
            "first_time_count": min(present, chance.weighted({0: 5, 1: 4, 2: 1})),
            "carer_count": min(present, chance.between(0, 3)),
            "invited_count": group["members"] + chance.between(0, 6),
            "duration_minutes": chance.one_of([60, 90, 90, 120]),
            "is_venue_accessible": "no" if chance.happens(0.04) else "yes",
            "venue_kind": chance.weighted({"community": 6, "nhs": 4}),
            "agenda_codes": [chance.one_of(["service_themes", "quality", "changes_reviewed"])]
            + (["restrictive_practice"] if group["id"].endswith("G-03") else []),
            "papers_sent_on": planned - timedelta(days=chance.between(4, 8)),
            "need_stated_count": needs,
            "need_met_count": met,
        }
        minutes = planned + timedelta(days=chance.between(4, 18))
        if not chance.happens(0.05):
            row |= told | {"held_on": planned, "minutes_issued_on": minutes}
        yield row


def matter(history: History, deck: Deck, words_of: Row, chance: Chance, quarter_end: date, room: int) -> int:
    """Let one matter be raised in a quarter, by one or two, and follow it to its end; return how many raised it."""
    start = next_month(quarter_end, -2)
    day = working_day_after(start + timedelta(days=chance.between(0, (quarter_end - start).days - 3)), 0)
    activity, topic, place, wording = deck.draw(day)
    raised = []
    wordings = topic["said"][wording:] + topic["said"][:wording]
    for said in wordings[: min(room, 2 if chance.happens(0.3) else 1)]:
        source = chance.weighted(SOURCES)
        session = None
        if source == "meeting":
            session = next((one for one in history.sessions if one["group_id"] == activity["group"]
                            and start <= one.get("held_on", date.min) <= quarter_end
                            and abs((one["held_on"] - day).days) <= 31), None)  # fmt: skip
        speaker = chance.weighted(SPEAKERS.get(source, {"not_known": 1}))
        members = next(group["members"] for group in history.provider["groups"] if group["id"] == activity["group"])
        received = session["held_on"] if session else day
        raised.append({
            "received_on": received, "known_on": received, "said": said, "source_kind": source,
            "session": session, "activity_id": activity["id"], "service_id": place, "given_by_kind": speaker,
            "theme_codes": topic["themes"], "theme_source": "human",
            "reply_wanted": chance.weighted({"yes": 90, "no_thank_you": 8, "cannot_be_reached": 2})
            if speaker in ("own_experience", "carer", "family_or_friend") else "yes",
            "acknowledged_on": received + timedelta(days=chance.between(0, 4)) if chance.happens(0.95) else None,
            "to_tell": members - chance.between(0, 3) if speaker == "group" else None if speaker == "not_known" else 1,
        })  # fmt: skip
    history.inputs += raised
    decide(history, words_of, chance, activity, topic, place, raised, max(row["received_on"] for row in raised))
    return len(raised)


def decide(
    history: History,
    words_of: Row,
    chance: Chance,
    activity: Row,
    topic: Row,
    place: str,
    raised: list[Row],
    after: date,
) -> None:
    """Let the forum decide at its first or second meeting from two weeks later; carry it out and tell."""
    ahead = sorted(one["held_on"] for one in history.sessions if one["group_id"] == activity["decided_by"]
                   and one.get("held_on", date.min) >= after + timedelta(days=14))  # fmt: skip
    if not ahead:
        return
    decided = ahead[min(len(ahead) - 1, int(chance.happens(0.2)))]
    roles = words_of["roles"][activity["about"]]
    outcome = chance.weighted(OUTCOMES)
    decision = {
        "decision_kind": "on_input", "inputs": raised, "activity_id": activity["id"], "known_on": decided,
        "decision_group_id": activity["decided_by"], "decided_on": decided, "outcome": outcome,
        "decided_by_role": chance.one_of(roles["decides"]),
        "reason": topic[outcome] if outcome in ("accepted", "declined") else chance.one_of(words_of[outcome]),
        "reason_code": {"declined": topic["code"], "partly": "financial", "deferred": "other",
                        "passed_on": "out_of_scope"}.get(outcome),
        "review_on": decided + timedelta(days=90) if outcome == "deferred" else None,
    }  # fmt: skip
    history.decisions.append(decision)
    tell(history, chance, raised, activity, "decision", decided + timedelta(days=chance.between(3, 35)))
    if outcome == "deferred":
        decide(history, words_of, chance, activity, topic, place, raised, decided + timedelta(days=50))
    if outcome in ("accepted", "partly"):
        change = carry_out(history, chance, topic, place, decision, roles)
        history.changes.append(change)
        if change.get("implemented_on") and chance.happens(0.85):
            heard = change["implemented_on"] + timedelta(days=chance.between(5, 40))
            tell(history, chance, raised, activity, "change", heard, change)


def carry_out(history: History, chance: Chance, topic: Row, place: str, decision: Row, roles: Row) -> Row:
    """The change that a decision leads to: mostly on time, sometimes late, sometimes with its date moved."""
    where = next(service["name"] for service in history.provider["services"] if service["id"] == place)
    due = month_end(next_month(decision["decided_on"], chance.between(2, 6)))
    pace = chance.weighted(history.provider.get("paces", PACES))
    done = due + timedelta(days=chance.between(-25, 0) if pace == "on time" else chance.between(6, 70))
    done = working_day_after(max(done, decision["decided_on"] + timedelta(days=14)), 0)
    while pace == "on time" and done > due:
        done = due - timedelta(days=(due.weekday() - 4) % 7 if due.weekday() > 4 else 0)
    change: Row = {
        "decisions": [decision], "known_on": decision["decided_on"], "service_id": place, "due_on": due,
        "changed": f"{where}: {topic['changed'][0].lower()}{topic['changed'][1:]}",
        "change_kind": roles["change_kind"], "owner_role": chance.one_of(roles["owns"]),
    }  # fmt: skip
    if pace != "stuck":
        change["implemented_on"] = done
        if chance.happens(0.82):
            change["verified_on"] = done + timedelta(days=chance.between(14, 56))
            change["verified_by_kind"] = chance.weighted(VERIFIERS)
    if pace != "on time" and chance.happens(0.6):
        change["revised"] = {
            "moved_on": due - timedelta(days=chance.between(2, 14)),
            "due_on": month_end(next_month(due, 3)),
        }
    return change


def tell(
    history: History, chance: Chance, raised: list[Row], activity: Row, what: str, on: date, change: Row | None = None
) -> None:
    """Tell those who wanted to hear; each kind of speaker hears in its own way."""
    wanting = [row for row in raised if row["reply_wanted"] == "yes"]
    misses = history.provider.get("misses", 0.15)
    for who, speakers in (
        ("everyone_who_took_part", ("group",)),
        ("person", ("own_experience", "carer", "family_or_friend", "bereaved", "staff")),
        ("public_notice", ("not_known",)),
    ):
        these = [row for row in wanting if row["given_by_kind"] in speakers]
        if not these:
            continue
        count = None if who == "public_notice" else sum(row["to_tell"] for row in these)
        missed = chance.between(1, 3) if who == "everyone_who_took_part" and chance.happens(misses) else 0
        day = working_day_after(on, 0)
        history.told.append({
            "inputs": these, "activity_id": activity["id"], "change": change, "told_what": what, "told_on": day,
            "known_on": day, "told_who": who, "to_tell_count": count, "told_count": count and count - missed,
            "channel": {"person": chance.one_of(["letter", "phone", "email", "text"]), "public_notice": "poster"}
            .get(who, chance.one_of(["in_person", "email"])),
        })  # fmt: skip


def number(history: History) -> None:
    """Give every background row its id, in the order things became known."""
    prefix = history.provider.get("prefix", history.provider["code"])
    for rows, letter, key in (
        (history.sessions, "M", "session_id"),
        (history.inputs, "N", "input_id"),
        (history.decisions, "D", "decision_id"),
        (history.changes, "C", "change_id"),
        (history.told, "T", "told_back_id"),
    ):
        rows.sort(key=lambda row: row["known_on"])
        for place, row in enumerate(rows, 1):
            row[key] = f"{prefix}-{letter}-{place:06}"


def plant(history: History, truth: Truth) -> None:
    """Add what truth.yml plants, in the words and with the ids it has there."""
    code = history.provider["code"]
    for row in truth.planted(code, "inputs"):
        history.inputs.append({
            "input_id": row["id"], "known_on": row["received_on"], "received_on": row["received_on"],
            "said": row["said"], "source_kind": row["source_kind"], "session": None, "activity_id": row["activity"],
            "service_id": row.get("service"), "given_by_kind": row["given_by_kind"], "theme_codes": row["themes"],
            "theme_source": "human", "reply_wanted": row["reply_wanted"],
            "acknowledged_on": row["received_on"] + timedelta(days=1), "to_tell": row["to_tell"],
        })  # fmt: skip
    history.sessions += [dict(row, known_on=row["planned_on"]) for row in history.provider.get("sessions", [])]
    by_id = {row["input_id"]: row for row in history.inputs}
    for row in truth.planted(code, "decisions"):
        history.decisions.append({
            "decision_id": row["id"], "decision_kind": row.get("about", "on_input"),
            "inputs": [by_id[one] for one in row["inputs"]], "activity_id": row["activity"],
            "decision_group_id": row["group"], "decided_on": row["decided_on"],
            "known_on": row["decided_on"], "decided_by_role": row["by"], "outcome": row["outcome"],
            "reason_code": row.get("reason_code"), "reason": row.get("reason"), "review_on": None,
            "set_with_members": row.get("with_members"),
        })  # fmt: skip
    by_id |= {row["decision_id"]: row for row in history.decisions}
    for row in truth.planted(code, "changes"):
        decisions = [by_id[one] for one in row["decisions"]]
        history.changes.append({
            "change_id": row["id"], "decisions": decisions, "known_on": min(one["decided_on"] for one in decisions),
            "changed": row["changed"], "change_kind": row["kind"], "service_id": row.get("service"),
            "owner_role": row["owner"], "due_on": row["due_on"], "revised": row.get("revised"),
            "implemented_on": row.get("implemented_on"), "verified_on": row.get("verified_on"),
            "verified_by_kind": row.get("verified_by"), "measure_codes": row.get("measures", []),
        })  # fmt: skip
    by_id |= {row["change_id"]: row for row in history.changes}
    for row in truth.planted(code, "told"):
        about = [by_id[one] for one in row["inputs"]]
        history.told.append({
            "told_back_id": row["id"], "inputs": about,
            "activity_id": about[0]["activity_id"] if about else row["activity"],
            "change": by_id.get(row.get("change")), "told_what": row["what"],
            "told_on": row["told_on"], "known_on": row["told_on"], "told_who": row["who"],
            "to_tell_count": row["to_tell"], "told_count": row["told"], "channel": row["channel"],
        })  # fmt: skip
