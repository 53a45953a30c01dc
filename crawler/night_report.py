"""Showing a night: progress while it runs (standard error), its summary afterwards (standard output)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from sqlalchemy import Engine

from crawler.config import Settings
from crawler.health import RunOutcome
from crawler.night import Progress, Step
from crawler.nightly import NightResult, run_if_due, run_night, why_no_night
from crawler.output import plain, print_json, print_table
from crawler.store.assessments import VerdictChange, verdict_changes
from crawler.store.engine import reading
from crawler.store.nights import night_began
from crawler.store.status import SourceNight, count_all, sources_of_night

OUTCOME_STYLES = {
    RunOutcome.OK: "green",
    RunOutcome.PARTIAL: "yellow",
    RunOutcome.EMPTY: "bold yellow",
    RunOutcome.BLOCKED: "bold yellow",
    RunOutcome.FAILED: "bold red",
}
MOST_CHANGES = 20


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A Progress that draws one bar for each description on standard error."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def show(description: str, done: int, total: int) -> None:
            if description not in tasks:
                tasks[description] = bars.add_task(description)
            bars.update(tasks[description], completed=done, total=total)

        yield show


def night_with_progress(
    settings: Settings, engine: Engine, *, now: datetime, crawl: Step | None = None, steps: Sequence[str] | None = None
) -> NightResult:
    """`run_night` with a progress bar on standard error."""
    with progress_bar() as progress:
        return run_night(settings, engine, now=now, progress=progress, crawl=crawl, steps=steps)


def due_night(settings: Settings, engine: Engine) -> NightResult:
    """The night with a progress bar on standard error, once no other is running, if it has not been run by then.

    Raises NotDueError where it has.
    """
    with progress_bar() as progress:
        return run_if_due(settings, engine, why_no_night(settings), progress=progress)


def summary_of(engine: Engine, result: NightResult) -> dict[str, Any]:
    """The night as one JSON document."""
    with reading(engine) as connection:
        sources = sources_of_night(connection, result.night_id)
        totals = count_all(connection)
        changes = verdict_changes(connection, since=night_began(connection, result.night_id))
    return {
        "night": result.night_id,
        "sources": [asdict(source) for source in sources],
        "steps": [asdict(step) for step in result.steps],
        "verdict_changes": [asdict(change) for change in changes],
        "store": totals,
    }


def show_night(engine: Engine, result: NightResult, *, as_json: bool) -> None:
    """The summary as a command was asked for it."""
    if as_json:
        print_json(summary_of(engine, result))
    else:
        print_night(engine, result)


def print_night(engine: Engine, result: NightResult) -> None:
    """The night as tables: source by source, then what is in the store, then what failed."""
    console = Console()
    with reading(engine) as connection:
        sources = sources_of_night(connection, result.night_id)
        totals = count_all(connection)
        changes = verdict_changes(connection, since=night_began(connection, result.night_id))
    console.print(_sources_table(result.night_id, sources))
    for source in sources:
        for problem, times in source.problems.items():
            console.print(f"  {source.source}: {problem} × {times}", highlight=False)
        if source.reasons:
            console.print(f"  {source.source}: {source.health}: {', '.join(source.reasons)}", highlight=False)
    print_verdict_changes(changes)
    console.print("In the store: " + ", ".join(f"{count} {name}" for name, count in totals.items()))
    for note in dict.fromkeys(note for step in result.steps for note in step.notes):
        console.print(f"note: {plain(note)}", highlight=False, markup=False)
    for step in result.steps:
        if step.failure:
            # What a failure says may hold words of a page, which are no markup.
            told = escape(plain(step.failure))
            console.print(f"[bold red]step {step.name} failed:[/bold red] {told}", highlight=False)


def print_verdict_changes(changes: Sequence[VerdictChange]) -> None:
    """The ads that the register answers otherwise than before, as a table; nothing where there are none."""
    if not changes:
        return
    title = f"Verdict changed: {len(changes)} {'ad' if len(changes) == 1 else 'ads'}"
    if len(changes) > MOST_CHANGES:
        title += f", the first {MOST_CHANGES} of them"
    columns = ("ad", "mediator", "before", "now", "address")
    rows = [
        (change.ad_id, change.mediator, change.before or "not checked", change.after or "not checked", change.url)
        for change in changes[:MOST_CHANGES]
    ]
    print_table(title, columns, rows)


def _sources_table(night_id: int, sources: list[SourceNight]) -> Table:
    table = Table(
        title=f"Night {night_id}", title_justify="left", show_footer=bool(sources), box=SIMPLE, pad_edge=False
    )
    counted = ("pages", "ads", "new_ads", "series", "flagged", "drafts")
    table.add_column("source", footer="all", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("failure", no_wrap=True)
    for name in counted:
        total = sum(getattr(source, name) for source in sources)
        # A series or draft that touches two sources stands in both rows: a sum would count it twice.
        table.add_column(
            name.removesuffix("_ads"), justify="right", footer="" if name in ("series", "drafts") else str(total)
        )
    for source in sources:
        outcome = RunOutcome(source.outcome) if source.outcome else None
        style = OUTCOME_STYLES.get(outcome, "dim") if outcome else "dim"
        numbers = [str(getattr(source, name)) for name in counted]
        table.add_row(source.source, f"[{style}]{outcome or 'running'}[/{style}]", source.failure or "", *numbers)
    return table
