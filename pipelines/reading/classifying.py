"""What kind of text this is: an offer of work or something else; in which script and language it is written."""

from __future__ import annotations

import re
from collections import Counter
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


_CYRILLIC = re.compile("[Ѐ-ӿ]+")
_LATIN = re.compile("[a-zA-ZčćžšđČĆŽŠĐ]+")
_FOREIGN_WORDS = {
    "sl": frozenset(
        [
            "isce",
            "iscemo",
            "nudimo",
            "delo",
            "delavce",
            "delavec",
            "delovno",
            "placo",
            "pogodba",
            "tedensko",
            "namestitev",
            "in",
            "ki",
            "ter",
            "za",
            "pri",
        ]
    ),
    "de": frozenset(
        [
            "wir",
            "suchen",
            "und",
            "fur",
            "der",
            "die",
            "das",
            "mit",
            "auf",
            "unterkunft",
            "arbeit",
            "stunden",
            "sie",
            "bei",
            "ist",
            "nicht",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "and",
            "for",
            "with",
            "you",
            "are",
            "is",
            "of",
            "work",
            "per",
            "month",
            "job",
            "we",
            "our",
            "from",
            "to",
        ]
    ),
    "hr": frozenset(
        [
            "smjestaj",
            "placa",
            "tjedno",
            "mjesec",
            "tijekom",
            "sto",
            "posla",
            "rujna",
            "listopada",
            "tvrtka",
            "kruha",
            "osiguran",
            "suradnja",
        ]
    ),
    "sr": frozenset(
        [
            "smestaj",
            "plata",
            "nedeljno",
            "mesec",
            "mesecno",
            "posao",
            "rad",
            "potrebni",
            "potrebno",
            "radnici",
            "sa",
            "je",
            "se",
            "za",
            "i",
            "na",
            "u",
            "od",
        ]
    ),
}
_LANGUAGES_OF = {
    word: tuple(language for language, words in _FOREIGN_WORDS.items() if word in words)
    for word in frozenset().union(*_FOREIGN_WORDS.values())
}
_LAUGHTER = re.compile("[😂🤣]")
_OF_A_JOKE = 7
"""Laughter weighs as much against an offer as a phrase that says what else the text is."""
_MOST_POINTS = 12
_FEW_WORDS = 15
_ENOUGH_IN_FEW_WORDS = 1
_ENOUGH = 3
"""Points by which an offer must outweigh what speaks against it; a longer text finds words for more."""
_MOST_OF = 0.9
"""Share of letters in one script from which a text counts as written in it; a firm's name may be in the other."""


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


def script_of(original: str) -> str:
    """`Latn`, `Cyrl`, or `mixed` where both scripts carry a real share of the letters."""
    if not _CYRILLIC.search(original):
        return "Latn"
    cyrillic, latin = _letters(_CYRILLIC, original), _letters(_LATIN, original)
    if cyrillic > _MOST_OF * (cyrillic + latin):
        return "Cyrl"
    return "Latn" if latin >= _MOST_OF * (cyrillic + latin) else "mixed"


def _letters(script: re.Pattern[str], original: str) -> int:
    return sum(map(len, script.findall(original)))


def language_of(ad: AdText) -> str:
    """BCP 47: `sr` unless the words are clearly Croatian, Slovene, German or English."""
    telling = Counter(word for word, _ in ad.words if word in _LANGUAGES_OF)
    counts: Counter[str] = Counter()
    for word, times in telling.items():
        for language in _LANGUAGES_OF[word]:
            counts[language] += times
    best = max(_FOREIGN_WORDS, key=lambda language: (counts[language], language == "sr"))
    return best if counts[best] > counts["sr"] else "sr"


_HOURS_COUNTED = re.compile(r"\d ?(?:h|sati|sata|casova|ur|stunden|hours)\b")
_HOURS_NAMED = re.compile(r"radno vreme|radno vrijeme|smen[aeui]|smjen[aeui]|puno radno|turnus|24/7|vikend")
_CONTRACT = re.compile(
    r"(?<!bez )(?:ugovor\w{0,3}|pogodb\w{1,2}|arbeitsvertrag|contract|prijav\w{1,3} od prvog|prijavljen\w{0,2}"
    r"|na neodredjeno|na odredjeno)\b"
)


@cache
def _leads() -> Phrasebook:
    """Words with which the above begin."""
    hours = ("radno", "smen*", "smjen*", "puno", "turnus*", "24/7", "vikend*")
    contract = ("ugovor*", "pogodb*", "arbeitsvertrag", "contract", "prijav*", "na neodredjeno", "na odredjeno")
    return Phrasebook([("hours", lead) for lead in hours] + [("contract", lead) for lead in contract])


def states_hours(ad: AdText) -> bool:
    """The ad says how long or when one works."""
    return _HOURS_COUNTED.search(ad.text) is not None or _is_said(ad, "hours", _HOURS_NAMED)


def states_contract(ad: AdText) -> bool:
    """The ad speaks of a contract or of registering the worker."""
    return _is_said(ad, "contract", _CONTRACT)


def _is_said(ad: AdText, what: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(ad.text, hit.start) for hit in _leads().find(ad) if hit.tag == what)
