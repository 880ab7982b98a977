"""Files of feedback, directories, statistics and registers, in the shape real systems send them, land as they mean."""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.servers import HttpServer
from loaders import load
from loaders.provider import Provider, load_provider
from tests import example_workbooks
from tests.example_workbooks import EXAMPLES
from tests.made_up_sender import SUBMITTED_AT
from warehouse import connection

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)


class Example:
    """A dialect's provider file as it stands, its samples at its door, and what became of them in the warehouse."""

    def __init__(self, provider: Provider):
        self.provider = provider
        self.fetched = load.load_sender(provider, AS_OF)
        load.accept_wave(AS_OF)

    def ask(self, statement: str, **values) -> list[tuple]:
        with connection.connect("loader") as opened, opened.cursor() as cursor:
            cursor.execute(statement, {"sender": self.provider.organisation_code} | values)
            return cursor.fetchall()

    def rows(self, record: str, columns: str, feed: str | None = None) -> list[tuple]:
        """Return a record's rows that count now, in the order of the files and their rows; dates as text."""
        named = ", ".join(f"landed.{column.strip()}" for column in columns.split(","))
        found = self.ask(
            f'select {named} from raw."{record}" as landed'
            " inner join audit.deliveries as delivery using (load_id)"
            " inner join audit.visibility as seen on seen.load_id = landed.load_id and seen.record = %(record)s"
            " where landed.provider_code = %(sender)s and seen.retired_seq is null"
            " and coalesce(delivery.feed = %(feed)s, true) and not exists (select from quarantine.rows as aside"
            " where aside.load_id = landed.load_id and aside.record = %(record)s"
            " and aside.row_number = landed.row_number)"
            " order by delivery.file_name, landed.row_number, landed.part",
            record=record,
            feed=feed,
        )
        return [tuple(str(cell) if isinstance(cell, dt.date) else cell for cell in row) for row in found]

    def ledger(self) -> dict[tuple[str, str], tuple]:
        """Return (feed, file) → (state, rows read, set aside, filtered), and hold each file's rows to their sum."""
        found = self.ask(
            "select delivery.feed, delivery.file_name, delivery.state, delivery.rows_read, delivery.rows_set_aside,"
            " delivery.rows_filtered from audit.deliveries as delivery where delivery.provider_code = %(sender)s"
        )
        return {(feed, name): tuple(rest) for feed, name, *rest in found}

    def findings(self) -> list[tuple[str, int | None]]:
        """Return (rule, row) of everything that was said of the files."""
        return self.ask(
            "select found.rule, found.row_number from audit.findings as found inner join audit.deliveries as delivery"
            " using (load_id) where delivery.provider_code = %(sender)s order by delivery.file_name, 1, 2"
        )

    def restricted(self, record: str, column: str) -> list[str]:
        """Return the restricted words that landed."""
        found = self.ask(
            f'select {column} from restricted."{record}" as words inner join audit.deliveries as delivery'
            " using (load_id) where delivery.provider_code = %(sender)s"
            " order by delivery.file_name, delivery.feed, words.row_number"
        )
        return [text for (text,) in found]

    def columns(self, schema: str, record: str) -> set[str]:
        found = self.ask(
            "select column_name from information_schema.columns where table_schema = %(schema)s"
            " and table_name = %(record)s",
            schema=schema,
            record=record,
        )
        return {name for (name,) in found}


@pytest.fixture(scope="module", autouse=True)
def reachable(shared_warehouse) -> Iterator[None]:
    """Senders on this machine may be reached."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")
        yield


@pytest.fixture
def by_folder(tmp_path, monkeypatch) -> Callable[..., Example]:
    """Call with a dialect whose files lie in a folder."""

    def read(dialect: str) -> Example:
        monkeypatch.setenv(f"ASSURE_{dialect.upper()}_FOLDER", str(served(dialect, tmp_path)))
        return Example(load_provider(EXAMPLES / f"{dialect}.yml"))

    return read


@pytest.fixture
def by_http(tmp_path, monkeypatch) -> Callable[..., Example]:
    """Call with a dialect whose files are downloaded from a web server."""

    def read(dialect: str) -> Example:
        with HttpServer(served(dialect, tmp_path)) as server:
            monkeypatch.setenv(f"ASSURE_{dialect.upper()}_ADDRESS", f"127.0.0.1:{server.port}")
            return Example(load_provider(EXAMPLES / f"{dialect}.yml"))

    return read


def served(dialect: str, folder: Path) -> Path:
    """Copy a dialect's samples to a folder, dated the day they are sent."""
    copied = folder / dialect
    shutil.copytree(EXAMPLES / dialect, copied, ignore=shutil.ignore_patterns("ATTRIBUTION.md", "layout_cells.csv"))
    for path in copied.rglob("*"):
        os.utime(path, (SUBMITTED_AT.timestamp(), SUBMITTED_AT.timestamp()))
    return copied


