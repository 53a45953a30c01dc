"""Versions of a draft: each change with person and time, approved texts frozen, nothing approved that nobody saw."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from alerts.approving import approve_case, text_digest
from alerts.cases import Decision
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
from alerts.frozen import approved_document
from alerts.laying import lay_ready
from alerts.script import Script
from alerts.steps import open_cases, prepare_drafts
from crawler.assessment import Risk, RiskLevel
from crawler.errors import DraftError, UsageError
from crawler.store.approvals import standing_approvals
from crawler.store.cases import read_case
from crawler.store.drafts import delete_drafts, draft_versions_of, drafts_of_case
from crawler.store.schema import approvals
from tests.alerts.legal_steps import (
    ANA,
    IVA,
    LABOUR,
    MARKET,
    approved_case,
    decide,
)
from tests.builders import NOW, StoreBuilder, complaint_assessment


def test_the_approved_text_is_frozen_and_a_forged_one_is_named(store: StoreBuilder) -> None:
    store.register()
    case_id = approved_case(store)
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


def test_a_text_that_is_not_the_one_seen_is_not_approved(store: StoreBuilder) -> None:
    store.register()
    case_id = store.complaint_case()
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    decide(store, case_id, Decision.CONFIRM)
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


def test_an_approved_text_whose_draft_was_taken_back_can_still_be_written(store: StoreBuilder, tmp_path: Path) -> None:
    store.register()
    case_id = approved_case(store)
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
