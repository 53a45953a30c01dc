"""Runs a night over a filled store: `python -m tests.bench.night_run HOME COUNT` prints what it cost as JSON."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, make_url

from crawler import nightly
from crawler.addresses import short_key
from crawler.assessment import Ad
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.memory import peak_memory
from crawler.night import Night, StepReport, step_name
from crawler.store.ads import FetchedUrl, SeenAd, count_run, save_pages, save_seen_ads
from crawler.store.captures import save_captures
from crawler.store.engine import open_store, reading
from crawler.store.nights import begin_run
from crawler.store.register import newest_snapshot
from crawler.store.visits import SeenWay, read_known
from pipelines.assess import assess
from tests.bench.local_site import ad_text

SOURCES = 40
BATCH = 100
MOST_VISITS = 500


class Meter:
    """Counts seconds, those of the processor among them, and statements, step by step."""

    def __init__(self, engine: Engine) -> None:
        self.seconds: dict[str, float] = {}
        self.work: dict[str, float] = {}
        self.statements: Counter[str] = Counter()
        self._step = ""
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, *_: object) -> None:
        self.statements[self._step] += 1

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """What the block costs is the step's."""
        self._step, began, worked = step, time.perf_counter(), time.process_time()
        yield
        self.seconds[step], self.work[step] = time.perf_counter() - began, time.process_time() - worked


def store_new_ads(night: Night, number_of_ads: int) -> StepReport:
    """What spiders do without the network: asks what is known, keeps pages and ads, and closes the runs' counts."""
    numbers, visits = count(), 0
    for place in range(SOURCES):
        source = f"years_{place}"
        own = number_of_ads * (place + 1) // SOURCES - number_of_ads * place // SOURCES
        with night.engine.begin() as connection:
            begin_run(connection, night_id=night.id, source=source, now=night.now)
        with reading(night.engine) as connection:
            known = read_known(connection, source, night_id=night.id, now=night.now, most_visits=MOST_VISITS)
        visits += len(known.due)
        with CaptureWriter(night.settings.evidence_folder, f"{night.id:06d}-{source}") as writer:
            for start in range(0, own, BATCH):
                _keep(night, source, writer, list(islice(numbers, min(BATCH, own - start))))
        with night.engine.begin() as connection:
            count_run(connection, night_id=night.id, source=source)
    return StepReport({"sources": SOURCES, "visits_due": visits})


def _keep(night: Night, source: str, writer: CaptureWriter, numbers: list[int]) -> None:
    fetched = [_page(number) for number in numbers]
    kept = [capture for page in fetched for capture in writer.keep(page)]
    with night.engine.begin() as connection:
        ids = save_captures(connection, kept)
        by_url = {capture.url: ids[capture.record_id] for capture in kept}
        save_pages(connection, source, [FetchedUrl(page.url, 200, page.fetched_at) for page in fetched])
        seen = [_seen(source, number, by_url[page.url], page) for number, page in zip(numbers, fetched, strict=True)]
        save_seen_ads(connection, seen, night_id=night.id)


def _page(number: int) -> FetchedPage:
    title, text = ad_text(number)
    body = f"<h1>{title}</h1><p>{text}</p>".encode()
    return FetchedPage(f"http://new.example/{number}", datetime.now(UTC), 200, (), body)


def _seen(source: str, number: int, capture_id: int, page: FetchedPage) -> SeenAd:
    title, text = ad_text(number)
    digest = hashlib.sha256(text.encode()).hexdigest()
    way = SeenWay(page.url, short_key(page.url), has_own_page=True)
    return SeenAd(
        source, page.url, digest, page.fetched_at, capture_id, None, text, title, None, None, None, {}, way=way
    )


def main(home: Path, number_of_ads: int) -> None:
    """Prints seconds, statements and counts by step, the processor's seconds and the peak of memory."""
    settings = Settings(home)
    engine = open_store(settings)
    meter, counts = Meter(engine), dict[str, Any]()
    plain = nightly.named

    def measured(reference: str) -> Any:
        name = step_name(reference)

        def step(night: Night) -> StepReport:
            with meter.of(name):
                report = store_new_ads(night, number_of_ads) if name == "crawl_due_sources" else plain(reference)(night)
            counts[name] = report.counts
            return report

        return step

    # Judging beside the crawl would hide which step costs what.
    nightly.WHILE_CRAWLING = ()  # type: ignore[misc]
    nightly.named = measured
    result = nightly.run_night(settings, engine, now=datetime.now(UTC))
    failed = [step for step in result.steps if step.failure]
    assert not failed, failed
    database = Path(make_url(settings.database_url).database or "").stat().st_size >> 20
    told = {"seconds": meter.seconds, "statements": meter.statements, "counts": counts, "work": meter.work}
    told |= {"peak": peak_memory() >> 20, "database": database, "judging": _judging(settings, engine, number_of_ads)}
    sys.stdout.write(json.dumps(told))


def _judging(settings: Settings, engine: Engine, number_of_ads: int) -> float:
    """Seconds that judging the same texts takes alone."""
    on = day_in_belgrade(datetime.now(UTC))
    with reading(engine) as connection:
        register = newest_snapshot(connection, on=on, stale_after_days=settings.file.register_stale_after_days)
    began = time.perf_counter()
    for number in range(number_of_ads):
        title, text = ad_text(number)
        assess(Ad(text, title=title), register, on=on)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
