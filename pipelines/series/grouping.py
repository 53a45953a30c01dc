"""Puts ads into series, batch by batch: finds candidates through an index, verifies them, joins, opens, merges.

Where texts and signatures are kept is the index's business: `MemoryIndex` in `memory`, the store in `stored`.
"""

from __future__ import annotations

import gc
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple, Protocol

from pipelines.series.comparable import make_comparable
from pipelines.series.judging import ALL_BUT_SAME, Ground, JudgedAd, Likeness, compare, conflict
from pipelines.series.signatures import parts_of, text_key

MOST_RANKED = 48
MOST_CANDIDATES = 12
"""Texts that an ad is compared with, of those ranked by the parts they share."""
LITTLE = 0.4
"""What is shared: a sum over the parts, each divided by the number of texts it is filed for. Of those that share less,
only the first is compared."""
CLEARLY = 0.15
"""How much more like one series than another an ad is that joins the one, where both would take it."""
MOST_OF_A_SERIES = 3
"""Members of one series that are compared with an ad; they are much alike."""
LOOKED_AT = 12
"""Texts of one part that are ranked."""
FULL_BUCKET = 32
"""A part that more texts share, like an agency's boilerplate, tells little: it is not filed again."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A text that has no signature yet."""

    id: int
    title: str | None
    text: str
    series: int | None = None
    """Where its ad stands already; it stays there."""
    page: str | None = None
    """Key of its address, where one address is one ad and the index does not see to it."""


class Placed(NamedTuple):
    """Where a text was put."""

    id: int
    series: int
    """Negative: a new one, numbered within the batch."""
    text_key: str
    parts: tuple[int, ...]
    """Keys to file it under; none for an exact copy, which is found by the first."""
    ground: Ground | None
    """Why it joined; None for the first of its series and for one that stayed."""
    shingles: bytes = b""
    """What it is compared by, where it has parts."""


class Merge(NamedTuple):
    """Two series that turned out to be one."""

    kept: int
    absorbed: int


@dataclass(frozen=True, slots=True)
class Grouping:
    """What became of a batch."""

    placed: tuple[Placed, ...]
    opened: tuple[int, ...]
    """Negative numbers of new series."""
    merges: tuple[Merge, ...]


class EarlierText(NamedTuple):
    """A text that an index keeps."""

    id: int
    title: str | None
    text: str
    shingles: bytes | None = None
    """None where the index does not keep them."""


class PreparedAds:
    """Ads last compared, so that a popular one is not prepared again and again. Those not asked for longest go."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._ads: dict[int, JudgedAd] = {}

    def read(self, ids: Collection[int], index: Index) -> dict[int, JudgedAd]:
        """These ads, prepared before or now."""
        found = {one: ad for one in ids if (ad := self._ads.pop(one, None)) is not None}
        for earlier in index.read([one for one in ids if one not in found]):
            found[earlier.id] = JudgedAd(make_comparable(earlier.title, earlier.text, earlier.shingles))
        self.keep(found)
        return found

    def keep(self, ads: Mapping[int, JudgedAd]) -> None:
        """Remembers the ads, which it does not hold yet, as the last ones asked for."""
        self._ads.update(ads)
        for oldest in list(islice(self._ads, max(0, len(self._ads) - self._most))):
            del self._ads[oldest]


class Index(Protocol):
    """What earlier texts are found by."""

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """Series of ads at these addresses."""

    def by_part(self, parts: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Texts filed under these parts, by part."""

    def series_of(self, ids: Collection[int]) -> Mapping[int, int]:
        """The series of these texts."""

    def read(self, ids: Collection[int]) -> Iterable[EarlierText]:
        """These texts."""

    def pinned(self, series: Collection[int]) -> set[int]:
        """Those of the series that must keep their number, because people work with them."""

    def merged_by_hand(self, series: Collection[int]) -> set[int]:
        """Those of the series that a person made of two."""


def group(batch: Sequence[NewText], index: Index, prepared: PreparedAds) -> Grouping:
    """Places every text of the batch, in its order; the caller stores what comes back."""
    with no_garbage_collection():
        return _Batch(batch, index, prepared).run()


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """A batch makes many sets and lists but no cycles; to look through them for some takes a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Match(NamedTuple):
    id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a text compares with the members of one series that were looked at."""

    matches: tuple[_Match, ...]
    by_hand: bool
    """A person put other ads into the series: that they part from the text is no reason against it."""

    @property
    def nearest(self) -> _Match:
        """The member most like the text, of those that join or part."""
        return max(self.matches, key=lambda match: (match.likeness.decides, match.likeness.jaccard))

    @property
    def jaccard(self) -> float:
        """Likeness of the nearest member."""
        return self.nearest.likeness.jaccard

    @property
    def joins(self) -> bool:
        """The nearest member joins, and not most others part."""
        joining = sum(match.likeness.joins for match in self.matches)
        return self.nearest.likeness.joins and (self.by_hand or joining >= self._parting)

    @property
    def is_sure(self) -> bool:
        """Sure enough to merge the series with another."""
        return self.joins and self.nearest.likeness.ground in _SURE and not self._parting

    @property
    def may_join(self) -> bool:
        """Nothing parts the text from the series, and nothing tells that it belongs there."""
        return not self._parting and any(match.likeness.may_join for match in self.matches)

    @property
    def _parting(self) -> int:
        return sum(match.likeness.ground.parts for match in self.matches)


