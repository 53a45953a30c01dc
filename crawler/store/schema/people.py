"""People of the desk, how they log in, tokens of programs, and the audit log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text, text

from crawler.store.schema.columns import UtcTime, metadata, own_id, reference

people = Table(
    "people",
    metadata,
    own_id(),
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
    own_id(),
    reference("person_id", "people.id", nullable=False, index=True),
    Column("code_hash", String(64), nullable=False),
    Column("used_at", UtcTime),
    sqlite_autoincrement=True,
)

desk_sessions = Table(
    "desk_sessions",
    metadata,
    own_id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    reference("person_id", "people.id", nullable=False, index=True),
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
    own_id(),
    Column("account", String(64), nullable=False, doc="alerts.desk.throttle.account_key, or device_key"),
    Column("address", String(60), nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    sqlite_autoincrement=True,
)

api_tokens = Table(
    "api_tokens",
    metadata,
    own_id(),
    reference("person_id", "people.id", nullable=False, index=True),
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
    own_id(),
    Column("at", UtcTime, nullable=False, index=True),
    Column("person", String(200), nullable=False, doc="E-mail address; empty where nobody was known"),
    Column("act", String(30), nullable=False, doc="crawler.store.audit.Act"),
    Column("subject", String(200), nullable=False, doc="What it was about, `case 12`"),
    Column("detail", Text, nullable=False),
    Column("address", String(60), nullable=False, doc="Network address; empty: a command on the computer itself"),
    sqlite_autoincrement=True,
)

audit_purges = Table(
    "audit_purges",
    metadata,
    own_id(),
    Column("at", UtcTime, nullable=False),
    Column("before", UtcTime, nullable=False, doc="Lines older than that went, and the database lets no other go"),
    sqlite_autoincrement=True,
)

Index("ix_audit_log_person_at", audit_log.c.person, audit_log.c.at)
