"""The table and the document that `make bench` writes, on invented figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bench.figures import Figure, Group, Notebook, read_figures
from tests.bench.table import DOCUMENT, END, document_of, draw_charts, markdown_lines, table_lines

CONDITIONS = {"load": 0.4, "cores": 2, "measured_on": "2026-11-20"}
QUICK = Figure(Group.READING, "an ad judged", 2.04, "ms", 3.0, None, "plain words", 0.51, **CONDITIONS)  # type: ignore[arg-type]
SLOW = Figure(Group.DRAFTS, "a draft as pdf", 55.0, "ms", 40.0, None, "", None, **CONDITIONS)  # type: ignore[arg-type]


def grown(size: int, value: float) -> Figure:
    return Figure(Group.ONE_MORE, "processor", value, "ms", 5.0, None, "two rows", value / 4, size, **CONDITIONS)  # type: ignore[arg-type]


def test_the_table_tells_every_figure_with_its_aim_its_baseline_and_the_ratio() -> None:
    lines = list(table_lines([QUICK, SLOW]))

    judged = next(line for line in lines if "an ad judged" in line)
    assert re.split(r"\s{2,}", judged.strip()) == [
        "an ad judged", "2.04 ms", "at most 3", "ok", "plain words", "0.510 ms", "4.00",
    ]  # fmt: skip


def test_a_missed_aim_is_told_on_the_screen_and_in_the_document() -> None:
    assert any("a draft as pdf" in line and "MISSED" in line for line in table_lines([QUICK, SLOW]))
    assert "1 of 2 aims missed" in list(table_lines([QUICK, SLOW]))[-1]
    assert any("**55 ms, missed**" in line for line in markdown_lines([SLOW]))


def test_a_bound_below_is_missed_by_less() -> None:
    few = Figure(Group.GROUPING, "ads", 2900.0, "ads/s", None, 3000.0)

    assert few.is_missed
    assert not Figure(Group.GROUPING, "ads", 3100.0, "ads/s", None, 3000.0).is_missed


def test_growth_is_a_column_for_each_size_with_the_baseline_below() -> None:
    lines = list(markdown_lines([grown(1000, 2.08), grown(1_000_000, 2.4)]))

    assert lines[0] == "| ads in the store | 1,000 | 1,000,000 | aim |"
    assert lines[2] == "| processor | 2.08 ms | 2.40 ms | at most 5 |"
    assert lines[3] == "| beside it: two rows | 0.520 ms | 0.600 ms |  |"


def test_only_what_stands_between_the_marks_of_a_measured_group_is_written() -> None:
    text = (
        f"Before.\n\n<!-- figures: reading an ad -->\nold\n{END}\n\nBetween.\n\n<!-- figures: drafts -->\nkept\n{END}\n"
    )

    written = document_of(text, [QUICK])

    assert "old" not in written
    assert "| an ad judged | 2.04 ms | at most 3 | plain words | 0.510 ms | 4.00 |" in written
    assert written.endswith(f"Between.\n\n<!-- figures: drafts -->\nkept\n{END}\n")
    assert document_of(written, [QUICK]) == written


def test_figures_without_a_place_are_refused_not_dropped() -> None:
    with pytest.raises(ValueError, match="drafts"):
        document_of("No marks here.", [SLOW])


def test_the_document_has_one_place_for_every_group() -> None:
    marks = re.findall(r"<!-- figures: (.*?) -->", DOCUMENT.read_text(encoding="utf-8"))

    assert sorted(marks) == sorted(Group)


def test_the_newest_figure_of_each_is_read_in_the_order_of_groups(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "below" / "figures.jsonl")
    notebook.note(Group.DRAFTS, "a draft as pdf", 50.0, "ms")
    notebook.note(Group.READING, "an ad judged", 2.5, "ms", at_most=3.0, beside=("plain words", 0.5))
    notebook.note(Group.DRAFTS, "a draft as pdf", 30.0, "ms", at_most=40.0)

    read = read_figures(notebook.file)

    assert [(one.group, one.value) for one in read] == [(Group.READING, 2.5), (Group.DRAFTS, 30.0)]
    assert read[0].ratio == 5.0
    assert read[0].measured_on


def test_nothing_measured_is_no_figure(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "figures.jsonl") == []


def test_a_curve_is_drawn_for_what_was_measured_at_several_sizes(tmp_path: Path) -> None:
    draw_charts(tmp_path, [grown(1000, 2.08), grown(1_000_000, 2.4), QUICK])

    drawn = (tmp_path / "grouping-curve.svg").read_text(encoding="utf-8")
    assert "2.40 ms" in drawn
    assert [file.name for file in tmp_path.iterdir()] == ["grouping-curve.svg"]
