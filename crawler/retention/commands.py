"""`adwatch purge`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.output import print_json

if TYPE_CHECKING:
    from crawler.retention.purging import Purge, Purged

WHY = {
    "unflagged_days": "ads never flagged, not seen for {days} days, with what nothing rests on any more",
    "flagged_days": "ads that were flagged, in no case, not seen for {days} days",
    "dismissed_days": "cases dismissed {days} days ago or earlier",
    "closed_days": "cases closed {days} days ago or earlier",
    "intake_days": "what a person brought {days} days ago or earlier, in no case",
    "session_days": "log-ins of the desk, not used for {days} days",
    "message_days": "digests and alarms that were made {days} days ago or earlier and that nobody waits for",
    "audit_days": "lines of the audit log that were written {days} days ago or earlier",
}


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Delete what its time has come for (`retention` in adwatch.yml), and log it. What a case still needs stays.

    Example: [bold]adwatch purge --dry-run[/bold]
    """
    from crawler.night_report import progress_bar  # noqa: PLC0415 - keeps --help fast
    from crawler.nightly import one_night_at_a_time  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.retention.purging import foresee  # noqa: PLC0415
    from crawler.retention.purging import purge as delete_due  # noqa: PLC0415

    now = datetime.now(UTC)
    with opened() as (settings, engine), one_night_at_a_time(settings, engine):
        if dry_run:
            done = foresee(settings, engine, now=now)
        else:
            with progress_bar() as progress:
                done = delete_due(settings, engine, now=now, progress=progress)
    if as_json:
        print_json(_as_json(done, dry_run=dry_run))
    else:
        _print(done, dry_run=dry_run)


def _print(done: Purge, *, dry_run: bool) -> None:
    for one in done.by_clock:
        sys.stdout.write(f"{WHY[one.clock].format(days=one.days)}\n  {_counted(one)}\n")
    for note in done.notes:
        sys.stderr.write(f"note: {note}\n")
    if not done.by_clock:
        sys.stdout.write("Nothing is due.\n")
    elif dry_run:
        sys.stdout.write("Nothing was deleted; adwatch purge without --dry-run does it.\n")
    else:
        sys.stdout.write("Deleted, and entered in the custody log; older backups still hold it.\n")


def _counted(one: Purged) -> str:
    told = [f"{count} {table}" for table, count in sorted(one.rows.items())]
    told += [f"{one.records} captures' bytes"] if one.records else []
    told += [f"{one.files} files rewritten or dropped"] if one.files else []
    return ", ".join(told)


def _as_json(done: Purge, *, dry_run: bool) -> dict[str, Any]:
    clocks = [
        {
            "clock": one.clock.value,
            "days": one.days,
            "why": WHY[one.clock].format(days=one.days),
            "rows": dict(one.rows),
            "captures": one.records,
            "files": one.files,
        }
        for one in done.by_clock
    ]
    return {"dry_run": dry_run, **done.counts, "finished": done.finished, "clocks": clocks, "notes": list(done.notes)}
