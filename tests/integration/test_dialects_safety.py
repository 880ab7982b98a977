"""Incidents, restraint, complaints and their counts, as the systems that hold them send them, through a real door."""

import datetime as dt
from decimal import Decimal

import pytest

from loaders import load
from tests.dialects import speaking
from tests.made_up_sender import SUBMITTED_AT


def day(text: str | None) -> dt.date | None:
    return text and dt.date.fromisoformat(text)


def at(text: str | None) -> dt.datetime | None:
    """Return a moment written as the clocks in London showed it in summer."""
    return text and dt.datetime.fromisoformat(f"{text}+01:00")


@pytest.fixture
def take_in(tmp_path, monkeypatch, as_of, warehouse_database):
    """Call with a dialect to fetch its sample through its door, land, judge and accept it; returns the sender."""

    def taken(code: str, only: str = "*"):
        with speaking(code, tmp_path, monkeypatch, only) as one:
            fetched = one.load(as_of)
            assert (fetched.unexpected, fetched.without_agreement) == ([], [])
        load.accept_wave(as_of)
        return one

    return taken


def test_datix_incidents_are_completed_by_the_people_in_them(take_in):
    one = take_in("datix", "incidents*")
    columns = "incident_id, service_id, incident_kind, physical_harm, psychological_harm, ethnicity_code, is_rejected"
    assert one.rows("incident", *columns.split(", ")) == [
        ("40101", "DTX-S-01", "self_harm", "low", "low", "A", "no"),
        ("40102", "DTX-S-02", "violence_or_aggression", "moderate", "moderate", "M", "no"),
        ("40103", "DTX-S-01", "falls", "none", "none", "99", "no"),
        ("40105", "DTX-S-03", "medication", "none", "none", "C", "no"),
        ("40106", "DTX-S-02", "self_harm", "severe", "moderate", "A", "no"),
        ("40107", "DTX-S-01", "self_harm", "low", "none", "A", "yes"),
        ("40108", "DTX-S-03", "unexpected_death", "fatal", None, "Z", "no"),
        ("40111", "DTX-S-01", "absence_without_leave", None, None, "N", "no"),
        ("40112", "DTX-S-02", "violence_or_aggression", "low", None, "J", "no"),
        ("40113", "DTX-S-02", "falls", "low", None, None, "no"),
        ("40114", "DTX-S-01", "unmapped", "none", None, "A", "no"),
    ]
    assert one.rows("incident", "occurred_on", "reported_on")[6:9] == [
        (day("2026-06-09"), day("2026-06-12")),
        (day("2026-06-17"), day("2026-06-17")),
        (day("2026-06-21"), None),
    ]
    # Two rows of staff and premises are no patient safety incidents; one has no day but the sentinel.
    assert one.counts("incidents_2026-06.zip") == ("accepted", 14, 11, 1, 2)
    assert one.set_aside() == [("incidents_2026-06.zip", 10, "INC-REQ.occurred_on")]
    alone = [(found.column_name, found.row_count) for found in one.findings("incidents_2026-06.zip")
             if found.rule == "FILE-BESIDE-ALONE"]  # fmt: skip
    assert alone == [("link", 1), ("person", 3)]


def test_a_datix_report_with_labels_says_the_same(take_in):
    one = take_in("datix", "Incident report*")
    columns = "incident_id", "occurred_on", "reported_on", "service_id", "incident_kind", "physical_harm", "is_rejected"
    assert one.rows("incident", *columns) == [
        ("40051", day("2026-05-01"), day("2026-05-01"), "DTX-S-01", "self_harm", "low", "no"),
        ("40052", day("2026-05-06"), day("2026-05-07"), "DTX-S-02", "violence_or_aggression", "moderate", "no"),
        ("40054", day("2026-05-19"), day("2026-05-20"), "DTX-S-03", "falls", "none", "yes"),
        ("40055", day("2026-05-30"), day("2026-05-31"), "DTX-S-03", "medication", None, "no"),
    ]
    assert one.counts("Incident report May 2026.csv") == ("accepted", 5, 4, 0, 1)


