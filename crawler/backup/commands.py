"""`adwatch backup` and `adwatch restore`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from crawler.output import print_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_backup_commands(app: typer.Typer) -> None:
    """Adds both to the program's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, name.zip.")],
    as_json: AsJson = False,
) -> None:
    """Copy everything into one file while the program runs: database, evidence, own sources, settings. Keep it safe.

    Example: [bold]adwatch backup -o /mnt/disk/adwatch-2026-11-20.zip[/bold]
    """
    from crawler.backup.making import make_backup  # noqa: PLC0415 - keeps --help fast
    from crawler.night_report import progress_bar  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    if not output.absolute().parent.is_dir() or output.is_dir():
        raise UsageError(f"{output} must be a file in a folder that is there")
    with opened() as (settings, engine), progress_bar() as progress:
        made = make_backup(settings, engine, output, now=datetime.now(UTC), progress=progress)
    counts = {"rows": sum(made.rows.values()), "members": len(made.members), "bytes": output.stat().st_size}
    if as_json:
        print_json({"file": str(output), "made_at": made.made_at, **counts, "tables": made.rows})
    else:
        sys.stdout.write(f"{output}: {counts['rows']} rows, {counts['members']} members, {counts['bytes'] >> 10} KB\n")
        sys.stderr.write("It holds personal data and password hashes: keep it encrypted, away from this machine.\n")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `adwatch backup` wrote.")],
    into: Annotated[Path | None, typer.Option(help="Data folder instead of ADWATCH_HOME; new or empty.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty data folder and database, SQLite or PostgreSQL, and verify the evidence.

    Example: [bold]adwatch restore adwatch-2026-11-20.zip --into /srv/adwatch[/bold]
    """
    from crawler.backup.restoring import restore_backup  # noqa: PLC0415 - keeps --help fast
    from crawler.config import Settings  # noqa: PLC0415
    from crawler.evidence.verify import verify_evidence  # noqa: PLC0415
    from crawler.night_report import progress_bar  # noqa: PLC0415
    from crawler.store.engine import open_store, reading  # noqa: PLC0415

    if not file.is_file():
        raise UsageError(f"{file} is no file")
    if into:
        os.environ["ADWATCH_HOME"] = str(into)
    with progress_bar() as progress:
        done = restore_backup(Settings.from_environment(), file, progress=progress)
        # Read anew: adwatch.yml is there by now.
        settings = Settings.from_environment()
        engine = open_store(settings)
        with reading(engine) as connection:
            found = verify_evidence(
                connection,
                settings.evidence_folder,
                advance=lambda done, total: progress("verifying", done, total),
            )
        engine.dispose()
    if as_json:
        evidence = {"ok": found.is_sound, "first_broken": found.first_broken}
        print_json({"home": str(settings.home), **asdict(done), "evidence": evidence})
    else:
        sys.stdout.write(f"{settings.home}: {done.rows} rows in {done.tables} tables, {done.files} files\n")
        sys.stdout.write(f"evidence: {'verified' if found.is_sound else 'FAILED ' + str(found.first_broken)}\n")
    if not found.is_sound:
        raise typer.Exit(1)
