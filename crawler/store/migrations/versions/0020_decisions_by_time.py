"""What a person did lately is found by its time, without a look at all that they ever did."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Puts the index by time in the place of the one by number."""
    op.drop_index("ix_case_events_person_id", "case_events")
    op.create_index("ix_case_events_person_at", "case_events", ["person", "at"])


def downgrade() -> None:
    """Takes the change back."""
    op.drop_index("ix_case_events_person_at", "case_events")
    op.create_index("ix_case_events_person_id", "case_events", ["person", "id"])
