"""What a step of the night gets and gives. The order of steps is data (`STEPS`); `crawler.nightly` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from crawler.config import Settings

Progress = Callable[[str, int, int], None]
"""Called with a description, how many are done, and how many there are in all."""


def silent(description: str, done: int, total: int) -> None:
    """A Progress that shows nothing."""


@dataclass(frozen=True, slots=True)
class Night:
    """One nightly run, as its steps see it."""

    id: int
    settings: Settings
    engine: Engine
    now: datetime
    """When the night began, aware UTC: the clock of every judgement made in it."""
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class StepReport:
    """What a step did, as counts with names for the summary."""

    counts: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What somebody should know or install, a sentence each."""


Step = Callable[[Night], StepReport]
"""A step may be killed at any moment and run again: it commits whole batches and repeats none."""

FETCH_REGISTER = "crawler.crawling:fetch_due_register"
CRAWL = "crawler.crawling:crawl_due_sources"
TELL_PEOPLE = "alerts.telling.occasions:tell_people"
STEPS: tuple[str, ...] = (
    FETCH_REGISTER,
    "pipelines.register.fetched:import_fetched_lists",
    CRAWL,
    "pipelines.steps:group_new_ads",
    "pipelines.steps:assess_new_ads",
    "crawler.keeping_flyers:keep_flyers",
    "pipelines.flyers.steps:read_flyers",
    "pipelines.flyers.steps:judge_flyers",
    "crawler.keeping_screenshots:keep_screenshots",
    "pipelines.connections.filing:file_contacts",
    "alerts.steps:open_cases",
    "alerts.indexing:index_cases",
    "alerts.steps:prepare_drafts",
    "crawler.retention.purging:purge_by_night",
    "crawler.evidence.sealing:seal_evidence",
    "crawler.evidence.timestamping:timestamp_heads",
    TELL_PEOPLE,
)
"""Textual references, so that the hall starts the rooms without importing them."""


def step_name(reference: str) -> str:
    """What the step is called in a night's summary."""
    return reference.rpartition(":")[2]


def in_order_of_night(name: str) -> tuple[int, str]:
    """Sorts names of steps; a database keeps no order of keys (PostgreSQL sorts them by length), steps may be gone."""
    names = list(map(step_name, STEPS))
    return names.index(name) if name in names else len(names), name


ONLY_AT_NIGHT = (FETCH_REGISTER, TELL_PEOPLE)
"""What a run by hand leaves out."""

AFTER_INTAKE = tuple(
    step for step in STEPS if step not in ONLY_AT_NIGHT and not step.startswith(("crawler.", "pipelines.register."))
)
"""What becomes of an ad that a person brought, at once: all that judges, nothing that fetches."""

WHILE_CRAWLING: tuple[str, ...] = STEPS[3:5]
"""Steps that also run beside the crawl, on what it has brought so far: spiders mostly wait for sites."""
