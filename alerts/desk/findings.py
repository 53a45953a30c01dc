"""What the desk shows of an assessment: explained findings, marked text, and the register's answer as a badge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from alerts.desk.quotes import Piece, Span, mark_quotes, shift
from alerts.wording import wording
from crawler.assessment import Ad, Assessment, Indicator, RegisterAnswer, Verdict
from crawler.store.register import SnapshotRow
from pipelines.indicators import IndicatorDescription, describe
from pipelines.indicators.rules import rules
from pipelines.judging.hard_triggers import triggers
from pipelines.judging.proposing import read_proposal_reason
from pipelines.reading.brands import read_impersonation
from pipelines.register.reasons import read_reasons
from pipelines.register.wording import answer_sentence
from pipelines.risk import rests_on, spoken_triggers


@dataclass(frozen=True, slots=True)
class Finding:
    """All that one indicator, or one hard trigger with words of its own, found in a text."""

    number: int
    """From 1, in the order of the page."""
    code: str
    title: str
    why: str
    reference: str
    weight: float | None
    """From 0 to 1: how much it adds to the risk; None: the program no longer has this rule."""
    quotes: tuple[str, ...]
    """What the ad says; empty where it follows from the whole ad."""
    anchor: str | None
    """Id of the first mark of it on the page; None: no quote of it is marked."""
    is_on_picture: bool
    """A quote of it was read by machine on a picture."""
    refers: bool
    """A hard trigger: the case goes to police or prosecutor first."""


@dataclass(frozen=True, slots=True)
class HardTrigger:
    """One reason why police or prosecutor come first."""

    code: str
    title: str
    quote: str | None
    rule: str
    """The indicator or trigger whose file says when it counts."""


@dataclass(frozen=True, slots=True)
class MarkedAd:
    """Title and text of an ad in pieces, with the findings they quote."""

    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    pictures: tuple[tuple[Piece, ...], ...]
    """What was read on each picture that was judged."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RegisterBadge:
    """The register's answer for people."""

    verdict: str
    """A verdict's value, `unchecked`, or `stale`: then nothing is said about anybody (rule 3)."""
    sentence: str
    """The answer as a colleague would say it."""


def as_sentences(assessment: Assessment) -> Assessment:
    """The same assessment, its reasons as sentences of ours where they were kept as text."""
    mediator, complaint = assessment.mediator, assessment.complaint
    if named := mediator.possible_impersonation:
        mediator = replace(mediator, possible_impersonation=replace(named, why=read_impersonation(named.why)))
    return replace(
        assessment,
        mediator=mediator,
        register=read_reasons(assessment.register),
        complaint=replace(complaint, why=tuple(map(read_proposal_reason, complaint.why))),
    )


def order_codes(assessment: Assessment) -> list[str]:
    """Codes of triggers and indicators, each once: those that call for police or prosecutor first."""
    found = list(dict.fromkeys(finding.code for finding in _found_in(assessment)))
    grave = grave_codes(assessment)
    return sorted(found, key=lambda code: code not in grave)


def grave_codes(assessment: Assessment) -> frozenset[str]:
    """Findings on which the assessment's hard triggers rest."""
    return frozenset(map(rests_on, assessment.referral))


def hard_triggers(assessment: Assessment) -> tuple[HardTrigger, ...]:
    """Why police or prosecutor come first, with the words that say it, as far as they were kept."""
    quotes = {found.code: found.quote for found in assessment.referral_quotes}
    return tuple(
        HardTrigger(code=code, title=wording().of_trigger(code), quote=quotes.get(code), rule=rests_on(code))
        for code in assessment.referral
    )


def _found_in(assessment: Assessment) -> tuple[Indicator, ...]:
    return (*spoken_triggers(assessment), *assessment.indicators)


def titles_of(codes: Sequence[str]) -> list[str]:
    """Serbian titles of triggers and indicators."""
    return [_explain(code).title for code in codes]


def known_findings() -> dict[str, str]:
    """Serbian titles of all triggers and indicators, by code."""
    return {code: _explain(code).title for code in (*triggers(), *rules())}


