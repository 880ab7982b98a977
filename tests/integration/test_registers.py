"""Follow what is sent whole, a register each quarter or a month, through changes and back again."""

import datetime as dt

from tests.made_up_sender import AGREEMENT, MadeUpSender, provider_file

SERVICES = {
    "files": "services_{period:%Y%m%d}.csv",
    "every": "quarter",
    "format": {"kind": "csv"},
    "tables": [
        {"record": "service", "delivers": "snapshot", "columns": {"service_id": "Ref", "service_name": "Name"}},
    ],
}
OPEN = "Ref,Name\nS1,The drop-in\n"
CLOSED = "Ref,Name\nS1,The drop-in (closed for repairs)\n"


def test_a_register_that_is_back_to_what_it_was_counts_as_it_is_now(warehouse_database, tmp_path, as_of):
    sender = MadeUpSender("zz8", tmp_path, provider_file(agreements=[AGREEMENT], feeds={"services": SERVICES}))
    shown = []
    for quarter, content in (("20251231", OPEN), ("20260331", CLOSED), ("20260630", OPEN)):
        sender.send(f"services_{quarter}.csv", content, at=_sent_after(quarter))
        sender.load(as_of)
        _accept(as_of)
        shown.append(_counting(sender))
    assert shown == [[("The drop-in",)], [("The drop-in (closed for repairs)",)], [("The drop-in",)]]


def test_a_month_that_is_back_to_what_it_was_counts_as_it_is_now(warehouse_database, tmp_path, as_of):
    feed = SERVICES | {"files": "services_{period:%Y-%m}.csv", "every": "month"}
    feed["tables"] = [SERVICES["tables"][0] | {"delivers": "period"}]
    sender = MadeUpSender("zz8", tmp_path, provider_file(agreements=[AGREEMENT], feeds={"services": feed}))
    shown = []
    for day, content in ((3, OPEN), (4, CLOSED), (5, OPEN)):
        sender.send("services_2026-06.csv", content, at=dt.datetime(2026, 7, day, tzinfo=dt.UTC))
        sender.load(as_of)
        _accept(as_of)
        shown.append(_counting(sender))
    assert shown == [[("The drop-in",)], [("The drop-in (closed for repairs)",)], [("The drop-in",)]]


def test_the_same_content_for_another_month_does_not_make_an_old_version_count_again(
    warehouse_database, tmp_path, as_of
):
    feed = SERVICES | {"files": "services_{period:%Y-%m}.csv", "every": "month"}
    feed["tables"] = [SERVICES["tables"][0] | {"delivers": "period"}]
    sender = MadeUpSender("zz8", tmp_path, provider_file(agreements=[AGREEMENT], feeds={"services": feed}))
    for day, month, content in ((3, 5, OPEN), (4, 5, CLOSED), (5, 6, OPEN)):
        sender.send(f"services_2026-{month:02}.csv", content, at=dt.datetime(2026, 7, day, tzinfo=dt.UTC))
        sender.load(as_of)
        _accept(as_of)
    assert _counting(sender) == [("The drop-in (closed for repairs)",)]


def _counting(sender: MadeUpSender) -> list[tuple]:
    return sender.ask(
        "select landed.service_name from raw.service as landed inner join audit.visibility as seen"
        " on seen.load_id = landed.load_id and seen.retired_seq is null"
    )


def _sent_after(quarter: str) -> dt.datetime:
    return dt.datetime.strptime(quarter, "%Y%m%d").replace(tzinfo=dt.UTC) + dt.timedelta(days=10)


def _accept(as_of: dt.datetime) -> None:
    from loaders import load

    load.accept_wave(as_of)
