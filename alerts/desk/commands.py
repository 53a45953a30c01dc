"""Commands of the desk: `serve`, and `users`. Serving stands in `alerts.desk.serving`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from crawler.config import Settings

users_app = typer.Typer(no_args_is_help=True, help="People who may log in at the desk.")


def add_desk_commands(app: typer.Typer) -> None:
    """Adds `serve` and `users` to the program's commands."""
    app.command()(serve)
    app.add_typer(users_app, name="users")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
) -> None:
    """Open the desk, the web page on which staff review cases. Ctrl+C ends it.

    Example: [bold]adwatch serve --port 8000[/bold]
    """
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast

    serve_desk(Settings.from_environment(), host=host, port=port)


def serve_desk(settings: Settings, *, host: str, port: int) -> None:
    """Serves the desk until it is stopped. Raises UsageError where the address cannot be listened on."""
    from alerts.desk.serving import open_socket, run_desk  # noqa: PLC0415 - keeps --help fast

    with open_socket(host, port) as listening:
        run_desk(settings, listening)


@users_app.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="E-mail address, the name to log in with.")],
    name: Annotated[str, typer.Option(help="Name as colleagues know it.")],
    role: Annotated[str, typer.Option(help="reviewer, legal, coordinator, admin or readonly.")] = "reviewer",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a person who may log in at the desk; the password is asked for.

    Example: [bold]adwatch users add ana@primer.example --name "Ana Primer" --role admin[/bold]
    """
    from alerts.desk.people import add_person, known_role  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415

    chosen = known_role(role)
    password = _read_password(from_stdin=password_stdin)
    with opened() as (_, engine), engine.begin() as connection:
        person = add_person(connection, email=email, name=name, role=chosen, password=password, now=datetime.now(UTC))
    typer.echo(f"{person.email} may log in as {person.role}", err=True)


@users_app.command("list")
def list_users(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Everybody who may log in.

    Example: [bold]adwatch users list --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json, print_table  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.people import all_people  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = all_people(connection)
    rows = [
        {"id": row.id, "email": row.email, "name": row.name, "role": row.role, "created_at": row.created_at.isoformat()}
        for row in found
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            "People", ("id", "email", "name", "role"), [[row.id, row.email, row.name, row.role] for row in found]
        )


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
