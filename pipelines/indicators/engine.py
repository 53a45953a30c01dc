"""Finding what a text says by the phrases of rules, as indicators do. Those worked out from facts are in `derived`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from crawler.assessment import Indicator
from pipelines.indicators.quoting import quoted
from pipelines.indicators.rules import Negation, SpokenRule, rules
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit
from pipelines.text.spans import Spans

_NEGATORS = (
    "ne", "nije", "nisu", "nema", "nemamo", "nemate", "bez", "nikakv*", "nismo", "nisam", "necemo", "nece", "ni",
    "niti", "nikad*", "nemoj*", "not", "no", "never", "kein*", "nicht", "ohne", "brez", "nikakrsn*",
)  # fmt: skip
# "dok ne" says until when, and takes nothing back.
_NEGATOR = r"(?<!\bdok )(?:" + "|".join(_NEGATORS).replace("*", r"\w{0,3}") + ")"
_NEGATED_BEFORE = re.compile(rf"(?<!\w){_NEGATOR}(?: [^\W_]{{1,20}}){{0,2}} $")
_NEGATED_AFTER = re.compile(rf" (?:se |vam |vas |je |su )?{_NEGATOR}(?!\w)")
_NEGATED_INSIDE = re.compile(rf"(?<!\w){_NEGATOR}(?!\w)")
_LEAD = 45
_TAKES_BACK = ("never", "mention_never", "mention_unless")
_MENTIONS = ("mention", "plain_mention")
_PLAIN = ("plain", "plain_mention")
"""Not taken back by a word such as "ne" near it."""


class RuleBook:
    """The phrases of some rules, and the search for what a text says by them."""

    def __init__(self, rules: Iterable[SpokenRule]) -> None:
        """Compiles all phrases. Raises ConfigError on one that cannot be read."""
        # A tag is the code, and how hits may be negated; a phrase that itself negates is taken as it stands.
        self._phrases = Phrasebook(pair for rule in rules for pair in _tagged(rule))

    def find(self, ad: AdText) -> dict[str, Indicator]:
        """What the text says, by code, each with its first quote. Negated statements do not count."""
        said: list[tuple[str, str, PhraseHit]] = []
        taken_back: defaultdict[str, list[PhraseHit]] = defaultdict(list)
        for hit in self._phrases.find(ad):
            code, how = hit.tag.split(":")
            if how in _TAKES_BACK:
                taken_back[hit.tag].append(hit)
            else:
                said.append((code, how, hit))
        # What says more than a bare mention is the better quote.
        said.sort(key=lambda one: one[1] in _MENTIONS)
        covered = {tag: Spans((hit.start, hit.end) for hit in hits) for tag, hits in taken_back.items()}
        negators = [hit.start for hit in _negators().find(ad)] if said else []
        found: dict[str, Indicator] = {}
        for code, how, hit in said:
            if code in found or _is_taken_back(code, how, hit, covered):
                continue
            if how in _PLAIN or not _is_negated(ad.text, hit, how, negators):
                found[code] = quoted(ad, code, hit.start, hit.end)
        return found


def find_indicators(ad: AdText) -> dict[str, Indicator]:
    """The indicators that the ad says, by code."""
    return _book().find(ad)


@cache
def _book() -> RuleBook:
    return RuleBook(rules().values())


def _tagged(rule: SpokenRule) -> Iterator[tuple[str, str]]:
    for phrase in (phrase for phrases in rule.phrases.values() for phrase in phrases):
        plain = rule.negation is Negation.NONE or _negates(phrase)
        yield f"{rule.code}:{'plain' if plain else rule.negation.value}", phrase
    for phrase in rule.mentions:
        yield f"{rule.code}:{'plain_mention' if _negates(phrase) else 'mention'}", phrase
    against = {
        "never": rule.never,
        "mention_never": rule.mentions_never,
        "mention_unless": rule.mentions_unless,
    }
    for how, phrases in against.items():
        yield from ((f"{rule.code}:{how}", phrase) for phrase in phrases)


def _is_taken_back(code: str, how: str, hit: PhraseHit, covered: dict[str, Spans]) -> bool:
    """A phrase of `never` overlaps the hit; or, for a bare mention, what takes mentions back."""
    if how in _MENTIONS and f"{code}:mention_unless" in covered:
        return True
    against = (f"{code}:never", f"{code}:mention_never") if how in _MENTIONS else (f"{code}:never",)
    return any(tag in covered and covered[tag].overlap(hit.start, hit.end) for tag in against)


def _negates(phrase: str) -> bool:
    return bool(_NEGATED_INSIDE.search(phrase.replace("(", " ").replace("|", " ")))


@cache
def _negators() -> Phrasebook:
    return Phrasebook(("negator", word) for word in _NEGATORS)


def _is_negated(text: str, hit: PhraseHit, how: str, negators: list[int]) -> bool:
    lead = max(0, hit.start - _LEAD)
    first = bisect_left(negators, lead)
    if first < len(negators) and negators[first] < hit.end:
        if _NEGATED_INSIDE.search(text, hit.start, hit.end):
            return True
        if _NEGATED_BEFORE.search(text[lead : hit.start]):
            return True
    return how == Negation.AROUND.value and bool(_NEGATED_AFTER.match(text, hit.end))
