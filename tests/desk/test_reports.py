from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import update

from alerts.desk.people import Role
from crawler.store.schema import cases
from tests.desk.conftest import DeskUnderTest

OCTOBER = "from=2026-10-01&to=2026-10-31"


@pytest.fixture
def busy(desk: DeskUnderTest) -> DeskUnderTest:
    """A desk with a case of October, and nobody logged in."""
    at = datetime(2026, 10, 5, 1, tzinfo=UTC)
    case_id = desk.store.complaint_case(at=at)
    with desk.store.engine.begin() as connection:
        connection.execute(update(cases).where(cases.c.id == case_id).values(opened_at=at))
    return desk


def test_the_last_month_is_shown_at_once(busy: DeskUnderTest) -> None:
    busy.enter()
    page = busy.page("/reports").replace("\u00a0", " ")
    assert "Period od 1. 10. 2026. do 31. 10. 2026." in page
    assert 'value="2026-10-01"' in page
    assert '<a href="/reports" aria-current="page">Izveštaji</a>' in page
    assert '<th scope="row" class="name">Nemačka</th><td class="number">1</td>' in page
    assert "Neki brojevi su mali" in page


def test_months_quarters_and_years_are_one_click_away(busy: DeskUnderTest) -> None:
    busy.enter()
    page = BeautifulSoup(busy.page("/reports?names=1"), "lxml")
    links = {link.get_text(): str(link["href"]) for link in page.select(".presets a")}
    assert list(links) == [
        "Ovaj mesec", "Ovo tromesečje", "Ova godina", "Prošli mesec", "Prošlo tromesečje", "Prošla godina",
    ]  # fmt: skip
    assert [link.get_text() for link in page.select(".presets a[aria-current]")] == ["Prošli mesec"]
    assert links["Ovaj mesec"] == "/reports?from=2026-11-01&to=2026-11-20&names=1"
    for words, address in links.items():
        shown = BeautifulSoup(busy.page(address), "lxml")
        assert [link.get_text() for link in shown.select(".presets a[aria-current]")] == [words]


def test_a_period_in_which_nothing_was_has_an_empty_state(busy: DeskUnderTest) -> None:
    busy.enter()
    page = busy.page("/reports?from=2024-01-01&to=2024-01-31")
    assert "U ovom periodu ništa nije zabeleženo." in page
    assert "report-destinations" not in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=2026-10-31&to=2026-10-01", "Poslednji dan je pre prvog"),
        ("from=2026-10-31&to=2027-10-01", "još nije došao"),
        ("from=1026-10-31&to=2026-10-01", "tada ništa nije prikupljano"),
        ("from=2001-10-31&to=2026-10-01", "predugačak"),
        ("from=2026-10-31", "Upišite oba dana"),
        ("from=%3Cb%3E&to=2026-10-31", "Upišite oba dana"),
    ],
)
def test_a_period_that_cannot_be_is_refused_and_what_was_typed_stays(
    busy: DeskUnderTest, query: str, sentence: str
) -> None:
    busy.enter()
    answer = busy.client.get(f"/reports?{query}")
    assert answer.status_code == 400
    assert sentence in answer.text
    typed = query.partition("&")[0].removeprefix("from=").replace("%3Cb%3E", "&lt;b&gt;")
    assert f'name="from" type="date" value="{typed}"' in answer.text
    assert busy.client.get(f"/reports/file/xlsx?{query}").status_code == 404


def test_names_are_shown_to_staff_who_ask_and_to_nobody_who_only_reads(busy: DeskUnderTest) -> None:
    busy.enter()
    assert "Primer Rad" not in busy.page(f"/reports?{OCTOBER}")
    named = busy.page(f"/reports?{OCTOBER}&names=1")
    assert "Primer Rad" in named
    assert "nikoga ne optužuje" in named
    for form in ("html", "xlsx", "zip", "json", "csv"):
        assert b"Primer Rad" not in busy.client.get(f"/reports/file/{form}?{OCTOBER}").content
    assert busy.client.get(f"/reports/file/csv?{OCTOBER}&table=names").status_code == 404
    busy.client.cookies.clear()
    busy.add("gost@primer.example", Role.READONLY)
    busy.log_in("gost@primer.example")
    assert "sa imenima" not in busy.page(f"/reports?{OCTOBER}")
    for address in ("/reports", "/reports/file/json"):
        assert busy.client.get(f"{address}?{OCTOBER}&names=1").status_code == 403


def test_files_are_offered_and_are_what_they_say(busy: DeskUnderTest) -> None:
    busy.enter()
    assert f'href="/reports/file/xlsx?{OCTOBER.replace("&", "&amp;")}"' in busy.page(f"/reports?{OCTOBER}")
    answer = busy.client.get(f"/reports/file/xlsx?{OCTOBER}&names=1")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="adwatch-2026-10-01-2026-10-31-interno.xlsx"'
    )
    assert "Firme po imenu" in load_workbook(BytesIO(answer.content)).sheetnames
    read = json.loads(busy.client.get(f"/reports/file/json?{OCTOBER}").content)
    assert read["sheets"]["levels"][1] == {"level": "high", "cases": 1, "cases_before": 0}
    busy.client.cookies.set("adwatch_tongue", "en")
    table = busy.client.get(f"/reports/file/csv?{OCTOBER}&table=destinations").content.decode("utf-8-sig")
    assert table.splitlines() == ["Country of work;New ads;New ads, before", "Germany;1;0"]


def test_nobody_reads_a_report_without_logging_in(busy: DeskUnderTest) -> None:
    for address in ("/reports", "/reports/file/json"):
        assert busy.client.get(address).headers["location"] == "/login"


@pytest.mark.parametrize(
    ("tongue", "words"),
    [("latn", "Otvoreni slučajevi"), ("cyrl", "Отворени случајеви"), ("en", "Cases opened")],
)
def test_the_page_speaks_every_tongue_and_leaves_names_alone(busy: DeskUnderTest, tongue: str, words: str) -> None:
    busy.enter()
    busy.client.cookies.set("adwatch_tongue", tongue)
    page = busy.page(f"/reports?{OCTOBER}&names=1")
    assert words in page
    assert "Primer Rad" in page
    assert "%(" not in page
