"""Which ad says which contact, and how far back each run looked."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0006"
down_revision = "0005"

UNLINKED = "assessed_version_id IS {0} linked_version_id OR assessed_basis IS {0} linked_basis"


def upgrade() -> None:
    """Adds them; the next night files the contacts of all ads that were judged before."""
    op.add_column("runs", sa.Column("reached", UtcTime(), nullable=True))
    op.add_column("ads", sa.Column("linked_version_id", sa.Integer(), nullable=True))
    op.add_column("ads", sa.Column("linked_basis", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_ads_unlinked",
        "ads",
        ["id"],
        sqlite_where=sa.text(UNLINKED.format("NOT")),
        postgresql_where=sa.text(UNLINKED.format("DISTINCT FROM")),
    )
    op.create_table(
        "contact_mentions",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_contact_mentions_ad_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_contact_mentions_assessment_id")),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_contact_mentions_version_id")),
        sa.PrimaryKeyConstraint("kind", "value", "version_id", name=op.f("pk_contact_mentions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_mentions_version_id", "contact_mentions", ["version_id"])


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("contact_mentions")
    op.drop_index("ix_ads_unlinked", table_name="ads")
    for table, column in (("ads", "linked_basis"), ("ads", "linked_version_id"), ("runs", "reached")):
        op.drop_column(table, column)
