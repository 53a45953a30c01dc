"""Getting timestamps over the custody log: the step of the night, and checking the tokens that are kept.

A token that cannot be had waits in the store and is asked for again another night.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.config import Settings, TimestampAuthority
from crawler.errors import AdwatchError, EvidenceError
from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.evidence.heads import FOLDER, NAME, Head, noted_heads
from crawler.evidence.timestamps import AuthorityAwayError, ask_for_token, check_token, read_chain
from crawler.files import write_whole
from crawler.night import Night, StepReport
from crawler.store.engine import reading
from crawler.store.schema import custody
from crawler.store.timestamps import Awaited, await_timestamps, awaited_timestamps, note_answer

logger = logging.getLogger(__name__)


def timestamp_heads(night: Night) -> StepReport:
    """Asks every authority about the newest head, and about those that wait. Counts: `kept` and `waiting`."""
    authorities = {authority.name: authority for authority in night.settings.file.timestamps}
    heads = noted_heads(night.settings.evidence_folder)
    if not authorities or not heads:
        return StepReport({"kept": 0, "waiting": 0})
    with night.engine.begin() as connection:
        await_timestamps(connection, heads[-1], authorities.keys(), now=night.now)
    with reading(night.engine) as connection:
        awaited = awaited_timestamps(connection, authorities.keys())
    kept, notes = 0, dict[str, None]()
    for name, authority in authorities.items():
        had, problems = _get_all(night, [one for one in awaited if one.authority == name], authority)
        kept += had
        notes.update(dict.fromkeys(f"no timestamp from {name} yet: {problem}" for problem in problems))
    return StepReport({"kept": kept, "waiting": len(awaited) - kept}, tuple(notes))


def timestamp_files(connection: Connection) -> list[str]:
    """The tokens that the custody log knows, relative to the evidence folder."""
    known = select(custody.c.subject).where(custody.c.event == CustodyEvent.TIMESTAMPED).order_by(custody.c.seq)
    return [file for file in dict.fromkeys(connection.scalars(known)) if file.endswith(".tsr")]


def timestamp_failures(connection: Connection, evidence_folder: Path) -> Iterator[str]:
    """Tokens that do not verify over the head they are named after."""
    for file in timestamp_files(connection):
        try:
            check_token(
                (evidence_folder / file).read_bytes(),
                _head_of(file).words,
                (evidence_folder / file).with_suffix(".pem").read_bytes(),
            )
        except OSError as error:
            yield f"timestamp {file}: cannot be read: {error.strerror}"
        except (EvidenceError, ValueError) as error:
            yield f"timestamp {file}: {error}"


def _get_all(night: Night, awaited: Sequence[Awaited], authority: TimestampAuthority) -> tuple[int, list[str]]:
    """How many tokens were kept, and why others were not."""
    kept, problems = 0, list[str]()
    for one in awaited:
        try:
            _get(night, one, authority)
            kept += 1
        except AdwatchError as error:
            logger.warning("no timestamp authority=%s reason=%s", authority.name, error)
            with night.engine.begin() as connection:
                note_answer(connection, one, now=datetime.now(UTC), problem=str(error))
            problems.append(str(error))
            if isinstance(error, AuthorityAwayError):
                # Each further question would wait as long, and after a year of absence that is hours a night.
                break
    return kept, problems


def _get(night: Night, awaited: Awaited, authority: TimestampAuthority) -> None:
    """Keeps the token. Raises AdwatchError where there is none."""
    chain = read_chain(_chain_file(night.settings, authority))
    token = ask_for_token(authority.url, awaited.head.words, chain, user_agent=night.settings.user_agent)
    name = f"{awaited.head.file.removesuffix('.txt')}.{authority.name}"
    files: Mapping[str, bytes] = {f"{name}.tsr": token.content, f"{name}.pem": chain}
    for file, content in files.items():
        write_whole(night.settings.evidence_folder / file, content)
    entries = [
        CustodyEntry(CustodyEvent.TIMESTAMPED, file, hashlib.sha256(content).hexdigest())
        for file, content in files.items()
    ]
    with night.engine.begin() as connection:
        append_custody(connection, entries, at=datetime.now(UTC))
        note_answer(connection, awaited, now=datetime.now(UTC), file=f"{name}.tsr")


def _chain_file(settings: Settings, authority: TimestampAuthority) -> Path:
    return settings.home / authority.chain


def _head_of(file: str) -> Head:
    name = NAME.fullmatch(f"{file.removeprefix(f'{FOLDER}/').split('.')[0]}.txt")
    if name is None:
        raise EvidenceError("it is named after no head")
    return Head(int(name[1]), name[2])
