"""Fill the Night Owls' API: each month what people say of the nights, each quarter the whole register, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from demo.chance import Chance
from demo.days import month_end, months, quarter_ends
from demo.history import lived
from demo.outbox import Outbox
from demo.register import senders, tables
from demo.returns import answers_of
from demo.truth import Truth

PROVIDER = "ZW4"
# How many elements their service puts on a page.
PAGE = 50
ANSWERS = {"very_good": 58, "good": 24, "neither": 7, "poor": 5, "very_poor": 3, "dont_know": 3}
WAYS = {"text": 62, "web": 23, "card": 15}
WHO = {"self": 84, "carer": 9, "family": 5, "unknown": 2}
ABOUT = ("access", "waiting", "staff_attitude", "peer_support", "environment", "safety")


def write(outbox: Outbox) -> None:
    """Write the list behind each address of the API: `feedback_<month>.json`, `<record>_<day>.json`."""
    truth = outbox.truth
    first, last = truth.providers[PROVIDER]["first_month"], truth.region["last_month"]
    for month in months(first, last):
        name = f"feedback_{month:%Y-%m}.json"
        outbox.send(
            name,
            as_json(fetched(truth, name, answers(truth, month))),
            outbox.day_for(name, month_end(month), "monthly"),
        )
    history, sender = lived(truth, PROVIDER), senders()[PROVIDER]
    for end in quarter_ends(first, last):
        sent_on = outbox.day_for(f"register_{end:%Y%m%d}", end, "quarterly")
        for record, (heads, *rows) in tables(history, end, sender, joined_by=None).items():
            outbox.send(f"{record}_{end:%Y%m%d}.json", as_json(nested(heads, row) for row in rows), sent_on)
        outbox.send(f"form_{end:%Y%m%d}.json", as_json(form(truth, end)), sent_on)


def form(truth: Truth, end: date) -> Iterator[dict[str, Any]]:
    """What they declare of themselves in place of lists of people: an answer, or how many of how many."""
    for row in answers_of(truth, PROVIDER, truth.providers[PROVIDER]["form"], end):
        yield {"question": row["item_code"], "answer": row.get("answer_code"), "how_many": row.get("numerator"),
               "of": row.get("denominator"), "by_role": row["declared_by_role"]}  # fmt: skip


def answers(truth: Truth, month: date) -> list[dict[str, Any]]:
    """Everything people answered in a month, service by service, in the order of their days."""
    found = []
    for service in truth.providers[PROVIDER]["services"]:
        chance = Chance(truth.region["seed"], "answers", service["id"], month)
        for _ in range(chance.near(service["answers_a_month"], 0.25)):
            row: dict[str, Any] = {
                "day": month + timedelta(days=chance.between(0, (month_end(month) - month).days)),
                "service": {"id": service["id"], "name": service["name"]},
                "question": "fft_2020", "answer": chance.weighted(ANSWERS), "way": chance.weighted(WAYS),
                "who": chance.weighted(WHO), "may_quote": chance.happens(0.4),
            }  # fmt: skip
            if chance.happens(0.3):
                row["themes"] = sorted({chance.one_of(ABOUT), chance.one_of(ABOUT)})
            found.append(row)
    found.sort(key=lambda row: row["day"])
    return [{"id": f"{PROVIDER}-F-{month:%y%m}-{number:03}"} | row for number, row in enumerate(found, 1)]


def fetched(truth: Truth, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as their service gives them out: some on two pages where truth says that pages moved meanwhile."""
    for event in truth.of(PROVIDER, kind="pages_moved"):
        if event["file"] == name:
            return [*rows[:PAGE], *rows[PAGE - event["by"] :]]
    return rows


def nested(heads: list[str], row: list[Any]) -> dict[str, Any]:
    """One row as an object: `said.on` stands under `said`."""
    found: dict[str, Any] = {}
    for head, cell in zip(heads, row, strict=True):
        *above, last = head.split(".")
        place = found
        for key in above:
            place = place.setdefault(key, {})
        place[last] = cell
    return found


def as_json(rows: Iterable[dict[str, Any]]) -> bytes:
    return (json.dumps(list(rows), default=date.isoformat, indent=1) + "\n").encode()
