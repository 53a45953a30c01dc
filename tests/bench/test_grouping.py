"""Grouping of copies: ads a second on one core beside datasketch, and the cost of one more ad in a growing store.

Processor time, so that other programs on the machine count little. `ADWATCH_BENCH_ADS` (100000) ads are grouped;
`ADWATCH_BENCH_STORE` (1000,10000,100000,1000000) are the sizes of the store.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import count, islice, pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import pytest
from sqlalchemy import event, insert, make_url

from crawler.memory import peak_memory
from crawler.night import Night
from crawler.store.schema import ad_versions, ads
from pipelines.series.grouping import PreparedAds
from pipelines.series.memory import series_of
from pipelines.steps import group_batch
from tests.bench.figures import Group, Notebook
from tests.bench.generated_ads import generated_ads
from tests.builders import NOW, StoreBuilder
from tests.series.clusters import LabelledAd
from tests.series.test_clusters import pairwise as precision_and_recall

ADS = int(os.environ.get("ADWATCH_BENCH_ADS", "100000"))
SIZES = [int(size) for size in os.environ.get("ADWATCH_BENCH_STORE", "1000,10000,100000,1000000").split(",")]
PROBES = 200
MOST_MS = 5.0
LEAST_A_SECOND = 3000.0


# Before the other, whose ads and libraries would count as memory of the store.
@pytest.mark.timeout(3600)
def test_one_more_ad_costs_the_same_in_a_large_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], notebook: Notebook
) -> None:
    store = StoreBuilder(tmp_path / "home")
    night, filler, filled = store.night_now(), _Filler(store), 0
    watch = _Stopwatch(store)
    probes = (one.ad for one in generated_ads(100 * PROBES, seed=11))
    points: list[tuple[int, float]] = []
    for size in SIZES:
        filler.fill(filled + 1, size)
        filled = size
        costs = [watch.time(night, ad.title, ad.text) for ad in islice(probes, PROBES)]
        work, passed, commits, inserted = zip(*costs, strict=True)
        points.append((size, median(work)))
        measured = {
            "processor": (median(work), "ms"),
            "by the clock": (median(passed), "ms"),
            "until it is on the disk": (median(commits), "ms"),
            "peak memory": (peak_memory() >> 20, "MiB"),
            "database": (filler.database.stat().st_size >> 20, "MiB"),
        }
        for what, (value, unit) in measured.items():
            is_work = what == "processor"
            aim, beside = (MOST_MS, ("storing the ad's two rows", median(inserted))) if is_work else (None, None)
            notebook.note(Group.ONE_MORE, what, value, unit, size=size, at_most=aim, beside=beside)
        with capsys.disabled():
            print(
                f"\nstore of {size:>9,} ads: {median(work):.2f} ms of processor an ad, 95% within "
                f"{quantiles(work, n=20)[-1]:.2f} ms; {median(passed):.2f} ms by the clock, and "
                f"{median(commits):.2f} ms until it is on the disk; peak memory "
                f"{peak_memory() >> 20} MiB, "
                f"database {filler.database.stat().st_size >> 20} MiB",
                end="",
            )
    store.engine.dispose()
    assert max(cost for _, cost in points) <= 2 * min(cost for _, cost in points)
    assert points[-1][1] <= MOST_MS


class _Filler:
    """Fills the store from a process of its own."""

    def __init__(self, store: StoreBuilder) -> None:
        self.capture_id = store.capture("http://bench.example/", body=b"page")
        self.database = Path(make_url(store.settings.database_url).database or "")

    def fill(self, first: int, last: int) -> None:
        command = [sys.executable, "-m", "tests.bench.fill_store", str(self.database), str(first), str(last)]
        subprocess.run(command, check=True)


class _Cost(NamedTuple):
    """Milliseconds."""

    work: float
    """Of the processor, from an ad that waits to one that has its series, with all that is read and written."""
    passed: float
    """The same by the clock."""
    commit: float
    """The disk's share, which no store escapes."""
    inserted: float
    """Of the processor, for storing the ad with its version before: what nobody can do without."""


