"""The annex of a draft: all evidence it names, packed so that it opens and can be checked without this program.

What the draft says is not repeated here; nothing is sent anywhere.
"""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection

from alerts.document import Verbatim, plain_text
from alerts.drafting import LETTERS, fill, kept_draft
from alerts.facts import DraftFacts, EvidenceItem, SnapshotFacts
from alerts.script import Script, to_script
from alerts.tables import table_of
from crawler.belgrade import BELGRADE
from crawler.errors import DraftError, UsageError
from crawler.evidence.custody import CustodyEvent
from crawler.evidence.exporting import witnesses
from crawler.evidence.wacz import write_wacz
from crawler.evidence.warc import SCREENSHOT, Capture, read_payload
from crawler.files import sync_folder
from crawler.register import EntryStatus, RegisterEntry
from crawler.store.exports import ShownAd, captures_named, custody_of
from crawler.store.register import SnapshotRow, list_snapshots, snapshot_of

README, SUMS, WACZ = "PROCITAJ.txt", "SHA256SUMS", "dokazi.wacz"
MANIFEST, CUSTODY, EXTRACT = "popis-dokaza.csv", "evidencija-cuvanja.csv", "registar/izvod.csv"
PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"RIFF": "webp"}
"""How picture files begin, and how they are called."""

METHODS = {
    "http": "preuzimanje stranice protokolom HTTP",
    "browser": "prikaz stranice u pregledaču",
    "manual": "ručni unos",
}
EVENTS = {
    CustodyEvent.CAPTURED: "snimljeno",
    CustodyEvent.REGISTER_IMPORTED: "registar unet",
    CustodyEvent.REGISTER_CONFIRMED: "registar potvrđen kao nepromenjen",
    CustodyEvent.SEALED: "datoteka zatvorena",
    CustodyEvent.TORN_END_MOVED: "nepotpun kraj datoteke izdvojen",
    CustodyEvent.TIMESTAMPED: "overeno vremenskim žigom",
    CustodyEvent.RECEIPT_KEPT: "potvrda o podnošenju sačuvana",
    CustodyEvent.DELETED: "obrisano",
    CustodyEvent.PURGED: "brisanje po isteku roka zabeleženo",
    CustodyEvent.SUBJECT_ACCESS: "izdat uvid u podatke",
}
STATUSES = {
    EntryStatus.ISSUED: "izdata",
    EntryStatus.REVOKED: "oduzeta ili prestala",
    EntryStatus.UNREADABLE: "ne može se pročitati",
}


FRAME = 8 * 1024
"""About what the tables, the README and the parts of the WACZ take that are no records, packed (November 2026)."""


@dataclass(frozen=True, slots=True)
class AnnexFile:
    """One file of the annex, with what it is."""

    path: Verbatim
    words: str


