"""The command that takes in what a person brings by hand. What is kept and how: `crawler.intake`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.errors import BusyError, UsageError
from crawler.output import print_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crawler.intake import Brought, KeptIntake

LARGEST_TEXT_FILE = 1024 * 1024
"""Bytes: enough for all the characters that are taken."""

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def intake(  # noqa: PLR0913, PLR0917 - an argument an option
    person: Annotated[str, typer.Option(help="E-mail of the person who brings it, see `adwatch users list`.")],
    text: Annotated[str | None, typer.Option(metavar="FILE", help="A text file, or - for standard input.")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A screenshot or flyer; may be given several times.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where the person saw it; noted, and not asked for.")] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch --url once too, under all rules of the night.")] = False,
    seen_on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day on which it was seen.")] = None,
    note: Annotated[str, typer.Option(help="What else the person says.")] = "",
    at_once: Annotated[bool, typer.Option("--now", help="Judge it at once instead of in the next night.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in an ad that a person brings: a text, screenshots, or the address of a public page.

    It is kept as evidence of what was brought: record, desk and drafts say that nobody fetched it. Pictures are
    read by machine where tesseract is. Personal numbers (JMBG) are starred out of the text before it is kept.

    Example: [bold]adwatch intake --text oglas.txt --image letak.jpg --person ana@ngo.example[/bold]
    """
    from crawler.intake import judge_at_once, take_in  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415

    now = datetime.now(UTC)
    with opened() as (settings, engine):
        given = _Given(person, text, tuple(image or ()), url, fetch, seen_on.date() if seen_on else None, note)
        kept = take_in(settings, engine, given.read(engine), now=now)
        failed = False
        if at_once:
            try:
                failed = judge_at_once(settings, engine, now=now).failed
            except BusyError as error:
                raise BusyError(f"kept as ad {kept.ad_id}, not judged yet: {error}") from error
        _show(engine, kept, judged=at_once, as_json=as_json)
    if failed:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Given:
    """The options as they were given."""

    person: str
    text: str | None
    images: tuple[Path, ...]
    url: str | None
    fetch: bool
    seen_on: date | None
    note: str

    def read(self, engine: Engine) -> Brought:
        """What they name. Raises UsageError where a file or the person is none."""
        from alerts.desk.people import require_decider  # noqa: PLC0415 - keeps --help fast
        from crawler.intake import Brought, read_picture_file  # noqa: PLC0415
        from crawler.store.engine import reading  # noqa: PLC0415

        with reading(engine) as connection:
            known = require_decider(connection, self.person)
        return Brought(
            person=known.email,
            person_name=known.name,
            text=_text(self.text) if self.text is not None else None,
            pictures=tuple(map(read_picture_file, self.images)),
            seen_url=self.url,
            seen_on=self.seen_on,
            note=self.note,
            fetch=self.fetch,
        )


def _text(source: str) -> str:
    from pipelines.given_texts import read_given_text  # noqa: PLC0415 - keeps --help fast

    file = Path(source)
    if source != "-" and file.exists() and not (file.is_file() and file.stat().st_size <= LARGEST_TEXT_FILE):
        raise UsageError(f"{source} is no text file of at most {LARGEST_TEXT_FILE // 1024**2} MB")
    return read_given_text(source)


def _show(engine: Engine, kept: KeptIntake, *, judged: bool, as_json: bool) -> None:
    from crawler.store.engine import reading  # noqa: PLC0415 - keeps --help fast
    from crawler.store.intakes import cases_of_ad  # noqa: PLC0415

    with reading(engine) as connection:
        cases = cases_of_ad(connection, kept.ad_id)
    if as_json:
        print_json({"ad": kept.ad_id, "captures": list(kept.capture_ids), "judged": judged, "cases": cases})
        return
    captures = ", ".join(map(str, kept.capture_ids))
    sys.stdout.write(f"kept as ad {kept.ad_id}, captures {captures}\n")
    if cases:
        sys.stdout.write(f"cases of this offer: {', '.join(map(str, cases))}\n")
    elif judged:
        sys.stdout.write("judged; no case was opened\n")
    else:
        sys.stderr.write("adwatch: it is judged in the next night; --now judges at once\n")
