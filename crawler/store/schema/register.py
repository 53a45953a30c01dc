"""The register of licensed agencies as it was imported, and what people decided on names."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Text, UniqueConstraint

from crawler.store.schema.columns import Json, UtcTime, metadata, own_id, reference

register_snapshots = Table(
    "register_snapshots",
    metadata,
    own_id(),
    Column("digest", String(64), nullable=False, doc="SHA-256 of the file"),
    Column("as_of", Date, nullable=False, index=True),
    Column("file_name", String(255), nullable=False),
    Column("file", String(255), nullable=False, doc="The kept file, relative to the evidence folder"),
    Column("imported_at", UtcTime, nullable=False),
    Column("confirmed_on", Date, doc="Last later day on which a source still published these very bytes"),
    UniqueConstraint("digest", "as_of"),
    sqlite_autoincrement=True,
)

register_fetches = Table(
    "register_fetches",
    metadata,
    own_id(),
    reference("night_id", "nights.id", nullable=False),
    Column("source", String(80), nullable=False),
    reference("capture_id", "captures.id", nullable=False),
    reference("page_capture_id", "captures.id"),
    Column("url", Text, nullable=False, doc="Of the list's file, as asked for"),
    Column("said", Text, nullable=False, doc="What the page said around the link: it may name the list's day"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("outcome", String(20), doc="crawler.store.register_fetches.FetchOutcome; None: not imported yet"),
    Column("reason", Text, nullable=False, default="", doc="Why it was refused"),
    UniqueConstraint("night_id", "source"),
    sqlite_autoincrement=True,
)

register_entries = Table(
    "register_entries",
    metadata,
    own_id(),
    reference("snapshot_id", "register_snapshots.id", nullable=False, index=True),
    Column("number", Integer),
    Column("name", Text, nullable=False),
    Column("licence_number", String(80)),
    Column("licence_date", Date),
    Column("valid_until", Date),
    Column("status", String(20), nullable=False),
    Column("seat", Text),
    Column("address", Text),
    Column("phones", Json, nullable=False),
    Column("email", Text),
    Column("pib", String(9)),
    Column("mb", String(8)),
    Column("note", Text),
    sqlite_autoincrement=True,
)

register_aliases = Table(
    "register_aliases",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, doc="The trade name as written"),
    Column("name_key", Text, nullable=False, index=True, doc="The name folded: what two ways to write it share"),
    Column("entry_name", Text, nullable=False, doc="As the register wrote it when it was decided"),
    Column("entry_seat", Text),
    Column("licence_number", String(80)),
    Column("pib", String(9)),
    Column("mb", String(8)),
    Column("belongs", Boolean, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person who decided"),
    Column("person_name", String(200), nullable=False, doc="What the person was called then"),
    Column("decided_at", UtcTime, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("revoked_at", UtcTime),
    Column("revoked_by", String(200), doc="E-mail of the person who took it back"),
    sqlite_autoincrement=True,
)
