"""The audit log takes no change, by whatever statement, and gives away old lines alone, to the purge that says so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError

from crawler.config import Retention
from crawler.evidence.verify import verify_evidence
from crawler.retention.due import Clock
from crawler.retention.purging import foresee, purge
from crawler.store.audit import Act, AuditFilter, acting_from, count_audit, delete_old_lines, read_audit, record
from crawler.store.schema import audit_log, audit_purges, custody
from tests.builders import NOW, StoreBuilder

AGES = (2000, 1100, 1000, 10)
"""Days; the first two lines are due by the clock that is usual."""


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


CHANGES = (
    "UPDATE audit_log SET person = 'x'",
    "DELETE FROM audit_log",
    "UPDATE audit_purges SET before = at",
    "DELETE FROM audit_purges",
)
LINE = "INTO audit_log (id, at, person, act, subject, detail, address) VALUES (1, '2020-01-01', 'x', 'x', '', '', '')"
OF_ONE_DATABASE = (
    ("sqlite", f"INSERT OR REPLACE {LINE}"),
    ("sqlite", f"REPLACE {LINE}"),
    ("sqlite", "REPLACE INTO custody SELECT 99, at, event, subject, digest, previous, hash FROM custody LIMIT 1"),
    ("sqlite", "REPLACE INTO custody SELECT seq, at, event, 'x', digest, previous, 'x' FROM custody LIMIT 1"),
    ("postgresql", f"INSERT {LINE} ON CONFLICT (id) DO UPDATE SET person = 'x'"),
    ("postgresql", "TRUNCATE audit_log"),
    ("postgresql", "TRUNCATE audit_purges"),
)


@pytest.mark.parametrize("statement", CHANGES[:2])
def test_the_log_takes_no_change(store: StoreBuilder, statement: str) -> None:
    _record_two(store)
    _is_refused(store, statement)


def _is_refused(store: StoreBuilder, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))


def _record_lines(store: StoreBuilder) -> datetime:
    """Lines of those ages; returns from when they are counted. The databases go by their own clock."""
    now = datetime.now(UTC)
    with store.engine.begin() as connection:
        for days in AGES:
            record(connection, Act.LOG_IN, person="ana@primer.example", now=now - timedelta(days=days))
    return now


def _ages_left(store: StoreBuilder, now: datetime) -> list[int]:
    with store.connect() as connection:
        return [(now - at).days for at in connection.scalars(select(audit_log.c.at).order_by(audit_log.c.id))]


def test_old_lines_go_by_their_clock_and_custody_says_how_many_of_which_time(store: StoreBuilder) -> None:
    now = _record_lines(store)
    seen = foresee(store.settings, store.engine, now=now)
    assert _ages_left(store, now) == list(AGES)

    done = purge(store.settings, store.engine, now=now)

    assert _ages_left(store, now) == [1000, 10]
    assert [(one.clock, dict(one.rows)) for one in seen.by_clock] == [(Clock.AUDIT, {"audit_log": 2})]
    assert seen.by_clock == done.by_clock
    with store.connect() as connection:
        entry = connection.execute(select(custody).order_by(custody.c.seq.desc())).first()
        noted = connection.execute(select(audit_purges.c.at, audit_purges.c.before)).all()
        assert verify_evidence(connection, store.settings.evidence_folder).failures == ()
    assert entry is not None
    told = json.loads((store.settings.evidence_folder / entry.subject).read_text(encoding="utf-8"))
    assert (entry.event, told["clock"], told["days"], told["rows"]) == ("purged", "audit_days", 1095, {"audit_log": 2})
    assert datetime.fromisoformat(told["since"]) == now - timedelta(days=2000)
    assert [tuple(row) for row in noted] == [(now, datetime.fromisoformat(told["before"]))]


def test_what_a_purge_left_nobody_else_deletes(store: StoreBuilder) -> None:
    now = _record_lines(store)
    with store.engine.begin() as connection:
        assert delete_old_lines(connection, before=now - timedelta(days=1095), now=now) == 2
    for statement in (*CHANGES, "DELETE FROM audit_log WHERE id = (SELECT min(id) FROM audit_log)"):
        _is_refused(store, statement)
    assert _ages_left(store, now) == [1000, 10]


def test_lines_of_the_last_year_go_to_nobody(store: StoreBuilder) -> None:
    now = _record_lines(store)
    early = {"at": now, "before": now - timedelta(days=364)}
    with pytest.raises(DatabaseError, match="a year at least"), store.engine.begin() as connection:
        connection.execute(insert(audit_purges).values(early))
    with pytest.raises(ValidationError, match="audit_days"):
        Retention(audit_days=365)
    assert _ages_left(store, now) == list(AGES)


def test_no_statement_of_one_database_replaces_a_line(store: StoreBuilder) -> None:
    _record_lines(store)
    store.ad()
    with store.engine.begin() as connection:
        connection.execute(insert(audit_purges).values(at=NOW, before=NOW - timedelta(days=3000)))
    for dialect, statement in OF_ONE_DATABASE:
        if dialect == store.engine.dialect.name:
            _is_refused(store, statement)


def test_what_is_taken_back_was_not_done(store: StoreBuilder) -> None:
    with pytest.raises(ZeroDivisionError), store.engine.begin() as connection:
        record(connection, Act.LOG_IN, person="ana@primer.example", now=NOW)
        raise ZeroDivisionError
    with store.connect() as connection:
        assert count_audit(connection, AuditFilter()) == 0
