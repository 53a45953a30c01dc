"""Saved pages lose what belongs to people and keep what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.redacting import redact_page


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Zovite 064/123-4567.", "Zovite 060/000-0001."),
        ("+381 64 123 45 67", "+381 60 000 00 01"),
        ("00381641234567", "00381600000001"),
        ('<a href="tel:+381641234567">064 1234567</a>', '<a href="tel:+381600000001">060 0000001</a>'),
        ("Büro: +49 30 123456", "Büro: +49 60 000001"),
        ("Zovite 060/000-0011.", "Zovite 060/000-0011."),
        ("pisite na petar.petrovic@firma.rs", "pisite na osoba1@posta.example"),
        ("a@firma.rs, B@firma.rs, A@firma.rs", "osoba1@posta.example, osoba2@posta.example, osoba1@posta.example"),
        ("ime&#64;firma.rs", "osoba1&#64;posta.example"),
        ('<meta name="csrf-token" content="Zz81kd">', '<meta name="csrf-token" content="uklonjeno">'),
        ('<input value="q1w2e3" type=hidden name="__RequestVerificationToken">',
         '<input value="uklonjeno" type=hidden name="__RequestVerificationToken">'),
        ('{"sessionId": "abcdef12", "id": "900001"}', '{"sessionId": "uklonjeno", "id": "900001"}'),
        ('<a href="/oglas/1?sid=abc123&amp;kid=4">', '<a href="/oglas/1?sid=uklonjeno&amp;kid=4">'),
        ("x = 'eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl'", "x = 'uklonjeno'"),
        ('{"ownerName": "Petra Perić", "opis": "Zvati: Petra Perić"}',
         '{"ownerName": "Ime Prezime 1", "opis": "Zvati: Ime Prezime 1"}'),
        ('<p>Petra Perić</p><b class="user-name">Petra  Perić</b>',
         '<p>Ime Prezime 1</p><b class="user-name">Ime Prezime 1</b>'),
    ],
)  # fmt: skip
def test_what_belongs_to_people_is_replaced_in_its_shape(written: str, kept: str) -> None:
    assert redact_page(written).text == kept


@pytest.mark.parametrize(
    "text",
    [
        "objavljeno 01.10.2026. u 08:15",
        '{"id": 5427180, "created_time": 1790582400, "author": 7}',
        '<img src="/logo@2x.png"><a href="/posao/zidar/9000000000012?kid=4">zidar</a>',
        "Zarada 210.000 - 260.000 RSD, 1.220–1.537 evra",
        '{"jobTitle": "Armirač", "companyName": "Gvozdena Ruža Gradnja", "authority": "inspekcija"}',
        "PIB 100000001, MB 08000001",
    ],
)
def test_what_is_read_stays(text: str) -> None:
    assert redact_page(text).text == text


def test_a_personal_number_is_starred() -> None:
    redacted = redact_page("JMBG 0101990710008")
    assert "0101990710008" not in redacted.text
    assert redacted.replaced["jmbg"] == 1


def test_the_manifests_own_selectors_name_people() -> None:
    page = '<div class="objavio">Petra Perić</div><p>Petra Perić traži radnike</p>'
    assert "Perić" not in redact_page(page, names_at=[".objavio"]).text
    assert "Perić" not in redact_page(page, names_at=[".objavio::text"]).text


@given(st.text(alphabet="ab01 +/.@<>\"'=&;:šđ", max_size=200))
def test_redacting_again_changes_nothing(text: str) -> None:
    once = redact_page(text).text
    assert redact_page(once).text == once
