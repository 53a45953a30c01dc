"""The legal desk over HTTP: what waits, changing and approving drafts, recording filings; who may, and who may not."""

from __future__ import annotations

import hashlib
import html
import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from alerts.desk.people import Role
from crawler.store.approvals import standing_approvals
from crawler.store.cases import case_history
from crawler.store.drafts import draft_versions_of, drafts_of_case
from crawler.store.filings import filings_of
from tests.alerts.test_calendar import parse_calendar
from tests.builders import AD_TITLE, REGISTER_FILE
from tests.desk.conftest import DeskUnderTest, field
from tests.desk.legal_walks import (
    MARKET,
    PDF,
    approved_case,
    confirmed_case,
    draft_address,
    editor_form,
    filed_case,
    passage_with,
    send,
)

LABOUR = "inspektorat_za_rad"


@pytest.fixture
def legal(desk: DeskUnderTest) -> DeskUnderTest:
    """A desk with a register, and a lawyer logged in."""
    desk.store.register()
    desk.enter(Role.LEGAL)
    return desk


def _words(page: str) -> str:
    """The page's text without tags, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def _later(desk: DeskUnderTest) -> None:
    """Nineteen days on, when the first answer to what was filed is overdue."""
    desk.wait(timedelta(days=19))
    desk.log_in()


def _version(desk: DeskUnderTest, case_id: int) -> int:
    with desk.store.connect() as connection:
        return draft_versions_of(connection, case_id, MARKET)[-1].number


def test_an_empty_desk_says_what_will_come(legal: DeskUnderTest) -> None:
    assert "Ovde trenutno nema podnesaka" in legal.page("/legal")
    assert "Ništa ne kasni" in legal.page("/legal?stage=overdue")
    assert "Nijedan odobren tekst" in legal.page("/legal/batch")
    assert parse_calendar(legal.client.get("/legal/calendar.ics").content) == []


def test_the_list_shows_stage_recipient_and_days_left_and_is_filtered(legal: DeskUnderTest) -> None:
    prepared, filed = confirmed_case(legal), filed_case(legal)
    _later(legal)
    page = _words(legal.page("/legal"))
    assert "kasni 2 dana (2 radna dana)" in page
    assert "još 346 dana" in page
    assert "Kako je izračunato" in page
    late = legal.page("/legal?stage=overdue")
    assert f'href="/legal/cases/{filed}"' in late
    assert draft_address(prepared) not in late
    only = legal.page("/legal?stage=prepared")
    assert draft_address(prepared) in only
    assert "rok od jedne godine" in only
    assert "Ovde trenutno nema" in legal.page(f"/legal?recipient={LABOUR}")


@pytest.mark.parametrize("role", [Role.LEGAL, Role.READONLY])
def test_a_case_leads_to_its_filings_and_back(desk: DeskUnderTest, role: Role) -> None:
    desk.store.register()
    desk.enter(role)
    case_id = desk.store.complaint_case()
    assert f'href="/legal/cases/{case_id}"' in desk.page(f"/cases/{case_id}")
    assert f'href="/cases/{case_id}"' in desk.page(f"/legal/cases/{case_id}")


def test_late_matters_stand_first(legal: DeskUnderTest) -> None:
    confirmed_case(legal)
    filed_case(legal)
    _later(legal)
    assert re.findall(r'<li class="(matter[^"]*)"', legal.page("/legal")) == ["matter matter-late", "matter"]


@contextmanager
def _count(desk: DeskUnderTest) -> Iterator[list[str]]:
    told: list[str] = []

    def note(*given: object) -> None:
        told.append(str(given[2]))

    event.listen(desk.app.state.desk.engine, "before_cursor_execute", note)
    yield told
    event.remove(desk.app.state.desk.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("address", ["/legal", "/legal/batch", "/legal/calendar.ics"])
def test_a_list_asks_the_store_as_often_for_one_row_as_for_many(legal: DeskUnderTest, address: str) -> None:
    def statements() -> int:
        with _count(legal) as told:
            assert legal.client.get(address).status_code == 200
        return len(told)

    approved_case(legal)
    filed_case(legal)
    before = statements()
    for _ in range(3):
        approved_case(legal)
        filed_case(legal)
    assert statements() == before


def test_a_draft_is_changed_previewed_and_kept_as_one_version(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    form = editor_form(legal.page(address))
    name = passage_with(form, "molimo Vas da proverite")
    form |= {name: "Molimo Vas da ovo što pre proverite.", "provision": [*form["provision"], "c181_7"]}
    form["provision"].remove("zin_30")
    shown = legal.client.post(address, data=form | {"do": "preview"})
    assert shown.status_code == 200
    assert "Молимо Вас да ово што пре проверите." in shown.text
    assert "Molimo Vas da ovo što pre proverite.</textarea>" in shown.text
    assert "nije sačuvano" in shown.text
    part = legal.client.post(f"{address}/preview?script=latn", data=form)
    assert "Molimo Vas da ovo što pre proverite." in part.text
    assert "<html" not in part.text
    assert _version(legal, case_id) == 1
    answer = legal.client.post(address, data=form)
    assert answer.status_code == 303
    page = legal.page(answer.headers["location"].split("#")[0])
    assert "sačuvane kao nova verzija" in page
    assert "Молимо Вас да ово што пре проверите." in page
    assert "Navedeni su propisi koje pravnik još nije potvrdio" in page
    differences = legal.page(f"{address}?compare=1")
    assert "Molimo Vas da ovo što pre proverite" in differences.split('id="razlike"')[1]
    with legal.store.connect() as connection:
        versions = draft_versions_of(connection, case_id, MARKET)
    assert [(one.number, one.person) for one in versions] == [(1, "system"), (2, "ana@primer.example")]


def test_a_form_sent_unchanged_makes_no_version(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    form = editor_form(legal.page(draft_address(case_id)))
    answer = legal.client.post(draft_address(case_id), data=form)
    assert "done=unchanged" in answer.headers["location"]
    assert _version(legal, case_id) == 1


def test_one_passage_or_all_are_put_back(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    form = editor_form(legal.page(address))
    name = passage_with(form, "molimo Vas da proverite")
    legal.client.post(address, data=form | {name: "Prvo."})
    form = editor_form(legal.page(address))
    assert form[name] == "Prvo."
    del form["do"]
    legal.client.post(address, data=form | {"restore": name.removeprefix("passage-")})
    form = editor_form(legal.page(address))
    assert "molimo Vas da proverite" in form[name]
    legal.client.post(address, data=form | {name: "Drugo."})
    legal.client.post(address, data=editor_form(legal.page(address)) | {"do": "restore_all"})
    assert "molimo Vas da proverite" in editor_form(legal.page(address))[name]
    assert _version(legal, case_id) == 5


@pytest.mark.parametrize(("words", "told"), [("", "je prazan"), ("Bez navoda.", "navodi reči oglasa")])
def test_a_refused_change_says_why_and_keeps_what_was_typed(legal: DeskUnderTest, words: str, told: str) -> None:
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    form = editor_form(legal.page(address))
    quoting = passage_with(form, "Kotizacija 200 evra")
    other = passage_with(form, "molimo Vas da proverite")
    answer = legal.client.post(address, data=form | {quoting: words, other: "Ovo je otkucano <b>&"})
    assert answer.status_code == 422
    assert told in answer.text
    assert "Ovo je otkucano &lt;b&gt;&amp;</textarea>" in answer.text
    assert f'href="#{quoting}"' in answer.text
    assert _version(legal, case_id) == 1


def test_two_who_edit_at_once_lose_nothing(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    form = editor_form(legal.page(address))
    name = passage_with(form, "molimo Vas da proverite")
    assert legal.client.post(address, data=form | {name: "Prva osoba."}).status_code == 303
    answer = legal.client.post(address, data=form | {name: "Druga osoba."})
    assert answer.status_code == 422
    assert "u međuvremenu promenjen" in answer.text
    assert "Druga osoba.</textarea>" in answer.text


def test_what_is_approved_is_what_was_seen(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    page = legal.page(address)
    seen = field(page, "sha256")
    assert seen in _words(page)
    assert "Ana Primerović" in page
    form = editor_form(page)
    legal.client.post(address, data=form | {passage_with(form, "molimo Vas da proverite"): "Drugo."})
    assert send(legal, f"{address}/approve", page, sha256=seen).status_code == 409
    page = legal.page(address)
    assert send(legal, f"{address}/approve", page, sha256=field(page, "sha256")).status_code == 303
    with legal.store.connect() as connection:
        (approval,) = standing_approvals(connection, case_id)
    assert (approval.version, approval.digest, approval.person) == (2, field(page, "sha256"), "ana@primer.example")
    page = legal.page(address)
    assert "<textarea" not in page
    assert approval.digest in page
    back = legal.page(f"/legal/cases/{case_id}")
    answer = send(legal, f"/legal/cases/{case_id}/decide", back, decision="withdraw", seen="approved", note="još nešto")
    assert answer.status_code == 303
    assert legal.state(case_id) == "drafted"
    assert "<textarea" in legal.page(address)


def test_nothing_is_approved_or_taken_along_on_broken_evidence(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    page = legal.page(draft_address(case_id))
    for file in (legal.store.settings.evidence_folder / "warc").iterdir():
        file.write_bytes(b"x" * file.stat().st_size)
    assert "nisu prošli proveru" in legal.page(draft_address(case_id))
    answer = send(legal, f"{draft_address(case_id)}/approve", page, sha256=field(page, "sha256"))
    assert answer.status_code == 409
    assert legal.state(case_id) == "drafted"
    for name in ("file.pdf", "annex.zip"):
        assert legal.client.get(f"{draft_address(case_id)}/{name}").status_code == 409


def test_a_draft_is_taken_along_in_three_formats_with_its_annex(legal: DeskUnderTest, tmp_path: Path) -> None:
    register = legal.store.settings.evidence_folder / "register" / "registar-agencija.xlsx"
    register.parent.mkdir(parents=True)
    register.write_bytes(REGISTER_FILE)
    case_id = confirmed_case(legal)
    address = draft_address(case_id)
    assert "Predstavka" in legal.client.get(f"{address}/file.txt?script=latn").text
    assert legal.client.get(f"{address}/file.docx").content.startswith(b"PK")
    pdf = legal.client.get(f"{address}/file.pdf?script=cyrl")
    (tmp_path / "a.pdf").write_bytes(pdf.content)
    told = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "Представка" in told
    annex = legal.client.get(f"{address}/annex.zip?script=latn")
    assert annex.headers["content-type"] == "application/zip"
    assert annex.headers["content-length"] == str(len(annex.content))
    with legal.store.connect() as connection:
        last = case_history(connection, case_id)[-1]
    assert last.person == "ana@primer.example"
    assert hashlib.sha256(annex.content).hexdigest() in last.note
    with zipfile.ZipFile(io.BytesIO(annex.content)) as packed:
        assert {"PROCITAJ.txt", "SHA256SUMS", "dokazi.wacz"} <= set(packed.namelist())
    assert re.search(r"oko [\d,.]+ (KB|MB)", _words(legal.page(address)))


def test_a_filing_is_recorded_with_its_receipt_and_its_deadlines_run(legal: DeskUnderTest) -> None:
    case_id = approved_case(legal)
    address = f"{draft_address(case_id)}/filed"
    page = legal.page(address)
    answer = legal.client.post(
        address,
        data={"csrf": field(page, "csrf"), "channel": "registered_post", "on": "2026-11-20", "reference": "353-9/2026"},
        files={"receipt": ("potvrda <1>.pdf", PDF, "text/html")},
    )
    assert answer.status_code == 303, answer.text
    page = _words(legal.page(f"/legal/cases/{case_id}"))
    assert "353-9/2026" in page
    assert "7. 12. 2026." in page
    assert "potvrda <1>.pdf" in page
    with legal.store.connect() as connection:
        (filing,) = filings_of(connection, [case_id])
    kept = legal.client.get(f"/legal/cases/{case_id}/filings/{filing.id}/receipt")
    assert kept.content == PDF
    assert kept.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in kept.headers["content-security-policy"]
    events = parse_calendar(legal.client.get("/legal/calendar.ics").content)
    assert {one["DTSTART;VALUE=DATE"] for one in events} == {"20261207", "20261221"}
    assert all(one["URL"].endswith(f"/legal/cases/{case_id}") for one in events)
    (legal.store.settings.evidence_folder / str(filing.receipt)).write_bytes(b"%PDF- another")
    assert legal.client.get(f"/legal/cases/{case_id}/filings/{filing.id}/receipt").status_code == 409


@pytest.mark.parametrize(
    ("fields", "content", "told"),
    [
        ({"channel": ""}, b"", "Izaberite kako je podneto"),
        ({"on": "juče"}, b"", "Upišite dan podnošenja"),
        ({"on": "2026-11-21"}, b"", "Taj dan još nije došao"),
        ({"on": "2026-11-19"}, b"", "Tog dana nije bilo odobrenog teksta"),
        ({"reference": "x" * 121}, b"", "najviše 120 znakova"),
        ({}, b"<script>alert(1)</script>", "ova datoteka to nije"),
        ({}, PDF + b"0" * (20 * 2**20), "veća od 20 MB"),
    ],
)
def test_wrong_input_is_named_and_what_was_typed_stays(
    legal: DeskUnderTest, fields: dict[str, str], content: bytes, told: str
) -> None:
    case_id = approved_case(legal)
    address = f"{draft_address(case_id)}/filed"
    typed = {"channel": "post", "on": "2026-11-20", "reference": "353-<9>"} | fields
    files = {"receipt": ("potvrda.pdf", content, "application/pdf")} if content else None
    answer = legal.client.post(address, data={"csrf": field(legal.page(address), "csrf")} | typed, files=files)
    assert answer.status_code == 422
    assert told in answer.text
    for value in (typed["on"], typed["reference"]):
        assert f'value="{html.escape(value)}"' in answer.text
    assert legal.state(case_id) == "approved"


def test_what_is_too_large_is_refused_before_it_is_read(legal: DeskUnderTest) -> None:
    case_id = approved_case(legal)
    page = legal.page(f"{draft_address(case_id)}/filed")
    answer = legal.client.post(
        f"{draft_address(case_id)}/filed",
        data={"csrf": field(page, "csrf")},
        files={"receipt": ("a.pdf", PDF + b"0" * (22 * 2**20), "application/pdf")},
    )
    assert answer.status_code == 413
    answer = legal.client.post(f"/legal/cases/{case_id}/decide", data={"csrf": "x", "note": "x" * 70_000})
    assert answer.status_code == 413


def test_the_same_offer_filed_twice_is_refused_with_a_link_to_the_first(legal: DeskUnderTest) -> None:
    first = filed_case(legal)
    with legal.store.connect() as connection:
        number = filings_of(connection, [first])[0].id
    address = f"{draft_address(first)}/filed"
    page = legal.page(address)
    link = f'href="/legal/cases/{first}#podnesak-{number}"'
    assert link in page
    form = {"csrf": field(page, "csrf"), "channel": "email", "on": "2026-11-20"}
    answer = legal.client.post(address, data=form)
    assert answer.status_code == 422
    assert "već podneta istom primaocu" in answer.text
    assert link in answer.text
    assert legal.client.post(address, data=form | {"again": "vraćeno na uređenje"}).status_code == 303


def test_a_batch_shows_what_is_ready_and_what_was_filed_before(legal: DeskUnderTest) -> None:
    ready = approved_case(legal)
    page = legal.page("/legal/batch")
    assert "može da se podnese" in page
    assert f"/legal/cases/{ready}/drafts/{MARKET}/filed" in page
    with legal.store.connect() as connection:
        (approval,) = standing_approvals(connection, ready)
    assert approval.digest in page


def test_outcomes_are_recorded_a_reminder_is_written_and_the_case_closed(legal: DeskUnderTest) -> None:
    case_id = filed_case(legal)
    page = legal.page(f"/legal/cases/{case_id}")
    with legal.store.connect() as connection:
        number = filings_of(connection, [case_id])[0].id
    reminder = f"/legal/cases/{case_id}/filings/{number}/reminder.txt?script=latn"
    assert legal.client.get(reminder).status_code == 404
    _later(legal)
    page = legal.page(f"/legal/cases/{case_id}")
    assert "Požurnica" in page
    assert "353-1/2026" in legal.client.get(reminder).text
    address = f"/legal/cases/{case_id}/filings/{number}/outcome"
    wrong = send(legal, address, page, what="procedure_started", on="2026-11-01", note="pismo <stiglo>")
    assert wrong.status_code == 422
    assert "Taj dan je pre podnošenja" in wrong.text
    assert 'value="pismo &lt;stiglo&gt;"' in wrong.text
    assert send(legal, address, page, what="", on="2026-12-01").status_code == 422
    assert send(legal, address, page, what="procedure_started", on="2026-12-01").status_code == 303
    assert legal.state(case_id) == "answered"
    page = legal.page(f"/legal/cases/{case_id}")
    assert "pokrenut postupak" in page
    assert "Požurnica" not in page
    assert legal.client.get(reminder).status_code == 404
    answer = send(legal, f"/legal/cases/{case_id}/decide", page, decision="close", seen="answered", note="gotovo")
    assert answer.status_code == 303
    assert f"slučaj {case_id}" in _words(legal.page("/legal?stage=closed"))
    page = legal.page(f"/legal/cases/{case_id}")
    assert send(legal, f"/legal/cases/{case_id}/undo", page, event=field(page, "event")).status_code == 303
    assert legal.state(case_id) == "answered"
    assert send(legal, f"/legal/cases/{case_id}/undo", page, event=field(page, "event")).status_code == 409


def test_a_draft_to_another_recipient_is_laid_or_its_refusal_named(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    page = legal.page(f"/legal/cases/{case_id}")
    assert 'value="obavestenje_portalu:demo-portal.example"' in page
    answer = send(legal, f"/legal/cases/{case_id}/drafts", page, recipient="obavestenje_portalu:demo-portal.example")
    assert answer.status_code == 303
    shown = legal.page(answer.headers["location"])
    assert "demo-portal.example" in shown
    answer = send(legal, f"/legal/cases/{case_id}/drafts", page, recipient="poverenik_ravnopravnost")
    assert answer.status_code == 422
    assert 'value="poverenik_ravnopravnost" selected' in answer.text
    with legal.store.connect() as connection:
        assert len(drafts_of_case(connection, case_id)) == 2


READS = (
    "/legal",
    "/legal/batch",
    "/legal/calendar.ics",
    "/legal/cases/{case}",
    "/legal/cases/{case}/drafts/trzisna_inspekcija",
    "/legal/cases/{case}/drafts/trzisna_inspekcija/filed",
    "/legal/cases/{case}/drafts/trzisna_inspekcija/file.txt",
)
WRITES = (
    "/legal/cases/{case}/drafts",
    "/legal/cases/{case}/decide",
    "/legal/cases/{case}/undo",
    "/legal/cases/{case}/drafts/trzisna_inspekcija",
    "/legal/cases/{case}/drafts/trzisna_inspekcija/preview",
    "/legal/cases/{case}/drafts/trzisna_inspekcija/approve",
    "/legal/cases/{case}/drafts/trzisna_inspekcija/filed",
    "/legal/cases/{case}/filings/1/outcome",
)


@pytest.mark.parametrize("role", [Role.READONLY, Role.REVIEWER, Role.COORDINATOR])
def test_others_see_the_legal_desk_and_change_nothing(desk: DeskUnderTest, role: Role) -> None:
    desk.store.register()
    case_id = confirmed_case(desk)
    desk.enter(role)
    for address in READS:
        page = desk.client.get(address.format(case=case_id))
        assert page.status_code == 200, address
        assert "<textarea" not in page.text
        assert 'action="/legal/cases' not in page.text
    csrf = field(desk.page("/"), "csrf")
    for address in WRITES:
        assert desk.client.post(address.format(case=case_id), data={"csrf": csrf}).status_code == 403, address
    assert desk.state(case_id) == "drafted"


def test_nobody_sees_and_no_foreign_form_changes_anything(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal)
    for address in WRITES:
        answer = legal.client.post(address.format(case=case_id), data={"csrf": "wrong"})
        assert answer.status_code == 403, address
    legal.client.cookies.clear()
    for address in READS:
        assert legal.client.get(address.format(case=case_id)).headers["location"] == "/login"


@pytest.mark.parametrize(
    "address",
    [
        "/legal/cases/99",
        "/legal/cases/{case}/drafts/nema_ga",
        "/legal/cases/{case}/drafts/trzisna_inspekcija?version=7",
        "/legal/cases/{case}/drafts/trzisna_inspekcija/file.exe",
        "/legal/cases/{case}/drafts/..%2F..%2Fetc/file.txt",
        "/legal/cases/{case}/filings/9/receipt",
        "/legal/cases/{case}/filings/9/reminder.txt",
        "/legal?stage=nema",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(legal: DeskUnderTest, address: str) -> None:
    case_id = confirmed_case(legal)
    assert legal.client.get(address.format(case=case_id)).status_code == 404


@pytest.mark.parametrize(
    ("tongue", "words"),
    [("cyrl", ("Представке", "Тржишна инспекција", "чека одобрење")), ("en", ("Complaints", "awaits approval"))],
)
def test_the_legal_desk_speaks_the_other_tongues(legal: DeskUnderTest, tongue: str, words: tuple[str, ...]) -> None:
    case_id = confirmed_case(legal, title="Radnici, Njujork".ljust(len(AD_TITLE), "."))
    legal.client.cookies.set("adwatch_tongue", tongue)
    page = legal.page("/legal") + legal.page(draft_address(case_id))
    for word in words:
        assert word in page
    assert "Radnici, Njujork" in page


def test_hostile_words_of_an_ad_are_text(legal: DeskUnderTest) -> None:
    case_id = confirmed_case(legal, title="<script>x</script>{{7*7}}")
    for address in (READS[0], READS[3], READS[4]):
        page = legal.page(address.format(case=case_id))
        assert "<script>x" not in page
        assert "{{7*7}}" in page