def test_datix_complaints_start_with_the_first_who_complained(take_in):
    one = take_in("datix", "*compl*")
    columns = "complaint_id", "case_kind", "received_on", "responded_on", "closed_on", "reopened_on"
    assert one.rows("complaint", *columns) == [
        ("7001", "formal", day("2026-06-02"), day("2026-06-29"), day("2026-06-30"), None),
        ("7002", "formal", day("2026-06-04"), day("2026-07-01"), day("2026-07-01"), day("2026-07-06")),
        ("7003", "formal", day("2026-06-11"), None, None, None),
        ("7004", "pals", day("2026-06-12"), None, day("2026-06-15"), None),
        ("7005", "formal", day("2026-06-18"), day("2026-06-30"), day("2026-06-30"), None),
        ("7006", "formal", day("2026-06-23"), None, day("2026-06-26"), None),
    ]
    assert one.rows("complaint", "subject_codes", "outcome", "complainant_kind") == [
        (["access_to_treatment_or_drugs"], "upheld", "own_experience"),
        (["communications"], "partly_upheld", "own_experience"),
        (["restraint"], None, "parent"),
        (["waiting_times"], None, "own_experience"),
        (["values_and_behaviours"], "not_upheld", "other"),
        (["admissions_discharge_and_transfers"], "withdrawn", "guardian"),
    ]
    assert one.counts("compl_main_2026-06.csv") == ("accepted", 7, 6, 0, 1)


def test_a_table_waits_for_the_one_that_completes_it_and_follows_it_when_it_changes(
    tmp_path, monkeypatch, as_of, warehouse_database
):
    main, other = "compl_main_2026-06.csv", "link_compl_2026-06.csv"
    with speaking("datix", tmp_path, monkeypatch, main) as one:
        fetched = one.load(as_of)
        assert (fetched.load_ids, fetched.incomplete, one.delivery(main)) == ([], [main], None)
        one.send(other, "com_id,lcom_dreceived,lcom_type\n7003,2026-06-11,PARENT\n7005,2026-06-18,OTHER\n")
        assert one.load(as_of).incomplete == []
        load.accept_wave(as_of)
        assert one.rows("complaint", "complainant_kind")[2:4] == [("parent",), (None,)]
        assert one.load(as_of).load_ids == []
        corrected = "7003,2026-06-11,GUARDI\n7004,2026-06-12,PATIEN\n7005,2026-06-18,OTHER\n"
        one.send(other, f"com_id,lcom_dreceived,lcom_type\n{corrected}", SUBMITTED_AT + dt.timedelta(hours=1))
        assert len(one.load(as_of).load_ids) == 1
    load.accept_wave(as_of)
    assert one.rows("complaint", "complainant_kind")[2:4] == [("guardian",), ("own_experience",)]


def test_datix_actions_belong_to_incidents_and_complaints_and_to_no_person(take_in):
    one = take_in("datix", "ca_actions*")
    assert one.rows("action", "action_id", "parent_kind", "parent_id", "due_on", "done_on", "owner_role") == [
        ("501", "incident", "40101", day("2026-06-30"), day("2026-06-26"), None),
        ("502", "incident", "40106", day("2026-08-31"), None, None),
        ("503", "complaint", "7001", day("2026-06-29"), day("2026-06-29"), None),
        ("505", "complaint", "7002", None, None, None),
    ]
    assert one.counts("ca_actions_2026-06.csv") == ("accepted", 5, 4, 0, 1)


