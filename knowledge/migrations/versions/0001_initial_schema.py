"""initial schema

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("setting", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "facet",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facet")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("intent", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("intent", name=op.f("uq_topic_intent")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("topic_id", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_entry_topic_id_topic")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "facet_value",
        sa.Column("facet_id", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["facet_id"], ["facet.id"], name=op.f("fk_facet_value_facet_id_facet")),
        sa.PrimaryKeyConstraint("facet_id", "value", name=op.f("pk_facet_value")),
    )
    op.create_table(
        "section",
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("source_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_section_source_id_source")),
        sa.PrimaryKeyConstraint("title", name=op.f("pk_section")),
    )
    op.create_table(
        "entry_facet",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("facet_id", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_facet_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"], name=op.f("fk_entry_facet_facet_id_facet_value")
        ),
        sa.PrimaryKeyConstraint("entry_id", "facet_id", "value", name=op.f("pk_entry_facet")),
    )
    op.create_table(
        "entry_revision",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("section_title", sa.String(length=120), nullable=False),
        sa.Column("sensitivity", sa.String(length=12), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_revision_entry_id_entry")),
        sa.ForeignKeyConstraint(["section_title"], ["section.title"], name=op.f("fk_entry_revision_section_title_section")),
        sa.CheckConstraint("status IN ('draft', 'review', 'published', 'retired')", name=op.f("ck_entry_revision_status")),
        sa.CheckConstraint(
            "kind IN ('answer', 'gap', 'consent', 'clarify', 'fallback', 'out_of_scope', 'escalation', 'safety', 'smalltalk', 'greeting', 'error')",
            name=op.f("ck_entry_revision_kind"),
        ),
        sa.CheckConstraint("sensitivity IN ('standard', 'sensitive', 'prognosis')", name=op.f("ck_entry_revision_sensitivity")),
        sa.PrimaryKeyConstraint("entry_id", "number", name=op.f("pk_entry_revision")),
    )
    op.create_table(
        "facet_synonym",
        sa.Column("facet_id", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facet_id", "value"], ["facet_value.facet_id", "facet_value.value"], name=op.f("fk_facet_synonym_facet_id_facet_value")
        ),
        sa.PrimaryKeyConstraint("facet_id", "text", name=op.f("pk_facet_synonym")),
    )
    op.create_table(
        "fact",
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("section_title", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["section_title"], ["section.title"], name=op.f("fk_fact_section_title_section")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_table(
        "review_question",
        sa.Column("fact_id", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_review_question_fact_id_fact")),
        sa.CheckConstraint("status IN ('open', 'settled')", name=op.f("ck_review_question_status")),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_review_question")),
    )
    op.create_table(
        "revision_fact",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fact_id", sa.String(length=60), nullable=False),
        sa.Column("told_in", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id", "number"],
            ["entry_revision.entry_id", "entry_revision.number"],
            name=op.f("fk_revision_fact_entry_id_entry_revision"),
        ),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_revision_fact_fact_id_fact")),
        sa.CheckConstraint("told_in IN ('answer', 'detail')", name=op.f("ck_revision_fact_told_in")),
        sa.PrimaryKeyConstraint("entry_id", "number", "fact_id", "told_in", name=op.f("pk_revision_fact")),
    )
    op.create_table(
        "revision_suggestion",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id", "number"],
            ["entry_revision.entry_id", "entry_revision.number"],
            name=op.f("fk_revision_suggestion_entry_id_entry_revision"),
        ),
        sa.ForeignKeyConstraint(["target_id"], ["entry.id"], name=op.f("fk_revision_suggestion_target_id_entry")),
        sa.PrimaryKeyConstraint("entry_id", "number", "position", name=op.f("pk_revision_suggestion")),
    )


def downgrade() -> None:
    op.drop_table("revision_suggestion")
    op.drop_table("revision_fact")
    op.drop_table("review_question")
    op.drop_table("fact")
    op.drop_table("facet_synonym")
    op.drop_table("entry_revision")
    op.drop_table("entry_facet")
    op.drop_table("section")
    op.drop_table("facet_value")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_topic_id"))

    op.drop_table("entry")
    op.drop_table("topic")
    op.drop_table("source")
    op.drop_table("facet")
    op.drop_table("contact")
