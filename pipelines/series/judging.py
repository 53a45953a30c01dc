"""Whether two ads are one offer, and why. Thresholds were set on the labelled clusters of the tests.

Two jobs of one agency may share nine words in ten: what they name as work and place then tells them apart.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler, LCSseq, Levenshtein

from pipelines.series.comparable import ComparableText, passages_of, written_words
from pipelines.series.features import AdFeatures, Features, features_of
from pipelines.series.idle_words import idle_words
from pipelines.series.signatures import SHORT_TEXT


class Ground(StrEnum):
    """What decided."""

    SAME_PAGE = "same_page"
    SAME_TEXT = "same_text"
    NEAR_TEXT = "near_text"
    SHORTENED = "shortened"
    """One is most of the other, which says more."""
    SAME_JOB = "same_job"
    """Half of the words agree, and so do title or work, place and contact."""
    READ_ALIKE = "read_alike"
    """Letter by letter the words agree, as after slips and misreadings."""
    OTHER_WORK = "other_work"
    OTHER_PLACE = "other_place"
    OTHER_TITLE = "other_title"
    """Title or opening speak of something else."""
    OTHER_SENTENCES = "other_sentences"
    """Each has a sentence of its own: two jobs with one closing, or copies that were both added to."""
    LITTLE_SHARED = "little_shared"
    LITTLE_TOLD = "little_told"
    """One names neither work nor place: what is left of it fits many jobs."""

    @property
    def joins(self) -> bool:
        """The two are one offer."""
        return self in _JOINING

    @property
    def parts(self) -> bool:
        """The two are other jobs, however alike their words."""
        return self in _PARTING


_PARTING = frozenset((Ground.OTHER_WORK, Ground.OTHER_PLACE, Ground.OTHER_TITLE))
_JOINING = frozenset(
    (Ground.SAME_PAGE, Ground.SAME_TEXT, Ground.NEAR_TEXT, Ground.SHORTENED, Ground.SAME_JOB, Ground.READ_ALIKE)
)

NEAR = 0.5
"""Jaccard on word pairs from which on texts are near-same."""
HELD = 0.72
"""Share of the shorter text's word pairs that the longer one holds."""
HELD_WHOLLY = 0.85
"""The same of what is left of an ad without its work and place."""
SUPPORTED_NEAR = 0.27
SUPPORTED_HELD = 0.45
"""The same where title, or work, place and contact, agree besides."""
ALL_BUT_SAME = 0.9
"""An ad that fits two jobs, or leaves out what tells them apart, joins from here on."""
READ_ALIKE = 0.88
"""Letters of the shorter text that the other has in the same order, words sorted."""
READ_LENGTH = 0.6
"""How long the shorter is by the other, at least: in a long text a short one is found by chance."""
MOST_READ = 20_000
"""Letters of a text that is read so: the time grows with the square."""
OWN_SENTENCES = 0.75
"""Below, texts are read for sentences that the other does not have."""
OWN_WORDS = 3
"""Telling words of such a sentence, at least, of which OWN_SHARE are not in the other ad."""
OWN_SHARE = 0.7
SHORT_NEAR = 0.8
"""Of a short text, whose few words agree easily."""
FEW_WORDS = 14
SAME_WORD = 0.88
"""Jaro-Winkler: case endings and slips of the pen."""
MISREAD = 0.65
"""Letters that agree in a word read wrongly off a picture, where the other ad has a like word in the same place."""


@dataclass(frozen=True, eq=False)
class JudgedAd:
    """An ad with all that the comparison looks at."""

    text: ComparableText

    @cached_property
    def features(self) -> AdFeatures:
        """Worked out only where words agree enough for it to matter."""
        return features_of(self.text)


class Likeness(NamedTuple):
    """How alike two ads are."""

    ground: Ground
    jaccard: float
    """Shared word pairs by all word pairs."""
    held: float
    """Shared word pairs by those of the shorter text."""

    @property
    def joins(self) -> bool:
        """The two are one offer."""
        return self.ground.joins

    @property
    def decides(self) -> bool:
        """The two are surely one offer or surely two."""
        return self.ground.joins or self.ground.parts

    @property
    def may_join(self) -> bool:
        """Nothing speaks against one offer, but one of them leaves out what the ad is about."""
        return self.ground is Ground.LITTLE_TOLD and self.jaccard >= NEAR and self.held >= HELD_WHOLLY


@dataclass(frozen=True, slots=True)
class JoinReason:
    """Why two ads stand in one series, or do not: for a person to look at."""

    likeness: Likeness
    shared: tuple[str, ...]
    """Words of both, in the first ad's order and as it writes them, folded."""
    only_first: tuple[str, ...]
    """As that ad writes them, likewise the others."""
    only_second: tuple[str, ...]


