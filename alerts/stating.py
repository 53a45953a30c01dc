"""Telling what the store knows about a case as the facts of a draft. Pure: values in, values out.

Reading the store, and whether a draft may be made at all, is the business of `alerts.gathering`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlsplit

from alerts.document import Verbatim
from alerts.evidence import number_evidence
from alerts.facts import (
    Authority,
    Brought,
    CitedProvision,
    DraftFacts,
    EvidenceItem,
    Limitation,
    NearName,
    Partner,
    PictureText,
    Place,
    RegisterCheck,
    SnapshotFacts,
    Statement,
    Subject,
    Submitter,
)
from alerts.law import CaseTraits, Law, Part, Provision, ProvisionStatus
from alerts.recipients import Recipient, find_recipient, split_recipient
from alerts.wording import country_name, wording
from crawler.assessment import Assessment, Indicator
from crawler.belgrade import BELGRADE, day_in_belgrade
from crawler.config import Organisation
from crawler.errors import ConfigError, DraftError
from crawler.evidence.warc import Capture
from crawler.personal_numbers import redact_jmbg
from crawler.store.drafts import CaseAd, CaseSighting, LeadingAd, Snapshot
from crawler.store.images import AdPicture
from crawler.store.intakes import Intake
from pipelines.risk import spoken_triggers

MAX_AD_CHARACTERS = 6000
MAX_QUOTE_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    """What the store knows about a case, all of it read before anything is said."""

    case_id: int
    leading: LeadingAd
    ads: tuple[CaseAd, ...]
    """All ads of the case, oldest first, the leading one among them."""
    sightings: tuple[CaseSighting, ...]
    captures: dict[int, Capture]
    """By row id; their bytes were verified."""
    snapshot: Snapshot | None
    intakes: Mapping[int, Intake] = field(default_factory=dict)
    """By ad: how those came that a person brought."""


def state_facts(
    material: CaseMaterial, recipient_id: str, *, organisation: Organisation, law: Law, now: datetime, stale: bool
) -> DraftFacts:
    """Tells the material as facts. Raises DraftError where a quote does not stand in the ad."""
    recipient, judged, ad = find_recipient(recipient_id), material.leading.assessment, material.leading.ad
    items = number_evidence(_ordered_captures(material))
    places = tuple(_place(one, material, items) for one in material.ads)
    traits = _traits(recipient, judged, stale=stale)
    lines, shortened = _lines(ad.text)
    leading_number = _number_of(ad.capture_id, material, items)
    of_pictures = {picture.capture_id: _number_of(picture.capture_id, material, items) for picture in ad.pictures}
    return DraftFacts(
        case_id=material.case_id,
        number=Verbatim(f"{material.case_id}/{now.astimezone(BELGRADE).year}"),
        made_at=now,
        submitter=state_submitter(organisation),
        authority=_authority(recipient_id, recipient, places[0].portal),
        subject=_subject(judged),
        triggers=tuple(dict.fromkeys(wording().of_trigger(code) for code in judged.referral)),
        places=places,
        destinations=tuple(country_name(code) for code in judged.destinations),
        statements=_statements(judged, ad, of_pictures),
        picture_texts=_picture_texts(ad, of_pictures),
        not_stated=tuple(wording().of_omission(code) for code in judged.not_stated),
        register_check=_register_check(judged, material.snapshot, stale=stale),
        provisions=_cited(law, Part.BASIS, traits),
        limitation=_limitation(places, now),
        limitation_provisions=_cited(law, Part.LIMITATION, traits),
        notice_provisions=_cited(law, Part.NOTICE, traits),
        fee_provisions=_cited(law, Part.FEE, traits),
        privacy_provisions=_cited(law, Part.PRIVACY, traits),
        evidence=items,
        leading_evidence=leading_number,
        annexes=_annexes(leading_number, material.snapshot),
        ad_lines=lines,
        ad_shortened=shortened,
        set_aside=_set_aside(law, traits),
        partners=tuple(_partners(recipient, judged.destinations)),
    )


def _traits(recipient: Recipient, judged: Assessment, *, stale: bool) -> CaseTraits:
    """By what the law is chosen; on a stale list the register says nothing about anybody."""
    return CaseTraits(
        topics=recipient.topics,
        verdict=None if stale else judged.register.verdict,
        mediator_kind=judged.mediator.kind,
        indicators=frozenset(indicator.code for indicator in judged.indicators),
    )


def picture_at(ad: CaseAd, start: int | None) -> AdPicture | None:
    """The picture on which a quote that begins there was read; None for the page's own words."""
    begun = [picture for picture, at in zip(ad.pictures, ad.judged.ocr_starts, strict=True) if at <= (start or 0)]
    return begun[-1] if begun and start is not None else None


