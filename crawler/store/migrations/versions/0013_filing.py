"""Decisions that can be undone, versions of drafts, approvals with the approved text, filings and their outcomes."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import Json, UtcTime

revision = "0013"
down_revision = "0012"

EVENT_COLUMNS = (("decision", sa.String(length=20)), ("reason", sa.String(length=30)), ("undoes", sa.Integer()))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), autoincrement=True, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _string(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _reference(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _event_keys(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    return [_key(table, column, "case_events.id") for column in columns]


def upgrade() -> None:
    """Adds them; drafts that are there become their own first version."""
    for name, kind in EVENT_COLUMNS:
        op.add_column("case_events", sa.Column(name, kind, nullable=True))
    op.add_column("drafts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    _add_links()
    _add_versions()
    _add_approvals()
    _add_filings()
    _add_outcomes()


def _add_links() -> None:
    op.create_table(
        "case_links",
        _id(),
        _reference("kept_id"),
        _reference("joined_id"),
        _reference("event_id"),
        _reference("ended_event_id", nullable=True),
        _key("case_links", "kept_id", "cases.id"),
        _key("case_links", "joined_id", "cases.id"),
        *_event_keys("case_links", "event_id", "ended_event_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
        sqlite_autoincrement=True,
    )
    for column in ("kept_id", "joined_id"):
        op.create_index(op.f(f"ix_case_links_{column}"), "case_links", [column])


def _add_versions() -> None:
    op.create_table(
        "draft_versions",
        _id(),
        _reference("case_id"),
        _string("recipient", 60),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        _string("person", 200),
        _text("note"),
        sa.Column("facts", Json, nullable=False),
        _key("draft_versions", "case_id", "cases.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_versions")),
        sa.UniqueConstraint("case_id", "recipient", "number", name=op.f("uq_draft_versions_case_id_recipient_number")),
        sqlite_autoincrement=True,
    )
    op.execute(
        """
        INSERT INTO draft_versions (case_id, recipient, number, made_at, person, note, facts)
        SELECT case_id, recipient, 1, created_at, 'system', '', facts FROM drafts ORDER BY id
        """
    )


def _add_approvals() -> None:
    op.create_table(
        "approvals",
        _id(),
        _reference("case_id"),
        _string("recipient", 60),
        sa.Column("version", sa.Integer(), nullable=False),
        _reference("event_id"),
        _text("document"),
        _string("digest", 64),
        _reference("ended_event_id", nullable=True),
        _key("approvals", "case_id", "cases.id"),
        *_event_keys("approvals", "event_id", "ended_event_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_approvals_case_id"), "approvals", ["case_id"])


def _add_filings() -> None:
    op.create_table(
        "filings",
        _id(),
        _reference("case_id"),
        _reference("approval_id"),
        _string("recipient", 60),
        _string("channel", 20),
        sa.Column("filed_on", sa.Date(), nullable=False),
        _string("reference", 120),
        _string("receipt", 255, nullable=True),
        _string("receipt_digest", 64, nullable=True),
        _string("receipt_name", 255, nullable=True),
        _reference("first_id", nullable=True),
        _text("again"),
        _reference("event_id"),
        _reference("revoked_event_id", nullable=True),
        _key("filings", "case_id", "cases.id"),
        _key("filings", "approval_id", "approvals.id"),
        _key("filings", "first_id", "filings.id"),
        *_event_keys("filings", "event_id", "revoked_event_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_filings_case_id"), "filings", ["case_id"])
    op.create_index("ix_filings_recipient_filed_on", "filings", ["recipient", "filed_on"])


def _add_outcomes() -> None:
    op.create_table(
        "filing_outcomes",
        _id(),
        _reference("filing_id"),
        _string("outcome", 30),
        sa.Column("happened_on", sa.Date(), nullable=False),
        _text("note"),
        _reference("event_id"),
        _reference("revoked_event_id", nullable=True),
        _key("filing_outcomes", "filing_id", "filings.id"),
        *_event_keys("filing_outcomes", "event_id", "revoked_event_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_outcomes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_filing_outcomes_filing_id"), "filing_outcomes", ["filing_id"])


def downgrade() -> None:
    """Takes the change back."""
    for table in ("filing_outcomes", "filings", "approvals", "draft_versions", "case_links"):
        op.drop_table(table)
    op.drop_column("drafts", "version")
    for name, _ in reversed(EVENT_COLUMNS):
        op.drop_column("case_events", name)