def mark_ad(ad: Ad, assessment: Assessment) -> MarkedAd:
    """The ad with its quotes marked. A quote that is not at its place in this text is listed and not marked."""
    whole, said = ad.full_text, len(ad.said_text)
    numbers = {code: number for number, code in enumerate(order_codes(assessment), 1)}
    spans = [
        Span(found.start, found.end, numbers[found.code])
        for found in _found_in(assessment)
        if found.start is not None and found.end is not None and whole[found.start : found.end] == found.quote
    ]
    on_pictures = {span.finding for span in spans if ad.ocr_texts and span.start >= ad.ocr_starts[0]}
    title = tuple(mark_quotes(ad.title, spans)) if ad.title else ()
    text = tuple(mark_quotes(ad.text, shift(spans, len(ad.text) - said)))
    pictures = tuple(
        tuple(mark_quotes(picture, shift(spans, -start)))
        for picture, start in zip(ad.ocr_texts, ad.ocr_starts, strict=True)
    )
    on_picture = ((f"slika-{place}", one) for place, one in enumerate(pictures, 1))
    anchors = _anchors([("naslov", title), ("tekst", text), *on_picture])
    return MarkedAd(
        title=title,
        text=text,
        pictures=pictures,
        findings=tuple(
            _finding(number, code, assessment, anchor=anchors.get(number), is_on_picture=number in on_pictures)
            for code, number in numbers.items()
        ),
    )


def _anchors(places: Sequence[tuple[str, Sequence[Piece]]]) -> dict[int, str]:
    """By finding the id of its first mark, as the template `parts.html` gives them out."""
    found: dict[int, str] = {}
    for place, pieces in places:
        for index, piece in enumerate(pieces):
            for number in piece.begins:
                found.setdefault(number, f"navod-{place}-{index}")
    return found


def badge_of(
    answer: RegisterAnswer, *, today: date, stale_after_days: int, newest: SnapshotRow | None = None
) -> RegisterBadge:
    """The answer as it may be shown today: on a list that has become too old it says nothing about anybody.

    `newest` is the newest register: if the answer rests on it, a later day on which it was seen unchanged counts.
    """
    rests_on_newest = newest is not None and (newest.snapshot, newest.as_of) == (answer.snapshot, answer.as_of)
    known_on = newest.known_on if newest and rests_on_newest else answer.as_of
    too_old = known_on is not None and (today - known_on).days > stale_after_days
    return fresh_badge(replace(answer, stale=answer.stale or too_old))


def fresh_badge(answer: RegisterAnswer) -> RegisterBadge:
    """An answer of this moment, which knows itself whether its list is too old."""
    return RegisterBadge(_badge(answer), answer_sentence(answer))


def _badge(answer: RegisterAnswer) -> str:
    if answer.verdict is None:
        return "unchecked"
    if answer.stale and answer.verdict is not Verdict.UNIDENTIFIED:
        return "stale"
    return answer.verdict.value


def _finding(number: int, code: str, assessment: Assessment, *, anchor: str | None, is_on_picture: bool) -> Finding:
    described = _explain(code)
    of_code = [found for found in _found_in(assessment) if found.code == code]
    return Finding(
        number=number,
        code=code,
        title=described.title,
        why=described.why,
        reference=described.reference,
        weight=_weight(code),
        quotes=tuple(dict.fromkeys(found.quote.strip() for found in of_code if found.quote)),
        anchor=anchor,
        is_on_picture=is_on_picture,
        refers=code in grave_codes(assessment),
    )


def _weight(code: str) -> float | None:
    rule = rules().get(code) or triggers().get(code)
    return rule.weight if rule else None


def _explain(code: str) -> IndicatorDescription:
    if trigger := triggers().get(code):
        return IndicatorDescription(trigger.title_sr, trigger.why_sr, trigger.reference)
    if code not in rules():
        # Judged by a program that still had this indicator: what it found stays readable.
        return IndicatorDescription(title=code, why="", reference="")
    return describe(code)