def evidence_ids(ads: Iterable[CaseAd], sightings: Sequence[CaseSighting], intakes: Mapping[int, Intake]) -> list[int]:
    """Captures that a draft names: of each ad all that it rests on, and the last that saw it.

    Of an ad that a person brought also the page at the address that they name, where it was fetched.
    """
    pages = {ad_id: intake.page_capture_id for ad_id, intake in intakes.items()}
    last = {sighting.ad_id: sighting.capture_id for sighting in sightings}
    named = [
        capture_id
        for ad in ads
        for capture_id in (*ad.capture_ids, last.get(ad.ad_id, ad.capture_id), pages.get(ad.ad_id))
        if capture_id is not None
    ]
    return list(dict.fromkeys(named))


def _ordered_captures(material: CaseMaterial) -> list[Capture]:
    leading = material.leading.ad
    ids = evidence_ids((leading, *material.ads), material.sightings, material.intakes)
    return [material.captures[capture_id] for capture_id in ids if capture_id in material.captures]


def _number_of(capture_id: int, material: CaseMaterial, items: Iterable[EvidenceItem]) -> int:
    record_id = material.captures[capture_id].record_id
    return next(item.number for item in items if item.record_id == record_id)


def _place(ad: CaseAd, material: CaseMaterial, items: Sequence[EvidenceItem]) -> Place:
    intake = material.intakes.get(ad.ad_id)
    return Place(
        portal=Verbatim(portal_of(ad)),
        url=Verbatim(ad.url),
        title=_quoted(ad.title),
        sightings=tuple(sighting.seen_at for sighting in material.sightings if sighting.ad_id == ad.ad_id),
        evidence=_number_of(ad.capture_id, material, items),
        last_evidence=_number_of(_last_capture(ad, material), material, items),
        brought=_brought(intake, material, items) if intake else None,
    )


def _brought(intake: Intake, material: CaseMaterial, items: Sequence[EvidenceItem]) -> Brought:
    page = intake.page_capture_id
    return Brought(
        seen_url=Verbatim(intake.seen_url) if intake.seen_url else None,
        seen_on=intake.seen_on,
        page=_number_of(page, material, items) if page is not None else None,
    )


def _last_capture(ad: CaseAd, material: CaseMaterial) -> int:
    """The capture that saw the ad last, where its bytes were verified; else the ad's own."""
    last = [sighting.capture_id for sighting in material.sightings if sighting.ad_id == ad.ad_id][-1:]
    return last[0] if last and last[0] in material.captures else ad.capture_id


def _limitation(places: Iterable[Place], now: datetime) -> Limitation | None:
    """One year after the program last saw the ad, whichever copy that was; None where it saw none itself."""
    seen = [place for place in places if place.brought is None]
    if not seen:
        return None
    latest = max(seen, key=lambda place: place.last_seen)
    ends_on = _a_year_after(day_in_belgrade(latest.last_seen))
    left = (ends_on - day_in_belgrade(now)).days
    return Limitation(latest.last_seen, latest.last_evidence or latest.evidence, ends_on, left)


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        # 29 February.
        return day.replace(year=day.year + 1, day=28)


def portal_of(ad: CaseAd) -> str:
    """The host of the ad's address; the source's id where the address has none."""
    try:
        return urlsplit(ad.url).netloc or ad.source
    except ValueError:
        # An address such as `http://[oglas` cannot be split.
        return ad.source


def require_submitter(organisation: Organisation, *, what: str) -> None:
    """Raises ConfigError naming what the configuration lacks of who files: these letters have no blanks."""
    needed = organisation.model_dump(exclude={"delivery_address"})
    blank = [key for key, value in needed.items() if not value.strip() or value == Organisation().name]
    if blank:
        lacking = ", ".join(f"organisation.{key}" for key in blank)
        raise ConfigError(f"{what} states who asks; adwatch.yml lacks {lacking}")


def state_submitter(organisation: Organisation) -> Submitter:
    """The organisation as letters name it."""
    return Submitter(
        name=organisation.name,
        seat=organisation.seat,
        mb=organisation.mb,
        pib=organisation.pib,
        representative=organisation.representative,
        email=Verbatim(organisation.email),
        phone=Verbatim(organisation.phone),
        delivery_address=organisation.delivery_address or organisation.seat,
    )


def _authority(recipient_id: str, recipient: Recipient, portal: Verbatim) -> Authority:
    return Authority(
        id=split_recipient(recipient_id)[0],
        kind=recipient.kind,
        name=recipient.authority,
        address=recipient.address,
        subject=recipient.subject,
        measures=recipient.measures,
        addressee=portal if recipient.per_portal else None,
    )


def _subject(judged: Assessment) -> Subject:
    mediator, contacts = judged.mediator, judged.contacts
    return Subject(
        name=_quoted(mediator.name),
        kind=wording().mediator_kinds[mediator.kind],
        pib=_quoted(mediator.pib),
        mb=_quoted(mediator.mb),
        licence=_quoted(mediator.licence),
        phones=tuple(map(Verbatim, contacts.phones)),
        emails=tuple(map(Verbatim, contacts.emails)),
        handles=tuple(map(Verbatim, contacts.handles)),
        urls=tuple(map(Verbatim, contacts.urls)),
    )


