"""Judging all stored ads again outside of a night, and telling whose verdict that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from crawler.config import Settings
from crawler.night import Night
from crawler.night_report import progress_bar
from crawler.nightly import one_night_at_a_time
from crawler.store.assessments import VerdictChange, verdict_changes
from crawler.store.engine import reading
from pipelines.steps import assess_new_ads


@dataclass(frozen=True, slots=True)
class Rejudged:
    """What became of it."""

    counts: dict[str, int]
    """As `pipelines.steps.assess_new_ads` counts."""
    changes: list[VerdictChange]


def judge_again(settings: Settings, engine: Engine, *, now: datetime) -> Rejudged:
    """Judges stored ads on the newest register, with a progress bar. Raises BusyError while a night runs."""
    with one_night_at_a_time(settings, engine), progress_bar() as progress:
        report = assess_new_ads(Night(0, settings, engine, now, progress))
    with reading(engine) as connection:
        return Rejudged(report.counts, verdict_changes(connection, since=now))
