"""The custody log takes no change: not by a bug, not by a hand in the database."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds triggers that refuse every UPDATE and DELETE."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION custody_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the custody log is append-only'; END $$
            """
        )
        op.execute(
            """
            CREATE TRIGGER custody_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON custody
            FOR EACH STATEMENT EXECUTE FUNCTION custody_is_append_only()
            """
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER custody_no_{event.lower()} BEFORE {event} ON custody
            BEGIN SELECT RAISE(ABORT, 'the custody log is append-only'); END
            """
        )


def downgrade() -> None:
    """Lets the log be changed again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER custody_no_change ON custody")
        op.execute("DROP FUNCTION custody_is_append_only()")
        return
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER custody_no_{event}")
