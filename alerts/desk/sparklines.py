"""Small charts as numbers for SVG: one bar a night. Pure; what they look like is the style sheet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SLOT = 5
"""Units of width for one night."""
BAR = 4
HEIGHT = 28
LEAST = 1.5
"""Height of a bar that stands for something above nothing."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One night; places and sizes in the chart's units."""

    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The chart, and what it says in figures for whoever does not see it."""

    bars: tuple[Bar, ...]
    """Nights without a value have none."""
    width: int
    height: int
    least: float
    most: float
    last: float | None
    """Of the last night that has a value; None: no night has."""


def sparkline(values: Sequence[float | None], *, most: float | None = None) -> Sparkline:
    """The chart of these nights, the oldest first; `most`: what fills its height, by default the highest value."""
    known = [value for value in values if value is not None]
    top = most or max(known, default=0) or 1
    bars = tuple(_bar(place, value / top) for place, value in enumerate(values) if value is not None)
    return Sparkline(
        bars=bars,
        width=len(values) * SLOT,
        height=HEIGHT,
        least=min(known, default=0),
        most=max(known, default=0),
        last=known[-1] if known else None,
    )


def _bar(place: int, share: float) -> Bar:
    # A run that brought nothing is drawn too, as a line on the ground: it is not the same as no run.
    height = round(max(min(share, 1.0) * HEIGHT, LEAST if share > 0 else 0.5), 1)
    return Bar(place * SLOT, round(HEIGHT - height, 1), height)
