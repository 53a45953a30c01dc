"""Finding in an ad the indicators that are phrases. Those that follow from facts are in `derived`."""

from __future__ import annotations

import re
from functools import cache

from crawler.assessment import Indicator
from pipelines.indicators.quoting import quoted
from pipelines.indicators.rules import Negation, rules
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit

_NEGATORS = (
    "ne|nije|nisu|nema|nemamo|nemate|bez|nikakv\\w{1,3}|nismo|nisam|necemo|nece|ni|niti|nikad\\w?|nemoj\\w{0,2}"
    "|not|no|never|kein\\w{0,2}|nicht|ohne|brez|nikakrsn\\w{1,3}"
)
_NEGATED_BEFORE = re.compile(rf"(?<!\w)(?:{_NEGATORS})(?: [^\W_]{{1,20}}){{0,2}} $")
_NEGATED_AFTER = re.compile(rf" (?:se |vam |vas |je |su )?(?:{_NEGATORS})(?!\w)")
_NEGATED_INSIDE = re.compile(rf"(?<!\w)(?:{_NEGATORS})(?!\w)")
_LEAD = 45


@cache
def _book() -> Phrasebook:
    """Phrases of all rules; a tag is the code, how hits may be negated, and whether the phrase itself negates."""
    pairs: list[tuple[str, str]] = []
    for code, rule in rules().items():
        for phrase in (phrase for phrases in rule.phrases.values() for phrase in phrases):
            negates = rule.negation is Negation.NONE or _NEGATED_INSIDE.search(
                phrase.replace("(", " ").replace("|", " ")
            )
            pairs.append((f"{code}:{'plain' if negates else rule.negation.value}", phrase))
        pairs += [(f"{code}:never", phrase) for phrase in rule.never]
    return Phrasebook(pairs)


def find_indicators(ad: AdText) -> dict[str, Indicator]:
    """What the ad says, by code, each with its first quote. Negated statements do not count."""
    hits = _book().find(ad)
    taken_back: dict[str, list[PhraseHit]] = {}
    for hit in hits:
        code, how = hit.tag.split(":")
        if how == "never":
            taken_back.setdefault(code, []).append(hit)
    found: dict[str, Indicator] = {}
    for hit in hits:
        code, how = hit.tag.split(":")
        if how == "never" or code in found or _is_taken_back(hit, taken_back.get(code, ())):
            continue
        if not _is_negated(ad.text, hit, how):
            found[code] = quoted(ad, code, hit.start, hit.end)
    return found


def _is_taken_back(hit: PhraseHit, never: list[PhraseHit] | tuple[()]) -> bool:
    return any(other.start < hit.end and hit.start < other.end for other in never)


def _is_negated(text: str, hit: PhraseHit, how: str) -> bool:
    if how == "plain":
        return False
    if _NEGATED_INSIDE.search(text, hit.start, hit.end):
        return True
    if _NEGATED_BEFORE.search(text[max(0, hit.start - _LEAD) : hit.start]):
        return True
    return how == Negation.AROUND.value and bool(_NEGATED_AFTER.match(text, hit.end))
