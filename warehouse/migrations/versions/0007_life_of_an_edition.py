"""What people enter into an edition, every step it takes, and a hash of each of its rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition_steps",
        sa.Column("edition_id", sa.Text(), nullable=False, comment="The edition."),
        sa.Column("step_number", sa.Integer(), nullable=False, comment="Order within the edition, from 1."),
        sa.Column("state", sa.Text(), nullable=False, comment="The state that the step led to."),
        sa.Column(
            "by_role",
            sa.Text(),
            nullable=False,
            comment="Role of whoever took it, or assure where it was taken by itself; never a person's name.",
        ),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the step."),
        sa.Column("was_wrong", sa.Text(), nullable=True, comment="What was wrong with it, where it was corrected."),
        sa.Column("because", sa.Text(), nullable=True, comment="Why, where it was corrected or withdrawn."),
        sa.CheckConstraint(
            "state in ('draft', 'accuracy_check', 'network_comment', 'signed_off', 'published', 'corrected', 'withdrawn')",
            name="known_step_state",
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["audit.editions.edition_id"]),
        sa.PrimaryKeyConstraint("edition_id", "step_number"),
        schema="audit",
        comment="Who moved an edition from state to state, when and why; added to, never changed.",
    )
    op.create_table(
        "edition_entries",
        sa.Column(
            "entry_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="Number of the entry."
        ),
        sa.Column("edition_id", sa.Text(), nullable=False, comment="The edition that prints it."),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="What it is: comment, nothing_to_add, declined, reply, opinion, sponsor, ask, taken_back.",
        ),
        sa.Column(
            "party",
            sa.Text(),
            nullable=True,
            comment="Who was asked and answers: network, or the code of an organisation; null where nobody was asked.",
        ),
        sa.Column(
            "words",
            sa.Text(),
            nullable=True,
            comment="Public words, printed as they were sent; null where none belong.",
        ),
        sa.Column(
            "answers_to",
            sa.Text(),
            nullable=True,
            comment="The comment that is replied to, or the entry that is taken back, as published.",
        ),
        sa.Column("by_role", sa.Text(), nullable=False, comment="Role of whoever entered it; never a person's name."),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the entry."),
        sa.Column("entered_on", sa.Date(), nullable=False, comment="The same, as a day in Europe/London."),
        sa.CheckConstraint(
            "kind in ('comment', 'nothing_to_add', 'declined', 'reply', 'opinion', 'sponsor', 'ask', 'taken_back')",
            name="known_entry_kind",
        ),
        sa.CheckConstraint(
            "(words is null) = (kind in ('nothing_to_add', 'declined'))", name="words_where_they_belong"
        ),
        sa.CheckConstraint("(answers_to is not null) = (kind in ('reply', 'taken_back'))", name="answers_to_something"),
        sa.CheckConstraint(
            "(party is not null) = (kind in ('comment', 'nothing_to_add', 'declined'))", name="party_where_asked"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["audit.editions.edition_id"]),
        sa.PrimaryKeyConstraint("entry_id"),
        schema="audit",
        comment="What people entered into an edition: comments, replies, an opinion, a sponsor, what is asked; added to, never changed.",
    )
    op.create_index("entries_by_edition", "edition_entries", ["edition_id"], unique=False, schema="audit")
    op.add_column(
        "edition_rows",
        sa.Column(
            "row_sha256", sa.Text(), nullable=True, comment="SHA-256 of the row's text, hexadecimal, as it was frozen."
        ),
        schema="audit",
    )
    op.add_column(
        "editions",
        sa.Column(
            "rows_sha256",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of the hashes of all its rows in order, hexadecimal: one changed, added or lost changes it.",
        ),
        schema="audit",
    )
    # Editions of before are sealed as they lie here today.
    op.execute("update audit.edition_rows set row_sha256 = encode(sha256(convert_to(row::text, 'UTF8')), 'hex')")
    op.execute(
        "update audit.editions as editions set rows_sha256 = sealed.digest from ("
        " select edition_id, encode(sha256(convert_to(string_agg(concat_ws(' ', relation, row_number, row_sha256), e'\\n'"
        " order by relation collate \"C\", row_number), 'UTF8')), 'hex') as digest"
        " from audit.edition_rows group by edition_id) as sealed where sealed.edition_id = editions.edition_id"
    )
    op.add_column(
        "edition_faces",
        sa.Column(
            "entries_through",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="The newest entry that it shows; 0 where none had been made.",
        ),
        schema="audit",
    )
    op.drop_constraint("edition_faces_pkey", "edition_faces", schema="audit")
    op.create_primary_key(
        "edition_faces_pkey", "edition_faces", ["edition_id", "state", "entries_through", "face"], schema="audit"
    )


def downgrade() -> None:
    op.execute("delete from audit.edition_faces where entries_through <> 0")
    op.drop_constraint("edition_faces_pkey", "edition_faces", schema="audit")
    op.drop_column("edition_faces", "entries_through", schema="audit")
    op.create_primary_key("edition_faces_pkey", "edition_faces", ["edition_id", "state", "face"], schema="audit")
    op.drop_column("editions", "rows_sha256", schema="audit")
    op.drop_column("edition_rows", "row_sha256", schema="audit")
    op.drop_table("edition_entries", schema="audit")
    op.drop_table("edition_steps", schema="audit")
