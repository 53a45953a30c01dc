"""One writing for words of all standards: smještaj and smeštaj, tvornica and fabrika."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pipelines.packaged import RuleData, load_packaged

_SOFT_E = re.compile(r"ije|(?<=[bcdfghklmnprstvz])je")
"""What is e in Serbian, and much that is not: it is the same in every copy."""
_LONGEST, _SHORTEST = 10, 3


class OtherStandard(RuleData):
    """The file `other_standard.yml`."""

    beginnings: dict[str, str]


def standard_word(word: str) -> str:
    """The folded word (đ as d) as Serbian has it."""
    beginnings = _beginnings()
    for length in range(min(_LONGEST, len(word)), _SHORTEST - 1, -1):
        if serbian := beginnings.get(word[:length]):
            return serbian + word[length:]
    return _SOFT_E.sub("e", word)


@cache
def _beginnings() -> dict[str, str]:
    return load_packaged(Path(__file__).with_name("other_standard.yml"), OtherStandard).beginnings
