"""Pages a second: collecting, and the whole night, beside a bare Scrapy spider on the same local pages in the same run.

Collecting is the process of one spider from its start to its end: pages fetched under all guards, read, kept as
evidence, and the ads stored. The night judges them too. `ADWATCH_BENCH_PAGES` (2000) and `ADWATCH_BENCH_ROUNDS` (5).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil
import pytest

from crawler.config import Settings
from crawler.memory import EVERY_SECONDS, memory_mb
from crawler.store.engine import open_store, reading
from crawler.store.status import count_all
from pipelines.register.importing import import_file
from tests.bench.figures import Group, Notebook

PAGES = int(os.environ.get("ADWATCH_BENCH_PAGES", "2000"))
ROUNDS = int(os.environ.get("ADWATCH_BENCH_ROUNDS", "5"))
AIM = 0.75
REGISTER = Path(__file__).resolve().parents[2] / "spiders" / "demo" / "register.csv"

MANIFEST = """\
id: bench_portal
name: Portal za merenje
owner: izmišljen
kind: structured
start_urls: ["{url}"]
listing: {{links: a.oglas}}
legal_note: Strane napravljene za merenje, na ovom računaru.
checked: 2026-11-24
limits: {{delay_seconds: 0, max_pages: 5000, max_minutes: 10}}
expected: {{min: 1, max: 5000}}
"""


class Cost(NamedTuple):
    """What a process cost from start to end."""

    seconds: float
    peak: int
    """Of memory, in MiB; of the largest process where it starts others."""


@pytest.fixture
def site() -> Iterator[str]:
    """Address of the local portal."""
    command = [sys.executable, "-m", "tests.bench.local_site", str(PAGES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        assert server.stdin
        server.stdin.close()


@pytest.mark.timeout(3600)
def test_pages_a_second(site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], notebook: Notebook) -> None:
    costs: dict[str, list[Cost]] = {"bare spider": [], "bare, tuned": [], "collecting": [], "whole night": []}
    for number in range(ROUNDS):
        # In turns, so that whatever else the machine does meets all alike.
        costs["bare spider"].append(_run("-m", "tests.bench.bare_spider", site))
        costs["bare, tuned"].append(_run("-m", "tests.bench.tuned_spider", site))
        home = _home(tmp_path / f"collecting-{number}", site)
        costs["collecting"].append(_run("-m", "crawler.spider_process", "bench_portal", home=home))
        assert _ads_in(home) == PAGES
        home = _home(tmp_path / f"night-{number}", site)
        costs["whole night"].append(_run("-m", "crawler.cli", "nightly", home=home))
        assert _ads_in(home) == PAGES
    with capsys.disabled():
        _print_table(costs)
    _note(notebook, costs)


def _run(*arguments: str, home: Path | None = None) -> Cost:
    environment = {**os.environ, **({"ADWATCH_HOME": str(home)} if home else {})}
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        peak = _peak_until_end(process)
    assert process.returncode == 0, arguments
    return Cost(time.perf_counter() - started, peak)


def _peak_until_end(process: subprocess.Popen[bytes]) -> int:
    """MiB, looked at while it runs: what the system tells after its end begins with the peak of this process."""
    peak = 0.0
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess, OSError):
            family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
            peak = max(peak, *(memory_mb("VmHWM", one) for one in family))
        with suppress(subprocess.TimeoutExpired):
            process.wait(EVERY_SECONDS)
    return round(peak)


def _home(home: Path, site: str) -> Path:
    """A data folder with the source and a fresh register, its store ready: a night does not begin with an upgrade."""
    source = home / "sources" / "bench_portal"
    source.mkdir(parents=True)
    (source / "source.yml").write_text(MANIFEST.format(url=site), encoding="utf-8")
    # A browser takes a second for each flagged page, at the site's pace; that is another measure.
    (home / "adwatch.yml").write_text("screenshots_from: never\n", encoding="utf-8")
    settings = Settings(home)
    engine = open_store(settings)
    today = date.today()  # noqa: DTZ011 - any fresh day
    import_file(settings, engine, REGISTER, as_of=today, now=datetime.now(UTC))
    engine.dispose()
    return home


def _ads_in(home: Path) -> int:
    engine = open_store(Settings(home))
    try:
        with reading(engine) as connection:
            return count_all(connection)["ads"]
    finally:
        engine.dispose()


def _note(notebook: Notebook, costs: Mapping[str, list[Cost]]) -> None:
    speed = {what: PAGES / median(cost.seconds for cost in each) for what, each in costs.items()}
    beside = "a bare Scrapy spider", speed["bare spider"]
    aims = {"collecting": AIM * speed["bare spider"], "whole night": None, "bare, tuned": None}
    for what, aim in aims.items():
        told = f"{what}, {PAGES:,} pages"
        notebook.note(Group.COLLECTING, told, speed[what], "pages/s", at_least=aim, beside=beside)
    peaks = {what: float(max(cost.peak for cost in each)) for what, each in costs.items()}
    beside = "a bare Scrapy spider", peaks["bare spider"]
    notebook.note(Group.COLLECTING, "peak memory of collecting", peaks["collecting"], "MiB", beside=beside)


def _print_table(costs: Mapping[str, list[Cost]]) -> None:
    seconds = {what: median(cost.seconds for cost in each) for what, each in costs.items()}
    print(f"\n{PAGES} pages of 15 kB, median of {ROUNDS}; the aim for collecting is {AIM} of the bare spider")
    for what, each in costs.items():
        print(
            f"  {what:12} {seconds[what]:6.2f} s  {PAGES / seconds[what]:5.0f} pages/s  "
            f"{seconds['bare spider'] / seconds[what]:.2f} of the bare spider  "
            f"peak memory {max(cost.peak for cost in each)} MiB"
        )
