"""`adwatch cases provisions` and `cases text`: what legal staff change about one draft before they approve it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.deciding_commands import AsJson, CaseNumber
from crawler.output import plain, print_json, print_table

if TYPE_CHECKING:
    from alerts.editing import Passage, ProvisionState

Recipient = Annotated[str | None, typer.Option(help="Id of the recipient; needed where there are drafts to several.")]
Editor = Annotated[str | None, typer.Option(help="E-mail of the person who changes it; needed for changes only.")]


def add_draft_commands(app: typer.Typer) -> None:
    """Adds these commands to `adwatch cases`."""
    app.command("provisions")(provisions)
    app.command("text")(text)


def provisions(
    case: CaseNumber,
    recipient: Recipient = None,
    on: Annotated[list[str] | None, typer.Option(help="Provision to cite; may be repeated.")] = None,
    off: Annotated[list[str] | None, typer.Option(help="Provision not to cite; may be repeated.")] = None,
    person: Editor = None,
    as_json: AsJson = False,
) -> None:
    """The provisions of law that a draft cites, and those it could; switch them on or off. For legal staff.

    Provisions that no lawyer confirmed yet are off until somebody switches them on, which is recorded.

    Example: [bold]adwatch cases provisions 12 --recipient trzisna_inspekcija --on c181_7 --off zin_30
    --person iva@primer.example[/bold]
    """
    from alerts.desk.people import require_legal  # noqa: PLC0415
    from alerts.draft_changes import change_provisions, read_provisions  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        if on or off:
            known = require_legal(connection, person or "")
            version = change_provisions(
                connection, case, recipient, on=on or (), off=off or (), person=known.email, now=datetime.now(UTC)
            )
            typer.echo(f"version {version} of the draft; it is approved anew", err=True)
        found = read_provisions(connection, case, recipient)
    rows = [_provision(state) for state in found]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "on", "confirmed", "part", "citation", "switched_by")
        print_table(f"Provisions, case {case}", columns, [[row[column] for column in columns] for row in rows])


def text(
    case: CaseNumber,
    recipient: Recipient = None,
    edit: Annotated[int | None, typer.Option(metavar="NUMBER", help="Passage to word anew, with --with.")] = None,
    words: Annotated[str | None, typer.Option("--with", help="Its new words; - reads standard input.")] = None,
    restore: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Passage to put back as the template words it.")
    ] = None,
    restore_all: Annotated[bool, typer.Option(help="Put all passages back as the template words them.")] = False,
    person: Editor = None,
    as_json: AsJson = False,
) -> None:
    """The passages of a draft, numbered, and what was worded anew; change one. For legal staff.

    Example: [bold]adwatch cases text 12 --edit 4 --with "Molimo da ovo proverite." --person iva@primer.example[/bold]
    """
    from alerts.desk.people import require_legal  # noqa: PLC0415
    from alerts.draft_changes import change_passage, read_passages, restore_passages  # noqa: PLC0415 - keeps --help fast
    from crawler.errors import UsageError  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    ways = [way for way in (edit is not None, restore is not None, restore_all) if way]
    if (edit is None) != (words is None) or len(ways) > 1:
        raise UsageError("change one passage: --edit NUMBER --with WORDS, or --restore NUMBER; or --restore-all")
    new = sys.stdin.read() if words == "-" else words
    number = edit if edit is not None else restore
    with opened() as (_, engine), engine.begin() as connection:
        if ways:
            known, now = require_legal(connection, person or ""), datetime.now(UTC)
            if number is not None:
                version = change_passage(connection, case, recipient, number, new, person=known.email, now=now)
            else:
                version = restore_passages(connection, case, recipient, person=known.email, now=now)
            typer.echo(f"version {version} of the draft; it is approved anew", err=True)
        found = read_passages(connection, case, recipient)
    if as_json:
        print_json([_passage(passage) for passage in found])
        return
    for passage in found:
        mark = f" (worded anew by {passage.edit.person})" if passage.edit else ""
        sys.stdout.write(f"{passage.number}{mark}: {plain(passage.text)}\n")


def _provision(state: ProvisionState) -> dict[str, Any]:
    choice = state.choice
    return {
        "id": state.provision.id,
        "on": state.is_on,
        "confirmed": state.is_confirmed,
        "part": state.part.value,
        "citation": state.citation,
        "statement": state.provision.statement,
        "switched_by": choice.person if choice else None,
        "switched_at": choice.at.isoformat() if choice else None,
    }


def _passage(passage: Passage) -> dict[str, Any]:
    edit = passage.edit
    return {
        "number": passage.number,
        "text": passage.text,
        "original": passage.original,
        "edited_by": edit.person if edit else None,
        "edited_at": edit.at.isoformat() if edit else None,
    }
