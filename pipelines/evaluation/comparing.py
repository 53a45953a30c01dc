"""One ad: what a person read in it beside what the program read. Sums over many ads are `measuring_ads`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from operator import eq

from crawler.assessment import Assessment, Indicator, RiskLevel, Wage
from pipelines.evaluation.counting import Found
from pipelines.evaluation.labels import AdLabel, Labelled, WageLabel
from pipelines.text.folding import fold_key

_LEGAL_FORM = re.compile(
    r"\b(?:d\W{0,2}o\W{0,2}o|a\W?d|p\W?r|s\W?[zt]\W?r|o\W?d|k\W?d|s\W?r\W?[ol]|sp\W{0,2}z\W{0,2}o\W{0,2}o|gmbh|ag|kg|ug"
    r"|kft|zrt|ltd|llc|inc|b\W?v|n\W?v|s\W?a|s\W?p\W?a|e\W?o?\W?o\W?d|agencija(?: za zaposljavanje)?|agency)\b"
)
_SHARED_WORDS = 0.6
CONTACTS = ("phones", "emails", "handles")


class Field(StrEnum):
    """What is asked about an ad with one answer."""

    IS_JOB_AD = "is_job_ad"
    ABROAD = "abroad"
    DESTINATIONS = "destinations"
    WAGE = "wage"
    MEDIATOR_NAME = "mediator_name"
    MEDIATOR_KIND = "mediator_kind"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A field or a kind of contact that was read otherwise."""

    field: str
    expected: object
    got: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """One ad read twice."""

    id: str
    label: AdLabel
    asked: Mapping[Field, bool]
    """The fields that this ad answers, and whether the answer is right."""
    contacts: Mapping[str, Found]
    mistakes: tuple[Mistake, ...]
    found: frozenset[str]
    """Codes of indicators; none where a person saw no job ad, for then only that is wrong."""
    missed: tuple[str, ...]
    extra: tuple[Indicator, ...]
    unequal_quotes: int
    """Quotes that are not the slice of the text they claim to be."""
    level: RiskLevel
    score: float

    @property
    def is_right(self) -> bool:
        """Both say the same."""
        return not (self.mistakes or self.missed or self.extra or self.unequal_quotes)


@dataclass(frozen=True, slots=True)
class _Question:
    field: Field
    is_asked: Callable[[AdLabel], bool]
    expected: Callable[[AdLabel], object]
    got: Callable[[Assessment], object]
    agree: Callable[[object, object], object] = eq


def compare(labelled: Labelled[AdLabel], read: Assessment) -> Comparison:
    """The label beside the assessment of the same ad."""
    label, text = labelled.label, labelled.ad.full_text
    asked = {question: question.agree(question.expected(label), question.got(read)) for question in _asked(label)}
    contacts = {kind: (_lowered(getattr(label, kind)), _lowered(getattr(read.contacts, kind))) for kind in CONTACTS}
    wrong = [Mistake(one.field, one.expected(label), one.got(read)) for one, is_right in asked.items() if not is_right]
    wrong += [Mistake(kind, want, got) for kind, (want, got) in contacts.items() if want != got]
    found = read.indicators if label.is_job_ad else ()
    codes = frozenset(one.code for one in found)
    return Comparison(
        id=labelled.ad.id,
        label=label,
        asked={question.field: bool(is_right) for question, is_right in asked.items()},
        contacts={kind: Found.of(got, want) for kind, (want, got) in contacts.items()},
        mistakes=tuple(wrong),
        found=codes,
        missed=tuple(code for code in label.indicators if code not in codes) if label.is_job_ad else (),
        extra=tuple(one for one in found if one.code not in label.indicators),
        unequal_quotes=sum(not _is_slice(one, text) for one in read.indicators),
        level=read.risk.level,
        score=read.risk.score,
    )


def is_same_name(one: object, other: object) -> bool:
    """The same name but for case, script, diacritics and legal form, or at least 60% of all their words shared.

    So a seat or a word for the trade, given by one only, makes no other name of a long one.
    """
    first, second = _name_words(one), _name_words(other)
    if not first or not second:
        return first == second
    return len(first & second) / len(first | second) >= _SHARED_WORDS


def _name_words(name: object) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", _LEGAL_FORM.sub(" ", fold_key(str(name or "")))))


def _asked(label: AdLabel) -> list[_Question]:
    return [question for question in _QUESTIONS if question.is_asked(label)]


def _wage_answer(wage: Wage | WageLabel | None) -> str | None:
    if wage is None:
        return None
    low, high = ("" if bound is None else f"{bound:.2f}".removesuffix(".00") for bound in (wage.min, wage.max))
    return f"{low if low == high else f'{low}–{high}'} {wage.currency} {wage.unit}"


def _lowered(values: list[str] | tuple[str, ...]) -> list[str]:
    return sorted({value.lower() for value in values})


def _is_slice(found: Indicator, text: str) -> bool:
    return found.start is None or text[found.start : found.end] == found.quote


def _is_job_ad(label: AdLabel) -> bool:
    return label.is_job_ad


_QUESTIONS = (
    _Question(Field.IS_JOB_AD, lambda _: True, lambda label: label.is_job_ad, lambda read: read.is_job_ad),
    _Question(Field.ABROAD, lambda _: True, lambda label: label.abroad, lambda read: read.abroad),
    _Question(
        Field.DESTINATIONS,
        lambda label: label.is_job_ad and label.abroad,
        lambda label: sorted(set(label.destinations)),
        lambda read: sorted(set(read.destinations)),
    ),
    _Question(Field.WAGE, _is_job_ad, lambda label: _wage_answer(label.wage), lambda read: _wage_answer(read.wage)),
    _Question(
        Field.MEDIATOR_NAME,
        _is_job_ad,
        lambda label: label.mediator_name,
        lambda read: read.mediator.name,
        agree=is_same_name,
    ),
    _Question(
        Field.MEDIATOR_KIND, _is_job_ad, lambda label: label.mediator_kind.value, lambda read: read.mediator.kind.value
    ),
)
