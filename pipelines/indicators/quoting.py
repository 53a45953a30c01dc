"""From a place in the folded text to an indicator with its quote. No personal number is ever quoted."""

from __future__ import annotations

from crawler.assessment import Indicator
from crawler.personal_numbers import find_jmbg
from pipelines.text.phrases import AdText


def quoted(ad: AdText, code: str, start: int, end: int) -> Indicator:
    """The indicator with the original words behind folded[start:end], or without where they hold a JMBG."""
    begin, stop = ad.folded.span(start, end)
    quote = ad.original[begin:stop]
    if not quote or any(found for found in find_jmbg(ad.original) if found[0] < stop and begin < found[1]):
        return Indicator(code)
    return Indicator(code, quote, begin, stop)
