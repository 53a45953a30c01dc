"""What people bring by hand: who, when, and where they say they saw it."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "intakes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", UtcTime(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("seen_url", sa.Text(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("page_capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_intakes_ad_id")),
        sa.ForeignKeyConstraint(["page_capture_id"], ["captures.id"], name=op.f("fk_intakes_page_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
        sa.UniqueConstraint("ad_id", name=op.f("uq_intakes_ad_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_table("intakes")