def compare(first: JudgedAd, second: JudgedAd) -> Likeness:
    """Whether the two are one offer."""
    pairs, others = first.text.pairs, array("Q", second.text.shingles)
    shared, fewest = len(pairs.intersection(others)), min(len(pairs), len(others))
    jaccard = shared / max(1, len(pairs) + len(others) - shared)
    held = shared / max(1, fewest)
    # As `_too_little` says, but before the words of either are asked for.
    if fewest >= FEW_WORDS and jaccard < SUPPORTED_NEAR and held < SUPPORTED_HELD:
        return Likeness(Ground.LITTLE_SHARED, jaccard, held)
    if shared == len(pairs) == len(others) and _are_one_text(first.text, second.text):
        return Likeness(Ground.SAME_TEXT, jaccard, held)
    ground = (
        _too_little(first, second, fewest, jaccard, held)
        or conflict(first, second)
        or _agreement(first, second, jaccard, held)
    )
    if jaccard < OWN_SENTENCES and ground.joins and _tell_otherwise(first, second):
        ground = Ground.OTHER_SENTENCES
    is_left = jaccard < ALL_BUT_SAME and held >= HELD_WHOLLY
    if is_left and ground.joins and _tells_nothing(first) != _tells_nothing(second):
        ground = Ground.LITTLE_TOLD
    return Likeness(ground, jaccard, held)


def _are_one_text(first: ComparableText, second: ComparableText) -> bool:
    return first.wording == second.wording and first.length >= SHORT_TEXT


def explain(first: JudgedAd, second: JudgedAd) -> JoinReason:
    """The comparison with its words."""
    left, right = frozenset(first.text.words), frozenset(second.text.words)
    return JoinReason(
        compare(first, second),
        shared=_as_written(first.text, left & right),
        only_first=_as_written(first.text, left - right),
        only_second=_as_written(second.text, right - left),
    )


def _too_little(first: JudgedAd, second: JudgedAd, pairs: int, jaccard: float, held: float) -> Ground | None:
    # There are at least as many words as pairs, and to count them a text must be cut into words.
    fewest = pairs if pairs >= FEW_WORDS else min(first.text.length, second.text.length)
    if fewest < FEW_WORDS:
        alike = (jaccard >= SHORT_NEAR or held == 1) and fewest >= SHORT_TEXT
        enough = alike or (held >= SHORT_NEAR and _share_contact(first, second))
        enough = enough or (fewest >= SHORT_TEXT and _read_alike(first.text, second.text))
        return None if enough and fewest > 2 else Ground.LITTLE_SHARED
    if jaccard >= NEAR or held >= HELD:
        return None
    supported = (jaccard >= SUPPORTED_NEAR or held >= SUPPORTED_HELD) and _is_supported(first, second)
    return None if supported or _read_alike(first.text, second.text) else Ground.LITTLE_SHARED


def _read_alike(first: ComparableText, second: ComparableText) -> bool:
    short, long = sorted((" ".join(sorted(first.words)), " ".join(sorted(second.words))), key=len)
    if len(long) > MOST_READ or len(short) < READ_LENGTH * len(long):
        return False
    return LCSseq.similarity(short, long) >= READ_ALIKE * len(short)


def _agreement(first: JudgedAd, second: JudgedAd, jaccard: float, held: float) -> Ground:
    if jaccard >= NEAR:
        return Ground.NEAR_TEXT
    if held >= HELD:
        return Ground.SHORTENED
    return Ground.SAME_JOB if _is_supported(first, second) else Ground.READ_ALIKE


def _is_supported(first: JudgedAd, second: JudgedAd) -> bool:
    if _titles_agree(first.text.told_title.split(), second.text.told_title.split()):
        return True
    works = first.features.whole.occupations, second.features.whole.occupations
    places = first.features.whole.countries, second.features.whole.countries
    return works[0] == works[1] and bool(places[0] & places[1]) and _share_contact(first, second)


def _share_contact(first: JudgedAd, second: JudgedAd) -> bool:
    return not first.text.contacts.isdisjoint(second.text.contacts)


def _tells_nothing(ad: JudgedAd) -> bool:
    return not ad.features.whole.occupations and not ad.features.whole.countries


def conflict(first: JudgedAd, second: JudgedAd) -> Ground | None:
    """What makes the two other jobs, however alike their words; None where nothing does."""
    titles, wholes = (first.features.title, second.features.title), (first.features.whole, second.features.whole)
    if _disjoint(titles[0].occupations, titles[1].occupations) or _differ(wholes[0].occupations, wholes[1].occupations):
        return Ground.OTHER_WORK
    if _other_places(*titles) or _differ(wholes[0].countries, wholes[1].countries):
        return Ground.OTHER_PLACE
    if _differ(wholes[0].towns, wholes[1].towns):
        return Ground.OTHER_PLACE
    # Places were compared above: of one country, they may go by other names.
    places = wholes[0].place_words | wholes[1].place_words
    left, right = _Words(first, places), _Words(second, places)
    titles_conflict = not _works_agree(first.features, second.features) and _titles_conflict(left, right)
    if titles_conflict or _opening_conflicts(left, right) or _opening_conflicts(right, left):
        return Ground.OTHER_TITLE
    return None


def _works_agree(first: AdFeatures, second: AdFeatures) -> bool:
    """Then their titles may say it in two languages."""
    named = first.text.occupations
    return bool(first.title.occupations & second.title.occupations) or bool(named and named == second.text.occupations)


