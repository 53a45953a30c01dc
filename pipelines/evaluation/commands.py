"""`adwatch evaluate …`: measures reading and grouping on anybody's labelled data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.evaluation.comparing import Comparison
    from pipelines.evaluation.labels import AdLabel, Labelled

evaluate_app = typer.Typer(no_args_is_help=True, help="Measure reading and grouping on labelled ads.")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="List every difference, not only the first ones.")]


@evaluate_app.command()
def ads(
    file: Annotated[Path, typer.Argument(help="Labelled ads, a JSON object a line: id, title, text, label.")],
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Read labelled ads and say how well: field by field, indicator by indicator, and every ad read otherwise.

    Judges without a register. docs/adding-a-phrase.md says how a line is written. Exit code 1 when a quote is not
    its slice of the text.

    Example: [bold]adwatch evaluate ads oznaceni.jsonl[/bold]
    """
    from crawler.output import print_json  # noqa: PLC0415 - keeps --help fast
    from pipelines.evaluation.labels import read_labelled_ads  # noqa: PLC0415
    from pipelines.evaluation.measuring_ads import evaluate_ads  # noqa: PLC0415
    from pipelines.evaluation.showing_ads import print_ads  # noqa: PLC0415

    measured = evaluate_ads(_compared(read_labelled_ads(file)))
    if as_json:
        print_json(measured.to_json())
    else:
        print_ads(measured, verbose=verbose)
    if measured.unequal_quotes:
        raise typer.Exit(1)


@evaluate_app.command()
def dedupe(
    file: Annotated[Path, typer.Argument(help="Labelled ads, a JSON object a line: id, title, text, url, series.")],
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Group labelled ads into series and say how well: by pairs and ad by ad, and every pair grouped otherwise.

    Example: [bold]adwatch evaluate dedupe serije.jsonl[/bold]
    """
    from crawler.output import print_json  # noqa: PLC0415 - keeps --help fast
    from pipelines.evaluation.labels import read_labelled_series  # noqa: PLC0415
    from pipelines.evaluation.measuring_series import evaluate_series  # noqa: PLC0415
    from pipelines.evaluation.showing_series import print_series  # noqa: PLC0415
    from pipelines.series.memory import series_of  # noqa: PLC0415

    labelled = read_labelled_series(file)
    measured = evaluate_series(labelled, series_of(one.ad for one in labelled))
    if as_json:
        print_json(measured.to_json())
    else:
        print_series(measured, verbose=verbose)


def _compared(labelled: list[Labelled[AdLabel]]) -> list[Comparison]:
    from crawler.belgrade import day_in_belgrade  # noqa: PLC0415 - keeps --help fast
    from crawler.night_report import progress_bar  # noqa: PLC0415
    from pipelines.assess import assess  # noqa: PLC0415
    from pipelines.evaluation.comparing import compare  # noqa: PLC0415

    on, compared = day_in_belgrade(datetime.now(UTC)), []
    with progress_bar() as progress:
        for done, one in enumerate(labelled, 1):
            compared.append(compare(one, assess(one.ad, None, on=on)))
            progress("reading ads", done, len(labelled))
    return compared
