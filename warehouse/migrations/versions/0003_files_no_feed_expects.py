"""What lies at a sender's door under a name that no feed expects."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unexpected_files",
        sa.Column("provider_code", sa.Text(), nullable=False, comment="Code of the sender."),
        sa.Column("path", sa.Text(), nullable=False, comment="Path at the door."),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the look."),
        sa.PrimaryKeyConstraint("provider_code", "path"),
        schema="audit",
        comment="Files at a sender's door whose names no feed expects, as the last look through the door found them.",
    )


def downgrade() -> None:
    op.drop_table("unexpected_files", schema="audit")
