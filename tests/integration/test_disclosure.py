"""Attack the published rows of the made-up region: can anyone work out a small count of people from what is printed?

The attacker has every published row, knows the rules by which counts are rounded, and knows the bed days, referrals and
answers behind the charts, which others publish. The truth is read from the marts to see whether the attack came off.
"""

import calendar
import csv
import re
from collections import defaultdict
from functools import cache

import pytest

from tests.attack import Attack, Rules, open_values
from tests.truth.published import EDITION, published
from warehouse import connection
from warehouse.paths import ROOT

QUARTER = "2026-27-Q1"
RULES = Rules()
with (ROOT / "dbt_project/seeds/measures.csv").open(encoding="utf-8", newline="") as content:
    MEASURES = {row["measure_code"]: row for row in csv.DictReader(content)}
OF_PEOPLE = [
    code
    for code, row in MEASURES.items()
    if row["section"] and "people" in (row["disclosure_class"], row["denominator_class"])
]
CHARTED = [code for code in OF_PEOPLE if MEASURES[code]["is_charted"] == "true"]
PARTS = ("numerator", "denominator", "value")
SMALL = range(1, RULES.suppress_below)
ROUNDED_BY = RULES.round_to // 2
# A hidden count is safe while this many values are still possible, one of them no small one.
FEWEST_POSSIBLE = 5
# Whoever knows that one count is part of another leaves fewer open, and never fewer than the macro promises.
FEWEST_OF_A_SHARE = 3
COUNTS = ("count", "numerator", "denominator")
# Numbers of published relations that say nothing of people: how to print, how much to require, how many files came.
HARMLESS = {
    "pub_editions": {"edition_number", "accepted_through", "entries_through"},
    "pub_asks": {"ask_number", "entry_id"},
    # Both as they were printed, then and now.
    "pub_restatements": {"value_before", "value_today", "decimals"},
    "pub_expectations": {"expectation_number"},
    "pub_measures": {"minimum_denominator", "display_order"},
    "pub_figures": {"value", "decimals"},
    "pub_data_quality": {"files_received", "rows_read", "rows_accepted", "rows_failed", "rows_set_aside"},
}


@pytest.fixture(scope="module")
def report(loaded_region):
    with published() as found:
        yield found


@pytest.fixture(scope="module")
def figures(report) -> dict[str, dict]:
    return {row["figure_id"]: row for row in report.rows("figures")}


@pytest.fixture(scope="module")
def truth(loaded_region) -> dict[tuple, tuple]:
    """True counts as (measure, organisation, service, period kind, first day) -> (numerator, denominator)."""
    with connection.connect("analyst") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select measure_code, organisation_code, service_id, period_kind, period_start_on, numerator, denominator"
            " from marts.fct_measures where numerator is not null"
        )
        return {row[:5]: row[5:] for row in cursor}


def counts_people(measure: str, part: int) -> bool:
    return MEASURES[measure][("disclosure_class", "denominator_class")[part]] == "people"


def parts_of_people(measure: str) -> list[int]:
    return [part for part in (0, 1) if counts_people(measure, part)]


def attack(measure: str, figures: dict, truth: dict) -> Attack:
    """Gather everything printed about one measure: charts by month, quarters by service, organisation and region."""
    made = Attack()
    months = {key[1:3] + key[4:] for key in truth if key[0] == measure and key[3] == "month"}
    # Where nobody says of which service, the organisation's month is the smallest there is.
    leaves = {place for place in months if place[1] is not None} or months
    for place in sorted(leaves, key=str):
        for part in parts_of_people(measure):
            made.place((part, place))
        if parts_of_people(measure) == [0, 1] and MEASURES[measure]["statistic"] == "share":
            made.is_part((0, place), (1, place))
    for part in parts_of_people(measure):
        for (organisation, service, month), printed in charted(measure, part, figures, truth).items():
            covered = {place for place in leaves if place[0] == organisation and place[2] == month}
            if service is not None:
                covered = {place for place in covered if place[1] == service}
            made.saw([(part, place) for place in covered], *RULES.behind(printed))
        statistic = ("numerator", "denominator")[part]
        for figure in figures.values():
            if (figure["measure_code"], figure["statistic"], figure["period_kind"]) != (measure, statistic, "quarter"):
                continue
            if figure["value"] is None:
                continue
            covered = {
                place
                for place in leaves
                if figure["period_start_on"] <= place[2] <= figure["period_end_on"]
                and figure["organisation_code"] in ("ALL", place[0])
                and figure["service_id"] in (None, place[1])
            }
            made.saw([(part, place) for place in covered], *RULES.behind(figure["value"]))
    return made