def test_lfpse_tables_are_joined_and_the_first_submission_says_when_it_was_reported(take_in):
    one = take_in("lfpse", "*2026-05*")
    columns = "incident_id", "revision", "occurred_on", "reported_on", "incident_kind", "reporter_kind"
    assert one.rows("incident", *columns) == [
        ("LF-0001", 1, day("2026-05-02"), day("2026-05-03"), "medication", "staff"),
        ("LF-0001", 2, day("2026-05-02"), day("2026-05-03"), "medication", "staff"),
        ("LF-0002", 1, day("2026-05-05"), day("2026-05-06"), "environment", "own_experience"),
        # Submitted at 23:40 UTC, which was the next day in London.
        ("LF-0003", 1, day("2026-05-09"), day("2026-05-10"), "other", "carer"),
        ("LF-0006", 1, day("2026-05-18"), day("2026-05-19"), "environment", "other"),
    ]
    # Of several patients the worst harm counts, and the ethnicity of the one whose body was harmed worst.
    assert one.rows("incident", "physical_harm", "psychological_harm", "ethnicity_code") == [
        ("low", "none", "A"),
        ("moderate", "low", "A"),
        ("none", "low", "M"),
        ("severe", "severe", "H"),
        (None, None, None),
    ]
    # A risk, good care, and an incident in an acute service.
    assert one.counts("LFPSE_extract_2026-05.zip") == ("accepted", 8, 5, 0, 3)
    assert one.findings("LFPSE_extract_2026-05.zip") == []


def test_another_taxonomy_is_read_by_the_mapping_of_its_day_and_a_row_sent_twice_counts_once(take_in):
    one = take_in("lfpse", "*2026-06*")
    assert one.rows("incident", "incident_id", "revision") == [
        *((f"LF-{number:04}", 1) for number in range(10, 20)),
        ("LF-0010", 2),
    ]
    assert one.rows("incident", "reported_on")[-1] == (day("2026-06-03"),)
    assert one.counts("LFPSE_extract_2026-06.zip") == ("accepted", 12, 12, 1, 0)
    assert one.set_aside() == [("LFPSE_extract_2026-06.zip", 6, "INC-KEY")]


def test_a_mapping_of_the_old_taxonomy_refuses_the_new_heading(take_in):
    one = take_in("lfpse", "*2026-06*")
    one.send("LFPSE_extract_2026-05.zip", (one.folder / "LFPSE_extract_2026-06.zip").read_bytes())
    one.load(dt.datetime(2026, 7, 29, 7, tzinfo=dt.UTC))
    assert one.counts("LFPSE_extract_2026-05.zip")[0] == "refused"
    assert "FILE-COLUMN" in one.rules("LFPSE_extract_2026-05.zip")


def test_types_of_restraint_take_reason_and_review_from_their_incident(take_in):
    one = take_in("mhsds_tables", "*2026-06*")
    columns = "intervention_id", "incident_id", "type_code", "reason_code", "review_with_person", "injury_staff"
    assert one.rows("restrictive_intervention", *columns) == [
        ("T1", "I1", "09", "10", "held", "yes"),
        ("T2", "I1", "14", "10", "held", "no"),
        ("T3", "I2", "07", "11", "offered_declined", "no"),
        ("T4", "I2", "05", "11", "offered_declined", "no"),
        ("T5", "I3", "06", "13", "not_known", "no"),
        ("T6", "I4", "01", "98", None, "no"),
        ("T8", "I4", "unmapped", "98", None, "no"),
        ("T9", "I9", "08", None, None, "no"),
        ("T10", "I4", "10", "98", None, "no"),
    ]
    assert one.rows("restrictive_intervention", "started_at", "ended_at")[3:5] == [
        (at("2026-06-05T22:22"), at("2026-06-06T01:30")),
        (at("2026-06-09T09:00"), None),
    ]
    # T7 ends before it starts; the incident I5 came without a type.
    assert one.counts("MHSDS_restrictive_2026-06.zip") == ("accepted", 10, 10, 1, 0)
    assert one.set_aside() == [("MHSDS_restrictive_2026-06.zip", 8, "RIN-001")]
    assert {"RIN-COD.type_code", "RIN-COD.injury_other", "FILE-BESIDE-ALONE"} < set(
        one.rules("MHSDS_restrictive_2026-06.zip")
    )


def test_restraint_before_version_5_has_a_key_made_of_what_it_says(take_in):
    one = take_in("mhsds_tables", "*2021-08*")
    assert one.rows("restrictive_intervention", "intervention_id", "type_code", "started_at", "review_with_person") == [
        ("W1/2021-08-02/11:00:00/09", "09", at("2021-08-02T11:00"), "held"),
        ("W1/2021-08-02/11:10:00/05", "05", at("2021-08-02T11:10"), "not_known"),
        ("W7/2021-08-19/14", "14", at("2021-08-19T00:00"), None),
    ]
    assert one.counts("MHSDS_restrictive_2021-08.csv") == ("accepted", 3, 3, 0, 0)


