"""Put rows of made-up organisations where the loaders would have left them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from psycopg2.extras import execute_values

FIRST, LAST = dt.date(2023, 7, 1), dt.date(2026, 6, 30)


class Sender:
    """Puts one organisation's rows where the loaders would have left them, each record a load that counts."""

    def __init__(
        self, cursor, code: str, name: str, tier: str, *, icb: str = "QXX", kind: str = "", joined_on: dt.date = FIRST
    ) -> None:
        self.cursor, self.code = cursor, code
        self.insert(
            "audit.organisations",
            organisation_code=code,
            organisation_name=name,
            organisation_kind=kind or ("charity" if tier == "minimal" else "nhs_trust"),
            tier=tier,
            icb_code=icb,
            icb_name="Made-up ICB",
            is_made_up=True,
            joined_on=joined_on,
        )

    def insert(self, table: str, **columns: object) -> None:
        names = ", ".join(columns)
        self.cursor.execute(
            f"insert into {table} ({names}) values ({', '.join(['%s'] * len(columns))})", list(columns.values())
        )

    def expect(self, feed: str, start: dt.date, end: dt.date, due_on: dt.date) -> None:
        self.insert(
            "audit.expected_deliveries",
            provider_code=self.code,
            feed=feed,
            period_start_on=start,
            period_end_on=end,
            due_on=due_on,
            has_agreement=True,
        )

    def agree(self, records: Iterable[str]) -> None:
        for record in records:
            self.insert(
                "audit.agreements",
                provider_code=self.code,
                reference="A",
                record=record,
                valid_from=dt.date(2020, 1, 1),
                valid_to=dt.date(2030, 1, 1),
            )

    def send(self, feed: str, records: dict[str, list[dict]], start: dt.date = FIRST, end: dt.date = LAST) -> None:
        submitted_on = end + dt.timedelta(days=10)
        self.cursor.execute(
            """
            insert into audit.deliveries (
                provider_code, feed, file_name, file_sha256, mapping_version, contract_versions, period_start_on,
                period_end_on, submitted_at, submitted_on, agreement_reference, state, fetched_at, byte_count,
                rows_read, rows_landed
            ) values (%s, %s, 'f', %s, '1', '1', %s, %s, %s, %s, 'A', 'accepted', %s, 0, 0, 0) returning load_id
            """,
            [self.code, feed, f"{self.code}{feed}{start}", start, end, submitted_on, submitted_on, submitted_on],
        )
        (load_id,) = self.cursor.fetchone()
        for record, rows in records.items():
            self.insert("audit.load_records", load_id=load_id, record=record, delivers="period", rows_landed=len(rows))
            self.insert("audit.visibility", load_id=load_id, record=record, accepted_seq=1)
            self._land(record, load_id, rows, start, end)

    def _land(self, record: str, load_id: int, rows: list[dict], start: dt.date, end: dt.date) -> None:
        groups = defaultdict(list)
        for number, row in enumerate(rows, start=1):
            placed = {
                "load_id": load_id,
                "row_number": number,
                "part": 0,
                "provider_code": self.code,
                "period_start_on": start,
                "period_end_on": end,
                **row,
            }
            groups[tuple(placed)].append(tuple(placed.values()))
        for columns, values in groups.items():
            execute_values(self.cursor, f"insert into raw.{record} ({', '.join(columns)}) values %s", values)
