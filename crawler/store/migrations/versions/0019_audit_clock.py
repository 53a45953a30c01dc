"""The audit log gives its old lines to the purge, which has to say so for good; nothing replaces a line of a log."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0019"
down_revision = "0018"

UNIQUE = {"custody": ("seq", "hash"), "audit_log": ("id",), "audit_purges": ("id",)}
APPEND_ONLY = "the audit log is append-only"
TOO_YOUNG = "the audit log is kept for a year at least"


def upgrade() -> None:
    """Adds the list of what was given away, and the triggers that look at it."""
    op.create_table(
        "audit_purges",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("before", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_purges")),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    given = "SELECT max(before) FROM audit_purges"
    a_year_ago = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-365 days')"
    op.execute("DROP TRIGGER audit_no_delete")
    _refuse("audit_no_delete", f"DELETE ON audit_log WHEN OLD.at >= coalesce(({given}), '')", APPEND_ONLY)
    _refuse("audit_purges_no_early", f"INSERT ON audit_purges WHEN NEW.before > {a_year_ago}", TOO_YOUNG)
    for event in ("UPDATE", "DELETE"):
        _refuse(f"audit_purges_no_{event.lower()}", f"{event} ON audit_purges", APPEND_ONLY)
    # INSERT OR REPLACE deletes the line it replaces without asking the trigger on deleting.
    for table, keys in UNIQUE.items():
        same = " OR ".join(f"{key} = NEW.{key}" for key in keys)
        is_there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - our own names
        _refuse(f"{table}_no_replace", f"INSERT ON {table} WHEN {is_there}", f"{table} is append-only")


def _refuse(name: str, event: str, reason: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{reason}'); END")


def _guard_postgresql() -> None:
    op.execute("DROP TRIGGER audit_no_change ON audit_log")
    _forbid_changes("audit_no_change", "UPDATE OR TRUNCATE ON audit_log")
    _forbid_changes("audit_purges_no_change", "UPDATE OR DELETE OR TRUNCATE ON audit_purges")
    given = "OLD.at < (SELECT max(before) FROM audit_purges)"
    _permit("audit_no_delete", "DELETE ON audit_log", f"{given} THEN RETURN OLD", APPEND_ONLY)
    in_time = "NEW.before <= now() - interval '365 days'"
    _permit("audit_purges_no_early", "INSERT ON audit_purges", f"{in_time} THEN RETURN NEW", TOO_YOUNG)


def _forbid_changes(name: str, event: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()")


def _permit(name: str, event: str, condition: str, reason: str) -> None:
    """Each row for which the condition does not hold is refused."""
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF {condition}; END IF; RAISE EXCEPTION '{reason}'; END $$
        """
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """Lets no line go any more; what was given away stays away, and is not noted any more."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_no_delete ON audit_log")
        op.execute("DROP TRIGGER audit_no_change ON audit_log")
        _forbid_changes("audit_no_change", "UPDATE OR DELETE OR TRUNCATE ON audit_log")
        op.drop_table("audit_purges")
        for name in ("audit_no_delete", "audit_purges_no_early"):
            op.execute(f"DROP FUNCTION {name}()")
        return
    for name in ("audit_no_delete", "audit_log_no_replace", "custody_no_replace"):
        op.execute(f"DROP TRIGGER {name}")
    op.drop_table("audit_purges")
    _refuse("audit_no_delete", "DELETE ON audit_log", APPEND_ONLY)
