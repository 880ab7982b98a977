"""Say which tables the contracts need in schemas raw and restricted, as Alembic compares them with the database."""

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from expectations.contract import Column as ContractColumn
from expectations.contract import Contract, load_contracts

_TYPES: dict[str, TypeEngine] = {
    "text": Text(),
    "date": Date(),
    "timestamp": DateTime(timezone=True),
    "integer": BigInteger(),
    "number": Numeric(),
    "codes": ARRAY(Text()),
    "ids": ARRAY(Text()),
}

PIPELINE_COMMENTS = {
    "load_id": "The load that brought the row, see audit.deliveries.",
    "row_number": "The row's place in what was sent, so that the sender can find it.",
    "part": "Which of several records made of one wide row this is, from 1.",
    "provider_code": "The organisation that sent the row.",
    "period_start_on": "The first day of the period the delivery is about; blank where it is about none.",
    "period_end_on": "The last day of the period the delivery is about; blank where it is about none.",
}
_PIPELINE_TYPES = {
    "load_id": BigInteger(),
    "row_number": Integer(),
    "part": SmallInteger(),
    "provider_code": Text(),
    "period_start_on": Date(),
    "period_end_on": Date(),
}


def raw_metadata(contracts: Mapping[str, Contract] | None = None) -> MetaData:
    """Return raw.<record> for every record, and restricted.<record> for those that hold someone's own words.

    Nothing but the pipeline's columns is NOT NULL: a faulty row is judged, not refused by the database.
    """
    metadata = MetaData()
    for contract in (load_contracts() if contracts is None else contracts).values():
        _table(metadata, "raw", contract, contract.pipeline_columns, contract.raw_columns, contract.description)
        if contract.restricted_columns:
            comment = f"The own words of {contract.record}, for named reviewers only; rows match raw.{contract.record}."
            _table(
                metadata,
                "restricted",
                contract,
                ("load_id", "row_number", "part"),
                contract.restricted_columns,
                comment,
            )
    return metadata


def _table(
    metadata: MetaData,
    schema: str,
    contract: Contract,
    pipeline: tuple[str, ...],
    columns: tuple[ContractColumn, ...],
    comment: str,
) -> Table:
    return Table(
        contract.record,
        metadata,
        *(
            Column(name, _PIPELINE_TYPES[name], nullable=name.startswith("period_"), comment=PIPELINE_COMMENTS[name])
            for name in pipeline
        ),
        *(Column(column.name, _TYPES[column.kind], comment=column.description) for column in columns),
        PrimaryKeyConstraint("load_id", "row_number", "part", name=f"{contract.record}_pkey"),
        schema=schema,
        comment=comment,
    )
