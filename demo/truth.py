"""Read what is true in the made-up region, and refuse it where it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from demo.days import month_of

HERE = Path(__file__).parent
KINDS = {
    "effect", "chain", "spike", "season", "implemented_before_decided", "reissued_file", "restated_file", "silent",
    "declined_without_reason", "declined_with_reason", "never_told", "no_reply_wanted", "cannot_be_reached",
    "revised_deadline", "overdue", "bad_row", "bad_file", "sent", "honest", "told_disputed", "pages_moved", "joined",
    "not_coproduced", "challenged", "reversal", "fewer_asked", "falling_denominator", "recording_change",
}  # fmt: skip
# What makes a stream run at another level from a month on.
STEPS = {"effect", "fewer_asked", "falling_denominator", "recording_change"}


@dataclass(frozen=True)
class Truth:
    """The region, its providers and its events, as truth.yml words them."""

    region: dict[str, Any]
    providers: dict[str, dict[str, Any]]
    events: tuple[dict[str, Any], ...]
    sent: dict[str, Any]

    def of(self, provider: str, kind: str | None = None, feed: str | None = None) -> list[dict[str, Any]]:
        """The events of one provider, of one kind and about one feed where these are given."""
        return [
            event
            for event in self.events
            if event["provider"] == provider and kind in (None, event["kind"]) and feed in (None, event.get("feed"))
        ]

    def planted(self, provider: str, what: str) -> list[dict[str, Any]]:
        """All planted inputs, decisions, changes or told of one provider."""
        return [row for event in self.of(provider) for row in event.get(what, [])]

    def factor(self, stream: str, service: str, month: date) -> float:
        """How many times the ordinary level a stream runs at in one service in one month."""
        level = 1.0
        for event in self.events:
            if event.get("stream") != stream or service not in event["services"]:
                continue
            if event["kind"] in STEPS and month >= event["from"]:
                level *= event["factor"]
            if event["kind"] == "spike" and month == month_of(event["month"]):
                level *= event["factor"]
            if event["kind"] == "season":
                level *= event["factors"][month.month - 1]
        return level


def document(path: Path) -> dict[str, Any]:
    """What a YAML file says, by libyaml as in warehouse.yaml_files, which the demo may not import."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load(path: Path = HERE / "truth.yml") -> Truth:
    """Read truth.yml; a ValueError names the event and what is wrong with it."""
    text = document(path)
    truth = Truth(
        region=text["region"],
        providers={provider["code"]: provider for provider in text["providers"]},
        events=tuple(text["events"]),
        sent=text["sent"],
    )
    wrong = list(contradictions(truth))
    if wrong:
        raise ValueError(f"{path.name} contradicts itself: " + "; ".join(wrong))
    return truth


def contradictions(truth: Truth) -> Iterator[str]:
    """Say what in a truth cannot be so."""
    ids = [event["id"] for event in truth.events]
    yield from (f"{name} is used twice" for name in sorted({name for name in ids if ids.count(name) > 1}))
    for event in truth.events:
        name, provider = event["id"], truth.providers.get(event["provider"])
        if provider is None:
            yield f"{name} is about {event['provider']}, which is no provider"
            continue
        if event["kind"] not in KINDS:
            yield f"{name} is of no known kind: {event['kind']}"
        if event.get("finding") not in ("must_find", "must_not_find"):
            yield f"{name} does not say whether it must be found"
        known = {thing["id"] for key in ("services", "groups", "activities") for thing in provider.get(key, [])}
        named = [*event.get("services", []), *(event[key] for key in ("service", "group") if key in event)]
        for row in (row for what in ("inputs", "decisions", "changes") for row in event.get(what, [])):
            named += [row[key] for key in ("service", "group", "activity") if key in row]
        yield from (f"{name} names {thing}, which {provider['code']} does not have" for thing in named
                    if thing not in known)  # fmt: skip
        if abs(sum(event.get("factors", [12])) - 12) > 1e-9:
            yield f"{name}: the factors of the months do not add up to 12"
        yield from broken_links(truth, event)


def broken_links(truth: Truth, event: dict[str, Any]) -> Iterator[str]:
    """Say which link of an event's chain leads nowhere."""
    provider = event["provider"]
    have = {what: {row["id"] for row in truth.planted(provider, what)} for what in ("inputs", "decisions", "changes")}
    links = [("inputs", row["inputs"]) for what in ("decisions", "told") for row in event.get(what, [])] + [
        ("decisions", row["decisions"]) for row in event.get("changes", [])
    ]
    links += [("changes", [row["change"]]) for row in [event, *event.get("told", [])] if "change" in row]
    for what, wanted in links:
        yield from (f"{event['id']}: there is no {one} among the {what}" for one in wanted if one not in have[what])
