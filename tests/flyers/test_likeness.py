"""One flyer is found again however it was changed on the way, and another flyer of its template is not taken for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import select

from crawler.pictures import PictureFacts
from crawler.store.images import KnownAddress, PictureState, link_pictures, save_hash, save_image
from crawler.store.schema import contact_mentions
from pipelines.connections.filing import file_contacts
from pipelines.flyers.likeness import NEAR, bands_of, bands_to_ask, distance, is_near, picture_hash
from pipelines.flyers.stored import near_images
from pipelines.steps import assess_new_ads
from tests.builders import NOW, StoreBuilder, StoredAd
from tests.flyers.drawing import DISTORTIONS
from tests.flyers.measuring import distances_of_others, drawn_templates

DRAWN = drawn_templates(texts=4)
hashes = st.integers(0, 2**256 - 1)


@pytest.mark.parametrize("name", [name for name in DISTORTIONS if name != "crop_5"])
def test_a_changed_copy_is_near(name: str) -> None:
    distort: Callable[[Image.Image], Image.Image] = DISTORTIONS[name]
    for key in ((0, 0), (1, 1), (2, 2), (3, 3), (0, 4)):
        assert is_near(picture_hash(DRAWN[key]), picture_hash(distort(DRAWN[key]))), key


def test_other_flyers_of_one_template_are_not_near() -> None:
    assert distances_of_others(DRAWN)[0] > NEAR + 10


@given(hashes, st.sets(st.integers(0, 255), max_size=NEAR))
def test_whatever_is_near_is_found_by_its_bands(original: int, flipped: set[int]) -> None:
    changed = original ^ sum(1 << bit for bit in flipped)
    assert distance(original, changed) == len(flipped)
    assert not set(bands_of(changed)).isdisjoint(bands_to_ask(original))


def _with_image(store: StoreBuilder, ad: StoredAd, name: str, found: int) -> int:
    """Gives the ad a picture of that hash."""
    with store.engine.begin() as connection:
        facts = PictureFacts("PNG", 800, 800)
        image_id = save_image(connection, facts, digest=name.ljust(64, "0"), capture_id=ad.capture_id)
        save_hash(connection, image_id, found, bands_of(found))
        known = KnownAddress("http://x.example", 1, None, image_id, ad.capture_id)
        link_pictures(connection, ad.version_id, [known], state=PictureState.SETTLED, words=None)
    return image_id


def test_all_pictures_like_a_flyer_are_found_in_the_store_the_nearest_first(store: StoreBuilder) -> None:
    flyer = picture_hash(DRAWN[0, 0])
    changed = _with_image(store, store.ad(at=NOW + timedelta(days=1)), "b", flyer ^ 0b1011 << 90)
    _with_image(store, store.ad(), "c", picture_hash(DRAWN[1, 0]))
    alike = [_with_image(store, store.ad(), name, flyer) for name in ("a", "d")]
    with store.connect() as connection:
        found = [(near.image_id, near.distance) for near in near_images(connection, flyer)]
    assert found == [*((image_id, 0) for image_id in alike), (changed, 3)]


def test_ads_with_one_flyer_are_filed_under_the_oldest_picture_like_it(store: StoreBuilder) -> None:
    flyer, changed = picture_hash(DRAWN[0, 0]), picture_hash(DRAWN[0, 0]) ^ 0b1011 << 90
    for name, found in (("a", flyer), ("b", changed), ("c", picture_hash(DRAWN[1, 0]))):
        _with_image(store, store.ad(), name, found)
    night = store.night_now()
    assess_new_ads(night)
    file_contacts(night)
    with store.connect() as connection:
        filed = connection.execute(select(contact_mentions.c.value).where(contact_mentions.c.kind == "image")).scalars()
        assert sorted(Counter(filed).values()) == [1, 2]
