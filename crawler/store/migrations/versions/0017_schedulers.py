"""Signs of life of the scheduler, whose jobs stand in a file of its own data folder from now on."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Adds them, and drops the jobs: each scheduler makes its own anew."""
    op.create_table(
        "schedulers",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("sign_at", UtcTime(), nullable=False),
        sa.Column("stopped_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedulers")),
    )
    op.execute("DROP TABLE IF EXISTS scheduler_jobs")


def downgrade() -> None:
    """Takes them away."""
    op.drop_table("schedulers")
