"""`adwatch report`: the figures of a period, as a file or as JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.belgrade import day_in_belgrade
from crawler.errors import StoreError, UsageError
from crawler.output import print_json

if TYPE_CHECKING:
    from alerts.reports.figures import Report, SheetId
    from alerts.reports.forms import Form
    from alerts.reports.periods import Period
    from alerts.reports.wording import Labels


def report(
    first: Annotated[str | None, typer.Option("--from", help="First day, as 2026-10-01.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day, included; today where it has not come.")] = None,
    preset: Annotated[str | None, typer.Option("--last", help="Instead: the last month, quarter or year.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write: .html, .xlsx, .zip, .csv or .json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    tongue: Annotated[str, typer.Option(help="latn, cyrl or en.")] = "latn",
    table: Annotated[str, typer.Option(help="The table that a .csv holds, see `sheets` in the JSON.")] = "overview",
    names: Annotated[bool, typer.Option("--names", help="Also a table of firms by name: for staff only.")] = False,
) -> None:
    """Count what happened in a period, beside the one before: ads, sources, cases, decisions, filings, outcomes.

    Days are Belgrade's. Without --names nobody is named: that version may go to donors.

    Example: [bold]adwatch report --from 2026-07-01 --to 2026-09-30 -o izvestaj.html[/bold] ·
    [bold]adwatch report --last quarter -o izvestaj.xlsx[/bold]
    """
    from alerts.desk.speaking import Tongue  # noqa: PLC0415 - keeps --help fast
    from alerts.drafting import chosen_of  # noqa: PLC0415
    from alerts.reports.exporting import json_of  # noqa: PLC0415
    from alerts.reports.wording import Labels  # noqa: PLC0415

    now = datetime.now(UTC)
    period = _period(first, last, preset, today=day_in_belgrade(now))
    form = _form(output) if output else None
    if form is None and not as_json:
        raise UsageError("name a file with -o, or print the figures with --json")
    language, sheet = chosen_of(Tongue, tongue), _sheet(table, names=names)
    made, sources = _made(period, now=now, names=names)
    if output and form:
        _write(output, made, form, Labels(language, sources), sheet)
        typer.echo(f"{output} ({period.first} to {period.last})", err=True)
    if as_json:
        print_json(json_of(made))


def _made(period: Period, *, now: datetime, names: bool) -> tuple[Report, dict[str, str]]:
    """The figures, and what the sources are called."""
    from alerts.reports.figures import make_report  # noqa: PLC0415 - keeps --help fast
    from crawler.manifest import read_manifests  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (settings, engine):
        with reading(engine) as connection:
            made = make_report(connection, period, now=now, with_names=names)
        manifests = read_manifests(settings.source_folders).manifests
    return made, {source: manifest.name for source, manifest in manifests.items()}


def _write(output: Path, made: Report, form: Form, labels: Labels, sheet: SheetId) -> None:
    """Writes the file whole. Raises StoreError where it cannot be written."""
    from alerts.reports.forms import write_report  # noqa: PLC0415 - keeps --help fast
    from crawler.files import write_whole  # noqa: PLC0415

    try:
        write_whole(output, write_report(made, form, labels, sheet=sheet))
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error


def _period(first: str | None, last: str | None, preset: str | None, *, today: date) -> Period:
    from alerts.drafting import chosen_of  # noqa: PLC0415
    from alerts.reports.periods import Preset, asked_period, preset_period, read_day  # noqa: PLC0415

    if preset and not (first or last):
        return preset_period(chosen_of(Preset, preset), today=today)
    if preset or not (first and last):
        raise UsageError("give --from and --to, or --last month, quarter or year")
    begin, end = read_day(first), read_day(last)
    if begin <= today < end:
        typer.echo(f"adwatch: {end} has not come yet: the report reaches to {today}", err=True)
        end = today
    return asked_period(begin, end, today=today)


def _form(output: Path) -> Form:
    from alerts.reports.forms import Form  # noqa: PLC0415

    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in set(Form):
        raise UsageError(f"{output.name}: a report is written as {', '.join(f'.{form}' for form in Form)}")
    return Form(suffix)


def _sheet(table: str, *, names: bool) -> SheetId:
    from alerts.drafting import chosen_of  # noqa: PLC0415
    from alerts.reports.figures import SheetId  # noqa: PLC0415

    sheet = chosen_of(SheetId, table)
    if sheet is SheetId.NAMES and not names:
        raise UsageError("the table of names is written with --names only")
    return sheet