def charted(measure: str, part: int, figures: dict, truth: dict) -> dict[tuple, float]:
    """The rounded counts that an attacker reads back out of the charts' points, knowing what they are out of."""
    found = {}
    for figure in figures.values():
        if not figure["figure_id"].startswith(f"spc/{measure}/") or figure["statistic"] != "value":
            continue
        if figure["value"] is None:
            continue
        place = (figure["organisation_code"], figure["service_id"], figure["period_start_on"])
        counted, out_of = truth[measure, place[0], place[1], "month", place[2]]
        if counts_people(measure, 1):
            out_of = rounded(out_of)
        found[place] = round(figure["value"] * out_of / int(MEASURES[measure]["scale"])) if part == 0 else out_of
        assert part == 1 or abs(found[place] - counted) <= ROUNDED_BY
    return found


@pytest.mark.parametrize("measure", CHARTED)
def test_no_small_month_of_a_service_can_be_worked_out_from_charts_and_totals(measure, figures, truth):
    made = attack(measure, figures, truth)
    assert made.places, "nothing is counted by month"
    for part, place in made.places:
        counted = truth[measure, place[0], place[1], "month", place[2]][part]
        if counted in SMALL:
            least, most = made.possible([(part, place)])
            assert most - least >= FEWEST_POSSIBLE - 1, f"{measure} {place}: {least} to {most}"
            assert most >= SMALL.stop, f"{measure} {place}: {least} to {most}"


@pytest.mark.parametrize("measure", CHARTED)
@pytest.mark.parametrize("part", [0, 1])
def test_no_month_of_an_organisation_less_its_printed_charts_is_one_small_service(measure, part, figures, truth):
    """Whichever charts are held back, in no single month does one service with few people stand alone behind them."""
    printed = set(charted(measure, 0, figures, truth))
    wholes = [(organisation, month) for organisation, service, month in printed if service is None]
    for organisation, month in wholes:
        behind = {
            key[2]: counts[part]
            for key, counts in truth.items()
            if (key[0], key[1], *key[3:]) == (measure, organisation, "month", month)
            and key[2] is not None
            and (organisation, key[2], month) not in printed
            and counts[0]
        }
        assert not counts_people(measure, part) or len(behind) != 1 or not set(behind.values()) & set(SMALL), (
            organisation,
            month,
            behind,
        )


def test_the_attack_finds_what_can_be_found():
    """Beside 20 in a total of 25 the hidden sister lies between 1 and 9; in a total of nought she is nought."""
    made = Attack()
    made.saw(["seen"], *RULES.behind(20))
    made.saw(["seen", "hidden"], *RULES.behind(25))
    assert made.possible(["hidden"]) == (1, 9)
    made.saw(["other", "nought"], *RULES.behind(0))
    assert made.possible(["nought"]) == (0, 0)


@pytest.mark.parametrize("measure", OF_PEOPLE)
def test_no_hidden_organisation_is_the_region_less_the_others(measure, figures):
    """Whoever reads both sides of a share knows besides that the one is part of the other."""
    made, hidden = Attack(), []
    for part in parts_of_people(measure):
        statistic = ("numerator", "denominator")[part]
        mine = [
            figure
            for figure in figures.values()
            if (figure["measure_code"], figure["statistic"], figure["service_id"]) == (measure, statistic, None)
            and figure["period_kind"] == "quarter"
        ]
        senders = [figure for figure in mine if figure["organisation_code"] != "ALL"]
        for figure in senders:
            made.place((part, figure["organisation_code"]))
            if part and parts_of_people(measure) == [0, 1] and MEASURES[measure]["statistic"] == "share":
                made.is_part((0, figure["organisation_code"]), (1, figure["organisation_code"]))
        for figure in mine:
            cells = [(part, figure["organisation_code"])]
            if figure["organisation_code"] == "ALL":
                cells = [(part, one["organisation_code"]) for one in senders]
            if figure["value"] is not None:
                made.saw(cells, *RULES.behind(figure["value"]))
        hidden += [(part, one["organisation_code"]) for one in senders if one["value_state"] == "suppressed"]
    for cell in hidden:
        assert open_values(made.possible([cell])) >= FEWEST_OF_A_SHARE, cell


