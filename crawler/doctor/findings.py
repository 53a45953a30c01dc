"""What a look-over gets and gives. The checks are data (`CHECKS`), named, so that the hall imports no room."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from crawler.config import Settings


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    """It works, and something will be missing or come to an end."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    says: str
    """One sentence."""
    mend: str = ""
    """What to do about it; empty where nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked over."""

    settings: Settings
    engine: Engine
    """On the store as it is: it may be missing, or not migrated."""
    now: datetime


Check = Callable[[Patient], Iterable[Finding]]

CHECKS: tuple[str, ...] = (
    "crawler.doctor.store:check_database",
    "crawler.doctor.store:check_migrations",
    "crawler.doctor.machine:check_disk",
    "crawler.doctor.machine:check_clock",
    "crawler.doctor.machine:check_time_zone",
    "crawler.doctor.machine:check_browser",
    "pipelines.flyers.checkup:check_reading",
    "alerts.checkup:check_documents",
    "alerts.checkup:check_secret",
    "alerts.messages.checkup:check_mail",
    "alerts.messages.checkup:check_channels",
    "crawler.doctor.machine:check_permissions",
    "crawler.doctor.work:check_register",
    "crawler.doctor.work:check_sources",
    "crawler.doctor.work:check_night",
    "crawler.doctor.store:check_evidence",
)


def look_over(patient: Patient) -> Iterator[Finding]:
    """Every check's findings, in order. A check that fails itself is a finding too."""
    for reference in CHECKS:
        module, _, name = reference.partition(":")
        try:
            check: Check = getattr(importlib.import_module(module), name)
            yield from check(patient)
        except Exception as error:  # noqa: BLE001 - one broken part must not keep the others from being looked at
            what = name.removeprefix("check_").replace("_", " ")
            reason = " ".join(str(error).split())[:200]
            yield Finding(what, State.BAD, f"the check itself failed: {type(error).__name__}: {reason}")