def _other_places(first: Features, second: Features) -> bool:
    return _disjoint(first.countries, second.countries) or _disjoint(first.towns, second.towns)


def _disjoint(first: frozenset[str], second: frozenset[str]) -> bool:
    return bool(first) and bool(second) and first.isdisjoint(second)


def _differ(first: frozenset[str], second: frozenset[str]) -> bool:
    """Each names what the other does not; a shortened or embellished copy lacks something on one side only."""
    return bool(first - second) and bool(second - first)


def _tell_otherwise(first: JudgedAd, second: JudgedAd) -> bool:
    """Each has a sentence of its own, and such a sentence names work or place, if any of them do."""
    left, right = _own_words(first, second), _own_words(second, first)
    if not left or not right:
        return False
    named = first.features.whole.names | second.features.whole.names
    return not named or not named.isdisjoint(left | right)


def _own_words(ad: JudgedAd, other: JudgedAd) -> frozenset[str]:
    """The words of the sentences that the other ad does not have."""
    words = set(other.text.words)
    sentences = (frozenset(sentence.split()) for sentence in ad.text.sentences)
    return frozenset().union(*[sentence for sentence in sentences if _is_own(_telling(sentence), words)])


def _is_own(telling: set[str], words: set[str]) -> bool:
    least = max(OWN_WORDS, OWN_SHARE * len(telling))
    return len(telling - words) >= least and len(_missing(telling, words)) >= least


def _titles_agree(first: Iterable[str], second: Iterable[str]) -> bool:
    few, many = sorted((_telling(first), _telling(second)), key=len)
    return len(few) >= 2 and len(_missing(few, many)) * 3 <= len(few)


class _Words:
    """The words of an ad that is compared with another; what names the places of either tells nothing here."""

    def __init__(self, ad: JudgedAd, places: frozenset[str]) -> None:
        self._ad, self._places = ad.text, places
        self._named = ad.features.whole.names

    @cached_property
    def all(self) -> set[str]:
        """Of title and text."""
        return set(self._ad.words)

    @cached_property
    def title(self) -> set[str]:
        """Those of the title that tell what the ad is about."""
        return self.telling(self._ad.told_title.split())

    def telling(self, words: Iterable[str]) -> set[str]:
        """Those of the words that tell what the ad is about."""
        return _telling(words) - self._places

    def passages(self) -> Iterator[frozenset[str]]:
        """One after another, since the first often decides."""
        return passages_of(self._ad)

    def openings(self) -> Iterator[frozenset[str]]:
        """The first passage, and the first that names work or place: a firm may introduce itself before."""
        passages = self.passages()
        opening = next(passages, frozenset[str]())
        yield opening
        if opening.isdisjoint(self._named):
            yield from islice((one for one in passages if not one.isdisjoint(self._named)), 1)


def _titles_conflict(first: _Words, second: _Words) -> bool:
    """Most words of either title occur nowhere in the other ad."""
    left, right = first.title, second.title
    if not left or not right or left == right:
        return False
    return len(_missing(left, second.all)) * 2 >= len(left) and len(_missing(right, first.all)) * 2 >= len(right)


def _opening_conflicts(first: _Words, second: _Words) -> bool:
    """An opening stands in the other ad with other telling words: one pattern filled in for two jobs."""
    return any(_is_filled_otherwise(opening, first, second) for opening in first.openings())


def _is_filled_otherwise(opening: frozenset[str], first: _Words, second: _Words) -> bool:
    if any(map(opening.issubset, second.passages())):
        return False
    twin = max(second.passages(), key=lambda passage: len(passage & opening), default=opening)
    if len(twin & opening) * 3 < min(len(twin), len(opening)):
        return False
    left = _missing(first.telling(opening - twin), second.all)
    right = _missing(second.telling(twin - opening), first.all)
    return any(_without_misread(left, right)) and any(_without_misread(right, left))


def _telling(words: Iterable[str]) -> set[str]:
    return {word for word in words if len(word) > 2 and word not in idle_words().in_titles}


def _missing(words: set[str], among: set[str]) -> set[str]:
    return {word for word in words - among if not any(_is_same_word(word, other) for other in among)}


def _without_misread(words: set[str], others: set[str]) -> Iterator[str]:
    return (word for word in words if not any(_is_misread(word, other) for other in others))


def _is_misread(word: str, other: str) -> bool:
    return Levenshtein.normalized_similarity(_looks(word), _looks(other), score_cutoff=MISREAD) > 0


def _looks(word: str) -> str:
    return word.replace("ii", "u").replace("rn", "m").replace("vv", "v").replace("cl", "d")


def _is_same_word(word: str, other: str) -> bool:
    return word[0] == other[0] and JaroWinkler.similarity(word, other, score_cutoff=SAME_WORD) > 0


def _as_written(ad: ComparableText, wanted: frozenset[str]) -> tuple[str, ...]:
    written = written_words(ad)
    return tuple(written.get(word, word) for word in dict.fromkeys(ad.words) if word in wanted)
