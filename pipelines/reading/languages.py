"""In which script and language a text is written."""

from __future__ import annotations

import re
from collections import Counter

from pipelines.text.phrases import AdText

_CYRILLIC = re.compile("[Ѐ-ӿ]+")
_LATIN = re.compile("[a-zA-ZčćžšđČĆŽŠĐ]+")
_WORDS = {
    "sl": "isce iscemo nudimo delo delavce delavec delovno placo pogodba tedensko namestitev in ki ter za pri",
    "de": "wir suchen und fur der die das mit auf unterkunft arbeit stunden sie bei ist nicht",
    "en": "the and for with you are is of work per month job we our from to",
    "hr": "smjestaj placa tjedno mjesec tijekom sto posla rujna listopada tvrtka kruha osiguran suradnja",
    "sr": "smestaj plata nedeljno mesec mesecno posao rad potrebni potrebno radnici sa je se za i na u od",
}
"""Folded words that tell the languages apart; several languages share some."""
_LANGUAGES_OF = {
    word: tuple(language for language, words in _WORDS.items() if word in words.split())
    for word in " ".join(_WORDS.values()).split()
}
_MOST_OF = 0.9
"""Share of letters in one script from which a text counts as written in it; a firm's name may be in the other."""


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
    best = max(_WORDS, key=lambda language: (counts[language], language == "sr"))
    return best if counts[best] > counts["sr"] else "sr"
