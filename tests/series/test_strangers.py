"""Grouping measured on ads that other hands wrote: of the first half misses were looked into, of the second never."""

from __future__ import annotations

import pytest

from pipelines.series.memory import series_of
from tests.series.strangers.ads import HALVES, strangers
from tests.series.test_clusters import pairwise


def test_strangers_are_many_and_differ() -> None:
    ads = [one for half in HALVES for one in strangers(half)]
    assert len(ads) >= 700
    assert len({one.offer for one in ads}) >= 200
    assert len({one.ad.id for one in ads}) == len(ads)


@pytest.mark.parametrize("seed", [1, 5])
@pytest.mark.parametrize(("half", "found"), [("first", 0.96), ("second", 0.94)])
def test_ads_of_strangers_are_grouped(half: str, found: float, seed: int) -> None:
    """More than half of what is split was misread off a flyer."""
    ads = strangers(half, seed=seed)
    precision, recall = pairwise([one.offer for one in ads], series_of(one.ad for one in ads))
    assert precision >= 0.98
    assert recall >= found


def test_offers_of_strangers_as_written_are_all_apart() -> None:
    own = [one.ad for half in HALVES for one in strangers(half) if one.ad.id.endswith(" own")]
    assert len(set(series_of(own))) == len(own)
