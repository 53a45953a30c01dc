"""Many different generated ads, three in ten of them copies distorted as in the labelled clusters of `tests.series`."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from crawler.assessment import Ad
from tests.series.clusters import LabelledAd, distorted

COPIES = 0.3
AGENCIES = 600
RECENT = 5000
"""A copy is one of an ad among the last so many: reposts come soon."""

_CHOICE = re.compile(r"\{([^{}]*)\}")
_VALUE = re.compile(r"<(\w+)>")


def generated_ads(count: int, *, seed: int = 1) -> Iterator[LabelledAd]:
    """That many ads with the offer each is a copy of; the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same ads each time are wanted
    recent: list[LabelledAd] = []
    for number in range(count):
        if recent and chance.random() < COPIES:
            original = chance.choice(recent)
            copy, how = distorted(original.ad, chance)
            yield LabelledAd(original.offer, copy, how)
            continue
        new = LabelledAd(number, _offer(chance), "as written")
        recent.append(new)
        if len(recent) > RECENT:
            recent[chance.randrange(RECENT)] = recent.pop()
        yield new


@cache
def _parts() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")))


def _offer(chance: random.Random) -> Ad:
    parts, values = _parts(), _values(chance)
    by_agency = chance.random() < 0.5
    sentences = [
        chance.choice(parts["openings"]),
        *chance.sample(parts["sentences"], chance.randint(3, 12)),
        *(_boilerplate(values) if by_agency else ()),
        chance.choice(parts["endings"]),
    ]
    written = [_written(sentence, values, chance) for sentence in sentences]
    title = _written(chance.choice(parts["titles"]), values, chance) if by_agency or chance.random() < 0.5 else None
    return Ad(chance.choice((" ", "\n", "\n\n")).join(written), title=title)


def _values(chance: random.Random) -> dict[str, str]:
    trade, many = chance.choice(_parts()["trades"])
    town, country, of_town = chance.choice(_parts()["places"])
    agency = " ".join(_agency_name(chance.randrange(AGENCIES)))
    return {
        "trade": trade,
        "many": many,
        "town": town,
        "country": country,
        "of_town": of_town,
        "agency": agency,
        "domain": agency.lower().replace(" ", "-"),
        "number": str(chance.randint(2, 60)),
        "pay": f"{chance.randint(9, 45)}00",
        "hour": f"{chance.randint(6, 24)},50",
        "rent": f"{chance.randint(8, 30)}0",
        "phone": f"06{chance.randint(0, 9)}/555-{chance.randint(1000, 9999)}",
    }


def _agency_name(number: int) -> list[str]:
    first, second, third = _parts()["agency_words"]
    return [first[number % 10], second[number // 10 % 10], third[number // 100 % 8]]


def _boilerplate(values: dict[str, str]) -> list[str]:
    """The closing paragraphs of an agency: the same under all its ads."""
    chance = random.Random(values["agency"])  # noqa: S311
    return [_written(one, values, chance) for one in chance.sample(_parts()["agencies"], chance.randint(1, 3))]


def _written(pattern: str, values: dict[str, str], chance: random.Random) -> str:
    chosen = _CHOICE.sub(lambda found: chance.choice(found.group(1).split("|")), pattern)
    return _VALUE.sub(lambda found: values[found.group(1)], chosen).replace(" ,", ",")
