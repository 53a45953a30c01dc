"""`adwatch digest` and `adwatch messages`: what people are told, on the screen, in a file, or sent."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import StoreError, UsageError
from crawler.output import plain, print_json, print_table

messages_app = typer.Typer(no_args_is_help=True, help="Digest and alarms: whether they arrive, and what waits.")


def digest(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print it; it is told again later.")] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="Only write it to this file; .html, anything else is plain text.")
    ] = None,
) -> None:
    """Send the digest of what is new since the last one, to those whom adwatch.yml names (`messages`).

    The night does it by itself. It names no firm, person or contact, and no complaint is ever sent.

    Example: [bold]adwatch digest --dry-run[/bold] · [bold]adwatch digest --to jutro.html[/bold]
    """
    from alerts.messages.letter import as_html, as_text  # noqa: PLC0415 - keeps --help fast
    from alerts.messages.sending import deliver_waiting  # noqa: PLC0415
    from alerts.telling.digest import lay_out_digest, morning_letter  # noqa: PLC0415
    from crawler.files import write_whole  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    now = datetime.now(UTC)
    with opened() as (settings, engine):
        if dry_run or to:
            with reading(engine) as connection:
                letter = morning_letter(connection, settings, now=now)
            if to is None:
                typer.echo(plain(f"{letter.subject}\n\n{as_text(letter)}"), nl=False)
                return
            made = as_html(letter) if to.suffix.lower() in (".html", ".htm") else as_text(letter)
            try:
                write_whole(to, made.encode())
            except OSError as error:
                raise StoreError(f"{to} cannot be written: {error.strerror}") from error
            return
        if not settings.file.messages.digest:
            raise UsageError(f"{settings.home / 'adwatch.yml'} names nobody under messages: digest")
        with engine.begin() as connection:
            lay_out_digest(connection, settings, key=f"digest:by hand:{now.isoformat()}", now=now)
        _tell(deliver_waiting(settings, engine, at_once=True))


@messages_app.command()
def test() -> None:
    """Send a test message now to everybody whom adwatch.yml names, and say what became of it.

    Example: [bold]adwatch messages test[/bold]
    """
    from alerts.desk.speaking import Tongue, say  # noqa: PLC0415 - keeps --help fast
    from alerts.messages.digest import foot  # noqa: PLC0415
    from alerts.messages.letter import Kind, Letter, Line, Part  # noqa: PLC0415
    from alerts.messages.sending import deliver_waiting, lay_out  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (settings, engine):
        chosen = settings.file.messages
        recipients = (*chosen.digest, *chosen.alarms)
        if not recipients:
            raise UsageError(f"{settings.home / 'adwatch.yml'} names nobody under messages: digest or alarms")
        tongue, now = Tongue(chosen.language), datetime.now(UTC)
        words = say(tongue, "Probna poruka: ako je čitate, dnevni pregled i upozorenja stižu.")
        part = Part(say(tongue, "Proba"), (Line(words),))
        subject = say(tongue, "adwatch: proba")
        letter = Letter(Kind.TEST, subject, (part,), foot(tongue), tongue.tag)
        with engine.begin() as connection:
            lay_out(connection, settings, letter, recipients, key=f"test:{uuid.uuid4()}", as_of=now)
        _tell(deliver_waiting(settings, engine, at_once=True))


@messages_app.command("list")
def waiting(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """What was not delivered yet, and why; the night, and the desk while it runs, try again by themselves for a week.

    Example: [bold]adwatch messages list --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.outbox import waiting_deliveries  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = waiting_deliveries(connection)
    columns = ("kind", "made_at", "recipient", "tries", "problem")
    rows = [{name: getattr(one, name) for name in columns} for one in found]
    if as_json:
        print_json([{**row, "made_at": row["made_at"].isoformat()} for row in rows])
    else:
        print_table("Messages that wait", columns, [list(row.values()) for row in rows])


def _tell(counts: dict[str, int]) -> None:
    typer.echo(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()), err=True)
    if counts["waiting"] or counts["given_up"]:
        typer.echo("see `adwatch messages list` and the warnings above", err=True)
        raise typer.Exit(1)
