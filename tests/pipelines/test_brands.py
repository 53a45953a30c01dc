"""A known name with contacts from elsewhere is a question to that firm; whoever recruits for it is not."""

from datetime import date
from pathlib import Path

import pytest

from crawler.assessment import Ad, Impersonation, Mediator, RiskLevel
from pipelines import reading
from pipelines.assess import assess
from pipelines.packaged import load_packaged
from pipelines.reading.brands import Brand, BrandRules, KnownBrands, known_brands
from pipelines.text.phrases import read_text

TODAY = date(2026, 11, 24)
SHIPPED = load_packaged(Path(reading.__file__).with_name("known_brands.yml"), BrandRules)
INVENTED = [
    Brand(name="Orvandel", kind="retail", domains=["orvandel.example", "orvandel-jobs.example"]),
    Brand(name="Talmera Cruises", kind="cruise", domains=["talmera.example"], said=["talmera cruises"]),
]
BRANDS = KnownBrands(SHIPPED.model_copy(update={"brands": INVENTED}))


def _called_upon(text: str, *, organization: str | None = None) -> Impersonation | None:
    judged = assess(Ad(text, organization=organization), None, on=TODAY, brands=BRANDS)
    assert judged.is_job_ad, text
    return judged.mediator.possible_impersonation


@pytest.mark.parametrize(
    "text",
    [
        "Orvandel Nemačka zapošljava magacionere, 2.300 evra. Prijave na WhatsApp 060 000 0011.",
        "Posao u Orvandelu u Austriji, plata 2.200 evra, Viber 060 000 0011",
        "Посао у Орванделу у Немачкој, плата 2.200 евра, 060 000 0011",
        "ORVANDEL AUSTRIJA TRAŽI RADNIKE, PLATA 2.200 EVRA, orvandel.posao@gmail.com",
        "Talmera Cruises traži konobare za brodove. Prijave: talmera.crew@outlook.com",
        "Potrebni radnici za Nemačku, plata 2.200 evra. Orvandel GmbH, 060 000 0011",
        "Orvandel traži kasire za Beč. Prijave na posao@drugi-domen.example",
    ],
)
def test_a_known_name_with_contacts_from_elsewhere_is_marked(text: str) -> None:
    called_upon = _called_upon(text)
    assert called_upon is not None
    assert called_upon.brand in called_upon.why
    assert called_upon.why.startswith("Oglas se poziva na ime ")
    assert called_upon.why.endswith("vredi proveriti kod same firme.")


@pytest.mark.parametrize(
    "text",
    [
        "Orvandel Nemačka zapošljava magacionere. Prijave na posao@orvandel.example ili Viber 060 000 0011",
        "Orvandel traži kasire u Beču. Prijave na https://jobs.orvandel.example/kasir ili 060 000 0011",
        "Orvandel traži kasire u Beču, prijave preko orvandel-jobs.example ili 060 000 0011",
        "Orvandel Nemačka zapošljava magacionere. Zvati 011 555 0100.",
        "Orvandel Nemačka zapošljava magacionere, plata 2.300 evra, prijava lično.",
    ],
)
def test_a_contact_that_may_be_the_firms_own_is_not_marked(text: str) -> None:
    assert _called_upon(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Agencija „Primer Posao“ traži radnike za Orvandel u Nemačkoj. Viber 060 000 0011",
        "Agencija traži radnike za Orvandel u Nemačkoj, plata 2.000 evra. Viber 060 000 0011",
        "Orvandel traži radnike za Beč, prijave preko agencije Primer Posao d.o.o., 060 000 0011",
    ],
)
def test_an_agency_that_recruits_for_a_known_firm_is_not_marked(text: str) -> None:
    assert _called_upon(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Orvandel Trans d.o.o. traži vozače za Nemačku, 060 000 0011",
        "Grand Orvandel traži sobarice u Beču, 060 000 0011",
        "Posao u Orvandel Trade firmi u Beču, plata 2.000 evra, 060 000 0011",
        "Restoran kod Orvandela traži konobare, Beč, 060 000 0011",
        "Traže se konobari za Beč, ulica Orvandel 5, 060 000 0011",
    ],
)
def test_a_name_inside_another_name_or_a_street_is_not_the_firm(text: str) -> None:
    assert _called_upon(text) is None


def test_the_pages_own_field_names_a_firm_too() -> None:
    text = "Potrebni magacioneri za Nemačku, plata 2.300 evra. Viber 060 000 0011"
    assert _called_upon(text, organization="Orvandel Srbija d.o.o.") is not None


def test_alone_it_is_low_and_with_money_asked_it_is_high() -> None:
    ad = "Orvandel Nemačka zapošljava magacionere, plata 2.000 evra. Prijave na WhatsApp 060 000 0011."
    assert assess(Ad(ad), None, on=TODAY, brands=BRANDS).risk.level is RiskLevel.LOW
    paid = f"{ad} Kotizacija 200 evra unapred."
    judged = assess(Ad(paid), None, on=TODAY, brands=BRANDS)
    assert judged.risk.level is RiskLevel.HIGH
    assert any("ime poznate firme" in reason for reason in judged.risk.reasons)


@pytest.mark.parametrize("brand", SHIPPED.brands, ids=lambda brand: brand.name)
def test_every_shipped_name_is_known_by_itself_and_its_domains_are_bare(brand: Brand) -> None:
    assert known_brands().named_by(read_text(""), Mediator(name=brand.name)) == brand
    assert all(domain == domain.lower() and "/" not in domain and "." in domain for domain in brand.domains)
