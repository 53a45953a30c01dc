from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.reports.charts import HEIGHT, WIDTH, Bar, Caption, Layer, bar_chart, line_chart, stacked_chart

CAPTION = Caption("probni", "Naslov <b>", "Opis & dalje")
COUNTS = st.lists(st.integers(0, 100_000), min_size=1, max_size=120)


def _drawn(text: str, tag: str) -> list[ElementTree.Element]:
    return [part for part in ElementTree.fromstring(text).iter() if part.tag == tag]  # noqa: S314 - our own text


def test_a_chart_says_its_name_and_what_it_shows() -> None:
    chart = line_chart(CAPTION, ["1. 10."], [3])
    root = ElementTree.fromstring(chart)  # noqa: S314 - our own text
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "probni-title probni-desc")
    assert [(part.get("id"), part.text) for part in root[:2]] == [
        ("probni-title", "Naslov <b>"),
        ("probni-desc", "Opis & dalje"),
    ]


@given(COUNTS)
def test_a_line_stays_inside_and_higher_numbers_stand_higher(numbers: list[int]) -> None:
    chart = line_chart(CAPTION, [str(place) for place in range(len(numbers))], numbers)
    dots = [(float(dot.get("cx", "")), float(dot.get("cy", ""))) for dot in _drawn(chart, "circle")]
    assert len(dots) == len(numbers)
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in dots)
    assert max(numbers) == numbers[min(range(len(dots)), key=lambda place: (dots[place][1], -numbers[place]))]


@given(COUNTS)
def test_columns_are_as_high_as_their_parts_together(numbers: list[int]) -> None:
    layers = [Layer("part-low", tuple(numbers)), Layer("part-high", tuple(numbers))]
    parts = _drawn(stacked_chart(CAPTION, [""] * len(numbers), layers), "rect")
    assert len(parts) == 2 * sum(number > 0 for number in numbers)
    assert all(float(part.get("y", "")) >= 0 and float(part.get("height", "")) >= 0 for part in parts)


def test_bars_are_as_long_as_their_numbers_and_names_are_text() -> None:
    chart = bar_chart(CAPTION, [Bar("<i>", 10, "10"), Bar("x" * 80, 5, "5"), Bar("", 0, "0")])
    assert [float(bar.get("width", "")) for bar in _drawn(chart, "rect")] == [368.0, 184.0, 0.0]
    names = [part.text for part in _drawn(chart, "text") if part.get("class") == "chart-name"]
    assert (names[0], len(names[1] or "")) == ("<i>", 52)


@pytest.mark.parametrize(("most", "ticks"), [(0, ["0", "1", "2", "3", "4"]), (37, ["0", "10", "20", "30", "40"])])
def test_ticks_are_whole_numbers(most: int, ticks: list[str]) -> None:
    chart = line_chart(CAPTION, ["a"], [most])
    assert [part.text for part in _drawn(chart, "text") if part.get("class") == "chart-tick"] == ticks
