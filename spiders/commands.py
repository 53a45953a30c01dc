"""The collecting room's part of the command line: `adwatch extract`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def add_commands(app: typer.Typer) -> None:
    """Adds this room's commands to the program."""
    app.command("extract")(extract)


def extract(
    file: Annotated[Path, typer.Argument(help="A saved page (HTML).")],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Prints the JobPostings found in a saved page.

    Example: adwatch extract --url https://portal.example/oglas/17 oglas-17.html --json
    """
    from spiders.saved_page import postings_in_file  # noqa: PLC0415 - extruct takes a while to load

    postings = postings_in_file(file, url)
    if as_json:
        import orjson  # noqa: PLC0415

        typer.echo(orjson.dumps(postings, option=orjson.OPT_INDENT_2).decode())
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
