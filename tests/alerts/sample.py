"""Three cases told in full, with fixed times and hashes: what the expected texts of all recipients are made from.

Run as a module (`python -m tests.alerts.sample`) it writes the expected texts anew; read them before committing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

from alerts.document import plain_text
from alerts.drafting import document_of
from alerts.facts import DraftFacts
from alerts.follow_ups import FOLDER as FOLLOW_UPS
from alerts.follow_ups import REMINDER, FiledComplaint, FollowUp, follow_up_document, state_follow_up
from alerts.gathering import require_matter, require_register
from alerts.information_requests import FOLDER as REQUESTS
from alerts.information_requests import REGISTER, RegisterRequest, request_document, state_request
from alerts.law import built_in_law
from alerts.recipients import FOLDER, find_recipient, load_recipients
from alerts.script import Script
from alerts.stating import CaseMaterial, portal_of, state_facts
from crawler.assessment import (
    Assessment,
    Contacts,
    Indicator,
    Mediator,
    MediatorKind,
    Nearest,
    Proposal,
    RegisterAnswer,
    Risk,
    RiskLevel,
    Verdict,
)
from crawler.config import Organisation
from crawler.errors import DraftError
from crawler.evidence.warc import Capture
from crawler.store.drafts import CaseAd, CaseSighting, LeadingAd, Snapshot

MADE_AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SNAPSHOT = Snapshot("5e" * 32, date(2026, 11, 2), "registar-agencija.xlsx", datetime(2026, 11, 3, 8, 30, tzinfo=UTC))
ORGANISATION = Organisation(
    name="Udruženje „Nadživeti“",
    seat="Njegoševa 1, 11000 Beograd",
    mb="00000001",
    pib="100000001",
    representative="Ljubica Džepina",
    email="pravna@primer.example",
    phone="011 555-0100",
    delivery_address="Njegoševa 1, 11000 Beograd",
)


class SampleCase(StrEnum):
    """The cases; the value begins the names of their expected texts."""

    UNLICENSED = "bez_dozvole"
    """A mediator the register does not know, on two portals."""
    EXPIRED = "istekla_dozvola"
    """An agency whose licence ran out asks for money and for women up to 35; seen almost a year ago."""
    ABROAD = "u_inostranstvu"
    """Somebody abroad is in need; nobody is named."""


def expected_path(recipient_id: str, script: Script, case: SampleCase = SampleCase.UNLICENSED) -> Path:
    """Where the expected text of a recipient stands."""
    return FOLDER / recipient_id / "expected" / f"{case}.{script}.txt"


def sample_facts(recipient_id: str, case: SampleCase = SampleCase.UNLICENSED) -> DraftFacts:
    """The sample case as facts of a draft to that recipient."""
    material = sample_material(case)
    if find_recipient(recipient_id).per_portal:
        material = _on_its_portal(material)
    return state_facts(material, recipient_id, organisation=ORGANISATION, law=built_in_law(), now=MADE_AT, stale=False)


def possible_drafts() -> Iterator[tuple[str, SampleCase]]:
    """Every recipient with every sample case of which there is a draft to it."""
    for recipient_id, recipient in load_recipients().items():
        for case in SampleCase:
            judged = sample_material(case).leading.assessment
            try:
                require_register(judged.register, SNAPSHOT, recipient, stale=False, newest=SNAPSHOT.as_of)
                require_matter(judged, recipient)
            except DraftError:
                continue
            yield recipient_id, case


def sample_material(case: SampleCase = SampleCase.UNLICENSED) -> CaseMaterial:
    """What the store knows of that case."""
    return {
        SampleCase.UNLICENSED: _unlicensed,
        SampleCase.EXPIRED: _expired,
        SampleCase.ABROAD: _abroad,
    }[case]()


def _unlicensed() -> CaseMaterial:
    """Two copies of one ad on two portals, seen three times; the second sighting found the same bytes again."""
    title = "Injekcija & brizganje plastike – Njemačka <hitno>"
    text = (
        "Firma Wolt & Söhne GmbH, Köln 🇩🇪 traži radnike. Plata 4.500 € neto.\n"
        "Kotizacija 200 evra pre puta. Radnici idu kao turisti, papiri se sređuju tamo.\n"
        "Primer Rad, 060 000 0001, rad@primer.example, http://primer-rad.example/prijava"
    )
    first = CaseAd(1, 11, 1, "portal", "http://oglasi.example/posao/7?x=1&y=2", title, text)
    copy = CaseAd(2, 12, 3, "tabla", "http://tabla.example/7", None, text)
    judged = Assessment(
        id="7",
        is_job_ad=True,
        abroad=True,
        destinations=("DE",),
        contacts=Contacts(
            phones=("+381600000001",),
            emails=("rad@primer.example",),
            handles=("viber:+381600000001",),
            urls=("http://primer-rad.example/prijava",),
        ),
        mediator=Mediator(name="Primer Rad", kind=MediatorKind.AGENCY),
        register=_answer(
            Verdict.NOT_FOUND, nearest=(Nearest("Primer Radnik d.o.o.", 0.71, ("zajednička reč „primer“",)),)
        ),
        indicators=(
            *_quoted(first, upfront_fee="Kotizacija 200 evra pre puta", irregular_work="Radnici idu kao turisti"),
            Indicator("high_wage"),
        ),
        not_stated=("hours", "contract"),
        risk=Risk(RiskLevel.CRITICAL, 0.9),
        complaint=Proposal(True, ("trzisna_inspekcija",)),
    )
    return CaseMaterial(
        case_id=7,
        leading=LeadingAd(first, judged),
        ads=(first, copy),
        sightings=(CaseSighting(1, _at(16), 1), CaseSighting(2, _at(17), 3), CaseSighting(1, _at(18), 2)),
        captures={
            1: _capture(1, first.url, _at(16)),
            2: _capture(2, first.url, _at(18), revisit_of="urn:uuid:00000000-0000-4000-8000-000000000001"),
            3: _capture(3, copy.url, _at(17), method="browser"),
        },
        snapshot=SNAPSHOT,
    )


def _expired() -> CaseMaterial:
    """An ad in Cyrillic, seen once and long ago."""
    seen = datetime(2025, 12, 29, 23, 40, tzinfo=UTC)
    ad = CaseAd(
        1,
        11,
        1,
        "portal",
        "https://oglasi.example/posao/81",
        "Собарице – Аустрија и Швајцарска",
        "Тражимо девојке до 35 година за хотел. Плата 1.900 евра, стан обезбеђен.\n"
        "Уплата 150 евра пре разговора, остатак се одбија од прве плате.\n"
        "Пример Кадар доо, дозвола 000-01-00007/2019-24, тел. 011 555 0107",
    )
    judged = Assessment(
        id="81",
        is_job_ad=True,
        abroad=True,
        destinations=("AT", "CH"),
        contacts=Contacts(phones=("+381115550107",)),
        mediator=Mediator(
            name="Пример Кадар доо", kind=MediatorKind.AGENCY, pib="100000117", licence="000-01-00007/2019-24"
        ),
        register=_answer(
            Verdict.EXPIRED, entry="PRIMER KADAR DOO BEOGRAD", reasons=("isti PIB", "dozvola je važila do 14.3.2024.")
        ),
        indicators=_quoted(
            ad,
            gender_age_targeting="девојке до 35 година",
            free_accommodation="стан обезбеђен",
            upfront_fee="Уплата 150 евра пре разговора",
            wage_deduction="остатак се одбија од прве плате",
        ),
        not_stated=("employer", "hours"),
        risk=Risk(RiskLevel.HIGH, 0.8),
        complaint=Proposal(True, ("trzisna_inspekcija",)),
    )
    return CaseMaterial(
        case_id=81,
        leading=LeadingAd(ad, judged),
        ads=(ad,),
        sightings=(CaseSighting(1, seen, 1),),
        captures={1: _capture(1, ad.url, seen)},
        snapshot=SNAPSHOT,
    )


def _abroad() -> CaseMaterial:
    """A post that offers work and says that somebody there cannot leave."""
    ad = CaseAd(
        1,
        11,
        1,
        "kanal",
        "https://kanal.example/s/posao/1204",
        None,
        "Branje lala, Holandija, polazak večeras. Pasoš se predaje na ulazu u kamp.\n"
        "Devojka iz prošle grupe ne sme da izađe i moli da je neko izvuče.\n"
        "Javite se u inbox.",
    )
    judged = Assessment(
        id="1204",
        is_job_ad=True,
        abroad=True,
        destinations=("NL",),
        mediator=Mediator(kind=MediatorKind.UNKNOWN),
        register=_answer(Verdict.UNIDENTIFIED),
        indicators=_quoted(
            ad,
            document_retention="Pasoš se predaje na ulazu u kamp",
            urgency="polazak večeras",
            restriction_of_movement="ne sme da izađe",
        ),
        not_stated=("employer", "wage", "hours", "contract", "address"),
        risk=Risk(RiskLevel.CRITICAL, 1.0),
        referral=("in_need_abroad", "asks_for_help", "departure_within_hours", "retained_documents"),
        referral_quotes=_quoted(
            ad,
            in_need_abroad="Devojka iz prošle grupe ne sme da izađe",
            asks_for_help="moli da je neko izvuče",
            departure_within_hours="polazak večeras",
        ),
        complaint=Proposal(True, ("policija_uput",)),
    )
    return CaseMaterial(
        case_id=1204,
        leading=LeadingAd(ad, judged),
        ads=(ad,),
        sightings=(CaseSighting(1, _at(19), 1),),
        captures={1: _capture(1, ad.url, _at(19), method="browser")},
        snapshot=SNAPSHOT,
    )


def _on_its_portal(material: CaseMaterial) -> CaseMaterial:
    portal = portal_of(material.leading.ad)
    return replace(material, ads=tuple(ad for ad in material.ads if portal_of(ad) == portal))


def _answer(verdict: Verdict, **further: object) -> RegisterAnswer:
    plain = RegisterAnswer(verdict=verdict, as_of=SNAPSHOT.as_of, snapshot=f"sha256:{SNAPSHOT.digest}")
    return replace(plain, **further)  # type: ignore[arg-type]


def _quoted(ad: CaseAd, **quotes: str) -> tuple[Indicator, ...]:
    full_text = ad.judged.full_text
    starts = {code: full_text.index(quote) for code, quote in quotes.items()}
    return tuple(Indicator(code, quote, starts[code], starts[code] + len(quote)) for code, quote in quotes.items())


def _capture(number: int, url: str, at: datetime, *, method: str = "http", revisit_of: str | None = None) -> Capture:
    return Capture(
        record_id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        record_type="revisit" if revisit_of else "response",
        url=url,
        fetched_at=at,
        status=200,
        method=method,
        digest="01" * 32 if revisit_of else f"{number:02x}" * 32,
        file="warc/sample.warc.gz",
        offset=0,
        length=1,
        revisit_of=revisit_of,
    )


def _at(day: int) -> datetime:
    return datetime(2026, 11, day, 1, 5, 9, tzinfo=UTC)


def sample_request(urgent_reason: str | None = None) -> RegisterRequest:
    """A request for the register by the sample's organisation."""
    since = date(2025, 11, 20)
    return state_request(ORGANISATION, built_in_law(), changes_since=since, urgent_reason=urgent_reason, now=MADE_AT)


