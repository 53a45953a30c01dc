"""Messages to people and how each was delivered; what they were told is broken."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0018"
down_revision = "0017"

WAITING = sa.text("accepted_at IS NULL AND given_up_at IS NULL")


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("as_of", UtcTime(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("subject", "text", "html")),
        sa.Column("mail_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_messages_kind"), "messages", ["kind"])
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tried_at", UtcTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("accepted_at", UtcTime(), nullable=True),
        sa.Column("given_up_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", "recipient", name=op.f("uq_deliveries_message_id_recipient")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_waiting", "deliveries", ["id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table(
        "alarms",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_alarms")),
    )


def downgrade() -> None:
    """Drops them."""
    for table in ("deliveries", "messages", "alarms"):
        op.drop_table(table)
