"""Every status that each of the 118 expectations can take, made by rows of raw and nothing else."""

import contextlib
import csv
import datetime as dt
from typing import NamedTuple

import pytest
from psycopg2.extras import Json

from expectations.contract import load_contracts
from tests.dbt import stories
from tests.dbt.sender import Sender
from tests.dbt_run import dbt
from warehouse import connection
from warehouse.paths import ROOT

QUARTER = "2026-27-Q1"
AS_OF = dt.datetime(2026, 7, 29, 6, tzinfo=dt.UTC)
NOTHING: stories.Rows = {record: [] for record in load_contracts() if record != "published_statistic"}


def _seed(name: str) -> list[dict[str, str]]:
    with (ROOT / f"dbt_project/seeds/{name}.csv").open(encoding="utf-8", newline="") as content:
        return list(csv.DictReader(content))


EXPECTATIONS = {row["expectation_id"]: row for row in _seed("expectations")}
ASKED = [one for one, row in EXPECTATIONS.items() if row["asked_of"] != "self"]
JUDGED = [one for one in ASKED if EXPECTATIONS[one]["answer_kind"] in ("target", "presence", "trend")]
MEASURES = {row["measure_code"]: row for row in _seed("measures")}
# A month without activity has no rate and is no evidence; a month without interventions is known, and none was hurt.
SOMETIMES_OUT_OF_NONE = {"E26"}
# There are always four kinds of benefit, seventeen questions and three months, and whoever gave one answer gave it: an
# organisation is one of one, and staff are counted once they have answered twice.
NEVER_OUT_OF_NONE = {"E35", "E38", "E45", "E59", "E62", "E67", "E107", "E108"}
# People are counted from ten on, and nine characteristics of each are never too few; members are looked at beside the
# groups and the work of the same quarter, of which one is enough.
NEVER_TOO_FEW = {"E57", "E81"}


def _populate(cursor) -> None:
    """A region of one commissioner and one trust for every story, and in the first those who cannot answer."""
    ward = {"service": stories.register(well=True, many=1)["service"]}
    told = {
        "WELL": stories.register(well=True, many=24),
        "AMISS": stories.register(well=False, many=24),
        "FEW": stories.register(well=True, many=2),
        "SOME": stories.some(),
        "SHORT": stories.short(),
        "LOOSE": stories.loose(),
        "HALF": stories.half(),
        "EMPTY": NOTHING | ward,
        "NOUGHT": NOTHING | stories.nought(),
        "SILENT": ward,
    }
    for name, rows in told.items():
        for code, kind in ((name, "nhs_trust"), (f"{name}_ICB", "icb")):
            sender = Sender(cursor, code, f"Made-up {code}", "full", icb=f"Q{name}", kind=kind)
            sender.agree(NOTHING)
            sender.expect("register", stories.FIRST, stories.SPOKEN_TO, AS_OF.date())
            kept = rows if kind == "nhs_trust" else stories.kept_by_a_commissioner(rows)
            sender.send("register", kept, stories.FIRST, stories.SPOKEN_TO)
    # Who has just joined has sent nothing yet, and who has no agreement may not be asked. A region without a
    # commissioner has nobody who answers for its report.
    for name, joined_on, agreed in (("NEW", dt.date(2026, 5, 1), NOTHING), ("STRANGER", stories.FIRST, ())):
        for code, kind in ((name, "nhs_trust"), (f"{name}_ICB", "icb")):
            region = "QWELL" if kind == "nhs_trust" else f"Q{name}"
            sender = Sender(cursor, code, f"Made-up {code}", "full", icb=region, kind=kind, joined_on=joined_on)
            sender.agree(agreed)
            sender.send("services", ward, stories.FIRST, stories.LAST)
    Sender(cursor, "SMALL", "Made-up charity", "minimal", icb="QWELL").agree(NOTHING)
    _publish(cursor, "QWELL", "suppressed")
    _publish(cursor, "QEMPTY", "counted")
    Sender(cursor, "LONE", "Made-up trust", "full", icb="QLONE").agree(NOTHING)


def _publish(cursor, icb: str, value_state: str) -> None:
    """Freeze an edition of one figure of people."""
    edition = f"{QUARTER}/{icb}/1"
    cursor.execute(
        "insert into audit.editions (edition_id, quarter_id, icb_code, edition_number, state, data_cut_at,"
        " accepted_through, code_version, published_on)"
        " values (%s, '2026-27-Q1', %s, 1, 'published', '2026-07-28', 1, '0', '2026-07-28')",
        [edition, icb],
    )
    figure = {
        "figure_id": "restrictive_interventions.numerator/WELL/2026-27-Q1", "value_state": value_state,
        "measure_code": "restrictive_interventions", "statistic": "numerator", "disclosure_class": "people",
        "value": 10 if value_state == "counted" else None,
    }  # fmt: skip
    cursor.execute("insert into audit.edition_rows values (%s, 'pub_figures', 1, %s)", [edition, Json(figure)])


