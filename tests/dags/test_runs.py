"""Run the DAGs to their ends on real files: bad data ends green with a verdict, a service that is gone ends red.

Whoever is to be told is told by servers that take mail and messages, once by each.
"""

import contextlib
import datetime as dt
import io
import json
import multiprocessing
import re
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openpyxl
import psycopg2
import pytest
from aiosmtpd.controller import Controller

from assure import airflow, site
from warehouse.bootstrap import AIRFLOW_DATABASE, bootstrap
from warehouse.connection import admin_url, connect

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
SLACK, TEAMS, WEBHOOK = "/T0/B0/made-up", "/workflows/1?sig=made-up", "/hook"
NHS_NUMBERS = ("9434765919", "9434765870", "9434765838", "9434765897")
"""Numbers with a right last digit, from the range that is given to nobody."""


class Mailbox:
    """What a mail server took, message by message; `is_open` says whether it takes any."""

    def __init__(self):
        self.taken: list[EmailMessage] = []
        self.is_open = True

    def to(self, address: str) -> list[EmailMessage]:
        """Return what was sent to one address."""
        return [message for message in self.taken if message["To"] == address]

    async def handle_DATA(self, server, session, envelope):
        if not self.is_open:
            return "451 come back later"
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture(scope="module")
def mailbox(sender) -> Iterator[Mailbox]:
    """A mail server on this machine, which Airflow knows as smtp_default, and the sender's contact in it."""
    taken = Mailbox()
    server = Controller(taken, hostname="127.0.0.1", port=free_port())
    server.start()
    with pytest.MonkeyPatch.context() as patched:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "assurance@icb.example", "retry_limit": 1}
        for name, kept in {
            "smtp_default": {"conn_type": "smtp", "host": "127.0.0.1", "port": server.port, "extra": extra},
            "tst_contact": {"conn_type": "email", "extra": {"to": ["data.quality@tst.example"]}},
            "assure_mail": {"conn_type": "email", "extra": {"to": ["data.team@icb.example"]}},
            "assure_lead": {"conn_type": "email", "extra": {"to": ["governance@icb.example"]}},
        }.items():
            patched.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(kept))
        yield taken
    server.stop()


class Services(ThreadingHTTPServer):
    """What chat services and a webhook were posted, by path; those in `shut` answer that they cannot."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Post)
        self.taken: list[tuple[str, dict]] = []
        self.shut: set[str] = set()

    def at(self, path: str) -> list[dict]:
        """Return what was posted to one path."""
        return [said for where, said in self.taken if where == path]


class _Post(BaseHTTPRequestHandler):
    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_open = self.path not in self.server.shut
        if is_open:
            self.server.taken.append((self.path, said))
        self.send_response(200 if is_open else 503)
        self.end_headers()
        # What Slack says when it has taken a message.
        self.wfile.write(b"ok" if is_open else b"later")

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture(scope="module")
def services(sender) -> Iterator[Services]:
    """A server on this machine that Airflow knows as Slack, as a Teams workflow and as a webhook."""
    server = Services()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with pytest.MonkeyPatch.context() as patched:
        for name, kept in {
            "assure_slack": {"conn_type": "slackwebhook", "host": address, "password": SLACK.removeprefix("/")},
            "assure_teams": {"conn_type": "http", "host": address, "password": TEAMS},
            "assure_webhook": {"conn_type": "http", "host": address + WEBHOOK},
        }.items():
            patched.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(kept))
        yield server
    server.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def run(sender, mailbox, services) -> Iterator[Callable[[str], dict[str, str]]]:
    """Call with a DAG's id to run it to its end; returns the state of each task, and of the run under `run`.

    Airflow reads its settings once in a process's life, so it has a process of its own.
    """
    bootstrap()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        process.submit(airflow.prepare).result()
        process.submit(airflow.migrate).result()

        def run(dag_id: str) -> dict[str, str]:
            ended = process.submit(airflow.run, dag_id, AS_OF).result()
            return task_states(dag_id) | {"run": ended}

        yield run


@pytest.fixture(scope="module")
def nights(sender, run, mailbox, services) -> dict[str, dict[str, str]]:
    """Two nights and a morning: files arrive, nothing arrives, the sender's folder is gone. What ended how."""
    ended = {}
    sender.send("complaints_2026-06.csv", "ref,kind,received", "C1,formal,2026-06-03", "C2,pals,2026-06-04")
    sender.send("complaints_2026-05.csv", "who,knows,what", "1,2,3")
    ended["files arrive"] = run("ingest_tst")
    ended["the build they start"] = run("build_warehouse")
    ended["the morning after"] = run("assurance_report")
    mailbox.is_open = False
    ended["no mail leaves"] = run("tell_senders")
    mailbox.is_open = True
    ended["the sender is told"] = run("tell_senders")
    ended["the sender is told again"] = run("tell_senders")
    ended["nothing arrives"] = run("ingest_tst")
    ended["a build for nothing"] = run("build_warehouse")
    elsewhere = sender.door.rename(sender.door.with_name("elsewhere"))
    ended["the folder is gone"] = run("ingest_tst")
    elsewhere.rename(sender.door)
    services.shut = {SLACK}
    ended["Slack takes nothing"] = run("tell_data_team")
    services.shut = set()
    ended["the data team is told"] = run("tell_data_team")
    ended["the data team is told again"] = run("tell_data_team")
    return ended


