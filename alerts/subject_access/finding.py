"""Searching the whole store for somebody: every table and every text in it, so that none is ever forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, Column, Connection, String, Table, func, select

from alerts.subject_access.asking import STAFF, Subject, redacted
from crawler.belgrade import day_in_belgrade
from crawler.store.schema import ad_versions, ads, assessments, cases, metadata

SECRET = frozenset({"password_hash", "totp_secret", "token_hash", "code_hash", "csrf"})
"""Columns that are nobody's to read."""
OF_STAFF = frozenset({"person", "person_name", "revoked_by", "owner"})
"""Columns that name who worked here."""
MACHINE = frozenset({"hash", "previous", "digest", "content_hash", "url_key", "text_key", "basis", "etag", "file"})
"""Columns that hold no words."""
TABLES_APART = frozenset({"bands", "image_bands", "custody"})

Advance = Callable[[int, int], None]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What is stored of somebody."""

    tables: dict[str, list[Row]]
    """By table, rows that name the subject, redacted of others."""
    ads: list[Row]
    """The ads among them, each with its versions and how it was judged."""
    cases: list[Row]
    """Cases that stand on these ads' series: number, state, day."""

    @property
    def is_nothing(self) -> bool:
        """Nothing at all."""
        return not any(self.tables.values())


def find_subject(connection: Connection, subject: Subject, *, advance: Advance = lambda done, total: None) -> Found:
    """Reads every row of the store once. `advance(done, total)` is told of the tables."""
    searched = [table for table in metadata.sorted_tables if table.name not in TABLES_APART]
    tables = {}
    for done, table in enumerate(searched, 1):
        rows = list(_rows_of(connection, table, subject))
        if rows:
            tables[table.name] = rows
        advance(done, len(searched))
    by_words = {row["ad_id"] for row in tables.get("ad_versions", ())}
    ad_ids = sorted(by_words | {row["id"] for row in tables.get("ads", ())})
    return Found(tables, [_ad(connection, ad_id, subject) for ad_id in ad_ids], _cases(connection, ad_ids))


def _rows_of(connection: Connection, table: Table, subject: Subject) -> Iterator[Row]:
    read = [column for column in table.columns if column.name not in SECRET]
    searched = [column.name for column in read if _holds_words(column)]
    if not searched:
        return
    for row in connection.execute(select(*read).execution_options(yield_per=1000)):
        if any(subject.is_in(_text(row._mapping[name])) for name in searched):
            yield {column.name: _shown(column.name, row._mapping[column.name], subject) for column in read}


def _holds_words(column: Column[Any]) -> bool:
    return isinstance(column.type, String | JSON) and column.name not in MACHINE


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def _shown(name: str, value: Any, subject: Subject) -> Any:
    if name in OF_STAFF and isinstance(value, str):
        return value if subject.is_in(value) else STAFF
    return value.isoformat() if isinstance(value, date) else redacted(value, subject)


def _ad(connection: Connection, ad_id: int, subject: Subject) -> Row:
    ad = connection.execute(select(ads).where(ads.c.id == ad_id)).one()
    judged = assessments.alias()
    newest = select(func.max(judged.c.id)).where(judged.c.version_id == ad_versions.c.id).scalar_subquery()
    versions = connection.execute(
        select(
            ad_versions.c.first_seen,
            ad_versions.c.title,
            ad_versions.c.text,
            ad_versions.c.organization,
            ad_versions.c.contact,
            assessments.c.level,
            assessments.c.verdict,
        )
        .select_from(ad_versions.outerjoin(assessments, assessments.c.id == newest))
        .where(ad_versions.c.ad_id == ad_id)
        .order_by(ad_versions.c.id)
    )
    shown = [{name: _shown(name, value, subject) for name, value in row._mapping.items()} for row in versions]
    times = {name: getattr(ad, name).isoformat() for name in ("first_seen", "last_seen")}
    return {"ad": ad_id, "source": ad.source, "url": ad.url, **times, "versions": shown}


def _cases(connection: Connection, ad_ids: list[int]) -> list[Row]:
    found: dict[int, Row] = {}
    for ad_id in ad_ids:
        on_series = select(cases).join(ads, ads.c.series_id == cases.c.series_id).where(ads.c.id == ad_id)
        for row in connection.execute(on_series):
            opened = day_in_belgrade(row.opened_at).isoformat()
            found[row.id] = {"case": row.id, "state": row.state, "opened_on": opened}
    return [found[number] for number in sorted(found)]
