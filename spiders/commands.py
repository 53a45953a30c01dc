"""The collecting room's part of the command line: `adwatch extract` and `adwatch sources`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.errors import UsageError
from crawler.output import plain, print_json, print_table

if TYPE_CHECKING:
    from crawler.store.health import SourceHealth
    from crawler.store.switches import SourceAction

sources_app = typer.Typer(no_args_is_help=True, help="The sources adwatch collects from.")
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def add_commands(app: typer.Typer) -> None:
    """Adds this room's commands to the program."""
    app.command("extract")(extract)
    app.add_typer(sources_app, name="sources")


def extract(
    file: Annotated[Path, typer.Argument(help="A saved page (HTML).")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the JobPostings found in a saved page.

    Example: [bold]adwatch extract --url https://portal.example/oglas/17 oglas-17.html --json[/bold]
    """
    from spiders.saved_page import postings_in_file  # noqa: PLC0415 - extruct takes a while to load

    postings = postings_in_file(file, url)
    if as_json:
        print_json(postings)
    else:
        _show(postings)


def _show(postings: list[dict[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    for posting in postings:
        organization = posting.get("hiringOrganization", {}).get("name", "")
        place = posting.get("jobLocation", {}).get("raw", "")
        facts = " · ".join(fact for fact in (organization, place, posting.get("datePublished", "")) if fact)
        console.print(plain(posting.get("jobTitle", "")), style="bold", markup=False, highlight=False)
        console.print(f"  {plain(facts)}", markup=False, highlight=False)
    console.print(f"{len(postings)} JobPosting", markup=False)


@sources_app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """All sources, with how each fared last time. A manifest that cannot be read is told apart.

    Example: [bold]adwatch sources list[/bold]
    """
    from crawler.manifest import read_manifests  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.health import health_by_source  # noqa: PLC0415
    from crawler.store.status import last_runs  # noqa: PLC0415
    from crawler.store.switches import said_of, switched_off  # noqa: PLC0415

    with opened() as (settings, engine):
        read = read_manifests(settings.source_folders)
        with reading(engine) as connection:
            runs = last_runs(connection)
            off = switched_off(connection)
            healths = health_by_source(connection)
    rows = []
    for manifest in read.manifests.values():
        finished, outcome, ads = runs.get(manifest.id, (None, None, 0))
        health = healths.get(manifest.id)
        rows.append(
            {
                "id": manifest.id,
                "name": manifest.name,
                "kind": manifest.kind,
                "enabled": manifest.enabled,
                "switched_off": said_of(off[manifest.id]) if manifest.id in off else None,
                "last_run": finished.isoformat() if finished else None,
                "outcome": outcome,
                "ads": ads,
                "failure": health.failure if health else None,
                "health": health.state if health else None,
                "reasons": list(health.reasons) if health else [],
                "last_figures": _figures(health) if health else None,
            }
        )
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "kind", "enabled", "switched_off", "last_run", "outcome", "ads", "health", "failure")
        print_table("Sources", columns, [[row[column] for column in columns] for row in rows])
    for fault in read.faults.values():
        typer.echo(f"adwatch: left out: {fault}", err=True)


def _figures(health: SourceHealth) -> dict[str, Any]:
    names = ("pages", "read", "fields", "bytes", "seconds", "memory")
    return {name: getattr(health, name) for name in names}


@sources_app.command("run")
def run(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source, see `adwatch sources list`.")],
    as_json: AsJson = False,
) -> None:
    """Crawl one source now and judge what came, as `adwatch crawl` does; not while a night runs.

    Example: [bold]adwatch sources run rs_infostud[/bold]
    """
    from crawler.by_hand import crawl_sources_by_hand  # noqa: PLC0415 - keeps --help fast
    from crawler.night_report import show_night  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415

    with opened() as (settings, engine):
        result = crawl_sources_by_hand(settings, engine, [source])
        show_night(engine, result, as_json=as_json)
    if result.failed:
        raise typer.Exit(1)


Who = Annotated[str, typer.Option(help="E-mail of the person who decides it, see `adwatch users list`.")]


@sources_app.command("disable")
def disable(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    person: Who,
    why: Annotated[str, typer.Option(help="Why; it is shown beside the source.")],
) -> None:
    """Switch a source off: neither the night nor `adwatch crawl` asks it until it is switched on again.

    Kept in the store with who, when and why; the manifest stays as it is.

    Example: [bold]adwatch sources disable rs_portal --person ana@ngo.example --why "sajt je zamolio za pauzu"[/bold]
    """
    from crawler.store.switches import SourceAction  # noqa: PLC0415 - keeps --help fast

    _switch(source, SourceAction.DISABLE, person, why)


@sources_app.command("enable")
def enable(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    person: Who,
    why: Annotated[str, typer.Option(help="Why; it is shown beside the source.")] = "",
) -> None:
    """Switch a source on again that was switched off. One that its manifest does not enable stays so.

    Example: [bold]adwatch sources enable rs_portal --person ana@ngo.example[/bold]
    """
    from crawler.store.switches import SourceAction  # noqa: PLC0415 - keeps --help fast

    _switch(source, SourceAction.ENABLE, person, why)


def _switch(source: str, action: SourceAction, person: str, why: str) -> None:
    from crawler.manifest import read_manifests  # noqa: PLC0415 - keeps --help fast
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.people import find_person  # noqa: PLC0415
    from crawler.store.switches import switch  # noqa: PLC0415

    with opened() as (settings, engine):
        if source not in read_manifests(settings.source_folders).manifests:
            raise UsageError(f"unknown source {source}; `adwatch sources list` shows the known ones")
        with engine.begin() as connection:
            known = find_person(connection, email=person.strip().lower())
            if known is None:
                raise UsageError(f"nobody is known as {person}; `adwatch users add` adds a person")
            now = datetime.now(UTC)
            switch(connection, source, action, person=known.email, person_name=known.name, why=why, now=now)
    typer.echo(f"{source}: {action}d", err=True)


@sources_app.command("new")
def new(
    source: Annotated[str, typer.Argument(metavar="ID", help="Country and name, such as rs_portal.")],
    kind: Annotated[str, typer.Option(help="Kind of page; spiders/README.md tells them apart.")],
    url: Annotated[str, typer.Option(help="Address of the listing, channel or feed.")],
    built_in: Annotated[
        bool, typer.Option("--built-in", help="Into the program's own sources, instead of $ADWATCH_HOME/sources.")
    ] = False,
) -> None:
    """Make the folder of a new source: a manifest to fill in, and a test that fails until a saved page gives an ad.

    Example: [bold]adwatch sources new rs_portal --kind structured --url https://portal.example/poslovi[/bold]
    """
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast
    from spiders.adding import new_source  # noqa: PLC0415

    settings, today = Settings.from_environment(), datetime.now(UTC).date()
    folder = new_source(settings, source, kind=kind, url=url, built_in=built_in, today=today)
    typer.echo(folder / "source.yml")
    typer.echo(
        f"fill it in, then `adwatch sources freeze {source} {url}` and `adwatch sources check {source}`", err=True
    )


@sources_app.command("check")
def check_sources(
    sources: Annotated[list[str] | None, typer.Argument(help="Ids of sources; all where none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read every manifest and every golden page again, and say what is wrong. Exit code 1 when anything is.

    What a person must still find out about a source before enabling it is told too, and is no fault. Services that
    are not crawled are refused, with the reason and what to do instead.

    Example: [bold]adwatch sources check rs_infostud[/bold]
    """
    from spiders.golden import check_folder, missing_facts, source_folders  # noqa: PLC0415 - keeps --help fast

    folders = source_folders(sources)
    faults = [fault for folder in folders for fault in check_folder(folder)]
    to_fill_in = {folder.name: missing for folder in folders if (missing := missing_facts(folder))}
    if as_json:
        print_json({"sources": len(folders), "faults": faults, "to_fill_in": to_fill_in})
    else:
        for fault in faults:
            typer.echo(fault)
        for name, missing in to_fill_in.items():
            for fact in missing:
                typer.echo(f"{name}: to fill in before it is enabled: {fact}")
    typer.echo(f"{len(folders)} sources checked, {len(faults)} faults", err=True)
    if faults:
        raise typer.Exit(1)


@sources_app.command("freeze")
def freeze_source(
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    page: Annotated[
        str | None, typer.Argument(metavar="[URL|FILE]", help="A page to be saved: an address, or a file.")
    ] = None,
    reads: Annotated[
        str | None, typer.Option(help="listing or ad; by default a listing where it is a start address.")
    ] = None,
    url: Annotated[str, typer.Option(help="With a file: the address it was saved from.")] = "",
    as_json: AsJson = False,
) -> None:
    """Save a page of a source with what is read from it, or, without a page, write anew what is read from all.

    An address is fetched once, under robots.txt and all limits. Phones, mailboxes, names that the page marks, personal
    numbers and tokens are replaced; the other words stay the site's: write them anew before you publish the folder.
    Compare what is read with the page by eye.

    Example: [bold]adwatch sources freeze rs_portal https://portal.example/oglas/17 --reads ad[/bold]
    """
    from spiders.golden import freeze, source_folders  # noqa: PLC0415 - keeps --help fast

    (folder,) = source_folders([source])
    if page is None:
        if reads or url:
            raise UsageError("--reads and --url say something about a page: name an address or a file too")
        freeze(folder)
        typer.echo(f"{folder.name}: {folder / 'expected.json'} written", err=True)
    else:
        _save(folder, page, url=url, reads=reads, as_json=as_json)


def _save(folder: Path, page: str, *, url: str, reads: str | None, as_json: bool) -> None:
    from crawler.config import Settings  # noqa: PLC0415 - keeps --help fast
    from spiders.adding import as_reads, save_page  # noqa: PLC0415

    saved = save_page(Settings.from_environment(), folder, page, url=url, reads=as_reads(reads))
    golden = saved.golden
    if as_json:
        print_json({**golden.model_dump(mode="json"), "replaced": saved.replaced})
    else:
        read = f"{len(golden.ads)} ads, {len(golden.requests)} addresses"
        problems = f", problems: {', '.join(golden.problems)}" if golden.problems else ""
        typer.echo(f"{folder / golden.page}: {read}{problems}")
    told = ", ".join(f"{count} {sort}" for sort, count in saved.replaced.items()) or "nothing"
    typer.echo(f"replaced: {told}; look for names that remain, and write the words anew before publishing", err=True)
