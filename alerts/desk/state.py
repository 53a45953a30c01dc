"""What every page of the desk needs: settings, store, seal, templates and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from fastapi import Request
from sqlalchemy import Engine

from alerts.desk.counting import Answers
from alerts.desk.registers import Registers
from alerts.desk.rendering import Pages
from alerts.desk.running import RunsByHand
from alerts.desk.secret import Seal
from alerts.desk.sources import Sources
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings

Clock = Callable[[], datetime]
"""Says what time it is, aware UTC."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One running desk."""

    settings: Settings
    engine: Engine
    seal: Seal
    pages: Pages
    clock: Clock
    sources: Sources
    registers: Registers
    crawls: RunsByHand
    """Of one source."""
    judgings: RunsByHand
    """Of all stored ads, by the newest register."""
    answers: Answers
    metrics_token: str | None = field(repr=False)
    """What a program has to show at `/metrics`; None: it has to be on this machine."""

    def today(self) -> date:
        """The day in Belgrade."""
        return day_in_belgrade(self.clock())


def desk_of(request: Request) -> Desk:
    """The desk that answers this request."""
    return cast(Desk, request.app.state.desk)
