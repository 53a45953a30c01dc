"""The figures of grouped ads as tables for the terminal. What they mean is `measuring_series`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console

from crawler.assessment import Ad
from crawler.output import print_table
from pipelines.evaluation.measuring_series import Pair, SeriesEvaluation

FIRST = 20
"""Pairs of each kind that are shown without --verbose."""
OPENING = 60
"""Characters of an ad that are shown to know it by."""


def print_series(measured: SeriesEvaluation, *, verbose: bool) -> None:
    """Prints the figures on standard output, then the pairs that were grouped otherwise."""
    pairs = measured.pairs
    title = f"{measured.ads} ads, {measured.labelled_series} series labelled, {measured.found_series} found"
    print_table(
        title,
        ("measure", "precision", "recall", "F1"),
        (
            ("pairwise", f"{pairs.precision:.4f}", f"{pairs.recall:.4f}", f"{pairs.f1:.4f}"),
            ("B-cubed", f"{measured.precision:.4f}", f"{measured.recall:.4f}", f"{measured.f1:.4f}"),
        ),
    )
    _print_pairs("Wrongly joined", measured.joined, pairs.fp, verbose=verbose)
    _print_pairs("Wrongly split", measured.split, pairs.fn, verbose=verbose)


def _print_pairs(name: str, pairs: Sequence[Pair], count: int, *, verbose: bool) -> None:
    console = Console(highlight=False)
    if not count:
        console.print(f"{name}: none")
        return
    shown = pairs if verbose else pairs[:FIRST]
    print_table(f"{name}: {count} pairs", ("ad", "other ad"), _rows(shown))
    if count > len(shown):
        console.print(f"… and {count - len(shown)} more{'' if verbose else '; --verbose shows more'}.")


def _rows(pairs: Iterable[Pair]) -> Iterable[tuple[str, str]]:
    return ((_named(one), _named(other)) for one, other in pairs)


def _named(ad: Ad) -> str:
    opening = " ".join((ad.title or ad.text[: 2 * OPENING]).split())[:OPENING]
    return "".join(char if char.isprintable() else " " for char in f"{ad.id}: {opening}")
