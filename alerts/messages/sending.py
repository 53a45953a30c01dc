"""Delivering what lies in the outbox: each message once to each recipient, tried again later where it was not taken."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from alerts.messages.channels import CHANNEL, notify
from alerts.messages.letter import Letter, as_html, as_text
from alerts.messages.mail import post
from alerts.messages.problems import UndeliveredError
from crawler.config import Settings
from crawler.errors import BusyError, ConfigError
from crawler.leases import Lease, held, lease_of
from crawler.store.engine import reading
from crawler.store.locks import Lock
from crawler.store.outbox import (
    Delivery,
    NewMessage,
    note_accepted,
    note_problem,
    put_out,
    still_waits,
    waiting_deliveries,
)

logger = logging.getLogger(__name__)


def lay_out(
    connection: Connection,
    settings: Settings,
    letter: Letter,
    recipients: Iterable[str],
    *,
    key: str,
    as_of: datetime,
) -> None:
    """Lays the letter out for the recipients; one with the same key is laid out once."""
    mail = settings.file.messages.mail
    domain = mail.sender.rpartition("@")[2] if mail else "adwatch.invalid"
    message = NewMessage(
        key=key,
        kind=letter.kind.value,
        as_of=as_of,
        subject=letter.subject,
        text=as_text(letter),
        html=as_html(letter),
        mail_id=f"<{uuid.uuid4()}@{domain}>",
    )
    put_out(connection, message, recipients, now=datetime.now(UTC))


def deliver_waiting(settings: Settings, engine: Engine, *, at_once: bool = False) -> Counter[str]:
    """Tries what waits and is due (`at_once`: all of it). Counts: `accepted`, `waiting`, `given_up`.

    Where another process delivers just now, this one does nothing.
    """
    counts: Counter[str] = Counter(accepted=0, waiting=0, given_up=0)
    try:
        with held(lease_of(settings, engine, Lock.MESSAGES), busy="messages are being delivered") as lease:
            with reading(engine) as connection:
                found = waiting_deliveries(connection)
            for delivery in found:
                if not (at_once or delivery.is_due(datetime.now(UTC))):
                    counts["waiting"] += 1
                elif _is_ours(lease, engine, delivery):
                    counts[_try(settings, engine, delivery)] += 1
    except BusyError:
        logger.info("messages are being delivered by another process")
    return counts


def _is_ours(lease: Lease, engine: Engine, delivery: Delivery) -> bool:
    """A lease may go with the database's session: then another process delivers, or has done so by now."""
    if not lease.keep():
        return False
    with reading(engine) as connection:
        return still_waits(connection, delivery)


def _try(settings: Settings, engine: Engine, delivery: Delivery) -> str:
    try:
        _deliver(settings, delivery)
    except (UndeliveredError, ConfigError) as error:
        for_good = isinstance(error, UndeliveredError) and error.for_good
        # Whom it concerns is left out: logs are read by more people than the recipients.
        logger.warning("message not delivered kind=%s tries=%d: %s", delivery.kind, delivery.tries + 1, error)
        with engine.begin() as connection:
            is_over = note_problem(connection, delivery, str(error), now=datetime.now(UTC), for_good=for_good)
        return "given_up" if is_over else "waiting"
    with engine.begin() as connection:
        note_accepted(connection, delivery, now=datetime.now(UTC))
    return "accepted"


def _deliver(settings: Settings, delivery: Delivery) -> None:
    chosen = settings.file.messages
    if delivery.recipient not in (*chosen.digest, *chosen.alarms):
        raise UndeliveredError("adwatch.yml does not name the recipient any more", for_good=True)
    if delivery.recipient.startswith(CHANNEL):
        notify(delivery)
    elif chosen.mail is not None:
        post(chosen.mail, settings.home, delivery)
