"""The step that groups new ads: repeatable, resumable, the same on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

from crawler.config import Settings
from crawler.night import Night
from crawler.store.ads import SeenAd, save_seen_ads
from crawler.store.engine import MIGRATIONS, open_store, upgrade
from crawler.store.schema import ads, bands, series, signatures
from crawler.store.series import UngroupedAd
from pipelines import steps
from pipelines.steps import group_new_ads
from tests.builders import NOW, StoreBuilder
from tests.series.clusters import labelled_ads

TEXT = (
    "Građevinsko preduzeće iz Minhena prima deset zidara i pet tesara za stambene zgrade u okolini grada.\n"
    "Zarada je 17,50 evra na sat, obračun svakog petnaestog u mesecu. Zvati 060 000 0021."
)
OTHER = "Hotel u Budvi prima sobarice i konobare za letnju sezonu, smeštaj i hrana su besplatni, plata 1.100 evra."


def see(store: StoreBuilder, texts: Sequence[str], *, first: int = 1) -> Night:
    """A night in which these texts were seen, each at an address of its own."""
    night = store.night_now()
    seen = [
        SeenAd(
            source="demo_portal",
            url=f"http://portal.example/{number}",
            content_hash=f"{abs(hash(text)):064x}",
            seen_at=NOW,
            capture_id=store.capture(f"http://portal.example/{number}", body=text.encode("utf-8", "replace")),
            listing_capture_id=None,
            text=text,
            title=None,
            organization=None,
            contact=None,
            published_on=None,
            posting={},
        )
        for number, text in enumerate(texts, first)
    ]
    with store.engine.begin() as connection:
        save_seen_ads(connection, seen, night_id=night.id)
    return night


def grouped(store: StoreBuilder) -> list[int]:
    """The series of all ads by address, renumbered by first appearance, so that stores can be compared."""
    with store.connect() as connection:
        rows = connection.execute(select(ads.c.url, ads.c.series_id)).all()
    found = [row.series_id for row in sorted(rows, key=lambda row: int(row.url.rpartition("/")[2]))]
    order = {number: at for at, number in enumerate(dict.fromkeys(found))}
    return [order[number] for number in found]


def rows(store: StoreBuilder) -> tuple[int | None, ...]:
    with store.connect() as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) for table in (signatures, bands, series)
        )


def test_copies_share_a_series_and_others_do_not(store: StoreBuilder) -> None:
    report = group_new_ads(see(store, [TEXT, TEXT.replace("17,50", "18").replace("0021", "0099"), OTHER]))
    assert grouped(store) == [0, 0, 1]
    assert report.counts == {"ads": 3, "joined": 1, "new_series": 2, "merged": 0, "failed": 0}


def test_tonights_copy_joins_the_series_of_an_earlier_night(store: StoreBuilder) -> None:
    group_new_ads(see(store, [TEXT, OTHER]))
    group_new_ads(see(store, [f"🔥 {TEXT.splitlines()[0].upper()}\n{TEXT.splitlines()[1]}"], first=3))
    assert grouped(store) == [0, 1, 0]


def test_running_twice_adds_nothing(store: StoreBuilder) -> None:
    night = see(store, [TEXT, OTHER, TEXT])
    group_new_ads(night)
    before = rows(store)
    assert group_new_ads(night).counts["ads"] == 0
    assert rows(store) == before


def test_an_exact_copy_is_not_filed_under_its_parts_again(store: StoreBuilder) -> None:
    group_new_ads(see(store, [TEXT]))
    before = rows(store)[1]
    group_new_ads(see(store, [TEXT.replace("0021", "0055")], first=2))
    assert rows(store)[1] == before


def test_an_edited_ad_keeps_its_series(store: StoreBuilder) -> None:
    group_new_ads(see(store, [TEXT, OTHER]))
    report = group_new_ads(see(store, [OTHER.replace("1.100", "1.200").replace("sobarice", "kuvare")]))
    assert report.counts["ads"] == 1
    assert grouped(store) == [0, 1]


def test_killed_between_batches_and_run_again_ends_the_same(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "BATCH", 10)
    texts = [ad.ad.text for ad in labelled_ads(copies=1, seed=5)][:40]
    night = see(store, texts)

    def killed(description: str, done: int, total: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        group_new_ads(replace(night, progress=killed))
    assert rows(store)[0] == 20
    group_new_ads(night)

    expected = StoreBuilder(store.settings.home.parent / "undisturbed")
    group_new_ads(see(expected, texts))
    assert grouped(store) == grouped(expected)
    expected.engine.dispose()


def group_in_process(home: Path, url: str | None, night: int) -> None:
    """What another machine does: opens the store and groups what waits there."""
    settings = Settings(home, url)
    engine = open_store(settings)
    group_new_ads(Night(night, settings, engine, NOW))
    engine.dispose()


def test_two_processes_at_once_end_with_one_series(store: StoreBuilder) -> None:
    copies = [TEXT.replace("0021", f"00{number}") + " Zvati posle podne." * (number % 2) for number in range(30, 50)]
    night = see(store, copies)
    url = store.settings.database_url
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        done = [pool.submit(group_in_process, store.settings.home, url, night.id) for _ in range(2)]
        for one in done:
            one.result()
    assert grouped(store) == [0] * len(copies)
    assert rows(store)[2] == 1


def test_two_threads_that_each_hold_a_copy_end_with_one_series(store: StoreBuilder) -> None:
    nights = [see(store, [TEXT], first=number) for number in (1, 2)]
    engines = [open_store(store.settings) for _ in nights]
    with ThreadPoolExecutor(2) as pool:
        list(
            pool.map(
                group_new_ads, [replace(night, engine=engine) for night, engine in zip(nights, engines, strict=True)]
            )
        )
    for engine in engines:
        engine.dispose()
    assert grouped(store) == [0, 0]
    assert rows(store)[2] == 1


def upgrade_again(store: StoreBuilder, *, after: str) -> None:
    """Takes back all migrations after that one and makes them anew."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with store.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, after)
    upgrade(store.engine)