def test_a_later_status_replaces_an_earlier_one_whenever_it_comes(take_in):
    one = take_in("mhsds_published")
    final = [
        ("ZWLM1", "MHS76", None, 35, "counted"),
        ("ZWLM1", "MHS77", None, 95, "counted"),
        ("ZWLM1", "MHS136", None, 60, "counted"),
        ("ZWLM1", "MHS96", None, Decimal("31.7"), "counted"),
        ("ZWLM1", "MHS77", "Provider; Restrictive Intervention Type | 05", 15, "counted"),
        ("ZWLM1", "MHS77", "Provider; Restrictive Intervention Type | 01", None, "suppressed"),
        ("ZWLM2", "MHS77", None, None, "suppressed"),
        ("ZWLM2", "MHS96", None, None, "not_applicable"),
    ]
    columns = "organisation_code", "metric_code", "breakdown", "value", "value_state"
    assert one.rows("published_statistic", *columns) == final
    assert set(one.rows("published_statistic", "period_start_on", "period_end_on", "status")) == {
        (day("2026-04-01"), day("2026-04-30"), "final")
    }
    for status in ("Provisional", "Performance", "Final"):
        name = f"MHSDS Restrictive Interventions {status} April 2026.csv"
        assert one.counts(name) == ("accepted", 9, 8, 0, 1)
        assert [found.rule for found in one.findings(name) if found.level != "warn"] == []


KO41A = "Data on Written Complaints in the NHS 2024-25 Secondary Care KO41a - "


def test_a_year_of_written_complaints_is_one_count_for_each_heading(take_in):
    one = take_in("ko41a", "*KO41a*")
    assert one.counts(f"{KO41A}Org Level.csv") == ("accepted", 2, 78, 0, 1)
    assert one.counts(f"{KO41A}Site Level.csv") == ("accepted", 3, 156, 0, 1)
    counts = {
        (site, section, item): counted
        for site, section, item, counted in one.rows("complaint_count", "site_code", "section", "item_code", "counted")
    }
    assert len(counts) == 3 * 78
    assert counts[None, "volume", "complaints_total_new"] == 40
    assert counts[None, "outcome", "complaints_number_not_upheld"] == 25
    # One complaint may be about several services, subjects and professions.
    assert [
        counts[None, name, f"{item}_total"] for name, item in (("service", "service"), ("subject", "subject_area"))
    ] == [
        47,
        45,
    ]
    # The organisation's own code is a site of its own, and the sites come to the whole.
    new = [counts[site, "volume", "complaints_total_new"] for site in ("ZWLK101", "ZWLK1")]
    assert (new, sum(new)) == ([3, 37], 40)
    assert set(one.rows("complaint_count", "period_start_on", "period_end_on", "value_state")) == {
        (day("2024-04-01"), day("2025-03-31"), "counted")
    }
    for level in ("Org", "Site"):
        assert one.findings(f"{KO41A}{level} Level.csv") == []


def test_written_complaints_that_do_not_add_up_wait_for_a_person(tmp_path, monkeypatch, as_of, warehouse_database):
    with speaking("ko41a", tmp_path, monkeypatch, "*Org Level*") as one:
        name = f"{KO41A}Org Level.csv"
        sent = (one.folder / name).read_text(encoding="utf-8")
        resolved, off_by_one = '"12","40","44","10","9","25","8"', '"12","40","44","10","9","26","8"'
        assert resolved in sent
        one.send(name, sent.replace(resolved, off_by_one))
        one.load(as_of)
    assert one.counts(name)[0] == "held"
    assert [(found.rule, found.row_number) for found in one.findings(name)] == [("FILE-SUM", 3)]


