from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func, select

from alerts.check.checking import Checked, Grounds, check_ad, check_line
from alerts.check.recognising import Given, GivenKind, recognise
from alerts.desk.registers import Registers
from crawler.assessment import Ad, Contacts, Mediator, MediatorKind, Verdict
from crawler.store.aliases import NewAlias, add_alias
from crawler.store.schema import metadata
from pipelines.connections.filing import file_contacts
from pipelines.register.aliases import identity_of
from tests.builders import AD_TEXT, NOW, StoreBuilder, complaint_assessment

TODAY = date(2026, 11, 20)
PHONE = "+381600000001"


def _line(store: StoreBuilder, written: str, *, on: date = TODAY) -> Checked:
    with store.connect() as connection:
        register = Registers().newest(connection, on=on, stale_after_days=45)
        return check_line(recognise(written), Grounds(register, connection, on))


def _text(store: StoreBuilder, text: str) -> Checked:
    with store.connect() as connection:
        register = Registers().newest(connection, on=TODAY, stale_after_days=45)
        return check_ad(Given(GivenKind.TEXT, text), Ad(text), Grounds(register, connection, TODAY))


def _two_names(store: StoreBuilder) -> list[int]:
    """Three ads with one phone under two names, and a case of each of the first two."""
    cases = []
    for name in ("Primer Rad", "Druga Firma", "Druga Firma"):
        ad = store.ad()
        mediator = Mediator(name=name, kind=MediatorKind.AGENCY)
        judged = complaint_assessment(mediator=mediator, contacts=Contacts(phones=(PHONE,)))
        cases.append(store.case(ad, store.assess(ad, judged, mediator_key=name.lower()), mediator_key=name.lower()))
    file_contacts(store.night_now())
    return cases


def test_a_number_tells_its_ads_names_and_cases(store: StoreBuilder) -> None:
    store.register()
    cases = _two_names(store)
    found = _line(store, "060/000-0001")
    assert found.given.kind is GivenKind.PHONE
    (contact,) = found.contacts
    assert "stoji u 3\xa0oglasa (3\xa0ponude) pod 2\xa0imena" in contact.sentence
    assert [case.id for case in contact.known.cases] == cases
    assert [(one.name, one.answer.verdict) for one in found.names] == [
        ("Primer Rad", Verdict.NOT_FOUND),
        ("Druga Firma", Verdict.NOT_FOUND),
    ]
    assert found.situation.destinations == ("DE",)


def test_a_name_is_looked_up_in_the_register_and_in_the_ads(store: StoreBuilder) -> None:
    store.register()
    cases = _two_names(store)
    found = _line(store, "druga firma doo")
    assert found.answer.verdict is Verdict.NOT_FOUND
    assert found.same is not None
    assert (found.same.count, [case.id for case in found.same.cases]) == (2, cases[1:])


def test_an_address_tells_the_ad_that_stands_there(store: StoreBuilder) -> None:
    url = "https://portal.example/oglas/77"
    case_id = store.complaint_case(url=url)
    same = _line(store, "http://www.portal.example/oglas/77/").same
    assert same is not None
    assert [case.id for case in same.cases] == [case_id]
    assert _line(store, "https://portal.example/oglas/78").same is None


def test_an_ad_that_nobody_judged_yet_is_still_known_at_its_address(store: StoreBuilder) -> None:
    store.ad(url="https://portal.example/oglas/1")
    same = _line(store, "https://portal.example/oglas/1").same
    assert same is not None
    assert same.cases == ()


def test_a_text_is_judged_with_its_contacts(store: StoreBuilder) -> None:
    store.register()
    _two_names(store)
    found = _text(store, AD_TEXT)
    assert found.assessment is not None
    assert found.assessment.is_job_ad
    assert "upfront_fee" in found.situation.found
    assert found.contacts[0].known.count == 3


def test_a_stale_list_says_nothing_about_anybody(store: StoreBuilder) -> None:
    store.register()
    found = _line(store, "Nepoznati Primer", on=TODAY + timedelta(days=90))
    assert found.answer.stale
    assert found.situation.verdict == "unchecked"


def test_without_a_register_nothing_is_checked(small_store: StoreBuilder) -> None:
    found = _line(small_store, "Nepoznati Primer")
    assert found.answer.verdict is None
    assert found.situation.verdict == "unchecked"


def test_a_check_changes_no_table(store: StoreBuilder) -> None:
    store.register()
    _two_names(store)
    before = _everything(store)
    for written in (
        "060/000-0001",
        "druga firma",
        "https://portal.example/oglas/77",
        "ana@primer.example",
        "100000001",
    ):
        _line(store, written)
    _text(store, AD_TEXT)
    assert _everything(store) == before


def _everything(store: StoreBuilder) -> dict[str, object]:
    with store.connect() as connection:
        return {
            table.name: (
                connection.scalar(select(func.count()).select_from(table)),
                [tuple(row) for row in connection.execute(select(table))],
            )
            for table in metadata.sorted_tables
        }


def test_the_register_is_read_once_until_it_or_a_decision_changes(small_store: StoreBuilder) -> None:
    small_store.register()
    kept = Registers()
    with small_store.connect() as connection:
        first = kept.newest(connection, on=TODAY, stale_after_days=45)
        assert first is not None
        assert kept.newest(connection, on=TODAY, stale_after_days=45) is first
    entry = first.entries[0]
    decided = NewAlias("Drugo Ime", "drugo ime", identity_of(entry), True, "a@b.example", "Ana")
    with small_store.engine.begin() as connection:
        add_alias(connection, decided, now=NOW)
    with small_store.connect() as connection:
        again = kept.newest(connection, on=TODAY, stale_after_days=45)
    assert again is not None
    assert again == replace(first, aliases=again.aliases)
    assert [alias.name for alias in again.aliases] == ["Drugo Ime"]
