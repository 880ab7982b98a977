"""A face of an edition is stored under the name of the file it is handed out as."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("update audit.edition_faces set face = 'report.html' where face = 'html'")
    op.execute(
        "comment on column audit.edition_faces.face is 'Name of the file it is handed out as, such as report.html.'"
    )


def downgrade() -> None:
    op.execute("delete from audit.edition_faces where face <> 'report.html'")
    op.execute("update audit.edition_faces set face = 'html'")
    op.execute("comment on column audit.edition_faces.face is 'html, later pdf, xlsx, csv.'")
