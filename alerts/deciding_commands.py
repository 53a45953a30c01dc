"""Commands by which people look at one case and decide on it; drafts and filing have modules of their own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from alerts.cases import CaseState, Decision, DismissReason
from crawler.belgrade import day_in_belgrade
from crawler.output import plain, print_json, print_table

CaseNumber = Annotated[int, typer.Argument(metavar="CASE", help="Number of the case, see `adwatch cases list`.")]
Person = Annotated[str, typer.Option(help="E-mail of the person who decides.")]
Note = Annotated[str, typer.Option(help="What there is to say about it.")]
Seen = Annotated[
    CaseState | None, typer.Option(help="The state in which you saw the case; refused if somebody decided since.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_deciding_commands(app: typer.Typer) -> None:
    """Adds these commands to `adwatch cases`."""
    app.command("show")(show)
    for name in ("confirm", "unsure", "refer", "reopen", "withdraw", "close"):
        app.command(name)(globals()[name])
    app.command("dismiss")(dismiss)
    app.command("approve")(approve)
    app.command("undo")(take_back)
    app.command("join")(join)
    app.command("part")(part)
    app.command("decide")(decide)


def show(case: CaseNumber, as_json: AsJson = False) -> None:
    """One case: where it stands, its drafts and approvals, what was filed, cases joined or linked to it, its history.

    Example: [bold]adwatch cases show 12[/bold]
    """
    from alerts.showing import shown_case  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = shown_case(connection, case, today=day_in_belgrade(_now()))
    if as_json:
        print_json(found)
        return
    _print_case(found)


def confirm(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Worth a complaint: the case goes to legal staff, with its drafts where they lie ready.

    Example: [bold]adwatch cases confirm 12 --person ana@primer.example[/bold]
    """
    _decide(case, Decision.CONFIRM, person, note=note, seen=seen)


