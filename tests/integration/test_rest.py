"""APIs by a real server: pages of four styles, who asks, patience, and answers that are not what was asked for."""

import datetime as dt
import json
import logging
import os

import pytest

from demo.api import ApiServer, Canned
from loaders import fetching, load
from loaders.doors.asking import moment
from loaders.doors.ceiling import TooLarge
from loaders.doors.hosts import HostRefused
from loaders.doors.opening import DoorUnreachable, Sighting
from loaders.doors.rest import RestDoor
from loaders.senders.provider import ProviderFileError

AS_OF = dt.datetime(2026, 7, 29, 6, 0, tzinfo=dt.UTC)
CLOSED_AT = dt.datetime(2026, 7, 2, 9, 0, tzinfo=dt.UTC)
ROWS = [
    {"Ref": f"R{n}", "Happened": "2026-06-03", "Reported": "2026-06-04", "Ward": "Alder", "Kind": "FALL"}
    for n in range(7)
]
PAGINGS = {
    "page": {"style": "page", "param": "page", "size_param": "size", "size": "3"},
    "offset": {"style": "offset", "param": "skip", "size_param": "take", "size": "3", "total": "total"},
    "cursor": {"style": "cursor", "param": "cursor", "next": "next"},
    "links": {"style": "link_header"},
}
TABLE = {
    "record": "incident",
    "delivers": "period",
    "columns": {
        "incident_id": "Ref", "revision": {"constant": "1"}, "occurred_on": "Happened", "reported_on": "Reported",
        "service_id": "Ward", "incident_kind": {"from": "Kind", "codes": {"SELFH": "self_harm", "FALL": "falls"}},
    },
}  # fmt: skip
EVENTS = {"files": "incidents_*.ndjson", "every": "once", "first_period": "2026-04-01"}
SINCE = {"params": {"since": "{since}"}, "overlap_days": "3"}


@pytest.fixture(autouse=True)
def this_machine_is_allowed(monkeypatch):
    monkeypatch.setenv("ASSURE_ALLOWED_HOSTS", "127.0.0.1")
    monkeypatch.setattr("loaders.doors.asking.WAITS", {"wait_initial": 0.01, "wait_max": 0.1, "wait_jitter": 0.0})


@pytest.fixture
def lists(tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "incidents.json").write_text(json.dumps(ROWS), encoding="utf-8")
    os.utime(folder / "incidents.json", (CLOSED_AT.timestamp(), CLOSED_AT.timestamp()))
    return folder


@pytest.fixture
def api(lists):
    with ApiServer(lists, per_page=3) as server:
        yield server


@pytest.fixture(scope="module")
def one_sender(sender):
    return sender()


@pytest.fixture
def ask(one_sender, tmp_path):
    """Call with the server and what the request says to ask for June; returns the lines that came."""

    def ask(server, *, door=None, rest=None, **said):
        opened = RestDoor(provider(one_sender, server, said, door or {}, rest or {}), AS_OF)
        taken = opened.fetch(june(opened), tmp_path / "fetched")
        return (tmp_path / "fetched").read_text(encoding="utf-8").splitlines() if taken else None

    return ask


def provider(one, server, said, door=None, rest=None, **feed):
    """Make a sender's file say that its incidents are had from the server, and return it as loaded."""
    request = {"path": "page/incidents", "params": {"from": "{start}", "to": "{end}"}, "rows_at": "items"} | said
    asked = {"files": "incidents_{period:%Y-%m}.ndjson", "every": "month", "first_period": "2026-06-01"}
    asked |= {"format": {"kind": "ndjson"}, "tables": [TABLE], "request": request} | feed
    behind = {"url": server.url, "rest": {"per_second": "100", "attempts": "3"} | (rest or {})} | (door or {})
    one.change(one.document | {"door": behind, "feeds": {"incidents": asked}})
    return one.provider