@pytest.fixture(scope="module")
def a_night_later(nights, sender, run) -> list[str]:
    """How runs ended after which a file with identifiers came: nothing, the file, the lead is told, and once more."""
    ended = [run("interrupt")["run"]]
    rows = [f"C{number},formal,2026-06-03,{number}" for number in NHS_NUMBERS]
    sender.send("complaints_2026-06_v2.csv", "ref,kind,received,their number", *rows)
    return ended + [run(dag_id)["run"] for dag_id in ("ingest_tst", "interrupt", "interrupt")]


def task_states(dag_id: str) -> dict[str, str]:
    """Return the state of each task in a DAG's last run, as Airflow wrote them down."""
    target = admin_url(AIRFLOW_DATABASE).set(drivername="postgresql").render_as_string(hide_password=False)
    with contextlib.closing(psycopg2.connect(target)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select task_id, state from task_instance where (dag_id, run_id) ="
            " (select dag_id, run_id from dag_run where dag_id = %s order by id desc limit 1)",
            (dag_id,),
        )
        return dict(cursor.fetchall())


def asked(question: str, role: str = "transformer") -> list[tuple]:
    with connect(role) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def test_a_night_with_a_bad_file_is_green_and_starts_a_build(nights):
    green = dict.fromkeys(("run", "fetch", "land", "judge", "announce"), "success")
    assert nights["files arrive"] == green | {"stay_red": "skipped"}


def test_the_bad_files_verdict_stands_in_the_ledger(nights):
    assert asked("select file_name, state from audit.deliveries order by file_name") == [
        ("complaints_2026-05.csv", "refused"), ("complaints_2026-06.csv", "accepted"),
    ]  # fmt: skip
    assert asked(
        "select f.rule from audit.findings as f inner join audit.deliveries as d on d.load_id = f.load_id"
        " where d.state = 'refused' and f.level = 'refuse'"
    ) == [("FILE-HEADER",)]


def test_the_build_puts_the_good_file_into_the_marts(nights):
    assert nights["the build they start"] == dict.fromkeys(("run", "accept", "transform", "swap", "site"), "success")
    assert asked("select count(*) from marts.fct_complaints", "analyst") == [(2,)]


def test_the_site_shows_what_was_built_and_no_draft(nights):
    written = site.folder()
    assert "The warehouse as it stood on 29 July 2026" in re.sub("<[^>]+>", "", (written / "index.html").read_text())
    assert "Made-up trust" in (written / "coverage" / "index.html").read_text()
    assert not (written / "editions").exists()


def test_a_quarter_that_is_due_is_drafted_and_waits_for_a_role(nights):
    assert nights["the morning after"] == dict.fromkeys(("run", "draft", "publish", "site"), "success")
    assert asked("select edition_id, state from audit.editions") == [("2026-27-Q1/ZWL/1", "draft")]


