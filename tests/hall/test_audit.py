from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from crawler.store.audit import Act, AuditFilter, acting_from, count_audit, read_audit, record
from tests.builders import NOW, StoreBuilder


def _record_two(store: StoreBuilder) -> None:
    with store.engine.begin() as connection:
        record(connection, Act.LOG_IN, person="ana@primer.example", now=NOW)
        with acting_from("192.0.2.7"):
            later = NOW + timedelta(hours=1)
            record(connection, Act.DECIDED, person="iva@primer.example", now=later, subject="case 12", detail="confirm")


def test_the_log_tells_who_did_what_when_and_from_where(store: StoreBuilder) -> None:
    _record_two(store)
    with store.connect() as connection:
        newest, oldest = read_audit(connection, AuditFilter())
    assert (newest.person, newest.act, newest.subject, newest.address) == (
        "iva@primer.example",
        "decided",
        "case 12",
        "192.0.2.7",
    )
    assert (oldest.at, oldest.address) == (NOW, "")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (AuditFilter(), 2),
        (AuditFilter(person=" IVA@primer.example "), 1),
        (AuditFilter(act="log_in"), 1),
        (AuditFilter(subject="case 12"), 1),
        (AuditFilter(since=NOW + timedelta(minutes=1)), 1),
        (AuditFilter(until=NOW), 0),
        (AuditFilter(person="iva@primer.example", act="log_in"), 0),
    ],
)
def test_the_log_is_filtered(store: StoreBuilder, asked: AuditFilter, count: int) -> None:
    _record_two(store)
    with store.connect() as connection:
        assert count_audit(connection, asked) == len(read_audit(connection, asked)) == count


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET person = 'x'", "DELETE FROM audit_log"])
def test_the_log_takes_no_change(store: StoreBuilder, statement: str) -> None:
    _record_two(store)
    with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))


def test_what_is_taken_back_was_not_done(store: StoreBuilder) -> None:
    with pytest.raises(ZeroDivisionError), store.engine.begin() as connection:
        record(connection, Act.LOG_IN, person="ana@primer.example", now=NOW)
        raise ZeroDivisionError
    with store.connect() as connection:
        assert count_audit(connection, AuditFilter()) == 0
