"""What tells two offers of one publisher apart: the occupations (`occupations.yml`) and foreign places an ad names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.reading.places import HOME, place_rules
from pipelines.series.comparable import ComparableText, all_words_of, words_of
from pipelines.series.towns import town_of
from pipelines.text.folding import folded_text
from pipelines.text.phrases import Phrasebook
from pipelines.text.remembering import Remembered
from pipelines.text.saying import Sayings


class Occupation(RuleData):
    """One occupation and how it is named."""

    code: str
    phrases: list[str] = Field(min_length=1)
    is_: list[str] = Field(alias="is", min_length=1)
    is_not: list[str] = Field(min_length=1)


class Occupations(RuleData):
    """The file `occupations.yml`."""

    occupations: list[Occupation]


@dataclass(frozen=True, slots=True)
class Features:
    """Occupations by code, countries by ISO 3166-1 alpha-2, towns as in `towns`. Serbia left out."""

    occupations: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    place_words: frozenset[str] = frozenset()
    """The words that name these places."""
    work_words: frozenset[str] = frozenset()
    """Those that name the occupations."""

    @property
    def names(self) -> frozenset[str]:
        """The words that name any of it."""
        return self.place_words | self.work_words


_NONE = Features()


@dataclass(frozen=True, slots=True)
class AdFeatures:
    """Features of the title alone, of the text alone, and of both."""

    title: Features
    text: Features
    whole: Features


@cache
def occupations() -> tuple[Occupation, ...]:
    """The packaged data."""
    return tuple(load_packaged(Path(__file__).with_name("occupations.yml"), Occupations).occupations)


def features_of(ad: ComparableText) -> AdFeatures:
    """What the ad names."""
    title, text = _features(ad.title), _features(ad.own_text)
    return AdFeatures(title, text, _together(title, text))


def towns_in(text: str) -> frozenset[str]:
    """What stands for each foreign town that the text names, as in `towns`."""
    return _features(text).towns


def _features(text: str) -> Features:
    said = _sayings().said(filter(None, map(_meaning_of_piece, text.split())), lambda: folded_text(text))
    if not said:
        return _NONE
    places = [saying for saying in said if saying.tag[2] == ":"]
    works = [saying for saying in said if saying.tag.startswith("job:")]
    return Features(
        frozenset(saying.tag[4:] for saying in works),
        frozenset(saying.tag[:2] for saying in places),
        frozenset(saying.tag for saying in places if saying.tag[2:7] == ":town"),
        frozenset(chain.from_iterable([_words_of(saying.words) for saying in places])),
        frozenset(chain.from_iterable([_words_of(saying.words) for saying in works])),
    )


def _together(first: Features, second: Features) -> Features:
    return Features(
        first.occupations | second.occupations,
        first.countries | second.countries,
        first.towns | second.towns,
        first.place_words | second.place_words,
        first.work_words | second.work_words,
    )


_words_of = Remembered(words_of).__getitem__


@cache
def _sayings() -> Sayings:
    return Sayings(_book())


# What stands between white space is looked up as it is published: folding it costs more than all else.
_meaning_of_piece = Remembered(lambda piece: _sayings().meaning(all_words_of(folded_text(piece)))).__getitem__


@cache
def _book() -> Phrasebook:
    pairs = [(f"job:{job.code}", phrase) for job in occupations() for phrase in job.phrases]
    for country in place_rules().countries:
        if country.code == HOME:
            continue
        sure = [phrase for phrase in country.towns if phrase not in country.doubtful]
        pairs += [(f"{country.code}:country", phrase) for phrase in country.country if phrase not in country.doubtful]
        # The reading lists a country's bare name among its towns, where it is said as they are; here it is no town.
        names = {_bare(phrase) for phrase in country.country}
        pairs += [
            (f"{country.code}:{'country' if is_country else f'town {town_of(country.code, phrase)}'}", phrase)
            for phrase, is_country in ((phrase, _bare(phrase) in names) for phrase in sure)
        ]
    return Phrasebook(pairs)


def _bare(phrase: str) -> str:
    return phrase.rstrip("~*^")
