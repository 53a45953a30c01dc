"""Whether a complaint is proposed to the person who decides, to whom and why. Nothing is ever sent from here."""

from __future__ import annotations

from datetime import date

from crawler.assessment import Mediator, MediatorKind, Proposal, RegisterAnswer, Verdict

POLICE, MARKET, LABOUR = "policija_uput", "trzisna_inspekcija", "inspektorat_za_rad"
_LABOUR_MATTERS = {
    "undeclared_pay": "oglas navodi isplatu ili rad bez prijave",
    "minors_accepted": "oglas poziva i maloletna lica",
}
_REFERRAL_REASON = "oglas sadrži navode zbog kojih se slučaj prvo upućuje policiji ili tužilaštvu"


def propose(
    *,
    offers_work_abroad: bool,
    mediator: Mediator,
    register: RegisterAnswer,
    findings: frozenset[str],
    referral: tuple[str, ...],
) -> Proposal:
    """A proposal where a fresh register knows no valid licence for a mediator of work abroad, or on a hard trigger."""
    unlicensed = offers_work_abroad and register.lacks_licence and mediates(mediator, findings)
    if not unlicensed and not (referral and offers_work_abroad):
        return Proposal()
    recipients = [POLICE] if referral else []
    why = [_REFERRAL_REASON] if referral else []
    if unlicensed:
        recipients.append(MARKET)
        why.append(_licence_reason(register))
        labour = [reason for code, reason in _LABOUR_MATTERS.items() if code in findings]
        recipients += [LABOUR] if labour else []
        why += labour
    return Proposal(True, tuple(recipients), tuple(why))


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