def test_a_message_that_no_server_takes_is_red_and_is_not_recorded_as_told(nights):
    assert (nights["no mail leaves"]["run"], nights["no mail leaves"]["tell"]) == ("failed", "failed")


def test_a_sender_is_told_once_in_one_message_to_its_role_mailbox(nights, mailbox):
    told = {"run": "success", "senders": "success", "tell": "success"}
    assert [nights["the sender is told"], nights["the sender is told again"]] == [told, told]
    (message,) = mailbox.to("data.quality@tst.example")
    assert (message["To"], message["From"]) == ("data.quality@tst.example", "assurance@icb.example")
    assert message["Subject"] == "What became of your files: 2 files: 1 was taken in, 1 could not be used"
    assert asked("select distinct told_to, told_at from audit.replies") == [("tst_contact", AS_OF)]
    assert asked("select count(*) from audit.replies") == [(2,)]


def test_the_message_says_what_to_mend_and_holds_no_value(nights, mailbox):
    (message,) = mailbox.to("data.quality@tst.example")
    page = message.get_body(("html",)).get_content()
    assert "None of the agreed headings was found" in page
    assert "complaints_2026-06.csv" in page
    assert "formal" not in page
    (attached,) = message.iter_attachments()
    book = openpyxl.load_workbook(io.BytesIO(attached.get_content()))
    assert book.sheetnames == ["Files", "What we found", "Rows"]
    assert [row[0] for row in book["Files"].iter_rows(min_row=2, values_only=True)] == [
        "complaints_2026-05.csv", "complaints_2026-06.csv",
    ]  # fmt: skip


def test_a_night_without_news_starts_nothing(nights):
    quiet = nights["nothing arrives"]
    assert (quiet["run"], quiet["judge"], quiet["announce"]) == ("success", "success", "skipped")


def test_a_build_for_nothing_skips(nights):
    assert nights["a build for nothing"] == {
        "run": "success", "accept": "success", "transform": "skipped", "swap": "skipped", "site": "skipped",
    }  # fmt: skip
    assert asked("select count(*) from audit.builds") == [(1,)]


def test_a_door_that_is_gone_is_red_and_touches_nothing(nights):
    assert nights["the folder is gone"] == {
        "run": "failed", "fetch": "failed", "land": "success", "judge": "success", "announce": "skipped",
        "stay_red": "failed",
    }  # fmt: skip
    assert asked("select count(*) from audit.deliveries") == [(2,)]


def test_the_data_team_is_told_by_whatever_takes_the_message_and_by_the_rest_later(nights, mailbox, services):
    assert nights["Slack takes nothing"]["run"] == "failed"
    assert nights["the data team is told"]["run"] == nights["the data team is told again"]["run"] == "success"
    (mail,) = mailbox.to("data.team@icb.example")
    (slack,), (card,), (posted,) = services.at(SLACK), services.at(TEAMS), services.at(WEBHOOK)
    subject = "Co-production assurance, 29 July 2026: needs you today: 2, senders’ faults already sent back: 1"
    assert mail["Subject"] == slack["text"] == posted["subject"] == subject
    assert card["attachments"][0]["content"]["body"][0]["inlines"][0]["text"] == subject


def test_the_message_says_what_was_red_what_waits_and_what_senders_were_told(nights, services):
    (posted,) = services.at(WEBHOOK)
    assert [(part["heading"], [line.partition(";")[0] for line in part["lines"]]) for part in posted["parts"]] == [
        ("Needs you today", ["ingest_tst ended red", "Edition 2026-27-Q1/ZWL/1 waits for a person: draft"]),
        ("Senders’ faults already sent back", ["TST was told on 29 July 2026 of 1 file: 1 refused"]),
    ]


def test_identifiers_interrupt_the_lead_once_and_nothing_else_interrupts_anyone(a_night_later, mailbox):
    assert set(a_night_later) == {"success"}
    (mail,) = mailbox.to("governance@icb.example")
    assert mail["Subject"] == "Identifiers of persons were sent: tell the information-governance lead"
    said = mail.get_body(("html",)).get_content()
    assert "FILE-IDENTIFIER" in said
    assert [word for word in (*NHS_NUMBERS, ".csv", "their number") if word in str(mail)] == []