def test_a_status_tells_nothing_of_a_number_that_is_not_printed(report, figures):
    """No status stands beside a hidden figure but that it is hidden, and none says more than the figures printed."""
    hidden = printed = 0
    for row in report.rows("evidence"):
        named = [figures[row[f"{part}_figure_id"]] for part in PARTS if row[f"{part}_figure_id"]]
        states = {figure["value_state"] for figure in named}
        if "suppressed" in states or (row["status"] == "withheld" and not named):
            hidden += 1
            assert (row["status"], row["reason_code"]) == ("withheld", "number_not_printed"), row
        elif named and row["status"] == "too_few_to_say" and figures[row["numerator_figure_id"]]["value"] is not None:
            printed += 1
            of = figures[row["denominator_figure_id"]]["value"]
            assert of < int(MEASURES[row["measure_code"]]["minimum_denominator"]), row
    assert hidden > 10
    assert printed > 10


def test_what_is_said_of_an_expectation_is_no_other_than_what_is_true(report):
    """Rounding and hiding leave things open, and never turn them over."""
    with connection.connect("analyst") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select expectation_id, organisation_code, quarter_id, status from marts.mart_evidence"
            " where icb_code = 'ZWL'"
        )
        true = {row[:3]: row[3] for row in cursor}
    compared = [
        (row["status"], true[row["expectation_id"], row["organisation_code"], row["quarter_id"]])
        for row in report.rows("evidence")
    ]
    assert len(compared) > 300
    left_open = {"shown", "withheld", "too_few_to_say"}
    assert {(said, is_so) for said, is_so in compared if said != is_so and said not in left_open} == set()
    of_arrival = {"no_evidence_received", "no_agreement", "not_applicable"}
    assert {(said, is_so) for said, is_so in compared if said != is_so and is_so in of_arrival} == set()


def test_a_hidden_count_hides_everything_made_of_it(figures):
    """No share, rate, interval or denominator stands beside a numerator that is hidden."""
    beside = defaultdict(dict)
    for figure in figures.values():
        if figure["disclosure_class"] == "people" and figure["period_kind"] == "quarter":
            place = (figure["measure_code"], figure["organisation_code"], figure["service_id"], figure["quarter_id"])
            beside[place][figure["statistic"]] = figure
    hidden = [found for found in beside.values() if "suppressed" in {one["value_state"] for one in found.values()}]
    assert hidden
    for found in hidden:
        assert {one["value"] for one in found.values()} == {None}


def test_every_share_and_rate_is_that_of_the_rounded_counts_beside_it(figures):
    """Share times total gives back the rounded count, and so nothing that was not printed."""
    checked = 0
    for figure in figures.values():
        if figure["statistic"] not in ("share", "rate_per_1000", "rate_per_100") or figure["value"] is None:
            continue
        if figure["disclosure_class"] != "people" or figure["period_kind"] != "quarter":
            continue
        numerator, denominator = (
            figures[figure["figure_id"].replace(f".{figure['statistic']}/", f".{part}/")]["value"]
            for part in ("numerator", "denominator")
        )
        times = {"share": 1, "rate_per_1000": 1000, "rate_per_100": 100}[figure["statistic"]]
        assert figure["value"] == pytest.approx(numerator * times / denominator, rel=1e-12)
        checked += 1
    assert checked > 8


def test_no_count_of_people_is_printed_unrounded(figures):
    people = [row for row in figures.values() if row["disclosure_class"] == "people" and row["statistic"] in COUNTS]
    assert people
    assert {row["figure_id"] for row in people if row["value"] is not None and row["value"] % 5} == set()


