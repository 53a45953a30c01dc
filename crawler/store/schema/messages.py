"""Messages to people, their delivery, and what an alarm said last."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from crawler.store.schema.columns import UtcTime, metadata, own_id, reference

messages = Table(
    "messages",
    metadata,
    own_id(),
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
    own_id(),
    reference("message_id", "messages.id", nullable=False),
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
