"""The desk on an ad that a person brought: nobody may take a paste for a page that was fetched."""

from __future__ import annotations

import re
from datetime import date

from crawler.intake import Brought, judge_at_once, take_in
from crawler.store.engine import reading
from crawler.store.intakes import cases_of_ad
from tests.builders import AD_TEXT
from tests.desk.conftest import MORNING, DeskUnderTest


def _case(desk: DeskUnderTest, **more: object) -> int:
    store = desk.store
    store.register()
    brought = Brought("ana@primer.example", "Ana Primerović", text=AD_TEXT, **more)  # type: ignore[arg-type]
    kept = take_in(store.settings, store.engine, brought, now=MORNING)
    judge_at_once(store.settings, store.engine, now=MORNING)
    with reading(store.engine) as connection:
        return cases_of_ad(connection, kept.ad_id)[0]


def test_the_case_says_who_brought_the_ad_and_whose_word_its_address_is(desk: DeskUnderTest) -> None:
    desk.enter()
    said = {"seen_url": "https://mreza.example/p/1", "seen_on": date(2026, 11, 18), "note": "<b>Iz grupe</b>"}
    page = desk.page(f"/cases/{_case(desk, **said)}")
    assert "Ručni unos." in page
    assert "Snimak pokazuje šta je doneto, a ne šta je stajalo na mestu objave." in page
    assert re.search(r"Po navodu te osobe viđen je 18\.\s11\.\s2026\. na adresi .*https://mreza\.example/p/1", page)
    assert "&lt;b&gt;Iz grupe&lt;/b&gt;" in page
    assert "urn:adwatch" not in page.split('id="navodi"')[0]
    assert "ručni unos: donela osoba, program nije preuzeo" in page.split('id="dokazi"')[1]


def test_the_evidence_page_says_that_a_person_brought_it(desk: DeskUnderTest) -> None:
    desk.enter()
    page = desk.page(f"/cases/{_case(desk)}")
    record = re.search(r"/evidence/(urn:uuid:[0-9a-f-]{36})", page)
    assert record
    shown = desk.page(f"/evidence/{record.group(1)}")
    assert "Ovo je donela osoba." in shown
    assert "program nije preuzeo" in shown
    assert "odgovor servera" not in shown
    assert "Kotizacija 200 evra" in shown
