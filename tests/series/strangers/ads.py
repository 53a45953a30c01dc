"""Labelled ads of strangers: offers written by other hands than the rules, in two halves, and their copies.

`python -m tests.series.strangers.ads FILE` writes both halves for `adwatch evaluate dedupe`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

from crawler.assessment import Ad
from tests.series.strangers.retelling import TELLINGS, Telling, shortened

HALVES = ("first", "second")


class Stranger(NamedTuple):
    ad: Ad
    offer: str


def strangers(half: str, *, seed: int = 1) -> list[Stranger]:
    """A half's ads in the mixed order in which ads arrive, with the offer each belongs to."""
    chance = Random(seed)  # noqa: S311 (a choice of words, no secret)
    groups = yaml.safe_load(Path(__file__).with_name(f"{half}.yml").read_text(encoding="utf-8"))
    told = [one for at, group in enumerate(groups) for one in _of_group(group, f"{half}-{at}", chance)]
    return chance.sample(told, len(told))


def _of_group(group: dict[str, Any], name: str, chance: Random) -> Iterator[Stranger]:
    around = group.get("around")
    for at, offer in enumerate(group["offers"]):
        label, text = f"{name}-{at}", offer["text"]
        own = Telling(offer.get("title"), around.format(text) if around else text, text if around else "")
        for how, telling in _tellings(own, offer, chance):
            yield Stranger(Ad(telling.text, id=f"{label} {how}", title=telling.title), label)


def _tellings(own: Telling, offer: dict[str, Any], chance: Random) -> Iterator[tuple[str, Telling]]:
    """The ad itself, the copies retold by hand, those under a translated title, and two or three told by rule.

    Every third copy by rule went through two hands; who shortens does it first, with the core before him.
    """
    yield "own", own
    yield from ((f"by hand {at}", Telling(own.title, text)) for at, text in enumerate(offer.get("copies", [])))
    yield from ((f"titled {at}", own._replace(title=title)) for at, title in enumerate(offer.get("titles", [])))
    for tell in chance.sample(TELLINGS, chance.choice((2, 2, 3))):
        hands = [tell, chance.choice(TELLINGS)] if chance.random() < 1 / 3 else [tell]
        told = own
        for hand in sorted(hands, key=lambda hand: hand is not shortened):
            told = hand(told, chance)
        yield ", ".join(hand.__name__ for hand in hands), told


def main(path: Path) -> None:
    """Write both halves: a JSON object a line with id, title, text, series."""
    told = (one for half in HALVES for one in strangers(half))
    lines = ({"id": one.ad.id, "title": one.ad.title, "text": one.ad.text, "series": one.offer} for one in told)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
