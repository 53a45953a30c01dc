"""Sources and nights: how collecting fares, switching a source off and on, and starting one now."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Response
from fastapi.responses import RedirectResponse

from alerts.desk.access import TheDesk, Visitor, require, require_post
from alerts.desk.failures import Failure, PageError
from alerts.desk.numbers import Number
from alerts.desk.permissions import Permission
from alerts.desk.source_steps import SwitchedOffError, manifest_or_not_found, run_by, switch_by
from alerts.desk.source_view import NIGHTS, SourceLine, baseline_for, failures_of, run_state, source_line
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from crawler.baseline import RUNS
from crawler.errors import BusyError, UsageError
from crawler.manifest import AnySource
from crawler.store.engine import reading
from crawler.store.health import alerts_of
from crawler.store.night_history import (
    PastRun,
    count_nights,
    past_night,
    past_nights,
    runs_of_night,
    runs_since,
)
from crawler.store.schedulers import one_lives
from crawler.store.switches import LONGEST_REASON, ActionRow, SourceAction, actions_of, switched_off

PAGE_SIZE = 30
MOST_ACTIONS = 20
MOST_ALERTS = 20
NO_REASON = to_say("Napišite zašto se izvor isključuje, da bi se i kasnije znalo.")
LONG_REASON = to_say("Razlog ima najviše petsto znakova.")
NO_ACTION = to_say("Izaberite da li se izvor uključuje ili isključuje.")
SWITCHED_ALREADY = to_say("Neko je izvor već uključio ili isključio. Pogledajte kako stoji sada.")
IS_BUSY = to_say("Upravo radi noćna obrada ili drugo prikupljanje. Sačekajte kraj, pa pokušajte ponovo.")
IS_OFF = to_say("Izvor je isključen; uključite ga pre pokretanja.")
STARTED = to_say("Pokrenuto. Stranicu učitajte ponovo da vidite kako napreduje.")

Reader = Annotated[Visitor, Depends(require(Permission.SEE_CASES))]
Manager = Annotated[Visitor, Depends(require_post(Permission.MANAGE_SOURCES))]
SourceId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$")]

router = APIRouter()


@router.get("/sources")
def sources(desk: TheDesk, visitor: Reader) -> Response:
    """All sources with how they fared."""
    return desk.pages.answer(
        "sources.html",
        visitor=visitor,
        lines=source_lines(desk),
        faults=sorted(desk.sources.read().faults.items()),
        crawl=desk.crawls.newest(),
        names=desk.sources.names(),
    )


@router.get("/sources/{source}")
def one_source(source: SourceId, desk: TheDesk, visitor: Reader, started: bool = False) -> Response:
    """One source: its runs, what is usual, its alerts, and who did what with it."""
    return _source_page(desk, visitor, manifest_or_not_found(desk, source), told=STARTED if started else "")


@router.post("/sources/{source}/switch")
def switch_source(
    source: SourceId,
    desk: TheDesk,
    visitor: Manager,
    action: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
) -> Response:
    """Switches it off or on, with the person's name."""
    manifest = manifest_or_not_found(desk, source)
    errors = _switch_errors(action, why)
    if errors:
        return _source_page(desk, visitor, manifest, errors=errors, why=why, status=400)
    try:
        switch_by(desk, visitor.person, source, SourceAction(action), why)
    except UsageError:
        return _source_page(desk, visitor, manifest, errors={"": SWITCHED_ALREADY}, why=why, status=409)
    return RedirectResponse(f"/sources/{source}", status_code=303)


@router.post("/sources/{source}/run")
def run_source(source: SourceId, desk: TheDesk, visitor: Manager) -> Response:
    """Starts crawling it now, unless a night or another crawl runs."""
    manifest = manifest_or_not_found(desk, source)
    try:
        run_by(desk, visitor.person, source)
    except SwitchedOffError:
        return _source_page(desk, visitor, manifest, errors={"": IS_OFF}, status=409)
    except BusyError:
        return _source_page(desk, visitor, manifest, errors={"": IS_BUSY}, status=409)
    return RedirectResponse(f"/sources/{source}?started=true", status_code=303)


