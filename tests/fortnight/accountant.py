"""What store, letters and report hold after the fortnight, in the words of the script; nothing is judged."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from crawler.store.cases import SYSTEM, CaseRow
from crawler.store.engine import reading
from crawler.store.lives import complete_runs, lives_of_case
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    captures,
    case_events,
    cases,
    filings,
    health_alerts,
    nights,
    runs,
    sightings,
)
from pipelines.life.events import LifeEvent, Patience, happenings
from tests.fortnight.machine import IVA, PEOPLE
from tests.fortnight.playing import Play
from tests.fortnight.script import REPOSTED_AFTER, VANISHED_AFTER

BROKEN, WELL = "Ne radi kako treba", "Ponovo radi"
"""Headings of an alarm letter."""
PERSONS = {email: name for name, email in PEOPLE.items()}


def ad_of(url: str) -> str:
    """The script's word for the ad at that address."""
    return urlsplit(url).path.rsplit("/", 1)[1]


@dataclass
class Accountant:
    """Reads what a played fortnight left behind. Every count is by the script's own words."""

    play: Play
    letters: list[EmailMessage]

    def _rows(self, statement: Any) -> list[Any]:
        with reading(self.play.machine.engine) as connection:
            return list(connection.execute(statement))

    def _night(self, moment: datetime) -> int:
        return self.play.script.night_at(moment)

    def nights(self) -> list[tuple[int, bool]]:
        """(night, it was finished), in order."""
        found = self._rows(select(nights).order_by(nights.c.id))
        return [(self._night(row.started_at), row.finished_at is not None) for row in found]

    def failed_steps(self) -> list[tuple[int, str]]:
        """(night, step that failed)."""
        found = self._rows(select(nights).order_by(nights.c.id))
        return [
            (self._night(row.started_at), step)
            for row in found
            for step, told in row.summary.get("steps", {}).items()
            if told["failure"]
        ]

    def runs(self) -> Counter[tuple[int, str, bool]]:
        """(night, portal, it went well)."""
        found = self._rows(select(nights.c.started_at, runs.c.source, runs.c.outcome).join_from(runs, nights))
        return Counter((self._night(row.started_at), row.source, row.outcome == "ok") for row in found)

    def ads(self) -> Counter[tuple[str, str]]:
        """(portal, ad)."""
        return Counter((row.source, ad_of(row.url)) for row in self._rows(select(ads.c.source, ads.c.url)))

    def sightings(self) -> Counter[tuple[int, str]]:
        """(night, ad)."""
        joined = sightings.join(ads, ads.c.id == sightings.c.ad_id).join(nights, nights.c.id == sightings.c.night_id)
        found = self._rows(select(nights.c.started_at, ads.c.url).select_from(joined))
        return Counter((self._night(row.started_at), ad_of(row.url)) for row in found)

    def versions(self) -> Counter[tuple[int, str, str]]:
        """(night in which it was seen first, ad, text)."""
        joined = ad_versions.join(ads, ads.c.id == ad_versions.c.ad_id)
        found = self._rows(select(ad_versions.c.first_seen, ads.c.url, ad_versions.c.text).select_from(joined))
        return Counter((self._night(row.first_seen), ad_of(row.url), " ".join(row.text.split())) for row in found)

    def series(self) -> set[frozenset[str]]:
        """The ads of each series."""
        found: dict[int, set[str]] = {}
        for row in self._rows(select(ads.c.series_id, ads.c.url)):
            found.setdefault(row.series_id, set()).add(ad_of(row.url))
        return set(map(frozenset, found.values()))

    def life(self, offer: str) -> Counter[tuple[int, LifeEvent, str]]:
        """(night, what happened, ad), as the timeline tells it of the offer's ads."""
        with reading(self.play.machine.engine) as connection:
            lives = lives_of_case(connection, self._as_case(connection, offer), limit=100)
            looked = complete_runs(connection, self.play.script.portals, since=self.play.script.begins(1))
        told = happenings(lives, looked, Patience(VANISHED_AFTER, REPOSTED_AFTER))
        return Counter((self._night(one.at), one.event, ad_of(one.ad.url)) for one in told)

    def _as_case(self, connection: Connection, offer: str) -> CaseRow:
        """The offer as a case, whether or not it is one."""
        first = self.play.script.offers[offer][0]
        judged = assessments.c.id, assessments.c.mediator_key, ads.c.series_id
        joined = ads.join(assessments, assessments.c.version_id == ads.c.version_id)
        row = connection.execute(
            select(*judged).select_from(joined).where(ads.c.url.endswith(f"/oglas/{first.id}")).limit(1)
        ).one()
        moment = self.play.script.begins(1)
        return CaseRow(0, row.series_id, row.mediator_key, row.id, "open", "low", 0.0, moment, moment)

    def pages_kept(self) -> Counter[tuple[str, str]]:
        """(address, digest) of each page whose bytes were kept."""
        found = self._rows(select(captures.c.url, captures.c.digest).where(captures.c.record_type == "response"))
        return Counter((row.url, row.digest) for row in found)

    def evidence(self) -> set[tuple[int, str, str]]:
        """(night, portal with path, digest) of every page by which an ad was seen."""
        joined = sightings.join(ads, ads.c.id == sightings.c.ad_id).join(
            captures, captures.c.id == sightings.c.capture_id
        )
        statement = select(ads.c.source, captures.c.url, captures.c.fetched_at, captures.c.digest)
        return {
            (self._night(row.fetched_at), f"{row.source}{urlsplit(row.url).path}", row.digest)
            for row in self._rows(statement.select_from(joined))
        }

    def cases(self) -> Counter[tuple[str, int, str]]:
        """(offer, night in which it was opened, where it stands)."""
        offers = self._offers_of_cases()
        found = self._rows(select(cases.c.id, cases.c.opened_at, cases.c.state))
        return Counter((offers[row.id], self._night(row.opened_at), row.state) for row in found)

    def decisions(self) -> Counter[tuple[int, str, str, str, str | None]]:
        """(after night, offer, decision, person, reason), of people."""
        offers = self._offers_of_cases()
        return Counter(
            (self._night(row.at), offers[row.case_id], row.decision, PERSONS[row.person], row.reason)
            for row in self._rows(select(case_events).where(case_events.c.person != SYSTEM))
        )

    def returned(self) -> Counter[tuple[str, int]]:
        """(offer, night) of each real change that the program told on a case."""
        offers = self._offers_of_cases()
        told = select(case_events).where(case_events.c.person == SYSTEM, case_events.c.decision == "revise")
        return Counter((offers[row.case_id], self._night(row.at)) for row in self._rows(told))

    def filings(self) -> Counter[tuple[int, str, str]]:
        """(after night, offer, person)."""
        offers = self._offers_of_cases()
        found = self._rows(
            select(filings.c.case_id, case_events.c.at, case_events.c.person).join(
                case_events, case_events.c.id == filings.c.event_id
            )
        )
        return Counter((self._night(row.at), offers[row.case_id], PERSONS[row.person]) for row in found)

    def _offers_of_cases(self) -> dict[int, str]:
        by_ad = {ad.id: ad.of_offer for ad in self.play.script.ads}
        joined = cases.join(ads, ads.c.series_id == cases.c.series_id)
        return {row.id: by_ad[ad_of(row.url)] for row in self._rows(select(cases.c.id, ads.c.url).select_from(joined))}

    def changes_of_state(self) -> list[tuple[int, str, bool]]:
        """(night, portal, it broke), as the store noted them."""
        found = self._rows(select(health_alerts).order_by(health_alerts.c.id))
        return sorted((self._night(row.at), row.source, row.state != "ok") for row in found)

    def alarms(self) -> Counter[tuple[int, str, bool]]:
        """(night, what, it broke) of each line of the letters that came; portals by the script's word."""
        return Counter(line for letter in self.letters if letter["To"] == IVA for line in self._lines(letter))

    def _lines(self, letter: EmailMessage) -> list[tuple[int, str, bool]]:
        body, found, broke = letter.get_body(("plain",)), [], True
        assert body
        night = self._night(datetime.strptime(letter["Date"], "%a, %d %b %Y %H:%M:%S %z"))
        for line in map(str.strip, body.get_content().splitlines()):
            if line in (BROKEN, WELL):
                broke = line == BROKEN
            elif subject := self._subject(line):
                found.append((night, subject, broke))
        return found

    def new_cases(self, letter: EmailMessage) -> list[str]:
        """Offers whose case a digest tells as new."""
        body, offers = letter.get_body(("plain",)), self._offers_of_cases()
        assert body
        return [offers[int(number)] for number in re.findall(r"Slučaj (\d+) \(nov\)", body.get_content())]

    def _subject(self, line: str) -> str | None:
        """What the line of a letter is about; None where it is about nothing."""
        portals = {rf"^\W*{portal.name}:": name for name, portal in self.play.script.portals.items()}
        others = {r"^\W*Noć": "night", r"^\W*Program koji pokreće": "scheduler", r"^\W*Registar|^\W*Spisak": "register"}
        return next((name for pattern, name in (portals | others).items() if re.search(pattern, line)), None)
