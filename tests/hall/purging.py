"""A purge and what it left: the steps that tests of it begin and end with."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, select

from crawler.assessment import Risk, RiskLevel
from crawler.evidence.sealing import seal_evidence
from crawler.evidence.verify import Verification, verify_evidence
from crawler.retention.purging import Purge, purge
from tests.builders import NOW, StoreBuilder, StoredAd, complaint_assessment

LATER = NOW + timedelta(days=100)
"""Ads of NOW that were never flagged are due then."""
ORDINARY = complaint_assessment(
    risk=Risk(RiskLevel.LOW, 0.1, ()), complaint=replace(complaint_assessment().complaint, proposed=False)
)


def ordinary_ad(store: StoreBuilder, **more: Any) -> StoredAd:
    """An ad that is not flagged."""
    ad = store.ad(**more)
    store.assess(ad, ORDINARY)
    return ad


def run(store: StoreBuilder, *, now: datetime = LATER) -> Purge:
    return purge(store.settings, store.engine, now=now)


def count(store: StoreBuilder, table: Table) -> int:
    with store.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def verify(store: StoreBuilder) -> Verification:
    with store.connect() as connection:
        found = verify_evidence(connection, store.settings.evidence_folder)
    assert found.failures == ()
    return found


def words_on_disk(store: StoreBuilder) -> bytes:
    """All that the evidence folder holds, unpacked."""
    found = b""
    for path in sorted(store.settings.evidence_folder.rglob("*")):
        if path.is_file():
            found += gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return found


def seal(store: StoreBuilder) -> None:
    seal_evidence(store.night_now())