class Evidence(NamedTuple):
    """One row of mart_evidence; `joining` stands for the status that it is the reason of."""

    is_agreed: bool
    expectation: str
    organisation: str
    icb: str
    quarter: str
    status: str


@pytest.fixture(scope="module")
def evidence(shared_warehouse) -> list[Evidence]:
    """What every story could show, in every quarter, before and after what judges it was agreed."""
    opened = connection.opened(connection.admin_url(shared_warehouse))
    opened.autocommit = True
    with contextlib.closing(opened), opened.cursor() as cursor:
        _populate(cursor)
        dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test", as_of=AS_OF)
        before = _read(cursor, is_agreed=False)
        _agree(cursor)
        dbt("run", "--select", "mart_evidence", "pub_evidence_now", as_of=AS_OF)
        return before + _read(cursor, is_agreed=True)


def _read(cursor, is_agreed: bool) -> list[Evidence]:
    cursor.execute(
        "select expectation_id, organisation_code, icb_code, quarter_id,"
        " case when reason_code = 'joining' then 'joining' else status end from marts.mart_evidence"
    )
    return [Evidence(is_agreed, *row) for row in cursor.fetchall()]


def _agree(cursor) -> None:
    """Let the board agree every value that judges, and one for each measure of a trend."""
    cursor.execute(
        "update intermediate.thresholds set owner = 'The board', owner_kind = 'icb', agreed_on = '2024-01-01'"
        " where purpose = 'judges'"
    )
    for expectation, row in EXPECTATIONS.items():
        if row["answer_kind"] == "trend":
            for code in _decisive(expectation):
                better = MEASURES[code]["direction"] == "increase"
                is_share = MEASURES[code]["statistic"] == "share"
                cursor.execute(
                    "insert into intermediate.thresholds (threshold_id, measure_code, expectation_id, purpose,"
                    " operator, value, unit, owner_kind, owner, agreed_on)"
                    " values (%s, %s, %s, 'judges', %s, %s, %s, 'icb', 'The board', '2024-01-01')",
                    [
                        f"{expectation}_{code}", code, expectation, "at_least" if better else "at_most",
                        0.5 if is_share else 5, MEASURES[code]["unit"],
                    ],
                )  # fmt: skip


def _taken(expectation: str, evidence: list[Evidence]) -> set[str]:
    """Every status that an expectation takes anywhere; whoever has no row for it is not asked."""
    rows = [row for row in evidence if row.expectation == expectation]
    everybody = {row.organisation for row in evidence}
    return {row.status for row in rows} | ({"not_asked"} if everybody - {row.organisation for row in rows} else set())


def _answers(expectation: str) -> dict[str, bool]:
    """Measure → whether it judges the expectation."""
    rows = [row for row in _seed("expectation_measures") if row["expectation_id"] == expectation]
    found = {row["measure_code"]: row["judges"] == "true" for row in rows if row["measure_code"]}
    for row in rows:
        if not row["measure_code"]:
            found |= _answers(row["of_expectation_id"])
    return found


def _decisive(expectation: str) -> list[str]:
    answers = _answers(expectation)
    return [code for code, judges in answers.items() if judges or not any(answers.values())]


def _possible(expectation: str) -> set[str]:
    """The statuses an expectation can take, by its kind, whom it is asked of and the measures that decide it."""
    row, decisive = EXPECTATIONS[expectation], _decisive(expectation)
    is_judged = row["answer_kind"] in ("target", "presence", "trend")
    can = {"shown", "no_evidence_received", "not_asked"}
    if row["asked_of"] != "self":
        can |= {"joining", "no_agreement"}
    if is_judged:
        can |= {"met", "not_met"}
    if len(decisive) > 1 or (is_judged and row["asked_of"] not in ("icb", "self")):
        can.add("partly_evidenced")
    if expectation not in NEVER_TOO_FEW and any(int(MEASURES[code]["minimum_denominator"]) > 1 for code in decisive):
        can.add("too_few_to_say")
    if expectation not in NEVER_OUT_OF_NONE and (
        expectation in SOMETIMES_OUT_OF_NONE or not any(MEASURES[code]["is_charted"] == "true" for code in decisive)
    ):
        can.add("not_applicable")
    if "influence" in decisive:
        can.add("too_early")
    return can


