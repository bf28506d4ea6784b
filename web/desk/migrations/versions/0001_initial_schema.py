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

_TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER desk_audit_no_{what} BEFORE {WHAT} ON desk_audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION desk_audit_refuse() RETURNS trigger AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail cannot be changed'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER desk_audit_no_{what} BEFORE {WHAT} ON desk_audit FOR EACH ROW EXECUTE FUNCTION desk_audit_refuse()",
    ],
}


def upgrade() -> None:
    op.create_table(
        "desk_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("role IN ('staff', 'curator', 'reviewer', 'admin')", name=op.f("ck_desk_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_desk_account_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_desk_account_subject")),
    )
    op.create_table(
        "desk_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["desk_account.id"], name=op.f("fk_desk_session_account_id_desk_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_desk_session")),
    )
    op.create_index(op.f("ix_desk_session_account_id"), "desk_session", ["account_id"], unique=False)
    op.create_table(
        "desk_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["desk_account.id"], name=op.f("fk_desk_link_account_id_desk_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_desk_link")),
    )
    op.create_table(
        "desk_flow",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_desk_flow")),
    )
    op.create_table(
        "desk_attempt",
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_desk_attempt")),
    )
    op.create_table(
        "desk_wrong",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_wrong")),
    )
    op.create_index(op.f("ix_desk_wrong_entry"), "desk_wrong", ["entry"], unique=False)
    op.create_table(
        "desk_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_audit")),
    )
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        for what in ("update", "delete") if "{what}" in statement else ("",):
            op.execute(sa.text(statement.format(what=what, WHAT=what.upper())))


def downgrade() -> None:
    for table in ("desk_audit", "desk_wrong", "desk_attempt", "desk_flow", "desk_link", "desk_session", "desk_account"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION desk_audit_refuse()")
