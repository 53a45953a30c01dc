"""From a place in the folded text to an indicator with its quote. No personal number is ever quoted."""

from __future__ import annotations

from functools import lru_cache

from crawler.assessment import Indicator
from crawler.personal_numbers import find_jmbg
from pipelines.text.phrases import AdText
from pipelines.text.spans import Spans


def quoted(ad: AdText, code: str, start: int, end: int) -> Indicator:
    """The indicator with the original words behind folded[start:end], or without where they hold a JMBG."""
    begin, stop = ad.folded.span(start, end)
    quote = ad.original[begin:stop]
    if not quote or (_has_digit(quote) and _holds_jmbg(ad.original, begin, stop)):
        return Indicator(code)
    return Indicator(code, quote, begin, stop)


def _has_digit(quote: str) -> bool:
    return any(map(str.isdigit, quote))


def _holds_jmbg(text: str, begin: int, stop: int) -> bool:
    return _personal_numbers(text).overlap(begin, stop)


@lru_cache(maxsize=1)
def _personal_numbers(text: str) -> Spans:
    """Looked for once an ad, whatever the number of its quotes."""
    return Spans(find_jmbg(text))
