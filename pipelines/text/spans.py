"""Places of a text that are taken, asked about many times. What took them is not known here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable


class Spans:
    """Spans (start, end), joined where they overlap, so that a question costs the same however many there are."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        """Takes them in any order."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def enclose(self, start: int, end: int) -> bool:
        """One of them begins before and ends after text[start:end]."""
        last = bisect_left(self._starts, start) - 1
        return last >= 0 and end < self._ends[last]

    def overlap(self, start: int, end: int) -> bool:
        """One of them shares a character with text[start:end]."""
        last = bisect_left(self._starts, end) - 1
        return last >= 0 and start < self._ends[last]
