"""`adwatch register alias …` and `adwatch register request`: what people decide about the register, and ask of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.belgrade import day_in_belgrade
from pipelines.register.commands import JsonOption, register_app

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler.config import Settings
    from crawler.register import Register
    from crawler.store.aliases import AliasRow

alias_app = typer.Typer(no_args_is_help=True, help="Which trade names belong to which entries, as people decided.")
register_app.add_typer(alias_app, name="alias")

PersonOption = Annotated[str, typer.Option(help="E-mail of the person who decides.")]


@register_app.command("request")
def request(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    format: Annotated[str, typer.Option(help="docx, pdf or txt.")] = "docx",  # noqa: A002 - the option's name
    script: Annotated[str, typer.Option(help="cyrl or latn.")] = "cyrl",
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Ask for all changes since; default a year ago.")
    ] = None,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="Ask for an answer within 48 hours; needs --reason.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why life or freedom of somebody is at stake.")] = None,
) -> None:
    """Write a request to the ministry for the whole register, by freedom of information. Nothing is sent anywhere.

    Example: [bold]adwatch register request --format pdf -o zahtev.pdf[/bold]
    """
    from alerts.drafting import DocumentFormat, chosen_of, render, write_whole  # noqa: PLC0415 - keeps --help fast
    from alerts.information_requests import request_document, state_request  # noqa: PLC0415
    from alerts.law import built_in_law  # noqa: PLC0415
    from alerts.script import Script  # noqa: PLC0415
    from crawler.config import Settings  # noqa: PLC0415
    from crawler.errors import UsageError  # noqa: PLC0415

    kind, letters = chosen_of(DocumentFormat, format), chosen_of(Script, script)
    if reason is not None and not urgent:
        raise UsageError("--reason goes with --urgent")
    now = datetime.now(UTC)
    changes_since = since.date() if since else day_in_belgrade(now) - timedelta(days=365)
    if changes_since > day_in_belgrade(now):
        raise UsageError(f"{changes_since} has not come yet")
    stated = state_request(
        Settings.from_environment().file.organisation,
        built_in_law(),
        changes_since=changes_since,
        urgent_reason=(reason or "") if urgent else None,
        now=now,
    )
    write_whole(output, render(request_document(stated, letters), kind))
    typer.echo(str(output), err=True)
    if not all(provision.is_confirmed for provision in stated.basis):
        typer.echo("the legal basis waits for a lawyer's confirmation; the letter hedges it", err=True)


@alias_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The trade name, as the ad writes it.")],
    person: PersonOption,
    entry: Annotated[str | None, typer.Option(help="Name of the entry, or words of it.")] = None,
    pib: Annotated[str | None, typer.Option(help="PIB of the entry.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence number of the entry.")] = None,
    is_not: Annotated[bool, typer.Option("--not", help="The name does not belong to this entry.")] = False,
    note: Annotated[str, typer.Option(help="How it is known.")] = "",
) -> None:
    """Record a person's decision that a trade name belongs to an entry of the newest register, or does not.

    Stored ads are judged by it in the next night, or at once by `adwatch reassess`.

    Example: [bold]adwatch register alias add "Primer Tim" --pib 100000001 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.naming import decide_name, find_entry  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (settings, engine), engine.begin() as connection:
        decider = require_decider(connection, person)
        chosen = find_entry(_newest_register(connection, settings), name=entry, pib=pib, licence=licence)
        number = decide_name(
            connection, name, chosen, belongs=not is_not, person=decider, now=datetime.now(UTC), note=note
        )
    verb = "does not belong" if is_not else "belongs"
    typer.echo(f"decision {number}: `{name}` {verb} to {chosen.name}", err=True)


@alias_app.command("list")
def list_all(
    as_json: JsonOption = False,
    revoked: Annotated[bool, typer.Option("--all", help="Also decisions that were taken back.")] = False,
) -> None:
    """The decisions that stand, oldest first; of several on one name and entry the newest counts.

    Example: [bold]adwatch register alias list --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415 - keeps --help fast
    from crawler.output import print_json, print_table  # noqa: PLC0415
    from crawler.store.aliases import list_aliases  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = list_aliases(connection, with_revoked=revoked)
    if as_json:
        print_json([_as_json(row) for row in found])
        return
    columns = ("id", "name", "belongs", "entry", "decided by", *(["taken back by"] if revoked else []))
    print_table("Decisions on names", columns, [_cells(row)[: len(columns)] for row in found])


@alias_app.command("remove")
def remove(
    decision: Annotated[int, typer.Argument(help="Number of the decision, see `adwatch register alias list`.")],
    person: PersonOption,
) -> None:
    """Take a decision back. It stays on record, with who took it back and when.

    Example: [bold]adwatch register alias remove 3 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.naming import undo_name  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        decider = require_decider(connection, person)
        undo_name(connection, decision, person=decider, now=datetime.now(UTC))
    typer.echo(f"decision {decision} is taken back", err=True)


def _newest_register(connection: Connection, settings: Settings) -> Register:
    from crawler.errors import RegisterError  # noqa: PLC0415 - keeps --help fast
    from crawler.store.register import newest_snapshot  # noqa: PLC0415

    stale_after = settings.file.register_stale_after_days
    register = newest_snapshot(connection, on=None, stale_after_days=stale_after)
    if register is None:
        raise RegisterError("no register was imported yet; see `adwatch register import --help`")
    return register


def _cells(row: AliasRow) -> tuple[object, ...]:
    alias = row.alias
    decided = f"{alias.person}, {alias.decided_on}"
    return (row.id, alias.name, alias.belongs, alias.entry.name, decided, row.revoked_by)


def _as_json(row: AliasRow) -> dict[str, Any]:
    alias = row.alias
    return {
        "id": row.id,
        "name": alias.name,
        "entry": alias.entry.name,
        "pib": alias.entry.pib,
        "mb": alias.entry.mb,
        "licence": alias.entry.licence_number,
        "belongs": alias.belongs,
        "person": row.person,
        "decided_at": row.decided_at.isoformat(),
        "note": row.note,
        "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
        "revoked_by": row.revoked_by,
    }
