"""Digest and alarms in words: golden texts, plurals, and what must never stand in them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from alerts.desk.speaking import Tongue
from alerts.messages.alarms import News, Standing, What, alarm_letter, news_of
from alerts.messages.digest import MOST_CASES, DigestCase, Morning, digest_letter
from alerts.messages.letter import as_html, as_text
from crawler.assessment import RiskLevel
from crawler.store.outbox import Told
from tests.builders import NOW

GOLDEN = Path(__file__).parent / "golden"
MORNING = Morning(
    day=date(2026, 11, 25),
    cases=(
        DigestCase(41, RiskLevel.CRITICAL, True, ("DE",), ("Kotizacija ili drugo plaćanje unapred",)),
        DigestCase(7, RiskLevel.HIGH, False, ("AT", "SI"), ()),
        DigestCase(43, RiskLevel.HIGH, True, (), ("Obećana papirologija",)),
    ),
    waiting=12,
    overdue=2,
    troubles=("Noćna obrada za 23. 11. 2026. nije rađena.", "Portal A: prikupljanje nije uspelo."),
)
DESK = "https://desk.ngo.example/"


@pytest.mark.parametrize("tongue", Tongue)
def test_digest_reads_as_agreed(tongue: Tongue) -> None:
    letter = digest_letter(MORNING, tongue=tongue, desk_url=DESK)
    golden = GOLDEN / f"digest.{tongue.value}.txt"
    assert f"{letter.subject}\n\n{as_text(letter)}" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("new", "changed", "subject"),
    [
        (1, 0, "1 nov slučaj"),
        (2, 1, "2 nova slučaja, 1 izmenjen slučaj"),
        (5, 3, "5 novih slučajeva, 3 izmenjena slučaja"),
        (11, 12, "11 novih slučajeva, 12 izmenjenih slučajeva"),
        (21, 22, "21 nov slučaj, 22 izmenjena slučaja"),
        (0, 0, "nema novih slučajeva"),
    ],
)
def test_subject_counts_in_correct_serbian(new: int, changed: int, subject: str) -> None:
    cases = [DigestCase(number, RiskLevel.HIGH, number < new, (), ()) for number in range(new + changed)]
    morning = Morning(date(2026, 11, 25), tuple(cases), 0, 0, ())
    assert digest_letter(morning, tongue=Tongue.LATN, desk_url="").subject.endswith(f"– {subject}")


def test_without_an_address_of_the_desk_nothing_links_anywhere() -> None:
    letter = digest_letter(MORNING, tongue=Tongue.LATN, desk_url="")
    assert "http" not in as_text(letter) + as_html(letter)


def test_a_long_morning_names_some_and_counts_the_rest() -> None:
    cases = tuple(DigestCase(number, RiskLevel.HIGH, True, (), ()) for number in range(MOST_CASES + 3))
    text = as_text(digest_letter(Morning(date(2026, 11, 25), cases, 43, 0, ()), tongue=Tongue.LATN, desk_url=DESK))
    assert text.count("/cases/") == MOST_CASES
    assert "U redu slučajeva: još 3\u00a0slučaja." in text


def test_html_escapes_what_comes_from_data_and_loads_nothing() -> None:
    morning = Morning(date(2026, 11, 25), (), 0, 0, ("<img src=x>'\": nije uspelo.",))
    html = as_html(digest_letter(morning, tongue=Tongue.LATN, desk_url=DESK))
    assert "<img" not in html
    assert "&lt;img src=x&gt;&#x27;&quot;" in html
    assert "src=" not in html.replace("src=x", "")


BROKEN = Standing("source:a", "failing", "Portal A: ne može da se prikupi.")
WELL = Standing("source:a", "ok", "Portal A: prikuplja se kao i obično.")


def test_an_alarm_is_told_once_each_week_again_and_its_end_once() -> None:
    told: dict[str, Told] = {}
    heard = []
    for day in range(20):
        now = NOW + timedelta(days=day)
        standing = WELL if day in (0, 18, 19) else BROKEN
        for one in news_of(told, [standing], now=now):
            heard.append((day, one.what))
            told = {} if one.what is What.WELL else {"source:a": Told(standing.state, now, now)}
    assert heard == [(1, What.BROKEN), (8, What.STILL), (15, What.STILL), (18, What.WELL)]


def test_what_breaks_in_another_way_is_told_at_once() -> None:
    told = {"source:a": Told("flagged", NOW, NOW)}
    assert [one.what for one in news_of(told, [BROKEN], now=NOW)] == [What.BROKEN]


@pytest.mark.parametrize("tongue", Tongue)
def test_alarms_read_as_agreed(tongue: Tongue) -> None:
    news = (
        News(What.BROKEN, BROKEN),
        News(What.STILL, Standing("register", "stale", "Spisak agencija je zastareo.")),
        News(What.WELL, Standing("scheduler", "ok", "Program koji pokreće noćnu obradu se javlja.")),
    )
    letter = alarm_letter(news, tongue=tongue, desk_url=DESK)
    golden = GOLDEN / f"alarms.{tongue.value}.txt"
    assert f"{letter.subject}\n\n{as_text(letter)}" == golden.read_text(encoding="utf-8")
