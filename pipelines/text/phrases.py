"""Phrases that staff can write, and the search for many of them at once. What a phrase means is data elsewhere.

A phrase is folded words: `word` stands for itself, `stem*` for any ending, `stem~` for the case endings of a noun,
`stem^` for those of a country like Nemačka, `(a|b c)` for alternatives (also of an ending: `nov(i|om)`), `[x]` may be
missing, `..` skips up to three words and `...` up to nine within a sentence, `--` and `---` likewise but past no comma,
`#` is a number, `$` an amount of money.
Every repetition is bounded, so a search takes time in proportion to the text, whatever the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, reduce
from itertools import chain
from operator import and_, or_
from typing import NamedTuple

from crawler.errors import ConfigError
from pipelines.text.folding import Folded, fold
from pipelines.text.remembering import Remembered

_TOKEN = re.compile(r"\.{2,3}|-{2,3}|[()\[\]|#$]|[a-z0-9][a-z0-9_&+'@/-]*[*~^]?|[^\s\w]")
_ATTACHED = re.compile(r"([a-z0-9]+)\(([a-z*~^|]*)\)")
_WORD = re.compile(r"\w+")
_BETWEEN = r"[^\w\n€$£]{1,6}"
_BETWEEN_AFTER_GAP = r"[^\w\n]{1,6}"
_OR_BEFORE_SIGN = r"(?=[^\w\s])"
"""A sign may stand right after a word: 20%, papiri: 300 €."""
_AFTER_SIGN = r"[^\w\n€$£]{0,6}"
"""A word may stand right after a sign: 1500 €/mesec."""
_GAP_STEP = r"(?:[^\w\n.!?;]{1,4}|\.|(?<=\d)\. )\w{1,30}"
_BETWEEN_IN_CLAUSE = r"[^\w\n.,!?;]{1,6}"
_STEP_IN_CLAUSE = r"[^\w\n.,!?;]{1,4}\w{1,30}"
_GAPS = {
    "..": (rf"(?:{_GAP_STEP}){{0,3}}", _BETWEEN_AFTER_GAP),
    "...": (rf"(?:{_GAP_STEP}){{0,9}}", _BETWEEN_AFTER_GAP),
    "--": (rf"(?:{_STEP_IN_CLAUSE}){{0,3}}", _BETWEEN_IN_CLAUSE),
    "---": (rf"(?:{_STEP_IN_CLAUSE}){{0,9}}", _BETWEEN_IN_CLAUSE),
}
"""What a gap passes over, and what may stand between it and the next word."""
_NUMBER = r"\d{1,9}(?:[.,]\d{1,3}){0,2}(?![.,]?\d)"
_CURRENCY = (
    r"e|eu|eur\w{0,3}|evr[aoie]\w{0,2}|ojr[ao]|dolar\w{0,3}|usd|usdt|chf|sfr|fran\w{1,3}|funt\w{0,3}|gbp|din\w{0,5}|rsd|km(?!\s(?:od|do)\b)|bam|mar(?:aka|ke)"
    r"|kun[aei]|kn|hrk|krun\w{1,2}|czk|kc|sek|nok|dkk|isk|pln|zl|zlot\w{0,3}|huf|forint\w{0,2}|ron|lej\w?|bgn|lev[ai]?|aed|dirham\w{0,2}|qar|sar"
    r"|rijal\w?|rub\w{0,4}|juan\w?|tl|lir[aeu]|mkd|denar\w?|cad|aud|nzd|krw|von[ai]?|jpy|jena?|thb|ils|sekel\w?|kwd|omr|bhd|sgd|hkd|gel|lari\w?|cny|yuan|kr|hiljad\w{0,2}|som[a]?"
)
_MONEY = rf"(?!0(?![.,]?\d)){_NUMBER}[^\w\n]{{0,2}}(?:€|\$|£|(?:{_CURRENCY})\b)"
_ENDINGS = {"*": r"\w{0,20}", "~": r"(?:a|e|i|u|o|om|em|ama|ima|iju|ija)?(?!\w)", "^": r"(?:a|e|oj|u)(?!\w)"}
_NUMERIC = "#"
"""Where phrases that begin with a number are filed."""
_SINGLE = re.compile(r"[a-z0-9]+[*~^]?")
"""A phrase of one word."""
_MOST_WORDS = 50_000
"""Words whose phrases a book remembers."""
_NOTHING: tuple[int, tuple[tuple[int, int], ...]] = (0, ())
_STEM_KEYS = (5, 4, 3)
"""Stems are filed under so many of their letters, so that few phrases are tried at a word."""


class PhraseHit(NamedTuple):
    """A phrase found: its tag, and its place in the folded text."""

    tag: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of a folded text that has words. No phrase goes on in the next."""

    words: tuple[tuple[str, int], ...]
    """Each word, and where in the text it starts."""
    vocabulary: frozenset[str]
    """The words, each once."""


