"""Evidence as drafts list it: captures numbered, and their bytes verified before anybody relies on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import Connection

from alerts.document import Verbatim
from alerts.facts import EvidenceItem
from crawler.errors import DraftError, EvidenceError
from crawler.evidence.warc import Capture, check_revisit, read_payload
from crawler.store.exports import captures_named


def verify_captures(connection: Connection, evidence_folder: Path, captures: Iterable[Capture]) -> None:
    """Reads the bytes of every capture and compares the hash; of a revisit, those of the record it refers to.

    Raises EvidenceError naming the first that is missing, torn or different.
    """
    given = tuple(captures)
    originals = _named(connection, (capture.revisit_of for capture in given if capture.revisit_of))
    for capture in given:
        _verify(evidence_folder, capture, originals)


def verify_items(connection: Connection, evidence_folder: Path, items: Iterable[EvidenceItem]) -> None:
    """As `verify_captures`, for the evidence a draft lists: no document goes out on bytes that are gone.

    Raises DraftError naming the first item that does not verify.
    """
    given = tuple(items)
    captures = _named(connection, (item.record_id for item in given))
    for item in given:
        try:
            if item.record_id not in captures:
                raise EvidenceError(f"{item.record_id}: no longer in the store")
            _verify(evidence_folder, captures[item.record_id], captures)
        except EvidenceError as error:
            raise DraftError(f"evidence {item.number} of the draft does not verify: {error}") from error


def _verify(evidence_folder: Path, capture: Capture, originals: Mapping[str, Capture]) -> None:
    if capture.revisit_of is None:
        read_payload(evidence_folder, capture)
        return
    check_revisit(evidence_folder, capture)
    original = originals.get(capture.revisit_of)
    if original is None or original.digest != capture.digest:
        raise EvidenceError(f"{capture.record_id}: the record it refers to is missing")
    read_payload(evidence_folder, original)


def _named(connection: Connection, record_ids: Iterable[str]) -> dict[str, Capture]:
    """Captures by WARC-Record-ID, with those they refer to."""
    wanted = set(record_ids)
    return {one.record_id: one for one in captures_named(connection, wanted)} if wanted else {}


def number_evidence(captures: Iterable[Capture]) -> tuple[EvidenceItem, ...]:
    """The captures as numbered items, in the given order from 1."""
    return tuple(
        EvidenceItem(
            number=number,
            url=Verbatim(capture.url),
            fetched_at=capture.fetched_at,
            method=capture.method,
            digest=Verbatim(capture.digest),
            record_id=Verbatim(capture.record_id),
            revisit_of=Verbatim(capture.revisit_of) if capture.revisit_of else None,
        )
        for number, capture in enumerate(captures, 1)
    )
