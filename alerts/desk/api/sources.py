"""Sources and nights: how collecting fares, switching a source off and on, starting one now."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from alerts.desk.access import Bearer, TheDesk
from alerts.desk.api.cases import Reader
from alerts.desk.api.doors import writes
from alerts.desk.api.shapes import READS, WRITES, Cursor, Limit, Listed, Moment, Shape, SourceId
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.desk.routes.sources import MOST_ACTIONS, source_lines
from alerts.desk.source_steps import manifest_or_not_found, run_by, switch_by
from alerts.desk.source_view import NIGHTS, SourceLine, failures_of, run_state
from alerts.desk.state import Desk
from crawler.store.engine import reading
from crawler.store.night_history import PastNight, PastRun, nights_before, past_night, runs_of_night, runs_since
from crawler.store.switches import LONGEST_REASON, ActionRow, SourceAction, actions_of

Manager = Annotated[Bearer, Depends(writes(Permission.MANAGE_SOURCES))]
NightNumber = Annotated[Number, Path(description="Number of the night.")]

router = APIRouter(tags=["sources"])


class ActionShape(Shape):
    """One thing that a person did with a source."""

    at: Moment
    action: SourceAction
    person: str
    why: str


class RunShape(Shape):
    """One run of one source; what the words mean is told in docs/json.md."""

    source: str
    night: int
    started_at: Moment
    finished_at: Moment | None
    state: str
    """The outcome; `flagged`, `running` or `cut_off`."""
    pages: int
    ads: int
    new_ads: int
    failures: tuple[str, ...]
    """What went wrong, the failure class first."""
    problems: dict[str, int]
    reasons: tuple[str, ...]


class SourceShape(Shape):
    """One source and how it stands."""

    id: str
    name: str
    kind: str
    is_register: bool
    is_enabled: bool
    """By its manifest."""
    off: ActionShape | None
    """Who switched it off, when and why."""
    state: str
    """`off`, `not_enabled`, `never`, `running`, `cut_off`, `flagged`, or the outcome of its last run."""
    problems: tuple[str, ...]
    missed: tuple[str, ...]
    empty_fields: tuple[str, ...]
    next_turn: Moment | None
    last_run: RunShape | None


class SourcesShape(Shape):
    """All sources."""

    items: tuple[SourceShape, ...]
    faults: dict[str, str]
    """Manifests that cannot be read, and why."""


class SourceHistoryShape(Shape):
    """One source with its last thirty days."""

    source: SourceShape
    runs: tuple[RunShape, ...]
    """The newest first."""
    actions: tuple[ActionShape, ...]


class StepShape(Shape):
    """What a step of a night did."""

    name: str
    counts: dict[str, int]
    failure: str | None


class NightShape(Shape):
    """A night, or a run that a person started."""

    id: int
    started_at: Moment
    finished_at: Moment | None
    is_by_hand: bool
    steps: tuple[StepShape, ...]
    outcomes: dict[str, int]
    """How many sources ended how; empty key: running, or cut off."""
    ads: int
    new_ads: int


class NightRunsShape(Shape):
    """One night with the sources that ran in it."""

    night: NightShape
    runs: tuple[RunShape, ...]


class WhyAsk(Shape):
    """Why a source is switched."""

    why: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class StartedShape(Shape):
    """A crawl that was started."""

    source: str
    started_at: Moment


@router.get("/sources", responses=READS)
def sources(desk: TheDesk, bearer: Reader) -> SourcesShape:
    """All sources with how they fared."""
    faults = {folder: str(error) for folder, error in sorted(desk.sources.read().faults.items())}
    lines = source_lines(desk)
    return SourcesShape(items=tuple(_source(desk, line) for line in lines), faults=faults)


@router.get("/sources/{source}", responses=READS)
def one_source(source: SourceId, desk: TheDesk, bearer: Reader) -> SourceHistoryShape:
    """One source: its runs of the last thirty days, and who did what with it."""
    manifest_or_not_found(desk, source)
    since = desk.clock() - timedelta(days=NIGHTS)
    with reading(desk.engine) as connection:
        runs = runs_since(connection, since, source=source).get(source, [])
        actions = actions_of(connection, source, limit=MOST_ACTIONS)
    return SourceHistoryShape(
        source=_source(desk, next(line for line in source_lines(desk) if line.id == source)),
        runs=tuple(_run(desk, run) for run in reversed(runs)),
        actions=tuple(map(_action, actions)),
    )


@router.post("/sources/{source}/disable", responses=WRITES)
def disable(source: SourceId, ask: WhyAsk, desk: TheDesk, bearer: Manager) -> SourceHistoryShape:
    """Switches the source off, with the person's name and reason."""
    return _switched(desk, bearer, source, SourceAction.DISABLE, ask.why)