def test_charts_are_drawn_and_limited_by_rounded_counts_alone(figures, truth, report):
    """The limits are those of the points as printed: limits of true counts beside them would let them be solved."""
    from warehouse import spc

    series = report.rows("series", chart_state="publishable")
    assert {row["measure_code"] for row in series} >= {"restrictive_interventions", "fft_positive"}
    with connection.connect("analyst") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select series_id, min(period_start_on) from marts.mart_spc where rebase_group > 0"
            " group by series_id, rebase_group"
        )
        counted_anew = set(cursor.fetchall())
    assert "choice_recorded/ZW2" in {series_id for series_id, _ in counted_anew}
    points, options, printed = [], [], {}
    for row in series:
        mine = sorted(
            (one for one in figures.values() if one["subject_id"] == row["series_id"] and one["section"] == "series"),
            key=lambda one: one["period_start_on"],
        )
        options.append((row["series_id"], row["improvement_direction"], None, True, None))
        for number, one in enumerate((one for one in mine if one["statistic"] == "value"), start=1):
            begins = (row["series_id"], one["period_start_on"]) in counted_anew
            points.append((row["series_id"], number, str(one["period_start_on"]), one["value"], begins))
        for one in mine:
            printed[row["series_id"], str(one["period_start_on"]), one["statistic"]] = one["value"]
    with connection.connect("transformer") as opened:
        for found in spc.compute(opened, points, options):
            for line in ("mean", "lpl", "upl"):
                value = printed[found["series_id"], found["x"], line]
                assert (value is None) == (found[line] is None)
                assert value is None or value == pytest.approx(found[line], rel=1e-9), found


def test_a_printed_effect_is_that_of_rounded_counts(figures, loaded_region):
    with connection.connect("analyst") as opened, opened.cursor() as cursor:
        cursor.execute(
            "select organisation_code, change_id, measure_code, after_numerator, after_denominator, baseline_numerator,"
            " baseline_denominator from marts.mart_change_effects"
            " where verdict in ('improved', 'worsened', 'no_signal')"
        )
        effects = cursor.fetchall()
    assert effects
    for organisation, change, measure, after, after_of, before, before_of in effects:
        value = figures[f"effect.value/{organisation}/{change}/{measure}"]["value"]
        if value is None:
            continue
        assert min(after, before) >= 20
        assert value == pytest.approx((rounded(after) / after_of) / (rounded(before) / before_of), rel=1e-9)


def rounded(count: int) -> int:
    return 5 * round(count / 5)


def test_no_number_hides_in_a_label_a_verdict_or_another_column(report):
    """Numbers stand in pub_figures, where they are hidden and rounded, and nowhere else."""
    with report.opened.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'published'"
            " and data_type in ('integer', 'bigint', 'double precision', 'numeric', 'real', 'smallint')"
        )
        numeric = {(name.removesuffix("_now"), column) for name, column in cursor}
    assert numeric <= {(relation, column) for relation, columns in HARMLESS.items() for column in columns}
    said = {row["label"] for row in report.rows("figures")} - {None}
    for relation in ("series", "effects", "findings"):
        for row in report.rows(relation):
            said |= {str(row[column]) for column in row if column.endswith(("_words", "_label")) and row[column]}
    assert said
    months = "|".join(calendar.month_name[1:])
    assert [words for words in said if re.search(r"\d", re.sub(rf"({months}) \d{{4}}", "", words))] == []


def test_counts_of_rows_about_people_are_rounded(report):
    for row in report.rows("data_quality"):
        if row["record"] in ("incident", "restrictive_intervention", "complaint"):
            assert row["disclosure_class"] == "people"
            counts = ("rows_read", "rows_accepted", "rows_failed", "rows_set_aside")
            assert all(row[column] is None or row[column] % 5 == 0 for column in counts), row


def test_the_chart_of_access_complaints_is_in_words_and_that_of_restrictive_interventions_is_drawn(report):
    (access,) = report.rows("series", measure_code="access_complaints")
    assert access["chart_state"] == "words_only"
    assert access["verdict_words"]
    assert access["variation_icon"] is None
    drawn = report.rows("series", measure_code="restrictive_interventions", chart_state="publishable")
    assert {row["service_id"] for row in drawn} == {None, "ZW1-S-01", "ZW1-S-02", "ZW1-S-05"}


@cache
def page() -> str:
    from report import publication

    return publication.content(EDITION).decode("utf-8")


def test_no_hidden_value_stands_in_the_page(figures, loaded_region):
    """A hidden figure is printed as words, with an empty value behind them."""
    for figure_id, value in re.findall(r'data-figure="([^"]+)" value="([^"]*)"', page()):
        if figures[figure_id]["value_state"] != "counted":
            assert value == ""
