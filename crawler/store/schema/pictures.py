"""Pictures of ads, where they come from, and what was read on them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, String, Table, Text

from crawler.store.schema.columns import UtcTime, metadata, own_id, reference

images = Table(
    "images",
    metadata,
    own_id(),
    Column("digest", String(64), nullable=False, unique=True, doc="SHA-256 of the file"),
    reference("capture_id", "captures.id", nullable=False, doc="The record that holds the bytes"),
    Column("kind", String(10), nullable=False, doc="JPEG, PNG, WEBP or GIF, by its bytes"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("hash", String(64), doc="pipelines.flyers.likeness.picture_hash, hex; None: not worked out yet"),
    Column("text", Text, doc="What the engine read; empty: it found no words"),
    Column("language", String(10), doc="BCP 47"),
    Column("confidence", Float, doc="0 to 1"),
    Column("read_at", UtcTime, index=True, doc="None: not read yet"),
    Column("engine", String(60), doc="Name and version of what read it"),
    Column("problem", String(20), doc="Why it cannot be unpacked"),
    sqlite_autoincrement=True,
)

image_addresses = Table(
    "image_addresses",
    metadata,
    own_id(),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the address as the page gives it"),
    Column("source", String(80), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(20), doc="Why there is no image"),
    reference("image_id", "images.id"),
    reference("capture_id", "captures.id"),
    sqlite_autoincrement=True,
)

ad_images = Table(
    "ad_images",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    Column("image_id", Integer, ForeignKey("images.id"), primary_key=True, autoincrement=False, index=True),
    reference("capture_id", "captures.id", nullable=False, doc="Fetched from the address that the ad gives"),
    Column("position", Integer, nullable=False),
)

image_bands = Table(
    "image_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False, doc="16 bits of a hash, with their place"),
    Column("image_id", Integer, ForeignKey("images.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