@router.get("/nights")
def nights(desk: TheDesk, visitor: Reader, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
    """Nights and runs by hand, the newest first."""
    with reading(desk.engine) as connection:
        pages = max(1, -(-count_nights(connection) // PAGE_SIZE))
        shown = past_nights(connection, page=min(page, pages), size=PAGE_SIZE)
    return desk.pages.answer("sources_nights.html", visitor=visitor, nights=shown, page=min(page, pages), pages=pages)


@router.get("/nights/{night_id}")
def one_night(night_id: Number, desk: TheDesk, visitor: Reader) -> Response:
    """One night: its steps and the sources that ran in it."""
    with reading(desk.engine) as connection:
        night = past_night(connection, night_id)
        runs = runs_of_night(connection, night_id)
    if night is None:
        raise PageError(Failure.NOT_FOUND)
    now = desk.clock()
    return desk.pages.answer(
        "sources_night.html",
        visitor=visitor,
        night=night,
        runs=[(run, run_state(run, now=now), failures_of(run)) for run in runs],
        names=desk.sources.names(),
    )


def _switch_errors(action: str, why: str) -> dict[str, str]:
    """What is wrong with a form that switches, by field."""
    if action not in (SourceAction.DISABLE, SourceAction.ENABLE):
        return {"": NO_ACTION}
    if action == SourceAction.DISABLE and not why.strip():
        return {"why": NO_REASON}
    return {"why": LONG_REASON} if len(why.strip()) > LONGEST_REASON else {}


def source_lines(desk: Desk) -> list[SourceLine]:
    """All sources with how they fared in the last `NIGHTS`; collected ones first, troubled ones before."""
    now = desk.clock()
    with reading(desk.engine) as connection:
        runs, off = runs_since(connection, now - timedelta(days=NIGHTS)), switched_off(connection)
        lives = one_lives(connection, now=now)
    manifests = desk.sources.read().manifests.values()
    lines = (_line(desk, manifest, runs.get(manifest.id, []), off, lives=lives) for manifest in manifests)
    return sorted(lines, key=_order)


def _source_page(
    desk: Desk,
    visitor: Visitor,
    manifest: AnySource,
    *,
    errors: dict[str, str] | None = None,
    told: str = "",
    why: str = "",
    status: int = 200,
) -> Response:
    now = desk.clock()
    with reading(desk.engine) as connection:
        runs = runs_since(connection, now - timedelta(days=NIGHTS), source=manifest.id).get(manifest.id, [])
        off = switched_off(connection)
        actions = actions_of(connection, manifest.id, limit=MOST_ACTIONS)
        alerts = alerts_of(connection, manifest.id, limit=MOST_ALERTS)
        line = _line(desk, manifest, runs, off, lives=one_lives(connection, now=now))
    return desk.pages.answer(
        "sources_one.html",
        status=status,
        visitor=visitor,
        line=line,
        manifest=manifest,
        baseline=baseline_for(runs),
        baseline_runs=RUNS,
        runs=[(run, run_state(run, now=now), failures_of(run)) for run in reversed(runs)],
        actions=actions,
        alerts=alerts,
        crawl=desk.crawls.newest(),
        errors=errors or {},
        told=told,
        why=why,
    )


def _line(
    desk: Desk, manifest: AnySource, runs: list[PastRun], off: dict[str, ActionRow], *, lives: bool
) -> SourceLine:
    """The source as it stands; `lives`: a scheduler does, and starts sources at times of their own."""
    hour, is_off = desk.settings.file.night_hour, off.get(manifest.id)
    return source_line(manifest, runs, is_off, now=desk.clock(), night_hour=hour, at_own_times=lives)


def _order(line: SourceLine) -> tuple[bool, bool, str]:
    """Those that are collected first, of them those with trouble."""
    return not line.is_enabled or line.off is not None, line.is_well, line.name
