"""One whole night: the steps of `crawler.night.STEPS` in order, one night at a time, resumable after any crash."""

from __future__ import annotations

import importlib
import logging
import os
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from crawler.config import Settings
from crawler.errors import BusyError, CutOffError, NotDueError
from crawler.leases import Lease, held, lease_of
from crawler.logs import during_night
from crawler.manifest import read_manifests
from crawler.meanwhile import judging_meanwhile
from crawler.night import (
    CRAWL,
    ONLY_AT_NIGHT,
    STEPS,
    WHILE_CRAWLING,
    Night,
    Progress,
    Step,
    StepReport,
    silent,
    step_name,
)
from crawler.stopping import Stopped
from crawler.store.engine import reading, reason_of
from crawler.store.locks import Lock
from crawler.store.nights import (
    begin_night,
    begin_run_by_hand,
    finish_night,
    note_cut_off,
    note_steps,
    unfinished_night,
)
from crawler.store.schedulers import night_since
from crawler.turns import CATCH_UP, last_turn

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5


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
    `steps` a run by hand of these alone. Raises BusyError where another night is running, ConfigError
    where real sites would be asked without a contact, and CutOffError where it was stopped.
    """
    if crawl is None and steps is None:
        require_contact(settings)
    with _night_lease(settings, engine) as lease:
        return _run_held(lease, Night(0, settings, engine, now, progress), crawl=crawl, steps=steps)


def run_if_due(
    settings: Settings, engine: Engine, why_not: WhyNot, *, progress: Progress = silent, crawl: Step | None = None
) -> NightResult:
    """As `run_night`, once no other night is running, unless `why_not` says by then why there is none to run.

    Raises NotDueError with what it said, and BusyError where the other one does not end for hours.
    """
    if crawl is None:
        require_contact(settings)
    with _night_lease(settings, engine, wait_seconds=CATCH_UP.total_seconds()) as lease:
        now = datetime.now(UTC)
        with reading(engine) as connection:
            reason = why_not(connection, now)
        if reason:
            raise NotDueError(reason)
        return _run_held(lease, Night(0, settings, engine, now, progress), crawl=crawl)


WhyNot = Callable[[Connection, datetime], str]
"""Says why nothing is to be run at that time; empty: something is."""


def why_no_night(settings: Settings) -> WhyNot:
    """No night is due that has been run since its hour; one that was cut off goes on."""

    def why_not(connection: Connection, now: datetime) -> str:
        finished = night_since(connection, last_turn(now, hour=settings.file.night_hour))
        if finished is None or unfinished_night(connection, now=now) is not None:
            return ""
        return f"the night has been run, it ended {finished:%Y-%m-%d %H:%M} UTC; nothing is due"

    return why_not


def _run_held(lease: Lease, night: Night, *, crawl: Step | None, steps: Sequence[str] | None = None) -> NightResult:
    is_whole = crawl is None and steps is None
    with night.engine.begin() as connection:
        if is_whole:
            night_id = begin_night(connection, now=night.now, owner=f"{socket.gethostname()}:{os.getpid()}")
        else:
            night_id = begin_run_by_hand(connection, now=night.now)
    begun = replace(night, id=night_id)
    try:
        with during_night(night_id):
            results = _run_steps(begun, lease, crawl, steps or _order(is_whole=is_whole))
    except Stopped as word:
        with night.engine.begin() as connection:
            note_cut_off(connection, night_id, now=datetime.now(UTC))
        goes_on = "; the next `adwatch nightly` goes on with it, as does the scheduler" if is_whole else ""
        raise CutOffError(f"night {night_id} was stopped before its end{goes_on}") from word
    with night.engine.begin() as connection:
        finish_night(connection, night_id, now=datetime.now(UTC), summary=_summary(results))
    return NightResult(night_id, results)


def _summary(results: Sequence[StepResult]) -> dict[str, Any]:
    return {"steps": {result.name: {**result.counts, "failure": result.failure} for result in results}}


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
    """Holds the night's lease. Raises BusyError where another night is running."""
    with _night_lease(settings, engine):
        yield


@contextmanager
def _night_lease(settings: Settings, engine: Engine, *, wait_seconds: float = 0.0) -> Iterator[Lease]:
    lease = lease_of(settings, engine, Lock.NIGHT)

    def waiting() -> None:
        sys.stderr.write(f"another night is running {lease.place}; waiting for its end\n")

    with held(lease, busy="another night is running", wait_seconds=wait_seconds, waiting=waiting):
        yield lease


def _order(*, is_whole: bool) -> Sequence[str]:
    return STEPS if is_whole else (CRAWL, *(step for step in STEPS if step != CRAWL and step not in ONLY_AT_NIGHT))


def _run_steps(night: Night, lease: Lease, crawl: Step | None, order: Sequence[str]) -> tuple[StepResult, ...]:
    judged: dict[str, Counter[str]] = {}
    results: list[StepResult] = []
    for reference in order:
        if not _is_still_ours(night, lease):
            raise BusyError("the database ended the night's lease, and another night is running by now")
        if reference == CRAWL:
            beside = {step_name(step): named(step) for step in order if step in WHILE_CRAWLING}
            with judging_meanwhile(night, beside) as judged:
                result = _run_step(step_name(reference), crawl or named(reference), night)
        else:
            result = _run_step(step_name(reference), named(reference), night)
            counts = judged.get(step_name(reference), Counter())
            counts.update(result.counts)
            result = replace(result, counts=dict(counts))
        results.append(result)
        _note_so_far(night, results)
    return tuple(results)


def _is_still_ours(night: Night, lease: Lease) -> bool:
    """Whether the night's lease is held; a database that is away, as one that is restarted, is waited for.

    Raises OperationalError where it does not come back.
    """
    give_up = time.monotonic() + night.settings.file.database_wait_seconds
    while True:
        try:
            return lease.keep()
        except OperationalError:
            if time.monotonic() >= give_up:
                raise
        time.sleep(POLL_SECONDS)


def _note_so_far(night: Night, results: Sequence[StepResult]) -> None:
    """For whoever looks at a night that runs, its last step among them."""
    try:
        with night.engine.begin() as connection:
            note_steps(connection, night.id, _summary(results))
    except OperationalError as error:
        # The database is gone, full or locked: the night goes on, and tells it all at its end. In one line, for it may
        # be said after every step.
        logger.warning("steps not noted night=%d: %s", night.id, reason_of(error))


def _run_step(name: str, step: Step, night: Night) -> StepResult:
    try:
        report: StepReport = step(night)
    except OperationalError as error:
        # Its reason tells all: the database is gone, full or locked.
        logger.error("step failed step=%s: %s", name, reason_of(error))
        return StepResult(name, {}, failure=f"the database did not take it: {reason_of(error)}")
    except Exception as error:
        logger.exception("step failed step=%s", name)
        return StepResult(name, {}, failure=f"{type(error).__name__}: {error}".splitlines()[0])
    logger.info("step finished step=%s counts=%s", name, report.counts)
    return StepResult(name, report.counts, notes=report.notes)
