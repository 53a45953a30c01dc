"""How ads are come by again, how each was seen in a night, and when its page was found gone."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds them; ads of before are read once more, and then known."""
    op.add_column("sightings", sa.Column("how", sa.String(length=8), server_default="page", nullable=False))
    op.create_table(
        "ad_visits",
        sa.Column("ad_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("link_key", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.BigInteger(), nullable=False),
        sa.Column("visited_at", UtcTime(), nullable=True),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_ad_visits_ad_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_ad_visits_capture_id")),
        sa.PrimaryKeyConstraint("ad_id", name=op.f("pk_ad_visits")),
    )
    op.create_index(op.f("ix_ad_visits_link_key"), "ad_visits", ["link_key"])
    op.create_table(
        "misses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.Column("night_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_misses_ad_id")),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name=op.f("fk_misses_night_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misses")),
        sa.UniqueConstraint("ad_id", "night_id", name=op.f("uq_misses_ad_id_night_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("misses")
    op.drop_table("ad_visits")
    op.drop_column("sightings", "how")
