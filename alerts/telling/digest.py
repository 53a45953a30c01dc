"""The morning's digest, gathered: cases with news, what waits, what is overdue, what may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.desk.findings import order_codes, titles_of
from alerts.desk.silence import read_silence
from alerts.desk.speaking import Tongue
from alerts.matters import read_matters
from alerts.messages.digest import DigestCase, Morning, digest_letter
from alerts.messages.letter import Letter
from alerts.messages.sending import lay_out
from alerts.telling.troubles import trouble_sentences
from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.manifest import read_manifests
from crawler.store.case_lists import count_by_state
from crawler.store.news import cases_with_news
from crawler.store.outbox import last_told_of

SHOWN_FINDINGS = 3
FIRST_LOOK_BACK = timedelta(days=1)
"""How far back the first digest looks."""


def lay_out_digest(connection: Connection, settings: Settings, *, key: str, now: datetime) -> None:
    """Lays out the digest of what happened since the last one."""
    letter = morning_letter(connection, settings, now=now)
    lay_out(connection, settings, letter, settings.file.messages.digest, key=key, as_of=now)


def morning_letter(connection: Connection, settings: Settings, *, now: datetime) -> Letter:
    """The digest of what happened since the last one."""
    tongue = Tongue(settings.file.messages.language)
    sources = read_manifests(settings.source_folders)
    silence = read_silence(connection, settings.file, sources=sources, now=now)
    today = day_in_belgrade(now)
    morning = Morning(
        day=today,
        cases=tuple(_cases(connection, now)),
        waiting=count_by_state(connection).get("open", 0),
        overdue=sum(matter.is_overdue for matter in read_matters(connection, today=today)),
        troubles=tuple(trouble_sentences(silence, tongue)),
    )
    return digest_letter(morning, tongue=tongue, desk_url=settings.file.desk_url)


def _cases(connection: Connection, now: datetime) -> Iterator[DigestCase]:
    after = last_told_of(connection, "digest") or now - FIRST_LOOK_BACK
    for one in cases_with_news(connection, after=after, until=now):
        codes = order_codes(one.assessment)
        yield DigestCase(
            id=one.id,
            level=one.assessment.risk.level,
            is_new=one.is_new,
            countries=tuple(one.assessment.destinations),
            findings=tuple(titles_of(codes[:SHOWN_FINDINGS])),
        )
