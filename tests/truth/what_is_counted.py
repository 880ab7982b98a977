"""The stories of what is counted out of less, and of what is only counted in another way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import openpyxl

from tests.truth import files
from tests.truth.stories import story

SERIES = "select * from marts.mart_spc_series where measure_code = any(%s) and organisation_code = %s"
POINTS = "select * from marts.mart_spc where series_id = %s order by idx"
WATCHED = ["mh_admissions", "mh_ae_attendances", "self_harm_ae_attendances"]


class Sides(NamedTuple):
    """The months before a day, and those from it on."""

    before: list[float]
    after: list[float]


def sides(counted: dict[dt.date, float], from_on: dt.date) -> Sides:
    return Sides(*([value for on, value in sorted(counted.items()) if (on >= from_on) == late] for late in (0, 1)))


def month_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def watched(region: Path, kind: str) -> dict[dt.date, float]:
    """What the care board counted of one kind, month by month."""
    return {
        month_of(files.day(row["Month ending"])): int(row["Number"])
        for path in sorted((region / "zwl_icb").glob("activity_*.csv"))
        for row in files.rows_of_csv(path)
        if row["Counted"] == kind
    }


def bed_days(region: Path, ward: str) -> dict[dt.date, float]:
    counted = {}
    for path in sorted((region / "zw1").glob("activity_*.csv")):
        for row in files.rows_of_csv(path):
            # The login page that came once has none of these headings.
            if (row.get("Service code"), row.get("Count"), row.get("Counted for")) == (
                ward, "Occupied bed days", "Everybody",
            ):  # fmt: skip
                counted[month_of(files.day(row["Month ending"]))] = int(row["Value"])
    return counted


def interventions(region: Path, ward: str) -> dict[dt.date, float]:
    """How many restrictive interventions began on a ward in a month, by the last file of each month."""
    begun: dict[dt.date, float] = defaultdict(int)
    for path in sorted((region / "zw1").glob("restrictive_*.csv")):
        if not path.with_stem(f"{path.stem}_v2").exists():
            for row in files.rows_of_csv(path):
                if row["WardCode"] == ward:
                    begun[month_of(files.day(row["StartDateRestrictiveIntType"]))] += 1
    return begun


def choices(region: Path) -> dict[dt.date, float]:
    """The share of first contacts at which a choice was recorded at Fenbrook and Tarn, month by month."""
    shares = {}
    for path in sorted((region / "zw2").glob("FFT_MH_*.xlsx")):
        sheet = openpyxl.load_workbook(path, read_only=True)["Activity"]
        rows = [row for row in sheet.iter_rows(values_only=True) if row]
        (heads,) = (row for row in rows if "First contacts" in row)
        contacts, recorded = heads.index("First contacts"), heads.index("Choice offered and recorded")
        counted = [row for row in rows if isinstance(row[contacts], int) and isinstance(row[recorded], int)]
        shares[dt.date.fromisoformat(f"{path.stem.removeprefix('FFT_MH_')}-01")] = sum(
            row[recorded] for row in counted
        ) / sum(row[contacts] for row in counted)
    return shares


@story("EV-50")
def fewer_admissions_of_fewer_people_are_no_improvement(event, report, books, region):
    caseload = watched(region, "caseload")
    found = {row["measure_code"]: row for row in books.ask(SERIES, WATCHED, event["provider"])}
    assert found.keys() == set(WATCHED)
    for measure, series in found.items():
        counted = watched(region, measure)
        count = sides(counted, event["from"])
        rate = sides({on: counted[on] / caseload[on] for on in counted}, event["from"])
        # Each count since then is below every one before: alone it would be a signal.
        assert max(count.after) < min(count.before)
        assert abs(mean(rate.after) / mean(rate.before) - 1) < 0.1
        assert (series["variation_icon"], series["caveat"]) == ("common_cause", "denominator_swings")
        points = books.ask(POINTS, series["series_id"])
        assert [(row["numerator"], row["denominator"]) for row in points] == [
            (counted[on], caseload[on]) for on in sorted(counted)
        ]
    told = "select 1 from marts.mart_findings where organisation_code = %s and measure_code = any(%s)"
    assert books.ask(told, event["provider"], WATCHED) == []


@story("EV-51")
def as_many_on_half_the_beds_are_a_worsening(event, report, books, region):
    (ward,) = event["services"]
    count, beds = interventions(region, ward), bed_days(region, ward)
    assert mean(sides(beds, event["from"]).after) < 0.55 * mean(sides(beds, event["from"]).before)
    before, after = sides(count, event["from"])
    # No month since then has more than the worst one before: the bare count shows nothing.
    assert 0.8 < mean(after) / mean(before) < 1.4
    assert max(after) <= max(before) + 1
    series = report.one("series", service_id=ward, measure_code="restrictive_interventions")
    (judged,) = (
        row for row in books.ask(SERIES, ["restrictive_interventions"], event["provider"]) if row["service_id"] == ward
    )
    assert (judged["verdict"], judged["variation_icon"]) == ("worsening", "special_cause_concern")
    assert "denominator_swings" in judged["caveat"]
    # Its months are too small to print; the verdict is told in words.
    assert series["chart_state"] == "words_only"
    assert "getting worse" in series["verdict_words"]
    finding = report.one("findings", organisation_code=event["provider"], kind="worsening", service_id=ward)
    assert (finding["measure_code"], finding["since_on"]) == ("restrictive_interventions", event["from"])
    # It is told of the ward, and not of the trust.
    assert not report.rows("findings", kind="worsening", organisation_code=event["provider"], service_id=None)


@story("EV-52")
def a_form_that_ticks_by_itself_is_no_improvement(event, report, books, region):
    shares = sides(choices(region), event["from"])
    # Every month since then is above the average of those before: undeclared, it would be a run of seven and more.
    assert len(shares.after) >= 7
    assert min(shares.after) > mean(shares.before)
    assert mean(shares.after) > 1.1 * mean(shares.before)
    found = books.ask(SERIES, ["choice_recorded"], event["provider"])
    assert {row["service_id"] for row in found} == {None, *event["services"]}
    for series in found:
        points = books.ask(POINTS, series["series_id"])
        begun = [row["period_start_on"] for row in points if row["rebase_group"] > points[0]["rebase_group"]]
        assert begun[0] == event["from"]
        assert series["verdict"] == "no_change"
        assert "counting_changed" in series["caveat"]
    (change,) = event["changes"]
    (effect,) = books.ask("select * from marts.mart_change_effects where change_id = %s", change["id"])
    assert (effect["measure_code"], effect["implemented_on"]) == (event["stream"], change["implemented_on"])
    assert (effect["verdict"], effect["reason_code"]) == ("cannot_tell", "counting_changed")
    # Not one month that was counted by the new form stands on either side.
    assert effect["after_months"] == (event["from"].year - 2025) * 12 + event["from"].month - 3
    (step,) = books.ask("select * from marts.mart_change_its where change_id = %s", change["id"])
    assert (step["state"], step["step_side"]) == ("counting_changed", None)
    told = report.one("effects", change_id=change["id"])
    assert told["verdict"] == "cannot_tell"
    assert "improve" not in told["verdict_words"]
