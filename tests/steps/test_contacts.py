"""Filing judged ads by their contacts, and what is found by them: on both databases, through the real steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from alerts.connections import connections_of_case
from alerts.steps import open_cases
from crawler.store.cases import list_cases
from crawler.store.mentions import ads_that_mention
from crawler.store.schema import ads, contact_mentions
from pipelines.connections import filing
from pipelines.connections.filing import file_contacts
from pipelines.steps import assess_new_ads
from tests.builders import AD_TEXT, NOW, StoreBuilder

NUMBER = "+381600000001"
OTHER_OFFER = (
    "Sobarice za hotel u Austriji, plata 1.900 evra neto, smeštaj besplatan. Taksa 150 evra pre puta na račun "
    "999-1234567-07. Agencija Zora Posao, 060/000-0001, Viber."
)
DAY = timedelta(days=1)


def _judge(store: StoreBuilder, days: int = 0) -> dict[str, int]:
    night = store.night_now(at=NOW + days * DAY)
    assess_new_ads(night)
    return file_contacts(night).counts


def _filed(store: StoreBuilder) -> set[tuple[str, str]]:
    with store.connect() as connection:
        return {(row.kind, row.value) for row in connection.execute(select(contact_mentions))}


def test_every_judged_ad_is_filed_once(store: StoreBuilder) -> None:
    store.ad()
    store.ad(text=OTHER_OFFER, title=None)
    assert _judge(store) == {"ads": 2, "contacts": 3}
    assert _judge(store) == {"ads": 0, "contacts": 0}
    assert _filed(store) == {("phone", NUMBER), ("account", "999-0000001234567-07")}


def test_a_step_killed_between_batches_goes_on_where_it_was(
    store: StoreBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "BATCH", 2)
    for _ in range(5):
        store.ad()
    night = store.night_now()
    assess_new_ads(night)

    def killed(description: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file_contacts(replace(night, progress=killed))
    assert file_contacts(night).counts["ads"] == 3
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(contact_mentions)) == 5


def test_a_judgement_on_another_basis_replaces_what_was_filed(store: StoreBuilder) -> None:
    store.ad()
    _judge(store)
    store.register()
    assert _judge(store, 1)["ads"] == 1
    with store.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(contact_mentions)) == 1


def test_a_contact_leads_to_every_ad_that_names_it_with_names_and_days(store: StoreBuilder) -> None:
    first = store.ad(at=NOW - DAY)
    store.ad(text=OTHER_OFFER, title=None)
    store.ad(text=AD_TEXT.replace("060 000 0001", "060 000 0002"))
    _judge(store)
    store.see_again(first, at=NOW + 2 * DAY)
    with store.connect() as connection:
        found = ads_that_mention(connection, "phone", NUMBER, limit=10)
        assert len(ads_that_mention(connection, "phone", NUMBER, limit=1)) == 1
    assert [ad.name for ad in found] == ["Primer Rad", "Zora Posao"]
    assert (found[0].first_seen, found[0].last_seen) == (NOW - DAY, NOW + 2 * DAY)
    assert [ad.destinations for ad in found] == [("DE",), ("AT",)]


def test_what_an_ad_said_before_an_edit_still_leads_to_it(store: StoreBuilder) -> None:
    ad = store.ad()
    _judge(store)
    store.new_version(ad, text=AD_TEXT.replace("060 000 0001", "060 000 0002"), at=NOW + DAY)
    _judge(store, 1)
    with store.connect() as connection:
        (before,) = ads_that_mention(connection, "phone", NUMBER, limit=10)
        (after,) = ads_that_mention(connection, "phone", "+381600000002", limit=10)
    assert (before.ad_id, before.last_seen) == (after.ad_id, NOW)
    assert after.first_seen == NOW + DAY


def test_two_names_behind_one_number_stand_on_both_cases(store: StoreBuilder) -> None:
    store.register()
    store.ad()
    store.ad(text=OTHER_OFFER, title="Sobarice")
    _judge(store)
    open_cases(store.night_now())
    with store.connect() as connection:
        numbers = [line.id for line in list_cases(connection)]
        seen = {number: connections_of_case(connection, number) for number in numbers}
    assert len(numbers) == 2
    for number, found in seen.items():
        (link,) = found
        assert len(link.connection.names) == 2
        assert [case.id for case in link.cases] == [other for other in numbers if other != number]


def test_copies_of_one_offer_by_one_mediator_are_no_connection(store: StoreBuilder) -> None:
    store.register()
    first = store.ad()
    store.ad(series_id=first.series_id)
    _judge(store)
    open_cases(store.night_now())
    with store.connect() as connection:
        assert connections_of_case(connection, 1) == ()


def test_an_ad_that_was_never_judged_is_not_waited_for(store: StoreBuilder) -> None:
    store.ad()
    assert file_contacts(store.night_now()).counts == {"ads": 0, "contacts": 0}
    with store.engine.begin() as connection:
        connection.execute(update(ads).values(assessed_version_id=None))
    assert file_contacts(store.night_now()).counts["ads"] == 0
