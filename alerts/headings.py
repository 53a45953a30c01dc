"""What an ad is called in lists for people."""

from __future__ import annotations

LONGEST_HEADING = 100


def heading(title: str | None, text: str) -> str:
    """What an ad is listed by: its title, else how its text begins."""
    lines = [" ".join(line.split()) for line in (title or text).splitlines()]
    line = next(filter(None, lines), "Oglas bez teksta")
    return line if len(line) <= LONGEST_HEADING else line[:LONGEST_HEADING].rsplit(" ", 1)[0] + " …"
