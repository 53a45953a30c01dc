"""Heads of the custody chain, noted in the evidence folder: a witness that no change of the database can take along.

A restored backup, or a log cut short and continued, no longer agrees with a head that was noted before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.files import write_whole
from crawler.store.schema import custody

FOLDER = "heads"
NAME = re.compile(r"(\d+)-([0-9a-f]{64})\.txt")


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of the chain at some moment. Its seal covers every entry before it."""

    seq: int
    seal: str

    @property
    def file(self) -> str:
        """Where it is noted, relative to the evidence folder."""
        return f"{FOLDER}/{self.seq:09d}-{self.seal}.txt"

    @property
    def words(self) -> bytes:
        """What the note says, and what a timestamp is asked for."""
        return f"adwatch custody chain, entry {self.seq}: {self.seal}\n".encode()


def current_head(connection: Connection) -> Head | None:
    """The newest entry; None while the log is empty."""
    newest = select(custody.c.seq, custody.c.hash).order_by(custody.c.seq.desc()).limit(1)
    row = connection.execute(newest).first()
    return Head(row.seq, row.hash) if row else None


def note_head(evidence_folder: Path, head: Head) -> None:
    """Writes the head down; once."""
    path = evidence_folder / head.file
    if not path.exists():
        write_whole(path, head.words)


def noted_heads(evidence_folder: Path) -> list[Head]:
    """All heads that were noted, the oldest first."""
    names = sorted(file.name for file in (evidence_folder / FOLDER).glob("*.txt"))
    found = [match for name in names if (match := NAME.fullmatch(name))]
    return [Head(int(match[1]), match[2]) for match in found]


def head_failures(connection: Connection, evidence_folder: Path) -> Iterator[str]:
    """Noted heads that the log does not bear out: it lost entries, or holds others in their place."""
    current = current_head(connection)
    last = current.seq if current else 0
    for head in noted_heads(evidence_folder):
        if head.seq > last:
            yield (
                f"custody log: it ends with entry {last}, and entry {head.seq} was noted in {head.file}: "
                "later entries are lost, for instance by an older backup"
            )
            return
        seal = connection.scalar(select(custody.c.hash).where(custody.c.seq == head.seq))
        if seal != head.seal:
            yield (
                f"custody entry {head.seq}: another one was noted in {head.file}: "
                "the log was cut before it and continued, for instance after an older backup"
            )
            return
        if (evidence_folder / head.file).read_bytes() != head.words:
            yield f"{head.file}: its words are not those of entry {head.seq}"
