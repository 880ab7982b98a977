"""Ask members as the lived-experience network does each quarter, and keep what it challenged in the report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from demo.chance import Chance
from demo.days import quarter_ends
from demo.outbox import Outbox
from demo.truth import Truth

PROVIDER = "ZWL_NET"
STATEMENTS = {
    "was_told_what_happened": "I was told what happened with what I said",
    "saw_change_happen": "I saw something change because of what we said",
    "trust": "I trust that taking part makes a difference",
    "knew_what_was_expected": "I knew what was expected of me",
    "treated_as_equal": "I was treated as an equal",
    "valued": "What I brought was valued",
    "supported": "I was supported to take part",
    "confidence": "Taking part made me more confident",
    "new_skills": "I learnt something new",
    "relationships": "People got on well with one another",
    "skills_needed": "We had the skills that we needed",
    "openness_to_challenge": "It was safe to disagree",
    "skills": "My skills were used",
    "strengths_recognised": "What each of us is good at was seen",
}


def write(outbox: Outbox) -> None:
    """Send `survey_<day>.ndjson` each quarter, and with the report quarter's `challenges_<day>.ndjson`."""
    truth = outbox.truth
    last = quarter_ends(truth.region["last_month"], truth.region["last_month"])[0]
    for end in quarter_ends(truth.providers[PROVIDER]["first_month"], truth.region["last_month"]):
        name = f"survey_{end:%Y%m%d}.ndjson"
        outbox.send(name, lines(survey(truth, end)), outbox.day_for(name, end, "quarterly"))
    name = f"challenges_{last:%Y%m%d}.ndjson"
    outbox.send(name, lines(challenges(truth)), outbox.day_for(name, last, "quarterly"))


def survey(truth: Truth, end: date) -> Iterator[dict[str, Any]]:
    """How many gave each answer, for every service whose members were reached and every statement."""
    provider = truth.providers[PROVIDER]
    for reached in provider["reaches"]:
        if reached.get("from", end) > end:
            continue
        more = provider["asks_more"]
        later = dict.fromkeys(more["items"], more["answers"]) if more["from"] <= end else {}
        for item, usual in (provider["asks"] | later).items():
            chance = Chance(truth.region["seed"], "survey", reached["service"], item, end)
            weights = answered(truth, reached, item, end) or usual
            counts = Counter(chance.weighted(weights) for _ in range(chance.near(reached["members"], 0.15)))
            for answer in weights:
                if counts[answer]:
                    yield {"asked_on": end - timedelta(days=20), "about": f"{reached['about']}/{reached['service']}",
                           "statement": STATEMENTS[item], "answer": answer.replace("_", " "),
                           "people": counts[answer]}  # fmt: skip


def answered(truth: Truth, reached: dict[str, Any], item: str, end: date) -> dict[str, int] | None:
    """How an event says that members of a service answer from a day on."""
    for event in truth.of(reached["about"], kind="told_disputed"):
        if item == event["item"] and reached["service"] in event["services"] and event["from"] <= end:
            return event["answers"]
    return None


def challenges(truth: Truth) -> Iterator[dict[str, Any]]:
    """What the network said about an edition, and what it was answered."""
    for row in (row for event in truth.of(PROVIDER, kind="challenged") for row in event["challenges"]):
        answer = (
            {"on": row["replied_on"], "words": row["reply"], "came_of_it": row["outcome"]} if "reply" in row else {}
        )
        yield {"id": row["id"], "edition": row["edition"], "raised_on": row["raised_on"], "figure": row.get("figure"),
               "words": row["comment"], "answer": answer}  # fmt: skip


def lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, default=date.isoformat) + "\n" for row in rows).encode()
