"""Pages that people ask for take turns: whoever asks for many at once must not fill the machine, or hold others up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore

import pytest

from crawler import fetching
from crawler.config import Settings
from crawler.errors import BusyError
from crawler.fetching import MOST_AT_ONCE, FetchError, fetch_one_page

URL = "https://poslovi.example/oglas/1"
PATIENCE = 120
"""Seconds; what is waited for is a matter of moments."""


def test_one_page_more_than_may_be_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, begun, go_on = Settings(tmp_path), Semaphore(0), Event()

    def waits(*_: object) -> None:
        begun.release()
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(fetching, "_run", waits)
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        try:
            asked = [pool.submit(fetch_one_page, settings, URL) for _ in range(MOST_AT_ONCE)]
            assert all(begun.acquire(timeout=PATIENCE) for _ in asked)
            with pytest.raises(BusyError):
                fetch_one_page(settings, URL)
        finally:
            go_on.set()
        assert [type(one.exception(PATIENCE)) for one in asked] == [FetchError] * MOST_AT_ONCE


def test_a_page_that_failed_gives_its_turn_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_run", lambda *_: None)
    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(FetchError):
            fetch_one_page(Settings(tmp_path), URL)
