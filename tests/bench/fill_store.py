"""Fills a SQLite store with many grouped ads: `python -m tests.bench.fill_store DATABASE FIRST LAST`.

Texts are generated ones, over and over; their parts are random keys, as those of unlike texts are, but for some that
several share up to `FULL_BUCKET`, as agencies' boilerplate is. In a process of its own, so that nobody else's memory is
measured.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from itertools import islice

from pipelines.series.comparable import make_comparable
from pipelines.series.grouping import FULL_BUCKET
from pipelines.series.signatures import parts_of
from tests.bench.generated_ads import generated_ads

STEP = 100_000
TEXTS = 5000
OWN_PARTS = 19
SHARED_PARTS = 3
"""Of the 22 parts that a generated ad has on average."""
SEEN = "2026-11-20 01:00:00.000000"


def fill(database: str, first: int, last: int) -> None:
    """Ads, versions, series and signatures of these numbers, a series each."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-400000")
    texts = [one.ad.text for one in islice(generated_ads(2 * TEXTS, seed=7), TEXTS)]
    shared = shared_parts(texts[:1000])
    for start in range(first, last + 1, STEP):
        numbers = range(start, min(start + STEP, last + 1))
        connection.execute("BEGIN")
        _insert(connection, numbers, texts)
        bands = sorted(parts_of_numbers(numbers, shared))
        connection.executemany("INSERT OR IGNORE INTO bands (band, version_id) VALUES (?, ?)", bands)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _insert(connection: sqlite3.Connection, numbers: range, texts: list[str]) -> None:
    connection.executemany(
        "INSERT INTO series (id, opened_at) VALUES (?, ?)", ((_series(one), SEEN) for one in numbers)
    )
    connection.executemany(
        "INSERT INTO ads (id, source, url, url_key, first_seen, last_seen, version_id, series_id, grouped_version_id)"
        " VALUES (?, 'bench', ?, ?, ?, ?, ?, ?, ?)",
        ((one, f"http://bench.example/{one}", _hash(one), SEEN, SEEN, one, _series(one), one) for one in numbers),
    )
    connection.executemany(
        "INSERT INTO ad_versions (id, ad_id, content_hash, first_seen, capture_id, text, posting)"
        " VALUES (?, ?, ?, ?, 1, ?, '{}')",
        ((one, one, _hash(one), SEEN, texts[one % len(texts)]) for one in numbers),
    )
    connection.executemany(
        "INSERT INTO signatures (version_id, series_id, text_key) VALUES (?, ?, ?)",
        ((one, _series(one), _hash(one)[:32]) for one in numbers),
    )


def shared_parts(texts: list[str]) -> list[int]:
    """Parts of these texts: real ones, so that ads which are measured meet them."""
    return [key for parts in parts_of([make_comparable(None, text) for text in texts]) for key in parts]


def parts_of_numbers(numbers: range, shared: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Parts with the number of their text: `OWN_PARTS` random ones a text, `SHARED_PARTS` that others share."""
    chance = random.Random(numbers.start)  # noqa: S311
    for one in numbers:
        for _ in range(OWN_PARTS):
            yield chance.getrandbits(32) - (1 << 31), one
        for _ in range(SHARED_PARTS):
            # As many texts a part as are filed under a full one; real ones first, so that the probes meet them.
            key = one * SHARED_PARTS // FULL_BUCKET
            yield shared[key] if key < len(shared) else (key * 2_654_435_761 & 0xFFFFFFFF) - (1 << 31), one


def _series(number: int) -> int:
    """With room between, for the series that the measured ads open."""
    return number * 1000


def _hash(number: int) -> str:
    return hashlib.sha256(b"bench %d" % number).hexdigest()


if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
