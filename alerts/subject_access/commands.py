"""`adwatch subject-access`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import UsageError
from crawler.output import print_json


def subject_access(
    value: Annotated[str, typer.Argument(help="Phone number, e-mail address, PIB or MB, or name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, name.zip.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Pack everything stored about somebody, without other people's contacts, for an answer to their request; logged.

    Example: [bold]adwatch subject-access "060/000-0011" -o uvid.zip[/bold]
    """
    from alerts.subject_access.asking import subject_of  # noqa: PLC0415 - keeps --help fast
    from alerts.subject_access.finding import find_subject  # noqa: PLC0415
    from alerts.subject_access.packing import pack  # noqa: PLC0415
    from crawler.night_report import progress_bar  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415

    subject = subject_of(value)
    if output.suffix != ".zip" or not output.absolute().parent.is_dir():
        raise UsageError(f"{output} must be a file name.zip in a folder that is there")
    with opened() as (_, engine):
        with reading(engine) as connection, progress_bar() as progress:
            found = find_subject(connection, subject, advance=partial(progress, "searching"))
        digest = pack(engine, subject, found, output, now=datetime.now(UTC))
    rows = {table: len(some) for table, some in found.tables.items()}
    if as_json:
        counted = {"found": not found.is_nothing, "rows": rows, "ads": len(found.ads), "cases": len(found.cases)}
        print_json({"file": str(output), "sha256": digest, "kind": subject.kind, **counted})
    elif found.is_nothing:
        sys.stdout.write(f"Nothing is stored about that {subject.kind}; {output} says so.\n")
    else:
        told = ", ".join(f"{count} {table}" for table, count in rows.items())
        sys.stdout.write(f"{output}: {told}. Read PROCITAJ.txt in it before it leaves the house.\n")