def june(opened: RestDoor) -> Sighting:
    return next(one for one in opened.list() if "2026-06" in one.path)


# ---- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", PAGINGS)
def test_all_pages_come_each_element_on_a_line_in_their_order(api, ask, style):
    found = ask(api, path=f"{style}/incidents", paging=PAGINGS[style])
    assert [json.loads(line) for line in found] == ROWS
    assert api.asked[0].params.items() >= {"from": "2026-06-01", "to": "2026-06-30"}.items()


def test_an_element_is_written_as_it_was_sent(api, ask):
    sent = '{"a": 1.10, "b": [1,\r\n 2], "a": 1.1e400, "c": "two\\nlines \\u00e9 é", "d": 12345678901234567890}'
    api.instead = [Canned(200, f'{{"more": {{"items": "no"}}, "items":[1], "items" : [{sent},  null ]\n}}')]
    assert ask(api) == [sent.replace("\r\n", " "), "null"]


@pytest.mark.parametrize(
    ("paging", "requests"),
    [
        ({"ends": "empty"}, 4), ({"ends": "short"}, 4), ({"ends": "total", "total": "total"}, 3),
        ({"ends": "short", "total": "total"}, 3),
    ],
)  # fmt: skip
def test_the_end_is_known_by_an_empty_page_a_short_one_or_the_total(api, ask, paging, requests):
    ask(api, paging=PAGINGS["page"] | paging)
    assert len(api.asked) == requests


def test_pages_that_are_smaller_than_asked_for_are_not_taken_for_the_last(api, ask):
    paging = PAGINGS["page"] | {"ends": "short"}
    api.instead = [one_page(), Canned(200, json.dumps({"items": ROWS[3:5]})), Canned(404, "{}")]
    assert len(ask(api, paging=paging)) == 5
    api.instead = [Canned(200, json.dumps({"items": ROWS[n : n + 2]})) for n in (0, 2)]
    with pytest.raises(DoorUnreachable, match="fewer elements than size: says and go on"):
        ask(api, paging=paging)
    api.instead = [Canned(200, json.dumps({"items": ROWS[:2], "total": 7}))]
    with pytest.raises(DoorUnreachable, match="there are 7 elements and sends 2"):
        ask(api, paging=paging | {"total": "total"})


def test_the_next_page_may_be_an_address_of_its_own_below_the_door(api, ask):
    body = {"items": ROWS[:3], "next": "api/offset/incidents?skip=3&take=9"}
    api.instead = [Canned(200, json.dumps(body))]
    found = ask(api, path="", paging={"style": "cursor", "next": "next"})
    assert [json.loads(line) for line in found] == ROWS


def one_page(**more) -> Canned:
    return Canned(200, json.dumps({"items": ROWS[:3], **more}))


@pytest.mark.parametrize(
    ("style", "instead", "told"),
    [
        ("page", [one_page(), one_page()], "the same page again"),
        ("cursor", [one_page(next="a"), Canned(200, '{"items": [1], "next": "a"}')], "in a circle"),
        ("cursor", [Canned(200, json.dumps({"items": [n], "next": f"at-{n}"})) for n in range(9)], "more than 4 pages"),
        ("offset", [one_page(total=7), Canned(200, '{"items": [], "total": 7}')], "there are 7 elements and sends 3"),
    ],
)
def test_pages_that_never_end_or_lack_some_are_a_fault_of_the_service(api, ask, style, instead, told):
    api.instead = instead
    with pytest.raises(DoorUnreachable, match=told):
        ask(api, path=f"{style}/incidents", paging=PAGINGS[style] | {"most_pages": "4"})


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data/", "https://files.example.nhs.uk/", "//127.0.0.1:9/api/x", "/token",
        "../token", "/api/%2e%2e/token", "/api/..%2ftoken", "http://127.0.0.1@10.0.0.1/api/", "/apiary",
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", ["cursor", "links"])
def test_a_next_page_cannot_lead_out_of_the_door(api, ask, style, link):
    api.instead = [Canned(200, json.dumps({"items": [1], "next": link}), {"Link": f'<{link}>; rel="next"'})]
    paging = {"style": "cursor", "next": "next"} if style == "cursor" else PAGINGS["links"]
    with pytest.raises(DoorUnreachable, match="outside the door"):
        ask(api, path=f"{style}/incidents", paging=paging)
    assert len(api.asked) == 1


