"""Deciding on a case page whether a name is that of an entry of the register."""

from __future__ import annotations

import re

import pytest
from httpx import Response

from alerts.desk.people import Role
from alerts.gathering import DraftRefusedError, Refusal
from alerts.laying import lay_ready
from crawler.store.aliases import list_aliases
from pipelines.steps import assess_new_ads
from tests.builders import complaint_assessment
from tests.desk.conftest import DeskUnderTest, field

ENTRY = "Primer Radnik d.o.o."


@pytest.fixture
def case_id(desk: DeskUnderTest) -> int:
    desk.store.register(names=(ENTRY, "Orlovo Gnezdo d.o.o."))
    return desk.store.complaint_case()


def decide(desk: DeskUnderTest, case_id: int, belongs: str, *, entry: str = ENTRY, **changed: str) -> Response:
    shown = desk.page(f"/cases/{case_id}")
    form = {name: field(shown, name) for name in ("csrf", "seen", "known", "list")}
    answer: Response = desk.client.post(
        f"/cases/{case_id}/name", data=form | {"belongs": belongs, "entry": entry} | changed
    )
    return answer


def undo(desk: DeskUnderTest, case_id: int) -> Response:
    shown = desk.page(f"/cases/{case_id}")
    number = re.search(r'name="decision" value="(\d+)"', shown)
    assert number
    form = {"csrf": field(shown, "csrf"), "seen": field(shown, "seen"), "decision": number.group(1)}
    answer: Response = desk.client.post(f"/cases/{case_id}/name/undo", data=form)
    return answer


def test_a_decision_is_kept_with_person_and_time_and_shown(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter()
    answer = decide(desk, case_id, "yes")
    assert answer.headers["location"] == f"/cases/{case_id}?pile=open#registar"
    with desk.store.connect() as connection:
        (row,) = list_aliases(connection)
    assert (row.alias.name, row.alias.entry.name, row.alias.belongs) == ("Primer Rad", ENTRY, True)
    assert (row.person, row.decided_at) == ("ana@primer.example", desk.now)
    shown = desk.page(f"/cases/{case_id}")
    assert "<strong>To je ovaj upis</strong>" in shown
    assert '<span translate="no">Ana Primerović</span>, 20.\u00a011.\u00a02026.' in shown


def test_the_page_says_what_the_decision_changes_and_when(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter()
    decide(desk, case_id, "yes")
    shown = desk.page(f"/cases/{case_id}")
    assert "Odluka još nije uračunata u procenu" in shown
    assert "narednom noćnom obradom" in shown
    assert f'U registru je na dan 01.11.2026.: <span translate="no">{ENTRY}</span>' in shown


def test_a_decision_can_be_undone_and_stays_on_record(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter()
    decide(desk, case_id, "no")
    assert undo(desk, case_id).status_code == 303
    with desk.store.connect() as connection:
        assert list_aliases(connection) == []
        (row,) = list_aliases(connection, with_revoked=True)
    assert (row.revoked_by, row.revoked_at) == ("ana@primer.example", desk.now)
    assert "To nije ovaj upis: Primer Radnik" in desk.page(f"/cases/{case_id}")


def test_who_reads_only_gets_no_form_and_decides_nothing(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter(Role.READONLY)
    shown = desk.page(f"/cases/{case_id}")
    assert "To je ovaj upis" not in shown
    form = {"csrf": field(shown, "csrf"), "belongs": "yes", "entry": ENTRY}
    assert desk.client.post(f"/cases/{case_id}/name", data=form).status_code == 403
    assert desk.client.post(f"/cases/{case_id}/name/undo", data=form | {"decision": "1"}).status_code == 403


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"csrf": "x"}, 403),
        ({"seen": "x"}, 409),
        ({"known": "7.0"}, 409),
        ({"belongs": "maybe"}, 400),
        ({"entry": "Orlovo Gnezdo d.o.o."}, 400),
    ],
)
def test_what_the_page_did_not_offer_is_refused(
    desk: DeskUnderTest, case_id: int, changed: dict[str, str], status: int
) -> None:
    desk.enter()
    values = {"belongs": "yes", **changed}
    assert decide(desk, case_id, values.pop("belongs"), **values).status_code == status
    with desk.store.connect() as connection:
        assert list_aliases(connection) == []


def test_an_entry_that_the_newest_register_lacks_cannot_be_decided_on(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register(names=("Orlovo Gnezdo d.o.o.",))
    answer = decide(desk, desk.store.complaint_case(), "no")
    assert answer.status_code == 409
    assert "Upis se ne može odrediti" in answer.text


def test_a_generic_name_is_offered_for_denial_only(desk: DeskUnderTest) -> None:
    desk.enter()
    desk.store.register(names=(ENTRY,))
    ad = desk.store.ad()
    judged = complaint_assessment()
    generic = complaint_assessment(mediator=type(judged.mediator)(name="Agencija za zapošljavanje"))
    case_id = desk.store.case(ad, desk.store.assess(ad, generic))
    shown = desk.page(f"/cases/{case_id}")
    assert "To nije ovaj upis" in shown
    assert "To je ovaj upis" not in shown
    assert decide(desk, case_id, "yes").status_code == 400


def test_no_draft_says_what_a_decision_has_overtaken(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter()

    def lay() -> str:
        return lay_ready(desk.store.engine, desk.store.settings, case_id, None, now=desk.now)

    decide(desk, case_id, "yes")
    with pytest.raises(DraftRefusedError) as refused:
        lay()
    assert refused.value.reason is Refusal.NAME_DECIDED
    assert "odlučeno je o imenu posrednika" in desk.page(f"/cases/{case_id}")
    undo(desk, case_id)
    assert lay() == "trzisna_inspekcija"
    decide(desk, case_id, "yes")
    with pytest.raises(DraftRefusedError):
        lay()


def test_the_next_night_judges_by_the_decision(desk: DeskUnderTest, case_id: int) -> None:
    desk.enter()
    assess_new_ads(desk.store.night_now())
    assert assess_new_ads(desk.store.night_now()).counts["ads"] == 0
    decide(desk, case_id, "yes")
    assert assess_new_ads(desk.store.night_now()).counts["ads"] == 1
    undo(desk, case_id)
    assert assess_new_ads(desk.store.night_now()).counts["ads"] == 1
