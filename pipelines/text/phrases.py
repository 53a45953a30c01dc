"""Phrases that staff can write, and the search for many of them at once. What a phrase means is data elsewhere.

A phrase is folded words: `word` stands for itself, `stem*` for any ending, `stem~` for the case endings of a noun,
`stem^` for those of a country like Nemačka, `(a|b c)` for alternatives (also of an ending: `nov(i|om)`), `[x]` may be
missing, `..` skips up to three words and `...` up to nine within a sentence, `#` is a number, `$` an amount of money.
Every repetition is bounded, so a search takes time in proportion to the text, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from crawler.errors import ConfigError
from pipelines.text.folding import Folded, fold

_TOKEN = re.compile(r"\.{2,3}|[()\[\]|#$]|[a-z0-9][a-z0-9_&+'@/-]*[*~^]?|[^\s\w]")
_ATTACHED = re.compile(r"([a-z0-9]+)\(([a-z*~^|]*)\)")
_WORD = re.compile(r"\w+")
_BETWEEN = r"[^\w\n€$£]{1,6}"
_BETWEEN_AFTER_GAP = r"[^\w\n]{1,6}"
_GAP_STEP = r"(?:[^\w\n.!?;]{1,4}|\.|(?<=\d)\. )\w{1,30}"
_NUMBER = r"\d{1,9}(?:[.,]\d{1,3}){0,2}(?![.,]?\d)"
_MONEY = (
    rf"{_NUMBER}[^\w\n]{{0,2}}(?:€|\$|£|(?:e|eur|eura|euro|eur[oai]*|evr[aoi]*|ojr[ao]|dolar\w{{0,3}}|usd|chf|funt\w{{0,3}}"
    r"|din\w{0,5}|rsd|km|kruna|kuna|hiljad\w{0,2})\b)"
)
_ENDINGS = {"*": r"\w{0,20}", "~": r"(?:a|e|i|u|o|om|em|ama|ima|iju|ija)?(?!\w)", "^": r"(?:a|e|oj|u)(?!\w)"}
_NUMERIC = "#"
"""Where phrases that begin with a number are filed."""
_STEM_KEYS = (5, 4, 3)
"""Stems are filed under so many of their letters, so that few phrases are tried at a word."""


class PhraseHit(NamedTuple):
    """A phrase found: its tag, and its place in the folded text."""

    tag: str
    start: int
    end: int


class Word(NamedTuple):
    """A word of the folded text."""

    text: str
    start: int
    end: int
    keys: tuple[str, ...]
    """Under which phrases that may begin here are filed: the word itself, and its beginnings as stems."""


@dataclass(frozen=True, slots=True, eq=False)
class AdText:
    """A text folded and cut into words, once for all readers."""

    original: str
    folded: Folded
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The folded text; all places of hits point into it."""
        return self.folded.text


def read_text(original: str) -> AdText:
    """`original` ready to be searched."""
    folded = fold(original)
    words = tuple(Word(word := found.group(), *found.span(), _keys(word)) for found in _WORD.finditer(folded.text))
    return AdText(original, folded, words)


def _keys(word: str) -> tuple[str, ...]:
    if word[0].isdigit():
        return (word, _NUMERIC)
    return (word, *(f"{word[:length]}*" for length in _STEM_KEYS if len(word) >= length))


class _Phrase(NamedTuple):
    tag: str
    match: Callable[[str, int], re.Match[str] | None]


class Phrasebook:
    """Many phrases, each with a tag, searched in one pass over the words of a text."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Compiles (tag, phrase) pairs. Raises ConfigError on a phrase that cannot be read."""
        self._filed: dict[str, list[_Phrase]] = {}
        for tag, phrase in phrases:
            self._file(tag, phrase)

    def find(self, ad: AdText) -> list[PhraseHit]:
        """All hits, by their start; several phrases may hit at one place."""
        hits: list[PhraseHit] = []
        text, filed = ad.text, self._filed
        for _, start, _, keys in ad.words:
            for key in keys:
                if candidates := filed.get(key):
                    hits += [
                        PhraseHit(tag, start, found.end()) for tag, match in candidates if (found := match(text, start))
                    ]
        return hits

    def _file(self, tag: str, phrase: str) -> None:
        parsed = _Parser(phrase).parse()
        compiled = _Phrase(tag, re.compile(parsed.regex).match)
        for lead in parsed.leads:
            self._filed.setdefault(_lead_key(lead, phrase), []).append(compiled)


