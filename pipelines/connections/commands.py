"""`adwatch contacts …`: what the store knows of a phone, mailbox, handle, account or domain."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.connections.lookup import KnownContact

contacts_app = typer.Typer(no_args_is_help=True, help="Contacts that stored ads name.")


@contacts_app.command("show", no_args_is_help=True)
def show(
    contact: Annotated[
        str, typer.Argument(help="A phone in any notation, an e-mail, a handle, a bank account or a domain.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Known ads with a contact, the names they go by, and since when.

    Example: [bold]adwatch contacts show "060/000-0011"[/bold] · [bold]adwatch contacts show posao@primer.example[/bold]
    """
    from crawler.errors import UsageError  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from pipelines.connections.lookup import look_up, mentions_written  # noqa: PLC0415

    asked = mentions_written(contact)
    if not asked:
        raise UsageError(f"{contact!r} is no phone, e-mail, handle, bank account or domain")
    with opened() as (_, engine), reading(engine) as connection:
        known = look_up(connection, asked)
    if as_json:
        print_json([_as_json(one) for one in known])
    elif known:
        for one in known:
            _print(one)
    else:
        sys.stdout.write(f"Nijedan sačuvan oglas ne navodi kontakt {' '.join(contact.split())}.\n")


def _as_json(known: KnownContact) -> dict[str, Any]:
    from pipelines.connections.wording import connection_sentence  # noqa: PLC0415 - keeps --help fast

    return {
        **known.connection.to_json(),
        "sentence": connection_sentence(known.connection),
        "found": [asdict(ad) for ad in known.ads],
    }


def _print(known: KnownContact) -> None:
    from crawler.output import plain, print_table  # noqa: PLC0415 - keeps --help fast
    from pipelines.connections.wording import connection_sentence  # noqa: PLC0415

    sys.stdout.write(f"{plain(connection_sentence(known.connection))}\n")
    if known.connection.names:
        names = ", ".join(" ".join(name.split()) for name in known.connection.names)
        sys.stdout.write(f"Imena: {plain(names)}\n")
    columns = ("oglas", "ime u oglasu", "portal", "viđen od", "do", "adresa")
    rows = [(ad.ad_id, ad.name, ad.source, _day(ad.first_seen), _day(ad.last_seen), ad.url) for ad in known.ads]
    print_table("", columns, rows)


def _day(moment: datetime) -> str:
    from crawler.belgrade import day_in_belgrade  # noqa: PLC0415 - keeps --help fast
    from pipelines.text.counting import written_day  # noqa: PLC0415

    return written_day(day_in_belgrade(moment))
