"""The work's country, not the firm's or the road's."""

import pytest

from pipelines.reading.places import Country, find_whereabouts, place_rules
from pipelines.text import fold
from pipelines.text.phrases import read_text

COUNTRIES = place_rules().countries


def _destinations(text: str, title: str = "") -> tuple[str, ...]:
    full = f"{title}\n{text}" if title else text
    return find_whereabouts(read_text(full), title_end=len(fold(title).text)).destinations


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_examples_of_every_country_hold(country: Country) -> None:
    for text in country.here:
        assert _destinations(text) == (country.code,), text
    for text in country.not_here:
        assert country.code not in _destinations(text) or country.code == "RS", text


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country.code)
def test_phrases_of_places_are_folded(country: Country) -> None:
    phrases = country.country + country.towns + country.doubtful
    assert [phrase for phrase in phrases if fold(phrase).text != phrase] == []


@pytest.mark.parametrize(
    ("text", "destinations"),
    [
        ("Nemačka firma u Kragujevcu traži radnike", ("RS",)),
        ("Kafe „Bečki kutak“, Vršac, traži konobara", ("RS",)),
        ("Restoran Peking u Beogradu traži kuvara", ("RS",)),
        ("Rad u Nišu, prodavnica u Beogradskoj ulici 12", ("RS",)),
        ("Potrebni radnici za Beč, prijave u Novom Sadu", ("AT",)),
        ("Posao u Poljskoj, kartu Beograd – Kopenhagen kupuje firma", ("PL",)),
        ("Pogon je u Čačku, rad u Čačku (nije u Austriji)", ("RS",)),
        ("Zavarivači za Kazahstan, let preko Istanbula", ("KZ",)),
        ("Njega starijih u Njemačkoj, poslovnica Sarajevo", ("DE",)),
        ("Vozači na relaciji Slovenija – Italija – Francuska", ("SI", "IT", "FR")),
        ("🇭🇺 fabrika, kombi iz Niša", ("HU",)),
        ("Iz Bosne i Srbije za Sloveniju", ("SI",)),
        ("Posao u Беchu", ("RS",)),
        ("Rad od kuće za nemačkog klijenta, tim u Minhenu", ("RS",)),
    ],
)
def test_the_country_of_the_work_counts(text: str, destinations: tuple[str, ...]) -> None:
    assert _destinations(text) == destinations


def test_ships_and_a_bare_eu_are_abroad_without_a_country() -> None:
    for text in ("Konobari za kruzer", "Radnici za rad u inostranstvu, EU"):
        where = find_whereabouts(read_text(text))
        assert where.abroad
        assert where.destinations == ()


def test_a_town_at_home_in_the_title_outweighs_a_country_in_the_text() -> None:
    assert _destinations("Obuka dva meseca u Nemačkoj. Plata 90.000 dinara.", title="Operater – Niš") == ("RS",)


def test_contacts_hint_at_a_country_only_where_no_place_is_named() -> None:
    assert find_whereabouts(read_text("Hotel traži sobarice"), hints=("AT",)).destinations == ("AT",)
    assert find_whereabouts(read_text("Sobarice za Split"), hints=("AT",)).destinations == ("HR",)
