"""The heart: what an ad says and what that amounts to. Pure; the register and the day are parameters.

The nightly run, `adwatch reassess`, the hotline check and `adwatch check` all call `assess`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from crawler.assessment import Ad, Assessment, Contacts, Mediator, RegisterAnswer
from crawler.register import Register
from pipelines.indicators.derived import derive_indicators, has_street_address
from pipelines.indicators.engine import find_indicators
from pipelines.indicators.rules import ORDER
from pipelines.judging.hard_triggers import ABROAD, find_triggers
from pipelines.judging.proposing import mediates, propose
from pipelines.packaged import rules_version
from pipelines.reading.brands import KnownBrands, find_impersonation
from pipelines.reading.classifying import offers_work
from pipelines.reading.contacts import HOME_CODE, contact_countries, find_contacts, find_phones
from pipelines.reading.identity import find_mediator
from pipelines.reading.languages import language_of, script_of
from pipelines.reading.places import find_whereabouts
from pipelines.reading.terms import states_contract, states_hours
from pipelines.reading.wages import FoundWage, find_wage
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.names import name_key
from pipelines.risk import (
    IMPERSONATION,
    UNLICENSED,
    find_referrals,
    judge_danger,
    judge_risk,
    quote_referrals,
)
from pipelines.text.folding import fold
from pipelines.text.phrases import AdText, read_text

RULES_VERSION = rules_version()
KEY_LENGTH = 200
"""Longest key of a mediator that the store keeps."""


def assess(ad: Ad, register: Register | None, *, on: date, brands: KnownBrands | None = None) -> Assessment:
    """Everything the ad says, with quotes, and how worrying it is on that day by that register.

    Without a register nothing is said about a licence. A text that offers no work keeps its contacts and the hard
    triggers that it says, and nothing else. `brands`: well-known employers, the packaged ones by default.
    """
    text = read_text(ad.full_text)
    phones = find_phones(text.text)
    contacts = find_contacts(text, phones=phones, outside=fold(ad.contact).text if ad.contact else "")
    bare = Assessment(
        id=ad.id,
        is_job_ad=False,
        abroad=False,
        risk=judge_risk(frozenset()),
        script=script_of(ad.full_text),
        language=language_of(text),
        contacts=contacts,
    )
    if not offers_work(text):
        return _listen(bare, text)
    title_end = len(fold(ad.title).text) if ad.title else 0
    where = find_whereabouts(text, title_end=title_end, hints=contact_countries(contacts))
    taken = [(phone.start, phone.end) for phone in phones]
    wage = find_wage(text, taken=taken, countries=where.destinations)
    at_home = where.abroad and bool(phones) and all(phone.value.startswith(HOME_CODE) for phone in phones)
    mediator = find_mediator(text, organization=ad.organization, recruits_at_home=at_home)
    mediator = replace(mediator, possible_impersonation=find_impersonation(text, mediator, contacts, brands))
    said = replace(
        bare,
        is_job_ad=True,
        abroad=where.abroad,
        destinations=where.destinations,
        mediator=mediator,
        wage=wage.wage if wage else None,
        not_stated=_not_stated(text, wage, mediator),
    )
    answer = match(query_of(mediator, contacts), register, on=on)
    return _judge(said, text, wage, answer, is_published=_is_on_the_web(ad.url))


def _listen(bare: Assessment, text: AdText) -> Assessment:
    """A text that offers no work, with what it says of danger to somebody."""
    spoken = find_triggers(text, offers_work=False, is_abroad=lambda: _is_set_abroad(text, bare.contacts))
    if not spoken:
        return bare
    referral = find_referrals(frozenset(spoken))
    return replace(
        bare,
        risk=judge_danger(frozenset(spoken)),
        referral=referral,
        referral_quotes=quote_referrals(referral, spoken),
    )


def _is_set_abroad(text: AdText, contacts: Contacts) -> bool:
    return find_whereabouts(text, hints=contact_countries(contacts)).abroad


def _judge(
    said: Assessment, text: AdText, wage: FoundWage | None, answer: RegisterAnswer, *, is_published: bool
) -> Assessment:
    """What the ad says, with what it amounts to."""
    derived = derive_indicators(
        text, wage=wage, destinations=said.destinations, contacts=said.contacts, mediator=said.mediator
    )
    found = {**find_indicators(text), **derived}
    spoken = find_triggers(text, offers_work=True, is_abroad=lambda: said.abroad)
    codes = frozenset(found)
    findings = codes | frozenset(spoken) | _of_publisher(said, answer, codes)
    referral = find_referrals(findings | {ABROAD} if said.abroad else findings)
    complaint = propose(
        offers_work_abroad=said.abroad,
        mediator=said.mediator,
        register=answer,
        findings=codes,
        referral=referral,
        is_published=is_published,
    )
    return replace(
        said,
        register=answer,
        indicators=tuple(found[code] for code in ORDER if code in found),
        risk=judge_risk(findings),
        referral=referral,
        referral_quotes=quote_referrals(referral, {**found, **spoken}),
        complaint=complaint,
    )


def _is_on_the_web(url: str | None) -> bool:
    """A person may have brought the ad; then its address names a record, and no page."""
    return url is not None and url.startswith(("http://", "https://"))


def _of_publisher(said: Assessment, answer: RegisterAnswer, codes: frozenset[str]) -> frozenset[str]:
    """Findings on who publishes the offer."""
    facts = {
        UNLICENSED: said.abroad and answer.lacks_licence and mediates(said.mediator, codes),
        IMPERSONATION: said.mediator.possible_impersonation is not None,
    }
    return frozenset(finding for finding, holds in facts.items() if holds)


def mediator_key(assessment: Assessment) -> str:
    """What cases of one mediator share: the folded name, else the first contact, else `unidentified`."""
    contacts, name = assessment.contacts, assessment.mediator.name
    if name and (key := name_key(name)):
        return key[:KEY_LENGTH]
    for kind, values in (("phone", contacts.phones), ("handle", contacts.handles), ("email", contacts.emails)):
        if values:
            return f"{kind}:{values[0]}"[:KEY_LENGTH]
    return "unidentified"


def query_of(mediator: Mediator, contacts: Contacts) -> MediatorQuery:
    """What the register is asked about whoever publishes the ad."""
    return MediatorQuery(
        name=mediator.name,
        pib=mediator.pib,
        mb=mediator.mb,
        licence=mediator.licence,
        phones=contacts.phones,
        emails=contacts.emails,
        urls=contacts.urls,
        kind=mediator.kind,
    )


def _not_stated(text: AdText, wage: FoundWage | None, mediator: Mediator) -> tuple[str, ...]:
    stated = {
        "employer": mediator.name is not None,
        "wage": wage is not None,
        "hours": states_hours(text),
        "contract": states_contract(text),
        "address": has_street_address(text),
    }
    return tuple(what for what, is_stated in stated.items() if not is_stated)
