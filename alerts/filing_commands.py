"""`adwatch cases filed`, `outcome`, `batch`, `deadlines`, `overdue`: what people filed outside of the program."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.deciding_commands import AsJson, CaseNumber, Note
from alerts.outcomes import Outcome
from alerts.stages import Stage
from crawler.belgrade import day_in_belgrade
from crawler.output import print_json, print_table

if TYPE_CHECKING:
    from alerts.filing import FilingState

Filer = Annotated[str, typer.Option(help="E-mail of the person who filed.")]
Day = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day it happened, as 2026-11-20.")]


def add_filing_commands(app: typer.Typer) -> None:
    """Adds these commands to `adwatch cases`."""
    for name in ("filed", "outcome", "batch", "matters", "deadlines", "overdue", "calendar", "remind"):
        app.command(name)(globals()[name])


def filed(
    case: CaseNumber,
    recipient: Annotated[str, typer.Option(help="Id of the recipient it was filed with.")],
    channel: Annotated[str, typer.Option(help="counter, post, registered_post, email, portal or other.")],
    on: Day,
    person: Filer,
    reference: Annotated[str, typer.Option(help="The number that the authority gave it.")] = "",
    receipt: Annotated[Path | None, typer.Option(help="Receipt as PDF, JPEG, PNG, TIFF or EML; it is kept.")] = None,
    again: Annotated[str, typer.Option(help="Why it is filed again, where it was filed before.")] = "",
) -> None:
    """Record that you filed the approved text outside of the program. Nothing is sent. For legal staff.

    Example: [bold]adwatch cases filed 12 --recipient trzisna_inspekcija --channel registered_post --on 2026-11-20
    --reference 353-02-117/2026 --receipt potvrda.pdf --person iva@primer.example[/bold]
    """
    from alerts.desk.people import require_legal  # noqa: PLC0415 - keeps --help fast
    from alerts.drafting import chosen_of  # noqa: PLC0415
    from alerts.filing import Channel, Filed, record_filing  # noqa: PLC0415
    from alerts.receipts import keep_receipt, read_receipt  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    way = chosen_of(Channel, channel)
    kept = read_receipt(receipt) if receipt else None
    done = Filed(recipient, way, on.date(), reference, kept, again)
    with opened() as (settings, engine):
        with reading(engine) as connection:
            known = require_legal(connection, person)
        if kept:
            keep_receipt(settings.evidence_folder, kept)
        guard = settings.file.filed_again_after_days
        with engine.begin() as connection:
            number = record_filing(connection, case, done, person=known.email, now=datetime.now(UTC), guard_days=guard)
    typer.echo(f"filing {number} of case {case} is recorded; `adwatch cases deadlines {case}` counts on", err=True)


def outcome(
    case: CaseNumber,
    what: Annotated[Outcome, typer.Argument(metavar="OUTCOME", help=f"{', '.join(Outcome)}.")],
    on: Day,
    person: Filer,
    recipient: Annotated[str | None, typer.Option(help="Which filing, where there are several.")] = None,
    note: Note = "",
) -> None:
    """Record what became of what was filed: an answer, the ad removed, silence. For legal staff.

    Example: [bold]adwatch cases outcome 12 procedure_started --on 2026-12-03 --person iva@primer.example[/bold]
    """
    from alerts.desk.people import require_legal  # noqa: PLC0415 - keeps --help fast
    from alerts.filing import record_outcome  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (_, engine), engine.begin() as connection:
        known = require_legal(connection, person)
        state = record_outcome(
            connection,
            case,
            what,
            on=on.date(),
            person=known.email,
            now=datetime.now(UTC),
            recipient=recipient,
            note=note,
        )
    typer.echo(f"case {case} is {state}", err=True)


def batch(
    recipient: Annotated[str | None, typer.Option(help="Only what goes to this recipient.")] = None,
    as_json: AsJson = False,
) -> None:
    """Everything that is approved and not filed yet, by recipient, with what speaks against filing it. Records nothing.

    Example: [bold]adwatch cases batch --recipient trzisna_inspekcija[/bold]
    """
    from alerts.batch import filing_batch  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        guard = settings.file.filed_again_after_days
        rows = filing_batch(connection, today=_today(), guard_days=guard, recipient=recipient)
    if as_json:
        print_json(rows)
        return
    columns = ("case", "recipient", "ready", "against", "limitation", "title")
    table = [[(row | {"against": _against(row)})[column] for column in columns] for row in rows]
    print_table("To be filed", columns, table)


def matters(
    stage: Annotated[Stage | None, typer.Option(help="Only those that have come so far.")] = None,
    recipient: Annotated[str | None, typer.Option(help="Only what goes to this recipient.")] = None,
    as_json: AsJson = False,
) -> None:
    """What legal staff have before them, by the day that each waits for, and how far it has come.

    Example: [bold]adwatch cases matters --stage approved[/bold]
    """
    from alerts.matters import read_matters  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        found = read_matters(connection, today=_today(), closed=stage is Stage.CLOSED)
    rows = [
        matter.to_json() for matter in found if stage in (None, matter.stage) and recipient in (None, matter.recipient)
    ]
    if as_json:
        print_json(rows)
        return
    columns = ("case", "recipient", "stage", "version", "due", "due_what", "days_left", "working_days_left")
    print_table("Matters", columns, [[row[column] for column in columns] for row in rows])


def calendar(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, name.ics.")],
    script: Annotated[str, typer.Option(help="cyrl or latn.")] = "latn",
) -> None:
    """Write every open deadline as a calendar file (iCalendar), for any calendar program. Nothing is sent.

    Example: [bold]adwatch cases calendar -o rokovi.ics[/bold]
    """
    from alerts.deadline_calendar import deadline_calendar  # noqa: PLC0415 - keeps --help fast
    from alerts.drafting import chosen_of, write_whole  # noqa: PLC0415
    from alerts.matters import read_matters  # noqa: PLC0415
    from alerts.script import Script  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.legal_views import titles_of_cases  # noqa: PLC0415

    letters = chosen_of(Script, script)
    with opened() as (settings, engine), reading(engine) as connection:
        found = read_matters(connection, today=_today())
        titles = titles_of_cases(connection, [matter.case_id for matter in found])
    organisation = settings.file.organisation
    made = deadline_calendar(found, titles, organisation=organisation, now=datetime.now(UTC), script=letters)
    write_whole(output, made)
    typer.echo(str(output), err=True)


def deadlines(
    case: Annotated[
        int | None, typer.Argument(metavar="CASE", help="One case, closed or not; by default all that wait.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every deadline after a filing, and how it was counted: calendar days, working days, holidays.

    Example: [bold]adwatch cases deadlines 12[/bold]
    """
    found = _waiting(case)
    if as_json:
        print_json([_json(one) for one in found])
        return
    _print_deadlines("Deadlines", found, overdue_only=False)
    for one in found if case is not None else ():
        for state in one.terms:
            sys.stdout.write(f"\n{state.term.id} – {state.term.what}\n")
            sys.stdout.writelines(f"  {step}\n" for step in state.steps)


