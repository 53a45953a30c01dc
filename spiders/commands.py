"""The collecting room's part of the command line: `adwatch extract` and `adwatch sources`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.output import print_json, print_table

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
    """Prints the JobPostings found in a saved page.

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
        console.print(posting.get("jobTitle", ""), style="bold", markup=False, highlight=False)
        console.print(f"  {facts}", markup=False, highlight=False)
    console.print(f"{len(postings)} JobPosting", markup=False)


@sources_app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """All sources, with how each fared last time.

    Example: [bold]adwatch sources list[/bold]
    """
    from crawler.manifest import load_manifests  # noqa: PLC0415
    from crawler.opening import opened  # noqa: PLC0415
    from crawler.store.engine import reading  # noqa: PLC0415
    from crawler.store.status import last_runs  # noqa: PLC0415

    with opened() as (settings, engine):
        manifests = load_manifests(settings.source_folders)
        with reading(engine) as connection:
            runs = last_runs(connection)
    rows = []
    for manifest in manifests.values():
        finished, outcome, ads = runs.get(manifest.id, (None, None, 0))
        rows.append(
            {
                "id": manifest.id,
                "name": manifest.name,
                "kind": manifest.kind,
                "enabled": manifest.enabled,
                "last_run": finished.isoformat() if finished else None,
                "outcome": outcome,
                "ads": ads,
            }
        )
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "kind", "enabled", "last_run", "outcome", "ads")
        print_table("Sources", columns, [[row[column] for column in columns] for row in rows])


@sources_app.command("check")
def check_sources(
    sources: Annotated[list[str] | None, typer.Argument(help="Ids of sources; all where none is named.")] = None,
) -> None:
    """Read every manifest and every golden page again, and say what is wrong. Exit code 1 when anything is.

    What a person must still find out about a source before enabling it is told too, and is no fault.

    Example: [bold]adwatch sources check rs_infostud[/bold]
    """
    from spiders.golden import check_folder, missing_facts, source_folders  # noqa: PLC0415 - keeps --help fast

    folders = source_folders(sources)
    faults = [fault for folder in folders for fault in check_folder(folder)]
    for fault in faults:
        typer.echo(fault)
    for folder in folders:
        for missing in missing_facts(folder):
            typer.echo(f"{folder.name}: to fill in before it is enabled: {missing}")
    typer.echo(f"{len(folders)} sources checked, {len(faults)} faults", err=True)
    if faults:
        raise typer.Exit(1)


@sources_app.command("freeze")
def freeze_source(source: Annotated[str, typer.Argument(help="Id of the source.")]) -> None:
    """Write what is read from a source's golden pages now as what is expected; compare it with the pages by eye.

    Example: [bold]adwatch sources freeze rs_infostud[/bold]
    """
    from spiders.golden import freeze, source_folders  # noqa: PLC0415 - keeps --help fast

    (folder,) = source_folders([source])
    freeze(folder)
    typer.echo(f"{folder.name}: expected.json written", err=True)
