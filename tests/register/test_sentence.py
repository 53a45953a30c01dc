"""The register's answer in words, as a colleague would say it."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import EntryStatus, Register, RegisterEntry
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.wording import answer_sentence

TODAY = date(2026, 11, 20)
END = date(2029, 1, 1)
REGISTER = Register(
    (
        RegisterEntry("Kestenjar Posao d.o.o. Beograd", seat="Beograd", valid_until=END),
        RegisterEntry("Tihi Javor d.o.o. Niš", seat="Niš", valid_until=date(2026, 11, 19)),
        RegisterEntry("Vihor Personal d.o.o. Šabac", seat="Šabac", valid_until=END, status=EntryStatus.REVOKED),
    ),
    as_of=TODAY,
    snapshot="sha256:invented",
)


def say(name: str | None, *, on: date = TODAY, register: Register | None = REGISTER) -> str:
    return answer_sentence(match(MediatorQuery(name), register, on=on))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "Kestenjar",
            "U registru je na dan 20.11.2026.: Kestenjar Posao d.o.o. Beograd "
            "(isti prepoznatljivi deo imena „kestenjar“).",
        ),
        (
            "Tihi javor",
            "U spisku od 20.11.2026. jeste, ali joj je dozvola istekla: Tihi Javor d.o.o. Niš (isto ime).",
        ),
        (
            "Vihor Personal",
            "U registru na dan 20.11.2026. stoji da je dozvola oduzeta ili ukinuta: "
            "Vihor Personal d.o.o. Šabac (isto ime).",
        ),
        (
            "Breza Posao",
            "Nije u registru na dan 20.11.2026. Najsličniji: Kestenjar Posao d.o.o. Beograd (zajedničko samo „posao“).",
        ),
        ("Nepoznata Breza", "Nije u registru na dan 20.11.2026."),
        (
            "Kestenjar Posao Bor",
            "Nije jasno da li je u registru na dan 20.11.2026. (isto ime, drugo mesto: u registru Beograd). "
            "Moguće: Kestenjar Posao d.o.o. Beograd.",
        ),
        (None, "Nije provereno: oglas ne navodi nikoga ko bi se mogao potražiti u registru."),
    ],
)
def test_every_verdict_is_one_plain_sentence(name: str | None, sentence: str) -> None:
    assert say(name) == sentence


def test_an_unchecked_answer_says_so() -> None:
    assert say("Breza", register=None) == "Nije provereno: registar agencija nije uvezen."
    assert answer_sentence(RegisterAnswer()) == "Nije provereno: registar agencija nije uvezen."


def test_a_stale_register_is_not_called_a_check() -> None:
    sentence = say("Nepoznata Breza", on=date(2027, 3, 1))
    assert sentence.startswith("Nije pouzdano provereno: spisak je od 20.11.2026.")
    assert "Nije u registru" not in sentence


@pytest.mark.parametrize("verdict", Verdict)
def test_no_sentence_accuses(verdict: Verdict) -> None:
    answer = RegisterAnswer(verdict=verdict, as_of=TODAY, entry="Kestenjar d.o.o.", reasons=("isto ime",))
    assert not any(
        word in answer_sentence(answer).lower() for word in ("prekrš", "krivič", "nelegal", "ilegal", "trgov")
    )
