"""What kind of text this is: an offer of work or something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crawler.errors import ConfigError
from pipelines.packaged import RuleData, load_packaged
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit


class KindRules(RuleData):
    """The file `kinds_of_text.yml`: phrases by the weight they add or take."""

    classes: dict[str, list[str]]
    """Words that phrases name together, as `{trade}`."""
    offers: dict[int, list[str]]
    not_offers: dict[int, list[str]]


_LAUGHTER = re.compile("[😂🤣]")
_OF_A_JOKE = 7
"""Laughter weighs as much against an offer as a phrase that says what else the text is."""
_MOST_POINTS = 12
_FEW_WORDS = 15
_ENOUGH_IN_FEW_WORDS = 1
_ENOUGH = 3
"""Points by which an offer must outweigh what speaks against it; a longer text finds words for more."""


@cache
def _book() -> Phrasebook:
    return Phrasebook(weighed(load_packaged(Path(__file__).with_name("kinds_of_text.yml"), KindRules)))


def weighed(rules: KindRules) -> Iterator[tuple[str, str]]:
    """(weight, phrase) with the words of classes spelled out. Raises ConfigError on a class that is not there."""
    classes = {name: f"({'|'.join(words)})" for name, words in rules.classes.items()}
    for sign, phrases_by_weight in ((1, rules.offers), (-1, rules.not_offers)):
        for weight, phrases in phrases_by_weight.items():
            for phrase in phrases:
                try:
                    yield str(sign * weight), phrase.format_map(classes)
                except KeyError as error:
                    raise ConfigError(f"phrase {phrase!r} names a class of words that is not there") from error


def offers_work(ad: AdText) -> bool:
    """The text offers work to people: neither news, nor advice, nor somebody's search, nor another trade."""
    hits = _book().find(ad)
    for_it = _weight([hit for hit in hits if int(hit.tag) > 0])
    against = _weight([hit for hit in hits if int(hit.tag) < 0])
    if _LAUGHTER.search(ad.original):
        against += _OF_A_JOKE
    return for_it - against >= (_ENOUGH if sum(1 for _ in ad.words) > _FEW_WORDS else _ENOUGH_IN_FEW_WORDS)


def _weight(hits: list[PhraseHit]) -> int:
    """Of hits that overlap only the weightiest counts; there is a most, as long ads repeat words."""
    counted: list[PhraseHit] = []
    weight = 0
    for hit in sorted(hits, key=lambda hit: (-abs(int(hit.tag)), hit.end - hit.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in counted):
            counted.append(hit)
            weight += abs(int(hit.tag))
        if weight >= _MOST_POINTS:
            break
    return min(weight, _MOST_POINTS)
