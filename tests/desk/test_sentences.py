"""What the rooms say, in the tongue of the reader; names, quotes and numbers in it stay as they are."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.deadlines import DayCount, count_deadline
from alerts.desk.asking import COOKIE
from alerts.desk.speaking import Tongue, said
from alerts.desk.templating import Speech
from crawler.assessment import Nearest, RegisterAnswer, Verdict
from pipelines.register.reasons import read_reasons
from pipelines.register.wording import answer_sentence
from tests.desk.conftest import DeskUnderTest

KEPT = RegisterAnswer(
    Verdict.NOT_FOUND,
    as_of=date(2026, 11, 20),
    reasons=("nijedan upis ne nosi to ime",),
    nearest=(Nearest("Njegoš Čačak d.o.o.", 0.6, ("zajedničko samo „njegoš“", "drugo mesto: u registru Niš")),),
)


@pytest.mark.parametrize(
    ("tongue", "words"),
    [
        (
            Tongue.LATN,
            "Nije u registru na dan 20.11.2026. Najsličniji: Njegoš Čačak d.o.o. "
            "(zajedničko samo „njegoš“, drugo mesto: u registru Niš).",
        ),
        (
            Tongue.CYRL,
            "Није у регистру на дан 20.11.2026. Најсличнији: Njegoš Čačak d.o.o. "
            "(заједничко само „njegoš“, друго место: у регистру Niš).",
        ),
        (
            Tongue.EN,
            "Not in the register as of 20 Nov 2026. Most alike: Njegoš Čačak d.o.o. "
            "(only 'njegoš' in common, another place: Niš in the register).",
        ),
    ],
)
def test_a_kept_answer_is_said_in_each_tongue(tongue: Tongue, words: str) -> None:
    assert said(tongue, answer_sentence(read_reasons(KEPT))).replace("\u00a0", " ") == words


def test_what_stands_in_a_sentence_is_marked_and_escaped() -> None:
    answer = RegisterAnswer(Verdict.REGISTERED, as_of=date(2026, 11, 20), entry="<b>Primer & sin</b>")
    assert Speech(Tongue.CYRL).told(answer_sentence(answer)) == (
        'У регистру је на дан 20.11.2026.: <span translate="no">&lt;b&gt;Primer &amp; sin&lt;/b&gt;</span>.'
    )
    assert Speech(Tongue.EN).told("<stari razlog>") == '<span translate="no">&lt;stari razlog&gt;</span>'


def test_the_count_of_a_deadline_speaks_the_tongue() -> None:
    steps = count_deadline(date(2026, 4, 6), 5, count=DayCount.WORKING).steps
    assert [said(Tongue.EN, step).replace("\u00a0", " ") for step in steps] == [
        "Monday 6 Apr 2026, the day from which the time limit runs, is not counted.",
        "Only working days count, without Saturdays, Sundays and public holidays; "
        "5 working days from Tuesday 7 Apr 2026 to Wednesday 15 Apr 2026.",
        "Public holidays skipped: Friday 10 Apr 2026 (Orthodox Good Friday); "
        "Monday 13 Apr 2026 (Orthodox Easter Monday).",
    ]
    assert said(Tongue.CYRL, steps[0]).startswith("Понедељак 6.")


def test_days_off_at_the_end_of_a_sentence_have_one_dot() -> None:
    told = count_deadline(date(2026, 11, 17), 4).steps[-1]
    assert told.replace("\u00a0", " ") == (
        "Neradni dani: subota 21. 11. 2026.; nedelja 22. 11. 2026. "
        "Rok ističe prvog narednog radnog dana, u ponedeljak 23. 11. 2026."
    )


@pytest.mark.parametrize(("tongue", "words"), [("en", "First seen"), ("cyrl", "Први пут виђен")])
def test_a_case_tells_its_life_in_the_tongue_of_the_reader(desk: DeskUnderTest, tongue: str, words: str) -> None:
    case_id = desk.store.complaint_case()
    desk.enter()
    desk.client.cookies.set(COOKIE, tongue)
    page = desk.page(f"/cases/{case_id}")
    assert words in page
    for serbian in ("Prvi put viđen", "Nije u registru na dan", "Najsličniji:"):
        assert serbian not in page