class _Numbers:
    """Numbers of series while a batch is placed: opened and merged."""

    def __init__(self) -> None:
        self._opened = 0
        self._kept: dict[int, int] = {}

    def open(self) -> int:
        """The number of a new series."""
        self._opened += 1
        return -self._opened

    def current(self, series: int) -> int:
        """The series that this one is part of by now."""
        while series in self._kept:
            series = self._kept[series]
        return series

    def unite(self, found: Collection[int], pinned: Collection[int]) -> int:
        """Merges the series, in their order of preference, into a pinned one or the oldest, and returns that."""
        kept = min(found, key=lambda series: (series not in pinned, series < 0, abs(series)))
        self._kept.update({series: kept for series in found if series != kept and series not in pinned})
        return kept

    def opened(self) -> tuple[int, ...]:
        """New series that stayed ones of their own."""
        return tuple(-number for number in range(1, self._opened + 1) if -number not in self._kept)

    def merges(self) -> tuple[Merge, ...]:
        """Earlier series that became part of others."""
        return tuple(Merge(self.current(series), series) for series in self._kept if series > 0)


class _Batch:
    """A batch on its way: what the index knew before, and what the batch adds."""

    def __init__(self, batch: Sequence[NewText], index: Index, prepared: PreparedAds) -> None:
        self.batch, self.index, self.numbers = batch, index, _Numbers()
        self.ads = {new.id: JudgedAd(make_comparable(new.title, new.text)) for new in batch}
        self.text_keys = {one: text_key(ad.text) for one, ad in self.ads.items()}
        self.keys = index.by_key(set(self.text_keys.values()))
        self.pages = index.by_page({new.page for new in batch if new.page})
        self.parts = self._parts_of_new_texts()
        times = Counter(chain.from_iterable(self.parts.values()))
        self.repeated = {part for part, count in times.items() if count > 1}
        """Parts by which texts of the batch may meet."""
        self.earlier = index.by_part(times)
        self.full = {part for part, ids in self.earlier.items() if len(ids) >= FULL_BUCKET}
        self.added: dict[int, list[int]] = {}
        """Texts of the batch by part."""
        self.scores = {one: self._scores(parts) for one, parts in self.parts.items()}
        ranked = {one: _ranked(scores) for one, scores in self.scores.items()}
        self.series = dict(index.series_of(set(chain.from_iterable(ranked.values()))))
        self.by_hand = index.merged_by_hand(set(self.series.values()))
        self.chosen = {one: self._few_of_each(ids) for one, ids in ranked.items()}
        prepared.keep({one: self.ads[one] for one in self.parts})
        self.ads.update(prepared.read(set(chain.from_iterable(self.chosen.values())), index))

    def run(self) -> Grouping:
        """Places one text after another."""
        placed = [self._place(new) for new in self.batch]
        for one in self.parts:
            self.ads[one].text.forget_pairs()
        final = tuple([one._replace(series=self.numbers.current(one.series)) for one in placed])
        return Grouping(final, self.numbers.opened(), self.numbers.merges())

    def _parts_of_new_texts(self) -> dict[int, tuple[int, ...]]:
        """Parts of the first text of each key that the index does not know."""
        first = {key: one for one, key in reversed(self.text_keys.items()) if key not in self.keys}
        new = sorted(first.values())
        return dict(zip(new, parts_of([self.ads[one].text for one in new]), strict=True))

    def _scores(self, parts: Iterable[int]) -> dict[int, float]:
        """Earlier texts that share parts: the more parts, and the rarer, the higher."""
        scores: dict[int, float] = {}
        for part in parts:
            if ids := self.earlier.get(part):
                weight = 1 / len(ids)
                for one in ids[:LOOKED_AT]:
                    scores[one] = scores.get(one, 0) + weight
        return scores

    def _place(self, new: NewText) -> Placed:
        key = self.text_keys[new.id]
        known = key in self.keys
        series, ground = self._series_of(new, key)
        self.series[new.id] = series
        self.keys.setdefault(key, series)
        if new.page:
            self.pages.setdefault(new.page, series)
        if known:
            return Placed(new.id, series, key, (), ground)
        return Placed(new.id, series, key, self._file(new.id), ground, self.ads[new.id].text.shingles)

    def _file(self, one: int) -> tuple[int, ...]:
        """Files a text under those of its parts that have room, and returns them."""
        parts = self.parts[one]
        if not self.full.isdisjoint(parts):
            parts = tuple([part for part in parts if part not in self.full])
        for part in self.repeated.intersection(parts):
            filed = self.added.setdefault(part, [])
            filed.append(one)
            if len(filed) + len(self.earlier.get(part, ())) >= FULL_BUCKET:
                self.full.add(part)
        return parts

    def _series_of(self, new: NewText, key: str) -> tuple[int, Ground | None]:
        if new.series is not None:
            return self.numbers.current(new.series), None
        if new.page in self.pages:
            return self.numbers.current(self.pages[new.page]), Ground.SAME_PAGE
        if key in self.keys:
            return self.numbers.current(self.keys[key]), Ground.SAME_TEXT
        found = self._standings(new)
        joinable = {series: standing for series, standing in found.items() if standing.joins}
        if not joinable:
            return self._only_possible(found)
        best = max(joinable, key=lambda series: joinable[series].jaccard)
        others = {series for series in joinable if self._conflict(joinable[best], joinable[series])}
        if others and joinable[best].jaccard < min(
            ALL_BUT_SAME, CLEARLY + max(joinable[one].jaccard for one in others)
        ):
            return self.numbers.open(), None
        sure = {series for series, standing in joinable.items() if standing.is_sure} - others | {best}
        pinned = self.index.pinned({series for series in sure if series > 0}) if len(sure) > 1 else ()
        return self.numbers.unite(sure, pinned), joinable[best].nearest.likeness.ground

    def _only_possible(self, found: dict[int, _Standing]) -> tuple[int, Ground | None]:
        """An ad without work and place joins only where a single series comes into question."""
        possible = [series for series, standing in found.items() if standing.may_join]
        if len(possible) == 1:
            return possible[0], Ground.LITTLE_TOLD
        return self.numbers.open(), None

    def _standings(self, new: NewText) -> dict[int, _Standing]:
        """How the text compares with a few members of each series in question."""
        ad, found = self.ads[new.id], defaultdict[int, list[_Match]](list)
        for candidate in self._candidates(new):
            likeness = compare(ad, self.ads[candidate])
            if likeness.ground is not Ground.LITTLE_SHARED:
                found[self.numbers.current(self.series[candidate])].append(_Match(candidate, likeness))
        return {series: _Standing(tuple(matches), series in self.by_hand) for series, matches in found.items()}

    def _conflict(self, first: _Standing, second: _Standing) -> bool:
        one, other = self.ads[first.nearest.id], self.ads[second.nearest.id]
        return one is not other and conflict(one, other) is not None

    def _candidates(self, new: NewText) -> list[int]:
        """Texts before this one that share most with it, a few of each series."""
        shared = self.added.keys() & self.parts[new.id]
        if not shared:
            return self.chosen[new.id]
        scores = self.scores[new.id]
        for part in shared:
            ids = self.added[part]
            weight = 1 / (len(self.earlier.get(part, ())) + len(ids))
            for one in ids[:LOOKED_AT]:
                scores[one] = scores.get(one, 0) + weight
        # What comes into question only because of the batch was not read.
        return [one for one in self._few_of_each(_ranked(scores)) if one in self.ads]

    def _few_of_each(self, ranked: Sequence[int]) -> list[int]:
        """The first candidates, a few of each series."""
        taken: dict[int, int] = {}
        chosen: list[int] = []
        for one in ranked:
            series = self.series.get(one)
            if series is not None and (others := taken.get(series, 0)) < MOST_OF_A_SERIES:
                taken[series] = others + 1
                chosen.append(one)
                if len(chosen) == MOST_CANDIDATES:
                    break
        return chosen


def _ranked(scores: Mapping[int, float]) -> list[int]:
    """Those that share most first; none but the very first that share little."""
    if not scores:
        return []
    least = max(max(scores.values()) / 8, LITTLE)
    much = [one for one, score in scores.items() if score >= least]
    if not much:
        return [max(scores, key=scores.__getitem__)]
    return sorted(much, key=scores.__getitem__, reverse=True)[:MOST_RANKED]


_SURE = frozenset((Ground.NEAR_TEXT, Ground.SHORTENED, Ground.READ_ALIKE))
"""Grounds on which two series are merged."""
