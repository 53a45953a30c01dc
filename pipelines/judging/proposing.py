"""Whether a complaint is proposed to the person who decides, to whom and why. Nothing is ever sent from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from crawler.assessment import Mediator, MediatorKind, Proposal, RegisterAnswer, Verdict

POLICE, CENTRE, CONSULAR = "policija_uput", "centar_za_zastitu_zrtava", "msp_konzularni"
MARKET, MINISTRY, PORTAL = "trzisna_inspekcija", "ministarstvo_rada", "obavestenje_portalu"
LABOUR, EQUALITY = "inspektorat_za_rad", "poverenik_ravnopravnost"
_LABOUR_MATTERS = {
    "undeclared_pay": "oglas navodi isplatu ili rad bez prijave",
    "minors_accepted": "oglas poziva i maloletna lica",
}
_HARM_ABROAD = {"in_need_abroad": "oglas navodi da je neko u inostranstvu u nevolji"}
_EQUALITY_MATTERS = {"gender_age_targeting": "oglas navodi uslov u pogledu pola ili godina"}
_REFERRAL_REASON = "oglas sadrži navode zbog kojih se slučaj prvo upućuje policiji ili tužilaštvu"


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
    recipients, why = [], []
    if referral:
        harm = _reasons(_HARM_ABROAD, referral)
        recipients += [POLICE, CENTRE, *([CONSULAR] if harm else [])]
        why += [_REFERRAL_REASON, *harm]
    if unlicensed:
        labour, equality = _reasons(_LABOUR_MATTERS, findings), _reasons(_EQUALITY_MATTERS, findings)
        recipients += [MARKET, MINISTRY, *([PORTAL] if is_published else [])]
        recipients += [*([LABOUR] if labour else []), *([EQUALITY] if equality else [])]
        why += [_licence_reason(register), *labour, *equality]
    return Proposal(True, tuple(recipients), tuple(why))


def _reasons(matters: Mapping[str, str], said: Collection[str]) -> list[str]:
    return [reason for code, reason in matters.items() if code in said]


def mediates(mediator: Mediator, findings: frozenset[str]) -> bool:
    """An agency, or somebody who may well be one. An employer hiring for itself needs no licence for that."""
    if mediator.kind is MediatorKind.EMPLOYER:
        return False
    if mediator.kind is MediatorKind.INDIVIDUAL:
        return not findings.isdisjoint(("licence_disclaimer", "upfront_fee"))
    return True


def _licence_reason(register: RegisterAnswer) -> str:
    day = f"na dan {_written(register.as_of)}" if register.as_of else "u registru"
    if register.verdict is Verdict.EXPIRED:
        return f"{day} dozvola posrednika je u registru navedena kao istekla"
    if register.verdict is Verdict.REVOKED:
        return f"{day} dozvola posrednika je u registru navedena kao oduzeta ili ugašena"
    return f"{day} posrednik nije pronađen u registru agencija sa dozvolom"


def _written(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}."