def unsure(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Ask for a second look by somebody else.

    Example: [bold]adwatch cases unsure 12 --person ana@primer.example --note "isti broj kao slučaj 7?"[/bold]
    """
    _decide(case, Decision.UNSURE, person, note=note, seen=seen)


def refer(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Record that the case is handed to police or prosecutor. Nothing is sent by the program.

    Example: [bold]adwatch cases refer 12 --person ana@primer.example[/bold]
    """
    _decide(case, Decision.REFER, person, note=note, seen=seen)


def reopen(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Put the case back into the queue, as new. `undo` restores the state before instead.

    Example: [bold]adwatch cases reopen 12 --person ana@primer.example[/bold]
    """
    _decide(case, Decision.REOPEN, person, note=note, seen=seen)


def withdraw(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Take the approval back, so that the drafts can be changed and approved anew. For legal staff.

    Example: [bold]adwatch cases withdraw 12 --person iva@primer.example[/bold]
    """
    _decide(case, Decision.WITHDRAW, person, note=note, seen=seen)


def close(case: CaseNumber, person: Person, note: Note = "", seen: Seen = None) -> None:
    """Close the case; nobody is reminded of its deadlines any more. For legal staff.

    Example: [bold]adwatch cases close 12 --person iva@primer.example --note "oglas uklonjen, kazna izrečena"[/bold]
    """
    _decide(case, Decision.CLOSE, person, note=note, seen=seen)


def dismiss(
    case: CaseNumber,
    reason: Annotated[DismissReason, typer.Option(help="Why; `other` needs --note.")],
    person: Person,
    note: Note = "",
    seen: Seen = None,
) -> None:
    """Nothing to complain about. The case returns only when it really changes.

    Example: [bold]adwatch cases dismiss 12 --reason licensed --person ana@primer.example[/bold]
    """
    _decide(case, Decision.DISMISS, person, note=note, seen=seen, reason=reason)


def approve(
    case: CaseNumber,
    person: Person,
    recipient: Annotated[
        list[str] | None, typer.Option(help="Only the draft to this recipient; may be repeated.")
    ] = None,
    note: Note = "",
    seen: Seen = None,
) -> None:
    """Approve the case's drafts as they are now; their text is kept for good. For legal staff. Nothing is sent.

    Example: [bold]adwatch cases approve 12 --recipient trzisna_inspekcija --person iva@primer.example[/bold]
    """
    from alerts.approving import approve_case, verify_drafts  # noqa: PLC0415 - keeps --help fast
    from alerts.desk.people import require_legal  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (settings, engine), engine.begin() as connection:
        known = require_legal(connection, person)
        verify_drafts(connection, settings.evidence_folder, case)
        state = approve_case(
            connection, case, person=known.email, now=_now(), note=note, recipients=recipient or (), seen=seen
        )
    typer.echo(f"case {case} is {state}", err=True)


def take_back(case: CaseNumber, person: Person, seen: Seen = None) -> None:
    """Take back the last decision on a case: the state before returns exactly. The record of both stays.

    Example: [bold]adwatch cases undo 12 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_for  # noqa: PLC0415 - keeps --help fast
    from alerts.undoing import last_decision, undo  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        last = last_decision(connection, case)
        known = require_for(connection, person, last.decision)
        state = undo(connection, case, person=known.email, now=_now(), seen=seen)
    typer.echo(f"`{last.decision}` by {last.person} is taken back; case {case} is {state}", err=True)


def join(
    kept: Annotated[int, typer.Argument(metavar="CASE", help="The case that goes on for both.")],
    joined: Annotated[int, typer.Argument(metavar="OTHER", help="The case that goes along with it.")],
    person: Person,
    note: Note = "",
) -> None:
    """Let one case go on for another, where a person knows that both are one matter. `show` names linked cases.

    Example: [bold]adwatch cases join 12 30 --person ana@primer.example --note "isti broj telefona"[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.joining import join_cases  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_decider(connection, person)
        join_cases(connection, kept, joined, person=known.email, now=_now(), note=note)
    typer.echo(f"case {kept} goes on for case {joined}; `adwatch cases part {joined}` takes it back", err=True)


def part(joined: CaseNumber, person: Person) -> None:
    """Part a joined case from the one that went on for it; it gets the state back that it had.

    Example: [bold]adwatch cases part 30 --person ana@primer.example[/bold]
    """
    from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
    from alerts.joining import part_cases  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_decider(connection, person)
        state = part_cases(connection, joined, person=known.email, now=_now())
    typer.echo(f"case {joined} stands for itself and is {state}", err=True)


def decide(
    case: CaseNumber,
    decision: Annotated[Decision, typer.Argument(help="What is decided.")],
    person: Person,
    reason: Annotated[str, typer.Option(help="Why, in words or as a code of `dismiss`; dismissing needs it.")] = "",
    seen: Seen = None,
) -> None:
    """Record a person's decision on a case by its name, for scripts; each decision also has a command of its own.

    Example: [bold]adwatch cases decide 1 confirm --person ana@primer.example[/bold]
    """
    if decision is Decision.APPROVE:
        approve(case, person, note=reason, seen=seen)
        return
    code = next((one for one in DismissReason if decision is Decision.DISMISS and one == reason.strip()), None)
    _decide(case, decision, person, note="" if code else reason, seen=seen, reason=code)


def _decide(
    case: int,
    decision: Decision,
    person: str,
    *,
    note: str,
    seen: CaseState | None,
    reason: DismissReason | None = None,
) -> None:
    from alerts.deciding import decide_case  # noqa: PLC0415 - keeps --help fast
    from alerts.desk.people import require_for  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_for(connection, person, decision)
        state = decide_case(
            connection, case, decision, person=known.email, now=_now(), note=note, reason=reason, seen=seen
        )
    typer.echo(f"case {case} is {state}", err=True)


def _print_case(found: dict[str, Any]) -> None:
    sys.stdout.write(f"Case {found['id']}: {found['state']}, {found['level']}. {plain(found['title'])}\n")
    sys.stdout.write(f"Mediator: {plain(found['mediator'] or '–')}, register: {found['verdict'] or 'not checked'}\n")
    sys.stdout.write(f"Possible: {', '.join(found['possible']) or 'nothing'}\n")
    if found["changed_after_approval"]:
        sys.stdout.write(f"Really changed since it was approved: {found['changed_after_approval']}\n")
    for name, columns in _TABLES.items():
        rows = [[_short(row[column]) if column in _TIMES else row[column] for column in columns] for row in found[name]]
        print_table(name.capitalize(), columns, rows)


_TIMES = ("at", "made_at", "ended_at")
_TABLES = {
    "drafts": ("recipient", "version", "made_at", "approved_by"),
    "approvals": ("recipient", "version", "person", "at", "ended_at"),
    "filings": ("id", "recipient", "filed_on", "channel", "reference", "person"),
    "joined": ("case", "role"),
    "linked": ("case", "state", "why"),
    "history": ("at", "person", "before", "after", "note"),
}


def _short(moment: str | None) -> str | None:
    """A time of the JSON document without seconds; it is UTC there and here."""
    return f"{moment[:10]} {moment[11:16]}" if moment else None


def _now() -> datetime:
    return datetime.now(UTC)
