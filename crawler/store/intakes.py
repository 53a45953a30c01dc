"""Rows of what people brought by hand. How it is taken in stands in `crawler.intake`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from crawler.store.audit import Act, record
from crawler.store.schema import ads, cases, intakes
from crawler.store.writing import chunks


@dataclass(frozen=True, slots=True)
class Intake:
    """Who brought an ad, and what they say of it."""

    ad_id: int
    brought_at: datetime
    person: str
    """E-mail."""
    person_name: str
    """What the person was called then."""
    seen_url: str | None
    """Where they say they saw it."""
    seen_on: date | None
    note: str
    page_capture_id: int | None
    """The page at that address as the program fetched it, where it was asked to."""


def save_intake(connection: Connection, intake: Intake) -> None:
    """Stores it, with a line in the audit log. Its ad must be stored already, once."""
    record(connection, Act.BROUGHT, person=intake.person, now=intake.brought_at, subject=f"ad {intake.ad_id}")
    connection.execute(insert(intakes).values(**asdict(intake)))


def intakes_of_ads(connection: Connection, ad_ids: Iterable[int]) -> dict[int, Intake]:
    """By ad: how those of these ads came that a person brought."""
    found: dict[int, Intake] = {}
    columns = [intakes.c[name] for name in Intake.__slots__]
    for some in chunks(sorted(set(ad_ids))):
        for row in connection.execute(select(*columns).where(intakes.c.ad_id.in_(some))):
            found[row.ad_id] = Intake(**row._mapping)
    return found


def cases_of_ad(connection: Connection, ad_id: int) -> list[int]:
    """Cases of the series that the ad stands in, by now."""
    statement = select(cases.c.id).join(ads, ads.c.series_id == cases.c.series_id).where(ads.c.id == ad_id)
    return list(connection.scalars(statement.order_by(cases.c.id)))
