"""Draws the picture of docs/izvestaji.md from invented numbers: `python -m tests.reports.picture`."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from alerts.desk.speaking import Tongue
from alerts.reports.figures import Report, Row, Sheet, SheetId
from alerts.reports.page import html_of
from alerts.reports.periods import steps_of
from alerts.reports.wording import FIGURES, Labels
from crawler.browser import launch_options
from tests.reports.invented import report_of

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "izvestaj.png"
OVERVIEW = (418, 377, 351, 322, 240, 219, 46, 39, 44, 41, 9.5, 14.0, 3, 1, 17, 12, 11, 8, 6, 4, 5, 9)
WEEKS = ((38, 0, 3, 4, 1, 2, 5, 1, 0), (96, 1, 5, 4, 2, 4, 5, 1, 1), (104, 2, 4, 3, 1, 5, 3, 2, 1))


def invented() -> Report:
    """October with numbers as a small team has them."""
    plain = report_of()
    pairs = zip(OVERVIEW[::2], OVERVIEW[1::2], strict=True)
    overview = tuple(Row((name,), numbers) for name, numbers in zip(FIGURES, pairs, strict=True))
    weeks = zip(steps_of(plain.period), (*WEEKS, WEEKS[1], WEEKS[0]), strict=True)
    over_time = tuple(Row((str(step.first), str(step.last)), numbers) for step, numbers in weeks)
    shown = (Sheet(SheetId.OVERVIEW, overview), Sheet(SheetId.TIME, over_time))
    return Report(plain.period, plain.made_at, shown)


def draw() -> None:
    """Writes the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        page.set_content(html_of(invented(), Labels(Tongue.LATN)).decode())
        page.screenshot(path=PICTURE, full_page=True)
        browser.close()


if __name__ == "__main__":
    draw()
