"""Nights, the runs of sources in them, the scheduler, and what people switched."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from crawler.store.schema.columns import Json, UtcTime, metadata, own_id, reference

nights = Table(
    "nights",
    metadata,
    own_id(),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("owner", String(100), doc="Host and process id of the process that runs it"),
    Column("summary", Json, nullable=False, default=dict),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    own_id(),
    reference("night_id", "nights.id", nullable=False),
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
    own_id(),
    Column("source", String(80), nullable=False),
    reference("night_id", "nights.id", nullable=False),
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
    own_id(),
    Column("source", String(80), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("action", String(10), nullable=False, doc="crawler.store.switches.SourceAction"),
    Column("person", String(200), nullable=False, doc="E-mail of the person"),
    Column("person_name", String(200), nullable=False, doc="What the person was called then"),
    Column("why", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)
