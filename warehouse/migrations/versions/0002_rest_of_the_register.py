"""The records that complete the register, and what senders were told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_icbs",
        sa.Column("organisation_code", sa.Text(), nullable=False, comment="Code of the sender, upper case."),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="First day under this ICB."),
        sa.Column("icb_code", sa.Text(), nullable=False, comment="The ICB."),
        sa.Column("icb_name", sa.Text(), nullable=False, comment="Its name."),
        sa.PrimaryKeyConstraint("organisation_code", "valid_from"),
        schema="audit",
        comment="Which ICB commissions a sender from which day on, as its provider file says; refreshed before each build.",
    )
    op.create_table(
        "action",
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
        sa.Column("action_id", sa.Text(), nullable=True, comment="The sender's own stable code for the action."),
        sa.Column("parent_kind", sa.Text(), nullable=True, comment="What the action belongs to."),
        sa.Column(
            "parent_id",
            sa.Text(),
            nullable=True,
            comment="The code of the change, complaint, incident, concern or session it belongs to.",
        ),
        sa.Column(
            "theme_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The themes it answers; several are allowed.",
        ),
        sa.Column(
            "owner_role",
            sa.Text(),
            nullable=True,
            comment="The role that sees to it. It is never a person's name or initials.",
        ),
        sa.Column("due_on", sa.Date(), nullable=True, comment="The day by which it was first promised."),
        sa.Column(
            "revised_due_on",
            sa.Date(),
            nullable=True,
            comment="The day by which it is promised now, when the first day was moved.",
        ),
        sa.Column("done_on", sa.Date(), nullable=True, comment="The day it was done; blank until it is."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="action_pkey"),
        schema="raw",
        comment="A task that somebody was given: after a complaint or incident, to make a change, or out of a session. A task is not a change that a person using the service would notice.",
    )
    op.create_table(
        "challenge",
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
        sa.Column("challenge_id", sa.Text(), nullable=True, comment="The sender's own stable code for the challenge."),
        sa.Column(
            "edition_id",
            sa.Text(),
            nullable=True,
            comment="The edition of the report it is about, as the report names it.",
        ),
        sa.Column("raised_by_kind", sa.Text(), nullable=True, comment="Who raised it. No person is named or numbered."),
        sa.Column(
            "raised_on", sa.Date(), nullable=True, comment="The day it was raised. The clock to a reply starts here."
        ),
        sa.Column(
            "about_figure_id",
            sa.Text(),
            nullable=True,
            comment="The figure it is about, as the report numbers it; blank when it is about the whole.",
        ),
        sa.Column(
            "comment",
            sa.Text(),
            nullable=True,
            comment="What was said, in plain words written to be printed. It names no one.",
        ),
        sa.Column(
            "reply",
            sa.Text(),
            nullable=True,
            comment="What was answered, in plain words written to be printed. It names no one.",
        ),
        sa.Column("replied_on", sa.Date(), nullable=True, comment="The day of the reply; blank until there is one."),
        sa.Column("outcome", sa.Text(), nullable=True, comment="What came of it."),
        sa.Column(
            "promised_action_id",
            sa.Text(),
            nullable=True,
            comment="The code of the action that was promised, in the register of whoever promised it.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="challenge_pkey"),
        schema="raw",
        comment="Something that the network, a provider or anyone else said about an edition of the report, and what was answered. Comments and replies are printed in full.",
    )
    op.create_table(
        "claim",
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
        sa.Column("claim_id", sa.Text(), nullable=True, comment="The sender's own stable code for the claim."),
        sa.Column("session_id", sa.Text(), nullable=True, comment="The session it is about."),
        sa.Column("item_code", sa.Text(), nullable=True, comment="What was claimed for."),
        sa.Column(
            "claimed_on",
            sa.Date(),
            nullable=True,
            comment="The day it was handed in. The clock to payment starts here.",
        ),
        sa.Column("paid_on", sa.Date(), nullable=True, comment="The day it was paid; blank until it is."),
        sa.Column("outcome", sa.Text(), nullable=True, comment="What became of it."),
        sa.Column("refused_reason_code", sa.Text(), nullable=True, comment="Why it was refused, wholly or in part."),
        sa.Column("amount_gbp", sa.Numeric(), nullable=True, comment="The amount claimed, in pounds."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="claim_pkey"),
        schema="raw",
        comment="A claim for expenses or time by a person who took part, and how quickly it was paid. It carries no person: dates, what it was for and the amount.",
    )
    op.create_table(
        "complaint_count",
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
            "site_code",
            sa.Text(),
            nullable=True,
            comment="The national ODS code of the site; blank for the whole organisation. The organisation's own code as a site means: at no site in particular.",
        ),
        sa.Column("section", sa.Text(), nullable=True, comment="The part of the return the item belongs to."),
        sa.Column(
            "item_code",
            sa.Text(),
            nullable=True,
            comment="The item counted, by the heading of the national file. Totals of services, subjects and professions may exceed the complaints.",
        ),
        sa.Column("counted", sa.BigInteger(), nullable=True, comment="The number of complaints."),
        sa.Column(
            "value_state",
            sa.Text(),
            nullable=True,
            comment="Whether the number was counted, hidden because it is small, not collected or not applicable. A hidden number is never nought.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="complaint_count_pkey"),
        schema="raw",
        comment="A number from the national return of written complaints (KO41a), for the whole organisation or one of its sites, as submitted or published.",
    )
    op.create_table(
        "concern",
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
        sa.Column("concern_id", sa.Text(), nullable=True, comment="The sender's own stable code for the concern."),
        sa.Column("group_id", sa.Text(), nullable=True, comment="The group it is about."),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work it is about."),
        sa.Column("concern_kind", sa.Text(), nullable=True, comment="What kind of concern it is."),
        sa.Column(
            "raised_on", sa.Date(), nullable=True, comment="The day it was raised. The clock to an answer starts here."
        ),
        sa.Column("escalated_on", sa.Date(), nullable=True, comment="The day it was passed up; blank when it was not."),
        sa.Column(
            "escalated_to_role",
            sa.Text(),
            nullable=True,
            comment="The role it was passed up to. It is never a person's name.",
        ),
        sa.Column("closed_on", sa.Date(), nullable=True, comment="The day it was closed; blank while it is open."),
        sa.Column("outcome", sa.Text(), nullable=True, comment="How it ended."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="concern_pkey"),
        schema="raw",
        comment="Something that worried a person taking part, raised about the involvement itself: how it was escalated and closed. Kinds and dates only, no words and no person.",
    )
    op.create_table(
        "feedback_response",
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
            "response_id",
            sa.Text(),
            nullable=True,
            comment="The survey system's own code for the response. It is never a person's number.",
        ),
        sa.Column("received_on", sa.Date(), nullable=True, comment="The day it was given."),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service it is about; blank when it is about none in particular.",
        ),
        sa.Column(
            "question_version",
            sa.Text(),
            nullable=True,
            comment="Which question was answered. Answers to the question before April 2020 are kept and never compared with later ones.",
        ),
        sa.Column(
            "rating_code",
            sa.Text(),
            nullable=True,
            comment="The answer given; blank for a comment without one. Those who answered that they do not know stay in the denominator.",
        ),
        sa.Column("channel", sa.Text(), nullable=True, comment="How it was collected."),
        sa.Column("respondent_kind", sa.Text(), nullable=True, comment="In what capacity it was given."),
        sa.Column(
            "theme_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The themes of the comment; several are allowed.",
        ),
        sa.Column(
            "theme_source",
            sa.Text(),
            nullable=True,
            comment="Whether a person, a rule or a model chose the themes. A model's theme is never the only evidence.",
        ),
        sa.Column(
            "may_quote",
            sa.Text(),
            nullable=True,
            comment="Whether whoever gave it agreed to be quoted without being named.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="feedback_response_pkey"),
        schema="raw",
        comment="One answer to the Friends and Family Test question or a question of the sender's own, with its comment if there was one. It carries no person.",
    )
    op.create_table(
        "involvement_role",
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
            "role_id", sa.Text(), nullable=True, comment="The sender's own stable code for the role one person holds."
        ),
        sa.Column(
            "person_ref",
            sa.Text(),
            nullable=True,
            comment="The person, as a pseudonym made before the database from whatever reference the sender uses. It is never linked across senders.",
        ),
        sa.Column("group_id", sa.Text(), nullable=True, comment="The group in which the role is held."),
        sa.Column(
            "service_id",
            sa.Text(),
            nullable=True,
            comment="The service in which the role is held; blank when it belongs to a group alone.",
        ),
        sa.Column("role_kind", sa.Text(), nullable=True, comment="In what capacity the role is held."),
        sa.Column(
            "role_level",
            sa.Text(),
            nullable=True,
            comment="The level of the role, as NHS England grades patient and public voice partners.",
        ),
        sa.Column(
            "service_use",
            sa.Text(),
            nullable=True,
            comment="Whether the person uses services now, did so, waits for one or was turned down.",
        ),
        sa.Column("recruited_via", sa.Text(), nullable=True, comment="How the person came to hear of the role."),
        sa.Column("started_on", sa.Date(), nullable=True, comment="The day the role began."),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="The day the role ended; blank while it is held."),
        sa.Column(
            "role_brief_given_on",
            sa.Date(),
            nullable=True,
            comment="The day the person was given a description of the role.",
        ),
        sa.Column("trained_on", sa.Date(), nullable=True, comment="The day the person was trained for the role."),
        sa.Column("last_supervised_on", sa.Date(), nullable=True, comment="The day of the latest supervision."),
        sa.Column(
            "confidentiality_agreed_on",
            sa.Date(),
            nullable=True,
            comment="The day the person and the organisation agreed what stays confidential.",
        ),
        sa.Column(
            "confidentiality_expires_on",
            sa.Date(),
            nullable=True,
            comment="The day that agreement runs out; blank where it has no end.",
        ),
        sa.Column(
            "safety_plan_agreed_on",
            sa.Date(),
            nullable=True,
            comment="The day a plan was agreed for when taking part becomes too much.",
        ),
        sa.Column(
            "support_contact_given_on", sa.Date(), nullable=True, comment="The day the person was told whom to turn to."
        ),
        sa.Column(
            "trauma_support_offered_on",
            sa.Date(),
            nullable=True,
            comment="The day support with what taking part may stir up was offered.",
        ),
        sa.Column(
            "benefits_advice_offered_on",
            sa.Date(),
            nullable=True,
            comment="The day advice on benefits and payment was offered.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="involvement_role_pkey"),
        schema="raw",
        comment="A role that a person with lived experience holds in a group or service: how they came to it, what they were given to do it well, and what keeps them safe in it. The person is a pseudonym and is never named.",
    )
    op.create_table(
        "material",
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
        sa.Column("material_id", sa.Text(), nullable=True, comment="The sender's own stable code for the material."),
        sa.Column("material_kind", sa.Text(), nullable=True, comment="What kind of material it is."),
        sa.Column("title", sa.Text(), nullable=True, comment="A short title that names no one."),
        sa.Column("session_id", sa.Text(), nullable=True, comment="The session at which it was used."),
        sa.Column("activity_id", sa.Text(), nullable=True, comment="The piece of work it belongs to."),
        sa.Column("shared_on", sa.Date(), nullable=True, comment="The day it was shared."),
        sa.Column(
            "permission_on",
            sa.Date(),
            nullable=True,
            comment="The day those it is about, or who made it, gave permission.",
        ),
        sa.Column(
            "anonymised_on",
            sa.Date(),
            nullable=True,
            comment="The day everything that could say who someone is was taken out.",
        ),
        sa.Column(
            "formats_requested",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The formats people had asked for, such as easy read.",
        ),
        sa.Column(
            "formats_supplied", postgresql.ARRAY(sa.Text()), nullable=True, comment="The formats people were given."
        ),
        sa.Column(
            "is_codesigned",
            sa.Text(),
            nullable=True,
            comment="Whether people with lived experience designed it together with staff.",
        ),
        sa.Column(
            "version", sa.Text(), nullable=True, comment="The version, where there are several; blank for the only one."
        ),
        sa.Column("in_force_from_on", sa.Date(), nullable=True, comment="The day this version came into force."),
        sa.Column(
            "in_force_to_on",
            sa.Date(),
            nullable=True,
            comment="The last day this version was in force; blank while it is.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="material_pkey"),
        schema="raw",
        comment="Something shared with people or made with them: papers, a real document used as an example, a recording, a product designed together. Dates and formats, not the thing itself.",
    )
    op.create_table(
        "participation",
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
        sa.Column("session_id", sa.Text(), nullable=True, comment="The session."),
        sa.Column(
            "person_ref",
            sa.Text(),
            nullable=True,
            comment="The person, as a pseudonym made before the database from whatever reference the sender uses. It is never linked across senders.",
        ),
        sa.Column("attended", sa.Text(), nullable=True, comment="Whether the person came."),
        sa.Column(
            "payment_eligible",
            sa.Text(),
            nullable=True,
            comment="Whether the policy offers payment for this session to this person.",
        ),
        sa.Column("payment_offered", sa.Text(), nullable=True, comment="Whether payment was offered, taken up or not."),
        sa.Column(
            "check_in_offered", sa.Text(), nullable=True, comment="Whether a check-in was offered after the session."
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="participation_pkey"),
        schema="raw",
        comment="That one person took part in one session, and whether they were offered payment and a check-in afterwards. The person is a pseudonym and is never named.",
    )
    op.create_table(
        "person_characteristic",
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
            "person_ref",
            sa.Text(),
            nullable=True,
            comment="The person, as a pseudonym made before the database from whatever reference the sender uses. It is never linked across senders.",
        ),
        sa.Column("characteristic", sa.Text(), nullable=True, comment="What was asked about."),
        sa.Column(
            "value_code",
            sa.Text(),
            nullable=True,
            comment="The answer. It is blank when there was none: a declined question is a state, never a value.",
        ),
        sa.Column(
            "answer_state",
            sa.Text(),
            nullable=True,
            comment="Whether the person answered, preferred not to say or was not asked. A blank counts as answered where there is a value.",
        ),
        sa.Column("collected_on", sa.Date(), nullable=True, comment="The day the person said it."),
        sa.Column(
            "consent_on", sa.Date(), nullable=True, comment="The day the person agreed that it may be kept and counted."
        ),
        sa.Column(
            "consent_withdrawn_on",
            sa.Date(),
            nullable=True,
            comment="The day the person took that consent back; from then on it is not counted.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="person_characteristic_pkey"),
        schema="raw",
        comment="What a person who takes part has chosen to say about themselves, one characteristic at a time, and whether they were asked at all. Held to see who is not in the room, never to describe anyone; counted in groups and never shown by person.",
    )
    op.create_table(
        "quote",
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
        sa.Column("quote_id", sa.Text(), nullable=True, comment="The sender's own stable code for the quote."),
        sa.Column("source_kind", sa.Text(), nullable=True, comment="Where the words come from."),
        sa.Column(
            "words", sa.Text(), nullable=True, comment="The words, made so that they can be printed. They name no one."
        ),
        sa.Column("polarity", sa.Text(), nullable=True, comment="Whether they speak for or against how things are."),
        sa.Column(
            "theme_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="The themes they belong to; several are allowed.",
        ),
        sa.Column(
            "consent_on", sa.Date(), nullable=True, comment="The day the person agreed that the words may be printed."
        ),
        sa.Column(
            "consent_withdrawn_on", sa.Date(), nullable=True, comment="The day the person took that consent back."
        ),
        sa.Column(
            "deidentified_by_role",
            sa.Text(),
            nullable=True,
            comment="The role that took out what could say who spoke. It is never a person's name.",
        ),
        sa.Column(
            "checked_by_role",
            sa.Text(),
            nullable=True,
            comment="The role that read the words a second time. It is never a person's name.",
        ),
        sa.Column("checked_on", sa.Date(), nullable=True, comment="The day of that second reading."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="quote_pkey"),
        schema="raw",
        comment="Words that someone agreed to have printed, made so that nobody can tell whose they are, and read by a second person. They are printed only while consent is in force and once they are checked.",
    )
    op.create_table(
        "recruitment",
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
        sa.Column("recruitment_id", sa.Text(), nullable=True, comment="The sender's own stable code for the round."),
        sa.Column("group_id", sa.Text(), nullable=True, comment="The group people were sought for."),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service people were sought for."),
        sa.Column("role_kind", sa.Text(), nullable=True, comment="What people were sought for."),
        sa.Column(
            "role_description_ready_on",
            sa.Date(),
            nullable=True,
            comment="The day a description of the role was ready.",
        ),
        sa.Column(
            "support_package_ready_on",
            sa.Date(),
            nullable=True,
            comment="The day it was settled what support, payment and training come with the role.",
        ),
        sa.Column("advertised_on", sa.Date(), nullable=True, comment="The day it was first made known."),
        sa.Column(
            "channel_codes",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="How it was made known; several are allowed.",
        ),
        sa.Column("applicant_count", sa.BigInteger(), nullable=True, comment="How many people came forward."),
        sa.Column("accepted_count", sa.BigInteger(), nullable=True, comment="How many of them were accepted."),
        sa.Column("post_count", sa.BigInteger(), nullable=True, comment="How many places there were."),
        sa.Column("filled_count", sa.BigInteger(), nullable=True, comment="How many of those places were filled."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="recruitment_pkey"),
        schema="raw",
        comment="A round of looking for people with lived experience: for a group, a board, a peer post or a staff interview panel. Numbers only, no applicant is named.",
    )
    op.create_table(
        "survey_answer",
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
        sa.Column("survey_kind", sa.Text(), nullable=True, comment="Which kind of survey it was."),
        sa.Column(
            "item_code",
            sa.Text(),
            nullable=True,
            comment="What was asked. The list says which scale each item is answered on.",
        ),
        sa.Column("answer_code", sa.Text(), nullable=True, comment="The answer, on the scale of the item."),
        sa.Column(
            "answer_count",
            sa.BigInteger(),
            nullable=True,
            comment="How many people gave this answer; blank for one person with a reference, or when it is hidden because it is small.",
        ),
        sa.Column(
            "wave",
            sa.Text(),
            nullable=True,
            comment="Whether it was asked once, or before and after; a blank means once.",
        ),
        sa.Column(
            "respondent_ref",
            sa.Text(),
            nullable=True,
            comment="The respondent, as a pseudonym made before the database, so that before and after can be laid side by side; blank for counts.",
        ),
        sa.Column("answered_on", sa.Date(), nullable=True, comment="The day it was answered."),
        sa.Column("service_id", sa.Text(), nullable=True, comment="The service it is about."),
        sa.Column("session_id", sa.Text(), nullable=True, comment="The session it is about."),
        sa.Column("pathway_point", sa.Text(), nullable=True, comment="At which point of their care people were asked."),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="survey_answer_pkey"),
        schema="raw",
        comment="Answers to one item of a survey: of people using services, of members, after a session, after staff training or of the community. Either one row per respondent, as a pseudonym, or one row per answer with how many gave it.",
    )
    op.create_table(
        "feedback_response",
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
            "comment",
            sa.Text(),
            nullable=True,
            comment="The comment, in the own words of whoever gave it. It never leaves the restricted schema and is never printed.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="feedback_response_pkey"),
        schema="restricted",
        comment="The own words of feedback_response, for named reviewers only; rows match raw.feedback_response.",
    )
    op.create_table(
        "person_characteristic",
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
            "in_own_words",
            sa.Text(),
            nullable=True,
            comment="How the person describes themselves, in their own words. It never leaves the restricted schema and is never printed.",
        ),
        sa.PrimaryKeyConstraint("load_id", "row_number", "part", name="person_characteristic_pkey"),
        schema="restricted",
        comment="The own words of person_characteristic, for named reviewers only; rows match raw.person_characteristic.",
    )
    op.create_table(
        "replies",
        sa.Column("load_id", sa.BigInteger(), nullable=False, comment="The load, see audit.deliveries."),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, comment="As-of time of the message."),
        sa.Column(
            "verdict_sha256",
            sa.Text(),
            nullable=False,
            comment="Hash of the outcome and its findings, as they were told.",
        ),
        sa.Column(
            "told_to",
            sa.Text(),
            nullable=False,
            comment="Name of the contact in the provider file, or the role that told them; never a person.",
        ),
        sa.ForeignKeyConstraint(
            ["load_id"],
            ["audit.deliveries.load_id"],
        ),
        sa.PrimaryKeyConstraint("load_id", "told_at"),
        schema="audit",
        comment="What senders were told of their loads: a verdict is told once, however often its file is read again.",
    )
    op.add_column(
        "organisations",
        sa.Column("closed_on", sa.Date(), nullable=True, comment="Last day it was open; null while it is."),
        schema="audit",
    )
    op.add_column(
        "organisations",
        sa.Column(
            "succeeded_by", sa.Text(), nullable=True, comment="Code of the organisation that took over what it did."
        ),
        schema="audit",
    )


def downgrade() -> None:
    op.drop_column("organisations", "succeeded_by", schema="audit")
    op.drop_column("organisations", "closed_on", schema="audit")
    op.drop_table("replies", schema="audit")
    op.drop_table("person_characteristic", schema="restricted")
    op.drop_table("feedback_response", schema="restricted")
    op.drop_table("survey_answer", schema="raw")
    op.drop_table("recruitment", schema="raw")
    op.drop_table("quote", schema="raw")
    op.drop_table("person_characteristic", schema="raw")
    op.drop_table("participation", schema="raw")
    op.drop_table("material", schema="raw")
    op.drop_table("involvement_role", schema="raw")
    op.drop_table("feedback_response", schema="raw")
    op.drop_table("concern", schema="raw")
    op.drop_table("complaint_count", schema="raw")
    op.drop_table("claim", schema="raw")
    op.drop_table("challenge", schema="raw")
    op.drop_table("action", schema="raw")
    op.drop_table("organisation_icbs", schema="audit")
