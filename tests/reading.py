"""Read a file of a made-up sender by the real reader, without a warehouse: its rows, and what is said of it."""

import io

from expectations.contract import load_contracts
from loaders import landing
from loaders.senders.provider import Provider


def sender(*tables: dict, files="*", every="once", form=None, **feed) -> Provider:
    """Return a made-up sender with one feed `f` of these tables."""
    agreement = {
        "reference": "A1", "valid_from": "2023-04-01", "valid_to": "2027-03-31", "records": list(load_contracts()),
        "lawful_basis": "public task", "controller": "A made-up sender", "dpia_reference": "D1",
        "retention_months": "96", "opt_out_applied_by": "provider",
    }  # fmt: skip
    form = {"kind": "csv", "dates": ["%d/%m/%Y"]} if form is None else form
    return Provider.model_validate(
        {
            "code": "zz1", "name": "A made-up sender", "kind": "charity", "tier": "full", "icb_code": "ZZL",
            "icb_name": "Made-up ICB", "is_made_up": "true", "agreements": [agreement],
            "door": {"url": "file:///nowhere"},
            "feeds": {"f": {"files": files, "every": every, "format": form, "tables": tables} | feed},
        }
    )  # fmt: skip


def table(record: str, columns: dict, **more) -> dict:
    """Return a table that delivers a period unless `more` says otherwise."""
    return {"record": record, "delivers": "period", "columns": columns} | more


def read(provider: Provider, content: bytes | str, path: str = "file") -> tuple[list[dict], landing.Reading]:
    """Read a file; return its rows (what is filled, by column, with `row` and `part`), and the reading."""
    contracts, found = load_contracts(), []

    def take(row):
        names = [column.name for column in contracts[row.record].columns]
        filled = {name: value for name, value in zip(names, row.values, strict=True) if value is not None}
        found.append({"row": row.number, "part": row.part} | filled)

    content = io.BytesIO(content.encode() if isinstance(content, str) else content)
    feed = provider.feeds["f"]
    return found, landing.read(content, provider, feed, contracts, take, feed.match(path))


def column(rows: list[dict], name: str) -> list:
    """Return one column of rows; None where it is blank."""
    return [row.get(name) for row in rows]


def told(reading: landing.Reading) -> list[tuple]:
    """Return (rule, row, column) of every finding."""
    return [(found.rule, found.row_number, found.column_name) for found in reading.findings]
