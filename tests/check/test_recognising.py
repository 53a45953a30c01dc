from __future__ import annotations

import pytest

from alerts.check.recognising import GivenKind, recognise

KINDS = {
    GivenKind.PHONE: (
        "060/000-0011",
        "+381 60 000 0011",
        "viber 060 000 0011",
        "Tel. 060 000 0011 Petar",
        "0600000011",
    ),
    GivenKind.CONTACT: ("ana@primer.example", "@primer_rad"),
    GivenKind.ADDRESS: ("https://portal.example/oglas/1?a=b", "www.primer.example", "primer.example/posao"),
    GivenKind.NUMBER: ("100000001", "00000001"),
    GivenKind.NAME: ("Primer", "primer rad doo", "Agencija Primer Rad d.o.o. Beograd", "Пример Рад доо"),
    GivenKind.TEXT: (
        "Potrebni radnici za Nemačku",
        "Primer Rad 060 000 0011 posao u Nemačkoj plata 2000 evra",
        "Primer Rad\nBeograd",
        "Da li je Primer Rad u redu?",
        "rekli su da dođem sutra na stanicu i ponesem pasoš",
        "",
    ),
}


@pytest.mark.parametrize(("kind", "written"), [(kind, text) for kind, texts in KINDS.items() for text in texts])
def test_what_was_pasted_is_taken_for_what_it_is(kind: GivenKind, written: str) -> None:
    assert recognise(f"  {written}\n").kind is kind


def test_a_person_may_say_that_it_is_a_text() -> None:
    assert recognise("Primer Rad", is_text=True).kind is GivenKind.TEXT


def test_an_address_without_a_scheme_is_asked_for_over_https() -> None:
    assert recognise("primer.example/posao").text == "https://primer.example/posao"