class _Stopwatch:
    """Groups one ad after another, each as if nothing had been compared before."""

    def __init__(self, store: StoreBuilder) -> None:
        self._engine = store.engine
        self._numbers = count(100_000_000)
        """Row ids far above those that are filled in."""
        self._committing = self._worked = 0.0
        event.listen(self._engine, "commit", self._note)

    def time(self, night: Night, title: str | None, text: str) -> _Cost:
        one = next(self._numbers)
        before = time.process_time()
        self._insert(one, title, text)
        inserted = time.process_time() - before
        worked, started = time.process_time(), time.perf_counter()
        grouping = group_batch(night, PreparedAds(), [one])
        ended = time.perf_counter()
        assert len(grouping.placed) == 1
        seconds = self._worked - worked, self._committing - started, ended - self._committing, inserted
        return _Cost(*(1000 * each for each in seconds))

    def _note(self, _connection: object) -> None:
        self._worked, self._committing = time.process_time(), time.perf_counter()

    def _insert(self, one: int, title: str | None, text: str) -> None:
        ad = {"id": one, "source": "bench", "url": f"http://probe.example/{one}", "url_key": f"{one:064}"}
        version: dict[str, Any] = {"id": one, "ad_id": one, "content_hash": f"{one:064}", "title": title, "text": text}
        with self._engine.begin() as connection:
            connection.execute(insert(ads).values(**ad, first_seen=NOW, last_seen=NOW, version_id=one))
            connection.execute(insert(ad_versions).values(**version, first_seen=NOW, capture_id=1, posting={}))


@pytest.mark.timeout(3600)
def test_ads_a_second(capsys: pytest.CaptureFixture[str], notebook: Notebook) -> None:
    labelled = list(generated_ads(ADS))
    gc.freeze()
    started = time.process_time()
    series = series_of(one.ad for one in labelled)
    ours = ADS / (time.process_time() - started)
    precision, recall = precision_and_recall([one.offer for one in labelled], series)
    started = time.process_time()
    found = _by_datasketch(labelled)
    theirs = ADS / (time.process_time() - started)
    with capsys.disabled():
        print(
            f"\n{ADS} ads grouped and verified: {ours:.0f} ads/s, precision {precision:.4f}, recall {recall:.4f}; "
            f"datasketch {theirs:.0f} ads/s ({found} pairs above 0.5); ratio {ours / theirs:.2f}"
        )
    beside = "datasketch: MinHash, LSH and Jaccard, no series", theirs
    aim = LEAST_A_SECOND if ADS >= 100_000 else None
    notebook.note(Group.GROUPING, f"{ADS:,} ads grouped and verified", ours, "ads/s", at_least=aim, beside=beside)
    notebook.note(Group.GROUPING, "pairwise precision", precision, "", at_least=0.98)
    notebook.note(Group.GROUPING, "pairwise recall", recall, "", at_least=0.96)
    assert precision >= 0.98
    assert recall >= 0.96


def _by_datasketch(labelled: Sequence[LabelledAd]) -> int:
    """MinHash, LSH and Jaccard on word pairs: without scripts, page lines, work, places or series."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - loads numpy and scipy

    lsh, kept, pairs = MinHashLSH(threshold=0.5, num_perm=96), list[set[str]](), 0
    for number, one in enumerate(labelled):
        words = one.ad.full_text.lower().split()
        shingles = {f"{first} {second}" for first, second in pairwise(words)}
        minhash = MinHash(num_perm=96)
        minhash.update_batch([shingle.encode() for shingle in shingles])
        for other in lsh.query(minhash):
            shared = len(shingles & kept[other])
            pairs += shared * 2 >= len(shingles) + len(kept[other]) - shared
        lsh.insert(number, minhash)
        kept.append(shingles)
    return pairs