@router.post("/sources/{source}/enable", responses=WRITES)
def enable(source: SourceId, desk: TheDesk, bearer: Manager) -> SourceHistoryShape:
    """Takes the switch-off back. A manifest that is not enabled stays so."""
    return _switched(desk, bearer, source, SourceAction.ENABLE, "")


@router.post("/sources/{source}/run", responses=WRITES, status_code=202)
def run(source: SourceId, desk: TheDesk, bearer: Manager) -> StartedShape:
    """Starts crawling it now, unless a night or another crawl runs."""
    manifest_or_not_found(desk, source)
    now = desk.clock()
    run_by(desk, bearer.person, source)
    return StartedShape(source=source, started_at=now)


@router.get("/nights", responses=READS)
def nights(desk: TheDesk, bearer: Reader, cursor: Cursor = 0, limit: Limit = 50) -> Listed[NightShape]:
    """Nights and runs by hand, the newest first."""
    with reading(desk.engine) as connection:
        found = nights_before(connection, cursor or None, size=limit + 1)
    page = found[:limit]
    return Listed(items=tuple(map(_night, page)), next=page[-1].id if len(found) > limit else None)


@router.get("/nights/{night_id}", responses=READS)
def one_night(night_id: NightNumber, desk: TheDesk, bearer: Reader) -> NightRunsShape:
    """One night: its steps and the sources that ran in it."""
    with reading(desk.engine) as connection:
        night = past_night(connection, night_id)
        runs = runs_of_night(connection, night_id)
    if night is None:
        raise PageError(Failure.NOT_FOUND)
    return NightRunsShape(night=_night(night), runs=tuple(_run(desk, run) for run in runs))


def _switched(desk: Desk, bearer: Bearer, source: str, action: SourceAction, why: str) -> SourceHistoryShape:
    manifest_or_not_found(desk, source)
    switch_by(desk, bearer.person, source, action, why)
    return one_source(source, desk, bearer)


def _source(desk: Desk, line: SourceLine) -> SourceShape:
    return SourceShape(
        id=line.id,
        name=line.name,
        kind=line.kind,
        is_register=line.is_register,
        is_enabled=line.is_enabled,
        off=_action(line.off) if line.off else None,
        state=line.state,
        problems=line.problems,
        missed=line.missed,
        empty_fields=line.empty_fields,
        next_turn=line.next_turn,
        last_run=_run(desk, line.last) if line.last else None,
    )


def _run(desk: Desk, run: PastRun) -> RunShape:
    return RunShape(
        source=run.source,
        night=run.night_id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        state=run_state(run, now=desk.clock()),
        pages=run.pages,
        ads=run.ads,
        new_ads=run.new_ads,
        failures=failures_of(run),
        problems=dict(run.problems),
        reasons=run.reasons,
    )


def _action(row: ActionRow) -> ActionShape:
    return ActionShape(at=row.at, action=row.action, person=row.person, why=row.why)


def _night(night: PastNight) -> NightShape:
    return NightShape(
        id=night.id,
        started_at=night.started_at,
        finished_at=night.finished_at,
        is_by_hand=night.is_by_hand,
        steps=tuple(StepShape(name=step.name, counts=dict(step.counts), failure=step.failure) for step in night.steps),
        outcomes=dict(night.outcomes),
        ads=night.ads,
        new_ads=night.new_ads,
    )