def expected_request_path(script: Script) -> Path:
    """Where the expected text of the request stands."""
    return REQUESTS / REGISTER / f"expected.{script}.txt"


def sample_follow_up(**changes: object) -> FollowUp:
    """A reminder to the market inspection, which should have answered by 15 November."""
    filed = FiledComplaint(
        recipient="trzisna_inspekcija",
        number="7/2026",
        channel="preporučenom pošiljkom",
        filed_on=date(2026, 10, 30),
        reference="335-00-00000/2026-07",
        answer_due=date(2026, 11, 15),
    )
    changed = replace(filed, **changes)  # type: ignore[arg-type]
    return state_follow_up(changed, organisation=ORGANISATION, law=built_in_law(), now=MADE_AT)


def expected_follow_up_path(script: Script) -> Path:
    """Where the expected text of the reminder stands."""
    return FOLLOW_UPS / REMINDER / f"expected.{script}.txt"


def expected_texts() -> Iterable[tuple[Path, str]]:
    """Every file of expected text, with what it should hold."""
    for script in Script:
        yield expected_request_path(script), plain_text(request_document(sample_request(), script))
        yield expected_follow_up_path(script), plain_text(follow_up_document(sample_follow_up(), script))
        for recipient_id, case in possible_drafts():
            document = document_of(sample_facts(recipient_id, case), script)
            yield expected_path(recipient_id, script, case), plain_text(document)


if __name__ == "__main__":
    for path, text in expected_texts():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
