"""Shows what was measured: one table on the screen, and the tables and charts of docs/performance.md.

`python -m tests.bench.table` takes the figures of `.bench/`; its exit code is 1 where an aim was missed, or nothing was
measured. In the document only what stands between the marks of a group is written, and only for groups that were
measured; all else is ours by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.bench.curve import draw_curve
from tests.bench.figures import Figure, Group, Notebook, read_figures

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
END = "<!-- end of figures -->"
CHARTS = {
    (Group.ONE_MORE, "processor"): ("grouping-curve.svg", "One more ad: time to find its series"),
    (Group.NIGHT, "processor"): ("night-curve.svg", "A night of new ads: processor time of all steps but fetching"),
}
"""Figure -> file beside the document's other pictures, and title."""
Cells = tuple[str, ...]


def table_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """All figures as one table for the screen, and how they were measured."""
    rows: list[Cells] = [("", "measured", "aim", "", "beside it, in the same run", "", "ratio")]
    for group, some in _grouped(figures):
        rows += [(group.upper(), *[""] * 6), *map(_screen_row, some)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    missed = [figure for figure in figures if figure.is_missed]
    yield ""
    yield _conditions(figures)
    yield f"{len(missed)} of {sum(map(_has_aim, figures))} aims missed"


def document_of(text: str, figures: Sequence[Figure]) -> str:
    """The document with the tables of the groups that were measured. Raises ValueError where one has no place in it."""
    for group, some in _grouped(figures):
        begin = f"<!-- figures: {group} -->"
        between = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
        lines = "\n".join([begin, "", *markdown_lines(some), END])
        text, count = between.subn(lambda _, lines=lines: lines, text)
        if count != 1:
            raise ValueError(f"the document has {count} places for figures of `{group}`")
    return text


def markdown_lines(figures: Sequence[Figure]) -> Iterator[str]:
    """The figures of one group as a table of Markdown, with the conditions below."""
    sized = [figure for figure in figures if figure.size is not None]
    rows = list(_growth_rows(sized) if sized else _plain_rows(figures))
    yield _markdown_row(rows[0])
    yield f"|---{'|---:' * (len(rows[0]) - 1)}|"
    yield from map(_markdown_row, rows[1:])
    yield ""
    yield _conditions(figures)


def draw_charts(folder: Path, figures: Sequence[Figure]) -> None:
    """Draws the curve of each cost that was measured at two sizes or more."""
    for (group, what), (name, title) in CHARTS.items():
        found = [one for one in figures if one.group is group and one.what == what and one.size is not None]
        points = sorted((one.size or 0, one.value) for one in found)
        if len(points) > 1:
            draw_curve(folder / name, points, title=title, below="ads in the store", unit=found[0].unit)


def number(value: float) -> str:
    """Three digits that count, also of a share; whole numbers as they are."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}"
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"


def _grouped(figures: Iterable[Figure]) -> Iterator[tuple[Group, list[Figure]]]:
    for group, some in groupby(figures, key=lambda figure: figure.group):
        yield group, list(some)


def _screen_row(figure: Figure) -> Cells:
    at = f", {figure.size:,} ads" if figure.size is not None else ""
    verdict = ("MISSED" if figure.is_missed else "ok") if _has_aim(figure) else ""
    return f"  {figure.what}{at}", _measured(figure), _aim(figure), verdict, *_beside(figure)


def _plain_rows(figures: Sequence[Figure]) -> Iterator[Cells]:
    yield "", "measured", "aim", "beside it, in the same run", "", "ratio"
    for figure in figures:
        measured = f"**{_measured(figure)}, missed**" if figure.is_missed else _measured(figure)
        yield figure.what, measured, _aim(figure), *_beside(figure)


def _growth_rows(figures: Sequence[Figure]) -> Iterator[Cells]:
    """A row for each thing measured and for each baseline, a column for each size."""
    sizes = sorted({figure.size or 0 for figure in figures})
    yield "ads in the store", *(f"{size:,}" for size in sizes), "aim"
    for what in dict.fromkeys(figure.what for figure in figures):
        found = {figure.size: figure for figure in figures if figure.what == what}
        first = next(iter(found.values()))
        aims = {size: _aim(figure) for size, figure in found.items() if _aim(figure)}
        yield (
            what,
            *(_measured(found[size]) if size in found else "" for size in sizes),
            aims.get(max(aims, default=0), ""),
        )
        if first.baseline:
            yield (
                f"beside it: {first.baseline}",
                *(_beside(found[size])[1] if size in found else "" for size in sizes),
                "",
            )


def _measured(figure: Figure) -> str:
    return f"{number(figure.value)} {figure.unit}".rstrip()


def _beside(figure: Figure) -> Cells:
    if figure.baseline_value is None:
        return "", "", ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    return figure.baseline, f"{number(figure.baseline_value)} {figure.unit}".rstrip(), ratio


def _has_aim(figure: Figure) -> bool:
    return figure.at_most is not None or figure.at_least is not None


def _aim(figure: Figure) -> str:
    if figure.at_most is not None:
        return f"at most {number(figure.at_most)}"
    return f"at least {number(figure.at_least)}" if figure.at_least is not None else ""


def _conditions(figures: Sequence[Figure]) -> str:
    days = sorted({figure.measured_on for figure in figures})
    loads = [figure.load for figure in figures]
    span = f"{min(loads)}" if min(loads) == max(loads) else f"{min(loads)} to {max(loads)}"
    cores = max(figure.cores for figure in figures)
    return f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))} on {cores} cores; load before: {span}."


def _markdown_row(cells: Cells) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def main() -> None:
    """Prints the table and writes the document; exits with 1 where an aim was missed."""
    figures = read_figures(Notebook().file)
    if not figures:
        sys.exit("nothing was measured")
    sys.stdout.write("\n".join(["", *table_lines(figures), ""]))
    DOCUMENT.write_text(document_of(DOCUMENT.read_text(encoding="utf-8"), figures), encoding="utf-8")
    draw_charts(DOCUMENT.parent / "images", figures)
    sys.exit(any(figure.is_missed for figure in figures))


if __name__ == "__main__":
    main()
