"""Sessions, second factors, failed log-ins, tokens of programs, and a log of who did what that takes no change."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from crawler.store.schema import UtcTime

revision = "0015"
down_revision = "0014"

PERSON_COLUMNS = (
    ("password_due", sa.Boolean(), False, sa.text("false")),
    ("disabled_at", UtcTime(), True, None),
    ("totp_secret", sa.Text(), True, None),
    ("totp_since", UtcTime(), True, None),
    ("totp_step", sa.BigInteger(), True, None),
)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _string(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime(), nullable=nullable)


def _of_person(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column = sa.Column("person_id", sa.Integer(), nullable=False)
    return column, sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id"))


def _create(table: str, *parts: SchemaItem) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    op.create_table(table, _id(), *parts, key, sqlite_autoincrement=True)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    """Adds them."""
    for name, kind, nullable, default in PERSON_COLUMNS:
        op.add_column("people", sa.Column(name, kind, nullable=nullable, server_default=default))
    _add_access()
    _create(
        "audit_log",
        _time("at"),
        _string("person", 200),
        _string("act", 30),
        _string("subject", 200),
        sa.Column("detail", sa.Text(), nullable=False),
        _string("address", 60),
    )
    _index("audit_log", "at")
    _index("audit_log", "person", "at")
    _refuse_changes()


def _add_access() -> None:
    _create("recovery_codes", *_of_person("recovery_codes"), _string("code_hash", 64), _time("used_at", nullable=True))
    _create(
        "desk_sessions",
        _string("token_hash", 64),
        *_of_person("desk_sessions"),
        _string("csrf", 60),
        _time("began_at"),
        _time("seen_at"),
        _time("ended_at", nullable=True),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        _string("address", 60),
        _string("browser", 200),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_sessions_token_hash")),
    )
    _create("login_failures", _string("account", 64), _string("address", 60), _time("at"))
    _create(
        "api_tokens",
        *_of_person("api_tokens"),
        _string("name", 100),
        _string("token_hash", 64),
        _string("scope", 10),
        _time("created_at"),
        _time("expires_at"),
        _time("revoked_at", nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    for table in ("recovery_codes", "desk_sessions", "api_tokens"):
        _index(table, "person_id")
    _index("login_failures", "at")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
            """
        )
        op.execute(
            """
            CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
            """
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER audit_no_{event.lower()} BEFORE {event} ON audit_log
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
            """
        )


def downgrade() -> None:
    """Takes the change back; the log is lost."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("audit_log", "api_tokens", "login_failures", "desk_sessions", "recovery_codes"):
        op.drop_table(table)
    if is_postgresql:
        op.execute("DROP FUNCTION audit_is_append_only()")
    for name, *_ in reversed(PERSON_COLUMNS):
        op.drop_column("people", name)
