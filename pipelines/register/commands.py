"""`adwatch register …`: import a list, ask it, show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.belgrade import day_in_belgrade
from crawler.output import plain, print_json, print_table
from pipelines.register.history_commands import add_history_commands

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.config import Settings
    from crawler.register import Register
    from crawler.store.assessments import VerdictChange
    from pipelines.register.importing import ImportReport
    from pipelines.register.matching import MediatorQuery

register_app = typer.Typer(no_args_is_help=True, help="The register of licensed agencies: import it, ask it, show it.")
add_history_commands(register_app)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QUERY_FIELDS = ("name", "pib", "mb", "licence", "phone", "email", "on")


@register_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="The published list: xlsx, docx, pdf, html or csv.")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day the list is of; default today.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Import even a list that is much shorter than the one before.")] = False,
    rejudge: Annotated[bool, typer.Option(help="Judge the stored ads again on a new list.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Import a list of licensed agencies as the register of a day.

    Prints what was understood and refused, what changed against the list before, and whose verdict that changed.

    Example: [bold]adwatch register import spisak.xlsx --as-of 2026-11-20[/bold]
    """
    from crawler.night_report import print_verdict_changes  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.audit import whoever  # noqa: PLC0415
    from pipelines.register.importing import import_file  # noqa: PLC0415

    now = datetime.now(UTC)
    day = as_of.date() if as_of else day_in_belgrade(now)
    with opened() as (settings, engine):
        report = import_file(settings, engine, file, as_of=day, now=now, force=force, by=whoever())
        verdicts = _judge_again(settings, engine, now) if rejudge and report.is_new else None
    if as_json:
        changed = None if verdicts is None else [asdict(change) for change in verdicts]
        _print_line({**_report_json(report), "verdict_changes": changed}, indent=2)
    else:
        _print_report(report)
        print_verdict_changes(verdicts or ())


@register_app.command("match")
def match_command(
    jsonl: Annotated[
        Path, typer.Option("--jsonl", help="A JSON object a line: id, name, pib, mb, licence, phone, email, on.")
    ],
) -> None:
    """Ask the register about many mediators; prints one JSON line for each, in order.

    Example: [bold]adwatch register match --jsonl imena.jsonl[/bold]
    """
    from crawler.errors import RegisterError  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.register import list_snapshots, newest_snapshot  # noqa: PLC0415
    from pipelines.register.matching import match  # noqa: PLC0415

    questions = list(_questions(jsonl, day_in_belgrade(datetime.now(UTC))))
    with opened() as (settings, engine), reading(engine) as connection:
        if not list_snapshots(connection):
            raise RegisterError("no register was imported yet; see `adwatch register import --help`")
        stale_after = settings.file.register_stale_after_days
        registers = {
            day: newest_snapshot(connection, on=day, stale_after_days=stale_after)
            for day in {on for _, _, on in questions}
        }
    for name, query, on in questions:
        answer = match(query, registers[on], on=on)
        near = [asdict(entry) for entry in answer.nearest]
        _print_line(
            {
                "id": name,
                "verdict": answer.verdict,
                "entry": answer.entry,
                "score": answer.score,
                "reasons": answer.reasons,
                "nearest": near,
                "as_of": answer.as_of,
                "stale": answer.stale,
            }
        )