def test_a_heading_cut_in_two_by_its_own_comma_refuses_the_file_and_says_which(take_in):
    one = take_in("ko41a", "*KO41b*")
    name = "Data on Written Complaints in the NHS 2024-25 Primary Care KO41b - Sub ICB Level.csv"
    assert one.counts(name) == ("refused", 0, 0, 0, 0)
    (found,) = one.findings(name)
    assert (found.rule, found.level) == ("FILE-HEADING-CUT", "refuse")
    assert "'4.25 Premises (inc. Cleanliness', 'Condition)'" in found.message


def test_a_concern_that_became_a_complaint_is_named_by_it(take_in):
    one = take_in("pals", "pals_cases*")
    columns = "complaint_id", "case_kind", "from_pals_id", "received_on", "outcome", "complainant_kind"
    assert one.rows("complaint", *columns) == [
        ("PALS/2026/0101", "pals", None, day("2026-06-01"), "not_known", None),
        ("PALS/2026/0102", "pals", None, day("2026-06-03"), "not_known", "own_experience"),
        ("COMP/2026/0044", "formal", "PALS/2026/0102", day("2026-06-10"), "open", "own_experience"),
        ("COMP/2026/0045", "formal", None, day("2026-06-12"), "partly_upheld", "parent"),
        ("COMP/2026/0046", "formal", None, day("2026-06-18"), "withdrawn", "carer"),
        ("PALS/2026/0103", "pals", None, day("2026-06-25"), "open", None),
    ]
    assert one.rows("complaint", "acknowledged_on", "agreed_response_by_on", "responded_on", "closed_on")[2:4] == [
        (day("2026-06-11"), day("2026-07-20"), None, None),
        (day("2026-06-16"), day("2026-07-31"), day("2026-07-08"), day("2026-07-09")),
    ]
    assert one.rows("complaint", "subject_codes", "service_id")[2:] == [
        (["communications", "values_and_behaviours"], "PLS-S-09"),
        (["restraint"], "PLS-S-01"),
        (["appointments"], "PLS-S-06"),
        (["unmapped"], "Main reception"),
    ]
    assert one.counts("pals_cases_2026-06.csv") == ("accepted", 6, 6, 0, 0)


def test_chases_are_cases_of_their_own_kind_or_a_count(take_in):
    one = take_in("pals")
    cases = one.rows("complaint", "complaint_id", "case_kind", "received_on", "service_id")
    assert [case for case in cases if case[1] == "chase"] == [
        ("CT-9001", "chase", day("2026-06-02"), "PLS-S-09"),
        ("CT-9003", "chase", day("2026-06-08"), "PLS-S-06"),
        ("CT-9004", "chase", day("2026-06-15"), "PLS-S-06"),
    ]
    assert one.rows("activity_count", "service_id", "count_kind", "counted", "value_state") == [
        ("PLS-S-06", "chase_contacts", 61, "counted"),
        ("PLS-S-09", "chase_contacts", None, "suppressed"),
        ("PLS-S-01", "chase_contacts", None, "not_applicable"),
    ]
    assert one.counts("pals_contacts_2026-06.csv") == ("accepted", 5, 3, 0, 2)
    assert one.counts("chase_counts_2026-06.csv") == ("accepted", 4, 3, 0, 1)


def test_steis_history_comes_in_utf_16_and_a_line_that_stands_twice_counts_once(take_in):
    one = take_in("steis")
    found = one.rows("incident", "incident_id", "occurred_on", "reported_on", "incident_kind", "is_rejected")
    assert [found[at] for at in (0, 1, 2, -2, -1)] == [
        ("2021/1001", day("2021-05-02"), day("2021-05-04"), "self_harm", "no"),
        ("2021/1002", day("2021-05-10"), day("2021-05-11"), "absence_without_leave", "no"),
        ("2021/1003", day("2021-05-11"), day("2021-05-12"), "falls", "no"),
        ("2021/1010", day("2021-05-22"), day("2021-05-24"), "violence_or_aggression", "yes"),
        ("2021/1011", day("2021-05-27"), day("2021-05-28"), "unmapped", "no"),
    ]
    assert one.counts("StEIS_2021-05.csv") == ("accepted", 12, 12, 1, 0)
    assert one.set_aside() == [("StEIS_2021-05.csv", 4, "INC-KEY")]
