"""People's decisions on which names belong to which entries of the register."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the table, whose rows stay: a decision is taken back by naming who did and when."""
    op.create_table(
        "register_aliases",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("entry_name", sa.Text(), nullable=False),
        sa.Column("entry_seat", sa.Text(), nullable=True),
        sa.Column("licence_number", sa.String(length=80), nullable=True),
        sa.Column("pib", sa.String(length=9), nullable=True),
        sa.Column("mb", sa.String(length=8), nullable=True),
        sa.Column("belongs", sa.Boolean(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("decided_at", UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.Column("revoked_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_aliases")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("register_aliases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_aliases_name_key"), ["name_key"], unique=False)


def downgrade() -> None:
    """Takes the change back."""
    with op.batch_alter_table("register_aliases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_aliases_name_key"))
    op.drop_table("register_aliases")
