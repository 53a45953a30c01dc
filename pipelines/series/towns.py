"""Which names are one town: its cases (Beč, u Beču) and how others write it (Lajpcig, Leipzig).

Where it lies is read elsewhere.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pipelines.packaged import RuleData, load_packaged

_ENDING = re.compile(r"\([^)]*\)|[~*^]")
_CASE = re.compile(r"(?<=..)(?:om|em|[aeiou])$")
_SAME_LANGUAGE = frozenset(("BA", "HR", "ME", "MK", "SI"))
"""Where towns have one name, and short ones differ by a vowel."""
_SOUNDS = (
    ("sch", "s"), ("sh", "s"), ("ch", "h"), ("ph", "f"), ("th", "t"), ("w", "v"), ("j", ""),
    ("c", "s"), ("k", "s"), ("z", "s"), ("x", "s"),
)  # fmt: skip
"""How other languages write what Serbian writes by ear; c, k and z stand for too many sounds to be told apart."""
_FEW = 3
"""Consonants by which a town is known, at least."""


class TownNames(RuleData):
    """The file `town_names.yml`."""

    one_town: list[list[str]]


def town_of(country: str, phrase: str) -> str:
    """What stands for the town that the phrase names; equal for names of one town of the country."""
    name = _bare(phrase)
    listed = _listed().get(name)
    if listed or country in _SAME_LANGUAGE:
        return listed or name
    heard = _heard(name)
    return heard if len(heard.replace("a", "")) >= _FEW else name


def _bare(phrase: str) -> str:
    return _CASE.sub("", _ENDING.sub("", phrase).replace("y", "i"))


def _heard(name: str) -> str:
    """Its consonants, with an `a` for whatever vowels stand between."""
    for written, heard in _SOUNDS:
        name = name.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiou]+", "a", name))


@cache
def _listed() -> dict[str, str]:
    names = load_packaged(Path(__file__).with_name("town_names.yml"), TownNames).one_town
    return {_bare(name): group[0] for group in names for name in group}
