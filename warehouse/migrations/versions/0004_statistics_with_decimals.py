"""Official statistics that are no whole numbers: shares, scores and rates, as published."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PUBLISHED = "An official statistic about a real organisation, as published: the Mental Health Services Data Set, "
_USE = "Used for benchmarks and tests, never beside a made-up region's providers."
_TABLE = (
    f"{_PUBLISHED}or the national return of written complaints. {_USE}",
    f"{_PUBLISHED}the national return of written complaints, or the NHS Oversight Framework. {_USE}",
)
_VALUE = (
    "The number as published. Many are rounded to 5 by the publisher.",
    "The number as published, in the unit of its measure. Many counts are rounded to 5 by the publisher.",
)
_KIND = (sa.BigInteger(), sa.Numeric())


def upgrade() -> None:
    _change(0, 1)


def downgrade() -> None:
    _change(1, 0)


def _change(before: int, after: int) -> None:
    # A column that a view reads keeps its type. Each build makes the view anew, and nothing lasting hangs on it.
    op.execute("drop view if exists staging.stg_published_statistic")
    op.create_table_comment("published_statistic", _TABLE[after], existing_comment=_TABLE[before], schema="raw")
    op.alter_column(
        "published_statistic",
        "value",
        existing_type=_KIND[before],
        type_=_KIND[after],
        existing_comment=_VALUE[before],
        comment=_VALUE[after],
        existing_nullable=True,
        schema="raw",
    )
