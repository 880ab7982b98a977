"""The ledger's own tables (schemas audit and quarantine), as Alembic compares them with the database."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Table as _Table
from sqlalchemy.dialects.postgresql import JSONB

DELIVERY_STATES = ("fetched", "landed", "judged", "accepted", "refused", "held", "withdrawn")
EDITION_STATES = (
    "draft", "accuracy_check", "network_comment", "signed_off", "published", "corrected", "withdrawn",
)  # fmt: skip
ENTRY_KINDS = (
    "comment", "nothing_to_add", "declined", "reply", "opinion", "sponsor", "ask", "taken_back",
)  # fmt: skip

metadata = MetaData()
acceptance = Sequence("acceptance", schema="audit", metadata=metadata)


def _table(name: str, comment: str, *parts, schema: str = "audit") -> _Table:
    return _Table(name, metadata, *parts, schema=schema, comment=comment)


def _text(name: str, comment: str, **options) -> Column:
    return Column(name, Text, comment=comment, nullable=options.pop("nullable", False), **options)


def _one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=name)


def _load_id(**options) -> Column:
    return Column(
        "load_id",
        BigInteger,
        ForeignKey("audit.deliveries.load_id"),
        nullable=False,
        comment="The load, see audit.deliveries.",
        **options,
    )


deliveries = _table(
    "deliveries",
    "The ledger: one row per reading of one delivered file. Its identity is the bytes, the feed, the mapping and the contracts.",
    Column("load_id", BigInteger, Identity(), primary_key=True, comment="The load's number; all its rows carry it."),
    _text("provider_code", "Code of the sender, as its provider file says."),
    _text("feed", "Name of the feed in the provider file."),
    _text("file_name", "Name of the file as sent."),
    _text("file_sha256", "Hash of the bytes as sent."),
    _text("mapping_version", "Hash of the feed's mapping that reads the file."),
    _text("contract_versions", "Hash of the contracts the file is read against."),
    Column("period_start_on", Date, comment="First day of the period the file is about; null where it has none."),
    Column("period_end_on", Date, comment="Last day of that period."),
    Column("status_rank", Integer, nullable=False, server_default="0", comment="0 provisional, 1 performance, 2 final."),
    Column("declared_version", Integer, nullable=False, server_default="1", comment="The sender's own version (_v2 is 2)."),
    Column("submitted_at", DateTime(timezone=True), nullable=False, comment="When the sender put the file there."),
    Column("submitted_on", Date, nullable=False, comment="The same, as a day in Europe/London."),
    _text("agreement_reference", "The agreement in force that allowed the file to be fetched."),
    _text("state", "Where the load stands: " + ", ".join(DELIVERY_STATES) + "."),
    Column("is_preferred", Boolean, nullable=False, server_default="false", comment="A named role released it: it wins a tie."),
    Column("is_nil_return", Boolean, nullable=False, server_default="false", comment="The sender said: nothing this period."),
    Column("rows_read", BigInteger, nullable=False, server_default="0", comment="Rows found in the file."),
    Column("rows_landed", BigInteger, nullable=False, server_default="0", comment="Rows copied into raw."),
    Column("rows_set_aside", BigInteger, nullable=False, server_default="0", comment="Rows set aside, by reader or judge."),
    Column("rows_filtered", BigInteger, nullable=False, server_default="0", comment="Rows the mapping says are not records."),
    Column("kept_name", Text, comment="Name of the kept, encrypted bytes below ASSURE_KEEP_URL; null once destroyed."),
    Column("byte_count", BigInteger, nullable=False, comment="Size as sent."),
    Column("fetched_at", DateTime(timezone=True), nullable=False, comment="As-of time of the step that fetched it."),
    Column("landed_at", DateTime(timezone=True), comment="As-of time of landing."),
    Column("judged_at", DateTime(timezone=True), comment="As-of time of judging."),
    Column("accepted_at", DateTime(timezone=True), comment="As-of time of acceptance."),
    UniqueConstraint("file_sha256", "provider_code", "feed", "mapping_version", "contract_versions", name="one_load_per_identity"),
    _one_of("state", DELIVERY_STATES, "known_state"),
    Index("deliveries_by_feed", "provider_code", "feed", "state"),
)  # fmt: skip

load_records = _table(
    "load_records",
    "Which records a load carries, and how a delivery of that record replaces earlier ones.",
    _load_id(),
    _text("record", "Record name, as its contract says."),
    _text("delivers", "period, snapshot or events."),
    Column("rows_landed", BigInteger, nullable=False, server_default="0", comment="Rows of this record in raw."),
    PrimaryKeyConstraint("load_id", "record"),
    _one_of("delivers", ("period", "snapshot", "events"), "known_delivers"),
)

visibility = _table(
    "visibility",
    "Intervals in which a load's rows of a record count: accepted_seq <= S and (retired_seq is null or retired_seq > S).",
    _load_id(),
    _text("record", "Record name."),
    Column("accepted_seq", BigInteger, nullable=False, comment="Counter value from which the rows count."),
    Column("retired_seq", BigInteger, comment="Counter value from which they no longer do; null while they count."),
    Column("undone_seq", BigInteger, comment="Counter value from which they count as never sent: withdrawn, or held."),
    PrimaryKeyConstraint("load_id", "record", "accepted_seq"),
)

sightings = _table(
    "sightings",
    "What was last seen at a sender's door: an unchanged file is not fetched again, an unchanged register still counts as sent.",
    _text("provider_code", "Code of the sender."),
    _text("feed", "Name of the feed."),
    _text("path", "Path at the door."),
    Column("byte_count", BigInteger, comment="Size there; null where the door does not say."),
    Column(
        "modified_at", DateTime(timezone=True), comment="Modification time there; null where the door does not say."
    ),
    Column("submitted_on", Date, nullable=False, comment="Day it was put there, in Europe/London."),
    Column("period_start_on", Date, comment="First day of the period its name is about; null where it names none."),
    Column("period_end_on", Date, comment="Last day of that period."),
    _load_id(),
    PrimaryKeyConstraint("provider_code", "feed", "path"),
)

unexpected_files = _table(
    "unexpected_files",
    "Files at a sender's door whose names no feed expects, as the last look through the door found them.",
    _text("provider_code", "Code of the sender."),
    _text("path", "Path at the door."),
    Column("seen_at", DateTime(timezone=True), nullable=False, comment="As-of time of the look."),
    PrimaryKeyConstraint("provider_code", "path"),
)

keep_keys = _table(
    "keep_keys",
    "One key per kept file, wrapped by the master key. Deleting the row is deleting the file's content for good.",
    _load_id(primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False, comment="The file's key, encrypted under the master key."),
)

column_fill = _table(
    "column_fill",
    "How well each column of a load is filled, to notice one that was filled last time and is empty now.",
    _load_id(),
    _text("record", "Record name."),
    _text("column_name", "Column of the record."),
    Column("filled", BigInteger, nullable=False, comment="Rows with a value."),
    PrimaryKeyConstraint("load_id", "record", "column_name"),
)

rule_results = _table(
    "rule_results",
    "One row per load and rule: how many rows it looked at, how many broke it, and whether it could run at all.",
    _load_id(),
    _text("record", "Record name."),
    _text("rule", "Rule code, see the rulebook."),
    _text("severity", "refuse, set_aside or warn."),
    Column("checked", BigInteger, nullable=False, comment="Rows looked at."),
    Column("failed", BigInteger, nullable=False, comment="Rows that broke the rule."),
    Column("could_not_run", Boolean, nullable=False, server_default="false", comment="True when the rule raised an error."),
    PrimaryKeyConstraint("load_id", "record", "rule"),
)  # fmt: skip

gate_results = _table(
    "gate_results",
    "What Great Expectations said of a wave, by suite and expectation: counts only, never a value.",
    Column("gate_result_id", BigInteger, Identity(), primary_key=True, comment="Number of the result."),
    Column("judged_at", DateTime(timezone=True), nullable=False, comment="As-of time of the gate."),
    _text("load_ids", "Loads looked at together, comma-separated."),
    _text("suite", "Record name, or rule_results for the fixed suite."),
    _text("expectation", "Kind of expectation, with its rule or column."),
    Column("is_met", Boolean, nullable=False, comment="True when it held."),
    Column("checked", BigInteger, comment="Rows looked at."),
    Column("failed", BigInteger, comment="Rows that broke it."),
)

findings = _table(
    "findings",
    "The verdict in words for the sender: place, rule, message and remedy; never a value out of a record.",
    _load_id(),
    Column("finding_number", Integer, nullable=False, comment="Order within the load."),
    _text("level", "refuse, hold, set_aside or warn."),
    Column("record", Text, comment="Record name, where it concerns one."),
    Column("sheet", Text, comment="Sheet of a workbook, where it concerns one."),
    Column("row_number", Integer, comment="Line or row of the file; null when it concerns the whole file."),
    Column("column_name", Text, comment="The sender's column heading, or the record's column."),
    _text("rule", "Rule code."),
    Column("row_count", BigInteger, nullable=False, server_default="1", comment="How many rows it concerns."),
    _text("message", "What is wrong."),
    _text("remedy", "What to do about it."),
    PrimaryKeyConstraint("load_id", "finding_number"),
    _one_of("level", ("refuse", "hold", "set_aside", "warn"), "known_level"),
)

replies = _table(
    "replies",
    "What senders were told of their loads: a verdict is told once, however often its file is read again.",
    _load_id(),
    Column("told_at", DateTime(timezone=True), nullable=False, comment="As-of time of the message."),
    _text("verdict_sha256", "Hash of the outcome and its findings, as they were told."),
    _text("told_to", "Name of the contact in the provider file, or the role that told them; never a person."),
    PrimaryKeyConstraint("load_id", "told_at"),
)

decisions = _table(
    "decisions",
    "What a named role decided about a load, and why.",
    Column("decision_id", BigInteger, Identity(), primary_key=True, comment="Number of the decision."),
    _load_id(),
    _text("decision", "release or withdraw."),
    _text("by_role", "Role of whoever decided; never a person's name."),
    _text("because", "The reason given."),
    Column("decided_at", DateTime(timezone=True), nullable=False, comment="As-of time."),
    _one_of("decision", ("release", "withdraw"), "known_decision"),
)

word_checks = _table(
    "word_checks",
    "A second person has read these public words and found no one named in them. Words without a row are not printed.",
    _text("words_sha256", "Hash of the words.", primary_key=True),
    _text("checked_by_role", "Role of the second person."),
    Column("checked_on", Date, nullable=False, comment="Day of the check."),
)

organisations = _table(
    "organisations",
    "The senders, as their provider files say; refreshed before each build.",
    _text("organisation_code", "Code of the sender, upper case.", primary_key=True),
    _text("organisation_name", "Name for print."),
    _text("organisation_kind", "nhs_trust, charity, …"),
    _text("tier", "full, minimal or statistics."),
    _text("icb_code", "ICB that commissions it."),
    _text("icb_name", "Name of that ICB."),
    Column("is_made_up", Boolean, nullable=False, comment="True for organisations of the demo."),
    Column("joined_on", Date, nullable=False, comment="First day of its first agreement."),
    Column("closed_on", Date, comment="Last day it was open; null while it is."),
    _text("succeeded_by", "Code of the organisation that took over what it did.", nullable=True),
)

organisation_icbs = _table(
    "organisation_icbs",
    "Which ICB commissions a sender from which day on, as its provider file says; refreshed before each build.",
    _text("organisation_code", "Code of the sender, upper case."),
    Column("valid_from", Date, nullable=False, comment="First day under this ICB."),
    _text("icb_code", "The ICB."),
    _text("icb_name", "Its name."),
    PrimaryKeyConstraint("organisation_code", "valid_from"),
)

agreements = _table(
    "agreements",
    "What the senders' data sharing agreements cover, as their files say; refreshed before each build.",
    _text("provider_code", "Code of the sender."),
    _text("reference", "Reference of the agreement."),
    _text("record", "Record that it covers."),
    Column("valid_from", Date, nullable=False, comment="First day it is in force."),
    Column("valid_to", Date, nullable=False, comment="Last day it is in force."),
    PrimaryKeyConstraint("provider_code", "reference", "record", "valid_from"),
)

expected_deliveries = _table(
    "expected_deliveries",
    "What each feed owes for each period up to now; refreshed before each build.",
    _text("provider_code", "Code of the sender."),
    _text("feed", "Name of the feed."),
    Column("period_start_on", Date, nullable=False, comment="First day of the period."),
    Column("period_end_on", Date, nullable=False, comment="Last day of the period."),
    Column("due_on", Date, nullable=False, comment="Day it is due, by working days after the period."),
    Column("has_agreement", Boolean, nullable=False, comment="False when no agreement covers it: nobody asked for it."),
    PrimaryKeyConstraint("provider_code", "feed", "period_start_on"),
)

builds = _table(
    "builds",
    "One row per build of the marts: what it read and when it became visible.",
    Column("build_id", BigInteger, Identity(), primary_key=True, comment="Number of the build."),
    Column("accepted_through", BigInteger, nullable=False, comment="The sequence S that the build read."),
    Column("as_of", DateTime(timezone=True), nullable=False, comment="The moment the build speaks for."),
    _text("report_quarter", "Financial quarter of the report's figures."),
    _text("code_version", "Version of the code, and its commit where known."),
    _text("state", "building, swapped or failed."),
    Column("model_seconds", JSONB, comment="Seconds by dbt model."),
    Column("failures", JSONB, comment="dbt nodes that failed or warned, without values."),
)

editions = _table(
    "editions",
    "One row per edition of a quarterly report.",
    _text("edition_id", "Quarter, ICB and number: 2026-27-Q1/ZWL/1.", primary_key=True),
    _text("quarter_id", "Financial quarter."),
    _text("icb_code", "ICB."),
    Column("edition_number", Integer, nullable=False, comment="1 for the first; a correction is the next."),
    _text("state", "Where it stands: " + ", ".join(EDITION_STATES) + "."),
    Column(
        "data_cut_at", DateTime(timezone=True), nullable=False, comment="The figures are frozen as known at this time."
    ),
    Column("accepted_through", BigInteger, nullable=False, comment="The sequence S of its figures."),
    _text("code_version", "Version of the code that made it."),
    Column("shared_for_comment_on", Date, comment="Day providers and the network were sent the draft."),
    Column("comment_closes_on", Date, comment="Last day for comments."),
    _text("sign_off_kind", "automatic or named_role; none before sign-off.", nullable=True),
    _text("signed_off_by_role", "Role that signed.", nullable=True),
    Column("signed_off_on", Date, comment="Day of sign-off."),
    Column("published_on", Date, comment="Day of publication."),
    _text(
        "rows_sha256",
        "SHA-256 of the hashes of all its rows in order, hexadecimal: one changed, added or lost changes it.",
        nullable=True,
    ),
    UniqueConstraint("quarter_id", "icb_code", "edition_number", name="one_edition_per_number"),
    _one_of("state", EDITION_STATES, "known_edition_state"),
)

edition_rows = _table(
    "edition_rows",
    "Every published row of an edition, frozen at its data cut.",
    Column("edition_id", Text, ForeignKey("audit.editions.edition_id"), nullable=False, comment="The edition."),
    _text("relation", "Published relation without its _now, such as pub_figures."),
    Column("row_number", Integer, nullable=False, comment="Order within the relation."),
    Column("row", JSONB, nullable=False, comment="The row."),
    _text("row_sha256", "SHA-256 of the row's text, hexadecimal, as it was frozen.", nullable=True),
    PrimaryKeyConstraint("edition_id", "relation", "row_number"),
)

edition_faces = _table(
    "edition_faces",
    "The rendered report of an edition in each state, served as stored.",
    Column("edition_id", Text, ForeignKey("audit.editions.edition_id"), nullable=False, comment="The edition."),
    _text("state", "State of the edition that the face shows."),
    _text("face", "Name of the file it is handed out as, such as report.html."),
    _text("sha256", "Hash of the content."),
    Column("content", LargeBinary, nullable=False, comment="The bytes."),
    Column(
        "entries_through",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="The newest entry that it shows; 0 where none had been made.",
    ),
    PrimaryKeyConstraint("edition_id", "state", "entries_through", "face"),
)

edition_steps = _table(
    "edition_steps",
    "Who moved an edition from state to state, when and why; added to, never changed.",
    Column("edition_id", Text, ForeignKey("audit.editions.edition_id"), nullable=False, comment="The edition."),
    Column("step_number", Integer, nullable=False, comment="Order within the edition, from 1."),
    _text("state", "The state that the step led to."),
    _text("by_role", "Role of whoever took it, or assure where it was taken by itself; never a person's name."),
    Column("taken_at", DateTime(timezone=True), nullable=False, comment="As-of time of the step."),
    _text("was_wrong", "What was wrong with it, where it was corrected.", nullable=True),
    _text("because", "Why, where it was corrected or withdrawn.", nullable=True),
    PrimaryKeyConstraint("edition_id", "step_number"),
    _one_of("state", EDITION_STATES, "known_step_state"),
)

edition_entries = _table(
    "edition_entries",
    "What people entered into an edition: comments, replies, an opinion, a sponsor, what is asked; added to, never changed.",
    Column("entry_id", BigInteger, Identity(), primary_key=True, comment="Number of the entry."),
    Column("edition_id", Text, ForeignKey("audit.editions.edition_id"), nullable=False, comment="The edition that prints it."),
    _text("kind", "What it is: " + ", ".join(ENTRY_KINDS) + "."),
    _text("party", "Who was asked and answers: network, or the code of an organisation; null where nobody was asked.", nullable=True),
    _text("words", "Public words, printed as they were sent; null where none belong.", nullable=True),
    _text("answers_to", "The comment that is replied to, or the entry that is taken back, as published.", nullable=True),
    _text("by_role", "Role of whoever entered it; never a person's name."),
    Column("entered_at", DateTime(timezone=True), nullable=False, comment="As-of time of the entry."),
    Column("entered_on", Date, nullable=False, comment="The same, as a day in Europe/London."),
    _one_of("kind", ENTRY_KINDS, "known_entry_kind"),
    CheckConstraint("(words is null) = (kind in ('nothing_to_add', 'declined'))", name="words_where_they_belong"),
    CheckConstraint("(answers_to is not null) = (kind in ('reply', 'taken_back'))", name="answers_to_something"),
    CheckConstraint("(party is not null) = (kind in ('comment', 'nothing_to_add', 'declined'))", name="party_where_asked"),
    Index("entries_by_edition", "edition_id"),
)  # fmt: skip

quarantined_rows = _table(
    "rows",
    "Rows set aside: where they are and which rule they broke. The values stay in raw or in the kept file.",
    _load_id(),
    _text("record", "Record name."),
    Column("row_number", Integer, nullable=False, comment="Line or row of the file."),
    _text("rule", "Rule code."),
    _text("column_name", "Column of the record; empty when the whole row is meant.", server_default=""),
    PrimaryKeyConstraint("load_id", "record", "row_number", "rule", "column_name"),
    schema="quarantine",
)
