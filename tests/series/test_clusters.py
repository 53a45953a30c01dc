"""Grouping measured on labelled clusters: invented copies, distorted as people distort them, and hard negatives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import comb

import pytest

from crawler.assessment import Ad
from pipelines.series.memory import series_of
from spiders.demo.ads import load_offers, placed_ads
from tests.series.clusters import UNSEEN, labelled_ads
from tests.series.clusters import offers as clustered_offers


def pairwise(labels: Sequence[object], series: Sequence[int]) -> tuple[float, float]:
    """Precision and recall over pairs of ads."""
    together = _pairs(zip(labels, series, strict=True))
    return together / _pairs(series), together / _pairs(labels)


def _pairs(groups: Iterable[object]) -> int:
    return sum(comb(size, 2) for size in Counter(groups).values())


@pytest.mark.parametrize("seed", [5, 6, 12, 22])
def test_copies_join_and_other_jobs_stay_apart(seed: int) -> None:
    ads = labelled_ads(seed=seed)
    assert len(ads) >= 600
    assert len({ad.offer for ad in ads}) >= 120

    precision, recall = pairwise([ad.offer for ad in ads], series_of(ad.ad for ad in ads))

    assert precision >= 0.98
    assert recall >= 0.96


def test_offers_as_written_are_all_apart() -> None:
    """Jobs of one agency share its paragraphs, jobs of one template all words but work, place and pay."""
    ads = list(clustered_offers())
    assert len(set(series_of(ads))) == len(ads)


def test_copies_of_the_demo_world_join() -> None:
    ads = [(ad.offer.offer, Ad(title=ad.title, text=ad.text)) for ad in placed_ads(load_offers())]
    assert pairwise([offer for offer, _ in ads], series_of(ad for _, ad in ads)) == (1.0, 1.0)


def test_order_hardly_decides() -> None:
    """What is left of a much shortened ad fits several; whichever comes first may take it."""
    ads = labelled_ads(seed=14)
    backwards = list(reversed(ads))
    forth, back = series_of(ad.ad for ad in ads), series_of(ad.ad for ad in backwards)
    assert _pairs(zip(forth, reversed(back), strict=True)) >= 0.98 * max(_pairs(forth), _pairs(back))


@pytest.mark.parametrize("seed", [5, 22])
def test_offers_that_nothing_was_tuned_on_are_grouped_as_well(seed: int) -> None:
    ads = labelled_ads(seed=seed, file=UNSEEN, copies=6)
    precision, recall = pairwise([ad.offer for ad in ads], series_of(ad.ad for ad in ads))
    assert precision >= 0.98
    assert recall >= 0.96
