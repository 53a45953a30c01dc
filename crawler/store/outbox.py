"""Messages that people are to get, what was delivered of them, and what people were told is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from crawler.store.schema import alarms, deliveries, messages
from crawler.store.writing import chunks, insert_new

TRY_AGAIN_AFTER = timedelta(minutes=5)
"""Doubled with each try."""
MOST_BETWEEN = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=7)
_WAITS = deliveries.c.accepted_at.is_(None) & deliveries.c.given_up_at.is_(None)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be delivered; one with the same key is the same message."""

    key: str
    kind: str
    as_of: datetime
    subject: str
    text: str
    html: str
    mail_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that one recipient has not got yet."""

    id: int
    recipient: str
    tries: int
    tried_at: datetime | None
    problem: str | None
    kind: str
    made_at: datetime
    subject: str
    text: str
    html: str
    mail_id: str

    def is_due(self, now: datetime) -> bool:
        """Whether the next try should not wait any longer."""
        if self.tried_at is None:
            return True
        return now >= self.tried_at + min(MOST_BETWEEN, TRY_AGAIN_AFTER * (1 << min(self.tries - 1, 10)))


@dataclass(frozen=True, slots=True)
class Told:
    """Something that people were told is broken."""

    state: str
    since: datetime
    told_at: datetime


def put_out(connection: Connection, message: NewMessage, recipients: Iterable[str], *, now: datetime) -> None:
    """Lays the message out for the recipients, once whoever calls how often."""
    values = {name: getattr(message, name) for name in NewMessage.__slots__}
    insert_new(connection, messages, [{**values, "made_at": now}])
    message_id = connection.scalar(select(messages.c.id).where(messages.c.key == message.key))
    rows = [{"message_id": message_id, "recipient": recipient} for recipient in dict.fromkeys(recipients)]
    insert_new(connection, deliveries, rows)


def waiting_deliveries(connection: Connection) -> list[Delivery]:
    """All that was neither accepted nor given up, the oldest first."""
    of_delivery = [deliveries.c[name] for name in ("id", "recipient", "tries", "tried_at", "problem")]
    of_message = [messages.c[name] for name in ("kind", "made_at", "subject", "text", "html", "mail_id")]
    joined = deliveries.join(messages, messages.c.id == deliveries.c.message_id)
    statement = select(*of_delivery, *of_message).select_from(joined).where(_WAITS).order_by(deliveries.c.id)
    return [Delivery(**row._mapping) for row in connection.execute(statement)]


def still_waits(connection: Connection, delivery: Delivery) -> bool:
    """Whether nobody has tried it since it was read."""
    as_read = _WAITS, deliveries.c.id == delivery.id, deliveries.c.tries == delivery.tries
    return connection.scalar(select(deliveries.c.id).where(*as_read)) is not None


def count_waiting(connection: Connection) -> int:
    """How many deliveries wait."""
    return connection.scalar(select(func.count()).select_from(deliveries).where(_WAITS)) or 0


def note_accepted(connection: Connection, delivery: Delivery, *, now: datetime) -> None:
    """Notes that the recipient's server took it."""
    values = {"accepted_at": now, "tried_at": now, "tries": delivery.tries + 1, "problem": None}
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))


def note_problem(connection: Connection, delivery: Delivery, problem: str, *, now: datetime, for_good: bool) -> bool:
    """Notes why it was not taken; returns whether it is given up: refused for good, or too old by now."""
    is_over = for_good or now - delivery.made_at > GIVE_UP_AFTER
    values = {
        "tried_at": now,
        "tries": delivery.tries + 1,
        "problem": problem,
        "given_up_at": now if is_over else None,
    }
    connection.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(values))
    return is_over


def last_told_of(connection: Connection, kind: str) -> datetime | None:
    """Up to when messages of that kind have told."""
    told: datetime | None = connection.scalar(select(func.max(messages.c.as_of)).where(messages.c.kind == kind))
    return told


def forget_old_messages(connection: Connection, *, before: datetime) -> Counter[str]:
    """Deletes messages made before then that nobody waits for; returns how many rows went, by table.

    The newest of each kind stays, for it says what was told.
    """
    newest = select(func.max(messages.c.id)).group_by(messages.c.kind)
    waited_for = select(deliveries.c.message_id).where(_WAITS)
    old = select(messages.c.id).where(
        messages.c.made_at < before, messages.c.id.not_in(waited_for), messages.c.id.not_in(newest)
    )
    counts: Counter[str] = Counter()
    for ids in chunks(connection.scalars(old).all()):
        for table, column in ((deliveries, deliveries.c.message_id), (messages, messages.c.id)):
            counts[table.name] += connection.execute(delete(table).where(column.in_(ids))).rowcount
    return +counts


def told_alarms(connection: Connection) -> dict[str, Told]:
    """What people were told is broken, by subject."""
    return {row.subject: Told(row.state, row.since, row.told_at) for row in connection.execute(select(alarms))}


def note_told(connection: Connection, subject: str, told: Told) -> None:
    """Notes that people were told of it."""
    forget_alarms(connection, [subject])
    values = {"subject": subject, "state": told.state, "since": told.since, "told_at": told.told_at}
    connection.execute(insert(alarms).values(values))


def forget_alarms(connection: Connection, subjects: Collection[str]) -> None:
    """Notes that these are well again, or nobody's concern any more."""
    connection.execute(delete(alarms).where(alarms.c.subject.in_(list(subjects))))
