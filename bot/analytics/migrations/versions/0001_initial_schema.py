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
        "analytics_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("entry", sa.String(length=80), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=80), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("pressed", sa.Boolean(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytics_event")),
    )
    op.create_index(op.f("ix_analytics_event_at"), "analytics_event", ["at"], unique=False)
    op.create_table(
        "analytics_fact",
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("fact", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["analytics_event.id"], name=op.f("fk_analytics_fact_event_id_analytics_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "fact", name=op.f("pk_analytics_fact")),
    )


def downgrade() -> None:
    op.drop_table("analytics_fact")
    op.drop_table("analytics_event")
