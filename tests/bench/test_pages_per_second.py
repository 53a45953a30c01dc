"""Pages a second: the whole night against a bare Scrapy spider, on the same local pages, in the same run.

Target of release 0.1: at least 0.6 of the bare spider's pages a second.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from crawler.config import Settings
from crawler.nightly import run_night
from crawler.store.engine import open_store, reading
from crawler.store.status import count_all
from pipelines.register.importing import import_file

PAGES = 1000
ROUNDS = 3
REGISTER = Path(__file__).resolve().parents[2] / "spiders" / "demo" / "register.csv"
MEDIANS: dict[str, float] = {}

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


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Address of the local portal."""
    command = [sys.executable, "-m", "tests.bench.local_site", str(PAGES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        assert server.stdin
        server.stdin.close()


@pytest.mark.benchmark(group=f"a night over {PAGES} pages")
def test_bare_scrapy_spider(benchmark: BenchmarkFixture, site: str) -> None:
    command = [sys.executable, "-m", "tests.bench.bare_spider", site]
    benchmark.pedantic(lambda: subprocess.run(command, check=True), rounds=ROUNDS)
    MEDIANS["bare"] = benchmark.stats.stats.median


@pytest.mark.benchmark(group=f"a night over {PAGES} pages")
def test_whole_night(
    benchmark: BenchmarkFixture, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = count()

    def one_night() -> None:
        home = tmp_path / str(next(numbers))
        source = home / "sources" / "bench_portal"
        source.mkdir(parents=True)
        (source / "source.yml").write_text(MANIFEST.format(url=site), encoding="utf-8")
        settings = Settings(home)
        engine = open_store(settings)
        now = datetime.now(UTC)
        import_file(settings, engine, REGISTER, as_of=date.today(), now=now)  # noqa: DTZ011 - any fresh day
        result = run_night(settings, engine, now=now)
        with reading(engine) as connection:
            assert count_all(connection)["ads"] == PAGES, result
        assert not result.failed, result

    benchmark.pedantic(one_night, rounds=ROUNDS)
    night = benchmark.stats.stats.median
    ratio = MEDIANS["bare"] / night
    benchmark.extra_info["ratio to bare spider"] = round(ratio, 2)
    with capsys.disabled():
        print(
            f"\nwhole night {PAGES / night:.0f} pages/s, bare spider {PAGES / MEDIANS['bare']:.0f} pages/s: {ratio:.2f}"
        )
