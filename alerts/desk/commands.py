"""Commands of the desk: `serve`, `users` and `audit`. Serving stands in `alerts.desk.serving`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from alerts.desk.staff import Change
    from crawler.config import Settings
    from crawler.store.audit import AuditRow

users_app = typer.Typer(no_args_is_help=True, help="People who may log in at the desk.")


def add_desk_commands(app: typer.Typer) -> None:
    """Adds `serve`, `users` and `audit` to the program's commands."""
    app.command()(serve)
    app.add_typer(users_app, name="users")
    app.command("audit")(audit_command)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
) -> None:
    """Open the desk, the web page on which staff review cases. Ctrl+C ends it.

    Example: [bold]adwatch serve --port 8000[/bold]
    """
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast
    from crawler.logs import log_as_set  # noqa: PLC0415

    settings = Settings.from_environment()
    log_as_set(settings)
    serve_desk(settings, host=host, port=port)


def serve_desk(settings: Settings, *, host: str, port: int) -> None:
    """Serves the desk until it is stopped. Raises UsageError where the address cannot be listened on."""
    from alerts.desk.serving import open_socket, run_desk  # noqa: PLC0415 - keeps --help fast

    with open_socket(host, port) as listening:
        run_desk(settings, listening)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Email = Annotated[str, typer.Argument(help="E-mail address of the person, see `adwatch users list`.")]


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
    from alerts.desk.staff import note_added  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.audit import whoever  # noqa: PLC0415

    chosen, now = known_role(role), datetime.now(UTC)
    password = _read_password(from_stdin=password_stdin)
    with opened() as (_, engine), engine.begin() as connection:
        person = add_person(connection, email=email, name=name, role=chosen, password=password, now=now)
        note_added(connection, person, by=whoever(), now=now)
    typer.echo(f"{person.email} may log in as {person.role}", err=True)


@users_app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Everybody who may log in, and who may not any more.

    Example: [bold]adwatch users list --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json, print_table  # noqa: PLC0415 - keeps --help fast

    with opened() as (_, engine):
        rows = _people(engine)
    if as_json:
        print_json(rows)
        return
    columns = ("id", "email", "name", "role", "disabled", "locked", "second_factor")
    print_table("People", columns, [[row[column] for column in columns] for row in rows])


@users_app.command("disable")
def disable_user(email: Email, as_json: AsJson = False) -> None:
    """End all that a person could do at the desk, at once; what they did stays on record.

    Example: [bold]adwatch users disable ana@primer.example[/bold]
    """
    from alerts.desk.staff import disable  # noqa: PLC0415 - keeps --help fast

    _change(email, disable, f"{email} may no longer log in", as_json=as_json)


@users_app.command("enable")
def enable_user(email: Email, as_json: AsJson = False) -> None:
    """Let a person log in again.

    Example: [bold]adwatch users enable ana@primer.example[/bold]
    """
    from alerts.desk.staff import enable  # noqa: PLC0415 - keeps --help fast

    _change(email, enable, f"{email} may log in again", as_json=as_json)


@users_app.command("role")
def change_users_role(
    email: Email,
    role: Annotated[str, typer.Argument(help="reviewer, legal, coordinator, admin or readonly.")],
    as_json: AsJson = False,
) -> None:
    """Give a person another role.

    Example: [bold]adwatch users role ana@primer.example legal[/bold]
    """
    from functools import partial  # noqa: PLC0415 - keeps --help fast

    from alerts.desk.staff import change_role  # noqa: PLC0415

    _change(email, partial(change_role, role=role), f"{email} is {role} now", as_json=as_json)


@users_app.command("unlock")
def unlock_user(email: Email, as_json: AsJson = False) -> None:
    """Let a person try again at once after too many wrong passwords.

    Example: [bold]adwatch users unlock ana@primer.example[/bold]
    """
    from alerts.desk.staff import unlock  # noqa: PLC0415 - keeps --help fast

    _change(email, unlock, f"{email} may try again", as_json=as_json)


@users_app.command("reset-password")
def reset_users_password(email: Email, as_json: AsJson = False) -> None:
    """Give a person a temporary password, printed once; their sessions, tokens and second factor end.

    Example: [bold]adwatch users reset-password ana@primer.example[/bold]
    """
    from alerts.desk.staff import known_person, reset_password  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json  # noqa: PLC0415
    from crawler.store.audit import whoever  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        given = reset_password(connection, known_person(connection, email), by=whoever(), now=datetime.now(UTC))
    if as_json:
        print_json({"email": given.person.email, "password": given.password})
        return
    typer.echo(given.password)
    typer.echo(f"this is the password of {given.person.email} for one log-in; then it must be changed", err=True)


def audit_command(
    person: Annotated[str, typer.Option(help="E-mail address of who did it.")] = "",
    act: Annotated[str, typer.Option(help="What was done, as the log calls it: `decided`.")] = "",
    subject: Annotated[str, typer.Option(help="What it was about: `case 12`.")] = "",
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day, in Belgrade.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day, in Belgrade.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines at most, the newest first.")] = 100,
    as_json: AsJson = False,
) -> None:
    """The audit log: who did what, when and from where.

    Example: [bold]adwatch audit --person ana@primer.example --since 2026-11-01 --json[/bold]
    """
    from alerts.desk.auditing import audit_between  # noqa: PLC0415 - keeps --help fast
    from crawler.errors import UsageError  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json, print_table  # noqa: PLC0415
    from crawler.store.audit import Act, read_audit  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    if act and act not in set(Act):
        raise UsageError(f"the log knows no `{act}`; known: {', '.join(Act)}")
    first, last = since.date() if since else None, until.date() if until else None
    asked = audit_between(first, last, person=person, act=act, subject=subject)
    with opened() as (_, engine), reading(engine) as connection:
        rows = list(map(_audit_line, read_audit(connection, asked, size=limit)))
    if as_json:
        print_json(rows)
    else:
        columns = ("at", "person", "act", "subject", "detail", "from")
        print_table("Audit log", columns, [list(row.values()) for row in rows])


def _audit_line(row: AuditRow) -> dict[str, str]:
    return {
        "at": row.at.isoformat(),
        "person": row.person,
        "act": row.act,
        "subject": row.subject,
        "detail": row.detail,
        "address": row.address,
    }


def _change(email: str, change: Change, told: str, *, as_json: bool) -> None:
    """Makes the change and says so, or prints the person as `users list --json` does."""
    from alerts.desk.staff import known_person  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.output import print_json  # noqa: PLC0415
    from crawler.store.audit import whoever  # noqa: PLC0415

    with opened() as (_, engine):
        with engine.begin() as connection:
            row = known_person(connection, email)
            change(connection, row, by=whoever(), now=datetime.now(UTC))
        if as_json:
            print_json(next(person for person in _people(engine) if person["id"] == row.id))
        else:
            typer.echo(told, err=True)


def _people(engine: Engine) -> list[dict[str, object]]:
    from alerts.desk.throttle import locked_accounts  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.people import all_people  # noqa: PLC0415

    with reading(engine) as connection:
        found = all_people(connection)
        locked = locked_accounts(connection, [row.email for row in found], now=datetime.now(UTC))
    return [
        {
            "id": row.id,
            "email": row.email,
            "name": row.name,
            "role": row.role,
            "created_at": row.created_at.isoformat(),
            "disabled": row.disabled_at is not None,
            "locked": row.email in locked,
            "second_factor": row.totp_since is not None,
            "password_due": row.password_due,
        }
        for row in found
    ]


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