def _story(name: str, evidence: list[Evidence], is_agreed: bool) -> dict[str, str]:
    """Expectation → its status in the newest quarter, at the trust or the commissioner whom the story is told of."""
    return {
        row.expectation: row.status
        for row in evidence
        if row.organisation in (name, f"{name}_ICB") and row.quarter == QUARTER and row.is_agreed is is_agreed
    }


@pytest.mark.parametrize("expectation", EXPECTATIONS)
def test_an_expectation_takes_every_status_that_it_can(expectation, evidence):
    assert _taken(expectation, evidence) == _possible(expectation)


@pytest.mark.parametrize(("name", "status"), [("WELL", "met"), ("AMISS", "not_met")])
def test_where_all_is_well_all_is_met_and_where_all_is_amiss_nothing(name, status, evidence):
    told = _story(name, evidence, is_agreed=True)
    assert {one: told[one] for one in JUDGED} == dict.fromkeys(JUDGED, status)


@pytest.mark.parametrize("name", ["WELL", "AMISS"])
def test_what_nobody_agreed_is_shown_and_neither_met_nor_missed(name, evidence):
    told = _story(name, evidence, is_agreed=False)
    assert {one: told[one] for one in JUDGED} == dict.fromkeys(JUDGED, "shown")


@pytest.mark.parametrize("is_agreed", [False, True])
@pytest.mark.parametrize(
    ("name", "status"), [("SILENT", "no_evidence_received"), ("NEW", "joining"), ("STRANGER", "no_agreement")]
)
def test_who_sent_nothing_has_a_reason_and_no_fault(name, status, is_agreed, evidence):
    assert _story(name, evidence, is_agreed) == dict.fromkeys(ASKED, status)


def test_the_report_answers_for_itself_in_each_region(evidence):
    told = {
        row.icb: row.status
        for row in evidence
        if row.expectation == "E105" and row.organisation == "ALL" and row.quarter == QUARTER and row.is_agreed
    }
    assert {icb: told[icb] for icb in ("QWELL", "QAMISS", "QEMPTY", "QLONE")} == {
        "QWELL": "met", "QAMISS": "not_met", "QEMPTY": "not_applicable", "QLONE": "no_evidence_received",
    }  # fmt: skip


class Printed(NamedTuple):
    """What the report says of an expectation, beside what is true of it, once everything was agreed."""

    expectation: str
    organisation: str
    said: str
    is_so: str
    is_hidden: bool


@pytest.fixture(scope="module")
def printed(evidence, shared_warehouse) -> list[Printed]:
    opened = connection.opened(connection.admin_url(shared_warehouse))
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute(
            "select said.expectation_id, said.organisation_code, said.status, told.status,"
            " coalesce(bool_or(figures.value_state = 'suppressed'), false)"
            " from published.pub_evidence_now as said"
            " inner join marts.mart_evidence as told using (expectation_id, icb_code, organisation_code, quarter_id)"
            " left join published.pub_figures_now as figures on figures.figure_id in"
            " (said.numerator_figure_id, said.denominator_figure_id, said.value_figure_id)"
            " group by said.icb_code, said.expectation_id, said.organisation_code, said.status, told.status"
        )
        return [Printed(*row) for row in cursor]


def test_rounding_and_hiding_never_turn_a_verdict_over(printed):
    """Eighteen people are printed as twenty, of whom a share may be made: that is left aside."""
    said = [one for one in printed if one.said in ("met", "not_met")]
    assert len([one for one in said if one.said == "met"]) > 100
    assert len([one for one in said if one.said == "not_met"]) > 100
    assert [one for one in said if one.said != one.is_so and one.is_so != "too_few_to_say"] == []


def test_no_verdict_stands_beside_a_number_that_is_hidden(printed):
    hidden = [one for one in printed if one.is_hidden]
    assert {one.said for one in hidden if one.is_so in ("met", "not_met")} == {"withheld"}
    assert {one.said for one in hidden} == {"withheld"}


def test_that_all_of_them_did_is_never_said_of_rounded_people(printed):
    """Twenty-four of twenty-four are printed as twenty-five of twenty-five, and so are twenty-three of them."""
    all_of_people = {
        row["measure_code"]
        for row in _seed("thresholds")
        if row["purpose"] == "judges" and row["unit"] == "share of 1" and row["value"] == "1"
        if MEASURES[row["measure_code"]]["disclosure_class"] == "people"
    }
    asked = {one for one in JUDGED if set(_decisive(one)) & all_of_people}
    assert asked
    assert [one for one in printed if one.expectation in asked and one.said == "met"] == []
