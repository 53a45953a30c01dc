"""Who publishes an offer is told by name, kind and numbers."""

import pytest

from crawler.assessment import MediatorKind
from pipelines.reading.identity import find_mediator
from pipelines.text.phrases import read_text


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("Agencija „Primer Posao“ d.o.o. traži zidare za poslodavca Bau Muster GmbH.", "Primer Posao", "agency"),
        ("Primer Gradnja d.o.o. zapošljava tesare.", "Primer Gradnja d.o.o.", "employer"),
        ("Агенција „Пример Рад“, Ниш, тражи возаче.", "Пример Рад", "agency"),
        ("Firma Muster Bau GmbH iz Dortmunda prima molere.", "Muster Bau GmbH", "employer"),
        ("Zaposlenje u Drezdenu preko Primer HR Partner.", "Primer HR Partner", "agency"),
        ("Litvanski prevoznik UAB Primerkelis prima vozače.", "UAB Primerkelis", "employer"),
        ("Švajcarska firma Primerwerk traži operatere.", "Primerwerk", "employer"),
        ("Primer Most Konsalting vodi kandidate kroz postupak.", "Primer Most Konsalting", "agency"),
        ("PrimerBrücke spaja majstore i firme u Kaselu.", "PrimerBrücke", "agency"),
        ("Mi nismo agencija, mi smo PrimerStart Lajpcig – tim ljudi", "PrimerStart Lajpcig", "agency"),
        ("Berač maslina. OPG Primer-Mirca (Put 14) traži osam berača.", "OPG Primer-Mirca", "employer"),
        ("Konobari. Primer Hof, Kirchberg in Tirol, sucht Personal.", "Primer Hof", "employer"),
        ("Rad na brodu.\n064 555 0011 Viber, Primer Posao Tim", "Primer Posao Tim", "agency"),
    ],
)
def test_the_publisher_is_named(text: str, name: str, kind: str) -> None:
    mediator = find_mediator(read_text(text))
    assert (mediator.name, mediator.kind.value) == (name, kind)


@pytest.mark.parametrize(
    "text",
    [
        "Zvati Marka 064 555 0011",
        "Potrebni radnici za Beč",
        "HITNO! LISTA SE ZATVARA",
        "Fabrika čokolade kod Kelna prima radnike",
        "BESPLATAN SMEŠTAJ I PREVOZ DO POSLA\n060 000 0011",
        "smeštaj 3.000 NOK mesečno",
        "Razgovor preko Zoom-a",
    ],
)
def test_a_first_name_or_a_shout_is_no_name(text: str) -> None:
    assert find_mediator(read_text(text)).name is None


def test_the_page_s_own_field_counts_where_the_text_names_nobody() -> None:
    text = read_text("Potrebni radnici za Beč")
    assert find_mediator(text, organization="Primer d.o.o.").name == "Primer d.o.o."


def test_a_person_who_pays_and_calls_is_an_individual() -> None:
    assert find_mediator(read_text("treba mi tesar, stan placam ja")).kind is MediatorKind.INDIVIDUAL


def test_numbers_count_only_with_a_right_check_digit() -> None:
    mediator = find_mediator(read_text("PIB 100000024, MB: 17123456, dozvola br. 101-00-00157/2023-24"))
    assert (mediator.pib, mediator.licence) == ("100000024", "101-00-00157/2023-24")
    assert find_mediator(read_text("PIB: 100000025")).pib is None
