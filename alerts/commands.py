"""Commands of the people's room: cases and their drafts, and those of the desk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import alerts.register_commands  # noqa: F401 - adds people's commands to those of the register
from alerts.cases import CaseState
from alerts.deciding_commands import CaseNumber, add_deciding_commands
from alerts.desk.commands import add_desk_commands
from alerts.draft_commands import add_draft_commands
from alerts.filing_commands import add_filing_commands
from alerts.headings import heading
from alerts.intake_commands import intake
from alerts.report_commands import report
from alerts.series_commands import series_app
from alerts.subject_access.commands import subject_access
from alerts.telling_commands import digest, messages_app
from crawler.output import plain, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from crawler.store.cases import CaseLine

cases_app = typer.Typer(no_args_is_help=True, help="Cases that people decide on.")

add_deciding_commands(cases_app)
add_draft_commands(cases_app)
add_filing_commands(cases_app)


def add_commands(app: typer.Typer) -> None:
    """Adds this room's commands to the program's."""
    app.command()(draft)
    app.command()(annex)
    app.command()(intake)
    app.command()(report)
    app.command()(subject_access)
    app.command()(digest)
    app.add_typer(cases_app, name="cases")
    app.add_typer(series_app, name="series")
    app.add_typer(messages_app, name="messages")
    add_desk_commands(app)


def draft(
    case: CaseNumber,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    format: Annotated[str, typer.Option(help="docx, pdf or txt.")] = "docx",  # noqa: A002 - the option's name
    script: Annotated[str, typer.Option(help="cyrl or latn.")] = "cyrl",
    recipient: Annotated[str | None, typer.Option(help="Id of the recipient; by default the first proposed.")] = None,
) -> None:
    """Write the case's complaint draft to a file. Nothing is sent anywhere.

    Example: [bold]adwatch draft 1 --format pdf --script cyrl -o predstavka.pdf[/bold]
    """
    from alerts.cautions import read_cautions  # noqa: PLC0415 - keeps --help fast
    from alerts.drafting import DocumentFormat, chosen_of, kept_draft, write_document  # noqa: PLC0415
    from alerts.laying import lay_ready  # noqa: PLC0415
    from alerts.script import Script  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    kind, letters = chosen_of(DocumentFormat, format), chosen_of(Script, script)
    with opened() as (settings, engine):
        chosen = lay_ready(engine, settings, case, recipient, now=datetime.now(UTC))
        with reading(engine) as connection:
            write_document(
                connection,
                case,
                recipient=chosen,
                kind=kind,
                script=letters,
                evidence_folder=settings.evidence_folder,
                output=output,
            )
            told = read_cautions(connection, settings, kept_draft(connection, case, chosen), now=datetime.now(UTC))
    typer.echo(f"{output} ({chosen})", err=True)
    for caution in told:
        typer.echo(f"note: {plain(str(caution))}", err=True)


def annex(
    case: CaseNumber,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, name.zip.")],
    script: Annotated[str, typer.Option(help="cyrl or latn.")] = "cyrl",
    recipient: Annotated[str | None, typer.Option(help="Id of the recipient; by default the first proposed.")] = None,
) -> None:
    """Pack the evidence that the case's draft names: manifest with hashes, WACZ, pictures, register and custody.

    Example: [bold]adwatch annex 1 -o prilog.zip[/bold]
    """
    from alerts.annex import write_annex  # noqa: PLC0415 - keeps --help fast
    from alerts.drafting import chosen_of  # noqa: PLC0415
    from alerts.laying import lay_ready  # noqa: PLC0415
    from alerts.script import Script  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    letters, now = chosen_of(Script, script), datetime.now(UTC)
    with opened() as (settings, engine):
        chosen = lay_ready(engine, settings, case, recipient, now=now)
        with reading(engine) as connection:
            files = write_annex(
                connection,
                case,
                recipient=chosen,
                script=letters,
                evidence_folder=settings.evidence_folder,
                output=output,
                now=now,
            )
    typer.echo(f"{output} ({chosen}, {len(files)} files)", err=True)


@cases_app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    state: Annotated[list[CaseState] | None, typer.Option(help="Only cases in this state; may be repeated.")] = None,
) -> None:
    """All cases, the worst first.

    Example: [bold]adwatch cases list --state open --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.store.cases import list_cases  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine):
        if not as_json:
            print_cases(engine, states=state or ())
            return
        with reading(engine) as connection:
            print_json([_as_json(line) for line in list_cases(connection, states=state or ())])


@cases_app.command("timeline")
def timeline(
    case: CaseNumber,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """What happened to the case's ads: first seen, edited, missing, seen elsewhere, published anew.

    Example: [bold]adwatch cases timeline 12[/bold]
    """
    from alerts.timeline import read_timeline, told_lines  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.cases import read_case  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        found = read_timeline(connection, settings, read_case(connection, case))
    if as_json:
        print_json([entry.to_json() for entry in found.entries])
    else:
        for line in told_lines(found):
            typer.echo(plain(line))


def _as_json(line: CaseLine) -> dict[str, Any]:
    result = line.result
    return {
        "id": line.id,
        "state": line.state,
        "level": line.level,
        "score": line.score,
        "title": heading(line.title, line.text),
        "mediator": result["mediator"]["name"],
        "verdict": result["register"]["verdict"],
        "destinations": result["destinations"],
        "ads": line.ads,
        "opened_at": line.opened_at.isoformat(),
    }


def print_cases(engine: Engine, *, states: Sequence[CaseState] = (), most: int | None = None) -> None:
    """Prints the worst cases as a table, all of them where `most` is None."""
    from crawler.store.cases import list_cases  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415

    with reading(engine) as connection:
        lines = [_as_json(line) for line in list_cases(connection, states=states)]
    columns = ("id", "state", "level", "title", "mediator", "verdict", "ads")
    title = "Cases" if most is None or len(lines) <= most else f"The worst {most} of {len(lines)} cases"
    print_table(title, columns, [[line[column] for column in columns] for line in lines[:most]])
