"""A desk on which everything was done once by its forms, and the addresses of all its pages."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.routing import APIRoute

from alerts.desk.app import ROUTERS
from crawler.store.filings import filings_of
from crawler.store.schema import captures, intakes
from tests.builders import AD_TEXT, REGISTER_FILE
from tests.desk.conftest import DeskUnderTest, field
from tests.desk.furnishing import furnish
from tests.desk.legal_walks import MARKET, draft_address, editor_form, send

FILES = re.compile(
    r"/(healthz|metrics)|.*\.(svg|png|jpg|ics|txt|zip|\{kind\})|/reports/file/\{form\}|.*/receipt|/api/.*|/login.*"
    r"|/profile/totp"
)
"""What is no page of who is logged in, or is one only for a moment; these have tests of their own."""

MORE = (
    "/?pile=dismissed",
    "/?pile=filed",
    "/?pile=open&level=high&q=rad&sort=newest",
    "/legal?stage=closed",
    "/register/entries?q=primer",
    "/sources/demo_radnik",
    "/reports?from=2026-11-01&to=2026-11-30",
    "/audit?page=2",
    "/no-such-page",
)


def pages_of_a_full_desk(desk: DeskUnderTest, folder: Path) -> list[str]:
    """Does everything once as the administrator who is logged in; all addresses of pages, some more than once."""
    cases = furnish(desk, folder)
    desk.log_in()
    _decide(desk, cases)
    _write_letters(desk, cases)
    _manage(desk)
    return _addresses(desk, cases)


def _decide(desk: DeskUnderTest, cases: dict[str, int]) -> None:
    at = f"/cases/{cases['open']}"
    desk.decide(cases["open"], "unsure")
    desk.decide(cases["open"], "dismiss", reason="duplikat", note="vidi drugi slučaj")
    desk.decide(cases["open"], "reopen")
    page = desk.page(at)
    send(desk, f"{at}/notes", page, note="Zvala je osoba sa sajma.")
    for belongs in ("no", "yes"):
        page = desk.page(at)
        if 'name="known"' in page:
            names = {name: field(page, name) for name in ("seen", "known", "entry")}
            send(desk, f"{at}/name", page, belongs=belongs, **names)
    send(desk, "/views", page, name="Moj prikaz", list="pile=open&level=high", shared="1")
    saved = send(desk, "/check/save", page, what=AD_TEXT, note="doneto lično")
    assert saved.status_code == 303, saved.text


def _write_letters(desk: DeskUnderTest, cases: dict[str, int]) -> None:
    register = desk.store.settings.evidence_folder / "register" / "registar-agencija.xlsx"
    register.parent.mkdir(parents=True, exist_ok=True)
    register.write_bytes(REGISTER_FILE)
    address = draft_address(cases["confirmed"])
    form = editor_form(desk.page(address))
    passage = next(name for name in form if name.startswith("passage-"))
    for changes in ({passage: "Naš izmenjen pasus."}, {"provision": []}, {"do": "restore_all"}):
        page = desk.page(address)
        answer = desk.client.post(address, data=editor_form(page) | changes)
        assert answer.status_code == 303, answer.text
    filed = f"/legal/cases/{cases['filed']}"
    page = desk.page(filed)
    form = {"what": "forwarded", "on": "2026-12-01", "note": "javili telefonom"}
    with desk.store.connect() as connection:
        (filing,) = filings_of(connection, [cases["filed"]])
    assert send(desk, f"{filed}/filings/{filing.id}/outcome", page, **form).status_code == 303
    for name in ("file.pdf", "annex.zip"):
        assert desk.client.get(f"{address}/{name}").status_code == 200
    desk.client.get("/reports/file/csv")


def _manage(desk: DeskUnderTest) -> None:
    page = desk.page("/")
    send(desk, "/people", page, name="Vera Primerić", email="vera@primer.example", role="legal")
    number = max(map(int, re.findall(r'action="/people/(\d+)/role"', desk.page("/people"))))
    for what in ("role", "disable", "enable", "reset"):
        assert send(desk, f"/people/{number}/{what}", page, role="reviewer").status_code in (200, 303)
    send(desk, "/profile/tokens", page, name="tabla", days="7")
    send(desk, "/profile/sessions/end", page)
    for action in ("disable", "enable", "disable"):
        send(desk, "/sources/demo_radnik/switch", page, action=action, why="sajt se seli")
    desk.another_client().post("/login", data={"email": "vera@primer.example", "password": "nije ova lozinka"})


def _addresses(desk: DeskUnderTest, cases: dict[str, int]) -> list[str]:
    """Every route that is a page, filled with what there is."""
    with desk.store.connect() as connection:
        record = connection.execute(captures.select()).first()
        saved = connection.execute(intakes.select()).first()
    assert record and saved
    plain = {"case_id": cases["filed"], "source": "demo_grupa", "night_id": 1, "recipient": MARKET}
    filled = plain | {"record_id": record.record_id, "ad_id": saved.ad_id}
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    pages = [each.path for each in routes if "GET" in (each.methods or ()) and not FILES.fullmatch(each.path)]
    of_cases = [page for page in pages if "{case_id}" in page]
    return [
        *(page.format(**filled) for page in pages if page not in of_cases),
        *(page.format(**filled | {"case_id": each}) for page in of_cases for each in cases.values()),
        f"{draft_address(cases['confirmed'])}?version=4&compare=1",
        *MORE,
    ]
