"""Screenshots of flagged ads, and timestamps over the custody log."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "screenshots",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_screenshots_version_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_screenshots_capture_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_screenshots")),
    )
    op.create_table(
        "timestamps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("file", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timestamps")),
        sa.UniqueConstraint("seal", "authority", name=op.f("uq_timestamps_seal_authority")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Takes them away."""
    op.drop_table("timestamps")
    op.drop_table("screenshots")