@dataclass(frozen=True, slots=True, eq=False)
class AdText:
    """A text folded and cut into words, once for all readers."""

    original: str
    folded: Folded
    lines: tuple[Line, ...]
    vocabulary: frozenset[str]
    """All words, each once."""

    @property
    def text(self) -> str:
        """The folded text; all places of hits point into it."""
        return self.folded.text

    @property
    def words(self) -> Iterator[tuple[str, int]]:
        """Each word of the folded text, and where it starts."""
        return chain.from_iterable(line.words for line in self.lines)


def read_text(original: str) -> AdText:
    """`original` ready to be searched."""
    folded = fold(original)
    lines = tuple(_lines(folded.text))
    return AdText(original, folded, lines, frozenset().union(*[line.vocabulary for line in lines]))


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if words := tuple([(found.group(), found.start()) for found in _WORD.finditer(text, start, end)]):
            yield Line(words, frozenset([word for word, _ in words]))
        start = end + 1


@lru_cache(maxsize=50_000)
def keys_of(word: str) -> tuple[str, ...]:
    """The word itself, then its beginnings as stems."""
    if word[0].isdigit():
        return (f"{word}.", _NUMERIC)
    return (f"{word}.", *(f"{word[:length]}*" for length in _STEM_KEYS if len(word) >= length))


@dataclass(frozen=True, eq=False)
class Phrase:
    """One phrase as it is found; one that may begin in ways that need other words is several."""

    tag: str
    regex: str
    firsts: frozenset[str]
    """Keys of the words it may begin with."""
    rarest: frozenset[str]
    """Keys by which it is found: those of the word that fewest texts hold."""
    needs: tuple[frozenset[str], ...]
    """Keys of which the text must hold at least one each besides; rarest first."""
    leads: frozenset[str]
    """Beginnings of the words it may begin with; empty for a number."""
    is_one_word: bool

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Compiled at first use: most texts call for few of a book's phrases."""
        return re.compile(self.regex).match


class _Bits:
    """For what each word counts among phrases that have numbers, a bit for each phrase."""

    def __init__(self) -> None:
        self._by_key: defaultdict[str, int] = defaultdict(int)
        # Kept once for all words of the same keys: many phrases begin with any number, and texts hold many numbers.
        self._joined = cache(self._join)

    def add(self, keys: Iterable[str], number: int) -> None:
        """Words of these keys count for the phrase of that number."""
        for key in keys:
            self._by_key[key] |= 1 << number

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def of(self, word: str) -> int:
        """All phrases that the word counts for."""
        return self._joined(tuple([key for key in keys_of(word) if key in self._by_key]))

    def _join(self, keys: tuple[str, ...]) -> int:
        return reduce(or_, [self._by_key[key] for key in keys], 0)


