"""Follow a register, sent whole each quarter, through changes and back again."""

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
        shown.append(
            sender.ask(
                "select landed.service_name from raw.service as landed inner join audit.visibility as seen"
                " on seen.load_id = landed.load_id and seen.retired_seq is null"
            )
        )
    assert shown == [[("The drop-in",)], [("The drop-in (closed for repairs)",)], [("The drop-in",)]]


def _sent_after(quarter: str) -> dt.datetime:
    return dt.datetime.strptime(quarter, "%Y%m%d").replace(tzinfo=dt.UTC) + dt.timedelta(days=10)


def _accept(as_of: dt.datetime) -> None:
    from loaders import load

    load.accept_wave(as_of)
