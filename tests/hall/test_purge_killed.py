"""A purge that is killed is finished by the next one, and none runs beside a backup."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import select, update

from crawler.errors import BusyError
from crawler.evidence.holding import evidence_goes, evidence_stays
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.retention.purging import purge
from crawler.store.captures import save_captures
from crawler.store.engine import open_store
from crawler.store.schema import (
    ads,
    captures,
    sightings,
)
from pipelines.steps import group_new_ads
from tests.builders import NOW, StoreBuilder
from tests.hall.purging import LATER, count, ordinary_ad, run, seal, verify, words_on_disk


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(name: str) -> Callable[..., Any]:
    """Does what the function does, and dies."""
    original = pkgutil.resolve_name(name)

    def work(*args: Any, **more: Any) -> None:
        original(*args, **more)
        die()

    return work


@pytest.mark.parametrize(
    "name",
    [
        "crawler.retention.purging._hand_on_parts",
        "crawler.retention.purging.delete_unused",
        "crawler.retention.purging.log_deletion",
        "crawler.retention.purging.rewrite",
        "crawler.retention.purging.unused_captures",
        "crawler.retention.log.append_custody",
        "pathlib.Path.unlink",
    ],
)
@pytest.mark.parametrize("dies", ["before", "after"])
def test_purge_that_is_killed_is_finished_by_the_next(store: StoreBuilder, name: str, dies: str) -> None:
    with CaptureWriter(store.settings.evidence_folder, "shared") as writer:
        pages_ = [FetchedPage(f"https://p.example/{n}", NOW, 200, (), f"strana {n}".encode()) for n in range(2)]
        kept = [one for page in pages_ for one in writer.keep(page)]
    with store.engine.begin() as connection:
        ids = list(save_captures(connection, kept).values())
    due, live = ordinary_ad(store, text="Nestaje"), ordinary_ad(store, at=LATER, text="Ostaje")
    with store.engine.begin() as connection:
        for ad, capture_id in ((due, ids[0]), (live, ids[1])):
            connection.execute(update(sightings).where(sightings.c.ad_id == ad.ad_id).values(capture_id=capture_id))
    group_new_ads(store.night_now())
    seal(store)
    store.engine.dispose()

    def attempt() -> None:
        engine = open_store(store.settings)
        with mock.patch(name, die if dies == "before" else after(name)):
            purge(store.settings, engine, now=LATER)

    process = multiprocessing.get_context("fork").Process(target=attempt)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    seal(store)

    run(store)

    with store.connect() as connection:
        assert list(connection.scalars(select(ads.c.id))) == [live.ad_id]
    assert count(store, captures) == 2
    assert b"Nestaje" not in words_on_disk(store)
    assert b"strana 0" not in words_on_disk(store)
    assert b"strana 1" in words_on_disk(store)
    verify(store)


def test_purge_and_backup_exclude_each_other(store: StoreBuilder) -> None:
    with evidence_stays(store.settings, store.engine), pytest.raises(BusyError, match="backup"):
        run(store)
    with evidence_goes(store.settings, store.engine), pytest.raises(BusyError):
        run(store)
