"""The step that imports the lists of agencies that sources brought: whole, as `adwatch register import` does, or not.

How they are fetched is the business of `crawler` and `spiders`.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import SQLAlchemyError

from crawler.belgrade import day_in_belgrade
from crawler.errors import AdwatchError, EvidenceError, RegisterError, UsageError
from crawler.evidence.warc import Capture, read_payload
from crawler.health import Problem
from crawler.night import Night, StepReport
from crawler.store.captures import captures_by_digest
from crawler.store.cases import SYSTEM
from crawler.store.engine import reading
from crawler.store.nights import fail_run
from crawler.store.register import SnapshotRow, confirm_snapshot, newest_snapshot_row
from crawler.store.register_fetches import Fetch, FetchOutcome, close_fetch, last_list, pending_fetches
from pipelines.register.importing import import_file
from pipelines.register.stated import day_said, stated_day
from pipelines.register.tables import heading_of, suffix_for

logger = logging.getLogger(__name__)

NOT_IN_A_NAME = re.compile(r"[^\w.-]+")
LONGEST_NAME = 100


def import_fetched_lists(night: Night) -> StepReport:
    """Takes over every fetched list that waits. Counts: imported, confirmed, unchanged, refused.

    Killed in between, it takes the same list again and finds it done.
    """
    with reading(night.engine) as connection:
        waiting = pending_fetches(connection)
    counts = Counter({outcome.value: 0 for outcome in FetchOutcome})
    for fetch in waiting:
        outcome, reason = _attempt(night, fetch)
        with night.engine.begin() as connection:
            close_fetch(connection, fetch.id, outcome, reason=reason)
            if outcome is FetchOutcome.REFUSED:
                fail_run(
                    connection,
                    night_id=fetch.night_id,
                    source=fetch.source,
                    problem=Problem.LIST_REFUSED,
                    now=night.now,
                )
        logger.info("register taken source=%s outcome=%s url=%s", fetch.source, outcome, fetch.url)
        counts[outcome.value] += 1
    return StepReport(dict(counts))


def _attempt(night: Night, fetch: Fetch) -> tuple[FetchOutcome, str]:
    """What became of the list, and why where it was refused; then the register is as it was."""
    try:
        return _take(night, fetch), ""
    except (RegisterError, UsageError, EvidenceError) as error:
        reason = str(error)
    except (SQLAlchemyError, AdwatchError, OSError):
        raise
    except Exception as error:  # the boundary: a file that nobody foresaw must not block the lists that follow
        logger.exception("register cannot be read source=%s url=%s", fetch.source, fetch.url)
        reason = f"{type(error).__name__} while it was read"
    logger.error("register refused source=%s url=%s reason=%s", fetch.source, fetch.url, reason)
    return FetchOutcome.REFUSED, reason


def _take(night: Night, fetch: Fetch) -> FetchOutcome:
    with reading(night.engine) as connection:
        newest = newest_snapshot_row(connection)
        last = last_list(connection, fetch.source)
    digest = fetch.capture.digest
    if newest and newest.snapshot == f"sha256:{digest}":
        return _confirm(night, fetch, newest)
    if last and last.capture.digest == digest:
        # The source says nothing new; the newer list came another way, and the old one must not replace it.
        return FetchOutcome.UNCHANGED
    return _import(night, fetch)


def _confirm(night: Night, fetch: Fetch, newest: SnapshotRow) -> FetchOutcome:
    """The list is known. If it names its own day it is of that day, however often it is fetched."""
    day = _day_of(night, fetch, night.settings.evidence_folder / newest.file.kept)
    with night.engine.begin() as connection:
        is_later = confirm_snapshot(connection, newest, on=day, now=night.now)
    return FetchOutcome.CONFIRMED if is_later else FetchOutcome.UNCHANGED


def _import(night: Night, fetch: Fetch) -> FetchOutcome:
    content = _bytes_of(night, fetch.capture)
    name = NOT_IN_A_NAME.sub("-", unquote(urlsplit(fetch.capture.url).path).rpartition("/")[2])[-LONGEST_NAME:]
    with tempfile.TemporaryDirectory(prefix="adwatch-register-") as folder:
        path = Path(folder) / _with_suffix(name.lstrip(".") or "spisak", suffix_for(name, content))
        path.write_bytes(content)
        day = _day_of(night, fetch, path)
        report = import_file(night.settings, night.engine, path, as_of=day, now=night.now, by=SYSTEM)
    return FetchOutcome.IMPORTED if report.is_new else FetchOutcome.UNCHANGED


def _bytes_of(night: Night, capture: Capture) -> bytes:
    """The list itself: bytes that were fetched before are kept once, with the first capture."""
    with reading(night.engine) as connection:
        holders = captures_by_digest(connection, [capture.digest]).values()
    holder = next(iter(holders), capture)
    return read_payload(night.settings.evidence_folder, holder)


def _with_suffix(name: str, suffix: str) -> str:
    return name if name.lower().endswith(suffix) else f"{name}{suffix}"


def _day_of(night: Night, fetch: Fetch, path: Path) -> date:
    """The day the list names itself, else that which the page names, else that of fetching.

    Raises RegisterError where it names a day to come.
    """
    # A night that goes past midnight judges as of the day on which it began.
    fetched_on = min(day_in_belgrade(moment) for moment in (fetch.capture.fetched_at, night.now))
    in_file = (stated_day(line) for line in heading_of(path))
    named = next((day for day in in_file if day), None) or day_said(fetch.said, fetched_on=fetched_on)
    if named and named > fetched_on:
        raise RegisterError(f"{path.name}: it says it is of {named}, which had not come when it was fetched")
    return named or fetched_on
