"""`adwatch doctor`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import make_url

from crawler.output import print_json

if TYPE_CHECKING:
    from crawler.config import Settings


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look the installation over: what works, what will not, and how to mend it. Changes nothing; exit code 1 when bad.

    Example: [bold]adwatch doctor[/bold] · [bold]adwatch doctor --json[/bold]
    """
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast
    from crawler.doctor.findings import Patient, State, look_over  # noqa: PLC0415
    from crawler.errors import UsageError  # noqa: PLC0415
    from crawler.store.engine import connect  # noqa: PLC0415

    settings = Settings.from_environment()
    if not settings.home.is_dir():
        raise UsageError(f"there is no data folder {settings.home}; any other command makes it")
    engine = connect(_existing(settings), wait_seconds=settings.file.database_wait_seconds)
    try:
        found = list(look_over(Patient(settings, engine, datetime.now(UTC))))
    finally:
        engine.dispose()
    is_well = all(finding.state is not State.BAD for finding in found)
    if as_json:
        print_json({"ok": is_well, "findings": [asdict(finding) for finding in found]})
    else:
        for one in found:
            sys.stdout.write(f"{one.state:<5}{one.check}: {one.says}\n")
            if one.mend:
                sys.stdout.write(f"     {one.mend}\n")
    if not is_well:
        raise typer.Exit(1)


def _existing(settings: Settings) -> str:
    """The store's address; that of an empty one in memory where SQLite would make the file that it does not find."""
    url = make_url(settings.database_url)
    is_missing = url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()
    return "sqlite://" if is_missing else settings.database_url
