from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from alerts.cases import CaseState
from alerts.desk.case_view import DESK_DECISIONS
from alerts.desk.failures import Failure
from alerts.desk.people import Role
from alerts.desk.piles import Pile, pile_of
from alerts.desk.speaking import Tongue
from alerts.desk.templating import FOLDER, Speech, host_of, templates_of, utc_time, web_address
from alerts.gathering import Refusal
from alerts.headings import heading
from crawler.assessment import MediatorKind, RiskLevel, Verdict, WageUnit
from crawler.health import Problem, RunOutcome
from crawler.night import STEPS
from pipelines.text.counting import counted


def _words(template: str, name: str) -> dict[str, str]:
    module: Any = templates_of(Tongue.LATN).get_template(template).module
    words: dict[str, str] = getattr(module, name)
    return words


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("LEVELS", RiskLevel),
        ("STATES", CaseState),
        ("PILES", Pile),
        ("PILE_TITLES", Pile),
        ("BADGES", [*Verdict, "unchecked", "stale"]),
        ("MEDIATOR_KINDS", MediatorKind),
        ("OUTCOMES", [*RunOutcome, "flagged", "cut_off", "overdue", "never", "bad_manifest"]),
        ("PROBLEMS", Problem),
        ("MISSED", ["no_ads", "few_ads"]),
        ("STEPS", [reference.rpartition(":")[2] for reference in STEPS]),
        ("WAGE_UNITS", WageUnit),
        ("DECISIONS", DESK_DECISIONS),
        ("REFUSALS", [*Refusal, "waiting"]),
        ("ROLES", Role),
    ],
)
def test_every_code_has_words(name: str, codes: Iterable[str]) -> None:
    words = _words("words.html", name)
    assert {code for code in codes if not words.get(code)} == set()


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_is_explained(failure: Failure) -> None:
    source = (FOLDER / "templates" / "failure_words.html").read_text(encoding="utf-8")
    assert source.count(f'"{failure}": _("') == 2


def test_every_state_lies_on_one_pile() -> None:
    assert {state: [pile for pile in Pile if state in pile.states] for state in CaseState} == {
        state: [pile_of(state)] for state in CaseState
    }


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 oglasa"), (1, "1 oglas"), (2, "2 oglasa"), (5, "5 oglasâ"), (11, "11 oglasâ"), (21, "21 oglas")],
)
def test_counts_take_their_serbian_form(number: int, words: str) -> None:
    many = "oglasâ" if number else "oglasa"
    assert counted(number, "oglas", "oglasa", many) == words.replace(" ", "\u00a0")


def test_times_are_told_in_belgrade_and_in_utc() -> None:
    summer = datetime(2026, 7, 31, 22, 5, 9, tzinfo=UTC)
    assert Speech(Tongue.LATN).local(summer).replace("\u00a0", " ") == "1. 8. 2026. u 00:05"
    assert Speech(Tongue.LATN).day(date(2026, 8, 1)).replace("\u00a0", " ") == "1. 8. 2026."
    assert utc_time(summer) == "2026-07-31 22:05:09 UTC"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//host/x", "http://", "http://[", "x"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) is None


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Zidari", "Beč", "Zidari"),
        (None, "\n  \nZidari  za\tBeč\nodmah", "Zidari za Beč"),
        (None, " \n", "Oglas bez teksta"),
        (None, "reč " * 50, "reč " * 25 + "…"),
        (None, "š" * 300, "š" * 100 + " …"),
    ],
)
def test_an_ad_without_title_is_listed_by_how_it_begins(title: str | None, text: str, expected: str) -> None:
    assert heading(title, text) == expected


def test_the_host_of_a_broken_address_is_the_address() -> None:
    assert host_of("http://[broken") == "http://[broken"
    assert host_of("http://Portal.example/x") == "portal.example"