# ---- Friends and Family Test -----------------------------------------------------------------------------------------

RESPONSE = "response_id, received_on, service_id, question_version, rating_code, respondent_kind"
COUNT = "service_id, rating_code, counted, eligible_count, value_state, period_start_on"
RATINGS = ("very_good", "good", "neither", "poor", "very_poor", "dont_know")


def counts(service: str, numbers: tuple, eligible: int | None) -> list[tuple]:
    """Return the rows that one line of counts becomes; `*` is hidden."""
    return [
        (service, rating, None if number == "*" else number, eligible, "suppressed" if number == "*" else "counted",
         "2025-08-01")
        for rating, number in zip(RATINGS, numbers, strict=True)
    ]  # fmt: skip


def test_fft_answers_one_by_one_are_counted_once_and_each_by_the_question_that_was_asked(by_folder):
    sender = by_folder("fft_responses")
    answers = sender.rows("feedback_response", RESPONSE, "responses")
    assert answers[:9] == [
        ("9001", "2019-11-12", "EX-S-01", "fft_old", "very_good", "own_experience"),
        ("9002", "2019-11-13", "EX-S-01", "fft_old", "poor", "carer"),
        ("9003", "2019-11-14", "EX-S-02", "fft_old", "dont_know", "not_known"),
        ("20411", "2026-05-04", "EX-S-01", "fft_2020", "very_good", "own_experience"),
        ("20413", "2026-05-11", "EX-S-02", "fft_2020", "very_good", "own_experience"),
        ("20415", "2026-05-19", "EX-S-03", "fft_2020", "good", "not_known"),
        ("20416", "2026-05-20", "EX-S-03", "fft_2020", "dont_know", "carer"),
        # Nobody could say what 7 stands for.
        ("20417", "2026-05-21", "EX-S-03", "fft_2020", "unmapped", "family_or_friend"),
        ("20418", "2026-05-28", "EX-S-01", "fft_old", "very_good", "own_experience"),
    ]
    assert [rating for *_, rating, _ in answers[9:]] == [
        *("good", "very_good", "very_good", "neither", "good", "dont_know", "very_poor") * 2
    ]
    assert sender.rows("feedback_response", RESPONSE, "second_comments") == [
        ("9004", "2019-11-12", "EX-S-01", None, None, "own_experience"),
        ("20412", "2026-05-04", "EX-S-01", None, None, "own_experience"),
    ]
    assert sender.ledger() == {
        ("responses", "fft_responses_2019-11.csv"): ("accepted", 4, 0, 1),
        ("second_comments", "fft_responses_2019-11.csv"): ("accepted", 4, 0, 3),
        ("responses", "fft_responses_2026-05.csv"): ("accepted", 23, 1, 2),
        ("second_comments", "fft_responses_2026-05.csv"): ("accepted", 23, 0, 22),
    }
    assert sender.findings() == [("FBR-COD.rating_code", 9), ("FBR-TYP.received_on", 11)]


def test_what_people_wrote_lands_in_the_restricted_schema_alone_and_masked(by_folder):
    sender = by_folder("fft_responses")
    assert "comment" not in sender.columns("raw", "feedback_response")
    words = sender.restricted("feedback_response", "comment")
    assert len(words) == 7
    assert "Made-up comment: it’s noisy at night" in words
    assert "Made-up comment: ring me on [removed]" in words


def test_the_monthly_return_is_read_from_the_collection_systems_own_columns(by_folder):
    sender = by_folder("fft_monthly_return")
    assert sender.rows("feedback_count", COUNT) == [
        *counts("EX-S-01", (14, 6, 1, 0, 2, 1), 61),
        *counts("EX-S-02", (3, "*", "*", 0, 0, 0), None),
    ]
    assert sender.ledger() == {("wards", "FFT_inpatient_2025-08.xlsx"): ("accepted", 3, 0, 1)}
    assert sender.findings() == []


