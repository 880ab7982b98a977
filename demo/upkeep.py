"""Add to a history what only careful registers keep: methods, briefings, criticism, reviews, formats asked for."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from demo.chance import Chance
from demo.history import History
from demo.truth import Truth

METHODS = {"group_talk": 40, "small_groups": 24, "written": 14, "one_to_one": 10, "creative": 8, "interpreter": 4}
FORMATS = {"easy_read": 50, "large_print": 20, "audio": 15, "translation": 15}
SAVED = ["Fewer nights were bought outside the region.", "Two contracts were joined into one.",
         "The service is no longer paid for twice."]  # fmt: skip
CRITICAL = ("complaint_theme", "incident_theme")


def written_up(history: History, truth: Truth) -> History:
    """The same history with more written down of each meeting, input, change and telling."""
    seed = truth.region["seed"]
    met: Counter[str] = Counter()
    for session in sorted(history.sessions, key=lambda row: row["planned_on"]):
        if "held_on" in session:
            chance = Chance(seed, "methods", session["session_id"])
            # The first meeting of a group is a briefing; every third touches on what was hard.
            met[session["group_id"]] += 1
            session["is_briefing"] = "yes" if met[session["group_id"]] == 1 else "no"
            session["is_trauma_related"] = "no" if met[session["group_id"]] % 3 else "yes"
            session["method_codes"] = sorted({chance.weighted(METHODS) for _ in range(chance.between(1, 4))})
    for row in history.inputs:
        chance = Chance(seed, "criticism", row["input_id"])
        row["is_criticism"] = "yes" if row["source_kind"] in CRITICAL or chance.happens(0.4) else "no"
    for row in history.changes:
        chance = Chance(seed, "log", row["change_id"])
        made = row.get("implemented_on")
        if made and chance.happens(0.9):
            row["qi_register_ref"] = f"QI-{row['change_id'][-4:]}"
        later = [one for one in history.sessions
                 if made and made < one.get("held_on", date.min) <= made + timedelta(days=70)]  # fmt: skip
        if later and chance.happens(0.85):
            row |= {"reviewed_on": later[0]["held_on"], "reviewed_session_id": later[0]["session_id"]}
        cost = chance.between(2, 60) * 250
        row |= {"cost_gbp": cost, "saving_gbp": None, "saving_basis": None}
        if made and chance.happens(0.4):
            row["saving_gbp"] = cost * chance.between(40, 180) // 100
            row["saving_basis"] = chance.one_of(SAVED) if chance.happens(0.8) else None
    for row in history.told:
        chance = Chance(seed, "formats", row["told_back_id"])
        if chance.happens(0.3):
            row["formats_requested"] = sorted({chance.weighted(FORMATS) for _ in range(chance.between(1, 2))})
            row["formats_supplied"] = [one for one in row["formats_requested"] if chance.happens(0.85)]
    return history
