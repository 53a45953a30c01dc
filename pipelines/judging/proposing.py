"""Whether a complaint is proposed to the person who decides, to whom and why. Nothing is ever sent from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crawler.assessment import Mediator, MediatorKind, Proposal, RegisterAnswer, Verdict
from pipelines.text.sentences import Day, Pattern, read_sentences

POLICE, CENTRE, CONSULAR = "policija_uput", "centar_za_zastitu_zrtava", "msp_konzularni"
MARKET, MINISTRY, PORTAL = "trzisna_inspekcija", "ministarstvo_rada", "obavestenje_portalu"
LABOUR, EQUALITY = "inspektorat_za_rad", "poverenik_ravnopravnost"


class ProposalReason(Pattern):
    """Why a complaint is proposed."""

    REFERRAL = "oglas sadrži navode zbog kojih se slučaj prvo upućuje policiji ili tužilaštvu"
    UNDECLARED = "oglas navodi isplatu ili rad bez prijave"
    MINORS = "oglas poziva i maloletna lica"
    IN_NEED = "oglas navodi da je neko u inostranstvu u nevolji"
    EQUALITY = "oglas navodi uslov u pogledu pola ili godina"
    EXPIRED = "%(when)s dozvola posrednika je u registru navedena kao istekla"
    REVOKED = "%(when)s dozvola posrednika je u registru navedena kao oduzeta ili ugašena"
    NOT_FOUND = "%(when)s posrednik nije pronađen u registru agencija sa dozvolom"


class When(Pattern):
    """On which list a reason rests."""

    DATED = "na dan %(day)s"
    UNDATED = "u registru"


_LABOUR_MATTERS = {"undeclared_pay": ProposalReason.UNDECLARED, "minors_accepted": ProposalReason.MINORS}
_HARM_ABROAD = {"in_need_abroad": ProposalReason.IN_NEED}
_EQUALITY_MATTERS = {"gender_age_targeting": ProposalReason.EQUALITY}


def propose(
    *,
    offers_work_abroad: bool,
    mediator: Mediator,
    register: RegisterAnswer,
    findings: frozenset[str],
    referral: tuple[str, ...],
    is_published: bool = False,
) -> Proposal:
    """A proposal where a fresh register knows no valid licence for a mediator of work abroad, or on a hard trigger.

    The main recipient comes first. `is_published`: the ad stands at an address, so that whoever shows it can be told.
    """
    unlicensed = offers_work_abroad and register.lacks_licence and mediates(mediator, findings)
    if not unlicensed and not (referral and offers_work_abroad):
        return Proposal()
    recipients: list[str] = []
    why: list[str] = []
    if referral:
        harm = _reasons(_HARM_ABROAD, referral)
        recipients += [POLICE, CENTRE, *([CONSULAR] if harm else [])]
        why += [ProposalReason.REFERRAL(), *harm]
    if unlicensed:
        labour, equality = _reasons(_LABOUR_MATTERS, findings), _reasons(_EQUALITY_MATTERS, findings)
        recipients += [MARKET, MINISTRY, *([PORTAL] if is_published else [])]
        recipients += [*([LABOUR] if labour else []), *([EQUALITY] if equality else [])]
        why += [_licence_reason(register), *labour, *equality]
    return Proposal(True, tuple(recipients), tuple(why))


def _reasons(matters: Mapping[str, ProposalReason], said: Collection[str]) -> list[str]:
    return [reason() for code, reason in matters.items() if code in said]


def mediates(mediator: Mediator, findings: frozenset[str]) -> bool:
    """An agency, or somebody who may well be one. An employer hiring for itself needs no licence for that."""
    if mediator.kind is MediatorKind.EMPLOYER:
        return False
    if mediator.kind is MediatorKind.INDIVIDUAL:
        return not findings.isdisjoint(("licence_disclaimer", "upfront_fee"))
    return True


def _licence_reason(register: RegisterAnswer) -> str:
    as_of = register.as_of
    when = When.DATED(day=Day(as_of, f"{as_of.day}.{as_of.month}.{as_of.year}.")) if as_of else When.UNDATED()
    match register.verdict:
        case Verdict.EXPIRED:
            return ProposalReason.EXPIRED(when=when)
        case Verdict.REVOKED:
            return ProposalReason.REVOKED(when=when)
        case _:
            return ProposalReason.NOT_FOUND(when=when)


def read_proposal_reason(text: str) -> str:
    """A reason that was kept as text, as a sentence again; as it is where other words were used then."""
    return read_sentences(text, ProposalReason, {"when": When})
