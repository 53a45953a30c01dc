"""Complaints: drafts, approvals, filings and what came of them. Nothing here was sent by the program."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from crawler.store.schema.columns import Json, UtcTime, metadata, own_id, reference

drafts = Table(
    "drafts",
    metadata,
    own_id(),
    reference("case_id", "cases.id", nullable=False),
    Column("recipient", String(60), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("facts", Json, nullable=False, doc="What the templates are filled with; the text is made from it"),
    Column("version", Integer, nullable=False, server_default="1", doc="draft_versions.number of these facts"),
    UniqueConstraint("case_id", "recipient"),
    sqlite_autoincrement=True,
)

draft_versions = Table(
    "draft_versions",
    metadata,
    own_id(),
    reference("case_id", "cases.id", nullable=False),
    Column("recipient", String(60), nullable=False),
    Column("number", Integer, nullable=False, doc="From 1, for each case and recipient"),
    Column("made_at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person who changed it, or `system`"),
    Column("note", Text, nullable=False, default="", doc="What is new about it"),
    Column("facts", Json, nullable=False),
    UniqueConstraint("case_id", "recipient", "number"),
    sqlite_autoincrement=True,
)

approvals = Table(
    "approvals",
    metadata,
    own_id(),
    reference("case_id", "cases.id", nullable=False, index=True),
    Column("recipient", String(60), nullable=False),
    Column("version", Integer, nullable=False, doc="draft_versions.number"),
    reference("event_id", "case_events.id", nullable=False, doc="Who approved, and when"),
    Column(
        "document", Text, nullable=False, doc="The text as it was approved, in both scripts: JSON, kept byte by byte"
    ),
    Column("digest", String(64), nullable=False, doc="SHA-256 of `document` in UTF-8"),
    reference("ended_event_id", "case_events.id", doc="By which it was withdrawn, undone or replaced"),
    sqlite_autoincrement=True,
)

filings = Table(
    "filings",
    metadata,
    own_id(),
    reference("case_id", "cases.id", nullable=False, index=True),
    reference("approval_id", "approvals.id", nullable=False),
    Column("recipient", String(60), nullable=False),
    Column("channel", String(20), nullable=False, doc="alerts.filing.Channel"),
    Column("filed_on", Date, nullable=False, doc="Day in Belgrade"),
    Column("reference", String(120), nullable=False, default="", doc="The authority's number; empty: none was given"),
    Column("receipt", String(255), doc="The kept file, relative to the evidence folder"),
    Column("receipt_digest", String(64), doc="SHA-256 of the file"),
    Column("receipt_name", String(255), doc="What the file was called"),
    reference("first_id", "filings.id", doc="The earlier filing that it repeats"),
    Column("again", Text, nullable=False, default="", doc="Why it was filed again"),
    reference("event_id", "case_events.id", nullable=False, doc="Who recorded it, and when"),
    reference("revoked_event_id", "case_events.id", doc="By which the record was taken back as a mistake"),
    sqlite_autoincrement=True,
)
Index("ix_filings_recipient_filed_on", filings.c.recipient, filings.c.filed_on)

filing_outcomes = Table(
    "filing_outcomes",
    metadata,
    own_id(),
    reference("filing_id", "filings.id", nullable=False, index=True),
    Column("outcome", String(30), nullable=False, doc="alerts.outcomes.Outcome"),
    Column("happened_on", Date, nullable=False, doc="Day in Belgrade"),
    Column("note", Text, nullable=False, default=""),
    reference("event_id", "case_events.id", nullable=False),
    reference("revoked_event_id", "case_events.id"),
    sqlite_autoincrement=True,
)
