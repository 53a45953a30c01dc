"""The life of a case's offer as people read it: what happened, where, since when, and what an edit changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts.wording import country_name
from crawler.assessment import Wage, WageUnit
from crawler.belgrade import BELGRADE, day_in_belgrade
from crawler.config import Settings
from crawler.store.cases import CaseRow
from crawler.store.lives import AdLife, StoredVersion, complete_runs, lives_of_case
from pipelines.connections.mentions import Mention
from pipelines.connections.wording import kind_and_value
from pipelines.life.differences import Content, Difference, Exchanged, Replaced, compare, read_content
from pipelines.life.events import Happening, LifeEvent, Patience, happenings
from pipelines.life.passages import Mark, Passage, Piece
from pipelines.text.sentences import Counted, Country, Day, Sentence

MOST_ADS = 100
MOST_HAPPENINGS = 100
WHAT = {
    LifeEvent.FIRST_SEEN: "Prvi put viđen",
    LifeEvent.COPIED: "Još jedan oglas iste ponude",
    LifeEvent.ALSO_ON: "Viđen i na drugom portalu",
    LifeEvent.MOVED: "Viđen na drugom portalu",
    LifeEvent.EDITED: "Izmenjen",
    LifeEvent.MISSING: "Nije viđen od",
    LifeEvent.SEEN_AGAIN: "Ponovo viđen",
    LifeEvent.REPOSTED: "Ponovo objavljen",
    LifeEvent.BROUGHT: "Donela osoba",
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field that an edit changed."""

    label: str
    pieces: Passage


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    event: LifeEvent
    what: str
    detail: str
    """What there is to add, or nothing."""
    source: str
    url: str
    record_id: str
    """The capture that shows it; of an ad that is missing the last one."""
    changes: tuple[ChangeLine, ...]

    def to_json(self) -> dict[str, Any]:
        """As `adwatch cases timeline --json` prints it (docs/json.md)."""
        return {
            "at": self.at.isoformat(),
            "event": self.event.value,
            "what": self.what,
            "detail": self.detail,
            "source": self.source,
            "url": self.url,
            "capture": self.record_id,
            "changes": [_line_json(line) for line in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """The life of an offer, the oldest first."""

    entries: tuple[Entry, ...]
    is_cut: bool
    """There is more than is told: of the ads the oldest, of what happened the newest are."""


def read_timeline(connection: Connection, settings: Settings, case: CaseRow) -> Timeline:
    """The life of the case's ads, as far as `MOST_ADS` and `MOST_HAPPENINGS` go."""
    lives = lives_of_case(connection, case, limit=MOST_ADS)
    if not lives:
        return Timeline((), is_cut=False)
    began = min(life.observations[0].at for life in lives)
    runs = complete_runs(connection, (life.source for life in lives), since=began)
    patience = Patience(settings.file.vanished_after_nights, settings.file.reposted_after_days)
    told = happenings(lives, runs, patience)
    entries = tuple(_entries(told[-MOST_HAPPENINGS:], lives))
    return Timeline(entries, is_cut=len(told) > MOST_HAPPENINGS or len(lives) == MOST_ADS)


def told_lines(timeline: Timeline) -> Iterator[str]:
    """The timeline as lines of plain text, without characters that would steer a terminal."""
    if not timeline.entries:
        yield "Nijedan oglas ovog slučaja više ne stoji onako kako je procenjen."
    for entry in timeline.entries:
        detail = f"; {entry.detail}" if entry.detail else ""
        at = entry.at.astimezone(BELGRADE)
        yield f"{_day(entry.at)} {at:%H:%M}  {entry.what}{detail}  [{entry.source}] {entry.url}"
        yield f"    snimak {entry.record_id}"
        for line in entry.changes:
            yield _printable(f"    {line.label}: {''.join(_marked(piece) for piece in line.pieces)}")


_BRACKETS = {Mark.SAME: ("", ""), Mark.GONE: ("[-", "-]"), Mark.NEW: ("[+", "+]")}


def _marked(piece: Piece) -> str:
    begin, end = _BRACKETS[piece.mark]
    return f"{begin}{piece.text}{end}"


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def _entries(told: Sequence[Happening], lives: Iterable[AdLife]) -> Iterator[Entry]:
    contents = _Contents(version for life in lives for version in life.versions)
    for one in told:
        changes: tuple[ChangeLine, ...] = ()
        if one.before is not None and one.after is not None:
            difference = compare(contents.of(one.before), contents.of(one.after))
            if not difference:
                # Only white space moved.
                continue
            changes = tuple(_lines(difference))
        yield Entry(
            at=one.at,
            event=one.event,
            what=_what(one),
            detail=_detail(one),
            source=one.ad.source,
            url=one.ad.url,
            record_id=one.record_id,
            changes=changes,
        )


class _Contents:
    """What versions say, each read once."""

    def __init__(self, versions: Iterable[StoredVersion]) -> None:
        self._versions = {version.id: version for version in versions}
        self._read: dict[int, Content] = {}

    def of(self, version_id: int) -> Content:
        """What that version says."""
        if version_id not in self._read:
            self._read[version_id] = read_content(self._versions[version_id])
        return self._read[version_id]


def _what(one: Happening) -> str:
    if one.event is LifeEvent.MISSING and one.since:
        return Sentence("Nije viđen od %(day)s", day=_day(one.since))
    return WHAT[one.event]


def _detail(one: Happening) -> str:
    if one.since is None or one.event is LifeEvent.MISSING:
        return ""
    if one.event is LifeEvent.MOVED:
        return Sentence("na ranijem portalu nije viđen od %(day)s", day=_day(one.since))
    days = Counted((one.at - one.since).days, "dan", "dana", "dana")
    return Sentence("pre toga nije viđen od %(day)s (%(days)s)", day=_day(one.since), days=days)


def _day(moment: datetime) -> Day:
    return Day(day_in_belgrade(moment))


def _lines(difference: Difference) -> Iterator[ChangeLine]:
    yield from _replaced("Naslov", difference.title)
    for passage in difference.text:
        yield ChangeLine("Tekst", passage)
    yield from _replaced("Ko objavljuje", difference.organization)
    yield from _exchanged("Kontakt", difference.contacts, _contact_words)
    yield from _replaced("Zarada", difference.wage, _wage_words)
    yield from _exchanged("Zemlja", difference.destinations, _country)
    yield from _replaced("Datum objave", difference.published_on, Day)


def _replaced(label: str, change: Replaced[Any] | None, words: Any = str) -> Iterator[ChangeLine]:
    if change:
        sides = ((Mark.GONE, change.before), (Mark.NEW, change.after))
        yield ChangeLine(label, tuple(Piece(mark, words(value)) for mark, value in sides if value is not None))


def _exchanged(label: str, change: Exchanged[Any], words: Any) -> Iterator[ChangeLine]:
    if change:
        gone = tuple(Piece(Mark.GONE, words(value)) for value in change.gone)
        yield ChangeLine(label, gone + tuple(Piece(Mark.NEW, words(value)) for value in change.new))


def _contact_words(mention: Mention) -> str:
    return kind_and_value(mention.kind, mention.value)


def _wage_words(wage: Wage) -> str:
    bounds = dict.fromkeys(f"{bound:g}" for bound in (wage.min, wage.max) if bound is not None)
    amount = f"{'–'.join(bounds)} {wage.currency}"
    match wage.unit:
        case WageUnit.HOUR:
            return Sentence("%(amount)s na sat", amount=amount)
        case WageUnit.DAY:
            return Sentence("%(amount)s na dan", amount=amount)
        case WageUnit.WEEK:
            return Sentence("%(amount)s nedeljno", amount=amount)
        case WageUnit.MONTH:
            return Sentence("%(amount)s mesečno", amount=amount)
        case WageUnit.YEAR:
            return Sentence("%(amount)s godišnje", amount=amount)
        case WageUnit.PIECE:
            return Sentence("%(amount)s po komadu", amount=amount)


def _country(code: str) -> Country:
    return Country(code, country_name(code))


def _line_json(line: ChangeLine) -> dict[str, Any]:
    return {"field": line.label, "pieces": [{"mark": piece.mark.value, "text": piece.text} for piece in line.pieces]}