class Phrasebook:
    """Many phrases, each with a tag, tried only where a text has the word they begin with, and their rarest word."""

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        """Reads (tag, phrase) pairs. Raises ConfigError on a phrase that cannot be read."""
        self.phrases: list[Phrase] = []
        """By their numbers."""
        self._telling: defaultdict[str, list[int]] = defaultdict(list)
        """Numbers of phrases by the keys of their rarest word."""
        self._told: dict[str, tuple[int, ...]] = {}
        """Numbers of phrases that may be where a word is, for the words met so far that tell of any."""
        self._silent: set[str] = set()
        """The other words met so far."""
        self._begins = _Bits()
        """Phrases by the keys of the words they may begin with."""
        self._needs: list[_Bits] = []
        """Phrases by the keys that meet their first need, their second and so on, the rarest word being the first."""
        for tag, phrase in phrases:
            self._file(tag, phrase)
        self._needless = [self._with_fewer_needs(place) for place in range(len(self._needs))]
        """For each place among the needs, bits of the phrases that have none there."""
        self._holds_none = frozenset(chain.from_iterable(self._needs)).isdisjoint
        """Asked with keys of a word: no phrase holds it."""
        self._by_word = Remembered(self._of_word, most=_MOST_WORDS)

    def find_in(self, folded: str, words: AbstractSet[str]) -> list[PhraseHit]:
        """All hits in a folded text of these words, in no order: for one book alone, which is not worth an `AdText`."""
        possible: set[int] = set()
        for word in words - self._silent:
            possible.update(self._told.get(word) or self._look_up(word))
        hits: list[PhraseHit] = []
        for number in possible:
            phrase = self.phrases[number]
            if all(_is_met(need, folded, words) for need in phrase.needs):
                places = chain.from_iterable(word_starts(lead, folded) for lead in phrase.leads)
                tag, match = phrase.tag, phrase.match
                hits += [PhraseHit(tag, at, found.end()) for at in places if (found := match(folded, at))]
        return list(dict.fromkeys(hits))

    def find(self, ad: AdText) -> list[PhraseHit]:
        """All hits, by their start; phrases with several tags may hit at one place."""
        found: list[tuple[int, int, int]] = []
        if telling := self._those_telling(ad.vocabulary):
            for line in ad.lines:
                if not telling.isdisjoint(line.vocabulary) and (likely := self._likely(line.vocabulary)):
                    found += self._hits(ad.text, line, likely)
        hits = [PhraseHit(self.phrases[number].tag, at, end) for at, number, end in sorted(found)]
        return list(dict.fromkeys(hits))

    def _those_telling(self, words: AbstractSet[str]) -> AbstractSet[str]:
        """Of these words those that are the rarest of some phrase."""
        telling = words - self._silent
        if new := telling - self._told.keys():
            telling -= {word for word in new if not self._look_up(word)}
        return telling

    def _likely(self, words: Iterable[str]) -> int:
        """Bits of the phrases of whose needs a line with these words meets every one.

        As bits, thousands of phrases are told by a few operations; one by one they cost five times as much.
        """
        met = self._needless.copy()
        for word in words:
            for place, bits in self._by_word[word][1]:
                met[place] |= bits
        return reduce(and_, met)

    def _hits(self, text: str, line: Line, likely: int) -> Iterator[tuple[int, int, int]]:
        """Start, number of the phrase and end of each hit in the line."""
        for word, at in line.words:
            here = self._by_word[word][0] & likely
            while here:
                number = here.bit_length() - 1
                here ^= 1 << number
                if hit := self.phrases[number].match(text, at):
                    yield at, number, hit.end()

    def _look_up(self, word: str) -> tuple[int, ...]:
        if len(self._silent) + len(self._told) >= _MOST_WORDS:
            self._silent.clear()
            self._told.clear()
        # Most new words are in no phrase, and every book is asked about each.
        keys = [key for key in keys_of(word) if key in self._telling]
        numbers = sorted({number for key in keys for number in self._telling[key]}) if keys else ()
        told = tuple([number for number in numbers if not self._is_other_word(number, word)])
        if told:
            self._told[word] = told
        else:
            self._silent.add(word)
        return told

    def _of_word(self, word: str) -> tuple[int, tuple[tuple[int, int], ...]]:
        """Bits of the phrases that may begin with the word, and for each place among the needs of those that it meets.

        One value for all words that are in no phrase: they are most of those remembered.
        """
        if self._holds_none(keys_of(word)):
            return _NOTHING
        meets = tuple([(place, bits) for place, need in enumerate(self._needs) if (bits := need.of(word))])
        return self._begins.of(word), meets

    def _is_other_word(self, number: int, word: str) -> bool:
        return self.phrases[number].is_one_word and not self.phrases[number].match(word, 0)

    def _file(self, tag: str, phrase: str) -> None:
        parsed = _Parser(phrase).parse()
        fewest = min(len(way.needs) for way in parsed.ways)
        short = [way for way in parsed.ways if len(way.needs) == fewest]
        long = [way for way in parsed.ways if len(way.needs) > fewest]
        # Apart: of "(dzabe|na moj trosak) ..", "na" is tried only beside "trosak", and "dzabe" does not wait for it.
        for ways in filter(None, (short, long)):
            self._file_ways(tag, phrase, parsed.regex, ways)

    def _file_ways(self, tag: str, phrase: str, regex: str, ways: Sequence[_Way]) -> None:
        number = len(self.phrases)
        firsts = frozenset(_lead_key(lead, phrase) for way in ways for lead in way.leads)
        rarest, *needs = sorted((firsts, *_common([way.needs for way in ways])[1:]), key=_frequency)
        leads = frozenset(_beginning(lead) for way in ways for lead in way.leads)
        is_one_word = bool(_SINGLE.fullmatch(phrase))
        self.phrases.append(Phrase(tag, regex, firsts, rarest, tuple(needs), leads, is_one_word))
        for key in rarest:
            self._telling[key].append(number)
        self._begins.add(firsts, number)
        for place, need in enumerate((rarest, *needs)):
            if place == len(self._needs):
                self._needs.append(_Bits())
            self._needs[place].add(need, number)

    def _with_fewer_needs(self, place: int) -> int:
        return sum(1 << number for number, phrase in enumerate(self.phrases) if len(phrase.needs) < place)


