"""A curve as SVG, plain enough to be written by hand: costs over sizes, both axes named, sizes on a log scale."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 640, 320, 56


def draw_curve(path: Path, points: Sequence[tuple[int, float]], *, title: str, below: str, unit: str) -> None:
    """Writes the points (size, cost) as a line with its values."""
    top = max(cost for _, cost in points) * 1.4
    first, last = log10(points[0][0]), log10(points[-1][0])

    def place(size: int, cost: float) -> tuple[float, float]:
        along = (log10(size) - first) / ((last - first) or 1)
        return MARGIN + along * (WIDTH - 2 * MARGIN), HEIGHT - MARGIN - cost / top * (HEIGHT - 2 * MARGIN)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"',
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{MARGIN}" y="26" font-size="15">{escape(title)}</text>',
        f'<path d="M{MARGIN} {MARGIN}V{HEIGHT - MARGIN}H{WIDTH - MARGIN}" fill="none" stroke="#888"/>',
        f'<polyline points="{line}" fill="none" stroke="#0b5394" stroke-width="2"/>',
        f'<text x="{MARGIN - 8}" y="{HEIGHT - MARGIN + 4}" text-anchor="end">0</text>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(below)}</text>',
    ]
    for size, cost in points:
        x, y = place(size, cost)
        # The first value stands beside the axis, not across it.
        beside, anchor = (6, "start") if x == MARGIN else (0, "middle")
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#0b5394"/>',
            f'<text x="{x + beside:.1f}" y="{y - 10:.1f}" text-anchor="{anchor}">{cost:.2f} {escape(unit)}</text>',
            f'<text x="{x:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{size:,}</text>',
        ]
    path.write_text("\n".join((*parts, "</svg>", "")), encoding="utf-8")
