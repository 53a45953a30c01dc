"""Ads with their versions and sightings, and the series that copies of one offer are folded into."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from crawler.store.schema.columns import Json, UtcTime, metadata, own_id, reference

series = Table(
    "series",
    metadata,
    own_id(),
    Column("opened_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

ads = Table(
    "ads",
    metadata,
    own_id(),
    Column("source", String(80), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the canonical URL"),
    Column("first_seen", UtcTime, nullable=False, index=True),
    Column("last_seen", UtcTime, nullable=False),
    Column("version_id", Integer, doc="Newest version; no foreign key, because versions point here"),
    reference("series_id", "series.id"),
    Column("grouped_version_id", Integer, doc="Version whose signature was stored last"),
    Column("assessed_version_id", Integer, doc="Version that was judged last"),
    Column("assessed_basis", String(64), index=True, doc="Basis of that judgement"),
    Column("linked_version_id", Integer, doc="Version whose contacts were filed last"),
    Column("linked_basis", String(64), doc="Basis of the judgement they were taken from"),
    Column("examined_version_id", Integer, doc="Version in which the step that opens cases looked at it last"),
    Column("examined_basis", String(64), doc="Basis of the judgement of then"),
    Column("examined_series_id", Integer, doc="Its series of then, which may be gone"),
    sqlite_autoincrement=True,
)
# What a step has left to do is found without looking at what is done.
Index(
    "ix_ads_ungrouped",
    ads.c.id,
    sqlite_where=text("version_id IS NOT grouped_version_id"),
    postgresql_where=text("version_id IS DISTINCT FROM grouped_version_id"),
)
Index(
    "ix_ads_unassessed",
    ads.c.id,
    sqlite_where=text("version_id IS NOT assessed_version_id"),
    postgresql_where=text("version_id IS DISTINCT FROM assessed_version_id"),
)
Index(
    "ix_ads_unlinked",
    ads.c.id,
    sqlite_where=text("assessed_version_id IS NOT linked_version_id OR assessed_basis IS NOT linked_basis"),
    postgresql_where=text(
        "assessed_version_id IS DISTINCT FROM linked_version_id OR assessed_basis IS DISTINCT FROM linked_basis"
    ),
)
Index(
    "ix_ads_unexamined",
    ads.c.id,
    sqlite_where=text(
        "version_id IS NOT examined_version_id OR assessed_basis IS NOT examined_basis"
        " OR series_id IS NOT examined_series_id"
    ),
    postgresql_where=text(
        "version_id IS DISTINCT FROM examined_version_id OR assessed_basis IS DISTINCT FROM examined_basis"
        " OR series_id IS DISTINCT FROM examined_series_id"
    ),
)
Index("ix_ads_source_last_seen", ads.c.source, ads.c.last_seen)
Index("ix_ads_series_id_source_first_seen", ads.c.series_id, ads.c.source, ads.c.first_seen)

ad_versions = Table(
    "ad_versions",
    metadata,
    own_id(),
    reference("ad_id", "ads.id", nullable=False),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("first_seen", UtcTime, nullable=False),
    reference("capture_id", "captures.id", nullable=False),
    reference("listing_capture_id", "captures.id"),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("organization", Text),
    Column("contact", Text),
    Column("published_on", Date),
    Column("posting", Json, nullable=False, doc="The JobPosting, zyte-common-items names"),
    Column("pictures", String(12), index=True, doc="crawler.store.images.PictureState; None: the page gives none"),
    Column("picture_text", Text, doc="Of a post that is hardly more than a picture: what stands for its words"),
    UniqueConstraint("ad_id", "content_hash"),
    sqlite_autoincrement=True,
)

sightings = Table(
    "sightings",
    metadata,
    own_id(),
    reference("ad_id", "ads.id", nullable=False),
    reference("version_id", "ad_versions.id", nullable=False),
    reference("night_id", "nights.id", nullable=False),
    reference("capture_id", "captures.id", nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("how", String(8), nullable=False, server_default="page", doc="crawler.store.visits.Seen"),
    UniqueConstraint("ad_id", "night_id"),
    sqlite_autoincrement=True,
)
Index("ix_sightings_night_id", sightings.c.night_id)

ad_visits = Table(
    "ad_visits",
    metadata,
    reference("ad_id", "ads.id", primary_key=True, autoincrement=False),
    Column("link", Text, doc="Address by which listings lead to the ad's own page; None: it stands on a listing"),
    Column("link_key", BigInteger, nullable=False, index=True, doc="crawler.addresses.short_key of the link"),
    Column("facts", BigInteger, nullable=False, doc="What the listing said of it, hashed"),
    Column("visited_at", UtcTime, doc="When its own page was asked for last"),
    Column("due", Date, index=True, doc="From when on it is asked for again, by crawler.visiting; None: no more"),
    reference("capture_id", "captures.id"),
    Column("etag", Text, doc="Validator of its own page, as last_modified"),
    Column("last_modified", Text),
)

misses = Table(
    "misses",
    metadata,
    own_id(),
    reference("ad_id", "ads.id", nullable=False),
    reference("night_id", "nights.id", nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("status", Integer, nullable=False, doc="404 or 410, or that of the start page to which it leads"),
    UniqueConstraint("ad_id", "night_id"),
    sqlite_autoincrement=True,
)

intakes = Table(
    "intakes",
    metadata,
    own_id(),
    reference("ad_id", "ads.id", nullable=False, unique=True),
    Column("brought_at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person who brought it"),
    Column("person_name", String(200), nullable=False, doc="What the person was called then"),
    Column("seen_url", Text, doc="Where they say they saw it"),
    Column("seen_on", Date),
    Column("note", Text, nullable=False, default=""),
    reference("page_capture_id", "captures.id", doc="The page there, where the program was asked to fetch it"),
    sqlite_autoincrement=True,
)

signatures = Table(
    "signatures",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    reference("series_id", "series.id", nullable=False, index=True),
    Column("text_key", String(32), nullable=False, index=True, doc="Hash of the folded text: exact copies"),
)

bands = Table(
    "bands",
    metadata,
    Column("band", Integer, primary_key=True, autoincrement=False, doc="Hash of a part of a text, signed 32 bits"),
    Column("version_id", Integer, ForeignKey("signatures.version_id"), primary_key=True, autoincrement=False),
    # Some twenty rows an ad: without a row id SQLite keeps them once instead of twice.
    sqlite_with_rowid=False,
)
Index("ix_bands_version_id", bands.c.version_id)

series_decisions = Table(
    "series_decisions",
    metadata,
    own_id(),
    Column("at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person"),
    Column("decision", String(10), nullable=False, doc="split or merge"),
    reference("series_id", "series.id", nullable=False, index=True, doc="Where ads were taken from, or put to"),
    reference("other_id", "series.id", nullable=False, index=True, doc="The new series, or the one merged"),
    Column("ads", Json, nullable=False, doc="Ids of the ads that moved"),
    sqlite_autoincrement=True,
)