def overdue(as_json: AsJson = False) -> None:
    """What should have come and did not, or what we should have done; closed cases are left out.

    Example: [bold]adwatch cases overdue --json[/bold]
    """
    found = [one for one in _waiting(None) if any(state.standing == "overdue" for state in one.terms)]
    if as_json:
        print_json([_json(one, overdue_only=True) for one in found])
    else:
        _print_deadlines("Overdue", found, overdue_only=True)


def remind(
    case: CaseNumber,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    recipient: Annotated[str, typer.Option(help="Who did not answer in time.")],
    format: Annotated[str, typer.Option(help="docx, pdf or txt.")] = "docx",  # noqa: A002 - the option's name
    script: Annotated[str, typer.Option(help="cyrl or latn.")] = "cyrl",
) -> None:
    """Write a reminder to a recipient whose answer is overdue. A person signs and hands it in; nothing is sent.

    Example: [bold]adwatch cases remind 12 --recipient trzisna_inspekcija -o pozurnica.docx[/bold]
    """
    from alerts.drafting import DocumentFormat, chosen_of, render, write_whole  # noqa: PLC0415 - keeps --help fast
    from alerts.filing import filed_complaint  # noqa: PLC0415
    from alerts.follow_ups import follow_up_document, state_follow_up  # noqa: PLC0415
    from alerts.law import built_in_law  # noqa: PLC0415
    from alerts.script import Script  # noqa: PLC0415
    from crawler.errors import UsageError  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.cases import read_case  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    kind, letters = chosen_of(DocumentFormat, format), chosen_of(Script, script)
    with opened() as (settings, engine), reading(engine) as connection:
        read_case(connection, case)
        found = filed_complaint(connection, case, recipient, today=_today())
    if found is None:
        raise UsageError(f"case {case} was not filed with `{recipient}`, or no answer is waited for")
    organisation = settings.file.organisation
    letter = state_follow_up(found, organisation=organisation, law=built_in_law(), now=datetime.now(UTC))
    write_whole(output, render(follow_up_document(letter, letters), kind))
    typer.echo(str(output), err=True)


def _waiting(case: int | None) -> tuple[FilingState, ...]:
    from alerts.filing import WAITED_FOR, filing_states  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.cases import read_case  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.filings import all_filings, filings_of  # noqa: PLC0415

    with opened() as (_, engine), reading(engine) as connection:
        if case is None:
            return filing_states(connection, all_filings(connection, states=WAITED_FOR), today=_today())
        read_case(connection, case)
        return filing_states(connection, filings_of(connection, [case]), today=_today())


def _json(found: FilingState, *, overdue_only: bool = False) -> dict[str, Any]:
    from alerts.showing import filing_json  # noqa: PLC0415 - keeps --help fast

    told = filing_json(found)
    if overdue_only:
        told["deadlines"] = [one for one in told["deadlines"] if one["standing"] == "overdue"]
    return told


def _print_deadlines(title: str, found: tuple[FilingState, ...] | list[FilingState], *, overdue_only: bool) -> None:
    columns = ("case", "recipient", "filed", "limit", "days", "due", "standing", "working days left")
    rows = [
        (
            one.filing.case_id,
            one.filing.recipient,
            one.filing.filed_on,
            state.term.id,
            state.term.days,
            state.deadline.due,
            state.standing.value,
            state.left,
        )
        for one in found
        for state in one.terms
        if not overdue_only or state.standing == "overdue"
    ]
    print_table(title, columns, rows)


def _against(row: dict[str, Any]) -> str:
    first = row["filed_before"]
    filed_before = f"filed on {first['on']} (case {first['case']})" if first else ""
    changed = f"changed: {row['changed']}" if row["changed"] else ""
    return "; ".join(part for part in (changed, filed_before) if part)


def _today() -> date:
    return day_in_belgrade(datetime.now(UTC))
