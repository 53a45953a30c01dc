"""Builds a small real store for tests: captures with their WARC bytes, ads, series, assessments, a register snapshot.

What is judged about an ad is given by the test; nothing here assesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, insert, text, update

from crawler.addresses import url_key
from crawler.assessment import (
    Assessment,
    Contacts,
    Indicator,
    Mediator,
    MediatorKind,
    Nearest,
    Proposal,
    RegisterAnswer,
    Risk,
    RiskLevel,
    Verdict,
)
from crawler.config import Settings
from crawler.evidence.warc import CaptureWriter
from crawler.items import FetchedPage
from crawler.night import Night
from crawler.store.assessments import counted_by
from crawler.store.captures import save_captures
from crawler.store.engine import connect, open_store, reading
from crawler.store.images import want_pictures
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    cases,
    nights,
    register_entries,
    register_snapshots,
    series,
    sightings,
)

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""The night most tests live in: Friday, two in the morning in Belgrade."""

AD_TITLE = "Radnici za rad u Nemačkoj"
AD_TEXT = (
    "Potrebni radnici u magacinu, Nemačka. Plata 2.500 evra neto, obezbeđen smeštaj.\n"
    "Kotizacija 200 evra pre puta. Agencija Primer Rad, 060 000 0001."
)
ORGANISATION = """\
organisation:
  name: Udruženje „Primer“
  seat: Primerska 1, 11000 Beograd
  mb: "00000001"
  pib: "100000001"
  representative: Petra Primerović
  email: pravna@primer.example
  phone: 011 555-0100
  delivery_address: Primerska 1, 11000 Beograd
"""


@dataclass(frozen=True, slots=True)
class StoredAd:
    """Row ids of one ad with its newest version."""

    ad_id: int
    version_id: int
    capture_id: int
    series_id: int
    night_id: int


def complaint_assessment(**changes: Any) -> Assessment:
    """A worrying ad whose mediator a fresh register does not know: complaint proposed. `changes` replace fields."""
    quote = "Kotizacija 200 evra pre puta"
    start = f"{AD_TITLE}\n{AD_TEXT}".index(quote)
    plain = Assessment(
        id="ad",
        is_job_ad=True,
        abroad=True,
        destinations=("DE",),
        contacts=Contacts(phones=("+381600000001",)),
        mediator=Mediator(name="Primer Rad", kind=MediatorKind.AGENCY),
        register=RegisterAnswer(
            verdict=Verdict.NOT_FOUND,
            as_of=date(2026, 11, 1),
            snapshot=f"sha256:{REGISTER_DIGEST}",
            nearest=(Nearest("Primer Radnik d.o.o.", 0.71, ("slično ime",)),),
        ),
        indicators=(Indicator("upfront_fee", quote, start, start + len(quote)),),
        not_stated=("employer", "contract"),
        risk=Risk(RiskLevel.HIGH, 0.7, ("traži se novac pre puta", "posrednik nije pronađen u registru")),
        complaint=Proposal(True, ("trzisna_inspekcija",), ("posredovanje bez dozvole u registru",)),
    )
    return replace(plain, **changes)


REGISTER_FILE = b"invented register of agencies, 1 November 2026"
REGISTER_DIGEST = hashlib.sha256(REGISTER_FILE).hexdigest()

STORE_FILE = "adwatch.db"


@cache
def _new_store() -> bytes:
    """A store on SQLite as the migrations leave it; they run once for all tests of a process."""
    with TemporaryDirectory() as folder:
        open_store(Settings(Path(folder))).dispose()
        return (Path(folder) / STORE_FILE).read_bytes()


