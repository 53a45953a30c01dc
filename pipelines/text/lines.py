"""The lines of a text that are worth a closer look. What is looked for is told by the caller."""

from __future__ import annotations

import re
from collections.abc import Iterator


def lines_with(sign: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line that holds the sign, so that costly patterns are spared the others."""
    at = 0
    while found := sign.search(text, at):
        start = text.rfind("\n", at, found.start()) + 1 or at
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        yield start, end
        at = end + 1


def matches_in_lines_with(sign: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """All matches of a pattern that stays within a line and needs the sign there."""
    for start, end in lines_with(sign, text):
        yield from pattern.finditer(text, start, end)