def test_after_the_migration_signatures_are_made_anew_in_the_same_series(store: StoreBuilder) -> None:
    night = see(store, [TEXT, TEXT.replace("0021", "0055"), OTHER])
    group_new_ads(night)
    before = grouped(store)
    upgrade_again(store, after="0004")
    assert rows(store)[:2] == (0, 0)
    counts = group_new_ads(night).counts
    assert (counts["ads"], counts["joined"], counts["new_series"]) == (3, 0, 0)
    assert grouped(store) == before


def test_two_series_that_prove_to_be_one_are_merged(store: StoreBuilder) -> None:
    first, second = _halves()
    group_new_ads(see(store, [first, second]))
    assert grouped(store) == [0, 1]
    report = group_new_ads(see(store, [f"{first}\n{second}"], first=3))
    assert report.counts["merged"] == 1
    assert grouped(store) == [0, 0, 0]


def test_a_merge_takes_no_ads_from_a_series_with_a_case(store: StoreBuilder) -> None:
    first, second = _halves()
    group_new_ads(see(store, [first, second]))
    with store.connect() as connection:
        row = connection.execute(select(ads).where(ads.c.url == "http://portal.example/2")).one()
    older = store.ad(text=OTHER, at=NOW - timedelta(days=1))
    on_second = replace(older, ad_id=row.id, version_id=row.version_id, series_id=row.series_id)
    store.case(on_second, store.assess(on_second))
    group_new_ads(see(store, [f"{first}\n{second}"], first=3))
    with store.connect() as connection:
        assert connection.scalar(select(ads.c.series_id).where(ads.c.id == row.id)) == row.series_id
        assert len(set(connection.scalars(select(ads.c.series_id).where(ads.c.url.like("http://portal%"))))) == 1


def _halves() -> tuple[str, str]:
    """Two parts of one ad, both of which say what it is about."""
    first = (
        "Zidari za stambene zgrade u Minhenu, početak odmah, ugovor na neodređeno vreme. "
        "Zarada se obračunava na sat i isplaćuje svakog petnaestog u mesecu na račun radnika."
    )
    second = (
        "Minhen: za tim zidara obezbeđen je smeštaj u radničkom domu, dvoje u sobi, sa kuhinjom i perionicom. "
        "Prevoz do gradilišta plaća poslodavac, a alat i zaštitna oprema dobijaju se prvog dana na poslu."
    )
    return first, second


def test_an_ad_that_breaks_the_grouping_is_left_out_and_counted(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = see(store, [TEXT, "pokvaren", OTHER])
    group_ads = steps.group_ads

    def breaks(connection: Connection, found: Sequence[UngroupedAd], *more: Any, **named: Any) -> Any:
        if any(ad.text == "pokvaren" for ad in found):
            raise ValueError
        return group_ads(connection, found, *more, **named)

    monkeypatch.setattr(steps, "group_ads", breaks)
    counts = group_new_ads(night).counts
    assert (counts["ads"], counts["failed"]) == (2, 1)
