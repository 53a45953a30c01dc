"""Steps of legal staff that several tests begin with: an approved case, what was filed of it, what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from alerts.cases import CaseState, Decision
from alerts.deciding import decide_case
from alerts.filing import Channel, Filed, record_filing, record_outcome
from alerts.laying import lay_ready
from alerts.outcomes import Outcome
from tests.builders import NOW, StoreBuilder

MARKET, LABOUR = "trzisna_inspekcija", "inspektorat_za_rad"
ANA, IVA = "ana@primer.example", "iva@primer.example"
TODAY = NOW.date()
both_databases = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


def approved_case(store: StoreBuilder, **ad_fields: Any) -> int:
    case_id = store.complaint_case(**ad_fields)
    lay_ready(store.engine, store.settings, case_id, MARKET, now=NOW)
    decide(store, case_id, Decision.CONFIRM)
    decide(store, case_id, Decision.APPROVE)
    return case_id


def decide(store: StoreBuilder, case_id: int, decision: Decision, *, at: datetime = NOW) -> CaseState:
    with store.engine.begin() as connection:
        return decide_case(connection, case_id, decision, person=ANA, now=at, note="razlog")


def file_case(store: StoreBuilder, case_id: int, *, at: datetime = NOW, **changes: Any) -> int:
    fields = {"recipient": MARKET, "channel": Channel.REGISTERED_POST, "filed_on": at.date(), "reference": "353-1/2026"}
    with store.engine.begin() as connection:
        filed = Filed(**{**fields, **changes})
        return record_filing(connection, case_id, filed, person=IVA, now=at, guard_days=180)


def became(store: StoreBuilder, case_id: int, outcome: Outcome, on: date) -> CaseState:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=NOW.tzinfo)
    with store.engine.begin() as connection:
        return record_outcome(connection, case_id, outcome, on=on, person=IVA, now=at)
