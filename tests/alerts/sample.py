"""One case told in full, with fixed times and hashes: what the expected texts of all recipients are made from.

Run as a module (`python -m tests.alerts.sample`) it writes the expected texts anew; read them before committing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from alerts.document import plain_text
from alerts.drafting import document_of
from alerts.facts import DraftFacts
from alerts.information_requests import FOLDER as REQUESTS
from alerts.information_requests import REGISTER, RegisterRequest, request_document, state_request
from alerts.law import built_in_law
from alerts.recipients import FOLDER, load_recipients
from alerts.script import Script
from alerts.stating import CaseMaterial, state_facts
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
TITLE = "Injekcija & brizganje plastike – Njemačka <hitno>"
TEXT = (
    "Firma Wolt & Söhne GmbH, Köln 🇩🇪 traži radnike. Plata 2.500 € neto.\n"
    "Kotizacija 200 evra pre puta. Pasoš ostaje kod poslodavca do kraja sezone.\n"
    "Primer Rad, 060 000 0001, rad@primer.example, http://primer-rad.example/prijava"
)


def expected_path(recipient_id: str, script: Script) -> Path:
    """Where the expected text of a recipient stands."""
    return FOLDER / recipient_id / f"expected.{script}.txt"


def sample_facts(recipient_id: str) -> DraftFacts:
    """The sample case as facts of a draft to that recipient."""
    return state_facts(
        sample_material(), recipient_id, organisation=ORGANISATION, law=built_in_law(), now=MADE_AT, stale=False
    )


def sample_material() -> CaseMaterial:
    """Two copies of one ad on two portals, seen three times; the second sighting found the same bytes again."""
    first = CaseAd(1, 11, 1, "portal", "http://oglasi.example/posao/7?x=1&y=2", TITLE, TEXT)
    copy = CaseAd(2, 12, 3, "tabla", "http://tabla.example/7", None, TEXT)
    return CaseMaterial(
        case_id=7,
        leading=LeadingAd(first, _assessment()),
        ads=(first, copy),
        sightings=(
            CaseSighting(1, _at(16), 1),
            CaseSighting(2, _at(17), 3),
            CaseSighting(1, _at(18), 2),
        ),
        captures={
            1: _capture(1, first.url, _at(16)),
            2: _capture(2, first.url, _at(18), revisit_of="urn:uuid:00000000-0000-4000-8000-000000000001"),
            3: _capture(3, copy.url, _at(17), method="browser"),
        },
        snapshot=SNAPSHOT,
    )


def _assessment() -> Assessment:
    quotes = {
        "upfront_fee": "Kotizacija 200 evra pre puta",
        "document_retention": "Pasoš ostaje kod poslodavca do kraja sezone",
    }
    full_text = f"{TITLE}\n{TEXT}"
    quoted = tuple(
        Indicator(code, quote, full_text.index(quote), full_text.index(quote) + len(quote))
        for code, quote in quotes.items()
    )
    return Assessment(
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
        register=RegisterAnswer(
            verdict=Verdict.NOT_FOUND,
            as_of=SNAPSHOT.as_of,
            snapshot=f"sha256:{SNAPSHOT.digest}",
            nearest=(Nearest("Primer Radnik d.o.o.", 0.71, ("zajednička reč „primer“",)),),
        ),
        indicators=(*quoted, Indicator("high_wage")),
        not_stated=("hours", "contract"),
        risk=Risk(RiskLevel.CRITICAL, 0.9),
        referral=("retained_documents",),
        complaint=Proposal(True, tuple(load_recipients())),
    )


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


def _write_expected() -> None:
    for script in Script:
        text = plain_text(request_document(sample_request(), script))
        expected_request_path(script).write_text(text, encoding="utf-8")
    for recipient_id in load_recipients():
        for script in Script:
            text = plain_text(document_of(sample_facts(recipient_id), script))
            expected_path(recipient_id, script).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _write_expected()