def test_a_published_workbook_is_read_below_its_merged_headings_and_lines_for_england(by_http):
    sender = by_http("fft_published")
    assert sender.rows("feedback_count", COUNT, "inpatient") == [
        *counts("EX-S-01", (14, 6, 1, 0, 2, 1), 61),
        *counts("EX-S-02", ("*",) * 6, None),
    ]
    assert sender.rows("feedback_count", COUNT, "emergency") == counts("EX-S-04", (0,) * 6, None)
    assert sender.rows("feedback_count", COUNT, "patient_transport") == counts("EX-S-05", (3, 1, 0, 1, 0, 0), None)
    assert sender.ledger() == {
        ("inpatient", "FFT_Inpatient_Aug-2025.xlsx"): ("accepted", 3, 0, 1),
        ("emergency", "FFT_AE_Aug-2025.xlsx"): ("accepted", 2, 0, 1),
        ("patient_transport", "FFT_Ambulance_Aug-2025.xlsx"): ("accepted", 1, 0, 0),
    }
    assert sender.findings() == []


@pytest.mark.parametrize("sample", sorted(example_workbooks.WORKBOOKS))
def test_a_sample_workbook_is_what_its_maker_makes(sample):
    assert (EXAMPLES / sample).read_bytes() == example_workbooks.content(sample)


# ---- Directories and official statistics -----------------------------------------------------------------------------

SERVICE = "service_id, service_name, service_kind, opened_on, closed_on"


def test_a_directory_is_read_below_its_preamble_and_the_first_of_several_types_counts(by_http):
    sender = by_http("cqc_directory")
    assert sender.rows("service", SERVICE) == [
        ("1-900000011", "Heron House", "inpatient_ward", None, None),
        ("1-900000012", "Plover’s Rest", "supported_living", None, None),
        ("1-900000013", "Kestrel Centre", "community_team", None, None),
        ("1-900000015", "Rehabilitation at Teal Road", "other", None, None),
    ]
    assert sender.ledger() == {("places", "01_July_2026_CQC_directory.csv"): ("accepted", 5, 0, 1)}
    assert sender.findings() == []


def test_trusts_at_two_dates_are_read_without_headings_and_the_later_list_replaces_the_earlier(by_folder):
    sender = by_folder("ods_trusts")
    assert [(code, opened, closed) for code, _, _, opened, closed in sender.rows("service", SERVICE)] == [
        ("G6V2S", "2024-11-01", None),
        ("R0A", "2017-10-01", None),
        ("R1A", "2011-07-01", None),
        ("R1C", "2011-04-01", "2024-09-30"),
        ("RA4", "1991-04-01", "2023-03-31"),
        ("RAP", "1991-04-01", "2024-12-31"),
        ("RDY", "1992-04-01", None),
        ("RT3", "1998-04-01", "2021-01-31"),
        ("RW6", "2002-04-01", "2021-09-30"),
    ]
    assert sender.ledger() == {
        ("trusts", "etr_2022-03.csv"): ("accepted", 8, 0, 0),
        ("trusts", "etr_2026-07.csv"): ("accepted", 9, 0, 0),
    }
    then = sender.ask(
        "select service_id, closed_on from raw.service inner join audit.deliveries using (load_id)"
        " where file_name = 'etr_2022-03.csv' and service_id in ('R1C', 'RT3') order by 1"
    )
    assert then == [("R1C", None), ("RT3", dt.date(2021, 1, 31))]
    assert sender.findings() == []


def test_metrics_keep_their_decimals_and_a_line_about_no_one_period_is_set_aside(by_http):
    sender = by_http("oversight_framework")
    rows = sender.rows("published_statistic", "metric_code, period_start_on, period_end_on, value::text")
    assert len(rows) == 72
    assert [row for row in rows if row[0] in ("OF0005", "OF0016", "OF0061", "OF0081", "OF0086")] == [
        ("OF0005", "2025-06-01", "2025-06-30", "0"),
        ("OF0016", "2025-04-01", "2025-06-30", "54.31"),
        ("OF0061", "2024-01-01", "2024-12-31", "6.9"),
        ("OF0081", "2025-04-01", "2025-06-30", "0.09"),
        ("OF0086", "2023-04-01", "2024-03-31", "109.98"),
        ("OF0005", "2026-03-01", "2026-03-31", "0"),
        ("OF0016", "2026-01-01", "2026-03-31", "65.54"),
        ("OF0061", "2025-01-01", "2025-12-31", "6.85"),
        ("OF0081", "2025-04-01", "2026-03-31", "1.08"),
        ("OF0086", "2024-04-01", "2025-03-31", "106.96"),
    ]
    assert sender.ledger() == {("metrics", "nof_mh_community_trust_Q4_2025-26.csv"): ("accepted", 78, 6, 0)}
    # Two years against each other (twice a quarter), and two plans.
    assert sender.findings() == [("STA-TYP.period_start_on", row) for row in (4, 16, 44, 48, 56, 60)]
