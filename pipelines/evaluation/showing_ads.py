"""The figures of read ads as tables for the terminal. What they mean is `measuring_ads`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from crawler.assessment import RiskLevel
from crawler.output import print_table
from pipelines.evaluation.comparing import Comparison
from pipelines.evaluation.counting import Found
from pipelines.evaluation.measuring_ads import HARD, MANY, AdsEvaluation

FIRST = 10
"""Ads of the list to read that are shown without --verbose."""
FOUND_COLUMNS = ("tp", "fp", "fn", "precision", "recall", "F1")


def print_ads(measured: AdsEvaluation, *, verbose: bool) -> None:
    """Prints all tables on standard output, then the ads that were read otherwise: all of them if verbose."""
    print_table(f"Fields, {measured.ads} ads", ("field", "right", "of", "accuracy"), _fields(measured))
    print_table("Contacts", ("kind", *FOUND_COLUMNS), _found({**measured.contacts, "all": measured.all_contacts}))
    print_table("Indicators", ("code", *FOUND_COLUMNS), _found({**measured.indicators, "all (micro)": measured.micro}))
    console = Console(highlight=False)
    console.print(f"Indicators: micro F1 {measured.micro.f1:.3f}, macro F1 {measured.macro_f1:.3f}")
    console.print(f"Quotes that are not their slice of the text: {measured.unequal_quotes}\n")
    print_table("Levels of risk", ("level", "all ads", "", "job ads abroad", ""), _levels(measured))
    print_table("Calibration", ("risk score", "ads", "worrying by label", "share"), _bins(measured))
    console.print(f"Worrying by label: {MANY} indicators or more, or one of {', '.join(sorted(HARD))}.\n", style="dim")
    _print_wrong(console, measured.wrong, verbose=verbose)


def _print_wrong(console: Console, wrong: Sequence[Comparison], *, verbose: bool) -> None:
    console.print(f"Read otherwise: {len(wrong)} ads", style="italic")
    for one in wrong if verbose else wrong[:FIRST]:
        console.print(Text(f"\n{_plain(one.id)}", style="bold"))
        for line in _differences(one):
            console.print(Text(f"  {_plain(line)}"), soft_wrap=True)
    if len(wrong) > FIRST and not verbose:
        console.print(f"\n… and {len(wrong) - FIRST} more; --verbose shows all.")


def _differences(one: Comparison) -> Iterator[str]:
    for mistake in one.mistakes:
        yield f"{mistake.field}: expected {_answer(mistake.expected)}, got {_answer(mistake.got)}"
    for code in one.missed:
        yield f"{code}: missed"
    for found in one.extra:
        yield f"{found.code}: extra{f', quoting “{found.quote}”' if found.quote else ', quoting nothing'}"
    if one.unequal_quotes:
        yield f"{one.unequal_quotes} quotes are not their slice of the text"


def _answer(value: object) -> str:
    if value is None or value == []:
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _fields(measured: AdsEvaluation) -> Iterable[tuple[object, ...]]:
    return ((field.value, share.part, share.of, f"{share.value:.3f}") for field, share in measured.fields.items())


def _found(rows: dict[str, Found]) -> Iterable[tuple[object, ...]]:
    for name, found in rows.items():
        figures = (f"{value:.3f}" for value in (found.precision, found.recall, found.f1))
        yield (name, found.tp, found.fp, found.fn, *figures)


def _levels(measured: AdsEvaluation) -> Iterable[tuple[object, ...]]:
    for level in RiskLevel:
        every, abroad = measured.levels, measured.levels_abroad
        yield (
            level.value,
            every.counts[level],
            _percent(every.share(level)),
            abroad.counts[level],
            _percent(abroad.share(level)),
        )


def _bins(measured: AdsEvaluation) -> Iterable[tuple[object, ...]]:
    for one in measured.calibration:
        share = _percent(one.marked.value) if one.marked.of else None
        yield f"{one.lower:.1f}–{one.upper:.1f}", one.marked.of, one.marked.part, share


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _plain(value: str) -> str:
    """One line without characters that would steer the terminal: an ad may hold any."""
    return "".join(char if char.isprintable() else " " for char in value)
