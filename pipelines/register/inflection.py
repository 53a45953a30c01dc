"""Case forms of Serbian words, made from the nominative that the register writes.

Making forms is safer than cutting endings off: 'luci' leads to 'luka', and no two brands fall together.
"""

from __future__ import annotations

from functools import lru_cache

MASCULINE = ("a", "u", "om", "em", "e", "i", "ima")
FEMININE = ("e", "i", "u", "o", "om", "ama", "oj", "ih", "im")
NEUTER = ("a", "u", "om", "em", "og", "oga", "ega", "eg", "i", "im", "ima")
PLURAL = ("ih", "ama")
ADJECTIVE = ("og", "oga", "om", "ome", "omu", "im", "ih", "e", "a", "o", "oj", "u", "eg", "ega", "em", "emu")
SIBILARS = {"k": "c", "g": "z", "h": "s"}
DEVOICED = {"b": "p", "d": "t", "z": "s", "g": "k"}
VOWELS = "aeiou"
TELLING_ENDINGS = ("u", "m", "g", "j", "h", "ama", "ima", "oga", "ega", "omu", "emu", "ome")
"""Endings that only another case has; a bare -a, -e, -i or -o may as well be another word's nominative."""


@lru_cache(maxsize=50_000)
def case_forms(word: str) -> frozenset[str]:
    """The word (folded, nominative) and its forms in other cases; words under three letters do not change."""
    if len(word) < 3 or not word.isalpha():
        return frozenset((word,))
    return frozenset((word, *_other_forms(word)))


def _other_forms(word: str) -> set[str]:
    stem, last = word[:-1], word[-1]
    if word.endswith("ao"):
        return _with_endings(word[:-2] + "l", (*MASCULINE, "ovi", "ove", "ova"))
    if last == "a":
        return _with_endings(stem, FEMININE) | _sibilar(stem, ("i",))
    if last in "oe":
        return _with_endings(stem, NEUTER if last == "o" else NEUTER + PLURAL)
    if last in "iu":
        return _with_endings(stem, (*ADJECTIVE, "ima") if last == "i" else ())
    return _masculine(word)


def _masculine(word: str) -> set[str]:
    forms = _with_endings(word, MASCULINE) | _sibilar(word, ("i", "ima"))
    if len(word) > 3 and word[-2] == "a" and word[-3] not in VOWELS:
        forms |= _with_endings(_without_fleeting_a(word), (*MASCULINE, "og", "oga", "omu", "im", "ih"))
        if word.endswith("lac"):
            forms |= _with_endings(word[:-3] + "oc", MASCULINE)
    return forms


def _without_fleeting_a(word: str) -> str:
    before, after = word[-3], word[-1]
    # 'vrabac' gives 'vrapca': a voiced consonant hardens before a voiceless one.
    hard = DEVOICED.get(before, before) if after in "ckpts" else before
    return word[:-3] + hard + after


def _with_endings(stem: str, endings: tuple[str, ...]) -> set[str]:
    return {stem + ending for ending in endings}


def _sibilar(stem: str, endings: tuple[str, ...]) -> set[str]:
    softened = SIBILARS.get(stem[-1])
    return _with_endings(stem[:-1] + softened, endings) if softened else set()