def _lead_key(lead: str, phrase: str) -> str:
    if lead == _NUMERIC or lead[-1] not in _ENDINGS:
        return lead
    stem = lead[:-1]
    if len(stem) < min(_STEM_KEYS):
        raise ConfigError(f"phrase {phrase!r} begins with {lead}: a stem needs {min(_STEM_KEYS)} letters there")
    return f"{stem[: max(_STEM_KEYS)]}*"


@dataclass(frozen=True, slots=True)
class _Parsed:
    regex: str
    leads: tuple[str, ...]


def _spelled_out(attached: re.Match[str]) -> str:
    return f"({'|'.join(attached[1] + ending for ending in attached[2].split('|'))})"


class _Parser:
    def __init__(self, phrase: str) -> None:
        self.phrase = phrase
        self.symbols = _TOKEN.findall(_ATTACHED.sub(_spelled_out, phrase))
        self.at = 0

    def parse(self) -> _Parsed:
        if fold(self.phrase).text != self.phrase:
            # Otherwise letters that are no part of a phrase would be passed over and the rest find something else.
            raise self.error(f"written folded it is {fold(self.phrase).text!r}")
        if not self.symbols or self.symbols[0] in ("[", "..", "..."):
            raise self.error("it must begin with a word")
        parsed = self.sequence(closing="")
        if self.at < len(self.symbols) or not parsed.leads:
            raise self.error("brackets do not match, or it does not begin with a word")
        return parsed

    def sequence(self, closing: str) -> _Parsed:
        regex, first, joint = "", True, _BETWEEN
        leads: tuple[str, ...] = ()
        while self.at < len(self.symbols) and self.symbols[self.at] not in (closing, "|"):
            symbol = self.symbols[self.at]
            self.at += 1
            if symbol == "-":
                continue  # what stands between two words may always be a dash
            if symbol in ("..", "..."):
                regex += f"(?:{_GAP_STEP}){{0,{3 if symbol == '..' else 9}}}"
                joint = _BETWEEN_AFTER_GAP
                continue
            item = self.item(symbol)
            between = "" if first else joint
            regex += f"(?:{between}{item.regex})?" if symbol == "[" else f"{between}{item.regex}"
            leads = item.leads if first else leads
            first, joint = False, _BETWEEN
        return _Parsed(regex, leads)

    def item(self, symbol: str) -> _Parsed:
        if symbol in "([":
            return self.group(")" if symbol == "(" else "]")
        if symbol == "#":
            return _Parsed(_NUMBER, (_NUMERIC,))
        if symbol == "$":
            return _Parsed(_MONEY, (_NUMERIC,))
        if len(symbol) > 1 and symbol[-1] in _ENDINGS:
            return self.stem(symbol)
        first = _WORD.match(symbol)
        return _Parsed(rf"{re.escape(symbol)}(?!\w)", (first.group(),)) if first else _Parsed(re.escape(symbol), ())

    def stem(self, symbol: str) -> _Parsed:
        return _Parsed(re.escape(symbol[:-1]) + _ENDINGS[symbol[-1]], (symbol,))

    def group(self, closing: str) -> _Parsed:
        choices = [self.sequence(closing)]
        while self.at < len(self.symbols) and self.symbols[self.at] == "|":
            self.at += 1
            choices.append(self.sequence(closing))
        if self.at >= len(self.symbols):
            raise self.error(f"{closing} is missing")
        self.at += 1
        leads = tuple(lead for choice in choices for lead in choice.leads)
        return _Parsed(f"(?:{'|'.join(choice.regex for choice in choices)})", leads)

    def error(self, reason: str) -> ConfigError:
        return ConfigError(f"phrase {self.phrase!r} cannot be read: {reason}")
