"""handoffs, and what is asked

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handoff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("assigned_to", sa.String(length=80), nullable=True),
        sa.Column("assigned_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'assigned', 'done')", name=op.f("ck_handoff_status")),
        sa.ForeignKeyConstraint(["session_id"], ["chat_session.id"], name=op.f("fk_handoff_session_id_chat_session"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
    )
    op.create_index(op.f("ix_handoff_asked_at"), "handoff", ["asked_at"], unique=False)
    op.create_index(op.f("ix_handoff_status"), "handoff", ["status"], unique=False)
    op.create_index(
        "uq_handoff_not_done",
        "handoff",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'done'"),
        postgresql_where=sa.text("status <> 'done'"),
    )
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("reply_id", sa.String(length=64), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
    )
    op.create_index(op.f("ix_asked_conversation"), "asked", ["conversation"], unique=False)
    op.create_index(op.f("ix_asked_day"), "asked", ["day"], unique=False)
    op.create_index(op.f("ix_asked_reply_id"), "asked", ["reply_id"], unique=False)


def downgrade() -> None:
    op.drop_table("asked")
    op.drop_table("handoff")
