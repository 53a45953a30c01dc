"""Steps that several tests of the legal desk walk: a confirmed case, its forms filled as the page shows them."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

from httpx import Response

from alerts.approving import approve_case
from alerts.cases import Decision
from alerts.deciding import decide_case
from alerts.filing import Channel, Filed, record_filing
from alerts.laying import lay_ready
from tests.desk.conftest import DeskUnderTest, field

MARKET = "trzisna_inspekcija"
IVA = "iva@primer.example"
PDF = b"%PDF-1.7 invented receipt"


def confirmed_case(desk: DeskUnderTest, *, recipient: str = MARKET, **ad_fields: Any) -> int:
    """A confirmed case with a draft to that recipient."""
    case_id = desk.store.complaint_case(**ad_fields)
    lay_ready(desk.store.engine, desk.store.settings, case_id, recipient, now=desk.now)
    with desk.store.engine.begin() as connection:
        decide_case(connection, case_id, Decision.CONFIRM, person=IVA, now=desk.now)
    return case_id


def approved_case(desk: DeskUnderTest, **ad_fields: Any) -> int:
    """A case whose draft is approved."""
    case_id = confirmed_case(desk, **ad_fields)
    with desk.store.engine.begin() as connection:
        approve_case(connection, case_id, person=IVA, now=desk.now)
    return case_id


def filed_case(desk: DeskUnderTest, *, at: datetime | None = None, **ad_fields: Any) -> int:
    """A case that was filed."""
    case_id = approved_case(desk, **ad_fields)
    now = at or desk.now
    with desk.store.engine.begin() as connection:
        done = Filed(MARKET, Channel.COUNTER, now.date(), "353-1/2026")
        record_filing(connection, case_id, done, person=IVA, now=now, guard_days=180)
    return case_id


def draft_address(case_id: int, recipient: str = MARKET) -> str:
    """Where a draft is edited."""
    return f"/legal/cases/{case_id}/drafts/{recipient}"


def editor_form(page: str) -> dict[str, Any]:
    """The editor's form as a browser would send it."""
    passages = re.findall(r'<textarea id="(passage-\d+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    on = re.findall(r'name="provision" value="(\w+)" checked', page)
    form: dict[str, Any] = {name: html.unescape(text) for name, text in passages}
    return form | {"provision": on, "csrf": field(page, "csrf"), "seen": field(page, "seen"), "do": "save"}


def send(desk: DeskUnderTest, address: str, page: str, **fields: Any) -> Response:
    """Posts these fields with the page's token."""
    answer: Response = desk.client.post(address, data={"csrf": field(page, "csrf")} | fields)
    return answer


def passage_with(form: dict[str, Any], words: str) -> str:
    """The name of the field that holds these words."""
    return next(name for name, text in form.items() if name.startswith("passage-") and words in text)
