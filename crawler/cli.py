"""The command line: the hall's own commands, and those the rooms add by entry point.

Data go to standard output, messages to standard error. Exit codes: 0 done, 1 failed, 2 wrong use.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import Annotated

import typer

from crawler.backup.commands import add_backup_commands
from crawler.doctor.commands import doctor
from crawler.errors import AdwatchError, UsageError
from crawler.evidence.commands import evidence_app
from crawler.logs import log_in_words, say_failure
from crawler.output import print_json, print_table
from crawler.retention.commands import purge
from crawler.stopping import Stopped, stopping_in_order

app = typer.Typer(
    name="adwatch",
    help="Watches job ads for work abroad and prepares complaints about unlicensed mediators for human review.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(evidence_app, name="evidence")
add_backup_commands(app)
app.command()(doctor)
app.command()(purge)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def main() -> None:
    """Entry point of `adwatch`: runs the command line; every expected error becomes one line on standard error."""
    # What is kept names people: nobody else on this machine is to read it.
    os.umask(0o077)
    for room in entry_points(group="adwatch.commands"):
        room.load()(app)
    try:
        log_in_words()
        app()
    except AdwatchError as error:
        say_failure(error)
        sys.exit(error.exit_code)
    except Stopped:
        sys.stderr.write("adwatch: stopped\n")
        sys.exit(1)


@app.command()
def nightly(
    due: Annotated[
        bool, typer.Option("--due", help="Only if none has begun since `night_hour`; waits while another one runs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run one whole night now: renew the register, crawl, group, assess, open cases, prepare drafts, tell people.

    A night that was cut off within twelve hours is gone on with. Ctrl+C or SIGTERM stops it in order.

    Example: [bold]adwatch nightly[/bold] · from cron, on several machines: [bold]adwatch nightly --due[/bold]
    """
    from crawler.night_report import (  # noqa: PLC0415 - keeps --help fast
        due_night,
        night_with_progress,
        show_night,
    )
    from crawler.opening import opened  # noqa: PLC0415

    with stopping_in_order(), opened() as (settings, engine):
        now = datetime.now(UTC)
        result = due_night(settings, engine) if due else night_with_progress(settings, engine, now=now)
        show_night(engine, result, as_json=as_json)
    if result.failed:
        raise typer.Exit(1)


@app.command()
def crawl(
    sources: Annotated[list[str] | None, typer.Argument(help="Ids of sources, see `adwatch sources list`.")] = None,
    url: Annotated[str | None, typer.Option(help="Read job postings from any start page or sitemap instead.")] = None,
    max_pages: Annotated[int, typer.Option(min=1, max=10_000, help="With --url: how many pages at most.")] = 200,
    due: Annotated[
        bool, typer.Option("--due", help="One source, only if its time came since it ran; waits while a night runs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Crawl some sources now, then judge what came.

    Example: [bold]adwatch crawl rs_klikdoposla[/bold] · [bold]adwatch crawl --url https://poslovi.example/oglasi[/bold]
    """
    from crawler.by_hand import crawl_due_source, crawl_page_by_hand, crawl_sources_by_hand  # noqa: PLC0415
    from crawler.night_report import show_night  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    if bool(sources) == bool(url):
        raise UsageError("name sources, or give --url; `adwatch sources list` shows the sources")
    if due and (url or len(sources or []) != 1):
        raise UsageError("--due is for one source")
    with stopping_in_order(), opened() as (settings, engine):
        if sources and due:
            result = crawl_due_source(settings, engine, sources[0])
        elif url:
            result = crawl_page_by_hand(settings, engine, url, max_pages=max_pages)
        else:
            result = crawl_sources_by_hand(settings, engine, sources or [])
        show_night(engine, result, as_json=as_json)
    if result.failed:
        raise typer.Exit(1)


@app.command()
def schedule() -> None:
    """Stay and run the night at its hour, every day (`night_hour` in adwatch.yml, local time of Belgrade).

    Sources whose manifest names a `schedule` also run at their own times. As many of these as you like may share one
    database: they run one night. A night missed by less than six hours is caught up, one that was cut off goes on.

    Example: [bold]adwatch schedule[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.scheduling import serve_schedule  # noqa: PLC0415

    with opened() as (settings, engine):
        serve_schedule(settings, engine)


@app.command()
def worker(
    once: Annotated[bool, typer.Option("--once", help="End when nothing was to do for ten seconds.")] = False,
    name: Annotated[str | None, typer.Option(help="Name of this worker; by default machine and process.")] = None,
) -> None:
    """Take part in nights that several machines crawl together, over one Redis and one PostgreSQL.

    `adwatch nightly` or `adwatch schedule` on one machine opens the runs; SIGTERM lets a worker finish what is under
    way. How to set it up: docs/scale-out.md.

    Example: [bold]ADWATCH_REDIS_URL=redis://queue:6379/0 adwatch worker --name office-2[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.worker import run_worker  # noqa: PLC0415

    with opened() as (settings, engine):
        run_worker(settings, engine, name=name, once=once, tell=lambda line: typer.echo(line, err=True))


@app.command()
def status(as_json: AsJson = False) -> None:
    """How much is stored, and whether nights were missed.

    Example: [bold]adwatch status --json[/bold]
    """
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.outbox import count_waiting  # noqa: PLC0415
    from crawler.store.schedulers import read_watch  # noqa: PLC0415
    from crawler.store.status import count_all  # noqa: PLC0415

    with opened() as (settings, engine), reading(engine) as connection:
        watch = read_watch(connection, now=datetime.now(UTC), hour=settings.file.night_hour)
        counts = {
            **count_all(connection),
            "nights_missed": watch.missed_lately,
            "scheduler_silent": int(watch.is_silent),
            "messages_waiting": count_waiting(connection),
        }
    if as_json:
        print_json(counts)
        return
    print_table("In the store", ("what", "how many"), counts.items())
    if watch.is_silent and watch.last_sign:
        sys.stderr.write(
            f"the scheduler gives no sign since {watch.last_sign:%Y-%m-%d %H:%M} UTC: `adwatch schedule`\n"
        )
    if watch.missed:
        sys.stderr.write(f"nights that nobody ran lately: {', '.join(map(str, watch.missed))}\n")


@app.command()
def demo(
    serve: Annotated[bool, typer.Option(help="Open the desk afterwards.")] = True,
    host: Annotated[str, typer.Option(help="Address of the desk.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the desk; the next free one if it is taken.")] = 8000,
) -> None:
    """The whole job offline, on invented sites served on this machine: one night, its summary, then the desk.

    Example: [bold]adwatch demo --no-serve[/bold]
    """
    from crawler.demo import run_demo  # noqa: PLC0415

    if run_demo(serve=serve, host=host, port=port).failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
