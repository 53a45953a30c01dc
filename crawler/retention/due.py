"""What its time has come for: cases, ads and captures. Nothing is deleted here.

A case that nobody decided, that was referred, approved or filed has no clock until it is closed, and whatever its
drafts cite stays with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, not_, or_, select

from crawler.config import Retention
from crawler.retention.deleting import pointing_at
from crawler.store.schema import (
    ad_versions,
    ads,
    approvals,
    assessments,
    captures,
    case_links,
    cases,
    draft_versions,
    drafts,
    filings,
    intakes,
)
from crawler.store.writing import chunks

RECORD = re.compile(r"urn:uuid:[0-9a-f-]{36}")
AT_ONCE = 200
"""Ads that one transaction deletes."""


class Clock(StrEnum):
    """Why something goes; the value is the setting that says when, below `retention`."""

    UNFLAGGED = "unflagged_days"
    FLAGGED = "flagged_days"
    DISMISSED = "dismissed_days"
    CLOSED = "closed_days"
    INTAKE = "intake_days"
    SESSION = "session_days"
    MESSAGE = "message_days"
    AUDIT = "audit_days"

    def days(self, retention: Retention) -> int:
        """As configured."""
        return int(getattr(retention, self.value))

    def before(self, retention: Retention, now: datetime) -> datetime:
        """What ended earlier than this goes."""
        return now - timedelta(days=self.days(retention))


AD_CLOCKS = (Clock.UNFLAGGED, Clock.FLAGGED, Clock.INTAKE)
_CASE_CLOCKS = {"closed": Clock.CLOSED, "dismissed": Clock.DISMISSED}


@dataclass(frozen=True, slots=True)
class Cited:
    """What the drafts, versions and approved texts of all cases name."""

    records: frozenset[str] = frozenset()
    """WARC-Record-IDs."""
    urls: frozenset[str] = frozenset()
    """Addresses of ads."""


@dataclass
class _Matters:
    """Cases that belong together: joined ones, and those whose filing repeats another's."""

    leader: dict[int, int] = field(default_factory=dict)

    def of(self, case_id: int) -> int:
        """The case that stands for all of its matter."""
        while (leader := self.leader.setdefault(case_id, case_id)) != case_id:
            case_id = leader
        return case_id

    def join(self, one: int, other: int) -> None:
        """They belong together."""
        self.leader[self.of(one)] = self.of(other)


def due_cases(connection: Connection, retention: Retention, now: datetime) -> dict[Clock, list[int]]:
    """Cases whose time has come, and that of all that belong to the same matter; held until the transaction ends."""
    rows = connection.execute(select(cases.c.id, cases.c.state, cases.c.changed_at).with_for_update()).all()
    matters = _matters(connection)
    staying = {matters.of(row.id) for row in rows if not _is_due(row, retention, now)}
    found: dict[Clock, list[int]] = {}
    for row in rows:
        if matters.of(row.id) not in staying:
            found.setdefault(_CASE_CLOCKS[row.state], []).append(row.id)
    return found


def due_ads(
    connection: Connection, clock: Clock, retention: Retention, now: datetime, *, cited: Cited, after: int
) -> list[Row[Any]]:
    """The next ads by that clock (id, series_id, last_seen), by ascending id after that one."""
    before = clock.before(retention, now)
    while True:
        statement = (
            select(ads.c.id, ads.c.series_id, ads.c.last_seen, ads.c.url)
            .where(ads.c.id > after, ads.c.last_seen < before, _has_clock(clock), not_(_is_held()))
            .order_by(ads.c.id)
            .limit(AT_ONCE)
        )
        rows: list[Row[Any]] = list(connection.execute(statement))
        free = [row for row in rows if row.url not in cited.urls]
        if free or not rows:
            return list(free)
        after = rows[-1].id


def read_cited(connection: Connection) -> Cited:
    """What the texts of all cases that there are name."""
    records, urls = set[str](), set[str]()
    for facts in _facts(connection):
        urls.update(str(place["url"]) for place in facts.get("places", ()))
        records.update(str(item["record_id"]) for item in facts.get("evidence", ()))
    for document in connection.scalars(select(approvals.c.document)):
        records.update(RECORD.findall(document))
    return Cited(frozenset(records), frozenset(urls))


