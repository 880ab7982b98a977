"""The ledger, and the tables of the records that contracts describe."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("acceptance", schema="audit")))
    op.create_table(
        "builds",
        sa.Column(
            "build_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="Number of the build."
        ),
        sa.Column("accepted_through", sa.BigInteger(), nullable=False, comment="The sequence S that the build read."),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False, comment="The moment the build speaks for."),
        sa.Column("report_quarter", sa.Text(), nullable=False, comment="Financial quarter of the report's figures."),
        sa.Column(
            "code_version", sa.Text(), nullable=False, comment="Version of the code, and its commit where known."
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="building, swapped or failed."),
        sa.Column(
            "model_seconds", postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment="Seconds by dbt model."
        ),
        sa.Column(
            "failures",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="dbt nodes that failed or warned, without values.",
        ),
        sa.PrimaryKeyConstraint("build_id"),
        schema="audit",
        comment="One row per build of the marts: what it read and when it became visible.",
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "load_id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="The load's number; all its rows carry it.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="Code of the sender, as its provider file says."),
        sa.Column("feed", sa.Text(), nullable=False, comment="Name of the feed in the provider file."),
        sa.Column("file_name", sa.Text(), nullable=False, comment="Name of the file as sent."),
        sa.Column("file_sha256", sa.Text(), nullable=False, comment="Hash of the bytes as sent."),
        sa.Column(
            "mapping_version", sa.Text(), nullable=False, comment="Hash of the feed's mapping that reads the file."
        ),
        sa.Column(
            "contract_versions", sa.Text(), nullable=False, comment="Hash of the contracts the file is read against."
        ),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="First day of the period the file is about; null where it has none.",
        ),
        sa.Column("period_end_on", sa.Date(), nullable=True, comment="Last day of that period."),
        sa.Column(
            "status_rank",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="0 provisional, 1 performance, 2 final.",
        ),
        sa.Column(
            "declared_version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="The sender's own version (_v2 is 2).",
        ),
        sa.Column(
            "submitted_at", sa.DateTime(timezone=True), nullable=False, comment="When the sender put the file there."
        ),
        sa.Column("submitted_on", sa.Date(), nullable=False, comment="The same, as a day in Europe/London."),
        sa.Column(
            "agreement_reference",
            sa.Text(),
            nullable=False,
            comment="The agreement in force that allowed the file to be fetched.",
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="Where the load stands: fetched, landed, judged, accepted, refused, held, withdrawn.",
        ),
        sa.Column(
            "is_preferred",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="A named role released it: it wins a tie.",
        ),
        sa.Column(
            "is_nil_return",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="The sender said: nothing this period.",
        ),
        sa.Column("rows_read", sa.BigInteger(), server_default="0", nullable=False, comment="Rows found in the file."),
        sa.Column("rows_landed", sa.BigInteger(), server_default="0", nullable=False, comment="Rows copied into raw."),
        sa.Column(
            "rows_set_aside",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Rows set aside, by reader or judge.",
        ),
        sa.Column(
            "rows_filtered",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="Rows the mapping says are not records.",
        ),
        sa.Column(
            "kept_name",
            sa.Text(),
            nullable=True,
            comment="Name of the kept, encrypted bytes below ASSURE_KEEP_URL; null once destroyed.",
        ),
        sa.Column("byte_count", sa.BigInteger(), nullable=False, comment="Size as sent."),
        sa.Column(
            "fetched_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the step that fetched it."
        ),
        sa.Column("landed_at", sa.DateTime(timezone=True), nullable=True, comment="As-of time of landing."),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True, comment="As-of time of judging."),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True, comment="As-of time of acceptance."),
        sa.CheckConstraint(
            "state in ('fetched', 'landed', 'judged', 'accepted', 'refused', 'held', 'withdrawn')", name="known_state"
        ),
        sa.PrimaryKeyConstraint("load_id"),
        sa.UniqueConstraint(
            "file_sha256", "provider_code", "feed", "mapping_version", "contract_versions", name="one_load_per_identity"
        ),
        schema="audit",
        comment="The ledger: one row per reading of one delivered file. Its identity is the bytes, the feed, the mapping and the contracts.",
    )
    op.create_index(
        "deliveries_by_feed", "deliveries", ["provider_code", "feed", "state"], unique=False, schema="audit"
    )
    op.create_table(
        "editions",
        sa.Column("edition_id", sa.Text(), nullable=False, comment="Quarter, ICB and number: 2026-27-Q1/ZWL/1."),
        sa.Column("quarter_id", sa.Text(), nullable=False, comment="Financial quarter."),
        sa.Column("icb_code", sa.Text(), nullable=False, comment="ICB."),
        sa.Column("edition_number", sa.Integer(), nullable=False, comment="1 for the first; a correction is the next."),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="Where it stands: draft, accuracy_check, network_comment, signed_off, published, corrected, withdrawn.",
        ),
        sa.Column(
            "data_cut_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The figures are frozen as known at this time.",
        ),
        sa.Column("accepted_through", sa.BigInteger(), nullable=False, comment="The sequence S of its figures."),
        sa.Column("code_version", sa.Text(), nullable=False, comment="Version of the code that made it."),
        sa.Column(
            "shared_for_comment_on",
            sa.Date(),
            nullable=True,
            comment="Day providers and the network were sent the draft.",
        ),
        sa.Column("comment_closes_on", sa.Date(), nullable=True, comment="Last day for comments."),
        sa.Column("sign_off_kind", sa.Text(), nullable=True, comment="automatic or named_role; none before sign-off."),
        sa.Column("signed_off_by_role", sa.Text(), nullable=True, comment="Role that signed."),
        sa.Column("signed_off_on", sa.Date(), nullable=True, comment="Day of sign-off."),
        sa.Column("published_on", sa.Date(), nullable=True, comment="Day of publication."),
        sa.CheckConstraint(
            "state in ('draft', 'accuracy_check', 'network_comment', 'signed_off', 'published', 'corrected', 'withdrawn')",
            name="known_edition_state",
        ),
        sa.PrimaryKeyConstraint("edition_id"),
        sa.UniqueConstraint("quarter_id", "icb_code", "edition_number", name="one_edition_per_number"),
        schema="audit",
        comment="One row per edition of a quarterly report.",
    )
    op.create_table(
        "expected_deliveries",
        sa.Column("provider_code", sa.Text(), nullable=False, comment="Code of the sender."),
        sa.Column("feed", sa.Text(), nullable=False, comment="Name of the feed."),
        sa.Column("period_start_on", sa.Date(), nullable=False, comment="First day of the period."),
        sa.Column("period_end_on", sa.Date(), nullable=False, comment="Last day of the period."),
        sa.Column("due_on", sa.Date(), nullable=False, comment="Day it is due, by working days after the period."),
        sa.Column(
            "has_agreement",
            sa.Boolean(),
            nullable=False,
            comment="False when no agreement covers it: nobody asked for it.",
        ),
        sa.PrimaryKeyConstraint("provider_code", "feed", "period_start_on"),
        schema="audit",
        comment="What each feed owes for each period up to now; refreshed before each build.",
    )
    op.create_table(
        "gate_results",
        sa.Column(
            "gate_result_id",
            sa.BigInteger(),
            sa.Identity(always=False),
            nullable=False,
            comment="Number of the result.",
        ),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the gate."),
        sa.Column("load_ids", sa.Text(), nullable=False, comment="Loads looked at together, comma-separated."),
        sa.Column("suite", sa.Text(), nullable=False, comment="Record name, or rule_results for the fixed suite."),
        sa.Column("expectation", sa.Text(), nullable=False, comment="Kind of expectation, with its rule or column."),
        sa.Column("is_met", sa.Boolean(), nullable=False, comment="True when it held."),
        sa.Column("checked", sa.BigInteger(), nullable=True, comment="Rows looked at."),
        sa.Column("failed", sa.BigInteger(), nullable=True, comment="Rows that broke it."),
        sa.PrimaryKeyConstraint("gate_result_id"),
        schema="audit",
        comment="What Great Expectations said of a wave, by suite and expectation: counts only, never a value.",
    )
    op.create_table(
        "organisations",
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="Code of the sender, upper case."),
        sa.Column("organisation_name", sa.Text(), nullable=False, comment="Name for print."),
        sa.Column("organisation_kind", sa.Text(), nullable=False, comment="nhs_trust, charity, …"),
        sa.Column("tier", sa.Text(), nullable=False, comment="full, minimal or statistics."),
        sa.Column("icb_code", sa.Text(), nullable=False, comment="ICB that commissions it."),
        sa.Column("icb_name", sa.Text(), nullable=False, comment="Name of that ICB."),
        sa.Column("is_made_up", sa.Boolean(), nullable=False, comment="True for organisations of the demo."),
        sa.Column("joined_on", sa.Date(), nullable=False, comment="First day of its first agreement."),
        sa.PrimaryKeyConstraint("organisation_code"),
        schema="audit",
        comment="The senders, as their provider files say; refreshed before each build.",
    )
    op.create_table(
        "word_checks",
        sa.Column("words_sha256", sa.Text(), nullable=False, comment="Hash of the words."),
        sa.Column("checked_by_role", sa.Text(), nullable=False, comment="Role of the second person."),
        sa.Column("checked_on", sa.Date(), nullable=False, comment="Day of the check."),
        sa.PrimaryKeyConstraint("words_sha256"),
        schema="audit",
        comment="A second person has read these public words and found no one named in them. Words without a row are not printed.",
    )
    op.create_table(
        "activity_count",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service counted; blank for the whole provider."),
        sa.Column("count_kind", sa.Text(), nullable=True, comment="What was counted."),
        sa.Column(
            "breakdown_kind",
            sa.Text(),
            nullable=True,
            comment="By what the count is broken down; a blank means that it is not.",
        ),
        sa.Column(
            "breakdown_code",
            sa.Text(),
            nullable=True,
            comment="The group counted, within the kind of breakdown; blank when the count is not broken down.",
        ),
        sa.Column(
            "counted", sa.BigInteger(), nullable=True, comment="The count. Its unit is that of the kind of count."
        ),
        sa.Column(
            "value_state",
            sa.Text(),
            nullable=True,
            comment="Whether the number was counted, hidden because it is small, not collected or not applicable. A hidden number is never nought.",
        ),
        sa.Column(
            "status",
            sa.Text(),
            nullable=True,
            comment="How final the count is; a later status replaces an earlier one for the same period.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="activity_count_pkey"),
        schema="raw",
        comment="A count of what a service did in the period, such as occupied bed days or contacts: the denominators of rates, and anonymous counts of who was in the room.",
    )
    op.create_table(
        "change",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column("change_id", sa.Text(), nullable=True, comment="The sender's own stable code for the change."),
        sa.Column(
            "decision_ids",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The decisions this change follows from; several are separated by semicolons. Without one it is not counted as influence.",
        ),
        sa.Column(
            "changed", sa.Text(), nullable=True, comment="What is different, in plain words written to be printed."
        ),
        sa.Column("change_kind", sa.Text(), nullable=True, comment="What kind of thing changed."),
        sa.Column(
            "service_id", sa.Text(), nullable=True, comment="The service in which it changed; blank when it is several."
        ),
        sa.Column(
            "owner_role",
            sa.Text(),
            nullable=True,
            comment="The role answerable for the change. It is never a person's name.",
        ),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=True,
            comment="The day the change is due. The first due date by submission counts as the original deadline, whatever comes later.",
        ),
        sa.Column(
            "implemented_on",
            sa.Date(),
            nullable=True,
            comment="The day people using the service could notice the change; blank until then. Its effect is judged from this day.",
        ),
        sa.Column("stopped_on", sa.Date(), nullable=True, comment="The day the change was given up."),
        sa.Column(
            "stopped_reason",
            sa.Text(),
            nullable=True,
            comment="Why it was given up, in plain words written to be printed.",
        ),
        sa.Column(
            "qi_register_ref",
            sa.Text(),
            nullable=True,
            comment="The change's number in the quality improvement register.",
        ),
        sa.Column(
            "reviewed_session_id",
            sa.Text(),
            nullable=True,
            comment="The session at which members looked at the change afterwards.",
        ),
        sa.Column(
            "verified_on",
            sa.Date(),
            nullable=True,
            comment="The day someone checked that the change had really happened.",
        ),
        sa.Column(
            "verified_by_kind",
            sa.Text(),
            nullable=True,
            comment="Who checked. The owner's own word is the weakest evidence.",
        ),
        sa.Column(
            "measure_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The measures that should move if the change works.",
        ),
        sa.Column(
            "benefit_codes", postgresql.ARRAY(sa.Text()), nullable=True, comment="The kinds of benefit hoped for."
        ),
        sa.Column("cost_gbp", sa.Numeric(), nullable=True, comment="What the change cost, in pounds."),
        sa.Column(
            "saving_gbp",
            sa.Numeric(),
            nullable=True,
            comment="What the change saved, in pounds. Below nought means that it cost more.",
        ),
        sa.Column(
            "saving_basis",
            sa.Text(),
            nullable=True,
            comment="How the saving was worked out, in plain words written to be printed.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="change_pkey"),
        schema="raw",
        comment="Something that a person using the service would notice is different, or will be. A task is not a change. Only a change linked to a decision counts as influence.",
    )
    op.create_table(
        "complaint",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "complaint_id", sa.Text(), nullable=True, comment="The complaints system's own reference for the case."
        ),
        sa.Column(
            "case_kind",
            sa.Text(),
            nullable=True,
            comment="Whether it is a formal complaint, a PALS concern or a chase. They are counted apart.",
        ),
        sa.Column(
            "from_pals_id",
            sa.Text(),
            nullable=True,
            comment="The PALS case this complaint grew out of, so that it is not counted twice.",
        ),
        sa.Column("received_on", sa.Date(), nullable=True, comment="The day it was received."),
        sa.Column(
            "acknowledged_on",
            sa.Date(),
            nullable=True,
            comment="The day it was acknowledged; three working days are allowed for a formal complaint.",
        ),
        sa.Column(
            "agreed_response_by_on",
            sa.Date(),
            nullable=True,
            comment="The day by which a response was agreed with the person.",
        ),
        sa.Column("responded_on", sa.Date(), nullable=True, comment="The day the response was sent."),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="The day the case was closed."),
        sa.Column("reopened_on", sa.Date(), nullable=True, comment="The day the case was last opened again."),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service it is about."),
        sa.Column(
            "subject_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="What it is about, in the subjects of the national return; several are allowed and the case is counted once.",
        ),
        sa.Column("outcome", sa.Text(), nullable=True, comment="Whether it was upheld."),
        sa.Column("complainant_kind", sa.Text(), nullable=True, comment="In what capacity the person complained."),
        sa.Column(
            "ethnicity_code",
            sa.Text(),
            nullable=True,
            comment="The ethnic category of the person the complaint is about, in the national 16 + 1 codes.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="complaint_pkey"),
        schema="raw",
        comment="A complaint, an informal concern raised with the advice and liaison service (PALS), or a chase for an answer. Case numbers and dates only: no words of the person who complained.",
    )
    op.create_table(
        "decision",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column("decision_id", sa.Text(), nullable=True, comment="The sender's own stable code for the decision."),
        sa.Column(
            "decision_kind",
            sa.Text(),
            nullable=True,
            comment="Whether it answers an input, sets a priority or decides not to co-produce; a blank means it answers an input.",
        ),
        sa.Column(
            "input_ids",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The things said that this decision answers; several are separated by semicolons.",
        ),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work the decision belongs to."),
        sa.Column("decision_group_id", sa.Text(), nullable=True, comment="The group that decided."),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="The day it was decided."),
        sa.Column(
            "decided_by_role",
            sa.Text(),
            nullable=True,
            comment="The role that decided, such as ward manager. It is never a person's name.",
        ),
        sa.Column(
            "outcome",
            sa.Text(),
            nullable=True,
            comment="What was decided: accepted, partly accepted, declined, deferred or passed on.",
        ),
        sa.Column(
            "reason_code",
            sa.Text(),
            nullable=True,
            comment="The kind of reason given. Every refusal or delay should have one.",
        ),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="The reason, in plain words written to be printed and to be told to those who asked.",
        ),
        sa.Column(
            "review_on",
            sa.Date(),
            nullable=True,
            comment="The day a deferred or declined matter will be looked at again.",
        ),
        sa.Column(
            "set_with_members", sa.Text(), nullable=True, comment="Whether a priority was set together with members."
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="decision_pkey"),
        schema="raw",
        comment="What a forum decided about what people said, and why. Saying no, or not yet, is a decision like any other; a missing reason is a finding about the decision, not a fault in the row.",
    )
    op.create_table(
        "feedback_count",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service the answers are about; blank for the whole provider.",
        ),
        sa.Column(
            "channel",
            sa.Text(),
            nullable=True,
            comment="How the answers were collected; blank when the provider does not count channels apart.",
        ),
        sa.Column(
            "rating_code",
            sa.Text(),
            nullable=True,
            comment="The answer given. Those who answered that they do not know stay in the denominator.",
        ),
        sa.Column(
            "counted", sa.BigInteger(), nullable=True, comment="How many people gave this answer by this channel."
        ),
        sa.Column(
            "eligible_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many people could have answered, the same on every row of a service; blank where the service cannot know.",
        ),
        sa.Column(
            "value_state",
            sa.Text(),
            nullable=True,
            comment="Whether the number was counted, hidden because it is small, not collected or not applicable. A hidden number is never nought.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="feedback_count_pkey"),
        schema="raw",
        comment="How many people gave each answer to the Friends and Family Test question in the period, as counted for the national return.",
    )
    op.create_table(
        "incident",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "incident_id",
            sa.Text(),
            nullable=True,
            comment="The incident system's own reference. It is never a person's number.",
        ),
        sa.Column(
            "revision",
            sa.BigInteger(),
            nullable=True,
            comment="The version of the report, from 1. When the system keeps none, 1.",
        ),
        sa.Column("occurred_on", sa.Date(), nullable=True, comment="The day it happened."),
        sa.Column(
            "reported_on",
            sa.Date(),
            nullable=True,
            comment="The day it was first reported. Deaths are counted by this day: an inquest may take a year.",
        ),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service in which it happened."),
        sa.Column("incident_kind", sa.Text(), nullable=True, comment="What kind of incident it was."),
        sa.Column(
            "physical_harm",
            sa.Text(),
            nullable=True,
            comment="The worst physical harm to a person using services, in the national grades.",
        ),
        sa.Column(
            "psychological_harm",
            sa.Text(),
            nullable=True,
            comment="The worst psychological harm to a person using services, in the national grades.",
        ),
        sa.Column("police_attended", sa.Text(), nullable=True, comment="Whether the police came."),
        sa.Column("police_restraint", sa.Text(), nullable=True, comment="Whether the police used restraint."),
        sa.Column(
            "reporter_kind",
            sa.Text(),
            nullable=True,
            comment="In what capacity it was reported. Reports by people using services are a sign of their influence.",
        ),
        sa.Column(
            "ethnicity_code",
            sa.Text(),
            nullable=True,
            comment="The ethnic category of the person most affected, in the national 16 + 1 codes.",
        ),
        sa.Column(
            "is_rejected",
            sa.Text(),
            nullable=True,
            comment="Whether the provider rejected the report as not an incident. A rejected report is kept and not counted.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="incident_pkey"),
        schema="raw",
        comment="A patient safety incident reported by staff, people using services or carers, as the provider's incident system holds it. Each revision replaces the one before.",
    )
    op.create_table(
        "input",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "input_id",
            sa.Text(),
            nullable=True,
            comment="The sender's own stable code for what was said. In the workbook it is printed on the line.",
        ),
        sa.Column(
            "received_on",
            sa.Date(),
            nullable=True,
            comment="The day it was said or received. The clock to a decision and to telling people back starts here.",
        ),
        sa.Column(
            "said",
            sa.Text(),
            nullable=True,
            comment="What was said, in plain words written to be printed. It names no one.",
        ),
        sa.Column("source_kind", sa.Text(), nullable=True, comment="Where it was said."),
        sa.Column(
            "source_ref",
            sa.Text(),
            nullable=True,
            comment="The sender's code of the complaint theme, feedback theme or visit it came from.",
        ),
        sa.Column("session_id", sa.Text(), nullable=True, comment="The session at which it was said."),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work it concerns."),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service it is about; blank when it is about several or none.",
        ),
        sa.Column(
            "given_by_kind",
            sa.Text(),
            nullable=True,
            comment="In what capacity it was said. No person is named or numbered.",
        ),
        sa.Column(
            "theme_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The themes it belongs to; several are allowed.",
        ),
        sa.Column(
            "theme_source",
            sa.Text(),
            nullable=True,
            comment="Whether a person, a rule or a model chose the themes. A model's theme is never the only evidence.",
        ),
        sa.Column("is_criticism", sa.Text(), nullable=True, comment="Whether it criticises how things are done."),
        sa.Column(
            "reply_wanted",
            sa.Text(),
            nullable=True,
            comment="Whether those who said it want to hear back and can be reached. A blank counts as wanted.",
        ),
        sa.Column(
            "acknowledged_on",
            sa.Date(),
            nullable=True,
            comment="The day those who said it were told that it had been received.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="input_pkey"),
        schema="raw",
        comment="Something that people with lived experience said and that asks for an answer: an entry in the register, not every comment. Feedback and complaints enter once per theme per quarter, or when someone promotes one.",
    )
    op.create_table(
        "involvement_activity",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "activity_id", sa.Text(), nullable=True, comment="The sender's own stable code for the piece of work."
        ),
        sa.Column(
            "activity_name",
            sa.Text(),
            nullable=True,
            comment="The short name of the piece of work. It is never a person's name.",
        ),
        sa.Column("group_id", sa.Text(), nullable=True, comment="The group that does the work."),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service the work is about; blank when it is about several.",
        ),
        sa.Column(
            "activity_kind",
            sa.Text(),
            nullable=True,
            comment="What kind of work it is, such as redesigning a service or buying one.",
        ),
        sa.Column(
            "tier",
            sa.Text(),
            nullable=True,
            comment="Whether the work concerns one person's care, a service, the provider or commissioning.",
        ),
        sa.Column(
            "level_claimed",
            sa.Text(),
            nullable=True,
            comment="The step of the seven-step ladder of participation that the organisation says the work stands on.",
        ),
        sa.Column(
            "level_members_say",
            sa.Text(),
            nullable=True,
            comment="The step of the same ladder that members say the work stands on. A gap between the two is a finding.",
        ),
        sa.Column("started_on", sa.Date(), nullable=True, comment="The day the work started."),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="The day the work ended; blank while it is open."),
        sa.Column(
            "scope", sa.Text(), nullable=True, comment="What the work may change, in plain words written to be printed."
        ),
        sa.Column(
            "constraints",
            sa.Text(),
            nullable=True,
            comment="What the work may not change, and why, in plain words written to be printed.",
        ),
        sa.Column(
            "scope_recorded_on",
            sa.Date(),
            nullable=True,
            comment="The day the scope was first written down. When it is blank, the first submission that held a scope counts.",
        ),
        sa.Column(
            "decision_group_id",
            sa.Text(),
            nullable=True,
            comment="The group that decides about what this work brings forward.",
        ),
        sa.Column(
            "decision_rights",
            sa.Text(),
            nullable=True,
            comment="How much say members have: told, asked, advise, share the vote or decide.",
        ),
        sa.Column(
            "options_appraisal_on",
            sa.Date(),
            nullable=True,
            comment="The day the options were appraised, in commissioning work.",
        ),
        sa.Column(
            "procurement_notice_on", sa.Date(), nullable=True, comment="The day the procurement notice was published."
        ),
        sa.Column(
            "questions_answered",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="Which of the six commissioning questions were answered together with members.",
        ),
        sa.Column("eia_on", sa.Date(), nullable=True, comment="The day the equality impact assessment was completed."),
        sa.Column(
            "asset_map_on",
            sa.Date(),
            nullable=True,
            comment="The day the strengths and assets of the community were mapped.",
        ),
        sa.Column(
            "risk_plan_on", sa.Date(), nullable=True, comment="The day the plan for risks of taking part was agreed."
        ),
        sa.Column(
            "measure_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The measures by which the work will be judged.",
        ),
        sa.Column(
            "measures_agreed_with_members_on",
            sa.Date(),
            nullable=True,
            comment="The day those measures were agreed with members.",
        ),
        sa.Column(
            "evaluated_with_members_on",
            sa.Date(),
            nullable=True,
            comment="The day the work was evaluated together with members.",
        ),
        sa.Column(
            "reflection_worked_on", sa.Date(), nullable=True, comment="The day the group wrote down what had worked."
        ),
        sa.Column(
            "reflection_not_worked_on",
            sa.Date(),
            nullable=True,
            comment="The day the group wrote down what had not worked.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="involvement_activity_pkey"),
        schema="raw",
        comment="A piece of work in which people are involved: what it may change, who decides, and how much say members have.",
    )
    op.create_table(
        "involvement_group",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "group_id",
            sa.Text(),
            nullable=True,
            comment="The sender's own stable code for the group. In the workbook it is printed on the line.",
        ),
        sa.Column(
            "group_name", sa.Text(), nullable=True, comment="The short name of the group. It is never a person's name."
        ),
        sa.Column(
            "group_kind",
            sa.Text(),
            nullable=True,
            comment="What the group is for; a small provider that leaves it blank means a lived experience group.",
        ),
        sa.Column(
            "governance_level",
            sa.Text(),
            nullable=True,
            comment="The level at which the group sits, from one team up to the whole system.",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service the group belongs to; blank when it belongs to the whole organisation.",
        ),
        sa.Column(
            "purpose", sa.Text(), nullable=True, comment="What the group is for, in plain words written to be printed."
        ),
        sa.Column("started_on", sa.Date(), nullable=True, comment="The day the group first met."),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="The day the group ended; blank while it runs."),
        sa.Column(
            "lived_experience_member_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many members have lived experience as users of services or carers, on the day of submission.",
        ),
        sa.Column(
            "agreed_term",
            sa.Text(),
            nullable=True,
            comment="The word members chose to be called by, such as member or expert by experience.",
        ),
        sa.Column(
            "terms_agreed_on", sa.Date(), nullable=True, comment="The day members agreed the words used about them."
        ),
        sa.Column(
            "tor_reviewed_on", sa.Date(), nullable=True, comment="The day the terms of reference were last reviewed."
        ),
        sa.Column(
            "tor_review_due_on",
            sa.Date(),
            nullable=True,
            comment="The day the terms of reference are next due for review.",
        ),
        sa.Column(
            "has_membership_criteria",
            sa.Text(),
            nullable=True,
            comment="Whether the terms of reference say who may join and how.",
        ),
        sa.Column(
            "ground_rules_on", sa.Date(), nullable=True, comment="The day ground rules were last agreed with members."
        ),
        sa.Column(
            "respect_agreement_on",
            sa.Date(),
            nullable=True,
            comment="The day an agreement about respectful conduct was last made.",
        ),
        sa.Column(
            "conflict_agreement_on",
            sa.Date(),
            nullable=True,
            comment="The day an agreement about handling disagreement was last made.",
        ),
        sa.Column(
            "power_discussed_on",
            sa.Date(),
            nullable=True,
            comment="The day the group last talked about who holds power in it.",
        ),
        sa.Column(
            "diversity_plan_reviewed_on",
            sa.Date(),
            nullable=True,
            comment="The day the plan for who is missing from the group was last reviewed.",
        ),
        sa.Column(
            "is_key_board",
            sa.Text(),
            nullable=True,
            comment="Whether this is one of the boards at which the organisation takes its main decisions.",
        ),
        sa.Column(
            "voting_seat_count", sa.BigInteger(), nullable=True, comment="How many seats of the group carry a vote."
        ),
        sa.Column(
            "lived_experience_vote_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many of the voting seats are held by people with lived experience.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="involvement_group_pkey"),
        schema="raw",
        comment="A group in which people with lived experience work with staff, or a forum that decides. It is where involvement happens and where decisions are taken.",
    )
    op.create_table(
        "provider_return",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "item_code",
            sa.Text(),
            nullable=True,
            comment="The item answered. The list says what kind of answer each item takes.",
        ),
        sa.Column(
            "answer_code",
            sa.Text(),
            nullable=True,
            comment="The answer, where the item takes a yes, a no or a choice. For a nil return, the record of which there was nothing.",
        ),
        sa.Column(
            "numerator",
            sa.BigInteger(),
            nullable=True,
            comment="The n of n of m, or the count itself where the item takes only a count.",
        ),
        sa.Column("denominator", sa.BigInteger(), nullable=True, comment="The m of n of m."),
        sa.Column("on_date", sa.Date(), nullable=True, comment="The date, where the item takes one."),
        sa.Column("amount_gbp", sa.Numeric(), nullable=True, comment="The amount in pounds, where the item takes one."),
        sa.Column(
            "declared_by_role",
            sa.Text(),
            nullable=True,
            comment="The role that declares it. It is never a person's name.",
        ),
        sa.Column(
            "evidence_ref",
            sa.Text(),
            nullable=True,
            comment="Where the evidence can be found, such as the number of a paper.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="provider_return_pkey"),
        schema="raw",
        comment="What an organisation declares about itself for the quarter: answers, n of m, dates and amounts. A small provider declares here what a large one sends row by row; the report says that it was declared.",
    )
    op.create_table(
        "published_statistic",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "organisation_code",
            sa.Text(),
            nullable=True,
            comment="The national ODS code of the organisation the number is about.",
        ),
        sa.Column(
            "metric_code", sa.Text(), nullable=True, comment="The published measure, by the publisher's own code."
        ),
        sa.Column(
            "breakdown",
            sa.Text(),
            nullable=True,
            comment="The publisher's name for the breakdown and group; blank for the whole organisation.",
        ),
        sa.Column(
            "period_start_on", sa.Date(), nullable=True, comment="The first day of the period the number is about."
        ),
        sa.Column("period_end_on", sa.Date(), nullable=True, comment="The last day of the period the number is about."),
        sa.Column(
            "status",
            sa.Text(),
            nullable=True,
            comment="How final the number is; a later status replaces an earlier one for the same period.",
        ),
        sa.Column(
            "value",
            sa.BigInteger(),
            nullable=True,
            comment="The number as published. Many are rounded to 5 by the publisher.",
        ),
        sa.Column(
            "value_state",
            sa.Text(),
            nullable=True,
            comment="Whether the number was given, hidden because it is small, not collected or not applicable. A hidden number is never nought.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="published_statistic_pkey"),
        schema="raw",
        comment="An official statistic about a real organisation, as published: the Mental Health Services Data Set, or the national return of written complaints. Used for benchmarks and tests, never beside a made-up region's providers.",
    )
    op.create_table(
        "restrictive_intervention",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "intervention_id",
            sa.Text(),
            nullable=True,
            comment="The sender's own stable code for this use of this type of intervention.",
        ),
        sa.Column(
            "incident_id",
            sa.Text(),
            nullable=True,
            comment="The incident during which it was used; several interventions share one.",
        ),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service in which it was used."),
        sa.Column("type_code", sa.Text(), nullable=True, comment="The type of intervention, in the national codes."),
        sa.Column("reason_code", sa.Text(), nullable=True, comment="The reason for it, in the national codes."),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=True, comment="When it started, as a moment in UTC."
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it ended, as a moment in UTC; blank while it goes on, as long segregation may.",
        ),
        sa.Column("injury_person", sa.Text(), nullable=True, comment="Whether the person restrained was injured."),
        sa.Column("injury_staff", sa.Text(), nullable=True, comment="Whether a member of staff was injured."),
        sa.Column("injury_other", sa.Text(), nullable=True, comment="Whether anyone else was injured."),
        sa.Column(
            "review_with_person",
            sa.Text(),
            nullable=True,
            comment="Whether it was talked over afterwards with the person it was done to.",
        ),
        sa.Column(
            "review_not_held_reason", sa.Text(), nullable=True, comment="Why it was not talked over, when it was not."
        ),
        sa.Column(
            "review_with_carer",
            sa.Text(),
            nullable=True,
            comment="Whether it was talked over afterwards with their carer.",
        ),
        sa.Column(
            "ethnicity_code",
            sa.Text(),
            nullable=True,
            comment="The ethnic category of the person restrained, in the national 16 + 1 codes.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="restrictive_intervention_pkey"),
        schema="raw",
        comment="One restrictive intervention of one type, as the Mental Health Services Data Set counts them: an incident in which three types were used gives three rows.",
    )
    op.create_table(
        "service",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The provider's own stable code for the service. It never changes and is never given to another service.",
        ),
        sa.Column(
            "service_name",
            sa.Text(),
            nullable=True,
            comment="The short name people know the service by. It is never a person's name.",
        ),
        sa.Column(
            "service_kind",
            sa.Text(),
            nullable=True,
            comment="What kind of service it is; decides which expectations are asked of it, such as those about restraint.",
        ),
        sa.Column(
            "ods_site_code",
            sa.Text(),
            nullable=True,
            comment="The national ODS code of the site where the service runs, when it has one.",
        ),
        sa.Column("opened_on", sa.Date(), nullable=True, comment="The day the service began."),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="The day the service ended; blank while it is open."),
        sa.Column(
            "succeeded_by_service_id",
            sa.Text(),
            nullable=True,
            comment="The service that took this one's work over, so that a history can be followed across a reorganisation.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="service_pkey"),
        schema="raw",
        comment="A ward, team or project that people use. Every other record points here, so that what changed can be laid beside the service it changed.",
    )
    op.create_table(
        "session",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "session_id",
            sa.Text(),
            nullable=True,
            comment="The sender's own stable code for the session. In the workbook it is printed on the line.",
        ),
        sa.Column("group_id", sa.Text(), nullable=True, comment="The group that met."),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work the session belonged to."),
        sa.Column("planned_on", sa.Date(), nullable=True, comment="The day the session was planned for."),
        sa.Column(
            "held_on",
            sa.Date(),
            nullable=True,
            comment="The day the session was held; blank when it was not, or not yet.",
        ),
        sa.Column("mode", sa.Text(), nullable=True, comment="How people met; a blank means in person."),
        sa.Column(
            "stage", sa.Text(), nullable=True, comment="The stage of the commissioning cycle the session belonged to."
        ),
        sa.Column(
            "lived_experience_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many people with lived experience took part, carers included.",
        ),
        sa.Column(
            "first_time_count", sa.BigInteger(), nullable=True, comment="How many of them took part for the first time."
        ),
        sa.Column("carer_count", sa.BigInteger(), nullable=True, comment="How many of them took part as carers."),
        sa.Column(
            "invited_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many people with lived experience were invited.",
        ),
        sa.Column("duration_minutes", sa.BigInteger(), nullable=True, comment="How long the session lasted."),
        sa.Column(
            "method_codes", postgresql.ARRAY(sa.Text()), nullable=True, comment="The ways people could take part."
        ),
        sa.Column(
            "is_venue_accessible",
            sa.Text(),
            nullable=True,
            comment="Whether the venue met the access needs people had stated.",
        ),
        sa.Column(
            "venue_kind",
            sa.Text(),
            nullable=True,
            comment="Whether the venue belonged to the community, to the NHS or to another body.",
        ),
        sa.Column(
            "transport_offered", sa.Text(), nullable=True, comment="Whether people were offered transport or its cost."
        ),
        sa.Column(
            "is_briefing",
            sa.Text(),
            nullable=True,
            comment="Whether the session only told people something, so that no input was expected.",
        ),
        sa.Column(
            "is_trauma_related",
            sa.Text(),
            nullable=True,
            comment="Whether the session touched on trauma, so that a check-in afterwards is due.",
        ),
        sa.Column(
            "agenda_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The standing subjects that were on the agenda.",
        ),
        sa.Column("papers_sent_on", sa.Date(), nullable=True, comment="The day papers reached members."),
        sa.Column("minutes_issued_on", sa.Date(), nullable=True, comment="The day minutes reached members."),
        sa.Column(
            "minutes_shared_on", sa.Date(), nullable=True, comment="The day minutes were shared beyond the group."
        ),
        sa.Column(
            "need_stated_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many access or support needs people had stated.",
        ),
        sa.Column("need_met_count", sa.BigInteger(), nullable=True, comment="How many of the stated needs were met."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="session_pkey"),
        schema="raw",
        comment="A meeting or other occasion of working together, planned or held: who was there in numbers, whether they could get in, and what they needed.",
    )
    op.create_table(
        "told_back",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column("provider_code", sa.Text(), nullable=False, comment="The organisation that sent the row."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="The first day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column(
            "period_end_on",
            sa.Date(),
            nullable=True,
            comment="The last day of the period the delivery is about; blank where it is about none.",
        ),
        sa.Column("told_back_id", sa.Text(), nullable=True, comment="The sender's own stable code for the telling."),
        sa.Column(
            "input_ids",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The things said that this telling answers; several are separated by semicolons.",
        ),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work that people were told about."),
        sa.Column("change_id", sa.Text(), nullable=True, comment="The change that people were told about."),
        sa.Column(
            "told_what",
            sa.Text(),
            nullable=True,
            comment="What people were told: the decision, the change or its result.",
        ),
        sa.Column(
            "told_on",
            sa.Date(),
            nullable=True,
            comment="The day they were told. The clock that began when it was said stops here.",
        ),
        sa.Column(
            "told_who",
            sa.Text(),
            nullable=True,
            comment="Who was told. A public notice reaches no one in particular and is counted apart.",
        ),
        sa.Column("to_tell_count", sa.BigInteger(), nullable=True, comment="How many people there were to tell."),
        sa.Column("told_count", sa.BigInteger(), nullable=True, comment="How many people were told."),
        sa.Column("channel", sa.Text(), nullable=True, comment="How they were told."),
        sa.Column(
            "formats_requested",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The formats people had asked for, such as easy read.",
        ),
        sa.Column(
            "formats_supplied", postgresql.ARRAY(sa.Text()), nullable=True, comment="The formats people were given."
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="told_back_pkey"),
        schema="raw",
        comment="An occasion on which the people who said something, or who took part, heard what came of it.",
    )
    op.create_table(
        "input",
        sa.Column(
            "load_id", sa.BigInteger(), nullable=False, comment="The load that brought the row, see audit.deliveries."
        ),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="The row's place in what was sent, so that the sender can find it.",
        ),
        sa.Column(
            "part",
            sa.SmallInteger(),
            nullable=False,
            comment="Which of several records made of one wide row this is, from 1.",
        ),
        sa.Column(
            "said_in_own_words",
            sa.Text(),
            nullable=True,
            comment="What was said, in the person's own words. It never leaves the restricted schema and is never printed.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="input_pkey"),
        schema="restricted",
        comment="The own words of input, for named reviewers only; rows match raw.input.",
    )
    op.create_table(
        "column_fill",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record name."),
        sa.Column("column_name", sa.Text(), nullable=False, comment="Column of the record."),
        sa.Column("filled", sa.BigInteger(), nullable=False, comment="Rows with a value."),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "record", "column_name"),
        schema="audit",
        comment="How well each column of a load is filled, to notice one that was filled last time and is empty now.",
    )
    op.create_table(
        "decisions",
        sa.Column(
            "decision_id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="Number of the decision."
        ),
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("decision", sa.Text(), nullable=False, comment="release or withdraw."),
        sa.Column("by_role", sa.Text(), nullable=False, comment="Role of whoever decided; never a person's name."),
        sa.Column("because", sa.Text(), nullable=False, comment="The reason given."),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time."),
        sa.CheckConstraint("decision in ('release', 'withdraw')", name="known_decision"),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("decision_id"),
        schema="audit",
        comment="What a named role decided about a load, and why.",
    )
    op.create_table(
        "edition_faces",
        sa.Column("edition_id", sa.Text(), nullable=False, comment="The edition."),
        sa.Column("state", sa.Text(), nullable=False, comment="State of the edition that the face shows."),
        sa.Column("face", sa.Text(), nullable=False, comment="html, later pdf, xlsx, csv."),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Hash of the content."),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The bytes."),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["audit.editions.edition_id"],
        ),
        sa.PrimaryKeyConstraint("edition_id", "state", "face"),
        schema="audit",
        comment="The rendered report of an edition in each state, served as stored.",
    )
    op.create_table(
        "edition_rows",
        sa.Column("edition_id", sa.Text(), nullable=False, comment="The edition."),
        sa.Column(
            "relation", sa.Text(), nullable=False, comment="Published relation without its _now, such as pub_figures."
        ),
        sa.Column("row_number", sa.Integer(), nullable=False, comment="Order within the relation."),
        sa.Column("row", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="The row."),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["audit.editions.edition_id"],
        ),
        sa.PrimaryKeyConstraint("edition_id", "relation", "row_number"),
        schema="audit",
        comment="Every published row of an edition, frozen at its data cut.",
    )
    op.create_table(
        "findings",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("finding_number", sa.Integer(), nullable=False, comment="Order within the load."),
        sa.Column("level", sa.Text(), nullable=False, comment="refuse, hold, set_aside or warn."),
        sa.Column("record", sa.Text(), nullable=True, comment="Record name, where it concerns one."),
        sa.Column("sheet", sa.Text(), nullable=True, comment="Sheet of a workbook, where it concerns one."),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=True,
            comment="Line or row of the file; null when it concerns the whole file.",
        ),
        sa.Column(
            "column_name", sa.Text(), nullable=True, comment="The sender's column heading, or the record's column."
        ),
        sa.Column("rule", sa.Text(), nullable=False, comment="Rule code."),
        sa.Column(
            "row_count", sa.BigInteger(), server_default="1", nullable=False, comment="How many rows it concerns."
        ),
        sa.Column("message", sa.Text(), nullable=False, comment="What is wrong."),
        sa.Column("remedy", sa.Text(), nullable=False, comment="What to do about it."),
        sa.CheckConstraint("level in ('refuse', 'hold', 'set_aside', 'warn')", name="known_level"),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "finding_number"),
        schema="audit",
        comment="The verdict in words for the sender: place, rule, message and remedy; never a value out of a record.",
    )
    op.create_table(
        "keep_keys",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column(
            "wrapped_key", sa.LargeBinary(), nullable=False, comment="The file's key, encrypted under the master key."
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id"),
        schema="audit",
        comment="One key per kept file, wrapped by the master key. Deleting the row is deleting the file's content for good.",
    )
    op.create_table(
        "load_records",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record name, as its contract says."),
        sa.Column("delivers", sa.Text(), nullable=False, comment="period, snapshot or events."),
        sa.Column(
            "rows_landed", sa.BigInteger(), server_default="0", nullable=False, comment="Rows of this record in raw."
        ),
        sa.CheckConstraint("delivers in ('period', 'snapshot', 'events')", name="known_delivers"),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "record"),
        schema="audit",
        comment="Which records a load carries, and how a delivery of that record replaces earlier ones.",
    )
    op.create_table(
        "rule_results",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record name."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Rule code, see the rulebook."),
        sa.Column("severity", sa.Text(), nullable=False, comment="refuse, set_aside or warn."),
        sa.Column("checked", sa.BigInteger(), nullable=False, comment="Rows looked at."),
        sa.Column("failed", sa.BigInteger(), nullable=False, comment="Rows that broke the rule."),
        sa.Column(
            "could_not_run",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="True when the rule raised an error.",
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "record", "rule"),
        schema="audit",
        comment="One row per load and rule: how many rows it looked at, how many broke it, and whether it could run at all.",
    )
    op.create_table(
        "sightings",
        sa.Column("provider_code", sa.Text(), nullable=False, comment="Code of the sender."),
        sa.Column("feed", sa.Text(), nullable=False, comment="Name of the feed."),
        sa.Column("path", sa.Text(), nullable=False, comment="Path at the door."),
        sa.Column(
            "byte_count", sa.BigInteger(), nullable=True, comment="Size there; null where the door does not say."
        ),
        sa.Column(
            "modified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Modification time there; null where the door does not say.",
        ),
        sa.Column("submitted_on", sa.Date(), nullable=False, comment="Day it was put there, in Europe/London."),
        sa.Column(
            "period_start_on",
            sa.Date(),
            nullable=True,
            comment="First day of the period its name is about; null where it names none.",
        ),
        sa.Column("period_end_on", sa.Date(), nullable=True, comment="Last day of that period."),
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("provider_code", "feed", "path"),
        schema="audit",
        comment="What was last seen at a sender's door: an unchanged file is not fetched again, an unchanged register still counts as sent.",
    )
    op.create_table(
        "visibility",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record name."),
        sa.Column("accepted_seq", sa.BigInteger(), nullable=False, comment="Counter value from which the rows count."),
        sa.Column(
            "retired_seq",
            sa.BigInteger(),
            nullable=True,
            comment="Counter value from which they no longer do; null while they count.",
        ),
        sa.Column(
            "undone_seq",
            sa.BigInteger(),
            nullable=True,
            comment="Counter value from which they count as never sent: withdrawn, or held.",
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "record", "accepted_seq"),
        schema="audit",
        comment="Intervals in which a load's rows of a record count: accepted_seq <= S and (retired_seq is null or retired_seq > S).",
    )
    op.create_table(
        "rows",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("record", sa.Text(), nullable=False, comment="Record name."),
        sa.Column("row_number", sa.Integer(), nullable=False, comment="Line or row of the file."),
        sa.Column("rule", sa.Text(), nullable=False, comment="Rule code."),
        sa.Column(
            "column_name",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="Column of the record; empty when the whole row is meant.",
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "record", "row_number", "rule", "column_name"),
        schema="quarantine",
        comment="Rows set aside: where they are and which rule they broke. The values stay in raw or in the kept file.",
    )


def downgrade() -> None:
    op.drop_table("rows", schema="quarantine")
    op.drop_table("visibility", schema="audit")
    op.drop_table("sightings", schema="audit")
    op.drop_table("rule_results", schema="audit")
    op.drop_table("load_records", schema="audit")
    op.drop_table("keep_keys", schema="audit")
    op.drop_table("findings", schema="audit")
    op.drop_table("edition_rows", schema="audit")
    op.drop_table("edition_faces", schema="audit")
    op.drop_table("decisions", schema="audit")
    op.drop_table("column_fill", schema="audit")
    op.drop_table("input", schema="restricted")
    op.drop_table("told_back", schema="raw")
    op.drop_table("session", schema="raw")
    op.drop_table("service", schema="raw")
    op.drop_table("restrictive_intervention", schema="raw")
    op.drop_table("published_statistic", schema="raw")
    op.drop_table("provider_return", schema="raw")
    op.drop_table("involvement_group", schema="raw")
    op.drop_table("involvement_activity", schema="raw")
    op.drop_table("input", schema="raw")
    op.drop_table("incident", schema="raw")
    op.drop_table("feedback_count", schema="raw")
    op.drop_table("decision", schema="raw")
    op.drop_table("complaint", schema="raw")
    op.drop_table("change", schema="raw")
    op.drop_table("activity_count", schema="raw")
    op.drop_table("word_checks", schema="audit")
    op.drop_table("organisations", schema="audit")
    op.drop_table("gate_results", schema="audit")
    op.drop_table("expected_deliveries", schema="audit")
    op.drop_table("editions", schema="audit")
    op.drop_index("deliveries_by_feed", table_name="deliveries", schema="audit")
    op.drop_table("deliveries", schema="audit")
    op.drop_table("builds", schema="audit")
    op.execute(sa.schema.DropSequence(sa.Sequence("acceptance", schema="audit")))
