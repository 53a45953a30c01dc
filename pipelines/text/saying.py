"""Which phrases of a book a text says, without where: for many texts whose words come again and again.

Each word is looked up once in a lifetime; a text is searched only for phrases of several words, all of which it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import chain
from typing import NamedTuple

from pipelines.text.phrases import Phrase, Phrasebook, keys_of, word_starts


class Saying(NamedTuple):
    """A phrase that a text says."""

    tag: str
    words: str
    """As the folded text has them."""


class Meaning(NamedTuple):
    """What a word says alone, and which needs of longer phrases it meets."""

    said: tuple[Saying, ...] = ()
    meets: tuple[int, ...] = ()


class _Longer(NamedTuple):
    phrase: Phrase
    needs: frozenset[int]


class Sayings:
    """A phrasebook by what the words of its phrases mean."""

    def __init__(self, book: Phrasebook) -> None:
        self._alone: defaultdict[str, list[Phrase]] = defaultdict(list)
        """Phrases of one word by the keys it is found by."""
        self._numbers: dict[frozenset[str], int] = {}
        """Needs of longer phrases: the keys that meet each, and its number."""
        self._meets: defaultdict[str, list[int]] = defaultdict(list)
        """Numbers of the needs by the keys that meet them."""
        self._longer: defaultdict[int, list[_Longer]] = defaultdict(list)
        """Longer phrases by the need that fewest texts meet."""
        for phrase in book.phrases:
            if phrase.is_one_word:
                for key in phrase.firsts:
                    self._alone[key].append(phrase)
            else:
                rarest, *others = map(self._number, (phrase.rarest, *phrase.needs))
                self._longer[rarest].append(_Longer(phrase, frozenset(others)))

    def meaning(self, words: Iterable[str]) -> Meaning | None:
        """What these words of a folded text mean; None where they mean nothing here. Worth remembering."""
        keys = [(word, key) for word in words for key in keys_of(word)]
        said = {
            Saying(phrase.tag, found.group())
            for word, key in keys
            for phrase in self._alone.get(key, ())
            if (found := phrase.match(word, 0))
        }
        meets = {need for _, key in keys for need in self._meets.get(key, ())}
        return Meaning(tuple(said), tuple(meets)) if said or meets else None

    def said(self, meanings: Iterable[Meaning], folded: Callable[[], str]) -> set[Saying]:
        """What a text with words of these meanings says; it is folded only if a longer phrase may stand in it."""
        meant = list(meanings)
        said = set(chain.from_iterable([alone for alone, _ in meant]))
        met = set(chain.from_iterable([meets for _, meets in meant]))
        possible = [
            phrase for need in met & self._longer.keys() for phrase, needs in self._longer[need] if needs <= met
        ]
        if possible:
            text = folded()
            for phrase in possible:
                places = (at for lead in phrase.leads for at in word_starts(lead, text))
                said.update(Saying(phrase.tag, found.group()) for at in places if (found := phrase.match(text, at)))
        return said

    def _number(self, need: frozenset[str]) -> int:
        if need not in self._numbers:
            self._numbers[need] = len(self._numbers)
            for key in need:
                self._meets[key].append(self._numbers[need])
        return self._numbers[need]
