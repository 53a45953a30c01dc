"""Marking quotes in an ad's text. Pure: text and offsets in, pieces out; what a piece looks like is the template's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """One quote: characters `start` to `end` of the text, and the number of the finding that quotes them."""

    start: int
    end: int
    finding: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that the same findings quote; none: ordinary text."""

    text: str
    findings: tuple[int, ...] = ()
    """In ascending order, each once."""
    begins: tuple[int, ...] = ()
    """Those of `findings` of which a quote begins here."""


def mark_quotes(text: str, spans: Iterable[Span]) -> list[Piece]:
    """The whole text in pieces; joined they give it back. Spans may overlap; what lies outside the text is cut off."""
    inside = [span for span in (_clip(span, len(text)) for span in spans) if span.start < span.end]
    borders = sorted({0, len(text), *(span.start for span in inside), *(span.end for span in inside)})
    return [_piece(text, start, end, inside) for start, end in pairwise(borders)]


def shift(spans: Iterable[Span], by: int) -> list[Span]:
    """The spans moved, for a part of the text that begins at `-by`."""
    return [Span(span.start + by, span.end + by, span.finding) for span in spans]


def _clip(span: Span, length: int) -> Span:
    return Span(max(span.start, 0), min(span.end, length), span.finding)


def _piece(text: str, start: int, end: int, spans: Sequence[Span]) -> Piece:
    covering = {span.finding for span in spans if span.start <= start and end <= span.end}
    begins = {span.finding for span in spans if span.start == start}
    return Piece(text[start:end], tuple(sorted(covering)), tuple(sorted(begins)))
