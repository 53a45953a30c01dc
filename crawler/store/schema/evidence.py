"""What was fetched and is kept as evidence: pages, captures, screenshots, the custody log and its timestamps."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from crawler.store.schema.columns import UtcTime, metadata, own_id, reference

pages = Table(
    "pages",
    metadata,
    own_id(),
    Column("source", String(80), nullable=False),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the canonical URL"),
    Column("first_fetched", UtcTime, nullable=False),
    Column("last_fetched", UtcTime, nullable=False),
    Column("status", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_pages_source_last_fetched", pages.c.source, pages.c.last_fetched)

captures = Table(
    "captures",
    metadata,
    own_id(),
    Column("record_id", String(60), nullable=False, unique=True, doc="WARC-Record-ID, urn:uuid:…"),
    Column("record_type", String(10), nullable=False, doc="response, revisit or resource"),
    Column("url", Text, nullable=False),
    Column("fetched_at", UtcTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("method", String(10), nullable=False, doc="http, browser or manual"),
    Column("digest", String(64), nullable=False, index=True, doc="SHA-256 of the payload"),
    Column("file", String(255), nullable=False, doc="WARC file, relative to the evidence folder"),
    Column("offset", Integer, nullable=False),
    Column("length", Integer, nullable=False),
    Column("revisit_of", String(60), doc="record_id of the capture that holds the same payload"),
    Column("screenshot_record_id", String(60), doc="record_id of the screenshot's capture"),
    sqlite_autoincrement=True,
)
Index("ix_captures_file_offset", captures.c.file, captures.c.offset)

screenshots = Table(
    "screenshots",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(20), doc="Why there is none, or the consent form that it shows"),
    reference("capture_id", "captures.id"),
)

custody = Table(
    "custody",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("event", String(40), nullable=False),
    Column("subject", String(200), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

timestamps = Table(
    "timestamps",
    metadata,
    own_id(),
    Column("seq", Integer, nullable=False, doc="Entry of the custody log whose seal is timestamped"),
    Column("seal", String(64), nullable=False),
    Column("authority", String(80), nullable=False, doc="Its name in adwatch.yml"),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", Text, doc="Why there is no token yet"),
    Column("file", String(255), doc="The token, relative to the evidence folder; None: it is still to be had"),
    UniqueConstraint("seal", "authority"),
    sqlite_autoincrement=True,
)
