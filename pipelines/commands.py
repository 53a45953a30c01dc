"""Commands of understanding: judging and grouping given texts, and judging the store again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.belgrade import day_in_belgrade
from crawler.output import plain, print_json
from pipelines.connections.commands import contacts_app
from pipelines.evaluation.commands import evaluate_app
from pipelines.register.commands import register_app

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection as DatabaseConnection

    from crawler.assessment import Assessment
    from crawler.config import Settings
    from crawler.register import Register
    from pipelines.connections.judging import Connection

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_commands(app: typer.Typer) -> None:
    """Adds this room's commands to the program's."""
    app.command()(check)
    app.command("read-image")(read_image)
    app.command()(dedupe)
    app.command()(reassess)
    app.add_typer(register_app, name="register")
    app.add_typer(contacts_app, name="contacts")
    app.add_typer(evaluate_app, name="evaluate")


def check(
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A text file, or - for standard input.")] = None,
    as_json: JsonOption = False,
    jsonl: Annotated[
        Path | None, typer.Option("--jsonl", help="Judge many: a JSON object a line with id, title, text, url.")
    ] = None,
    image: Annotated[
        Path | None, typer.Option("--image", help="A screenshot or flyer: its words are read, then judged.")
    ] = None,
) -> None:
    """Judge the text of an ad: register, indicators with their words, contacts, risk. Stores nothing.

    Uses the newest imported register, and tells where stored ads name the same contacts. Reading pictures needs
    tesseract with Serbian.

    Example: [bold]adwatch check oglas.txt[/bold] · [bold]adwatch check --image letak.jpg[/bold]
    """
    from crawler.assessment import Ad  # noqa: PLC0415 - keeps --help fast
    from crawler.errors import UsageError  # noqa: PLC0415
    from pipelines.assess import assess  # noqa: PLC0415
    from pipelines.given_texts import read_given_text  # noqa: PLC0415

    if sum(given is not None for given in (file, jsonl, image)) > 1:
        raise UsageError("give one of a text, --jsonl, --image")
    if jsonl:
        _check_lines(jsonl)
        return
    seen = _read_given_picture(image) if image else None
    ad = Ad("", ocr_texts=(seen["text"],) if seen["text"] else ()) if seen else Ad(read_given_text(file or "-"))
    with _known() as known:
        assessment = assess(ad, known.register, on=known.on)
        connections = known.connections_of(assessment, ad.full_text)
    if seen and not as_json:
        _print_seen(seen)
    if as_json:
        found = [connection.to_json() for connection in connections]
        print_json({**assessment.to_json(), "connections": found} | ({"image": seen} if seen else {}))
    else:
        from pipelines.card import print_card  # noqa: PLC0415

        print_card(assessment, connections)


def read_image(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JPEG, PNG, WebP or GIF picture.")],
    as_json: JsonOption = False,
) -> None:
    """Read what is written on a picture, in Serbian Latin or Cyrillic. Needs tesseract; stores nothing.

    Example: [bold]adwatch read-image letak.jpg[/bold]
    """
    seen = _read_given_picture(file)
    if as_json:
        print_json(seen)
    else:
        _print_seen(seen)


def dedupe(
    jsonl: Annotated[Path, typer.Option("--jsonl", help="A JSON object a line: id, title, text, url.")],
) -> None:
    """Group ads into series of copies; prints one JSON line for each, in order. Stores nothing.

    Example: [bold]adwatch dedupe --jsonl oglasi.jsonl[/bold]
    """
    from pipelines.given_texts import read_given_ads  # noqa: PLC0415 - keeps --help fast
    from pipelines.series.memory import series_of  # noqa: PLC0415

    ids: list[Any] = []

    def noted() -> Iterator[Any]:
        for given_id, ad in read_given_ads(jsonl):
            ids.append(given_id)
            yield ad

    for given_id, series in zip(ids, series_of(noted()), strict=True):
        _print_line({"id": given_id, "series": series})


def reassess(
    as_json: JsonOption = False,
    cases: Annotated[
        bool, typer.Option("--cases", help="Then open and renew cases and lay drafts ready, as a night does.")
    ] = False,
) -> None:
    """Judge all stored ads again, against the newest register and rules; without network, and not while a night runs.

    Example: [bold]adwatch reassess[/bold] · [bold]adwatch reassess --cases[/bold]
    """
    if cases:
        _reassess_with_cases(as_json=as_json)
        return
    from crawler.night_report import print_verdict_changes  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from pipelines.rejudging import judge_again  # noqa: PLC0415

    with opened() as (settings, engine):
        judged = judge_again(settings, engine, now=datetime.now(UTC))
    if as_json:
        print_json(judged.counts)
    else:
        sys.stdout.write(", ".join(f"{name} {count}" for name, count in judged.counts.items()) + "\n")
        print_verdict_changes(judged.changes)


def _reassess_with_cases(*, as_json: bool) -> None:
    from crawler.intake import judge_at_once  # noqa: PLC0415 - keeps --help fast
    from crawler.night_report import show_night  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (settings, engine):
        result = judge_at_once(settings, engine, now=datetime.now(UTC))
        show_night(engine, result, as_json=as_json)
    if result.failed:
        raise typer.Exit(1)


def _read_given_picture(file: Path) -> dict[str, Any]:
    """What was read: text, language, confidence, engine. Raises UsageError for a bad file, EngineMissingError."""
    from pipelines.flyers.given import read_given_picture  # noqa: PLC0415 - keeps --help fast

    return read_given_picture(file).to_json()


def _print_seen(seen: dict[str, Any]) -> None:
    sys.stdout.write(f"{plain(seen['text']) or '(na slici nije nađen tekst)'}\n")
    told = f"pročitano mašinski ({seen['engine']}, pouzdanost {seen['confidence']:.0%}); uporedite sa slikom"
    sys.stderr.write(f"adwatch: {told}\n")


def _check_lines(jsonl: Path) -> None:
    from pipelines.assess import assess  # noqa: PLC0415 - keeps --help fast
    from pipelines.given_texts import read_given_ads  # noqa: PLC0415

    with _known() as known:
        for given_id, ad in read_given_ads(jsonl):
            judged = assess(ad, known.register, on=known.on)
            connections = [found.to_json() for found in known.connections_of(judged, ad.full_text)]
            _print_line({**judged.to_json(), "id": given_id, "connections": connections})


@dataclass(frozen=True, slots=True)
class _Known:
    """What a given text is judged by: the newest register and the stored ads, where there is a store."""

    register: Register | None
    on: date
    """The day in Belgrade."""
    store: DatabaseConnection | None

    def connections_of(self, assessment: Assessment, text: str) -> list[Connection]:
        """What stored ads share with the text."""
        from pipelines.connections.lookup import connections_of_text  # noqa: PLC0415 - keeps --help fast

        return connections_of_text(self.store, assessment, text) if self.store else []


@contextmanager
def _known() -> Iterator[_Known]:
    """Creates nothing where there is no store."""
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast
    from crawler.store.engine import open_store, reading  # noqa: PLC0415
    from crawler.store.register import newest_snapshot  # noqa: PLC0415

    on = day_in_belgrade(datetime.now(UTC))
    settings = Settings.from_environment()
    if not _has_store(settings):
        yield _Known(None, on, None)
        return
    engine = open_store(settings)
    try:
        with reading(engine) as connection:
            stale_after = settings.file.register_stale_after_days
            yield _Known(newest_snapshot(connection, on=on, stale_after_days=stale_after), on, connection)
    finally:
        engine.dispose()


def _has_store(settings: Settings) -> bool:
    from sqlalchemy import make_url  # noqa: PLC0415 - keeps --help fast

    address = make_url(settings.database_url)
    return address.get_backend_name() != "sqlite" or Path(address.database or "").is_file()


def _print_line(document: dict[str, Any]) -> None:
    print_json(document, indent=None)