@dataclass(slots=True)
class _Annex:
    """An annex that is being packed."""

    zip: zipfile.ZipFile
    script: Script
    at: datetime
    files: list[AnnexFile] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)

    def add(self, path: str, content: bytes, words: str, *, stored: bool = False) -> None:
        info = zipfile.ZipInfo(path, self.at.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self.zip.writestr(info, content)
        self.files.append(AnnexFile(Verbatim(path), words))
        self.sums.append(f"{hashlib.sha256(content).hexdigest()}  {path}\n")

    def add_table(self, path: str, header: Sequence[str], rows: Iterable[Sequence[object]], words: str) -> None:
        self.add(path, table_of([self.say(name) for name in header], rows), words)

    def say(self, words: str) -> str:
        """Our own words in the annex's script."""
        return to_script(words, self.script)


def write_annex(
    connection: Connection,
    case_id: int,
    *,
    recipient: str | None,
    script: Script,
    evidence_folder: Path,
    output: Path,
    now: datetime,
) -> tuple[AnnexFile, ...]:
    """Writes the annex of the case's kept draft to that recipient (by default the first one); returns what it holds.

    The file is there whole or not at all. Raises UsageError where there is no such draft, or the file cannot be
    written, DraftError or EvidenceError where a record or the register's file is missing or does not verify.
    """
    facts = DraftFacts.from_json(kept_draft(connection, case_id, recipient).facts)
    try:
        with tempfile.TemporaryDirectory(dir=output.absolute().parent, prefix=f".{output.name}.") as folder:
            packed = Path(folder) / "annex.zip"
            with zipfile.ZipFile(packed, "w") as target:
                annex = _Annex(target, script, now.astimezone(UTC))
                _fill(annex, connection, evidence_folder, facts, Path(folder))
            packed.replace(output)
        sync_folder(output.absolute().parent)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    return tuple(annex.files)


def estimate_annex(connection: Connection, evidence_folder: Path, facts: DraftFacts) -> int:
    """About how many bytes the annex will have: records, pictures a second time, the register's file."""
    captures = captures_named(connection, [item.record_id for item in facts.evidence])
    size = FRAME + sum(capture.length for capture in captures)
    size += sum(capture.length for capture in captures if capture.url.startswith(SCREENSHOT))
    if facts.register_check.snapshot:
        wanted = f"sha256:{facts.register_check.snapshot.digest}"
        kept = next((row.file.kept for row in list_snapshots(connection) if row.snapshot == wanted), None)
        path = evidence_folder / kept if kept else None
        size += path.stat().st_size if path and path.is_file() else 0
    return size


def _fill(annex: _Annex, connection: Connection, evidence_folder: Path, facts: DraftFacts, folder: Path) -> None:
    captures = captures_named(connection, [item.record_id for item in facts.evidence])
    missing = {item.record_id for item in facts.evidence} - {capture.record_id for capture in captures}
    if missing:
        raise DraftError(f"{min(missing)}: evidence of the draft is no longer in the store")
    pictures = dict(_pictures(evidence_folder, captures, facts.evidence))
    listed = _evidence_rows(annex, facts, _picture_paths(captures, pictures))
    annex.add_table(MANIFEST, MANIFEST_HEADER, listed, "popis dokaza sa otiscima SHA-256")
    entries = custody_of(connection, _subjects(captures))
    wacz = folder / WACZ
    write_wacz(
        wacz,
        evidence_folder,
        captures,
        title=f"adwatch: {facts.number}",
        pages=_pages(facts),
        custody=entries,
        files=witnesses(evidence_folder, newest=max((int(entry["seq"]) for entry in entries), default=0)),
        now=annex.at,
    )
    annex.add(WACZ, wacz.read_bytes(), "izvorni zapisi u formatu WACZ", stored=True)
    for path, content in pictures.values():
        annex.add(path, content, "slika sačuvana kao dokaz", stored=True)
    annex.add_table(CUSTODY, CUSTODY_HEADER, _custody_rows(annex, entries), "izvod iz evidencije čuvanja ovih zapisa")
    if facts.register_check.snapshot:
        _add_register(annex, connection, evidence_folder, facts, facts.register_check.snapshot)
    _finish(annex, facts)


def _finish(annex: _Annex, facts: DraftFacts) -> None:
    """The file that explains the others, and the hashes of all."""
    further = [AnnexFile(Verbatim(SUMS), "otisci svih datoteka")]
    values = {"sums": SUMS, "wacz": WACZ, "check": f"sha256sum -c {SUMS}"}
    document = fill(
        LETTERS / "annex",
        annex.script,
        made_at=annex.at,
        packed_at=annex.at,
        facts=facts,
        files=[*annex.files, *further],
        **{name: Verbatim(value) for name, value in values.items()},
    )
    annex.add(README, plain_text(document).encode("utf-8-sig"), "opis priloga")
    annex.add(SUMS, "".join(annex.sums).encode(), further[0].words)


MANIFEST_HEADER = (
    *("Dokaz", "Adresa ili oznaka", "Vreme snimanja (UTC)", "Vreme snimanja (Beograd)", "Način snimanja", "SHA-256"),
    *("WARC-Record-ID", "Isti sadržaj kao u zapisu", "Slika u prilogu"),
)


def _picture_paths(captures: Iterable[Capture], pictures: dict[str, tuple[str, bytes]]) -> dict[str, str]:
    """By WARC-Record-ID the picture that a record holds, or of how its page looked."""
    shown = {name: path for name, (path, _) in pictures.items()}
    beside = ((one.record_id, shown.get(one.screenshot_record_id or "")) for one in captures)
    return {**{name: path for name, path in beside if path}, **shown}


def _evidence_rows(annex: _Annex, facts: DraftFacts, pictures: dict[str, str]) -> Iterator[Sequence[object]]:
    for item in facts.evidence:
        yield (
            item.number,
            item.url,
            _moment(item.fetched_at.astimezone(UTC)),
            _moment(item.fetched_at.astimezone(BELGRADE)),
            annex.say(METHODS[item.method]),
            item.digest,
            item.record_id,
            item.revisit_of,
            pictures.get(item.record_id),
        )


def _pictures(
    evidence_folder: Path, captures: Iterable[Capture], items: Iterable[EvidenceItem]
) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Of the records that hold a picture: file and bytes, by WARC-Record-ID."""
    numbers = {str(item.record_id): item.number for item in items}
    beside = {capture.screenshot_record_id: numbers.get(capture.record_id) for capture in captures}
    for capture in captures:
        if capture.revisit_of is not None:
            continue
        content = read_payload(evidence_folder, capture)
        kind = next((kind for begin, kind in PICTURES.items() if content.startswith(begin)), None)
        number = numbers.get(capture.record_id) or beside.get(capture.record_id)
        if kind and number:
            shown = "" if capture.record_id in numbers else "-izgled"
            yield capture.record_id, (f"slike/dokaz-{number}{shown}.{kind}", content)


def _pages(facts: DraftFacts) -> list[ShownAd]:
    items = {item.number: item for item in facts.evidence}
    shown = [(items[place.evidence], place.title) for place in facts.places]
    return [ShownAd(item.url, item.fetched_at, title) for item, title in shown]


def _subjects(captures: Iterable[Capture]) -> list[str]:
    return list(dict.fromkeys(subject for capture in captures for subject in (capture.record_id, capture.file)))


CUSTODY_HEADER = ("Redni broj", "Vreme (UTC)", "Događaj", "Zapis ili datoteka", "SHA-256", "Prethodni pečat", "Pečat")


def _custody_rows(annex: _Annex, entries: Iterable[dict[str, object]]) -> Iterator[Sequence[object]]:
    for entry in entries:
        told = annex.say(EVENTS[CustodyEvent(str(entry["event"]))])
        sealed = (entry[name] for name in ("subject", "digest", "previous", "hash"))
        yield (entry["seq"], entry["at"], told, *sealed)


EXTRACT_HEADER = (
    *("Redni broj", "Naziv", "Broj dozvole", "Datum dozvole", "Važi do", "Status", "Sedište", "Adresa", "PIB"),
    *("Matični broj", "Zašto je naveden"),
)


def _add_register(
    annex: _Annex, connection: Connection, evidence_folder: Path, facts: DraftFacts, snapshot: SnapshotFacts
) -> None:
    """The register's file as it was imported, and the entries that the draft speaks of."""
    found = _snapshot_row(connection, snapshot)
    entries = snapshot_of(connection, found, stale_after_days=1).entries
    annex.add_table(
        EXTRACT, EXTRACT_HEADER, _register_rows(annex, facts, entries), "upisi iz registra navedeni u podnesku"
    )
    try:
        content = (evidence_folder / found.file.kept).read_bytes()
    except FileNotFoundError as error:
        raise DraftError(f"{found.file.kept}: the register's file is missing") from error
    if hashlib.sha256(content).hexdigest() != snapshot.digest:
        raise DraftError(f"{found.file.kept}: the register's file is not the one that the draft names")
    suffix = Path(found.file.kept).suffix
    annex.add(f"registar/registar{suffix}", content, f"datoteka registra, stanje na dan {_day(snapshot.as_of)}")


def _snapshot_row(connection: Connection, snapshot: SnapshotFacts) -> SnapshotRow:
    wanted = (f"sha256:{snapshot.digest}", snapshot.as_of)
    for row in list_snapshots(connection):
        if (row.snapshot, row.as_of) == wanted:
            return row
    raise DraftError(f"the register of {snapshot.as_of} that the draft names is no longer in the store")


def _register_rows(annex: _Annex, facts: DraftFacts, entries: Iterable[RegisterEntry]) -> Iterator[Sequence[object]]:
    check = facts.register_check
    why = {str(near.name): f"sličan naziv, {near.score}" for near in facts.near_names}
    if check.entry:
        why[str(check.entry)] = "upis naveden u podnesku"
    for entry in (entry for entry in entries if entry.name in why):
        days = (_day(day) if day else None for day in (entry.licence_date, entry.valid_until))
        yield (
            entry.number,
            entry.name,
            entry.licence_number,
            *days,
            annex.say(STATUSES[entry.status]),
            entry.seat,
            entry.address,
            entry.pib,
            entry.mb,
            annex.say(why[entry.name]),
        )


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _day(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}."
