"""Which entries of a register are worth comparing with a name. What they have in common is told by `comparing`."""

from __future__ import annotations

from collections import defaultdict
from heapq import nlargest
from operator import itemgetter

from pipelines.register.comparing import NameQuery
from pipelines.register.index import IndexedEntry, RegisterIndex
from pipelines.register.names import Role

MOST_PER_WORD = 60
"""Entries looked at for one word; a word that more of them share tells none apart."""
MOST_COMPARED = 3
WHOLE_BRAND = 1_000
"""Outweighs any number of single words."""


def candidates_of(name: NameQuery, index: RegisterIndex) -> list[IndexedEntry]:
    """All entries whose whole brand stands in the name, then those that share most with it."""
    weights: defaultdict[IndexedEntry, int] = defaultdict(int)
    for run in name.runs:
        for indexed in index.by_joined.get(run, ())[:MOST_PER_WORD]:
            weights[indexed] += WHOLE_BRAND
    for word, meanings in zip(name.parsed.words, name.meanings, strict=True):
        weight = 1 if word.role in (Role.GENERIC, Role.DESCRIPTIVE, Role.NOISE) else 3
        for key in meanings or (word.key,):
            for indexed in index.by_word.get(key, ())[:MOST_PER_WORD]:
                weights[indexed] += weight
    whole = [indexed for indexed, weight in weights.items() if weight >= WHOLE_BRAND]
    most = nlargest(MOST_COMPARED, weights.items(), key=itemgetter(1))
    return whole + [indexed for indexed, weight in most if weight < WHOLE_BRAND]
