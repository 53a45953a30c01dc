"""Puts ads into series, batch by batch: finds candidates through an index, verifies them, joins, opens, merges.

Where texts and signatures are kept is the index's business: `MemoryIndex` in `memory`, the store in `stored`.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from pipelines.series.comparable import make_comparable
from pipelines.series.judging import ALL_BUT_SAME, Ground, JudgedAd, Likeness, compare, conflict
from pipelines.series.signatures import Signature, sign

MOST_CANDIDATES = 24
MOST_OF_A_SERIES = 3
"""Members of one series that are compared with an ad; they are much alike."""
FULL_BUCKET = 64
"""A part that more texts share, like an agency's boilerplate, tells nothing: it is not filed again."""


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


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a text was put."""

    id: int
    series: int
    """Negative: a new one, numbered within the batch."""
    signature: Signature
    parts: tuple[int, ...]
    """Keys to file it under."""
    ground: Ground | None
    """Why it joined; None for the first of its series and for one that stayed."""


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


class Filed(NamedTuple):
    """A text that an index knows, found by one of its parts."""

    part: int
    id: int
    series: int


class EarlierText(NamedTuple):
    """A text that an index keeps."""

    id: int
    title: str | None
    text: str


class PreparedAds:
    """Ads last compared, so that a popular one is not prepared again and again. Those not asked for longest go."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._ads: OrderedDict[int, JudgedAd] = OrderedDict()

    def read(self, ids: Collection[int], index: Index) -> dict[int, JudgedAd]:
        """These ads, prepared before or now."""
        found = {one: ad for one in ids if (ad := self._ads.get(one)) is not None}
        for earlier in index.read([one for one in ids if one not in found]):
            found[earlier.id] = JudgedAd(make_comparable(earlier.title, earlier.text))
        self.keep(found)
        return found

    def keep(self, ads: Mapping[int, JudgedAd]) -> None:
        """Remembers the ads as the last ones asked for."""
        for one, ad in ads.items():
            self._ads[one] = ad
            self._ads.move_to_end(one)
        while len(self._ads) > self._most:
            self._ads.popitem(last=False)


class Index(Protocol):
    """What earlier texts are found by."""

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Series of texts with these text keys."""

    def by_page(self, pages: Collection[str]) -> dict[str, int]:
        """Series of ads at these addresses."""

    def by_part(self, parts: Collection[int]) -> Iterable[Filed]:
        """Texts filed under these parts."""

    def read(self, ids: Collection[int]) -> Iterable[EarlierText]:
        """These texts."""

    def pinned(self, series: Collection[int]) -> set[int]:
        """Those of the series that must keep their number, because people work with them."""


def group(batch: Sequence[NewText], index: Index, prepared: PreparedAds) -> Grouping:
    """Places every text of the batch, in its order; the caller stores what comes back."""
    return _Batch(batch, index, prepared).run()


class _Match(NamedTuple):
    id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Standing:
    """How a text compares with the members of one series that were looked at."""

    matches: tuple[_Match, ...]

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
        return self.nearest.likeness.joins and joining >= self._parting

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
        self.signatures = sign([ad.text for ad in self.ads.values()])
        self.keys = index.by_key({signature.text_key for signature in self.signatures})
        self.pages = index.by_page({new.page for new in batch if new.page})
        self.filed: dict[int, list[Filed]] = defaultdict(list)
        unknown = [signature for signature in self.signatures if signature.text_key not in self.keys]
        for found in index.by_part({part for signature in unknown for part in signature.parts}):
            self.filed[found.part].append(found)
        prepared.keep(self.ads)
        wanted = {found.id for signature in unknown for found in self._candidates(signature)}
        self.ads.update(prepared.read(wanted, index))

    def run(self) -> Grouping:
        """Places one text after another."""
        placed = [self._place(new, signature) for new, signature in zip(self.batch, self.signatures, strict=True)]
        final = tuple(replace(one, series=self.numbers.current(one.series)) for one in placed)
        return Grouping(final, self.numbers.opened(), self.numbers.merges())

    def _place(self, new: NewText, signature: Signature) -> Placed:
        known = signature.text_key in self.keys
        series, ground = self._series_of(new, signature)
        self.keys.setdefault(signature.text_key, series)
        if new.page:
            self.pages.setdefault(new.page, series)
        parts = () if known else tuple(part for part in signature.parts if len(self.filed[part]) < FULL_BUCKET)
        for part in parts:
            self.filed[part].append(Filed(part, new.id, series))
        return Placed(new.id, series, signature, parts, ground)

    def _series_of(self, new: NewText, signature: Signature) -> tuple[int, Ground | None]:
        if new.series is not None:
            return self.numbers.current(new.series), None
        if new.page in self.pages:
            return self.numbers.current(self.pages[new.page]), Ground.SAME_PAGE
        if signature.text_key in self.keys:
            return self.numbers.current(self.keys[signature.text_key]), Ground.SAME_TEXT
        found = self._standings(new, signature)
        joinable = {series: standing for series, standing in found.items() if standing.joins}
        if not joinable:
            return self._only_possible(found)
        best = max(joinable, key=lambda series: joinable[series].jaccard)
        others = {series for series in joinable if self._conflict(joinable[best], joinable[series])}
        if others and joinable[best].jaccard < ALL_BUT_SAME:
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

    def _standings(self, new: NewText, signature: Signature) -> dict[int, _Standing]:
        """How the text compares with a few members of each series in question."""
        ad, found = self.ads[new.id], defaultdict[int, list[_Match]](list)
        for candidate in self._candidates(signature):
            match = _Match(candidate.id, compare(ad, self.ads[candidate.id]))
            found[self.numbers.current(candidate.series)].append(match)
        return {series: _Standing(tuple(matches)) for series, matches in found.items()}

    def _conflict(self, first: _Standing, second: _Standing) -> bool:
        one, other = self.ads[first.nearest.id], self.ads[second.nearest.id]
        return one is not other and conflict(one, other) is not None

    def _candidates(self, signature: Signature) -> list[Filed]:
        """Texts that share most parts, a few of each series."""
        shared = Counter(found.id for part in signature.parts for found in self.filed.get(part, ()))
        by_id = {found.id: found for part in signature.parts for found in self.filed.get(part, ())}
        taken: Counter[int] = Counter()
        chosen: list[Filed] = []
        for candidate, _ in shared.most_common():
            found = by_id[candidate]
            if taken[found.series] < MOST_OF_A_SERIES:
                taken[found.series] += 1
                chosen.append(found)
            if len(chosen) == MOST_CANDIDATES:
                break
        return chosen


_SURE = frozenset((Ground.NEAR_TEXT, Ground.SHORTENED))
"""Grounds on which two series are merged."""
