"""What may be missing from the cases: whether the night ran, which sources fell silent, how old the register is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from alerts.desk.access import TheDesk
from alerts.desk.api.cases import Reader
from alerts.desk.api.shapes import READS, Day, Moment, Shape
from alerts.desk.silence import NightState, RegisterState, SilenceReport, read_silence
from crawler.store.engine import reading

router = APIRouter(tags=["sources"])


class NightStandsShape(Shape):
    """The newest night."""

    state: NightState
    started_at: Moment | None
    """Null: none ran yet."""
    finished_at: Moment | None
    failed_steps: tuple[str, ...]
    verdicts_changed: int
    """Ads that the register answered otherwise than before."""
    missed: tuple[Day, ...]
    """Days whose night nobody ran."""
    scheduler_silent_since: Moment | None
    """Null: it gives signs of life, or there is none."""


class TroubleShape(Shape):
    """A source that staff must know about."""

    name: str
    kind: str
    """An outcome, `flagged`, `cut_off`, `overdue`, `never` or `bad_manifest`; see docs/json.md."""
    problems: tuple[str, ...]
    """The failure class first."""
    at: Moment | None
    """When it ran last; null: never, or its manifest is wrong."""
    missed: tuple[str, ...]
    """What is not as usual: `no_ads`, `few_ads`."""
    empty_fields: tuple[str, ...]
    """Used to be filled and went empty."""


class RegisterStandsShape(Shape):
    """The newest list of agencies."""

    state: RegisterState
    """Nobody may be called unregistered on one that is not `fresh`."""
    as_of: Day | None
    """Null: there is none."""
    confirmed_on: Day | None
    """A later day on which its source still published the same list."""
    age: int
    """Days since it was last known to be the register."""


class SilenceShape(Shape):
    """The report on top of the queue."""

    is_calm: bool
    """Nothing is missing."""
    night: NightStandsShape
    sources: int
    """Enabled ones."""
    brings_ads: bool
    """Some enabled source is not the register's."""
    troubles: tuple[TroubleShape, ...]
    register_: Annotated[RegisterStandsShape, Field(alias="register")]


@router.get("/silence", responses=READS)
def silence(desk: TheDesk, bearer: Reader) -> SilenceShape:
    """What may be missing this morning: the report on top of the queue."""
    with reading(desk.engine) as connection:
        found = read_silence(connection, desk.settings.file, sources=desk.sources.read(), now=desk.clock())
    return SilenceShape.model_validate(
        {
            "is_calm": found.is_calm,
            "night": _night(found),
            "sources": found.sources,
            "brings_ads": found.brings_ads,
            "troubles": found.troubles,
            "register": _register(found),
        }
    )


def _night(found: SilenceReport) -> NightStandsShape:
    night = found.night
    return NightStandsShape(
        state=found.night_state,
        started_at=night.started_at if night else None,
        finished_at=night.finished_at if night else None,
        failed_steps=found.failed_steps,
        verdicts_changed=found.verdicts_changed,
        missed=found.missed_nights,
        scheduler_silent_since=found.scheduler_silent_since,
    )


def _register(found: SilenceReport) -> RegisterStandsShape:
    return RegisterStandsShape(
        state=found.register_state,
        as_of=found.register_day,
        confirmed_on=found.register_confirmed,
        age=found.register_age,
    )