def _statements(judged: Assessment, ad: CaseAd, evidence: Mapping[int, int]) -> tuple[Statement, ...]:
    spoken = [_statement(found, wording().of_trigger(found.code), ad, evidence) for found in spoken_triggers(judged)]
    indicators = [_statement(found, wording().of_indicator(found.code), ad, evidence) for found in judged.indicators]
    called_upon = [Statement(wording().impersonation, None)] if judged.mediator.possible_impersonation else []
    return (*spoken, *indicators, *called_upon)


def _picture_texts(ad: CaseAd, evidence: Mapping[int, int]) -> tuple[PictureText, ...]:
    return tuple(PictureText(evidence[picture.capture_id], _lines(picture.text or "")[0]) for picture in ad.pictures)


def _statement(found: Indicator, words: str, ad: CaseAd, evidence: Mapping[int, int]) -> Statement:
    if found.start is not None and ad.judged.full_text[found.start : found.end] != found.quote:
        raise DraftError(f"{ad.url}: the quote for `{found.code}` does not stand in the ad: reassess it")
    picture = picture_at(ad, found.start)
    return Statement(words, _quoted(found.quote), picture=evidence[picture.capture_id] if picture else None)


def _register_check(judged: Assessment, snapshot: Snapshot | None, *, stale: bool) -> RegisterCheck:
    answer, mediator = judged.register, judged.mediator
    searched = (mediator.name, mediator.pib, mediator.mb, mediator.licence, *judged.contacts.phones)
    return RegisterCheck(
        snapshot=_snapshot_facts(snapshot) if snapshot and answer.verdict else None,
        verdict=answer.verdict,
        stale=stale,
        searched=tuple(Verbatim(value) for value in (*searched, *judged.contacts.emails) if value),
        entry=_quoted(answer.entry),
        reasons=answer.reasons,
        nearest=tuple(
            NearName(Verbatim(near.name), f"{round(near.score * 100)}%", near.reasons)
            for near in answer.nearest
            if near.name != answer.entry
        ),
    )


def _snapshot_facts(snapshot: Snapshot) -> SnapshotFacts:
    return SnapshotFacts(
        as_of=snapshot.as_of,
        digest=Verbatim(snapshot.digest),
        file_name=Verbatim(snapshot.file_name),
        imported_at=snapshot.imported_at,
    )


def _cited(law: Law, part: Part, traits: CaseTraits) -> tuple[CitedProvision, ...]:
    return cite(law, law.choose(part, traits))


def _set_aside(law: Law, traits: CaseTraits) -> tuple[CitedProvision, ...]:
    chosen = [one for part in Part for one in law.choose(part, traits, unconfirmed=True)]
    return cite(law, [one for one in chosen if one.status is not ProvisionStatus.CONFIRMED])


def cite(law: Law, provisions: Sequence[Provision]) -> tuple[CitedProvision, ...]:
    """The provisions as letters cite them: those of one law together, in the order in which the laws come first."""
    laws = dict.fromkeys(one.law for one in provisions)
    cited, named = [], set()
    for provision in (one for of_law in laws for one in provisions if one.law == of_law):
        citation = law.citation(provision, in_full=provision.law not in named)
        named.add(provision.law)
        cited.append(CitedProvision(provision.id, citation, provision.stated))
    return tuple(cited)


def _partners(recipient: Recipient, destinations: Iterable[str]) -> Iterator[Partner]:
    for code in destinations:
        for partner in recipient.partners.get(code, ()):
            phone = Verbatim(partner.phone) if partner.phone else None
            yield Partner(country_name(code), Verbatim(partner.name), phone)


def _annexes(leading_number: int, snapshot: Snapshot | None) -> tuple[str, ...]:
    annexes = [
        f"tekst oglasa (dokaz {leading_number})",
        "arhiva u formatu ZIP sa popisom dokaza i otiscima, izvornim zapisima (WACZ), slikama stranica i izvodom iz"
        " evidencije čuvanja",
    ]
    if snapshot:
        annexes.append("u istoj arhivi: datoteka registra navedena u delu o proveri u registru i izvod iz nje")
    return tuple(annexes)


def _lines(text: str) -> tuple[tuple[Verbatim, ...], bool]:
    text = redact_jmbg(text)
    lines = [Verbatim(line.strip()) for line in text[:MAX_AD_CHARACTERS].splitlines() if line.strip()]
    return tuple(lines), len(text) > MAX_AD_CHARACTERS


def _quoted(text: str | None) -> Verbatim | None:
    if not text:
        return None
    clean = redact_jmbg(text)
    return Verbatim(clean if len(clean) <= MAX_QUOTE_CHARACTERS else f"{clean[:MAX_QUOTE_CHARACTERS]} […]")
