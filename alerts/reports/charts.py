"""Charts as SVG, drawn from numbers: a line, stacked columns, bars. Pure; colours are classes of the stylesheet.

Each names itself (`title`, `desc`) for those who do not see it; the table beside it says the same in figures. Charts
are narrow, so that their letters can be read on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 420
HEIGHT = 230
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 30
"""Room around the drawing for the axes' letters."""
MOST_PLACES_NAMED = 5
TICKS = 4
BAR, BAR_STEP, BAR_ROOM = 12, 40, 52
"""Thickness of a bar, distance of one to the next, and room right of the longest for its number."""

LONGEST_NAME = 52
"""Letters of a bar's name that fit."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called, and what it shows in a sentence."""

    id: str
    """Unique on the page."""
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of stacked columns: the class that colours it, and a number for each place."""

    style: str
    numbers: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is called, its number and that number as written."""

    name: str
    number: float
    written: str


def line_chart(caption: Caption, places: Sequence[str], numbers: Sequence[float]) -> Markup:
    """A line through the numbers, from left to right; `places` name the points."""
    top = _axis_top(max(numbers, default=0))
    points = [(_middle(place, len(numbers)), _y(number, top)) for place, number in enumerate(numbers)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    floor = _y(0, top)
    area = f"{points[0][0]:.1f},{floor:.1f} {path} {points[-1][0]:.1f},{floor:.1f}" if points else ""
    drawn = [
        *_grid(top),
        Markup('<polygon class="chart-area" points="{}"/><polyline class="chart-line" points="{}"/>').format(
            area, path
        ),
        *(
            Markup('<circle class="chart-dot" cx="{}" cy="{}" r="3"/>').format(f"{x:.1f}", f"{y:.1f}")
            for x, y in points
        ),
        *_place_names(places),
    ]
    return _svg(caption, drawn, HEIGHT)


def stacked_chart(caption: Caption, places: Sequence[str], layers: Sequence[Layer]) -> Markup:
    """Columns from left to right, in each the layers one upon another, the first at the bottom."""
    heights = [sum(layer.numbers[place] for layer in layers) for place in range(len(places))]
    top = _axis_top(max(heights, default=0))
    drawn = [*_grid(top), *(part for place in range(len(places)) for part in _column(layers, place, len(places), top))]
    return _svg(caption, [*drawn, *_place_names(places)], HEIGHT)


def bar_chart(caption: Caption, bars: Sequence[Bar]) -> Markup:
    """Bars from the left, one below another, each with its name above and its number at the end."""
    most = max((bar.number for bar in bars), default=0) or 1
    drawn = [part for place, bar in enumerate(bars) for part in _bar(bar, place, most)]
    return _svg(caption, drawn, len(bars) * BAR_STEP + 4)


def _bar(bar: Bar, place: int, most: float) -> Iterator[Markup]:
    y, width = place * BAR_STEP + 16, (WIDTH - BAR_ROOM) * bar.number / most
    yield Markup('<text class="chart-name" x="0" y="{}">{}</text>').format(y, _cut(bar.name))
    yield Markup('<rect class="chart-bar" x="0" y="{}" width="{}" height="{}"/>').format(y + 6, f"{width:.1f}", BAR)
    yield Markup('<text class="chart-number" x="{}" y="{}">{}</text>').format(f"{width + 6:.1f}", y + 17, bar.written)


def _column(layers: Sequence[Layer], place: int, places: int, top: float) -> Iterator[Markup]:
    room = (WIDTH - LEFT - RIGHT) / places
    width, below = min(room * 0.72, 48), 0.0
    for layer in layers:
        number = layer.numbers[place]
        if number:
            high, low = _y(below + number, top), _y(below, top)
            yield Markup('<rect class="chart-part {}" x="{}" y="{}" width="{}" height="{}"/>').format(
                layer.style,
                f"{_middle(place, places) - width / 2:.1f}",
                f"{high:.1f}",
                f"{width:.1f}",
                f"{low - high:.1f}",
            )
        below += number


def _grid(top: float) -> Iterator[Markup]:
    for tick in range(TICKS + 1):
        number = top * tick / TICKS
        if number.is_integer():
            y = f"{_y(number, top):.1f}"
            yield Markup('<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - RIGHT, y, y)
            yield Markup('<text class="chart-tick" x="{}" y="{}" dy="4">{}</text>').format(LEFT - 8, y, int(number))


def _place_names(places: Sequence[str]) -> Iterator[Markup]:
    """Names under some of the places, evenly spread, as many as there is room for."""
    every = max(math.ceil(len(places) / MOST_PLACES_NAMED), 1)
    for place in range(0, len(places), every):
        x = f"{_middle(place, len(places)):.1f}"
        yield Markup('<text class="chart-place" x="{}" y="{}">{}</text>').format(x, HEIGHT - 8, places[place])


def _svg(caption: Caption, drawn: Sequence[Markup], height: int) -> Markup:
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(
        WIDTH,
        height,
        *[caption.id] * 3,
        caption.title,
        caption.id,
        caption.description,
        Markup("").join(drawn),
    )


def _axis_top(most: float) -> int:
    """A round number not below `most` and not below the ticks, so that ticks are whole where they can be."""
    if most <= TICKS:
        return TICKS
    size = 10 ** math.floor(math.log10(most))
    return next(int(step * size) for step in (1, 2, 4, 6, 8, 10) if step * size >= most)


def _middle(place: int, places: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / places


def _y(number: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * number / top


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
