"""Which record of whom an agreement covers, and from when to when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("provider_code", sa.Text(), nullable=False, comment="Code of the sender."),
        sa.Column("reference", sa.Text(), nullable=False, comment="Reference of the agreement."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record that it covers."),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="First day it is in force."),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="Last day it is in force."),
        sa.PrimaryKeyConstraint("provider_code", "reference", "record", "valid_from"),
        schema="audit",
        comment="What the senders' data sharing agreements cover, as their files say; refreshed before each build.",
    )


def downgrade() -> None:
    op.drop_table("agreements", schema="audit")
