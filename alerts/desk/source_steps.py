"""Switching a source off and on and starting it, for pages and the API alike."""

from __future__ import annotations

from alerts.desk.failures import Failure, PageError
from alerts.desk.people import Person
from alerts.desk.state import Desk
from crawler.errors import UsageError
from crawler.manifest import AnySource
from crawler.store.engine import reading
from crawler.store.switches import ActionRow, SourceAction, note_action, switch, switched_off


class SwitchedOffError(UsageError):
    """A source that is switched off was to be started."""


def manifest_or_not_found(desk: Desk, source: str) -> AnySource:
    """The source's manifest. Raises PageError where there is none of that id."""
    manifest = desk.sources.read().manifests.get(source)
    if manifest is None:
        raise PageError(Failure.NOT_FOUND)
    return manifest


def switch_by(desk: Desk, person: Person, source: str, action: SourceAction, why: str) -> None:
    """Switches it off or on, with the person's name. Raises UsageError as `switch`."""
    with desk.engine.begin() as connection:
        switch(
            connection,
            source,
            action,
            person=person.email,
            person_name=person.name,
            why=why,
            now=desk.clock(),
        )


def run_by(desk: Desk, person: Person, source: str) -> None:
    """Starts crawling it. Raises SwitchedOffError, and BusyError while a night or another crawl runs."""
    now = desk.clock()
    with reading(desk.engine) as connection:
        if source in switched_off(connection):
            raise SwitchedOffError(f"{source} is switched off")
    desk.crawls.start(source, now=now)
    with desk.engine.begin() as connection:
        note_action(connection, ActionRow(source, now, SourceAction.RUN, person.email, person.name, ""))
