"""What people did with sources: switched them off and on, started them; and ads found by their mediator."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Adds them."""
    op.create_table(
        "source_actions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_actions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_source_actions_source"), "source_actions", ["source"])
    op.create_index(op.f("ix_assessments_mediator_key"), "assessments", ["mediator_key"])


def downgrade() -> None:
    """Drops them."""
    op.drop_index(op.f("ix_assessments_mediator_key"), table_name="assessments")
    op.drop_index(op.f("ix_source_actions_source"), table_name="source_actions")
    op.drop_table("source_actions")
