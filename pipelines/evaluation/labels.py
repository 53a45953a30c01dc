"""Labelled ads and labelled series as people write them, a JSON object a line; every slip is named with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import AfterValidator, Field, StrictBool, ValidationError, model_validator
from pydantic_core import ErrorDetails

from crawler.assessment import Ad, MediatorKind, WageUnit
from crawler.errors import UsageError
from pipelines.given_texts import given_ad, read_objects
from pipelines.indicators.rules import ORDER
from pipelines.packaged import RuleData

_REASONS = {"missing": "missing", "extra_forbidden": "unknown field", "model_type": "not a JSON object"}
"""Words for what the schema's own words would not tell a person who writes labels."""


def _known(code: str) -> str:
    if code not in ORDER:
        raise ValueError(f"no indicator is called {code!r}")
    return code


Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Phone = Annotated[str, Field(pattern=r"^\+\d{6,15}$")]
Handle = Annotated[str, Field(pattern=r"^(viber|whatsapp|telegram|instagram|facebook):.+$")]
Code = Annotated[str, AfterValidator(_known)]


class WageLabel(RuleData):
    """What the work pays, as `crawler.assessment.Wage`."""

    min: float | None
    max: float | None
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    unit: WageUnit
    net: StrictBool | None

    @model_validator(mode="after")
    def _holds_an_amount(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a wage needs min or max; write null for no wage")
        return self


class AdLabel(RuleData):
    """What a person read in an ad. All answers are given: one left out would be counted as "nothing"."""

    is_job_ad: StrictBool
    abroad: StrictBool
    destinations: list[Country]
    wage: WageLabel | None
    phones: list[Phone]
    emails: list[str]
    handles: list[Handle]
    mediator_name: str | None
    mediator_kind: MediatorKind
    indicators: list[Code]


Label = TypeVar("Label", AdLabel, str)


@dataclass(frozen=True, slots=True)
class Labelled(Generic[Label]):
    """An ad, and what a person says of it."""

    ad: Ad
    label: Label


def read_labelled_ads(path: Path) -> list[Labelled[AdLabel]]:
    """Ads with `label`. Raises UsageError, naming line and field, where one cannot be used."""
    return _read(path, _ad_label)


def read_labelled_series(path: Path) -> list[Labelled[str]]:
    """Ads with `series`, the offer they are copies of. Raises UsageError, naming line and field."""
    return _read(path, _series_label)


def _series_label(given: dict[str, Any], number: int) -> str:
    series = given.get("series")
    if series is None or series == "":
        raise UsageError(f"line {number}: series: missing")
    if not isinstance(series, str | int) or isinstance(series, bool):
        raise UsageError(f"line {number}: series: neither a text nor a whole number")
    return str(series)


def _read(path: Path, label_of: Callable[[dict[str, Any], int], Label]) -> list[Labelled[Label]]:
    lines: dict[str, int] = {}
    read = list(_labelled(path, label_of, lines))
    if not read:
        raise UsageError(f"{path} holds no ads")
    return read


def _labelled(
    path: Path, label_of: Callable[[dict[str, Any], int], Label], lines: dict[str, int]
) -> Iterator[Labelled[Label]]:
    for number, given in read_objects(path):
        ad = given_ad(given, number)
        if ad.id in lines:
            raise UsageError(f"line {number}: id: {ad.id} stands in line {lines[ad.id]} already")
        lines[ad.id] = number
        yield Labelled(ad, label_of(given, number))


def _ad_label(given: dict[str, Any], number: int) -> AdLabel:
    if "label" not in given:
        raise UsageError(f"line {number}: label: missing")
    try:
        return AdLabel.model_validate(given["label"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in ("label", *first["loc"]))
        raise UsageError(f"line {number}: {where}: {_reason(first)}") from error


def _reason(error: ErrorDetails) -> str:
    if error["type"] in _REASONS:
        return _REASONS[error["type"]]
    own = error.get("ctx", {}).get("error")
    return str(own) if isinstance(own, ValueError) else error["msg"]
