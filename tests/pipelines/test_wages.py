"""Wages are read in all forms; fees, housing, bonuses and hours are not wages."""

import pytest

from pipelines.reading.wages import find_wage
from pipelines.text.phrases import read_text

Expected = tuple[float | None, float | None, str, str, bool | None]


def _wage(text: str, *countries: str) -> Expected | None:
    found = find_wage(read_text(text), taken=[], countries=countries or ("DE",))
    return found and (found.wage.min, found.wage.max, found.wage.currency, found.wage.unit.value, found.wage.net)


@pytest.mark.parametrize(
    ("text", "wage"),
    [
        ("Plata 3.500€ neto/mesečno", (3500, 3500, "EUR", "MONTH", True)),
        ("Zarada 2.000 evra bruto (oko 1.600 evra neto)", (2000, 2000, "EUR", "MONTH", False)),
        ("plata od 700 do 1300 eura", (700, 1300, "EUR", "MONTH", None)),
        ("satnica 2,20 do 3,20 evra", (2.2, 3.2, "EUR", "HOUR", None)),
        ("osam evra na sat", (8, 8, "EUR", "HOUR", None)),
        ("berba, 20 do 40 centi po kilogramu", (0.2, 0.4, "EUR", "PIECE", None)),
        ("500 USD + all inclusive smeštaj", (500, 500, "USD", "MONTH", None)),
        ("110e nedeljno i topli obrok", (110, 110, "EUR", "WEEK", None)),
        ("Pay: HUF 420,000 gross a month", (420000, 420000, "HUF", "MONTH", False)),
        ("142 danske krune bruto na sat", (142, 142, "DKK", "HOUR", False)),
        ("Sat: 245 NOK bruto", (245, 245, "NOK", "HOUR", False)),
        ("Stjuard 1.400 USD. Viza C1/D 160 USD plaća kandidat.", (1400, 1400, "USD", "MONTH", None)),
        ("plata 2000e", (2000, 2000, "EUR", "MONTH", None)),
        ("Плата до 3500 евра месечно", (None, 3500, "EUR", "MONTH", None)),
        ("plata od 1000 evra", (1000, None, "EUR", "MONTH", None)),
        ("1900 neto, stan 250e", (1900, 1900, "EUR", "MONTH", True)),
        ("4.2k-6k eur mesečno", (4200, 6000, "EUR", "MONTH", None)),
        ("€3,100 gross per month", (3100, 3100, "EUR", "MONTH", False)),
        ("dve hiljade i petsto evra mesečno", (2500, 2500, "EUR", "MONTH", None)),
        ("16,50 € bruto na sat", (16.5, 16.5, "EUR", "HOUR", False)),
        ("dnevnica 70 € u gotovini", (70, 70, "EUR", "DAY", None)),
        ("Smeštaj 320 EUR mesečno. Plata: 2.750 EUR bruto", (2750, 2750, "EUR", "MONTH", False)),
    ],
)
def test_wages_are_read(text: str, wage: Expected) -> None:
    assert _wage(text) == wage


def test_crowns_are_those_of_the_country() -> None:
    assert _wage("9 kruna po kilogramu", "SE") == (9, 9, "SEK", "PIECE", None)
    assert _wage("160 kruna na sat", "CZ") == (160, 160, "CZK", "HOUR", None)


def test_thousands_at_home_are_dinars() -> None:
    assert _wage("plata 85-95 hiljada", "RS") == (85000, 95000, "RSD", "MONTH", None)


@pytest.mark.parametrize(
    "text",
    [
        "200e kotizacija",
        "smeštaj 250 evra mesečno",
        "depozit 100 € za mesto",
        "dodatak za praznik +50%",
        "radi se 40 sati nedeljno",
        "žene od 25 do 45 godina",
        "bonus 400 € na kraju sezone",
        "uplata 450 € na ime obrade dokumenata",
        "karta 95 € se vraća",
    ],
)
def test_other_amounts_are_no_wages(text: str) -> None:
    assert _wage(text) is None


def test_a_phone_number_is_no_wage() -> None:
    text = "plata po dogovoru, zvati 064 555 0011 neto"
    start = text.index("064")
    assert find_wage(read_text(text), taken=[(start, start + 12)], countries=("DE",)) is None
