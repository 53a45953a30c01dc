"""Keeping what the pages of flagged ads looked like: opened once in a real browser, after the judging.

The opening is a spider's (`spiders.screenshots`), under each source's own delay and robots.txt.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.assessment import RiskLevel
from crawler.config import Settings
from crawler.crawling import SpiderOrder, run_alone
from crawler.items import FetchedPage
from crawler.keeping import KeepingPipeline, within_limits
from crawler.night import Night, StepReport
from crawler.store.captures import save_captures
from crawler.store.engine import open_store, reading
from crawler.store.screenshots import WantedScreenshot, note_screenshot, problems_of, wanted_screenshots

SPIDER = "screenshots"
BATCH = 5
"""Pictures a transaction; of 8 MB at most each."""
MINUTES = 60
"""For all pages of a night; the rest waits for the next one."""


@dataclass(frozen=True, slots=True)
class AskedScreenshot:
    """What opening a page brought: the page with its screenshot, or the problem, or both."""

    wanted: WantedScreenshot
    page: FetchedPage | None = None
    problem: str | None = None
    was_asked: bool = True
    """False: left for another night, because the source had refused us before its turn came."""


def keep_screenshots(night: Night) -> StepReport:
    """Pictures the pages of flagged ads that have no screenshot yet. A page that fails is counted and ends nothing.

    Counts: `wanted`, `kept`, and `failed` with each problem by name.
    """
    level = night.settings.file.screenshots_from
    if level == "never":
        return StepReport({"wanted": 0, "kept": 0, "failed": 0})
    with reading(night.engine) as connection:
        wanted = wanted_screenshots(connection, level=RiskLevel(level))
    if not wanted:
        return StepReport({"wanted": 0, "kept": 0, "failed": 0})
    night.progress("screenshots", 0, len(wanted))
    run_alone(night, SpiderOrder(SPIDER, minutes=MINUTES))
    with reading(night.engine) as connection:
        noted = problems_of(connection, [one.version_id for one in wanted])
        left = {one.version_id for one in wanted_screenshots(connection, level=RiskLevel(level))}
    night.progress("screenshots", len(wanted), len(wanted))
    kept = sum(problem is None for version_id, problem in noted.items() if version_id not in left)
    problems = Counter(problem for problem in noted.values() if problem)
    notes = () if noted else ("no page of a flagged ad could be opened: is a Chromium installed?",)
    return StepReport({"wanted": len(wanted), "kept": kept, "failed": problems.total(), **problems}, notes)


def read_wanted(settings: Settings) -> list[WantedScreenshot]:
    """The pages to be opened now, as many of each source as it allows pages a night."""
    engine = open_store(settings)
    try:
        with reading(engine) as connection:
            wanted = wanted_screenshots(connection, level=RiskLevel(settings.file.screenshots_from))
    finally:
        engine.dispose()
    return within_limits(settings, wanted)


class ScreenshotPipeline(KeepingPipeline[AskedScreenshot]):
    """Item pipeline of the spider."""

    spider = SPIDER
    item_type = AskedScreenshot
    batch_size = BATCH

    def keep(self, batch: list[AskedScreenshot]) -> None:
        """Writes the pictures into the WARC file, then notes them and the failures."""
        shown = [(asked, asked.page) for asked in batch if asked.page is not None and asked.page.screenshot]
        with self.writer.all_or_nothing():
            written = {
                asked.wanted.version_id: self.writer.keep_screenshot(
                    page, page.screenshot or b"", of=asked.wanted.record_id
                )
                for asked, page in shown
            }
        with self.engine.begin() as connection:
            ids = save_captures(connection, list(written.values()))
            for asked in batch:
                kept = written.get(asked.wanted.version_id)
                note_screenshot(
                    connection,
                    asked.wanted.version_id,
                    at=kept.fetched_at if kept else datetime.now(UTC),
                    problem=asked.problem,
                    capture_id=ids[kept.record_id] if kept else None,
                    was_asked=asked.was_asked,
                )