@register_app.command("show")
def show_command(
    day: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The register as of that day.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The newest register, or that of a day: its file, its entries, and what each licence is worth.

    Example: [bold]adwatch register show --on 2026-11-20[/bold]
    """
    from crawler.errors import RegisterError  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.register import newest_snapshot  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        asked = day.date() if day else None
        register = newest_snapshot(connection, on=asked, stale_after_days=settings.file.register_stale_after_days)
    if register is None:
        known = f"no list is known of {asked}" if asked else "no register was imported yet"
        raise RegisterError(f"{known}; see `adwatch register import --help`")
    on = asked or day_in_belgrade(datetime.now(UTC))
    if as_json:
        _print_line(_register_json(register, on), indent=2)
    else:
        _print_register(register, on)


def _questions(path: Path, default_day: date) -> Iterator[tuple[object, MediatorQuery, date]]:
    from crawler.errors import UsageError  # noqa: PLC0415
    from pipelines.given_texts import read_objects  # noqa: PLC0415

    for number, asked in read_objects(path):
        try:
            yield _question(asked, default_day)
        except ValueError as error:
            raise UsageError(f"line {number}: {error}") from error


def _question(asked: dict[str, Any], default_day: date) -> tuple[object, MediatorQuery, date]:
    """Raises ValueError where it is not what the contract says."""
    from pipelines.register.asking import written_query  # noqa: PLC0415

    if "id" not in asked:
        raise ValueError('it has no "id"')
    given = {field: asked[field] for field in QUERY_FIELDS if asked.get(field) is not None}
    wrong = next((field for field, value in given.items() if not isinstance(value, str)), None)
    if wrong:
        raise ValueError(f'"{wrong}" is no text')
    return asked["id"], written_query(given), date.fromisoformat(given["on"]) if "on" in given else default_day


def _judge_again(settings: Settings, engine: Engine, now: datetime) -> list[VerdictChange] | None:
    """The ads whose verdict the new list changed; None where they wait for a night that runs."""
    from crawler.errors import BusyError  # noqa: PLC0415
    from pipelines.rejudging import judge_again  # noqa: PLC0415

    try:
        return judge_again(settings, engine, now=now).changes
    except BusyError:
        typer.echo("a night is running: stored ads are judged again by the next one, or `adwatch reassess`", err=True)
        return None


def _report_json(report: ImportReport) -> dict[str, Any]:
    from pipelines.register.showing import differences_json  # noqa: PLC0415

    return {
        "imported": report.imported,
        "refused": [asdict(row) for row in report.refused],
        "superseded": [asdict(row) for row in report.superseded],
        "snapshot": report.snapshot,
        "as_of": report.as_of,
        "new": report.is_new,
        "changes": differences_json(report.changes) if report.changes else None,
    }


def _register_json(register: Register, on: date) -> dict[str, Any]:
    from pipelines.register.matching import verdict_of  # noqa: PLC0415

    return {
        "as_of": register.as_of,
        "confirmed_on": register.confirmed_on,
        "snapshot": register.snapshot,
        "stale": register.is_stale(on=on),
        "entries": [{**asdict(entry), "verdict": verdict_of(entry, on=on)} for entry in register.entries],
    }


def _print_line(document: dict[str, Any], *, indent: int | None = None) -> None:
    print_json(document, indent=indent)


def _print_report(report: ImportReport) -> None:
    from rich.console import Console  # noqa: PLC0415

    from pipelines.register.showing import summary_of  # noqa: PLC0415

    console = Console(highlight=False, markup=False)
    already = "" if report.is_new else " (already imported)"
    console.print(f"{report.imported} agencies as of {report.as_of}{already}, {len(report.refused)} rows refused")
    for row in report.refused:
        console.print(f"  row {row.row}: {plain(row.reason)}")
    for row in report.superseded:
        console.print(f"  row {row.row} left out: {plain(row.reason)}")
    console.print(report.snapshot)
    if report.changes:
        console.print(f"{summary_of(report.changes)}; see `adwatch register diff`")


def _print_register(register: Register, on: date) -> None:
    from pipelines.register.matching import verdict_of  # noqa: PLC0415

    stale = ", stale" if register.is_stale(on=on) else ""
    confirmed = f", unchanged on {register.confirmed_on}" if register.confirmed_on else ""
    title = f"Register as of {register.as_of}{confirmed}{stale}: {len(register.entries)} agencies"
    columns = ("name", "seat", "licence", "valid until", on.isoformat())
    rows = [
        (entry.name, entry.seat, entry.licence_number, entry.valid_until, verdict_of(entry, on=on).value)
        for entry in register.entries
    ]
    print_table(title, columns, rows)
