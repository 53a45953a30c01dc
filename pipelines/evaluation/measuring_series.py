"""How well copies of one offer are found, beside a person's grouping: by pairs of ads, and ad by ad (B-cubed)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from math import comb
from typing import Any

from crawler.assessment import Ad
from pipelines.evaluation.counting import Found, harmonic_mean
from pipelines.evaluation.labels import Labelled

LISTED_PAIRS = 1_000
"""Pairs of each kind that are listed: a series that swallowed everything has more than anybody reads."""

Pair = tuple[Ad, Ad]


@dataclass(frozen=True, slots=True)
class SeriesEvaluation:
    """All figures of one labelled file."""

    ads: int
    labelled_series: int
    found_series: int
    pairs: Found
    """Pairs of ads in one series, found and labelled."""
    precision: float
    """B-cubed: of the ads in an ad's series, the share that belongs there; mean over all ads."""
    recall: float
    """B-cubed: of the ads that belong in an ad's series, the share that is there; mean over all ads."""
    joined: tuple[Pair, ...]
    """Wrongly in one series, at most LISTED_PAIRS."""
    split: tuple[Pair, ...]
    """Wrongly in two series, at most LISTED_PAIRS."""

    @property
    def f1(self) -> float:
        """B-cubed F1."""
        return harmonic_mean(self.precision, self.recall)

    def to_json(self) -> dict[str, Any]:
        """The shape that `adwatch evaluate dedupe --json` prints."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {
            "ads": self.ads,
            "series": {"labelled": self.labelled_series, "found": self.found_series},
            "pairwise": self.pairs.to_json(),
            "b_cubed": {name: round(value, 4) for name, value in figures.items()},
            "wrongly_joined": [[one.id, other.id] for one, other in self.joined],
            "wrongly_split": [[one.id, other.id] for one, other in self.split],
        }


def evaluate_series(labelled: Sequence[Labelled[str]], found: Sequence[int]) -> SeriesEvaluation:
    """The figures for ads with their labels and the series found, one for each ad in the same order."""
    labels = [one.label for one in labelled]
    ads = [one.ad for one in labelled]
    cells = Counter(zip(labels, found, strict=True))
    by_label, by_series = Counter(labels), Counter(found)
    together = _pairs(cells.values())
    return SeriesEvaluation(
        ads=len(ads),
        labelled_series=len(by_label),
        found_series=len(by_series),
        pairs=Found(together, _pairs(by_series.values()) - together, _pairs(by_label.values()) - together),
        precision=sum(size**2 / by_series[series] for (_, series), size in cells.items()) / len(ads),
        recall=sum(size**2 / by_label[label] for (label, _), size in cells.items()) / len(ads),
        joined=tuple(islice(_torn_pairs(ads, groups=found, parts=labels), LISTED_PAIRS)),
        split=tuple(islice(_torn_pairs(ads, groups=labels, parts=found), LISTED_PAIRS)),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)


def _torn_pairs(ads: Sequence[Ad], *, groups: Sequence[Hashable], parts: Sequence[Hashable]) -> Iterator[Pair]:
    """Pairs of ads that share a group and not a part; only such pairs are walked through."""
    grouped: dict[Hashable, dict[Hashable, list[Ad]]] = defaultdict(lambda: defaultdict(list))
    for ad, group, part in zip(ads, groups, parts, strict=True):
        grouped[group][part].append(ad)
    for members in grouped.values():
        for some, others in combinations(members.values(), 2):
            yield from product(some, others)
