"""Filing outside of the program, as it is recorded: only approved texts, never twice unseen, with its receipt."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import update

from alerts.approving import approve_case, text_digest
from alerts.batch import filing_batch
from alerts.cases import CaseState, Decision
from alerts.deciding import decide_case
from alerts.document import plain_text
from alerts.draft_changes import (
    change_draft_by,
    change_passage,
    change_provisions,
    read_passages,
    read_provisions,
    restore_passages,
)
from alerts.drafting import DocumentFormat, kept_document, write_document
from alerts.editing import DraftChanges
from alerts.filing import Channel, Filed, filed_complaint, filing_states, record_filing, record_outcome
from alerts.follow_ups import FiledComplaint
from alerts.frozen import approved_document
from alerts.joining import join_cases, part_cases
from alerts.laying import lay_ready
from alerts.moving import move_by_program
from alerts.outcomes import Outcome
from alerts.receipts import LARGEST, keep_receipt, read_receipt, receipt_of
from alerts.script import Script
from alerts.steps import open_cases, prepare_drafts
from alerts.undoing import undo
from crawler.assessment import Risk, RiskLevel
from crawler.errors import DraftError, UsageError
from crawler.evidence.verify import verify_evidence
from crawler.store.approvals import standing_approvals
from crawler.store.cases import case_history, list_cases, read_case
from crawler.store.drafts import delete_drafts, draft_versions_of, drafts_of_case
from crawler.store.filings import filings_of
from crawler.store.schema import approvals
from tests.builders import NOW, StoreBuilder, complaint_assessment

MARKET, LABOUR = "trzisna_inspekcija", "inspektorat_za_rad"
ANA, IVA = "ana@primer.example", "iva@primer.example"
TODAY = NOW.date()
ROOT = Path(__file__).parents[2]

both_databases = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def _approved(store: StoreBuilder, **ad_fields: Any) -> int:
    case_id = store.complaint_case(**ad_fields)
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    _decide(store, case_id, Decision.CONFIRM)
    _decide(store, case_id, Decision.APPROVE)
    return case_id


def _decide(store: StoreBuilder, case_id: int, decision: Decision, *, at: datetime = NOW) -> CaseState:
    with store.engine.begin() as connection:
        return decide_case(connection, case_id, decision, person=ANA, now=at, note="razlog")


def _file(store: StoreBuilder, case_id: int, *, at: datetime = NOW, **changes: Any) -> int:
    fields = {"recipient": MARKET, "channel": Channel.REGISTERED_POST, "filed_on": at.date(), "reference": "353-1/2026"}
    with store.engine.begin() as connection:
        filed = Filed(**{**fields, **changes})
        return record_filing(connection, case_id, filed, person=IVA, now=at, guard_days=180)


def _outcome(store: StoreBuilder, case_id: int, outcome: Outcome, on: date) -> CaseState:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=NOW.tzinfo)
    with store.engine.begin() as connection:
        return record_outcome(connection, case_id, outcome, on=on, person=IVA, now=at)


@both_databases
def test_a_filing_is_kept_with_all_that_was_said_of_it(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    _file(store, case_id)
    with store.connect() as connection:
        (filing,) = filings_of(connection, [case_id])
        (approval,) = standing_approvals(connection, case_id)
        event = case_history(connection, case_id)[-1]
        assert read_case(connection, case_id).state == "filed"
    assert (filing.channel, filing.filed_on, filing.reference, filing.person) == (
        "registered_post",
        TODAY,
        "353-1/2026",
        IVA,
    )
    assert (filing.version, filing.digest) == (1, approval.digest)
    assert event.note == "trzisna_inspekcija, 20.11.2026., preporučenom pošiljkom, broj 353-1/2026"


@both_databases
def test_the_same_offer_is_not_filed_twice_and_the_first_is_named(store: StoreBuilder) -> None:
    store.register()
    first = _approved(store)
    with store.connect() as connection:
        series_id = read_case(connection, first).series_id
    ad = store.ad(series_id=series_id)
    second = store.case(ad, store.assess(ad, mediator_key="drugi"), mediator_key="drugi")
    lay_ready(store.engine, store.settings, second, MARKET, now=NOW)
    for decision in (Decision.CONFIRM, Decision.APPROVE):
        _decide(store, second, decision)
    number = _file(store, first)
    with pytest.raises(UsageError, match=rf"already filed: case {first} .* 2026-11-20, reference 353-1/2026"):
        _file(store, second)
    _file(store, second, again="vraćeno na uređenje")
    with store.connect() as connection:
        (filing,) = filings_of(connection, [second])
    assert (filing.first_id, filing.again) == (number, "vraćeno na uređenje")


@both_databases
def test_two_who_record_the_same_filing_at_once_leave_one(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    both = Barrier(2)

    def file(_: int) -> str:
        both.wait(timeout=600)
        try:
            return str(_file(store, case_id))
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(file, range(2)), key=len)
    assert "already filed" in told[1]
    with store.connect() as connection:
        assert len(filings_of(connection, [case_id])) == 1


def test_long_after_it_may_be_filed_again(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    _file(store, case_id)
    later = NOW + timedelta(days=181)
    _file(store, case_id, at=later)
    with store.connect() as connection:
        assert [filing.first_id for filing in filings_of(connection, [case_id])] == [None, None]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filed_on": TODAY + timedelta(days=1)}, "not come yet"),
        ({"filed_on": TODAY - timedelta(days=1)}, "approved on 2026-11-20, after 2026-11-19"),
        ({"recipient": LABOUR}, "was ever approved"),
        ({"reference": "x" * 121}, "at most 120"),
    ],
)
def test_what_cannot_have_been_filed_is_refused(store: StoreBuilder, changes: dict[str, Any], message: str) -> None:
    store.register()
    case_id = _approved(store)
    with pytest.raises(UsageError, match=message):
        _file(store, case_id, **changes)
    with store.connect() as connection:
        assert filings_of(connection, [case_id]) == []
        assert read_case(connection, case_id).state == "approved"


def test_after_a_real_change_only_what_went_before_it_can_be_recorded(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    change = NOW + timedelta(days=2)
    with store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=change, note="registar: A → B")
    with pytest.raises(UsageError, match=r"really changed on 2026-11-22, after it was approved .registar: A → B."):
        _file(store, case_id, at=change)
    with store.connect() as connection:
        (row,) = filing_batch(connection, today=change.date(), guard_days=180)
    assert (row["ready"], row["changed"]) == (False, "registar: A → B")
    _file(store, case_id, at=change, filed_on=date(2026, 11, 21))


def test_an_approval_that_was_withdrawn_is_none(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    assert _decide(store, case_id, Decision.WITHDRAW) is CaseState.DRAFTED
    with pytest.raises(UsageError, match="had ended"):
        _file(store, case_id)


def test_the_approved_text_is_frozen_and_a_forged_one_is_named(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    with store.connect() as connection:
        (approval,) = standing_approvals(connection, case_id)
        (draft,) = drafts_of_case(connection, case_id)
        assert kept_document(connection, draft, Script.CYRL) == approved_document(approval, Script.CYRL)
    with store.engine.begin() as connection:
        with pytest.raises(UsageError, match="this text is approved"):
            change_provisions(connection, case_id, None, on=["c181_7"], off=[], person=IVA, now=NOW)
        connection.execute(update(approvals).values(document=approval.document.replace("Predstavka", "Prijava")))
    with store.connect() as connection:
        (forged,) = standing_approvals(connection, case_id)
    with pytest.raises(DraftError, match="does not match its hash"):
        approved_document(forged, Script.LATN)


def test_every_change_of_a_draft_is_a_version_with_person_and_time(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    later = NOW + timedelta(hours=1)
    with store.engine.begin() as connection:
        change_provisions(connection, case_id, MARKET, on=["c181_7"], off=["zin_30"], person=IVA, now=later)
        number = next(one.number for one in read_passages(connection, case_id, MARKET) if "proverite" in one.text)
        change_passage(connection, case_id, MARKET, number, "Molimo da ovo proverite.", person=ANA, now=later)
    with store.connect() as connection:
        states = {state.provision.id: state for state in read_provisions(connection, case_id, MARKET)}
        versions = draft_versions_of(connection, case_id, MARKET)
        (draft,) = drafts_of_case(connection, case_id)
        text = plain_text(kept_document(connection, draft, Script.CYRL))
    assert (states["c181_7"].is_on, states["c181_7"].is_confirmed, states["zin_30"].is_on) == (True, False, False)
    assert states["c181_7"].choice and states["c181_7"].choice.person == IVA
    assert [(one.number, one.person) for one in versions] == [(1, "system"), (2, IVA), (3, ANA)]
    assert versions[1].note == "propisi: c181_7 uključen, zin_30 isključen"
    assert "Молимо да ово проверите." in text


def test_of_several_drafts_the_one_to_change_is_named(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    for recipient in (MARKET, LABOUR):
        lay_ready(store.engine, store.settings, case_id, recipient, now=NOW)
    with store.connect() as connection, pytest.raises(UsageError, match="--recipient: trzisna_inspekcija, inspektorat"):
        read_provisions(connection, case_id, None)


def test_what_legal_staff_chose_goes_along_into_the_next_version(store: StoreBuilder) -> None:
    store.register()
    ad = store.ad()
    store.assess(ad)
    open_cases(store.night_now())
    prepare_drafts(store.night_now())
    with store.engine.begin() as connection:
        change_provisions(connection, 1, MARKET, on=["c181_7"], off=[], person=IVA, now=NOW)
    later = NOW + timedelta(days=1)
    store.assess(ad, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    open_cases(store.night_now(at=later))
    prepare_drafts(store.night_now(at=later))
    with store.connect() as connection:
        assert [one.person for one in draft_versions_of(connection, 1, MARKET)] == ["system", IVA, "system"]
        assert {s.provision.id for s in read_provisions(connection, 1, MARKET) if s.is_on} >= {"c181_7", "zzosn_21"}


@both_databases
def test_a_receipt_is_kept_under_its_hash_and_verified_with_the_evidence(store: StoreBuilder, tmp_path: Path) -> None:
    store.register()
    case_id = _approved(store)
    file = tmp_path / "potvrda o prijemu.pdf"
    file.write_bytes(b"%PDF-1.7 invented receipt")
    receipt = read_receipt(file)
    keep_receipt(store.settings.evidence_folder, receipt)
    _file(store, case_id, receipt=receipt)
    kept = store.settings.evidence_folder / receipt.file
    with store.connect() as connection:
        (filing,) = filings_of(connection, [case_id])
        assert (filing.receipt, filing.receipt_digest) == (receipt.file, receipt.digest)
        assert [
            one for one in verify_evidence(connection, store.settings.evidence_folder).failures if "receipt" in one
        ] == []
        kept.write_bytes(b"%PDF-1.7 another receipt")
        found = verify_evidence(connection, store.settings.evidence_folder).failures
    assert f"receipt {receipt.file}: its bytes do not match the recorded SHA-256" in found


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "PDF, JPEG, PNG"), (b"<html>%PDF-", "PDF, JPEG, PNG"), (b"%PDF-" + b"0" * LARGEST, "20 MB")],
)
def test_what_is_no_receipt_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        receipt_of("potvrda.pdf", content)


MESSAGE = (
    b"From: pisarnica@organ.example\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\n"
    b"Message-ID: <1@organ.example>\r\nSubject: Primljeno\r\n\r\nVas podnesak je primljen.\r\n"
)


def test_a_saved_message_is_a_receipt() -> None:
    assert receipt_of("odgovor.eml", MESSAGE).file.endswith(".eml")


@pytest.mark.parametrize(
    "content",
    [
        MESSAGE.replace(b"Message-ID", b"X-Other"),
        MESSAGE.replace(b"\r\n\r\n", b"\r\n"),
        MESSAGE + b"\x00",
        b"<p>" + MESSAGE,
        b"From: a\n\nDate: b",
    ],
)
def test_what_only_looks_like_a_message_is_no_receipt(content: bytes) -> None:
    with pytest.raises(UsageError, match="EML"):
        receipt_of("odgovor.eml", content)


def test_a_text_that_is_not_the_one_seen_is_not_approved(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    _decide(store, case_id, Decision.CONFIRM)
    with store.connect() as connection:
        seen = text_digest(drafts_of_case(connection, case_id)[0])
    with store.engine.begin() as connection:
        change_provisions(connection, case_id, MARKET, on=["c181_7"], off=[], person=IVA, now=NOW)
    with pytest.raises(UsageError, match="no longer the text"), store.engine.begin() as connection:
        approve_case(connection, case_id, person=IVA, now=NOW, texts=[seen])
    with store.connect() as connection:
        assert standing_approvals(connection, case_id) == []
        assert read_case(connection, case_id).state == "drafted"
        now_is = text_digest(drafts_of_case(connection, case_id)[0])
    with store.engine.begin() as connection:
        approve_case(connection, case_id, person=IVA, now=NOW, texts=[now_is])
        assert standing_approvals(connection, case_id)[0].digest == now_is


def test_one_form_makes_one_version_and_an_old_one_is_refused(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    wanted = DraftChanges({1: "Molimo da ovo proverite."}, {"c181_7": True, "zin_30": False})
    with store.engine.begin() as connection:
        assert change_draft_by(connection, case_id, MARKET, wanted, seen=1, person=IVA, now=NOW) == 2
        assert change_draft_by(connection, case_id, MARKET, wanted, seen=2, person=IVA, now=NOW) == 2
        with pytest.raises(UsageError, match="somebody else"):
            change_draft_by(connection, case_id, MARKET, wanted, seen=1, person=IVA, now=NOW)
        assert restore_passages(connection, case_id, MARKET, person=IVA, now=NOW) == 3
        versions = draft_versions_of(connection, case_id, MARKET)
    assert [one.note for one in versions] == [
        "",
        "izmenjeni pasusi: 1; propisi: c181_7 uključen, zin_30 isključen",
        "vraćen tekst iz obrasca",
    ]


def test_deadlines_run_until_an_answer_and_stop_with_the_case(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    _file(store, case_id)

    def standing(day: date) -> dict[str, str]:
        with store.connect() as connection:
            (found,) = filing_states(connection, filings_of(connection, [case_id]), today=day)
        return {state.term.id: state.standing.value for state in found.terms}

    assert standing(date(2026, 12, 8)) == {"handling": "overdue", "not_started": "running"}
    assert _outcome(store, case_id, Outcome.AD_REMOVED, date(2026, 12, 1)) is CaseState.FILED
    assert _outcome(store, case_id, Outcome.RETURNED, date(2026, 12, 2)) is CaseState.FILED
    assert standing(date(2026, 12, 11))["mending"] == "overdue"
    assert _outcome(store, case_id, Outcome.NO_PROCEDURE, date(2026, 12, 12)) is CaseState.ANSWERED
    assert standing(date(2026, 12, 20)) == {"mending": "overdue", "handling": "met", "not_started": "met"}
    _decide(store, case_id, Decision.CLOSE, at=NOW + timedelta(days=40))
    assert standing(date(2027, 3, 1))["mending"] == "closed"


def test_letters_that_follow_up_get_the_filing_they_speak_of(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=TODAY) is None
    _file(store, case_id)
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=TODAY) == FiledComplaint(
            MARKET, f"{case_id}/2026", "preporučenom pošiljkom", TODAY, "353-1/2026", date(2026, 12, 7)
        )
    _outcome(store, case_id, Outcome.NO_PROCEDURE, date(2026, 12, 12))
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=date(2026, 12, 20)) is None


def test_nobody_writes_that_no_answer_came_once_the_case_is_closed(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    _file(store, case_id)
    _decide(store, case_id, Decision.CLOSE, at=NOW + timedelta(days=40))
    with store.connect() as connection:
        assert filed_complaint(connection, case_id, MARKET, today=date(2027, 1, 11)) is None


def test_an_outcome_needs_a_filing_and_a_day_that_can_be(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    with pytest.raises(UsageError, match="nothing of case"):
        _outcome(store, case_id, Outcome.NO_ANSWER, TODAY)
    _file(store, case_id)
    with pytest.raises(UsageError, match="before the filing"):
        _outcome(store, case_id, Outcome.NO_ANSWER, TODAY - timedelta(days=1))


@both_databases
def test_a_record_made_by_mistake_is_taken_back_and_can_be_made_anew(store: StoreBuilder) -> None:
    store.register()
    case_id = _approved(store)
    _file(store, case_id)
    _outcome(store, case_id, Outcome.PROCEDURE_STARTED, TODAY)
    for restored in (CaseState.FILED, CaseState.APPROVED):
        with store.engine.begin() as connection:
            assert undo(connection, case_id, person=ANA, now=NOW) is restored
    with store.connect() as connection:
        assert filings_of(connection, [case_id]) == []
        assert [event.undoes is not None for event in case_history(connection, case_id)][-2:] == [True, True]
    assert _file(store, case_id)


def test_undo_brings_back_the_state_before_exactly(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    for decision in (Decision.UNSURE, Decision.DISMISS):
        _decide(store, case_id, decision)
    with store.engine.begin() as connection:
        assert undo(connection, case_id, person=ANA, now=NOW) is CaseState.UNSURE
        assert undo(connection, case_id, person=ANA, now=NOW) is CaseState.OPEN
        with pytest.raises(UsageError, match="no decision"):
            undo(connection, case_id, person=ANA, now=NOW)


def test_what_the_night_found_since_is_not_undone(store: StoreBuilder) -> None:
    case_id = store.complaint_case()
    _decide(store, case_id, Decision.DISMISS)
    with store.engine.begin() as connection:
        move_by_program(connection, case_id, Decision.REVISE, now=NOW, note="registar: A → B")
        with pytest.raises(UsageError, match=r"really changed since .registar: A → B."):
            undo(connection, case_id, person=ANA, now=NOW)


@both_databases
def test_joined_cases_share_one_draft_and_can_be_parted(store: StoreBuilder) -> None:
    store.register()
    kept, joined = store.complaint_case(), store.complaint_case(source="demo_tabla")
    lay_ready(store.engine, store.settings, kept, MARKET, now=NOW)
    with store.engine.begin() as connection:
        join_cases(connection, kept, joined, person=ANA, now=NOW, note="isti broj")
        assert drafts_of_case(connection, kept) == []
        assert [(line.id, line.state) for line in list_cases(connection, states=["open"])] == [(kept, "open")]
    lay_ready(store.engine, store.settings, kept, MARKET, now=NOW)
    with store.connect() as connection:
        (draft,) = drafts_of_case(connection, kept)
    assert [place["portal"] for place in draft.facts["places"]] == ["demo-portal.example", "demo-tabla.example"]
    with store.engine.begin() as connection:
        with pytest.raises(UsageError, match=f"adwatch cases part {joined}"):
            undo(connection, joined, person=ANA, now=NOW)
        assert part_cases(connection, joined, person=ANA, now=NOW) is CaseState.OPEN
        assert drafts_of_case(connection, kept) == []


def test_a_real_change_of_a_joined_case_is_told_on_the_one_that_goes_on(store: StoreBuilder) -> None:
    store.register()
    first, second = store.ad(), store.ad()
    for ad in (first, second):
        store.assess(ad)
    open_cases(store.night_now())
    with store.engine.begin() as connection:
        join_cases(connection, 1, 2, person=ANA, now=NOW)
    later = NOW + timedelta(days=1)
    store.assess(second, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    for at in (later, later + timedelta(days=1)):
        open_cases(store.night_now(at=at))
    with store.connect() as connection:
        told = [event.note for event in case_history(connection, 1) if event.person == "system"]
        assert read_case(connection, 2).state == "dismissed"
    assert told[-1] == "slučaj 2: nivo rizika: visok → kritičan"
    assert len([note for note in told if note.startswith("slučaj 2")]) == 1


@both_databases
def test_parted_case_has_no_drafts_of_facts_that_changed_while_it_was_joined(store: StoreBuilder) -> None:
    store.register()
    ads = [store.ad(), store.ad()]
    for ad in ads:
        store.assess(ad)
    open_cases(store.night_now())
    _decide(store, 2, Decision.CONFIRM)
    prepare_drafts(store.night_now())
    with store.engine.begin() as connection:
        join_cases(connection, 1, 2, person=ANA, now=NOW)
    later = NOW + timedelta(days=1)
    store.assess(ads[1], complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    open_cases(store.night_now(at=later))
    with store.engine.begin() as connection:
        assert part_cases(connection, 2, person=ANA, now=later) is CaseState.CONFIRMED
        assert drafts_of_case(connection, 2) == []
    prepare_drafts(store.night_now(at=later))
    with store.connect() as connection:
        assert read_case(connection, 2).state == "drafted"


def test_what_changes_beside_a_filed_case_is_told_once_and_changes_nothing(store: StoreBuilder) -> None:
    store.register()
    first, second = store.ad(), store.ad()
    for ad in (first, second):
        store.assess(ad)
    open_cases(store.night_now())
    with store.engine.begin() as connection:
        join_cases(connection, 1, 2, person=ANA, now=NOW)
    prepare_drafts(store.night_now())
    for decision in (Decision.CONFIRM, Decision.APPROVE):
        _decide(store, 1, decision)
    _file(store, 1)
    later = NOW + timedelta(days=1)
    store.assess(second, complaint_assessment(risk=Risk(RiskLevel.CRITICAL, 0.9)), at=later)
    counts = [open_cases(store.night_now(at=at)).counts["changed"] for at in (later, later + timedelta(days=1))]
    assert counts == [1, 0]
    with store.connect() as connection:
        assert read_case(connection, 1).state == "filed"
        assert case_history(connection, 2)[-1].note == "nivo rizika: visok → kritičan"


def test_an_approved_text_whose_draft_was_taken_back_can_still_be_written(store: StoreBuilder, tmp_path: Path) -> None:
    store.register()
    case_id = _approved(store)
    with store.engine.begin() as connection:
        delete_drafts(connection, case_id)
    recipient = lay_ready(store.engine, store.settings, case_id, None, now=NOW)
    output = tmp_path / "predstavka.txt"
    with store.connect() as connection:
        folder = store.settings.evidence_folder
        write_document(
            connection,
            case_id,
            recipient=recipient,
            kind=DocumentFormat.TXT,
            script=Script.LATN,
            evidence_folder=folder,
            output=output,
        )
        (approval,) = standing_approvals(connection, case_id)
    assert output.read_text(encoding="utf-8") == plain_text(approved_document(approval, Script.LATN))


def test_a_case_goes_along_with_one_only(store: StoreBuilder) -> None:
    one, two, three = (store.complaint_case() for _ in range(3))
    with store.engine.begin() as connection:
        join_cases(connection, one, two, person=ANA, now=NOW)
        for kept, joined in ((three, one), (two, three), (one, one)):
            with pytest.raises(UsageError):
                join_cases(connection, kept, joined, person=ANA, now=NOW)
        with pytest.raises(UsageError, match="adwatch cases part"):
            decide_case(connection, two, Decision.REOPEN, person=ANA, now=NOW)


OUTSIDE = """
import sys
from datetime import timedelta
from pathlib import Path

WAYS = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "smtplib.", "ftplib.",
        "http.client", "urllib.", "webbrowser.")

def no_way_out(event, arguments):
    # Who writes a WARC record asks for this machine's own name.
    if event != "socket.gethostname" and event.startswith(WAYS):
        raise RuntimeError(f"a way out: {event}")

from tests.alerts.test_filing import NOW, StoreBuilder, _approved, _file, _outcome, Outcome, keep_receipt, receipt_of

store = StoreBuilder(Path(sys.argv[1]))
store.register()
sys.addaudithook(no_way_out)
case_id = _approved(store)
receipt = receipt_of("potvrda.pdf", b"%PDF-1.7")
keep_receipt(store.settings.evidence_folder, receipt)
_file(store, case_id, receipt=receipt)
_outcome(store, case_id, Outcome.PROCEDURE_STARTED, NOW.date())
print("filed")
"""


def test_from_draft_to_outcome_nothing_opens_a_connection_or_starts_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE, str(tmp_path / "home")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "filed", done.stderr
