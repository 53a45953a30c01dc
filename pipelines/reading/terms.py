"""Whether an ad says anything of the terms of work: of hours, and of a contract."""

from __future__ import annotations

import re
from functools import cache

from pipelines.text.phrases import AdText, Phrasebook

_HOURS_COUNTED = re.compile(r"\d ?(?:h|sati|sata|casova|ur|stunden|hours)\b")
_HOURS_NAMED = re.compile(r"radno vreme|radno vrijeme|smen[aeui]|smjen[aeui]|puno radno|turnus|24/7|vikend")
_CONTRACT = re.compile(
    r"(?<!bez )(?:ugovor\w{0,3}|pogodb\w{1,2}|arbeitsvertrag|contract|prijav\w{1,3} od prvog|prijavljen\w{0,2}"
    r"|na neodredjeno|na odredjeno)\b"
)


@cache
def _leads() -> Phrasebook:
    """Words with which the above begin."""
    hours = ("radno", "smen*", "smjen*", "puno", "turnus*", "24/7", "vikend*")
    contract = ("ugovor*", "pogodb*", "arbeitsvertrag", "contract", "prijav*", "na neodredjeno", "na odredjeno")
    return Phrasebook([("hours", lead) for lead in hours] + [("contract", lead) for lead in contract])


def states_hours(ad: AdText) -> bool:
    """The ad says how long or when one works."""
    return _HOURS_COUNTED.search(ad.text) is not None or _is_said(ad, "hours", _HOURS_NAMED)


def states_contract(ad: AdText) -> bool:
    """The ad speaks of a contract or of registering the worker."""
    return _is_said(ad, "contract", _CONTRACT)


def _is_said(ad: AdText, what: str, pattern: re.Pattern[str]) -> bool:
    return any(pattern.match(ad.text, hit.start) for hit in _leads().find(ad) if hit.tag == what)