@pytest.mark.parametrize("link", ["http://[", "api/links/a\x7fb"])
def test_a_next_page_without_a_readable_address_is_a_fault_of_the_service_and_is_not_quoted(api, ask, link):
    api.instead = [Canned(200, json.dumps({"items": [1], "next": link}))]
    with pytest.raises(DoorUnreachable, match="the address of its next page is none") as refused:
        ask(api, paging={"style": "cursor", "next": "next"})
    assert link not in str(refused.value)


# ---- Who asks --------------------------------------------------------------------------------------------------------

SHOWN = {
    "a header": {"kind": "header", "name": "Authorization", "prefix": "KEY "},
    "the query": {"kind": "query", "name": "key"},
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_key_is_shown_in_a_header_or_the_query_and_stands_in_no_log(lists, ask, monkeypatch, caplog, how):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1_API", '{"token": "secret-5d"}')
    with ApiServer(lists, key="secret-5d") as server:
        door = {"credential": "zz1_api", "auth": SHOWN[how]}
        assert len(ask(server, door=door, paging=PAGINGS["page"])) == len(ROWS)
        server.key = "another"
        with pytest.raises(DoorUnreachable, match="it refuses our credential") as refused:
            ask(server, door=door)
    assert "secret-5d" not in caplog.text + str(refused.value)


@pytest.mark.parametrize(("kind", "header"), [("bearer", "Bearer secret-5d"), ("basic", "Basic enoxOnNlY3JldC01ZA==")])
def test_a_bearer_token_and_a_basic_password_are_shown_as_the_standard_says(api, ask, monkeypatch, kind, header):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1_API", '{"username": "zz1", "password": "secret-5d"}')
    ask(api, door={"credential": "zz1_api", "auth": {"kind": kind}})
    assert api.asked[0].headers["authorization"] == header


@pytest.mark.parametrize("client_in", ["header", "body"])
def test_a_token_is_had_for_the_client_and_had_again_when_it_ends(lists, ask, monkeypatch, client_in):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1_API", '{"client_id": "zz1", "client_secret": "secret-5d"}')
    with ApiServer(lists, client_id="zz1", client_secret="secret-5d") as server:
        auth = {"kind": "oauth2", "token_url": server.token_url, "scope": "read", "client_in": client_in}
        door = {"credential": "zz1_api", "auth": auth}
        right = server.page
        monkeypatch.setattr(server, "page", lambda *asked: (server.forget_tokens(), right(*asked))[1])
        # Every page ends the token it was had with.
        assert len(ask(server, door=door, paging=PAGINGS["page"])) == len(ROWS)
        server.client = ("zz1", "another")
        with pytest.raises(DoorUnreachable, match="it refuses our credential"):
            ask(server, door=door)


def test_a_token_is_had_from_an_allowed_host_alone(api, ask, monkeypatch):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1_API", '{"client_id": "zz1", "client_secret": "secret-5d"}')
    auth = {"kind": "oauth2", "token_url": "https://login.example.org/token"}
    with pytest.raises(HostRefused, match=r"token_url: login\.example\.org is not an allowed host"):
        ask(api, door={"credential": "zz1_api", "auth": auth})


def test_a_credential_that_lacks_what_the_door_shows_says_so(api, ask, monkeypatch):
    monkeypatch.setenv("ASSURE_CREDENTIAL_ZZ1_API", '{"username": "zz1"}')
    with pytest.raises(ProviderFileError, match="'zz1_api' does not hold a token"):
        ask(api, door={"credential": "zz1_api", "auth": {"kind": "bearer"}})


# ---- Patience --------------------------------------------------------------------------------------------------------


def test_it_asks_no_faster_than_it_may(api, ask):
    ask(api, paging=PAGINGS["page"], rest={"per_second": "10"})
    times = [one.at for one in api.asked]
    assert len(times) == 4
    # Of all together: one may be met late by a machine that is busy.
    assert times[-1] - times[0] >= 0.2


@pytest.mark.parametrize("fault", [Canned(429), Canned(500), Canned(503), Canned(408)])
def test_what_may_pass_is_asked_for_again(api, ask, fault):
    api.instead = [fault, fault]
    assert len(ask(api, paging=PAGINGS["page"])) == len(ROWS)
    api.instead = [fault] * 3
    with pytest.raises(DoorUnreachable, match=f"failed as often as it was asked: status {fault.status}"):
        ask(api)
    assert api.instead == []


@pytest.mark.parametrize(
    "patience",
    [
        {"Retry-After": "1"},
        # By its own clock, which need not be right.
        {"Retry-After": "Mon, 01 Jan 2001 00:00:01 GMT", "Date": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ],
)
def test_a_server_is_given_the_time_that_it_asks_for(api, ask, patience):
    api.instead = [Canned(429, "", patience)]
    ask(api)
    assert 1.0 <= api.asked[1].at - api.asked[0].at < 5


def test_a_server_that_asks_for_hours_is_left_to_the_next_run(api, ask):
    api.instead = [Canned(503, "", {"Retry-After": "7200"})]
    with pytest.raises(DoorUnreachable, match="come back in 7200 seconds"):
        ask(api)


def test_a_dead_server_is_a_service_fault(lists, ask):
    with ApiServer(lists) as server:
        pass
    with pytest.raises(DoorUnreachable, match="ConnectError"):
        ask(server)


# ---- Answers that were not asked for ---------------------------------------------------------------------------------

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        (Canned(200, "<html><input type=password>", HTML), "a web page, perhaps to log in"),
        (Canned(302, "", {"Location": "/login"}), "sends us on elsewhere .* perhaps to log in"),
        (Canned(302, "", {"Location": "http://169.254.169.254/"}), "sends us on elsewhere"),
        (Canned(200, "a,b", {"Content-Type": "text/csv"}), "another kind of content than application/json"),
        (Canned(200, "<html>", {}), "is no JSON"),
        (Canned(200, ""), "is no JSON"),
        (Canned(200, "[" * 100_000), "is no JSON"),
        (Canned(200, '{"items": [NaN]}'), "is no JSON"),
        (Canned(200, '{"items": [1]'), "is no JSON"),
        (Canned(200, '{"error": "Ada Lovelace"}'), "lacks the list that should stand at 'items'"),
        (Canned(200, '{"items": {"0": "Ada Lovelace"}}'), "lacks the list"),
        (Canned(200, "[]"), "lacks the list"),
        (Canned(204), "status 204"),
        (Canned(400, '{"error": "Ada Lovelace"}'), "status 400; check path: and params:"),
        (Canned(404, "{}"), "it does not know the path"),
        (Canned(200, "Sorry!", {"Content-Type": "application/json"}), "its own words for a failure"),
    ],
)
def test_an_answer_that_was_not_asked_for_is_a_fault_of_the_service_and_is_not_quoted(api, ask, instead, told):
    api.instead = [instead] * 3
    with pytest.raises(DoorUnreachable, match=told) as refused:
        ask(api, rest={"error_texts": ["Sorry!"]})
    assert "Ada Lovelace" not in str(refused.value)


