"""What legal staff read about the letters is what the letters rest on."""

from __future__ import annotations

from alerts.law import ProvisionStatus, built_in_law
from alerts.terms import built_in_terms
from tests.alerts.guide import GUIDE, NOT_CONFIRMED, tables, with_tables


def test_the_guide_is_of_today() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert with_tables(guide) == guide, "write it anew: python -m tests.alerts.guide"


def test_what_nobody_confirmed_is_marked_so_that_it_is_seen() -> None:
    rows = tables()["odredbe"].splitlines()[2:]
    unconfirmed = [one for one in built_in_law().provisions if one.status is ProvisionStatus.TO_CONFIRM]
    assert [row.split("`")[1] for row in rows if NOT_CONFIRMED in row] == [one.id for one in unconfirmed]
    limits = [one for one in built_in_terms() if one.status is ProvisionStatus.TO_CONFIRM]
    rows = tables()["rokovi"].splitlines()[2:]
    assert [row.split("`")[1] for row in rows if NOT_CONFIRMED in row] == [one.id for one in limits]
