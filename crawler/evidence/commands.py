"""`adwatch evidence`: verifying what is kept, repairing what a crash tore, and handing evidence on."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from crawler.output import print_json

evidence_app = typer.Typer(no_args_is_help=True, help="Captures and their chain of custody.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@evidence_app.command("verify")
def verify(as_json: AsJson = False) -> None:
    """Re-hash every capture and kept file, look for torn ends, walk the custody chain. Exit code 1 when anything fails.

    Example: [bold]adwatch evidence verify --json[/bold]
    """
    from crawler.evidence.verify import verify_evidence  # noqa: PLC0415 - keeps --help fast
    from crawler.night_report import progress_bar  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection, progress_bar() as progress:
        advance = partial(progress, "verifying")
        found = verify_evidence(connection, settings.evidence_folder, advance=advance)
    counts = {
        "captures": found.captures,
        "register_files": found.register_files,
        "sealed_files": found.sealed_files,
        "timestamps": found.timestamps,
        "custody": found.custody_entries,
        "deleted": found.deleted,
    }
    if as_json:
        failures = {"first_broken": found.first_broken, "failures": list(found.failures)}
        print_json({"ok": found.is_sound, **counts, **failures})
    else:
        names = {"custody": "custody entries", "deleted": "deleted by retention"}
        told = (f"{count} {names.get(name, name.replace('_', ' '))}" for name, count in counts.items())
        sys.stdout.write(", ".join(told) + "\n")
        sys.stdout.writelines(f"FAILED {failure}\n" for failure in found.failures)
    if not found.is_sound:
        raise typer.Exit(1)


@evidence_app.command("repair")
def repair(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this only say what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move the torn end of a WARC file into a file beside it, and log that. Nothing is destroyed.

    Example: [bold]adwatch evidence repair[/bold] · [bold]adwatch evidence repair --apply[/bold]
    """
    from crawler.evidence.sealing import move_tail, torn_tails  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    with opened() as (settings, engine):
        with reading(engine) as connection:
            found = list(torn_tails(connection, settings.evidence_folder))
        moved = [move_tail(engine, settings.evidence_folder, tail) if apply else None for tail, _ in found]
    rows = [
        {"file": tail.file, "byte": tail.start, "length": tail.length, "record": tail.record_id, "after": tail.after}
        | {"captures_lost": lost, "moved_to": copy}
        for (tail, lost), copy in zip(found, moved, strict=True)
    ]
    if as_json:
        print_json(rows)
        return
    for (tail, lost), copy in zip(found, moved, strict=True):
        sys.stdout.write(f"{tail.sentence}{f': moved to {copy}' if copy else ''}\n")
        sys.stdout.writelines(f"  the store refers to {record_id}, and its bytes are not whole\n" for record_id in lost)
    if not found:
        sys.stdout.write("No torn end.\n")
    elif not apply:
        sys.stdout.write("Nothing was changed; adwatch evidence repair --apply moves these bytes aside.\n")


@evidence_app.command("export")
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, name.wacz.")],
    case: Annotated[int | None, typer.Argument(help="Number of a case.")] = None,
    ad: Annotated[int | None, typer.Option(help="Number of a single ad instead.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All evidence instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Pack the evidence of a case as WACZ: its records to the byte, with what they refer to, and the custody log.

    Example: [bold]adwatch evidence export 12 -o predmet-12.wacz[/bold]
    """
    from crawler.evidence.exporting import Wish, export_evidence  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    if [case is not None, ad is not None, everything].count(True) != 1:
        raise UsageError("name a case, or give --ad or --all; `adwatch cases list` shows the cases")
    if output.suffix != ".wacz" or not output.absolute().parent.is_dir():
        raise UsageError(f"{output} must be a file name.wacz in a folder that is there")
    with opened() as (settings, engine), reading(engine) as connection:
        wish = Wish(case_id=case, ad_id=ad)
        done = export_evidence(connection, settings.evidence_folder, wish, output, now=datetime.now(UTC))
    if as_json:
        print_json({"file": str(output), **asdict(done)})
    else:
        sys.stdout.write(f"{output}: {done.records} records, {done.pages} pages, {done.custody} custody entries\n")
