"""A report equals a small script of invented events around midnight in Belgrade and the changes of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from alerts.reports.figures import Report, SheetId, make_report
from alerts.reports.periods import Period, begin_of
from crawler.assessment import Indicator, Mediator, MediatorKind, RegisterAnswer, Verdict
from crawler.store.schema import (
    approvals,
    case_events,
    cases,
    contact_mentions,
    filing_outcomes,
    filings,
    nights,
    runs,
)
from tests.builders import StoreBuilder, StoredAd, complaint_assessment

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
"""The clock goes forward on the 29th."""
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
"""The clock goes back on the 25th."""
LATER = datetime(2026, 11, 20, 8, tzinfo=UTC)


def utc(text: str) -> datetime:
    """A moment written `2026-03-01 22:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Script:
    """Invented events, and the report of them."""

    def __init__(self, store: StoreBuilder) -> None:
        self.store = store

    def ad(self, at: str, *, key: str = "primer rad", series_id: int | None = None, **judged: Any) -> StoredAd:
        """An ad first seen then and judged so."""
        source = judged.pop("source", "demo_portal")
        ad = self.store.ad(at=utc(at), source=source, series_id=series_id)
        self.store.assess(ad, complaint_assessment(**judged), mediator_key=key, at=utc(at))
        return ad

    def case(self, opened: str, *, level: str = "high", **judged: Any) -> int:
        """A case opened then, on an ad of its own."""
        ad = self.store.ad(at=utc(opened))
        number = self.store.case(ad, self.store.assess(ad, complaint_assessment(**judged)))
        with self.store.engine.begin() as connection:
            connection.execute(update(cases).where(cases.c.id == number).values(opened_at=utc(opened), level=level))
        return number

    def event(
        self, case_id: int, at: str, decision: str | None, *, person: str = "ana@primer.example", **more: Any
    ) -> int:
        """Something that happened to the case."""
        values = {"case_id": case_id, "at": utc(at), "person": person, "before": "open", "after": "open", "note": ""}
        return self.store._insert(case_events, **values, decision=decision, **more)

    def filing(self, case_id: int, on: date, recipient: str, *, revoked: bool = False) -> int:
        """A filing of that day."""
        by = self.event(case_id, f"{on} 10:00", "file")
        approval = self.store._insert(
            approvals, case_id=case_id, recipient=recipient, version=1, event_id=by, document="{}", digest="0" * 64
        )
        return self.store._insert(
            filings,
            case_id=case_id,
            approval_id=approval,
            recipient=recipient,
            channel="post",
            filed_on=on,
            event_id=by,
            revoked_event_id=by if revoked else None,
        )

    def run(self, source: str, at: str, outcome: str | None, *, by_hand: bool = False) -> None:
        """A run of the source in a night of its own."""
        night = self.store.night(at=utc(at))
        if by_hand:
            with self.store.engine.begin() as connection:
                connection.execute(update(nights).where(nights.c.id == night).values(owner="by hand"))
        self.store._insert(runs, night_id=night, source=source, started_at=utc(at), outcome=outcome, problems={})

    def mention(self, ad: StoredAd, kind: str, value: str) -> None:
        """The ad names the contact."""
        judged = self.store.assess(ad, complaint_assessment(), mediator_key=f"posrednik {ad.ad_id}")
        with self.store.engine.begin() as connection:
            row = {"kind": kind, "value": value, "version_id": ad.version_id, "ad_id": ad.ad_id}
            connection.execute(insert(contact_mentions).values(**row, assessment_id=judged))

    def report(self, period: Period, *, with_names: bool = False) -> Report:
        """The report of the period."""
        with self.store.connect() as connection:
            return make_report(connection, period, now=LATER, with_names=with_names)

    def rows(self, period: Period, sheet: SheetId, *, with_names: bool = False) -> dict[Any, tuple[Any, ...]]:
        """Key -> figures of the sheet."""
        return {
            row.key if len(row.key) > 1 else row.key[0]: row.figures
            for row in self.report(period, with_names=with_names).sheet(sheet).rows
        }

    def overview(self, period: Period, figure: str) -> tuple[Any, ...]:
        """Now and before of one figure of the overview."""
        return self.rows(period, SheetId.OVERVIEW)[figure]


@pytest.fixture
def script(store: StoreBuilder) -> Script:
    return Script(store)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        # Winter time at its begin, summer time at its end.
        (MARCH, "2026-02-28 23:00", "2026-03-31 21:59"),
        # Summer time at its begin, winter time at its end.
        (OCTOBER, "2026-09-30 22:00", "2026-10-31 22:59"),
        # The days on which the clock changes have 23 and 25 hours.
        (Period(date(2026, 3, 29), date(2026, 3, 29)), "2026-03-28 23:00", "2026-03-29 21:59"),
        (Period(date(2026, 10, 25), date(2026, 10, 25)), "2026-10-24 22:00", "2026-10-25 22:59"),
    ],
)
def test_a_day_begins_at_midnight_in_belgrade(script: Script, period: Period, first: str, last: str) -> None:
    for moment in (utc(first), utc(last)):
        for minutes in (-1, 0, 1):
            script.ad(f"{moment + timedelta(minutes=minutes):%Y-%m-%d %H:%M}")
    # Before: the minute before the first. After: the minute after the last.
    assert script.overview(period, "ads") == (4, 1)
    assert script.overview(period, "series") == (4, 1)
    assert sum(row.figures[0] or 0 for row in script.report(period).sheet(SheetId.TIME).rows) == 4


def test_ads_are_told_from_offers_and_from_other_texts(script: Script) -> None:
    old = script.ad("2026-09-01 10:00")
    script.ad("2026-10-02 10:00", series_id=old.series_id)
    first = script.ad("2026-10-03 10:00")
    script.ad("2026-10-04 10:00", series_id=first.series_id)
    script.ad("2026-10-05 10:00", is_job_ad=False)
    script.ad("2026-10-06 10:00", abroad=False)
    assert script.overview(OCTOBER, "ads") == (5, 1)
    assert script.overview(OCTOBER, "ads_abroad") == (3, 1)
    assert script.overview(OCTOBER, "series") == (3, 1)


def test_an_ad_counts_for_each_of_its_countries_and_for_none(script: Script) -> None:
    script.ad("2026-10-02 10:00", destinations=("DE", "AT"))
    script.ad("2026-10-02 11:00", destinations=("DE",))
    script.ad("2026-10-02 12:00", destinations=())
    script.ad("2026-10-02 13:00", destinations=("HR",), is_job_ad=False)
    script.ad("2026-09-02 13:00", destinations=("AT",))
    assert script.rows(OCTOBER, SheetId.DESTINATIONS) == {"DE": (2, 0), "AT": (1, 1), None: (1, 0)}


def test_an_indicator_counts_once_an_ad(script: Script) -> None:
    twice = (Indicator("upfront_fee", "a", 0, 1), Indicator("upfront_fee", "b", 2, 3), Indicator("urgency"))
    script.ad("2026-10-02 10:00", indicators=twice)
    script.ad("2026-10-03 10:00", indicators=())
    assert script.rows(OCTOBER, SheetId.INDICATORS) == {"upfront_fee": (1, 0), "urgency": (1, 0)}


def test_a_judgement_that_was_replaced_counts_no_more(script: Script) -> None:
    ad = script.ad("2026-10-02 10:00", destinations=("DE",))
    script.store.assess(ad, complaint_assessment(destinations=("AT",)))
    assert script.rows(OCTOBER, SheetId.DESTINATIONS) == {"AT": (1, 0)}


def test_a_stale_register_answers_nothing(script: Script) -> None:
    day = date(2026, 9, 1)
    script.ad("2026-10-02 10:00", register=RegisterAnswer(Verdict.NOT_FOUND, day))
    script.ad("2026-10-02 11:00", register=RegisterAnswer(Verdict.NOT_FOUND, day, stale=True))
    script.ad("2026-10-02 12:00", register=RegisterAnswer(Verdict.UNIDENTIFIED, day, stale=True), key="+381600000001")
    script.ad("2026-10-02 13:00", register=RegisterAnswer())
    script.ad("2026-10-02 14:00", register=RegisterAnswer(Verdict.NOT_FOUND, day), key="drugi rad")
    assert script.rows(OCTOBER, SheetId.ANSWERS) == {
        "not_found": (2, 0, 2, 0),
        "unidentified": (1, 0, 1, 0),
        "stale": (1, 0, 1, 0),
        "unchecked": (1, 0, 1, 0),
    }


def test_only_firms_are_named_and_only_where_it_is_asked_for(script: Script) -> None:
    for hour, name, kind in (
        (10, "Primer Rad", MediatorKind.AGENCY),
        (11, "PRIMER RAD d.o.o.", MediatorKind.AGENCY),
        (12, "Petar Primerović", MediatorKind.INDIVIDUAL),
        (13, "Neko Nepoznat", MediatorKind.UNKNOWN),
        (14, None, MediatorKind.AGENCY),
    ):
        key = "primer rad" if kind is MediatorKind.AGENCY and name else f"drugi {hour}"
        script.ad(f"2026-10-02 {hour}:00", mediator=Mediator(name, kind), key=key)
    named = script.rows(OCTOBER, SheetId.NAMES, with_names=True)
    assert named == {("Primer Rad", "not_found"): (2, 2, 1)}
    assert not script.report(OCTOBER).has_names


def test_sources_tell_nights_silence_and_ads(script: Script) -> None:
    script.run("a", "2026-10-02 01:00", "ok")
    script.run("a", "2026-10-03 01:00", "partial")
    script.run("a", "2026-10-04 01:00", "empty")
    script.run("a", "2026-10-05 01:00", None)
    script.run("a", "2026-10-06 09:00", "failed", by_hand=True)
    script.run("a", "2026-09-05 01:00", "blocked")
    script.ad("2026-10-05 10:00", source="manual")
    script.run("b", "2026-10-05 01:00", "failed")
    assert script.rows(OCTOBER, SheetId.SOURCES) == {
        "a": (4, 1, 2, 1, 0, 0),
        "b": (1, 0, 1, 0, 0, 0),
        "manual": (0, 0, 0, 0, 1, 0),
    }
    assert script.overview(OCTOBER, "silent") == (3, 1)


def test_cases_are_counted_by_level_also_where_there_are_none(script: Script) -> None:
    script.case("2026-10-25 00:30", level="critical")
    script.case("2026-10-31 22:59", level="high")
    script.case("2026-10-31 23:00", level="high")
    script.case("2026-09-30 21:59", level="medium")
    assert script.rows(OCTOBER, SheetId.LEVELS) == {
        "critical": (1, 0),
        "high": (1, 0),
        "medium": (0, 1),
        "low": (0, 0),
    }


def test_decisions_of_people_count_unless_they_were_taken_back(script: Script) -> None:
    case = script.case("2026-10-01 00:00")
    script.event(case, "2026-10-02 08:00", "revise", person="system")
    script.event(case, "2026-10-02 08:00", "dismiss", reason="licensed")
    undone = script.event(case, "2026-10-03 08:00", "confirm")
    script.event(case, "2026-10-03 09:00", "undo", undoes=undone)
    script.event(case, "2026-10-04 08:00", None)
    script.event(case, "2026-10-05 08:00", "refer")
    script.event(case, "2026-09-05 08:00", "dismiss", reason="licensed")
    assert script.rows(OCTOBER, SheetId.DECISIONS) == {("dismiss", "licensed"): (1, 1), ("refer", None): (1, 0)}
    assert script.overview(OCTOBER, "decisions") == (2, 1)
    assert script.overview(OCTOBER, "referred") == (1, 0)


def test_the_median_is_of_first_decisions_and_runs_through_the_change_of_the_clock(script: Script) -> None:
    # From one in the night to eight in the morning, local time; that night has one hour more.
    for opened, decided in (
        ("2026-10-24 23:00", "2026-10-25 07:00"),
        ("2026-10-02 01:00", "2026-10-02 02:00"),
        ("2026-10-02 01:00", "2026-10-02 05:30"),
    ):
        script.event(script.case(opened), decided, "confirm")
    looked = script.case("2026-10-02 01:00")
    script.event(looked, "2026-10-02 01:10", "unsure")
    script.event(looked, "2026-10-02 06:30", "dismiss", reason="no_grounds")
    script.event(looked, "2026-10-02 07:30", "confirm")
    assert script.overview(OCTOBER, "hours_to_decision") == (5.0, None)


def test_filings_and_outcomes_count_on_their_day_and_not_when_taken_back(script: Script) -> None:
    case = script.case("2026-09-01 10:00")
    first = script.filing(case, date(2026, 10, 1), "trzisna_inspekcija")
    script.filing(case, date(2026, 10, 31), "obavestenje_portalu:prvi.example")
    script.filing(case, date(2026, 10, 31), "obavestenje_portalu:drugi.example")
    script.filing(case, date(2026, 10, 15), "trzisna_inspekcija", revoked=True)
    script.filing(case, date(2026, 8, 31), "trzisna_inspekcija")
    script.filing(case, date(2026, 11, 1), "trzisna_inspekcija")
    by = script.event(case, "2026-10-20 10:00", "outcome")
    for outcome, revoked in (("ad_removed", None), ("no_answer", by)):
        script.store._insert(
            filing_outcomes,
            filing_id=first,
            outcome=outcome,
            happened_on=date(2026, 10, 20),
            event_id=by,
            revoked_event_id=revoked,
        )
    assert script.rows(OCTOBER, SheetId.FILINGS) == {"obavestenje_portalu": (2, 0), "trzisna_inspekcija": (1, 1)}
    assert script.rows(OCTOBER, SheetId.OUTCOMES) == {"ad_removed": (1, 0)}
    assert script.overview(OCTOBER, "filings") == (3, 1)


def test_hard_triggers_are_those_of_the_leading_ad(script: Script) -> None:
    script.case("2026-10-02 10:00", referral=("in_need_abroad", "violence_or_threat"))
    script.case("2026-10-02 11:00", referral=("in_need_abroad",))
    script.case("2026-10-02 12:00")
    assert script.rows(OCTOBER, SheetId.REFERRALS) == {"in_need_abroad": (2, 0), "violence_or_threat": (1, 0)}


def test_a_connection_is_found_when_a_second_offer_names_the_contact(script: Script) -> None:
    def offers(value: str, *moments: str, kind: str = "phone", series_id: int | None = None) -> None:
        for moment in moments:
            script.mention(script.store.ad(at=utc(moment), series_id=series_id), kind, value)

    offers("+381600000001", "2026-09-02 10:00", "2026-10-02 10:00", "2026-10-03 10:00")
    offers("+381600000002", "2026-08-02 10:00", "2026-09-02 10:00", "2026-10-03 10:00")
    offers("+381600000003", "2026-10-03 10:00")
    offers("posao@primer.example", "2026-10-03 10:00", "2026-10-03 11:00", kind="email")
    offers("primer.example", "2026-10-03 10:00", "2026-10-03 11:00", kind="domain")
    copies = script.store.series()
    offers("+381600000004", "2026-10-03 10:00", "2026-10-04 10:00", series_id=copies)
    offers("+381600000005", *[f"2026-10-{day:02} 10:00" for day in range(1, 14)])
    # A switchboard: thirteen offers under thirteen names. It connects nobody.
    assert script.rows(OCTOBER, SheetId.CONNECTIONS) == {"phone": (1, 1), "email": (1, 0)}


def test_time_runs_in_weeks_from_monday_and_in_months_where_it_is_long(script: Script) -> None:
    script.ad("2026-10-04 21:59")
    script.ad("2026-10-04 22:00")
    script.case("2026-10-25 22:59", level="critical")
    script.event(script.case("2026-10-25 23:00", level="low"), "2026-10-26 08:00", "confirm")
    weeks = script.report(OCTOBER).sheet(SheetId.TIME)
    assert [row.key for row in weeks.rows] == [
        ("2026-10-01", "2026-10-04"),
        ("2026-10-05", "2026-10-11"),
        ("2026-10-12", "2026-10-18"),
        ("2026-10-19", "2026-10-25"),
        ("2026-10-26", "2026-10-31"),
    ]
    assert weeks.column("ads") == [1, 1, 0, 1, 1]
    assert weeks.column("cases_critical") == [0, 0, 0, 1, 0]
    assert weeks.column("cases_low") == [0, 0, 0, 0, 1]
    assert weeks.column("confirm") == [0, 0, 0, 0, 1]
    long = script.report(Period(date(2025, 1, 15), date(2026, 10, 31))).sheet(SheetId.TIME)
    assert (long.rows[0].key, long.rows[-1].key) == (("2025-01-15", "2025-01-31"), ("2026-10-01", "2026-10-31"))
    assert long.rows[-1].figures[0] == 4


def test_how_many_questions_are_asked_does_not_depend_on_what_is_stored(script: Script) -> None:
    with statements(script.store) as few:
        assert script.report(OCTOBER, with_names=True).is_empty
    for day in range(1, 9):
        script.case(f"2026-10-{day:02} 10:00", destinations=(f"D{day}",))
        script.run(f"source_{day}", f"2026-10-{day:02} 01:00", "ok")
    with statements(script.store) as many:
        assert not script.report(OCTOBER, with_names=True).is_empty
    assert len(many) == len(few)


def test_a_year_ends_where_the_next_begins() -> None:
    year = Period(date(2025, 1, 1), date(2025, 12, 31))
    assert year.spans.end == begin_of(date(2026, 1, 1)) == utc("2025-12-31 23:00")
    assert year.before == Period(date(2024, 1, 2), date(2024, 12, 31))


@contextmanager
def statements(store: StoreBuilder) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)
