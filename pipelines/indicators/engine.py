"""Finding in an ad the indicators that are phrases. Those that follow from facts are in `derived`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from functools import cache

from crawler.assessment import Indicator
from pipelines.indicators.quoting import quoted
from pipelines.indicators.rules import Negation, rules
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit
from pipelines.text.spans import Spans

_NEGATORS = (
    "ne", "nije", "nisu", "nema", "nemamo", "nemate", "bez", "nikakv*", "nismo", "nisam", "necemo", "nece", "ni",
    "niti", "nikad*", "nemoj*", "not", "no", "never", "kein*", "nicht", "ohne", "brez", "nikakrsn*",
)  # fmt: skip
_NEGATOR = "|".join(_NEGATORS).replace("*", r"\w{0,3}")
_NEGATED_BEFORE = re.compile(rf"(?<!\w)(?:{_NEGATOR})(?: [^\W_]{{1,20}}){{0,2}} $")
_NEGATED_AFTER = re.compile(rf" (?:se |vam |vas |je |su )?(?:{_NEGATOR})(?!\w)")
_NEGATED_INSIDE = re.compile(rf"(?<!\w)(?:{_NEGATOR})(?!\w)")
_LEAD = 45
_TAKES_BACK = ("never", "mention_never", "mention_unless")
_MENTIONS = ("mention", "plain_mention")
_PLAIN = ("plain", "plain_mention")
"""Not taken back by a word such as "ne" near it."""


@cache
def _book() -> Phrasebook:
    """Phrases of all rules; a tag is the code, how hits may be negated, and whether the phrase itself negates."""
    pairs: list[tuple[str, str]] = []
    for code, rule in rules().items():
        for phrase in (phrase for phrases in rule.phrases.values() for phrase in phrases):
            plain = rule.negation is Negation.NONE or _negates(phrase)
            pairs.append((f"{code}:{'plain' if plain else rule.negation.value}", phrase))
        pairs += [(f"{code}:never", phrase) for phrase in rule.never]
        pairs += [(f"{code}:{'plain_mention' if _negates(phrase) else 'mention'}", phrase) for phrase in rule.mentions]
        pairs += [(f"{code}:mention_never", phrase) for phrase in rule.mentions_never]
        pairs += [(f"{code}:mention_unless", phrase) for phrase in rule.mentions_unless]
    return Phrasebook(pairs)


def _negates(phrase: str) -> bool:
    return bool(_NEGATED_INSIDE.search(phrase.replace("(", " ").replace("|", " ")))


@cache
def _negators() -> Phrasebook:
    return Phrasebook(("negator", word) for word in _NEGATORS)


def find_indicators(ad: AdText) -> dict[str, Indicator]:
    """What the ad says, by code, each with its first quote. Negated statements do not count."""
    said: list[tuple[str, str, PhraseHit]] = []
    taken_back: defaultdict[str, list[PhraseHit]] = defaultdict(list)
    for hit in _book().find(ad):
        code, how = hit.tag.split(":")
        if how in _TAKES_BACK:
            taken_back[hit.tag].append(hit)
        else:
            said.append((code, how, hit))
    # What says more than a bare mention is the better quote.
    said.sort(key=lambda one: one[1] in _MENTIONS)
    covered = {tag: Spans((hit.start, hit.end) for hit in hits) for tag, hits in taken_back.items()}
    negators = [hit.start for hit in _negators().find(ad)]
    found: dict[str, Indicator] = {}
    for code, how, hit in said:
        mention = how in _MENTIONS
        against = (f"{code}:never", f"{code}:mention_never") if mention else (f"{code}:never",)
        if code in found or (mention and f"{code}:mention_unless" in covered):
            continue
        if any(tag in covered and covered[tag].overlap(hit.start, hit.end) for tag in against):
            continue
        if how in _PLAIN or not _is_negated(ad.text, hit, how, negators):
            found[code] = quoted(ad, code, hit.start, hit.end)
    return found


def _is_negated(text: str, hit: PhraseHit, how: str, negators: list[int]) -> bool:
    lead = max(0, hit.start - _LEAD)
    first = bisect_left(negators, lead)
    if first < len(negators) and negators[first] < hit.end:
        if _NEGATED_INSIDE.search(text, hit.start, hit.end):
            return True
        if _NEGATED_BEFORE.search(text[lead : hit.start]):
            return True
    return how == Negation.AROUND.value and bool(_NEGATED_AFTER.match(text, hit.end))