def unused_captures(connection: Connection, *, before: datetime, cited: Cited) -> dict[str, list[Row[Any]]]:
    """Captures fetched before then that nothing rests on any more, by file, in the order of the file."""
    used = _used(connection)
    statement = select(captures).where(captures.c.fetched_at < before).order_by(captures.c.id)
    loose = {
        row.record_id: row
        for row in connection.execute(statement.execution_options(yield_per=1000))
        if not used[row.id] and row.record_id not in cited.records
    }
    _keep_what_others_need(connection, loose)
    found: dict[str, list[Row[Any]]] = {}
    for row in sorted(loose.values(), key=lambda row: (row.file, row.offset)):
        found.setdefault(row.file, []).append(row)
    return found


def _is_due(row: Any, retention: Retention, now: datetime) -> bool:
    clock = _CASE_CLOCKS.get(row.state)
    return clock is not None and bool(row.changed_at < clock.before(retention, now))


def _matters(connection: Connection) -> _Matters:
    matters, first = _Matters(), filings.alias()
    for row in connection.execute(select(case_links.c.kept_id, case_links.c.joined_id)):
        matters.join(row.kept_id, row.joined_id)
    again = select(filings.c.case_id, first.c.case_id.label("first")).join(first, first.c.id == filings.c.first_id)
    for row in connection.execute(again):
        matters.join(row.case_id, row.first)
    return matters


def _has_clock(clock: Clock) -> ColumnElement[bool]:
    brought = exists().where(intakes.c.ad_id == ads.c.id)
    flagged = exists().where(
        ad_versions.c.ad_id == ads.c.id,
        assessments.c.version_id == ad_versions.c.id,
        or_(assessments.c.level != "low", assessments.c.proposed),
    )
    if clock is Clock.INTAKE:
        return brought
    return and_(not_(brought), flagged if clock is Clock.FLAGGED else not_(flagged))


def _is_held() -> ColumnElement[bool]:
    """A case stands on the ad's series, or was led by a judgement on the ad."""
    leads = exists().where(
        ad_versions.c.ad_id == ads.c.id,
        assessments.c.version_id == ad_versions.c.id,
        cases.c.assessment_id == assessments.c.id,
    )
    return or_(exists().where(cases.c.series_id == ads.c.series_id), leads)


def _facts(connection: Connection) -> Iterator[dict[str, Any]]:
    for table in (drafts, draft_versions):
        yield from connection.scalars(select(table.c.facts).execution_options(yield_per=100))


def _used(connection: Connection) -> bytearray:
    """By id of a capture: whether a row refers to it. A byte each, because there may be millions."""
    highest = connection.scalar(select(func.max(captures.c.id))) or 0
    used = bytearray(highest + 1)
    for column in pointing_at(captures):
        statement: Select[Any] = select(column).where(column.is_not(None)).execution_options(yield_per=10_000)
        for capture_id in connection.scalars(statement):
            used[capture_id] = 1
    return used


def _keep_what_others_need(connection: Connection, loose: dict[str, Row[Any]]) -> None:
    """Takes out the records that one that stays refers to: the holder of its bytes, its screenshot."""
    columns = captures.c.record_id, captures.c.revisit_of, captures.c.screenshot_record_id
    refers = or_(captures.c.revisit_of.is_not(None), captures.c.screenshot_record_id.is_not(None))
    rows = connection.execute(select(*columns).where(refers).execution_options(yield_per=10_000))
    needed = [name for row in rows if row.record_id not in loose for name in row[1:] if name in loose]
    while needed:
        row = loose.pop(needed.pop(), None)
        if row is not None:
            needed += [name for name in (row.revisit_of, row.screenshot_record_id) if name in loose]


def captures_in(connection: Connection, file: str) -> list[Row[Any]]:
    """All captures in the file, in its order."""
    return list(connection.execute(select(captures).where(captures.c.file == file).order_by(captures.c.offset)))


def named_files(connection: Connection, files: Iterable[str]) -> set[str]:
    """Those of the files in which a capture stands."""
    found: set[str] = set()
    for some in chunks(files):
        found.update(connection.scalars(select(captures.c.file).where(captures.c.file.in_(some)).distinct()))
    return found
