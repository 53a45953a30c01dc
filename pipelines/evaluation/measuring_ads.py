"""How well ads are read: figures over all ads of a labelled file, and whether the risk score flags too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from operator import add
from typing import Any

from crawler.assessment import RiskLevel
from pipelines.evaluation.comparing import CONTACTS, Comparison, Field
from pipelines.evaluation.counting import Found, Share
from pipelines.indicators.rules import ORDER

HARD = frozenset(
    ("withheld_wage", "document_retention", "restriction_of_movement", "sexualised_offer", "minors_accepted")
)
"""Indicators that weigh by themselves in the ILO's list of indicators of forced labour, or by law."""
MANY = 6
"""Indicators in one ad. In a published study 98% of 430 ordinary ads for work abroad had one, so a few say little."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Levels:
    """How many ads came out at each level of risk."""

    ads: int
    counts: dict[RiskLevel, int]

    def share(self, level: RiskLevel) -> float:
        """From 0 to 1; 0 where there are no ads."""
        return self.counts[level] / self.ads if self.ads else 0.0

    def to_json(self) -> dict[str, Any]:
        """Counts and shares by level."""
        shares = {level.value: round(self.share(level), 4) for level in RiskLevel}
        return {"ads": self.ads, "counts": {level.value: self.counts[level] for level in RiskLevel}, "shares": shares}


@dataclass(frozen=True, slots=True)
class Bin:
    """Ads with a risk score from `lower` to below `upper` (the last: to 1)."""

    lower: float
    upper: float
    marked: Share
    """Of these ads, those that the labels call worrying (`is_worrying`)."""

    def to_json(self) -> dict[str, float]:
        """Bounds, counts and share."""
        share = round(self.marked.value, 4) if self.marked.of else 0.0
        return {
            "from": self.lower,
            "to": self.upper,
            "ads": self.marked.of,
            "marked": self.marked.part,
            "share": share,
        }


@dataclass(frozen=True, slots=True)
class AdsEvaluation:
    """All figures of one labelled file."""

    ads: int
    fields: dict[Field, Share]
    contacts: dict[str, Found]
    indicators: dict[str, Found]
    """By code, in the order of the list, those that are labelled or were found."""
    unequal_quotes: int
    levels: Levels
    levels_abroad: Levels
    """Of job ads abroad, by the labels."""
    calibration: tuple[Bin, ...]
    wrong: tuple[Comparison, ...]
    """Ads that were read otherwise, in the order of the file."""

    @property
    def all_contacts(self) -> Found:
        """Of all kinds together."""
        return reduce(add, self.contacts.values(), Found())

    @property
    def micro(self) -> Found:
        """All indicators together: frequent ones count more."""
        return reduce(add, self.indicators.values(), Found())

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the indicators that are labelled at least once: rare ones count as much as frequent ones."""
        labelled = [found.f1 for found in self.indicators.values() if found.tp + found.fn]
        return sum(labelled) / len(labelled) if labelled else 1.0

    def to_json(self) -> dict[str, Any]:
        """The shape that `adwatch evaluate ads --json` prints."""
        return {
            "ads": self.ads,
            "fields": {field.value: share.to_json() for field, share in self.fields.items()},
            "contacts": {kind: found.to_json() for kind, found in (*self.contacts.items(), ("all", self.all_contacts))},
            "indicators": {code: found.to_json() for code, found in self.indicators.items()},
            "micro": self.micro.to_json(),
            "macro_f1": round(self.macro_f1, 4),
            "unequal_quotes": self.unequal_quotes,
            "levels": {"all": self.levels.to_json(), "abroad": self.levels_abroad.to_json()},
            "calibration": [one.to_json() for one in self.calibration],
            "wrong": [_wrong_to_json(one) for one in self.wrong],
        }


def evaluate_ads(compared: Sequence[Comparison]) -> AdsEvaluation:
    """The figures over ads that were compared one by one. Indicators are counted in job ads only, by the labels."""
    return AdsEvaluation(
        ads=len(compared),
        fields={field: _share(field, compared) for field in Field},
        contacts={kind: reduce(add, (one.contacts[kind] for one in compared), Found()) for kind in CONTACTS},
        indicators=_indicators([one for one in compared if one.label.is_job_ad]),
        unequal_quotes=sum(one.unequal_quotes for one in compared),
        levels=_levels(compared),
        levels_abroad=_levels(one for one in compared if one.label.is_job_ad and one.label.abroad),
        calibration=tuple(_bin(number, compared) for number in range(BINS)),
        wrong=tuple(one for one in compared if not one.is_right),
    )


def is_worrying(indicators: Iterable[str]) -> bool:
    """By the labels: a hard indicator, or many. Labels hold no risk, so this stands in for a person's judgement.

    It rests on what a person read, not on what the program read, and knows neither its weights nor its combinations.
    """
    codes = set(indicators)
    return not HARD.isdisjoint(codes) or len(codes) >= MANY


def _share(field: Field, compared: Iterable[Comparison]) -> Share:
    answers = [one.asked[field] for one in compared if field in one.asked]
    return Share(sum(answers), len(answers))


def _indicators(compared: Sequence[Comparison]) -> dict[str, Found]:
    codes = [code for code in ORDER if any(code in one.found or code in one.label.indicators for one in compared)]
    return {
        code: reduce(add, (Found.of(one.found & {code}, {code} & set(one.label.indicators)) for one in compared))
        for code in codes
    }


def _levels(compared: Iterable[Comparison]) -> Levels:
    counts = Counter(one.level for one in compared)
    return Levels(counts.total(), {level: counts[level] for level in RiskLevel})


def _bin(number: int, compared: Iterable[Comparison]) -> Bin:
    inside = [one for one in compared if min(int(one.score * BINS), BINS - 1) == number]
    marked = sum(is_worrying(one.label.indicators) for one in inside)
    return Bin(number / BINS, (number + 1) / BINS, Share(marked, len(inside)))


def _wrong_to_json(one: Comparison) -> dict[str, Any]:
    return {
        "id": one.id,
        "fields": [asdict(mistake) for mistake in one.mistakes],
        "missed": list(one.missed),
        "extra": [asdict(found) for found in one.extra],
        "unequal_quotes": one.unequal_quotes,
    }
