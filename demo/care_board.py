"""Count each month what the care board watches over its whole region: a caseload, admissions, emergency attendances."""

from __future__ import annotations

from demo.chance import Chance
from demo.days import month_end, months
from demo.outbox import Outbox, csv_bytes

PROVIDER = "ZWL_ICB"
COLUMNS = ["Month ending", "Function", "Counted", "Number"]


def write(outbox: Outbox) -> None:
    """Send `activity_<month>.csv` since the board began to count."""
    truth = outbox.truth
    provider = truth.providers[PROVIDER]
    service = provider["services"][0]["id"]
    for month in months(provider["counts"]["from"], truth.region["last_month"]):
        chance = Chance(truth.region["seed"], "watched", month)
        end = month_end(month)
        level = truth.factor("watched_counts", service, month)
        lines = [
            [f"{end:%d/%m/%Y}", service, kind, chance.near(usual * level, 0.02 if kind == "caseload" else 0.12)]
            for kind, usual in provider["counts"]["usual"].items()
        ]
        name = f"activity_{month:%Y-%m}.csv"
        outbox.send(name, csv_bytes([COLUMNS, *lines]), outbox.day_for(name, end, "monthly"))
