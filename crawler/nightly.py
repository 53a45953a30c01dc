"""One whole night: the steps of `crawler.night.STEPS` in order, one night at a time, resumable after any crash."""

from __future__ import annotations

import fcntl
import importlib
import logging
import os
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from crawler.config import Settings
from crawler.errors import BusyError
from crawler.logs import during_night
from crawler.manifest import read_manifests
from crawler.meanwhile import judging_meanwhile
from crawler.night import CRAWL, FETCH_REGISTER, STEPS, WHILE_CRAWLING, Night, Progress, Step, StepReport, silent
from crawler.store.locks import Lock
from crawler.store.nights import begin_night, begin_run_by_hand, finish_night

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StepResult:
    """How one step ended."""

    name: str
    counts: dict[str, int]
    failure: str | None = None
    """One line, where the step failed; the others ran all the same."""
    notes: tuple[str, ...] = ()
    """What the step wants people to know."""


@dataclass(frozen=True, slots=True)
class NightResult:
    """How a night ended."""

    night_id: int
    steps: tuple[StepResult, ...]

    @property
    def failed(self) -> bool:
        """At least one step failed."""
        return any(step.failure for step in self.steps)


def run_night(
    settings: Settings,
    engine: Engine,
    *,
    now: datetime,
    progress: Progress = silent,
    crawl: Step | None = None,
    steps: Sequence[str] | None = None,
) -> NightResult:
    """Runs a night to its end, or goes on with one cut off a short while ago.

    With `crawl` it is a run by hand: a night of its own that begins with the given step and fetches nothing else; with
    `steps` a run by hand of these alone. Raises BusyError where another night is running, and ConfigError
    where real sites would be asked without a contact.
    """
    if crawl is None and steps is None:
        require_contact(settings)
    with one_night_at_a_time(settings, engine):
        with engine.begin() as connection:
            if crawl is None and steps is None:
                night_id = begin_night(connection, now=now, owner=f"{socket.gethostname()}:{os.getpid()}")
            else:
                night_id = begin_run_by_hand(connection, now=now)
        night = Night(night_id, settings, engine, now, progress)
        with during_night(night_id):
            results = _run_steps(night, crawl, steps or _order(is_whole=crawl is None))
        summary = {"steps": {result.name: {**result.counts, "failure": result.failure} for result in results}}
        with engine.begin() as connection:
            finish_night(connection, night_id, now=datetime.now(UTC), summary=summary)
    return NightResult(night_id, results)


def require_contact(settings: Settings) -> None:
    """Raises ConfigError where an enabled source is somebody's site and no contact is configured."""
    manifests = read_manifests(settings.source_folders).manifests.values()
    settings.require_contact(url for manifest in manifests if manifest.enabled for url in manifest.start_urls)


def named(reference: str) -> Step:
    """The function a textual reference `package.module:name` stands for."""
    module, _, name = reference.partition(":")
    step: Step = getattr(importlib.import_module(module), name)
    return step


@contextmanager
def one_night_at_a_time(settings: Settings, engine: Engine) -> Iterator[None]:
    """Holds the night's lease; both kinds are given back by the system when the process dies, however it dies."""
    with ExitStack() as stack:
        if engine.dialect.name == "postgresql":
            stack.enter_context(_database_lease(engine))
        else:
            stack.enter_context(_file_lease(settings.home / "night.lock"))
        yield


@contextmanager
def _database_lease(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": int(Lock.NIGHT)}):
            raise BusyError("another night is running on this database; wait for its end")
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": int(Lock.NIGHT)})


@contextmanager
def _file_lease(path: Path) -> Iterator[None]:
    with path.open("a") as lease:
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError("another night is running in this data folder; wait for its end") from error
        yield


def _order(*, is_whole: bool) -> Sequence[str]:
    return STEPS if is_whole else (CRAWL, *(step for step in STEPS if step not in (CRAWL, FETCH_REGISTER)))


def _run_steps(night: Night, crawl: Step | None, order: Sequence[str]) -> tuple[StepResult, ...]:
    judged: dict[str, Counter[str]] = {}
    results = []
    for reference in order:
        if reference == CRAWL:
            beside = {_name(step): named(step) for step in order if step in WHILE_CRAWLING}
            with judging_meanwhile(night, beside) as judged:
                results.append(_run_step(_name(reference), crawl or named(reference), night))
            continue
        result = _run_step(_name(reference), named(reference), night)
        counts = judged.get(_name(reference), Counter())
        counts.update(result.counts)
        results.append(replace(result, counts=dict(counts)))
    return tuple(results)


def _name(reference: str) -> str:
    return reference.rpartition(":")[2]


def _run_step(name: str, step: Step, night: Night) -> StepResult:
    try:
        report: StepReport = step(night)
    except Exception as error:
        logger.exception("step failed step=%s", name)
        return StepResult(name, {}, failure=f"{type(error).__name__}: {error}".splitlines()[0])
    logger.info("step finished step=%s counts=%s", name, report.counts)
    return StepResult(name, report.counts, notes=report.notes)
