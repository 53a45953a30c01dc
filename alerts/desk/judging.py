"""Judging stored ads by the register in force: when the night does so by itself, and starting it at once."""

from __future__ import annotations

from datetime import datetime

from alerts.desk.people import Person
from alerts.desk.state import Desk
from crawler.errors import UsageError
from crawler.store.audit import Act, record
from crawler.store.engine import reading
from crawler.store.register import list_snapshots
from crawler.turns import coming_turn


class NoListError(UsageError):
    """There is no register to judge by."""


def next_night(desk: Desk) -> datetime:
    """When the night is due that judges stored ads by the newest list."""
    return coming_turn(desk.clock(), hour=desk.settings.file.night_hour)


def judge_by(desk: Desk, person: Person) -> None:
    """Starts judging all stored ads. Raises NoListError, and BusyError while a night or another run is under way."""
    now = desk.clock()
    with reading(desk.engine) as connection:
        newest = next(iter(list_snapshots(connection)), None)
    if newest is None:
        raise NoListError("no list was imported yet")
    desk.judgings.start(now=now)
    with desk.engine.begin() as connection:
        subject = f"register of {newest.as_of}"
        record(connection, Act.RUN_STARTED, person=person.email, now=now, subject=subject, detail="judging ads again")
