"""Evidence as drafts list it: captures numbered, and their bytes verified before anybody relies on them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection

from alerts.document import Verbatim
from alerts.facts import EvidenceItem
from crawler.errors import DraftError, EvidenceError
from crawler.evidence.warc import Capture, check_revisit, read_payload
from crawler.store.drafts import capture_by_record


def verify_captures(connection: Connection, evidence_folder: Path, captures: Iterable[Capture]) -> None:
    """Reads the bytes of every capture and compares the hash; of a revisit, those of the record it refers to.

    Raises EvidenceError naming the first that is missing, torn or different.
    """
    for capture in captures:
        if capture.revisit_of is None:
            read_payload(evidence_folder, capture)
            continue
        check_revisit(evidence_folder, capture)
        original = capture_by_record(connection, capture.revisit_of)
        if original is None or original.digest != capture.digest:
            raise EvidenceError(f"{capture.record_id}: the record it refers to is missing")
        read_payload(evidence_folder, original)


def verify_items(connection: Connection, evidence_folder: Path, items: Iterable[EvidenceItem]) -> None:
    """As `verify_captures`, for the evidence a draft lists: no document goes out on bytes that are gone.

    Raises DraftError naming the first item that does not verify.
    """
    for item in items:
        capture = capture_by_record(connection, item.record_id)
        try:
            if capture is None:
                raise EvidenceError(f"{item.record_id}: no longer in the store")
            verify_captures(connection, evidence_folder, [capture])
        except EvidenceError as error:
            raise DraftError(f"evidence {item.number} of the draft does not verify: {error}") from error


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