class StoreBuilder:
    """A migrated store in a folder of its own, and the calls that fill it. Every call commits."""

    def __init__(self, home: Path, *, database_url: str | None = None, configured: bool = True) -> None:
        home.mkdir(parents=True, exist_ok=True)
        if configured:
            (home / "adwatch.yml").write_text(ORGANISATION, encoding="utf-8")
        self.settings = Settings(home, database_url)
        if database_url is None and not (home / STORE_FILE).exists():
            (home / STORE_FILE).write_bytes(_new_store())
        self.engine = open_store(self.settings)
        self._numbers = count(1)

    def night(self, *, at: datetime = NOW) -> int:
        """A night that began then."""
        return self._insert(nights, started_at=at, owner="test:1", summary={})

    def night_now(self, *, at: datetime = NOW) -> Night:
        """What a step of the night is called with."""
        return Night(id=self.night(at=at), settings=self.settings, engine=self.engine, now=at)

    def series(self, *, at: datetime = NOW) -> int:
        """A series without ads."""
        return self._insert(series, opened_at=at)

    def capture(self, url: str, *, body: bytes, at: datetime = NOW) -> int:
        """A capture whose bytes stand in a WARC file and whose custody is noted."""
        page = FetchedPage(url=url, fetched_at=at, status=200, headers=(("Content-Type", "text/html"),), body=body)
        with CaptureWriter(self.settings.evidence_folder, "test") as writer:
            kept = writer.keep(page)
        with self.engine.begin() as connection:
            return save_captures(connection, kept)[kept[-1].record_id]

    def ad(
        self,
        *,
        title: str | None = AD_TITLE,
        text: str = AD_TEXT,
        url: str | None = None,
        source: str = "demo_portal",
        at: datetime = NOW,
        series_id: int | None = None,
        night_id: int | None = None,
        organization: str | None = None,
    ) -> StoredAd:
        """An ad with one version, one capture and one sighting; in a new series and night where none is given."""
        url = url or f"http://{source.replace('_', '-')}.example/oglas/{next(self._numbers)}"
        series_id = series_id or self.series(at=at)
        night_id = night_id or self.night(at=at)
        capture_id = self.capture(url, body=_page(title, text), at=at)
        ad_id = self._insert(
            ads,
            source=source,
            url=url,
            url_key=url_key(url),
            first_seen=at,
            last_seen=at,
            series_id=series_id,
        )
        stored = StoredAd(ad_id, 0, capture_id, series_id, night_id)
        return self._sight(stored, title=title, text=text, organization=organization, at=at)

    def new_version(self, ad: StoredAd, *, text: str, title: str | None = AD_TITLE, at: datetime) -> StoredAd:
        """The ad seen with another text in a later night."""
        capture_id = self.capture(f"http://later.example/{ad.ad_id}", body=_page(title, text), at=at)
        later = replace(ad, capture_id=capture_id, night_id=self.night(at=at))
        return self._sight(later, title=title, text=text, organization=None, at=at)

    def see_again(self, ad: StoredAd, *, at: datetime, night_id: int | None = None) -> None:
        """A later sighting of the same version, kept by the same capture; in a night of its own if none is given."""
        night_id = night_id or self.night(at=at)
        self._insert(
            sightings,
            ad_id=ad.ad_id,
            version_id=ad.version_id,
            night_id=night_id,
            capture_id=ad.capture_id,
            seen_at=at,
        )
        with self.engine.begin() as connection:
            connection.execute(update(ads).where(ads.c.id == ad.ad_id).values(last_seen=at))

    def assess(
        self,
        ad: StoredAd,
        assessment: Assessment | None = None,
        *,
        mediator_key: str = "primer rad",
        basis: str | None = None,
        at: datetime = NOW,
    ) -> int:
        """Stores the judgement (by default `complaint_assessment`) on the ad's version."""
        judged = assessment or complaint_assessment()
        basis = basis or _digest(f"basis {next(self._numbers)}")
        with self.engine.begin() as connection:
            current = {"assessed_version_id": ad.version_id, "assessed_basis": basis}
            connection.execute(update(ads).where(ads.c.id == ad.ad_id).values(current))
            if judged.risk.level is not RiskLevel.LOW or judged.complaint.proposed:
                want_pictures(connection, [ad.version_id])
        return self._insert(
            assessments,
            version_id=ad.version_id,
            basis=basis,
            assessed_at=at,
            is_job_ad=judged.is_job_ad,
            abroad=judged.abroad,
            level=judged.risk.level.value,
            score=judged.risk.score,
            verdict=judged.register.verdict.value if judged.register.verdict else None,
            mediator_key=mediator_key,
            proposed=judged.complaint.proposed,
            result=judged.to_json(),
            **counted_by(judged),
        )

    def register(self, *, as_of: date = date(2026, 11, 1), names: Sequence[str] = ("Primer Radnik d.o.o.",)) -> int:
        """A snapshot with entries of these names, valid for years."""
        snapshot_id = self._insert(
            register_snapshots,
            digest=REGISTER_DIGEST,
            as_of=as_of,
            file_name="registar-agencija.xlsx",
            file="register/registar-agencija.xlsx",
            imported_at=datetime(as_of.year, as_of.month, as_of.day, 12, tzinfo=UTC),
        )
        for number, name in enumerate(names, 1):
            self._insert(
                register_entries,
                snapshot_id=snapshot_id,
                number=number,
                name=name,
                licence_number=f"000-01-{number:05}/2024-01",
                licence_date=date(2024, 1, 15),
                valid_until=date(2029, 1, 15),
                status="issued",
                phones=[],
            )
        return snapshot_id

    def case(self, ad: StoredAd, assessment_id: int, *, state: str = "open", mediator_key: str = "primer rad") -> int:
        """A case on that assessment, as `open_cases` would have left it."""
        return self._insert(
            cases,
            series_id=ad.series_id,
            mediator_key=mediator_key,
            assessment_id=assessment_id,
            state=state,
            level="high",
            score=0.7,
            opened_at=NOW,
            changed_at=NOW,
        )

    def complaint_case(self, *, state: str = "open", **ad_fields: Any) -> int:
        """One ad, its default assessment and a case on it."""
        ad = self.ad(**ad_fields)
        return self.case(ad, self.assess(ad), state=state)

    def connect(self) -> Connection:
        """A connection for reading what a test wants to see."""
        return reading(self.engine)

    def _sight(self, ad: StoredAd, *, title: str | None, text: str, organization: str | None, at: datetime) -> StoredAd:
        version_id = self._insert(
            ad_versions,
            ad_id=ad.ad_id,
            content_hash=_digest(f"{title}\n{text}"),
            first_seen=at,
            capture_id=ad.capture_id,
            title=title,
            text=text,
            organization=organization,
            posting={},
        )
        self._insert(
            sightings,
            ad_id=ad.ad_id,
            version_id=version_id,
            night_id=ad.night_id,
            capture_id=ad.capture_id,
            seen_at=at,
        )
        with self.engine.begin() as connection:
            connection.execute(update(ads).where(ads.c.id == ad.ad_id).values(version_id=version_id, last_seen=at))
        return replace(ad, version_id=version_id)

    def _insert(self, table: Any, **values: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.scalar(insert(table).values(**values).returning(table.c.id)) or 0)


def _page(title: str | None, text: str) -> bytes:
    return f"<h1>{title or ''}</h1><p>{text}</p>".encode("utf-8", "surrogatepass")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def end_sessions(database_url: str) -> None:
    """Ends all sessions of that PostgreSQL database, as the server's restart does."""
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
