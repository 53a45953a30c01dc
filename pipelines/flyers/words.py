"""From what the engine recognised, word by word, to a text: lines in order, broken words and sentences joined.

Pure; the engine is started in `engine`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

SURE = 60.0
"""Percent, of a word that only one reading found."""
LEAST_CONFIDENCE = 35.0
"""Percent; below it the engine saw letters in a pattern or a face."""
GAP = 1.2
"""Heights of a word: a wider gap parts columns."""
FEWEST_CUT = 2
"""Lines that such a gap cuts, before it is taken for columns."""
_LONE_E = re.compile(r"(?<=\d )[EЕ](?=\s|[,.;]|$)")
"""The languages' data hold no euro sign and give E for it."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-‐¬]$")
_ENDS = re.compile(r"[.!?:;…]$")
_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LOOKALIKES = "ABEKMHOPCTXJaeopcxj", "АВЕКМНОРСТХЈаеорсхј"
_TO_CYRILLIC = str.maketrans(*_LOOKALIKES)
_TO_LATIN = str.maketrans(*reversed(_LOOKALIKES))


@dataclass(frozen=True, slots=True)
class SeenWord:
    """One word as the engine recognised it."""

    text: str
    confidence: float
    """Percent."""
    line: tuple[int, int, int]
    """Block, paragraph and line."""
    left: int = 0
    """Pixels, as are the others."""
    top: int = 0
    width: int = 0
    height: int = 0

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.left + self.width

    def overlaps(self, other: SeenWord) -> bool:
        """The two stand, at least in part, at the same place."""
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.top + other.height and other.top < self.top + self.height


Line = list[SeenWord]


@dataclass(frozen=True, slots=True)
class SeenText:
    """The words of a picture as a text."""

    text: str
    confidence: float
    """Mean over the letters, 0 to 1; 0 where nothing was read."""
    language: str
    """BCP 47: `sr-Latn` or `sr-Cyrl`, by the letters read."""

    @property
    def is_mixed(self) -> bool:
        """Letters of both scripts."""
        return 0 < len(_CYRILLIC.findall(self.text)) < len(_LETTER.findall(self.text))

    @property
    def weight(self) -> float:
        """How much was read how surely: what several readings of one picture are compared by."""
        return self.confidence**2 * sum(map(len, self.text.split()))


def text_of(words: Iterable[SeenWord]) -> SeenText:
    """The text these words make."""
    sure = [word for word in words if _is_word(word)]
    lines = [list(group) for _, group in groupby(sure, key=lambda word: word.line)]
    text = _joined([_line([word.text for word in line]) for line in _by_column(lines)])
    letters = sum(len(word.text) for word in sure)
    confidence = sum(word.confidence * len(word.text) for word in sure) / letters / 100 if letters else 0.0
    cyrillic = len(_CYRILLIC.findall(text)) * 2 > len(_LETTER.findall(text))
    return SeenText(text, round(confidence, 3), "sr-Cyrl" if cyrillic else "sr-Latn")


def completed(words: Sequence[SeenWord], others: Iterable[SeenWord]) -> list[SeenWord]:
    """The words, with sure ones of another reading of the same picture where they left the place empty; by lines."""
    kept = [word for word in words if _is_word(word)]
    missed = [
        # A block number of its own: lines of two readings must not be taken for one.
        replace(word, line=(-1 - word.line[0], *word.line[1:]))
        for word in others
        if _is_word(word) and word.confidence >= SURE and not any(word.overlaps(other) for other in kept)
    ]
    if not missed:
        return kept
    lines = [list(group) for _, group in groupby([*kept, *missed], key=lambda word: word.line)]
    return [word for line in sorted(lines, key=_top) for word in line]


def _is_word(word: SeenWord) -> bool:
    if not any(char.isalnum() or char in "€$+&–-" for char in word.text):
        return False
    return word.confidence >= LEAST_CONFIDENCE


def _by_column(lines: Sequence[Line]) -> list[Line]:
    """The lines, or, where some run across a gap into a second column: what spans both, then the left, then the right.

    What spans both columns below their beginning follows at the end.
    """
    parts = [part for line in lines for part in _cut(line)]
    begins = sorted(part[0].left for line in lines for part in _cut(line)[1:])
    if len(begins) < FEWEST_CUT:
        return list(lines)
    border = begins[len(begins) // 2] - parts[0][0].height
    left = [part for part in parts if part[-1].right <= border]
    right = [part for part in parts if part[0].left >= border]
    across = [part for part in parts if part[0].left < border < part[-1].right]
    first = min((_top(part) for part in (*left, *right)), default=0)
    above = [part for part in across if _top(part) <= first]
    below = [part for part in across if _top(part) > first]
    return [*sorted(above, key=_top), *sorted(left, key=_top), *sorted(right, key=_top), *sorted(below, key=_top)]


def _top(line: Line) -> int:
    return line[0].top


def _cut(line: Line) -> list[Line]:
    """The line in parts, cut where a gap is wider than any space."""
    heights = sorted(word.height for word in line)
    widest = heights[len(heights) // 2] * GAP
    cuts = [at for at, (one, other) in enumerate(pairwise(line), 1) if other.left - one.right > widest > 0]
    return [line[start:end] for start, end in pairwise((0, *cuts, len(line)))]


def _line(words: Sequence[str]) -> str:
    return _LONE_E.sub("€", " ".join(map(of_one_script, words)))


def of_one_script(word: str) -> str:
    """The word with letters of the other script that look the same put right: engines mix them within a word."""
    letters, cyrillic = len(_LETTER.findall(word)), len(_CYRILLIC.findall(word))
    if cyrillic in (0, letters):
        return word
    return word.translate(_TO_CYRILLIC if cyrillic * 2 >= letters else _TO_LATIN)


def _joined(lines: Iterable[str]) -> str:
    """A hyphen at a line's end joins the halves of a word; a line that begins small goes on with the one before."""
    joined: list[str] = []
    for line in lines:
        last = joined[-1] if joined else ""
        if _HYPHEN.search(last) and line[:1].islower():
            joined[-1] = last[:-1] + line
        elif last and line[:1].islower() and not _ENDS.search(last):
            joined[-1] = f"{last} {line}"
        else:
            joined.append(line)
    return "\n".join(joined)