def _frequency(keys: frozenset[str]) -> float:
    """How many texts hold a word of these keys, as a guess to compare by: each letter more makes a word rarer."""
    return sum(0.25 ** len(key) for key in keys)


def _is_met(need: frozenset[str], folded: str, words: AbstractSet[str]) -> bool:
    """The text holds a word of one of the keys."""
    return any(key == _NUMERIC or key[:-1] in (words if key[-1] == "." else folded) for key in need)


def _beginning(lead: str) -> str:
    found = _WORD.match(lead)
    return found.group() if found else ""


def word_starts(beginning: str, text: str) -> Iterator[int]:
    """Where words begin like this; all words for an empty one."""
    at = text.find(beginning)
    while 0 <= at < len(text):
        if not (at and (text[at - 1].isalnum() or text[at - 1] == "_")):
            yield at
        at = text.find(beginning, at + 1)


def _lead_key(lead: str, phrase: str) -> str:
    if key := _key_of(lead):
        return key
    raise ConfigError(f"phrase {phrase!r} begins with {lead}: a stem needs {min(_STEM_KEYS)} letters there")


def _key_of(symbol: str) -> str | None:
    """A key that every text has which holds this symbol's word; None for signs and very short stems."""
    if symbol in ("#", "$"):
        return _NUMERIC
    first = _WORD.match(symbol)
    if first is None:
        return None
    word, rest = first.group(), symbol[first.end() :]
    if not rest or rest not in _ENDINGS:
        return f"{word}."
    if word[0].isdigit():
        return _NUMERIC
    return f"{word[: max(_STEM_KEYS)]}*" if len(word) >= min(_STEM_KEYS) else None


