"""The case page: the ad with its quotes, the register answer, copies, evidence and drafts; nothing of it is markup."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from alerts.cases import Decision
from alerts.deciding import decide_case
from alerts.gathering import gather_facts
from alerts.indexing import index_cases
from alerts.moving import move_by_program
from crawler.assessment import Impersonation, Indicator, Mediator, MediatorKind, Proposal, RegisterAnswer, Verdict
from crawler.store.drafts import NewDraft, delete_drafts, save_drafts
from crawler.store.schema import ad_versions, ads, assessments, captures, case_events, cases, series
from pipelines.indicators import describe
from tests.builders import AD_TEXT, AD_TITLE, NOW, complaint_assessment
from tests.desk.conftest import DeskUnderTest

COPIED = (ads, ad_versions, assessments, cases)
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def _evil_case(desk: DeskUnderTest) -> int:
    text = f"Kotizacija {EVIL} pre puta & {AD_TEXT}"
    start = len(EVIL) + 1
    judged = complaint_assessment(
        mediator=Mediator(name=EVIL, kind=MediatorKind.AGENCY, licence=EVIL),
        indicators=(Indicator("upfront_fee", f"Kotizacija {EVIL}", start, start + len(f"Kotizacija {EVIL}")),),
    )
    ad = desk.store.ad(title=EVIL, text=text, url="http://portal.example/?q=%22%3E<script>alert(1)</script>")
    return desk.store.case(ad, desk.store.assess(ad, judged))


def _draft(desk: DeskUnderTest, case_id: int, recipient: str = "trzisna_inspekcija") -> None:
    with desk.store.engine.begin() as connection:
        facts = gather_facts(connection, desk.store.settings, case_id, recipient, now=NOW)
        save_drafts(connection, [NewDraft(case_id, recipient, facts.to_json())], now=NOW)


def test_a_change_after_approval_is_told_and_the_text_stays(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    case_id = desk.store.complaint_case(state="approved")
    _draft(desk, case_id)
    assert "zmenjeno posle odobrenja" not in desk.page("/?pile=confirmed") + desk.page(f"/cases/{case_id}")
    with desk.store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=NOW, note="registar: A → B")
    assert "izmenjeno posle odobrenja" in desk.page("/?pile=confirmed")
    shown = desk.page(f"/cases/{case_id}")
    assert 'Izmenjeno posle odobrenja:</strong> <span translate="no">registar: A → B</span>.' in shown
    assert "Подносилац" in shown


def test_an_approved_text_stays_beside_its_next_version(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    case_id = desk.store.complaint_case()
    _draft(desk, case_id)
    with desk.store.engine.begin() as connection:
        for decision in (Decision.CONFIRM, Decision.APPROVE):
            decide_case(connection, case_id, decision, person="ana@primer.example", now=NOW)
        delete_drafts(connection, case_id)
    _draft(desk, case_id)
    shown = desk.page(f"/cases/{case_id}")
    assert ", verzija 2</span>" in shown
    assert ", odobren</span>" in shown
    for version in (1, 2):
        assert desk.client.get(f"/cases/{case_id}/draft.txt?version={version}").status_code == 200
    assert desk.client.get(f"/cases/{case_id}/draft.txt?version=3").status_code == 404


def test_the_case_says_why_there_is_no_draft(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    assert "nacrta nema: registar agencija nije uvezen" in desk.page(f"/cases/{case_id}")
    desk.store.register()
    assert "nacrta nema: biće pripremljen" in desk.page(f"/cases/{case_id}")
    desk.wait(timedelta(days=60))
    desk.log_in()
    assert "nacrta nema: spisak agencija je zastareo" in desk.page(f"/cases/{case_id}")


def test_a_case_whose_capture_was_tampered_with_says_so(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register()
    case_id = desk.store.complaint_case()
    with desk.store.engine.begin() as connection:
        connection.execute(update(captures).values(digest="0" * 64))
    assert "nacrta nema: snimak oglasa nije prošao proveru" in desk.page(f"/cases/{case_id}")


def _count_queries(desk: DeskUnderTest, address: str) -> int:
    made: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        made.append(statement)

    engine = desk.app.state.desk.engine
    event.listen(engine, "before_cursor_execute", note)
    desk.page(address)
    event.remove(engine, "before_cursor_execute", note)
    return len(made)


def test_the_number_of_queries_does_not_grow_with_the_store(desk: DeskUnderTest) -> None:
    desk.enter()
    first = desk.store.ad()
    case_id = desk.store.case(first, desk.store.assess(first))
    _many_cases(desk, 9)
    addresses = ("/", "/?pile=open&q=magacin&level=high&changed=1&country=DE", f"/cases/{case_id}?pile=open&q=rad")
    few = [_count_queries(desk, address) for address in addresses]
    for number in range(8):
        desk.store.assess(desk.store.ad(series_id=first.series_id, source=f"portal{number}"))
    _many_cases(desk, 990)
    assert [_count_queries(desk, address) for address in addresses] == few


def _many_cases(desk: DeskUnderTest, count: int) -> None:
    """That many more cases like the newest one, each with an ad of its own, indexed."""
    with desk.store.engine.begin() as connection:
        rows = {table.name: connection.execute(select(table).limit(1)).one()._asdict() for table in COPIED}
        for number in range(count):
            series_id = connection.scalar(insert(series).values(opened_at=NOW).returning(series.c.id))
            url_key = hashlib.sha256(f"{count} {number}".encode()).hexdigest()
            its = {"series_id": series_id, "url_key": url_key}
            its["ad_id"] = its["version_id"] = its["assessment_id"] = 0
            for table, name in zip(COPIED, ("ad_id", "version_id", "assessment_id", "case_id"), strict=True):
                known = {column: its.get(column, value) for column, value in rows[table.name].items()}
                plain = {column: value for column, value in known.items() if column not in ("id", "rank")}
                its[name] = connection.scalar(insert(table).values(plain).returning(table.c.id))
            version = {"version_id": its["version_id"], "assessed_version_id": its["version_id"]}
            connection.execute(update(ads).where(ads.c.id == its["ad_id"]).values(version))
    index_cases(desk.store.night_now())


@pytest.mark.parametrize("address", ["/", "/cases/1", "/cases/1?script=latn"])
def test_nothing_a_page_said_becomes_markup(desk: DeskUnderTest, address: str) -> None:
    desk.enter()
    desk.store.register()
    _draft(desk, _evil_case(desk))
    shown = desk.page(address)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "&lt;script&gt;alert(" in shown


def test_a_quote_is_marked_with_what_was_found_and_why(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page(f"/cases/{desk.store.complaint_case()}")
    marked = shown[shown.index("<mark") : shown.index("</mark>")]
    assert marked.endswith(">Kotizacija 200 evra pre puta")
    described = re.search(r'aria-describedby="([^"]+)"', marked)
    assert described
    popover = shown[shown.index(f'role="tooltip" id="{described.group(1)}"') :].partition("</mark>")[0]
    for words in (
        "1. Oglas navodi – ",
        describe("upfront_fee").reference,
        "<code>upfront_fee</code>",
        "težina u proceni 0,",
    ):
        assert words in popover


def test_each_finding_leads_to_its_quote(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page(f"/cases/{desk.store.complaint_case()}")
    finding = shown[shown.index('id="nalaz-1"') :].partition("</li>")[0]
    led = re.search(r'href="#(navod-[^"]+)"', finding)
    assert led
    assert f'id="{led.group(1)}"' in shown


def test_a_finding_names_its_rule_and_reason(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page(f"/cases/{desk.store.complaint_case()}")
    finding = shown[shown.index('id="nalaz-1"') :].partition("</li>")[0]
    for words in (describe("upfront_fee").title, describe("upfront_fee").why[:40], "pravilo <code>upfront_fee</code>"):
        assert words in finding


def test_an_address_that_is_no_web_address_is_no_link(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad(url="javascript:alert(1)//x")
    shown = desk.page(f"/cases/{desk.store.case(ad, desk.store.assess(ad))}")
    assert "javascript:alert(1)//x" in shown
    assert 'href="javascript:' not in shown


def test_the_register_answer_comes_with_the_nearest_names(desk: DeskUnderTest) -> None:
    desk.enter()
    shown = desk.page(f"/cases/{desk.store.complaint_case()}")
    assert "Primer Radnik d.o.o." in shown
    assert "71%" in shown


def test_on_a_list_that_became_too_old_nobody_is_called_unregistered(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.wait(timedelta(days=60))
    desk.log_in()
    for address in ("/", f"/cases/{case_id}"):
        shown = desk.page(address)
        assert "nije provereno: registar zastareo" in shown
        assert "nije nađen u registru" not in shown


def test_an_answer_without_register_reads_as_not_checked(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    desk.store.case(ad, desk.store.assess(ad, complaint_assessment(register=RegisterAnswer())))
    shown = desk.page("/")
    assert "nije provereno: nema registra" in shown
    assert "nije nađen" not in shown


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_page(desk: DeskUnderTest, verdict: Verdict) -> None:
    desk.enter()
    answer = RegisterAnswer(verdict=verdict, as_of=NOW.date(), snapshot="sha256:00", entry="Primer d.o.o.")
    ad = desk.store.ad()
    case_id = desk.store.case(ad, desk.store.assess(ad, complaint_assessment(register=answer)))
    assert f"badge-{verdict}" in desk.page(f"/cases/{case_id}")


def test_hard_triggers_put_police_or_prosecutor_first(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    quote = "Kotizacija 200 evra"
    start = f"{AD_TITLE}\n{AD_TEXT}".index(quote)
    indicators = (Indicator("document_retention", quote, start, start + len(quote)),)
    judged = complaint_assessment(indicators=indicators, referral=("retained_documents", "not_known_yet"))
    case_id = desk.store.case(ad, desk.store.assess(ad, judged))
    shown = desk.page(f"/cases/{case_id}")
    assert "Najpre policija ili tužilaštvo" in shown
    assert "predaja ili zadržavanje ličnih dokumenata" in shown
    assert "hitno potrebna pomoć" in shown
    assert '<mark class="quote quote-grave"' in shown
    assert "najpre policija ili tužilaštvo" in desk.page("/")
    assert desk.decide(case_id, "refer").status_code == 303
    assert desk.state(case_id) == "referred"


def test_a_hard_trigger_shows_its_words_and_its_rule(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    quote = "Kotizacija 200 evra"
    start = f"{AD_TITLE}\n{AD_TEXT}".index(quote)
    quotes = (
        Indicator("violence_or_threat", quote, start, start + len(quote)),
        Indicator("retained_documents", quote, start, start + len(quote)),
    )
    judged = complaint_assessment(referral=("violence_or_threat", "retained_documents"), referral_quotes=quotes)
    case_id = desk.store.case(ad, desk.store.assess(ad, judged))
    shown = desk.page(f"/cases/{case_id}")
    banner = shown[shown.index('class="referral"') : shown.index("</section>")]
    assert banner.count(f"„{quote}“") == 2
    assert "<code>violence_or_threat</code>" in banner
    assert "<code>retained_documents</code> (<code>document_retention</code>)" in banner
    findings = shown[shown.index('class="findings"') :]
    assert findings.index("Pominje se nasilje ili pretnja") < findings.index("Traži se novac od radnika")
    assert '<mark class="quote quote-grave"' in shown
    assert "Pominje se nasilje ili pretnja" in desk.page("/")


def test_a_plea_is_not_called_an_ad(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    judged = complaint_assessment(is_job_ad=False, referral=("asks_for_help",), complaint=Proposal(), indicators=())
    case_id = desk.store.case(ad, desk.store.assess(ad, judged))
    shown = desk.page(f"/cases/{case_id}")
    assert "Tekst nije oglas za posao" in shown
    assert "molba za pomoć" in shown


def test_a_name_that_contacts_do_not_fit_is_a_question_to_the_firm(desk: DeskUnderTest) -> None:
    desk.enter()
    ad = desk.store.ad()
    why = "Oglas se poziva na ime Orvandel, a kontakti nisu sa adrese te firme; vredi proveriti kod same firme."
    mediator = Mediator(name="Orvandel", possible_impersonation=Impersonation("Orvandel", why))
    case_id = desk.store.case(ad, desk.store.assess(ad, complaint_assessment(mediator=mediator)))
    assert why in desk.page(f"/cases/{case_id}")


def test_the_case_shows_copies_sightings_evidence_and_sisters(desk: DeskUnderTest) -> None:
    desk.enter()
    first = desk.store.ad()
    case_id = desk.store.case(first, desk.store.assess(first))
    copy = desk.store.ad(series_id=first.series_id, source="demo_kanal", url="http://kanal.example/1")
    desk.store.assess(copy)
    desk.store.see_again(first, at=NOW + timedelta(days=1))
    other = desk.store.ad(series_id=first.series_id)
    sister = desk.store.case(other, desk.store.assess(other, mediator_key="drugi"), mediator_key="drugi")
    shown = desk.page(f"/cases/{case_id}")
    assert 'href="http://kanal.example/1"' in shown
    assert "21.\u00a011.\u00a02026." in shown
    assert f'href="/cases/{sister}"' in shown
    with desk.store.connect() as connection:
        rows = connection.execute(captures.select()).all()
    assert all(row.digest in shown and row.record_id in shown for row in rows[:2])


def test_an_ad_without_title_contact_or_findings_still_has_a_page(desk: DeskUnderTest) -> None:
    desk.enter()
    bare = complaint_assessment(indicators=(), mediator=Mediator(), not_stated=(), destinations=())
    ad = desk.store.ad(title=None, text="Posao.")
    case_id = desk.store.case(ad, desk.store.assess(ad, bare))
    assert '<h1 translate="no">Posao.</h1>' in desk.page(f"/cases/{case_id}")
    assert "zemlja nije navedena" in desk.page("/")


def test_drafts_are_shown_in_either_script_and_downloaded(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.store.register()
    _draft(desk, case_id)
    assert "Подносилац" in desk.page(f"/cases/{case_id}")
    assert "Podnosilac" in desk.page(f"/cases/{case_id}?script=latn")
    for kind, start in (("docx", b"PK"), ("pdf", b"%PDF"), ("txt", "Удружење".encode())):
        answer = desk.client.get(f"/cases/{case_id}/draft.{kind}?recipient=trzisna_inspekcija")
        assert answer.content.startswith(start)
        assert f'filename="slucaj-{case_id}-trzisna_inspekcija-cyrl.{kind}"' in answer.headers["content-disposition"]


def test_no_draft_is_taken_along_on_broken_evidence(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    desk.store.register()
    _draft(desk, case_id)
    for file in (desk.store.settings.evidence_folder / "warc").iterdir():
        file.write_bytes(b"x" * file.stat().st_size)
    answer = desk.client.get(f"/cases/{case_id}/draft.txt")
    assert answer.status_code == 409
    assert "Подносилац" not in answer.text


@pytest.mark.parametrize("tail", ["draft.pdf", "draft.pdf?recipient=../../etc", "draft.exe", "draft.pdf?script=x"])
def test_a_draft_that_is_not_there_is_not_found(desk: DeskUnderTest, tail: str) -> None:
    desk.enter()
    assert desk.client.get(f"/cases/{desk.store.complaint_case()}/{tail}").status_code == 404


def test_a_draft_of_another_program_version_does_not_break_the_case(desk: DeskUnderTest) -> None:
    desk.enter()
    case_id = desk.store.complaint_case()
    with desk.store.engine.begin() as connection:
        save_drafts(connection, [NewDraft(case_id, "gone", {"old": 1})], now=NOW)
    assert "druga verzija programa" in desk.page(f"/cases/{case_id}")
    assert desk.client.get(f"/cases/{case_id}/draft.pdf").status_code == 409


@pytest.mark.parametrize("address", ["/cases/0", "/cases/77", "/cases/x", "/cases/99999999999999999999", "/?after=-1"])
def test_what_is_not_there_is_said_plainly(desk: DeskUnderTest, address: str) -> None:
    desk.enter()
    answer = desk.client.get(address)
    assert answer.status_code == 404
    assert "Nema takve stranice" in answer.text


def test_every_state_has_a_page(desk: DeskUnderTest) -> None:
    desk.enter()
    for state in ("confirmed", "drafted", "approved", "filed", "answered", "closed", "dismissed", "referred"):
        case_id = desk.store.complaint_case(state=state)
        with desk.store.engine.begin() as connection:
            row = {"at": NOW, "person": "system", "before": "open", "after": state, "note": ""}
            connection.execute(insert(case_events).values(case_id=case_id, **row))
        assert f"Slučaj {case_id}" in desk.page(f"/cases/{case_id}")
