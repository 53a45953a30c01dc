"""The register as a source: what was fetched of it, and until when a list was seen unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the day of the last confirmation and the table of fetched lists."""
    op.add_column("register_snapshots", sa.Column("confirmed_on", sa.Date()))
    op.create_table(
        "register_fetches",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("night_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("page_capture_id", sa.Integer()),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("outcome", sa.String(20)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name="fk_register_fetches_night_id"),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name="fk_register_fetches_capture_id"),
        sa.ForeignKeyConstraint(["page_capture_id"], ["captures.id"], name="fk_register_fetches_page_capture_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_fetches"),
        sa.UniqueConstraint("night_id", "source", name="uq_register_fetches_night_id_source"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Forgets both."""
    op.drop_table("register_fetches")
    with op.batch_alter_table("register_snapshots") as table:
        table.drop_column("confirmed_on")
