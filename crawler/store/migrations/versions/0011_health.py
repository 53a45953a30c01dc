"""What a run brought field by field, how its source stands after it, and changes of that as alerts."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import Json, UtcTime

revision = "0011"
down_revision = "0010"

COUNTED = ("listings", "read", "revisited")


def upgrade() -> None:
    """Adds them; runs of before are told of as far as they were counted."""
    for name in COUNTED:
        op.add_column("runs", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("fields", Json, nullable=True))
    op.add_column("runs", sa.Column("bytes", sa.BigInteger(), nullable=True))
    op.add_column("runs", sa.Column("memory", sa.BigInteger(), nullable=True))
    op.add_column("runs", sa.Column("paged", sa.String(length=10), nullable=True))
    op.add_column("runs", sa.Column("health", sa.String(length=10), nullable=True))
    op.add_column("runs", sa.Column("reasons", Json, nullable=True))
    op.add_column("runs", sa.Column("failure", sa.String(length=20), nullable=True))
    op.create_table(
        "health_alerts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("night_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("failure", sa.String(length=20), nullable=True),
        sa.Column("told_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name=op.f("fk_health_alerts_night_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_health_alerts_told_at"), "health_alerts", ["told_at"])
    op.create_index("ix_health_alerts_source", "health_alerts", ["source"])


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("health_alerts")
    for name in ("failure", "reasons", "health", "paged", "memory", "bytes", "fields", *reversed(COUNTED)):
        op.drop_column("runs", name)