def test_an_element_that_failed_is_asked_for_again_and_in_the_end_taken_as_it_was_sent(api, ask):
    faulty = Canned(200, json.dumps({"items": [ROWS[0], "Sorry!", {"Ref": "R2", "Ward": " Sorry! "}]}))
    api.instead = [faulty]
    assert len(ask(api, rest={"error_texts": ["Sorry!"]})) == 3
    api.instead = [faulty] * 3
    assert ask(api, rest={"error_texts": ["Sorry!"]})[1] == '"Sorry!"'
    assert api.instead == []


def test_a_page_that_fills_the_memory_is_not_taken(api, ask, monkeypatch):
    monkeypatch.setattr("loaders.doors.asking.MOST_BYTES", 100)
    with pytest.raises(DoorUnreachable, match="ask for smaller pages"):
        ask(api)


def test_a_window_that_fills_the_disk_is_not_taken(api, ask, monkeypatch):
    monkeypatch.setenv("ASSURE_LARGEST_FILE_MIB", "1")
    pages = [{"items": [str(n) * 600_000], "next": f"at-{n}"} for n in (1, 2)]
    api.instead = [Canned(200, json.dumps(page)) for page in pages]
    with pytest.raises(TooLarge, match="larger than 1 MiB"):
        ask(api, path="cursor/incidents", paging=PAGINGS["cursor"])
    api.instead = [Canned(200, "a,b\n" * 500_000, {"Content-Type": "text/csv"})]
    with pytest.raises(TooLarge, match="larger than 1 MiB"):
        ask(api, whole="true", rows_at="", expects="text/csv")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Thu, 02 Jul 2026 09:00:00 GMT", CLOSED_AT), ("Thu, 02 Jul 2026 10:00:00 +0100", CLOSED_AT),
        ("Thu, 02 Jul 2026 09:00:00 -0000", CLOSED_AT), ("yesterday", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_header_gives_a_moment_or_none_and_stops_nothing(said, meant):
    assert moment(said) == meant


# ---- What is asked for, and when -------------------------------------------------------------------------------------


def test_each_period_that_has_ended_is_a_file_and_one_that_settled_is_asked_for_once_more(sender, api):
    one = sender()
    opened = RestDoor(provider(one, api, {"settles_after_days": "40"}, first_period="2026-04-01"), AS_OF)
    assert [(seen.path, seen.modified_at) for seen in opened.list()] == [
        ("incidents_2026-04.ndjson", dt.datetime(2026, 6, 9, 23, 0, tzinfo=dt.UTC)),
        ("incidents_2026-05.ndjson", dt.datetime(2026, 7, 10, 23, 0, tzinfo=dt.UTC)),
        ("incidents_2026-06.ndjson", None),
    ]


def test_what_is_new_is_asked_for_since_the_last_time_with_an_overlap(sender, api, tmp_path):
    one = sender()
    said = {"params": {"since": "{since:%d/%m/%Y}", "until": "{until}"}, "overlap_days": "3"}
    asked = provider(one, api, said, **EVENTS)
    seen = {("incidents", f"incidents_2026-07-{day}.ndjson") for day in (20, 27, 29)} | {("other", "incidents_x")}
    for before, since in ((set(), "01/04/2026"), (seen, "24/07/2026")):
        opened = RestDoor(asked, AS_OF, before)
        (only,) = opened.list()
        assert (only.path, only.modified_at) == ("incidents_2026-07-29.ndjson", None)
        opened.fetch(only, tmp_path / "fetched")
        assert api.asked[-1].params == {"since": since, "until": "2026-07-29"}


def test_nothing_new_is_no_file_and_an_empty_period_is_what_the_provider_file_says(api, ask):
    for _ in range(2):
        api.instead += [Canned(200, '{"items": []}')]
    assert ask(api) is None
    assert ask(api, empty_is="nil_return") == ["Nil return"]


def test_a_period_that_has_no_path_yet_is_no_file(api, ask):
    assert ask(api, path="page/incidents_{start:%Y-%m}", params={}) is None


def test_an_answer_may_be_the_file_itself(api, ask):
    api.instead = [Canned(500), Canned(200, "a,b\n1,2\n", {"Content-Type": "text/csv"})]
    assert ask(api, whole="true", rows_at="", expects="text/csv") == ["a,b", "1,2"]


@pytest.mark.parametrize(
    ("said", "feed", "told"),
    [
        ({"path": "../other"}, {}, "no path below the door"),
        ({"path": "https://x.test/"}, {}, "no path below the door"),
        ({"path": "a/%2e%2e/b"}, {}, "no path below the door"),
        ({"params": {"key": "abc"}}, {}, "feeds.incidents.request.params.key: a secret does not belong in this file"),
        ({"params": {"at": "{today}"}}, {}, "{today} is no day"),
        ({"params": {}}, {}, "asks for the same whatever the period"),
        ({"params": {"s": "{since}"}}, {}, "{since} and {until} are for every: once"),
        ({}, {"every": "once", "files": "incidents_*.ndjson"}, "with every: once use {since}"),
        (
            {"params": {"s": "{since}"}},
            {"every": "once", "files": "incidents.ndjson"},
            "needs a * where the day stands",
        ),
        ({}, {"files": "incidents_{period:%Y-%m}_{site:[A-Z]+}.ndjson"}, "{site:[A-Z]+} is for a sender to fill in"),
        ({}, {"files": "incidents_{period:%m}.ndjson"}, "does not say which month"),
        ({"paging": {"style": "page"}}, {}, "param: is missing"),
        ({"paging": {"style": "cursor", "param": "c"}}, {}, "next: says where the next cursor stands"),
        ({"paging": {"style": "offset", "param": "skip", "ends": "total"}}, {}, "total: is missing"),
        ({"paging": {"style": "offset", "param": "skip", "size_param": "take"}}, {}, "size: is missing"),
        ({"whole": "true", "paging": PAGINGS["page"]}, {}, "leave out paging:"),
    ],
)
def test_a_request_that_cannot_be_meant_does_not_load(sender, api, said, feed, told):
    with pytest.raises(ProviderFileError) as refused:
        provider(sender(), api, said, **feed)
    assert told in str(refused.value)


def test_two_feeds_do_not_give_their_files_one_name(sender, api):
    one = sender()
    provider(one, api, {})
    feeds = one.document["feeds"] | {"other": one.document["feeds"]["incidents"]}
    with pytest.raises(ProviderFileError, match="names a file that other wants too; tell them apart"):
        one.change(one.document | {"feeds": feeds})


# ---- What the loading makes of it ------------------------------------------------------------------------------------


def test_pages_become_one_file_that_goes_the_way_of_every_file(sender, api):
    one = sender()
    provider(one, api, {"paging": PAGINGS["page"]})
    assert len(one.load(AS_OF).load_ids) == 1
    delivery = one.delivery("incidents_2026-06.ndjson")
    assert (delivery["state"], delivery["rows_landed"]) == ("judged", len(ROWS))
    assert (delivery["period_start_on"], delivery["period_end_on"]) == (dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    # Sent when the service says, not when we came for it.
    assert delivery["submitted_at"] == CLOSED_AT
    assert one.load(AS_OF).load_ids == []


def test_an_element_that_is_no_record_sets_its_row_aside_and_holds_nobody_up(sender, api):
    one = sender()
    provider(one, api, {}, rest={"error_texts": ["Sorry!"]})
    api.instead = [Canned(200, json.dumps({"items": [*ROWS, "Sorry!"]}))] * 3
    one.load(AS_OF)
    delivery = one.delivery("incidents_2026-06.ndjson")
    assert (delivery["rows_read"], delivery["rows_landed"], delivery["rows_set_aside"]) == (8, 7, 1)


def test_an_empty_list_is_a_true_nought_where_the_provider_file_says_so(sender, api):
    one = sender()
    provider(one, api, {"empty_is": "nil_return"})
    api.instead = [Canned(200, '{"items": []}')]
    one.load(AS_OF)
    delivery = one.delivery("incidents_2026-06.ndjson")
    assert (delivery["state"], delivery["is_nil_return"]) == ("judged", True)


def test_what_the_overlap_brings_twice_counts_once_and_what_was_amended_counts_as_amended(sender, api, lists):
    one = sender()
    columns = TABLE["columns"] | {"revision": "Revision"}
    events = TABLE | {"delivers": "events", "columns": columns}
    provider(one, api, SINCE, **EVENTS, tables=[events])
    for as_of, refs in ((AS_OF, {"R1": 1, "R2": 1}), (AS_OF + dt.timedelta(days=1), {"R2": 2, "R3": 1})):
        rows = [ROWS[0] | {"Ref": ref, "Revision": revision} for ref, revision in refs.items()]
        (lists / "incidents.json").write_text(json.dumps(rows), encoding="utf-8")
        one.load(as_of)
    load.accept_wave(as_of)
    assert [asked.params["since"] for asked in api.asked] == ["2026-04-01", "2026-07-26"]
    assert one.visible("incident") == 4
    newest = "select incident_id, max(revision) from raw.incident where provider_code = %s group by 1 order by 1"
    assert one.ask(newest, one.provider.organisation_code) == [("R1", 1), ("R2", 2), ("R3", 1)]


def test_a_period_that_settled_is_not_asked_for_again(sender, api):
    one = sender()
    provider(one, api, {"settles_after_days": "10"})
    fetching.fetch(one.provider, AS_OF)
    asked = len(api.asked)
    assert asked > 0
    fetching.fetch(one.provider, AS_OF + dt.timedelta(days=1))
    assert len(api.asked) == asked


def test_what_was_refused_answers_for_no_day_so_that_its_rows_are_asked_for_again(sender, api):
    one = sender()
    provider(one, api, SINCE, **EVENTS, tables=[TABLE | {"delivers": "events"}])
    api.instead = [Canned(200, json.dumps({"items": [{"Unheard of": "1"}]}))]
    for days in range(4):
        one.load(AS_OF + dt.timedelta(days=days))
    states = "select file_name, state from audit.deliveries where provider_code = %s order by load_id"
    assert one.ask(states, one.provider.organisation_code) == [
        ("incidents_2026-07-29.ndjson", "refused"), ("incidents_2026-07-30.ndjson", "judged"),
    ]  # fmt: skip
    # The same bytes on the third day answer for that day too, and the sender, who sent nothing twice, is told nothing.
    asked = [request.params["since"] for request in api.asked]
    assert asked == ["2026-04-01", "2026-04-01", "2026-07-27", "2026-07-28"]
    assert "FILE-TWICE" not in one.rules("incidents_2026-07-30.ndjson")


def test_a_feed_that_cannot_be_had_holds_no_other_up(sender, api):
    one = sender()
    provider(one, api, {})
    feed = one.document["feeds"]["incidents"]
    absent = feed | {"files": "absent_{period:%Y-%m}.ndjson", "request": feed["request"] | {"path": "page/absent"}}
    one.change(one.document | {"feeds": {"absent": absent, "incidents": feed}})
    with pytest.raises(DoorUnreachable, match="cannot ask the API for absent: it does not know the path"):
        one.load(AS_OF)
    assert one.delivery("incidents_2026-06.ndjson")["state"] == "judged"


def test_a_period_that_has_settled_empty_is_still_owed_and_taken_when_it_comes_late(sender, api):
    one = sender()
    provider(one, api, {"settles_after_days": "0"})
    api.instead = [Canned(200, '{"items": []}')]
    assert one.load(AS_OF).load_ids == []
    assert len(one.load(AS_OF + dt.timedelta(hours=24)).load_ids) == 1
    assert (one.load(AS_OF + dt.timedelta(hours=25)).load_ids, len(api.asked)) == ([], 2)
