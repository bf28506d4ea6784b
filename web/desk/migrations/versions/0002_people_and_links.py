"""whose account it is, who made a link, and a trail that cannot be replaced

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The first two are those of revision 0001: on SQLite they go with the table when it is made anew.
_SQLITE = {
    "no_update": "BEFORE UPDATE ON desk_audit BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "no_delete": "BEFORE DELETE ON desk_audit BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END",
    "no_replace": (
        "BEFORE INSERT ON desk_audit WHEN EXISTS (SELECT 1 FROM desk_audit WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"
    ),
    "at_its_end": (
        "AFTER INSERT ON desk_audit WHEN NEW.id < 1 OR NEW.id <> (SELECT max(id) FROM desk_audit) "
        "BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END"
    ),
}


def _postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")


def _sessions_and_links(new: bool) -> None:
    """Sessions and links are made anew: who is signed in signs in once more, for nobody knows how they did."""
    op.drop_table("desk_session")
    op.drop_table("desk_link")
    account = "account_id", "desk_account.id"
    op.create_table(
        "desk_session",
        sa.Column("id_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        *([sa.Column("how", sa.String(length=20), nullable=False), sa.Column("link_by", sa.String(length=80))] if new else []),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint([account[0]], [account[1]], name=op.f("fk_desk_session_account_id_desk_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_desk_session")),
    )
    op.create_index(op.f("ix_desk_session_account_id"), "desk_session", ["account_id"], unique=False)
    op.create_table(
        "desk_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *([sa.Column("made_by", sa.String(length=80))] if new else []),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint([account[0]], [account[1]], name=op.f("fk_desk_link_account_id_desk_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_desk_link")),
    )


def _trail(length: int, guards: tuple[str, ...]) -> None:
    with op.batch_alter_table("desk_audit") as table:
        table.alter_column("subject", type_=sa.String(length=length), existing_nullable=True)
    if not _postgresql():
        for name in guards:
            op.execute(f"CREATE TRIGGER desk_audit_{name} {_SQLITE[name]}")


def upgrade() -> None:
    op.add_column("desk_account", sa.Column("person", sa.String(length=80), nullable=False, server_default=""))
    op.execute("UPDATE desk_account SET person = name")
    op.add_column("desk_account", sa.Column("sign_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE desk_account SET sign_on = (1 = 1), password = NULL WHERE subject IS NOT NULL")
    _sessions_and_links(new=True)
    _trail(300, tuple(_SQLITE))
    if _postgresql():
        op.execute(
            "CREATE TRIGGER desk_audit_no_truncate BEFORE TRUNCATE ON desk_audit FOR EACH STATEMENT EXECUTE FUNCTION desk_audit_refuse()"
        )


def downgrade() -> None:
    if _postgresql():
        op.execute("DROP TRIGGER desk_audit_no_truncate ON desk_audit")
    _trail(120, ("no_update", "no_delete"))
    _sessions_and_links(new=False)
    for column in ("sign_on", "person"):
        op.drop_column("desk_account", column)
