"""Looking at an uploaded list before it is put in force: what was understood, what was refused and what would change.

Looking stores nothing; `put_in_force` calls the import that the command line uses.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath

from sqlalchemy import Connection

from alerts.desk.carried import Upload
from alerts.desk.people import Person
from alerts.desk.register_view import ChangeGroup, change_groups
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from crawler.errors import AdwatchError, RegisterError
from crawler.register import Register
from crawler.store.engine import reading
from crawler.store.register import list_snapshots, newest_snapshot
from pipelines.register.differences import RegisterDifferences, differences
from pipelines.register.importing import ImportReport, doubt_of, import_file, readable
from pipelines.register.reading import RefusedRow, read_register
from pipelines.register.tables import suffix_for

LARGEST_LIST = 8 * 1024 * 1024
"""Bytes; the command line takes larger ones."""
SHOWN_REFUSED = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row or a file is refused: words of ours, and what of the file they speak of."""

    words: str
    """Serbian, Latin, with `%(of)s` where something of the file follows."""
    of: str = ""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One row that was not taken, or not taken whole."""

    row: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Understood:
    """What an uploaded list holds, against the newest one in the store."""

    name: str
    kind: str
    """`xlsx`, `docx`, `pdf`, `html`, `csv` …, by its content."""
    as_of: date
    snapshot: str
    """`sha256:…`."""
    agencies: int
    """Read whole."""
    unreadable: int
    """Listed, with a licence that cannot be read; kept."""
    refused: tuple[RefusedLine, ...]
    superseded: tuple[RefusedLine, ...]
    before: Register | None
    """The newest list in the store."""
    differences: RegisterDifferences | None
    """Against that one; None where there is none."""
    is_known: bool
    """This very file is in the store as of that day."""
    is_older: bool
    """The store knows a list of a later day: this one will not be the newest."""
    doubt: str
    """`torn`: less than half of the agencies known before; `refused`: more rows refused than read; else empty."""

    @property
    def changes(self) -> list[ChangeGroup]:
        """What differs, by group."""
        return change_groups(self.differences) if self.differences else []


class NotSeenError(RegisterError):
    """The file is not the one that the person looked at."""


class DoubtfulError(RegisterError):
    """The list looks torn, and nobody said that it is complete."""

    def __init__(self, doubt: str) -> None:
        """Names the doubt, see `Understood.doubt`."""
        super().__init__("the list may not be complete; nothing was imported")
        self.doubt = doubt


def look_at(connection: Connection, upload: Upload, *, as_of: date, stale_after_days: int) -> Understood:
    """What the list holds. Raises RegisterError where it cannot be read."""
    with _as_file(upload) as path:
        result = read_register(path, as_of=as_of, stale_after_days=stale_after_days)
        kind = path.suffix.removeprefix(".")
    listed = list_snapshots(connection)
    before = newest_snapshot(connection, on=None, stale_after_days=stale_after_days)
    found, read = result.register, readable(result.register)
    return Understood(
        name=upload.name,
        kind=kind,
        as_of=as_of,
        snapshot=found.snapshot,
        agencies=read,
        unreadable=len(found.entries) - read,
        refused=tuple(map(_line, result.refused)),
        superseded=tuple(map(_line, result.superseded)),
        before=before,
        differences=differences(before, found) if before else None,
        is_known=any((row.snapshot, row.as_of) == (found.snapshot, as_of) for row in listed),
        is_older=any(row.known_on > as_of for row in listed),
        doubt=doubt_of(before, result) or "",
    )


def put_in_force(
    desk: Desk, person: Person, upload: Upload, *, as_of: date, seen: str, is_complete: bool
) -> ImportReport:
    """Imports the list whose hash the person has seen; `is_complete`: they say that nothing is missing.

    Raises NotSeenError, DoubtfulError, and UsageError and RegisterError as `import_file` does.
    """
    with reading(desk.engine) as connection:
        stale_after = desk.settings.file.register_stale_after_days
        found = look_at(connection, upload, as_of=as_of, stale_after_days=stale_after)
    if found.snapshot != seen:
        raise NotSeenError(f"{upload.name} is not the list that was looked at; nothing was imported")
    if found.doubt and not is_complete:
        raise DoubtfulError(found.doubt)
    now, by = desk.clock(), person.email
    with _as_file(upload) as path:
        return import_file(desk.settings, desk.engine, path, as_of=as_of, now=now, force=is_complete, by=by)


@contextmanager
def _as_file(upload: Upload) -> Iterator[Path]:
    suffix = suffix_for(upload.name, upload.content)
    stem = re.sub(r"[^\w .-]", "_", PurePath(upload.name).stem).strip(". ") or "spisak"
    with tempfile.TemporaryDirectory(prefix="adwatch-list-") as folder:
        path = Path(folder) / f"{stem}{suffix}"
        path.write_bytes(upload.content)
        yield path


def _line(row: RefusedRow) -> RefusedLine:
    return RefusedLine(row.row, _said(row.reason, _ROWS))


def reason_of(error: AdwatchError) -> Reason:
    """Why a file was refused, for people."""
    return _said(str(error), _FILES)


def _said(message: str, known: tuple[tuple[re.Pattern[str], str], ...]) -> Reason:
    for pattern, words in known:
        if found := pattern.search(message):
            return Reason(words, found[1] if found.re.groups else "")
    return Reason(to_say("nije prepoznato: %(of)s"), message)


def _table(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), words) for pattern, words in pairs)


_ROWS = _table(
    (r"^no name of an agency", to_say("nema naziva agencije")),
    (r"^nothing but a name", to_say("osim naziva nema nijednog podatka")),
    (r"^a cell of more than", to_say("ćelija je preduga za spisak agencija")),
    (r"^unreadable date: (.*?)(?: \(kept|$)", to_say("datum se ne može pročitati: %(of)s (agencija je zadržana)")),
    (r"^unreadable number: (.*?)(?: \(kept|$)", to_say("broj se ne može pročitati: %(of)s (agencija je zadržana)")),
    (r"^the same agency has a newer decision: (.*)", to_say("ista agencija ima noviju odluku: %(of)s")),
)
_FILES = _table(
    (
        r"this kind of file is not read",
        to_say("Ova vrsta datoteke se ne čita. Sačuvajte spisak kao XLSX, DOCX, PDF, HTML ili CSV."),
    ),
    (r"is larger than|would unpack|has more than", to_say("Datoteka je veća nego što spisak agencija može da bude.")),
    (r"no table whose header", to_say("Nije nađena tabela čije zaglavlje navodi agenciju i još jedan podatak.")),
    (r"no row could be read \(row (\d+)", to_say("Nijedan red se ne može pročitati; prvi takav je red %(of)s.")),
    (r"has a header and no agency", to_say("Tabela ima zaglavlje, a nijednu agenciju.")),
    (r"has not come yet", to_say("Taj dan još nije nastupio; navedite dan na koji se spisak odnosi.")),
    (
        r"is damaged|cannot be read|is not text|not what its name says",
        to_say("Datoteka je oštećena ili nije ono što kaže njeno ime."),
    ),
)
