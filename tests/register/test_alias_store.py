"""Decisions on names in the store, on both databases: added and taken back, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.errors import UsageError
from crawler.register import Alias, EntryIdentity
from crawler.store.aliases import NewAlias, add_alias, list_aliases, revoke_alias
from crawler.store.register import newest_snapshot
from tests.builders import StoreBuilder

LATE = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
"""Past midnight in Belgrade."""
ENTRY = EntryIdentity("Primer d.o.o. Bor", "Bor", "102-1/2024", "990000002", "09900004")
NEW = NewAlias("Орлово гнездо", "orlovo gnezdo", ENTRY, True, "ana@primer.example", "Ana Anić", "poziv")


def test_the_register_comes_with_the_decisions_that_stand(store: StoreBuilder) -> None:
    store.register()
    with store.engine.begin() as connection:
        first = add_alias(connection, NEW, now=LATE)
        add_alias(connection, NEW, now=LATE)
        revoke_alias(connection, first, person="iva@primer.example", now=LATE + timedelta(hours=1))
    with store.connect() as connection:
        register = newest_snapshot(connection, on=date(2026, 11, 20), stale_after_days=45)
    assert register is not None
    assert register.aliases == (Alias("Орлово гнездо", ENTRY, True, "Ana Anić", date(2026, 11, 21)),)


def test_what_was_taken_back_stays_on_record(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        number = add_alias(connection, NEW, now=LATE)
        revoke_alias(connection, number, person="iva@primer.example", now=LATE + timedelta(hours=1))
    with store.engine.begin() as connection, pytest.raises(UsageError, match=f"no decision {number}"):
        revoke_alias(connection, number, person="ana@primer.example", now=LATE + timedelta(hours=2))
    with store.connect() as connection:
        assert list_aliases(connection) == []
        (row,) = list_aliases(connection, name_key="orlovo gnezdo", with_revoked=True)
    assert (row.person, row.decided_at, row.note) == ("ana@primer.example", LATE, "poziv")
    assert (row.revoked_by, row.revoked_at) == ("iva@primer.example", LATE + timedelta(hours=1))