@dataclass(frozen=True, slots=True)
class _Way:
    """One of several ways to say a phrase, as far as they differ in how it begins."""

    leads: tuple[str, ...]
    """Symbols it may begin with."""
    needs: tuple[frozenset[str], ...]
    """Keys of which the text must hold at least one each; the first are those of the leads."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    regex: str
    ways: tuple[_Way, ...]
    """Those that begin with a word."""
    needs: tuple[frozenset[str], ...]
    """What all ways need, also those that begin with a sign."""
    signed: bool = False
    """Whether it may begin with a sign."""


def _common(needs: Iterable[tuple[frozenset[str], ...]]) -> tuple[frozenset[str], ...]:
    """What is needed by whichever of these."""
    return tuple(frozenset().union(*each) for each in zip(*needs, strict=False))


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
        if not self.symbols or self.symbols[0] == "[" or self.symbols[0] in _GAPS:
            raise self.error("it must begin with a word")
        parsed = self.sequence(closing="")
        if self.at < len(self.symbols) or not parsed.ways:
            raise self.error("brackets do not match, or it does not begin with a word")
        return parsed

    def sequence(self, closing: str) -> _Parsed:
        regex, first, joint, signed = "", True, _BETWEEN, False
        ways: tuple[_Way, ...] = ()
        needs: tuple[frozenset[str], ...] = ()
        while self.at < len(self.symbols) and self.symbols[self.at] not in (closing, "|"):
            symbol = self.symbols[self.at]
            self.at += 1
            if symbol == "-":
                continue  # what stands between two words may always be a dash
            if symbol in _GAPS:
                passed_over, joint = _GAPS[symbol]
                regex += passed_over
                continue
            item = self.item(symbol)
            signed = item.signed if first else signed
            between = "" if first else f"(?:{joint}|{_OR_BEFORE_SIGN})" if item.signed else joint
            regex += f"(?:{between}{item.regex})?" if symbol == "[" else f"{between}{item.regex}"
            needed = item.needs if symbol != "[" else ()
            ways = item.ways if first else tuple(_Way(way.leads, way.needs + needed) for way in ways)
            needs += needed
            first, joint = False, _BETWEEN if symbol in "([" or not item.signed else _AFTER_SIGN
        return _Parsed(regex, ways, needs, signed)

    def item(self, symbol: str) -> _Parsed:
        if symbol in "([":
            return self.group(")" if symbol == "(" else "]")
        key = _key_of(symbol)
        needs = (frozenset((key,)),) if key else ()
        signed = not _WORD.match(symbol) and symbol not in ("#", "$")
        return _Parsed(self.regex_of(symbol), () if signed else (_Way((symbol,), needs),), needs, signed)

    def regex_of(self, symbol: str) -> str:
        if symbol in ("#", "$"):
            return _NUMBER if symbol == "#" else _MONEY
        if len(symbol) > 1 and symbol[-1] in _ENDINGS:
            return re.escape(symbol[:-1]) + _ENDINGS[symbol[-1]]
        return rf"{re.escape(symbol)}(?!\w)" if _WORD.match(symbol) else re.escape(symbol)

    def group(self, closing: str) -> _Parsed:
        choices = [self.sequence(closing)]
        while self.at < len(self.symbols) and self.symbols[self.at] == "|":
            self.at += 1
            choices.append(self.sequence(closing))
        if self.at >= len(self.symbols):
            raise self.error(f"{closing} is missing")
        self.at += 1
        ways = tuple(way for choice in choices for way in choice.ways)
        regex = f"(?:{'|'.join(choice.regex for choice in choices)})"
        return _Parsed(regex, ways, _common(choice.needs for choice in choices), any(one.signed for one in choices))

    def error(self, reason: str) -> ConfigError:
        return ConfigError(f"phrase {self.phrase!r} cannot be read: {reason}")
