"""Figures that several measurements share: shares of right answers, precision and recall. No ad is known here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many. Of nothing asked, all is right."""

    part: int = 0
    of: int = 0

    @property
    def value(self) -> float:
        """From 0 to 1."""
        return self.part / self.of if self.of else 1.0

    def to_json(self) -> dict[str, float]:
        """The counts, and the share to four digits."""
        return {"right": self.part, "of": self.of, "accuracy": round(self.value, 4)}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found beside what is there. Where nothing was found nothing found is wrong, and likewise for missed."""

    tp: int = 0
    """Found and there."""
    fp: int = 0
    """Found and not there."""
    fn: int = 0
    """There and not found."""

    @classmethod
    def of(cls, found: Iterable[object], there: Iterable[object]) -> Self:
        """Counts two sets."""
        got, want = set(found), set(there)
        return cls(len(got & want), len(got - want), len(want - got))

    def __add__(self, other: Found) -> Found:
        return Found(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """Share of what was found that is there."""
        return Share(self.tp, self.tp + self.fp).value

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return Share(self.tp, self.tp + self.fn).value

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return harmonic_mean(self.precision, self.recall)

    def to_json(self) -> dict[str, float]:
        """The counts, and the three figures to four digits."""
        figures = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            **{name: round(value, 4) for name, value in figures.items()},
        }


def harmonic_mean(precision: float, recall: float) -> float:
    """F1 of the two; 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
