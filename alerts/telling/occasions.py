"""When people are told: as the night's last step, and beside the desk while it runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine

from alerts.messages.sending import deliver_waiting
from alerts.telling.alarms import lay_out_alarms
from alerts.telling.digest import lay_out_digest
from crawler.config import Settings
from crawler.night import Night, StepReport
from crawler.retention.due import Clock
from crawler.store.outbox import forget_old_messages

logger = logging.getLogger(__name__)

LOOK_SECONDS = 300.0
"""How often the desk looks whether there is an alarm to tell."""


def tell_people(night: Night) -> StepReport:
    """The night's last step: lays out the digest and the alarms and delivers what waits.

    Counts: `accepted`, `waiting`, `given_up`; none where adwatch.yml names nobody.
    """
    chosen = night.settings.file.messages
    if not chosen.digest and not chosen.alarms:
        return StepReport()
    if chosen.digest:
        with night.engine.begin() as connection:
            lay_out_digest(connection, night.settings, key=f"digest:night:{night.id}", now=night.now)
    if chosen.alarms:
        lay_out_alarms(night.engine, night.settings, now=datetime.now(UTC), in_night=True)
    with night.engine.begin() as connection:
        before = Clock.MESSAGE.before(night.settings.file.retention, night.now)
        forget_old_messages(connection, before=before)
    counts = deliver_waiting(night.settings, night.engine)
    undelivered = counts["waiting"] + counts["given_up"]
    notes = (f"{undelivered} messages were not delivered; see `adwatch messages list`",) if undelivered else ()
    return StepReport(dict(counts), notes)


def tell_alarms(settings: Settings, engine: Engine, *, now: datetime) -> None:
    """Tells what broke or is well since people were told, and delivers what waits."""
    if settings.file.messages.alarms:
        lay_out_alarms(engine, settings, now=now, in_night=False)
    deliver_waiting(settings, engine)


@contextmanager
def telling_alarms(settings: Settings, engine: Engine, *, every: float = LOOK_SECONDS) -> Iterator[None]:
    """Tells alarms beside what the block does, if anybody is to be told."""
    if not settings.file.messages.alarms:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_look, args=(settings, engine, ended, every), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _look(settings: Settings, engine: Engine, ended: threading.Event, every: float) -> None:
    looked_at = time.time()
    while not ended.wait(every):
        before, looked_at = looked_at, time.time()
        if looked_at - before > 3 * every:
            # The machine slept, and so did the scheduler: it is given the time to say so.
            continue
        try:
            tell_alarms(settings, engine, now=datetime.now(UTC))
        except Exception:  # a boundary: the desk goes on, and the next look tries again
            logger.exception("alarms not told")
