"""Making a backup while the program runs: one snapshot of the database, then the files that its rows speak of.

Bytes come before rows: whatever the snapshot refers to stands on the disk already. What came later is left out, so
that files and rows agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from crawler.backup.archive import CHUNK, HOME, MANIFEST, TABLES, BackupWriter, Manifest, is_safe
from crawler.backup.tables import TableShape, one_snapshot, read_counters, table_shapes, written_rows
from crawler.config import Settings
from crawler.errors import StoreError
from crawler.evidence.heads import FOLDER, NAME
from crawler.evidence.holding import evidence_stays
from crawler.evidence.tails import is_being_written, read_member
from crawler.files import whole_file
from crawler.night import Progress, silent
from crawler.store.engine import current_revision
from crawler.store.schema import captures, custody

SINGLE_FILES = ("adwatch.yml", "desk.secret")
FOLDERS = ("sources", "evidence")
"""With `SINGLE_FILES` and the certificates that adwatch.yml names: all of the data folder that a backup holds.
Logs, locks and the database's own files are left out.
"""


def make_backup(
    settings: Settings, engine: Engine, path: Path, *, now: datetime, progress: Progress = silent
) -> Manifest:
    """Writes the file, readable by its owner only; whole or not at all. Raises StoreError where that fails."""
    try:
        with evidence_stays(settings, engine), one_snapshot(engine) as connection, whole_file(path) as stream:
            return _write(connection, settings, BackupWriter(stream), now=now, progress=progress)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error


def _write(
    connection: Connection, settings: Settings, writer: BackupWriter, *, now: datetime, progress: Progress
) -> Manifest:
    newest = connection.scalar(select(func.max(custody.c.seq))) or 0
    files, shapes = list(_files(settings, newest=newest)), table_shapes()
    ends = _last_captures(connection)
    total, tables = len(files) + len(shapes), []
    with writer:
        for done, shape in enumerate(shapes, 1):
            member = f"{TABLES}{shape.name}.jsonl"
            rows = _Counted(written_rows(connection, shape))
            writer.add(member, rows)
            tables.append(_described(shape, member, rows.count))
            progress("backing up", done, total)
        for done, file in enumerate(files, len(shapes) + 1):
            writer.add(f"{HOME}{file}", _content(settings, file, ends))
            progress("backing up", done, total)
        manifest = Manifest(
            made_at=now.isoformat(),
            revision=current_revision(connection) or "",
            database=connection.dialect.name,
            custody=newest,
            tables=tuple(tables),
            counters=read_counters(connection),
            members=dict(writer.members),
        )
        writer.add(MANIFEST, [manifest.to_json()])
    return manifest


class _Counted:
    """Lines that are counted as they pass."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.count += 1
            yield line


def _described(shape: TableShape, member: str, rows: int) -> dict[str, object]:
    columns = [[name, kind.value] for name, kind in shape.columns]
    return {"name": shape.name, "member": member, "rows": rows, "columns": columns}


def _files(settings: Settings, *, newest: int) -> Iterator[str]:
    """Files to be kept, relative to the data folder; heads that were noted after the snapshot are left out."""
    chains = (authority.chain for authority in settings.file.timestamps)
    for name in dict.fromkeys((*SINGLE_FILES, *chains)):
        # One with its whole path, or elsewhere, is not of the data folder.
        if is_safe(f"{HOME}{name}") and (settings.home / name).is_file():
            yield name
    for folder in FOLDERS:
        for path in sorted((settings.home / folder).rglob("*")):
            inside = path.relative_to(settings.home)
            hidden = any(part.startswith(".") for part in inside.parts)
            if path.is_file() and not path.is_symlink() and not hidden and not _is_later(path, newest):
                if not is_safe(f"{HOME}{inside.as_posix()}"):
                    raise StoreError(f"{path}: a backup can hold no such name; rename the file")
                yield inside.as_posix()


def _is_later(path: Path, newest: int) -> bool:
    named = NAME.fullmatch(f"{path.name.split('.')[0]}.txt") if path.parent.name == FOLDER else None
    return named is not None and int(named[1]) > newest


def _last_captures(connection: Connection) -> dict[str, int]:
    """By file: where its last known capture begins."""
    last = select(captures.c.file, func.max(captures.c.offset).label("offset")).group_by(captures.c.file)
    return {row.file: row.offset for row in connection.execute(last)}


def _content(settings: Settings, file: str, ends: dict[str, int]) -> Iterator[bytes]:
    path = settings.home / file
    left = None
    if path.name.endswith(".warc.gz") and is_being_written(path):
        left = _whole_records(path, ends.get(path.relative_to(settings.evidence_folder).as_posix(), 0))
    with path.open("rb") as stream:
        while part := stream.read(CHUNK if left is None else min(CHUNK, left)):
            yield part
            left = None if left is None else left - len(part)


def _whole_records(path: Path, start: int) -> int:
    """Up to where whole records stand in a file that grows."""
    end = start
    with path.open("rb") as stream:
        while True:
            stream.seek(end)
            _, length = read_member(stream)
            if not length:
                return end
            end += length
