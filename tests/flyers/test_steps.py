"""A post that is only a picture is read, finds its copies, is judged by its words, and says so to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from alerts.document import plain_text
from alerts.drafting import document_of
from alerts.gathering import gather_facts
from alerts.script import Script
from alerts.steps import open_cases
from crawler.assessment import Assessment
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.keeping_flyers import AskedPicture, WantedPicture, keep_pictures
from crawler.night import Night
from crawler.store.drafts import LeadingAd, leading_ad
from crawler.store.images import PictureState
from crawler.store.schema import ad_versions, ads, assessments, cases, images
from pipelines.flyers import given, steps
from pipelines.flyers.engine import Engine, NoEngine, find_engine, read_picture
from pipelines.flyers.steps import judge_flyers, read_flyers
from tests.builders import NOW, StoreBuilder, StoredAd
from tests.desk.conftest import DeskUnderTest
from tests.flyers.drawing import LATIN, Flyer, draw, encoded, groups, overwritten, smaller
from tests.flyers.measuring import character_error

LINES = (
    "Potrebni radnici za magacin",
    "Plata 3.500 evra mesečno",
    "Depozit 150 evra pre polaska",
    "Pasoš ostaje kod poslodavca",
    "Polazak odmah, bez iskustva",
    "Zovite +381 60 000 0071",
)
FLYER = draw(Flyer("Posao u Nemačkoj", LINES))


def engine() -> Engine:
    """The engine of this machine: where tests run it is a part that must be there."""
    found = find_engine()
    assert isinstance(found, Engine), found
    return found


def post(
    store: StoreBuilder, *pictures: Image.Image, text: str = "", state: PictureState = PictureState.AWAITED
) -> StoredAd:
    """A post with these pictures, which are kept already."""
    ad = store.ad(title=None, text=text)
    urls = [f"http://slike.example/{ad.ad_id}-{number}.png" for number in range(len(pictures))]
    asked = [
        AskedPicture(WantedPicture(url, "demo_portal"), FetchedPage(url, NOW, 200, (), encoded(picture)))
        for url, picture in zip(urls, pictures, strict=True)
    ]
    with CaptureWriter(store.settings.evidence_folder, "slike") as writer:
        keep_pictures(store.engine, writer, asked)
    with store.engine.begin() as connection:
        values = {"pictures": state, "posting": {"imageUrls": urls}}
        connection.execute(update(ad_versions).where(ad_versions.c.id == ad.version_id).values(values))
        connection.execute(update(ads).where(ads.c.id == ad.ad_id).values(series_id=None))
    return ad


def see_to(store: StoreBuilder) -> Night:
    """Runs the steps of pictures."""
    night = store.night_now()
    read_flyers(night)
    judge_flyers(night)
    return night


def series_of(store: StoreBuilder, posts: Sequence[StoredAd]) -> list[int]:
    """The series of the posts."""
    with store.connect() as connection:
        found = {row.id: row.series_id for row in connection.execute(select(ads.c.id, ads.c.series_id))}
    return [found[ad.ad_id] for ad in posts]


@pytest.fixture
def without_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without tesseract."""
    for module in (steps, given):
        monkeypatch.setattr(module, "find_engine", lambda: NoEngine("tesseract is not installed; install it"))


def test_a_flyer_is_judged_by_its_words_and_every_quote_stands_in_them(store: StoreBuilder) -> None:
    post(store, FLYER)
    night = see_to(store)
    open_cases(night)

    with store.connect() as connection:
        case_id = connection.scalar(select(cases.c.id))
        leading: LeadingAd = leading_ad(connection, case_id)
    codes = {found.code for found in leading.assessment.indicators}
    assert {"upfront_fee", "document_retention"} <= codes
    assert leading.ad.text == ""
    whole = leading.ad.judged.full_text
    quoted = [found for found in leading.assessment.indicators if found.start is not None]
    assert all(whole[found.start : found.end] == found.quote for found in quoted)
    assert read_flyers(night).counts["pictures"] == 0, "nothing is read twice"
    assert judge_flyers(night).counts["ads"] == 0, "and nothing judged twice"


