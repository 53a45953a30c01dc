"""What tells two offers of one publisher apart: the occupations (`occupations.yml`) and foreign places an ad names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from pipelines.packaged import RuleData, load_packaged
from pipelines.reading.places import HOME, place_rules
from pipelines.series.comparable import ComparableText, all_words_of, words_of
from pipelines.text.phrases import Phrasebook


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
    """Occupations by code, countries by ISO 3166-1 alpha-2, towns by the phrase that names them. Serbia left out."""

    occupations: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    place_words: frozenset[str] = frozenset()
    """The words that name these places."""


_NONE = Features()


@dataclass(frozen=True, slots=True)
class AdFeatures:
    """Features of the title alone, and of the whole ad."""

    title: Features
    whole: Features


@cache
def occupations() -> tuple[Occupation, ...]:
    """The packaged data."""
    return tuple(load_packaged(Path(__file__).with_name("occupations.yml"), Occupations).occupations)


def features_of(ad: ComparableText) -> AdFeatures:
    """What the ad names."""
    title = _features(ad.folded_title)
    return AdFeatures(title, _together(title, _features(ad.folded_text)))


def _features(folded: str) -> Features:
    hits = _book().find_in(folded, all_words_of(folded))
    if not hits:
        return _NONE
    tags = {hit.tag for hit in hits}
    places = [folded[hit.start : hit.end] for hit in hits if hit.tag[2] == ":"]
    return Features(
        frozenset(tag[4:] for tag in tags if tag.startswith("job:")),
        frozenset(tag[:2] for tag in tags if tag[2] == ":"),
        frozenset(tag for tag in tags if tag[2:7] == ":town"),
        frozenset(word for place in places for word in words_of(place)),
    )


def _together(first: Features, second: Features) -> Features:
    return Features(
        first.occupations | second.occupations,
        first.countries | second.countries,
        first.towns | second.towns,
        first.place_words | second.place_words,
    )


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
            (f"{country.code}:{'country' if _bare(phrase) in names else f'town {phrase}'}", phrase) for phrase in sure
        ]
    return Phrasebook(pairs)


def _bare(phrase: str) -> str:
    return phrase.rstrip("~*^")
