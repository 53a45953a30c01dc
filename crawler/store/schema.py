"""The tables of the store. Migrations in `migrations/` create them; queries live beside, a module an area.

Numbers are never given twice (`sqlite_autoincrement`): that of a deleted row must not come to mean another.
Times are aware UTC (`UtcTime`), hashes lower-case hex, JSON only where a value is kept whole and never searched.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone must not be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _reference(name: str, target: str, **options: Any) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), **options)


nights = Table(
    "nights",
    metadata,
    _id(),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("owner", String(100), doc="Host and process id of the process that runs it"),
    Column("summary", Json, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    _id(),
    _reference("night_id", "nights.id", nullable=False),
    Column("source", String(80), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("outcome", String(20), doc="crawler.health.RunOutcome; None while running"),
    Column("pages", Integer, nullable=False, default=0),
    Column("ads", Integer, nullable=False, default=0),
    Column("new_ads", Integer, nullable=False, default=0),
    Column("reached", UtcTime, doc="When the oldest ad that it saw was first seen: how far back it looked"),
    Column("problems", Json, nullable=False, default=dict, doc="crawler.health.Problem -> count"),
    Column("listings", Integer, nullable=False, server_default="0", doc="Listing pages read"),
    Column("read", Integer, nullable=False, server_default="0", doc="Ads read field by field"),
    Column("revisited", Integer, nullable=False, server_default="0", doc="Known ads asked for by their own address"),
    Column("fields", Json, doc="Field of a posting -> how many of the ads read had it"),
    Column("bytes", BigInteger, doc="Received, as they came over the wire"),
    Column("memory", BigInteger, doc="Most that the spider's process held, bytes"),
    Column("paged", String(10), doc="crawler.baseline.Paged; None: cut short, or a listing was lost"),
    Column("health", String(10), doc="crawler.baseline.HealthState; None while running"),
    Column("reasons", Json, doc="Of that state, crawler.baseline.Health"),
    Column("failure", String(20), doc="Failure class, see crawler.health.failure_class; None: nothing went wrong"),
    UniqueConstraint("night_id", "source"),
    sqlite_autoincrement=True,
)

schedulers = Table(
    "schedulers",
    metadata,
    Column("name", String(300), primary_key=True, doc="Host and data folder"),
    Column("since", UtcTime, nullable=False, doc="When it was first started: nights are expected from then on"),
    Column("sign_at", UtcTime, nullable=False, doc="Its newest sign of life"),
    Column("stopped_at", UtcTime, doc="When it was stopped in order; None: it runs, or died"),
)

health_alerts = Table(
    "health_alerts",
    metadata,
    _id(),
    Column("source", String(80), nullable=False),
    _reference("night_id", "nights.id", nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("before", String(10), nullable=False, doc="crawler.baseline.HealthState"),
    Column("state", String(10), nullable=False, doc="crawler.baseline.HealthState"),
    Column("reasons", Json, nullable=False),
    Column("failure", String(20)),
    Column("told_at", UtcTime, index=True, doc="When people were told; None: not yet"),
    sqlite_autoincrement=True,
)
Index("ix_health_alerts_source", health_alerts.c.source)

source_actions = Table(
    "source_actions",
    metadata,
    _id(),
    Column("source", String(80), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("action", String(10), nullable=False, doc="crawler.store.switches.SourceAction"),
    Column("person", String(200), nullable=False, doc="E-mail of the person"),
    Column("person_name", String(200), nullable=False, doc="What the person was called then"),
    Column("why", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("key", String(120), nullable=False, unique=True, doc="What it is about, so that it is made once"),
    Column("kind", String(10), nullable=False, index=True, doc="alerts.messages.letter.Kind"),
    Column("made_at", UtcTime, nullable=False),
    Column("as_of", UtcTime, nullable=False, doc="It tells of what happened up to then"),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("mail_id", String(200), nullable=False, doc="Message-ID, the same at each try"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _reference("message_id", "messages.id", nullable=False),
    Column("recipient", String(320), nullable=False, doc="E-mail address, or apprise:name"),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("tried_at", UtcTime),
    Column("problem", Text, doc="Why the last try failed"),
    Column("accepted_at", UtcTime),
    Column("given_up_at", UtcTime),
    UniqueConstraint("message_id", "recipient"),
    sqlite_autoincrement=True,
)
Index(
    "ix_deliveries_waiting",
    deliveries.c.id,
    sqlite_where=text("accepted_at IS NULL AND given_up_at IS NULL"),
    postgresql_where=text("accepted_at IS NULL AND given_up_at IS NULL"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("subject", String(120), primary_key=True, doc="`scheduler`, `night`, `register` or `source:<id>`"),
    Column("state", String(20), nullable=False, doc="As people were told last; never `ok`"),
    Column("since", UtcTime, nullable=False),
    Column("told_at", UtcTime, nullable=False, doc="Last time, reminders included"),
)

pages = Table(
    "pages",
    metadata,
    _id(),
    Column("source", String(80), nullable=False),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the canonical URL"),
    Column("first_fetched", UtcTime, nullable=False),
    Column("last_fetched", UtcTime, nullable=False),
    Column("status", Integer, nullable=False),
    sqlite_autoincrement=True,
)

captures = Table(
    "captures",
    metadata,
    _id(),
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

series = Table(
    "series",
    metadata,
    _id(),
    Column("opened_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

ads = Table(
    "ads",
    metadata,
    _id(),
    Column("source", String(80), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the canonical URL"),
    Column("first_seen", UtcTime, nullable=False, index=True),
    Column("last_seen", UtcTime, nullable=False),
    Column("version_id", Integer, doc="Newest version; no foreign key, because versions point here"),
    _reference("series_id", "series.id"),
    Column("grouped_version_id", Integer, doc="Version whose signature was stored last"),
    Column("assessed_version_id", Integer, doc="Version that was judged last"),
    Column("assessed_basis", String(64), index=True, doc="Basis of that judgement"),
    Column("linked_version_id", Integer, doc="Version whose contacts were filed last"),
    Column("linked_basis", String(64), doc="Basis of the judgement they were taken from"),
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

ad_versions = Table(
    "ad_versions",
    metadata,
    _id(),
    _reference("ad_id", "ads.id", nullable=False),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("first_seen", UtcTime, nullable=False),
    _reference("capture_id", "captures.id", nullable=False),
    _reference("listing_capture_id", "captures.id"),
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
    _id(),
    _reference("ad_id", "ads.id", nullable=False),
    _reference("version_id", "ad_versions.id", nullable=False),
    _reference("night_id", "nights.id", nullable=False),
    _reference("capture_id", "captures.id", nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("how", String(8), nullable=False, server_default="page", doc="crawler.store.visits.Seen"),
    UniqueConstraint("ad_id", "night_id"),
    sqlite_autoincrement=True,
)

ad_visits = Table(
    "ad_visits",
    metadata,
    _reference("ad_id", "ads.id", primary_key=True, autoincrement=False),
    Column("link", Text, doc="Address by which listings lead to the ad's own page; None: it stands on a listing"),
    Column("link_key", BigInteger, nullable=False, index=True, doc="crawler.addresses.short_key of the link"),
    Column("facts", BigInteger, nullable=False, doc="What the listing said of it, hashed"),
    Column("visited_at", UtcTime, doc="When its own page was asked for last"),
    _reference("capture_id", "captures.id"),
    Column("etag", Text, doc="Validator of its own page, as last_modified"),
    Column("last_modified", Text),
)

misses = Table(
    "misses",
    metadata,
    _id(),
    _reference("ad_id", "ads.id", nullable=False),
    _reference("night_id", "nights.id", nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("status", Integer, nullable=False, doc="404 or 410, or that of the start page to which it leads"),
    UniqueConstraint("ad_id", "night_id"),
    sqlite_autoincrement=True,
)

signatures = Table(
    "signatures",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    _reference("series_id", "series.id", nullable=False, index=True),
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

series_decisions = Table(
    "series_decisions",
    metadata,
    _id(),
    Column("at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person"),
    Column("decision", String(10), nullable=False, doc="split or merge"),
    _reference("series_id", "series.id", nullable=False, index=True, doc="Where ads were taken from, or put to"),
    _reference("other_id", "series.id", nullable=False, index=True, doc="The new series, or the one merged"),
    Column("ads", Json, nullable=False, doc="Ids of the ads that moved"),
    sqlite_autoincrement=True,
)

images = Table(
    "images",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True, doc="SHA-256 of the file"),
    _reference("capture_id", "captures.id", nullable=False, doc="The record that holds the bytes"),
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
    _id(),
    Column("url", Text, nullable=False),
    Column("url_key", String(64), nullable=False, unique=True, doc="SHA-256 of the address as the page gives it"),
    Column("source", String(80), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(20), doc="Why there is no image"),
    _reference("image_id", "images.id"),
    _reference("capture_id", "captures.id"),
    sqlite_autoincrement=True,
)

ad_images = Table(
    "ad_images",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    Column("image_id", Integer, ForeignKey("images.id"), primary_key=True, autoincrement=False, index=True),
    _reference("capture_id", "captures.id", nullable=False, doc="Fetched from the address that the ad gives"),
    Column("position", Integer, nullable=False),
)

image_bands = Table(
    "image_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False, doc="16 bits of a hash, with their place"),
    Column("image_id", Integer, ForeignKey("images.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

intakes = Table(
    "intakes",
    metadata,
    _id(),
    _reference("ad_id", "ads.id", nullable=False, unique=True),
    Column("brought_at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person who brought it"),
    Column("person_name", String(200), nullable=False, doc="What the person was called then"),
    Column("seen_url", Text, doc="Where they say they saw it"),
    Column("seen_on", Date),
    Column("note", Text, nullable=False, default=""),
    _reference("page_capture_id", "captures.id", doc="The page there, where the program was asked to fetch it"),
    sqlite_autoincrement=True,
)

screenshots = Table(
    "screenshots",
    metadata,
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", String(20), doc="Why there is none, or the consent form that it shows"),
    _reference("capture_id", "captures.id"),
)

timestamps = Table(
    "timestamps",
    metadata,
    _id(),
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

register_snapshots = Table(
    "register_snapshots",
    metadata,
    _id(),
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
    _id(),
    _reference("night_id", "nights.id", nullable=False),
    Column("source", String(80), nullable=False),
    _reference("capture_id", "captures.id", nullable=False),
    _reference("page_capture_id", "captures.id"),
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
    _id(),
    _reference("snapshot_id", "register_snapshots.id", nullable=False, index=True),
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
    _id(),
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

assessments = Table(
    "assessments",
    metadata,
    _id(),
    _reference("version_id", "ad_versions.id", nullable=False),
    Column("basis", String(64), nullable=False, doc="pipelines.steps.Basis.key"),
    Column("assessed_at", UtcTime, nullable=False),
    Column("is_job_ad", Boolean, nullable=False),
    Column("abroad", Boolean, nullable=False),
    Column("level", String(10), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("verdict", String(20)),
    Column("mediator_key", String(200), nullable=False, index=True, doc="Folded name, or contact where none is named"),
    Column("proposed", Boolean, nullable=False),
    Column("result", Json, nullable=False, doc="Assessment.to_json()"),
    UniqueConstraint("version_id", "basis"),
    sqlite_autoincrement=True,
)

contact_mentions = Table(
    "contact_mentions",
    metadata,
    Column("kind", String(10), primary_key=True, doc="pipelines.connections.ContactKind"),
    Column("value", String(200), primary_key=True),
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    _reference("ad_id", "ads.id", nullable=False),
    _reference("assessment_id", "assessments.id", nullable=False),
    # Looked up by contact, never by row number.
    sqlite_with_rowid=False,
)

# The level for ordering, as crawler.assessment.RiskLevel.rank tells it.
_RANK = "CASE level WHEN 'critical' THEN 3 WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END"

cases = Table(
    "cases",
    metadata,
    _id(),
    _reference("series_id", "series.id", nullable=False),
    Column("mediator_key", String(200), nullable=False),
    _reference("assessment_id", "assessments.id", nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("level", String(10), nullable=False),
    Column("rank", Integer, Computed(_RANK)),
    Column("score", Float, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("indexed_assessment_id", Integer, doc="Assessment by which the case was last indexed for searching"),
    UniqueConstraint("series_id", "mediator_key"),
    sqlite_autoincrement=True,
)
# As ix_ads_unassessed.
Index(
    "ix_cases_unindexed",
    cases.c.id,
    sqlite_where=text("assessment_id IS NOT indexed_assessment_id"),
    postgresql_where=text("assessment_id IS DISTINCT FROM indexed_assessment_id"),
)

# Compared byte by byte on both databases, so that words that begin alike are one range of the key.
_Word = String(40).with_variant(String(40, collation="C"), "postgresql")

case_words = Table(
    "case_words",
    metadata,
    Column("word", _Word, primary_key=True, doc="Folded, of the leading ad"),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

case_facets = Table(
    "case_facets",
    metadata,
    Column("kind", String(12), primary_key=True, doc="crawler.store.case_index.Facet"),
    Column("value", String(80), primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

saved_views = Table(
    "saved_views",
    metadata,
    _id(),
    _reference("person_id", "people.id", nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("query", Text, nullable=False, doc="What the list of cases asks for, as in its address"),
    Column("is_shared", Boolean, nullable=False, doc="Everybody at the desk sees it"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("person_id", "name"),
    sqlite_autoincrement=True,
)

case_events = Table(
    "case_events",
    metadata,
    _id(),
    _reference("case_id", "cases.id", nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person, or `system`"),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("decision", String(20), doc="alerts.cases.Decision, or `undo`; None: a note, or older than the column"),
    Column("reason", String(30), doc="alerts.cases.DismissReason of a dismissal"),
    Column("undoes", Integer, doc="Id of the event that this one takes back"),
    sqlite_autoincrement=True,
)

case_links = Table(
    "case_links",
    metadata,
    _id(),
    _reference("kept_id", "cases.id", nullable=False, index=True, doc="The case that goes on for both"),
    _reference("joined_id", "cases.id", nullable=False, index=True),
    _reference("event_id", "case_events.id", nullable=False, doc="Of the joined case"),
    _reference("ended_event_id", "case_events.id", doc="By which a person parted them again"),
    sqlite_autoincrement=True,
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    _reference("case_id", "cases.id", nullable=False),
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
    _id(),
    _reference("case_id", "cases.id", nullable=False),
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
    _id(),
    _reference("case_id", "cases.id", nullable=False, index=True),
    Column("recipient", String(60), nullable=False),
    Column("version", Integer, nullable=False, doc="draft_versions.number"),
    _reference("event_id", "case_events.id", nullable=False, doc="Who approved, and when"),
    Column(
        "document", Text, nullable=False, doc="The text as it was approved, in both scripts: JSON, kept byte by byte"
    ),
    Column("digest", String(64), nullable=False, doc="SHA-256 of `document` in UTF-8"),
    _reference("ended_event_id", "case_events.id", doc="By which it was withdrawn, undone or replaced"),
    sqlite_autoincrement=True,
)

filings = Table(
    "filings",
    metadata,
    _id(),
    _reference("case_id", "cases.id", nullable=False, index=True),
    _reference("approval_id", "approvals.id", nullable=False),
    Column("recipient", String(60), nullable=False),
    Column("channel", String(20), nullable=False, doc="alerts.filing.Channel"),
    Column("filed_on", Date, nullable=False, doc="Day in Belgrade"),
    Column("reference", String(120), nullable=False, default="", doc="The authority's number; empty: none was given"),
    Column("receipt", String(255), doc="The kept file, relative to the evidence folder"),
    Column("receipt_digest", String(64), doc="SHA-256 of the file"),
    Column("receipt_name", String(255), doc="What the file was called"),
    _reference("first_id", "filings.id", doc="The earlier filing that it repeats"),
    Column("again", Text, nullable=False, default="", doc="Why it was filed again"),
    _reference("event_id", "case_events.id", nullable=False, doc="Who recorded it, and when"),
    _reference("revoked_event_id", "case_events.id", doc="By which the record was taken back as a mistake"),
    sqlite_autoincrement=True,
)

filing_outcomes = Table(
    "filing_outcomes",
    metadata,
    _id(),
    _reference("filing_id", "filings.id", nullable=False, index=True),
    Column("outcome", String(30), nullable=False, doc="alerts.outcomes.Outcome"),
    Column("happened_on", Date, nullable=False, doc="Day in Belgrade"),
    Column("note", Text, nullable=False, default=""),
    _reference("event_id", "case_events.id", nullable=False),
    _reference("revoked_event_id", "case_events.id"),
    sqlite_autoincrement=True,
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("email", String(200), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("password_due", Boolean, nullable=False, server_default=text("false"), doc="It must be changed first"),
    Column("disabled_at", UtcTime, doc="Since when the person may not log in"),
    Column("totp_secret", Text, doc="Sealed with the desk's secret"),
    Column("totp_since", UtcTime, doc="When the first code was given; None: not in use"),
    Column("totp_step", BigInteger, doc="Of the newest code that was taken: none is taken twice"),
    sqlite_autoincrement=True,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _id(),
    _reference("person_id", "people.id", nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", UtcTime),
    sqlite_autoincrement=True,
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    _reference("person_id", "people.id", nullable=False, index=True),
    Column("csrf", String(60), nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("is_pending", Boolean, nullable=False, doc="The password was right, the second factor is awaited"),
    Column("address", String(60), nullable=False),
    Column("browser", String(200), nullable=False),
    sqlite_autoincrement=True,
)

login_failures = Table(
    "login_failures",
    metadata,
    _id(),
    Column("account", String(64), nullable=False, doc="SHA-256 of the e-mail address as typed, which may be anything"),
    Column("address", String(60), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    sqlite_autoincrement=True,
)

api_tokens = Table(
    "api_tokens",
    metadata,
    _id(),
    _reference("person_id", "people.id", nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scope", String(10), nullable=False, doc="read or write"),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    sqlite_autoincrement=True,
)

audit_log = Table(
    "audit_log",
    metadata,
    _id(),
    Column("at", UtcTime, nullable=False, index=True),
    Column("person", String(200), nullable=False, doc="E-mail address; empty where nobody was known"),
    Column("act", String(30), nullable=False, doc="crawler.store.audit.Act"),
    Column("subject", String(200), nullable=False, doc="What it was about, `case 12`"),
    Column("detail", Text, nullable=False),
    Column("address", String(60), nullable=False, doc="Network address; empty: a command on the computer itself"),
    sqlite_autoincrement=True,
)

Index("ix_sightings_night_id", sightings.c.night_id)
Index("ix_contact_mentions_version_id", contact_mentions.c.version_id)
Index("ix_bands_version_id", bands.c.version_id)
Index("ix_filings_recipient_filed_on", filings.c.recipient, filings.c.filed_on)
Index("ix_audit_log_person_at", audit_log.c.person, audit_log.c.at)
Index("ix_cases_worst_first", cases.c.state, cases.c.rank, cases.c.score, cases.c.opened_at, cases.c.id)
Index("ix_ads_series_id_source_first_seen", ads.c.series_id, ads.c.source, ads.c.first_seen)
Index("ix_case_events_at", case_events.c.at)
Index("ix_case_events_person_id", case_events.c.person, case_events.c.id)
Index("ix_case_events_decision_case_id", case_events.c.decision, case_events.c.case_id)
