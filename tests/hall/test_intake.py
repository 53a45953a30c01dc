"""What a person brings by hand: kept as evidence of what was brought, judged like any ad, all or nothing."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from crawler.config import Settings
from crawler.errors import ConfigError, UsageError
from crawler.evidence.verify import verify_evidence
from crawler.evidence.warc import read_payload
from crawler.fetching import FetchError
from crawler.intake import LONGEST_TEXT, Brought, GivenPicture, judge_at_once, take_in
from crawler.keeping_flyers import wanted_pictures
from crawler.manifest import MANUAL_SOURCE
from crawler.night import AFTER_INTAKE
from crawler.store.engine import reading
from crawler.store.images import pictures_of_versions, wanted_ads
from crawler.store.intakes import cases_of_ad, intakes_of_ads
from crawler.store.schema import ad_versions, ads, captures, custody, intakes, metadata, nights, runs
from tests.builders import AD_TEXT, StoreBuilder
from tests.spiders.loopback import Answer, serve

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PERSONAL_NUMBER = "0101990710008"
BROUGHT = Brought("ana@primer.example", "Ana Primerović", text=AD_TEXT)


def _picture(shade: str = "white", size: tuple[int, int] = (300, 200)) -> GivenPicture:
    buffer = BytesIO()
    Image.new("RGB", size, shade).save(buffer, "PNG")
    return GivenPicture(f"{shade}.png", buffer.getvalue())


def _rows(store: StoreBuilder) -> dict[str, int | None]:
    with reading(store.engine) as connection:
        counted = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }
    return {name: count for name, count in counted.items() if count}


def _ad(store: StoreBuilder, ad_id: int) -> Any:
    joined = ads.join(ad_versions, ad_versions.c.id == ads.c.version_id)
    columns = (ads.c.source, ads.c.url, ads.c.first_seen, ad_versions)
    with reading(store.engine) as connection:
        return connection.execute(select(*columns).select_from(joined).where(ads.c.id == ad_id)).one()


def _captures(store: StoreBuilder) -> list[Any]:
    with reading(store.engine) as connection:
        return list(connection.execute(select(captures).order_by(captures.c.id)))


def test_a_paste_becomes_an_ad_whose_capture_holds_what_was_pasted(store: StoreBuilder) -> None:
    kept = take_in(store.settings, store.engine, BROUGHT, now=NOW)
    ad, (capture,) = _ad(store, kept.ad_id), _captures(store)
    assert (ad.source, ad.text, ad.capture_id) == (MANUAL_SOURCE, AD_TEXT, kept.capture_ids[0])
    assert (capture.record_type, capture.method) == ("resource", "manual")
    assert read_payload(store.settings.evidence_folder, capture).decode() == AD_TEXT
    with reading(store.engine) as connection:
        assert verify_evidence(connection, store.settings.evidence_folder).is_sound
        assert connection.scalar(select(func.count()).select_from(custody)) == 1


def test_the_record_says_that_nobody_fetched_it_and_whose_word_the_address_is(store: StoreBuilder) -> None:
    brought = replace(BROUGHT, seen_url="https://www.instagram.com/p/1", seen_on=date(2026, 11, 18))
    take_in(store.settings, store.engine, brought, now=NOW)
    (file,) = (store.settings.evidence_folder / "warc").iterdir()
    kept = gzip.decompress(file.read_bytes()).decode()
    assert "fetchedBy: nobody; handed in by a person" in kept
    assert "seenAtByTheirWord: https://www.instagram.com/p/1" in kept
    assert "seenOnByTheirWord: 2026-11-18" in kept
    assert "WARC-Target-URI: https://www.instagram.com" not in kept


def test_who_brought_it_and_what_they_say_is_remembered(store: StoreBuilder) -> None:
    said = replace(BROUGHT, seen_url="https://mreza.example/1", seen_on=date(2026, 11, 20), note="Iz zatvorene grupe")
    kept = take_in(store.settings, store.engine, said, now=NOW)
    with reading(store.engine) as connection:
        intake = intakes_of_ads(connection, [kept.ad_id])[kept.ad_id]
    assert (intake.person, intake.person_name, intake.brought_at) == ("ana@primer.example", "Ana Primerović", NOW)
    assert (intake.seen_url, intake.seen_on, intake.note) == (said.seen_url, said.seen_on, said.note)
    assert intake.page_capture_id is None


def test_a_personal_number_is_kept_nowhere(store: StoreBuilder) -> None:
    text = f"{AD_TEXT} JMBG {PERSONAL_NUMBER}"
    kept = take_in(store.settings, store.engine, replace(BROUGHT, text=text, note=PERSONAL_NUMBER), now=NOW)
    (capture,) = _captures(store)
    assert _ad(store, kept.ad_id).text.endswith("JMBG *************")
    assert PERSONAL_NUMBER.encode() not in read_payload(store.settings.evidence_folder, capture)
    with reading(store.engine) as connection:
        assert intakes_of_ads(connection, [kept.ad_id])[kept.ad_id].note == "*" * 13


def test_pictures_belong_to_the_ad_and_are_never_asked_for(store: StoreBuilder) -> None:
    pictures = (_picture("white"), _picture("red"))
    kept = take_in(store.settings, store.engine, replace(BROUGHT, pictures=pictures), now=NOW)
    with reading(store.engine) as connection:
        assert wanted_pictures(connection, wanted_ads(connection)) == []
    assert not judge_at_once(store.settings, store.engine, now=NOW).failed
    version = _ad(store, kept.ad_id).id
    with reading(store.engine) as connection:
        shown = pictures_of_versions(connection, [version])[version]
    assert [picture.capture_id for picture in shown] == list(kept.capture_ids[1:])


def test_what_was_brought_is_judged_at_once_and_opens_a_case(store: StoreBuilder) -> None:
    store.register()
    kept = take_in(store.settings, store.engine, BROUGHT, now=NOW)
    result = judge_at_once(store.settings, store.engine, now=NOW)
    assert not result.failed
    with reading(store.engine) as connection:
        assert len(cases_of_ad(connection, kept.ad_id)) == 1


def test_judging_at_once_fetches_nothing() -> None:
    assert AFTER_INTAKE[:2] == ("pipelines.steps:group_new_ads", "pipelines.steps:assess_new_ads")
    assert not [step for step in AFTER_INTAKE if "crawl" in step or "keep" in step or "fetch" in step]


def test_the_same_text_brought_twice_is_two_ads_of_one_series(store: StoreBuilder) -> None:
    first, second = (take_in(store.settings, store.engine, BROUGHT, now=NOW).ad_id for _ in range(2))
    judge_at_once(store.settings, store.engine, now=NOW)
    with reading(store.engine) as connection:
        found = set(connection.scalars(select(ads.c.series_id).where(ads.c.id.in_((first, second)))))
    assert len(found) == 1
    assert None not in found


def test_intakes_are_no_run_of_a_source(store: StoreBuilder) -> None:
    """Else what was brought once would count as missing, because later intakes do not show it again."""
    take_in(store.settings, store.engine, BROUGHT, now=NOW)
    with reading(store.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(runs)) == 0
        assert list(connection.scalars(select(nights.c.finished_at))) == [NOW]


BOMB = GivenPicture("bomba.png", _picture("white", (60, 60)).content)
WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"text": None}, "nothing to keep"),
    ({"text": " \n\x00"}, "the text is empty"),
    ({"text": "a" * (LONGEST_TEXT + 1)}, "the text has 100001 characters"),
    ({"note": "a" * 2001}, "the note has 2001 characters"),
    ({"seen_url": "javascript:alert(1)"}, "no http or https address"),
    ({"seen_url": "http://[oglas"}, "no http or https address"),
    ({"seen_url": f"https://a.example/{'a' * 2000}"}, "the address has"),
    ({"seen_on": date(2026, 11, 21)}, "no day on which anybody can have seen it"),
    ({"seen_on": date(1990, 1, 1)}, "no day on which anybody can have seen it"),
    ({"pictures": (_picture(), GivenPicture("lažna.jpg", b"<html>"))}, "lažna.jpg: the file is no JPEG"),
    ({"pictures": (BOMB,)}, "bomba.png: the picture has only 60×60 pixels"),
    ({"pictures": (_picture(),) * 7}, "7 pictures are more than 6"),
    ({"text": None, "fetch": True}, "no address to fetch"),
    ({"fetch": True, "seen_url": "https://www.linkedin.com/jobs/1"}, "LinkedIn is not crawled"),
)


@pytest.mark.parametrize(("changes", "told"), WRONG)
def test_what_cannot_be_taken_is_told_and_leaves_nothing(
    small_store: StoreBuilder, changes: dict[str, Any], told: str
) -> None:
    before = _rows(small_store)
    with pytest.raises(UsageError, match=told):
        take_in(small_store.settings, small_store.engine, replace(BROUGHT, **changes), now=NOW)
    assert _rows(small_store) == before
    assert not (small_store.settings.evidence_folder / "warc").exists()


def test_a_failure_half_way_leaves_no_row_and_no_record(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    before = _rows(small_store)
    monkeypatch.setattr("crawler.intake.save_intake", fail)
    with pytest.raises(OSError, match="disk full"):
        take_in(small_store.settings, small_store.engine, replace(BROUGHT, pictures=(_picture(),)), now=NOW)
    assert _rows(small_store) == before
    assert not list((small_store.settings.evidence_folder / "warc").iterdir())


def test_an_address_is_fetched_only_where_that_is_asked_for(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<html><nav>Meni</nav><h1>Kuvari za Dubai</h1><p>Zovite 060 000 0011</p></html>"
    with serve(lambda path: Answer(page) if path.endswith("/p/1") else None) as site:
        monkeypatch.setenv("http_proxy", site.url)
        said = replace(BROUGHT, seen_url="http://mreza.example/p/1")
        take_in(small_store.settings, small_store.engine, said, now=NOW)
        assert site.asked == []
        both = take_in(small_store.settings, small_store.engine, replace(said, fetch=True), now=NOW)
        alone = take_in(small_store.settings, small_store.engine, replace(said, fetch=True, text=None), now=NOW)
    kept = {capture.id: capture for capture in _captures(small_store)}
    assert [kept[number].method for number in both.capture_ids] == ["manual", "http"]
    assert _ad(small_store, both.ad_id).text == AD_TEXT
    assert [kept[number].url for number in alone.capture_ids] == ["http://mreza.example/p/1"]
    assert _ad(small_store, alone.ad_id).title == "Kuvari za Dubai"
    assert "060 000 0011" in _ad(small_store, alone.ad_id).text
    with reading(small_store.engine) as connection:
        pages = connection.execute(select(intakes.c.ad_id, intakes.c.page_capture_id).order_by(intakes.c.id)).all()
    assert [tuple(row) for row in pages][1:] == [
        (both.ad_id, both.capture_ids[1]),
        (alone.ad_id, alone.capture_ids[0]),
    ]


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/p/1", "http://169.254.169.254/latest/meta-data/"])
def test_an_address_inside_the_network_is_never_fetched(small_store: StoreBuilder, address: str) -> None:
    (small_store.settings.home / "adwatch.yml").write_text("contact: adwatch@primer.example\n", encoding="utf-8")
    settings = Settings(small_store.settings.home)
    with serve(lambda _: Answer("tajno")) as site:
        url = address.format(port=site.url.rsplit(":", 1)[1])
        with pytest.raises(FetchError, match="forbidden_address"):
            take_in(settings, small_store.engine, replace(BROUGHT, seen_url=url, fetch=True), now=NOW)
    assert site.asked == []
    assert "ads" not in _rows(small_store)


def test_nothing_is_fetched_from_a_site_that_could_not_write_to_us(small_store: StoreBuilder) -> None:
    real = replace(BROUGHT, seen_url="http://203.0.113.7/p/1", fetch=True)
    with pytest.raises(ConfigError, match="contact"):
        take_in(small_store.settings, small_store.engine, real, now=NOW)


def test_what_robots_txt_disallows_is_not_fetched_and_nothing_is_kept(
    small_store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    robots = Answer("User-agent: *\nDisallow: /", headers={"Content-Type": "text/plain"})
    with serve(lambda path: robots if path.endswith("/robots.txt") else Answer("oglas")) as site:
        monkeypatch.setenv("http_proxy", site.url)
        brought = replace(BROUGHT, seen_url="http://mreza.example/p/1", fetch=True)
        with pytest.raises(FetchError, match="robots"):
            take_in(small_store.settings, small_store.engine, brought, now=NOW)
    assert "ads" not in _rows(small_store)