def test_posts_of_one_flyer_are_one_series_and_others_stay_apart(store: StoreBuilder) -> None:
    copy = overwritten(FLYER, "Viber +381 60 000 0099")
    posts = [post(store, picture) for picture in (FLYER, copy, draw(Flyer(*LATIN[1])))]
    see_to(store)
    first, second, other = series_of(store, posts)
    assert first == second != other


@pytest.mark.usefixtures("without_engine")
def test_without_tesseract_pictures_are_kept_grouped_by_looks_and_read_once_there_is_one(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [post(store, picture) for picture in (FLYER, smaller(FLYER, 0.6), draw(Flyer(*LATIN[1])))]
    report = read_flyers(store.night_now())
    judge_flyers(store.night_now())

    assert report.notes == ("pictures of ads were kept but not read: tesseract is not installed; install it",)
    first, second, other = series_of(store, posts)
    assert first == second != other

    monkeypatch.setattr(steps, "find_engine", engine)
    see_to(store)
    with store.connect() as connection:
        levels = set(connection.scalars(select(assessments.c.level)))
        assert None not in set(connection.scalars(select(images.c.text)))
    assert levels - {"low"}


def test_pictures_of_an_ad_with_words_come_after_them(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    words = "Radnici za magacin u Nemačkoj, plata 3.000 evra, detalji su na slici."
    ad = post(store, FLYER, text=words, state=PictureState.UNFINISHED)
    see_to(store)
    with store.connect() as connection:
        result = connection.scalar(select(assessments.c.result).order_by(assessments.c.id.desc()))
        text = connection.scalar(select(ad_versions.c.text).where(ad_versions.c.id == ad.version_id))
    fee = next(found for found in Assessment.from_json(result).indicators if found.code == "upfront_fee")
    assert "Depozit" not in text
    assert fee.start is not None
    assert fee.start > len(text)


def test_people_are_told_what_a_machine_read(tmp_path: Path) -> None:
    store = StoreBuilder(tmp_path / "home")
    store.register()
    post(store, FLYER)
    open_cases(see_to(store))
    with store.connect() as connection:
        case_id = connection.scalar(select(cases.c.id)) or 0
        facts = gather_facts(connection, store.settings, case_id, "policija_uput", now=NOW + timedelta(hours=1))
    told = plain_text(document_of(facts, Script.LATN))
    assert "mašinski pročitano sa slike, dokaz 2" in told
    assert "treba ih uporediti sa samim slikama" in told
    assert "Sa slike (dokaz 2) program je pročitao:" in told

    desk = DeskUnderTest(store)
    with desk.client:
        desk.enter()
        shown = desk.page(f"/cases/{case_id}")
        assert "pročitano sa slike" in shown
        assert 'alt="Slika 1 uz oglas; pročitani tekst je ispod nje"' in shown
        source = shown.split('<img src="')[1].split('"')[0]
        picture = desk.client.get(source)
        assert (picture.headers["content-type"], picture.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
        assert "sandbox" in picture.headers["content-security-policy"]
        assert picture.content[:3] == b"\xff\xd8\xff"
        raw = desk.client.get(source.replace(".jpg", ".png"))
        assert raw.status_code == 404, "a stranger's bytes are never handed out as they are"


@pytest.mark.parametrize(
    ("group", "bound"), [("latin", 0.02), ("cyrillic", 0.02), ("two_columns", 0.03), ("photo", 0.06)]
)
def test_flyers_are_read_nearly_without_error(group: str, bound: float) -> None:
    flyers = groups()[group][:2]
    errors = [character_error(read_picture(picture, engine()).text, words) for picture, words in flyers]
    assert sum(errors) / len(errors) <= bound


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    assert read_picture(FLYER, engine(), seconds=0.01).text == ""
