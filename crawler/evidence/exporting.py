"""Exporting evidence: which records a case, an ad or the whole store needs, packed for somebody who has only that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.errors import EvidenceError, UsageError
from crawler.evidence.heads import noted_heads
from crawler.evidence.wacz import write_wacz
from crawler.store.drafts import ads_of_case, leading_ad
from crawler.store.exports import all_ads, all_captures, captures_of_ads, custody_of, shown_ads
from crawler.store.schema import ads


@dataclass(frozen=True, slots=True)
class Exported:
    """What a package holds."""

    records: int
    pages: int
    custody: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported: one case, one ad, or with neither all."""

    case_id: int | None = None
    ad_id: int | None = None

    @property
    def title(self) -> str:
        """What the package is called."""
        if self.case_id is not None:
            return f"adwatch: case {self.case_id}"
        return f"adwatch: ad {self.ad_id}" if self.ad_id is not None else "adwatch: all evidence"


def export_evidence(
    connection: Connection, evidence_folder: Path, wish: Wish, path: Path, *, now: datetime
) -> Exported:
    """Writes the WACZ. Raises UsageError for an unknown case or ad, EvidenceError where a record does not verify."""
    whole = wish == Wish()
    ad_ids = all_ads(connection) if whole else _ad_ids(connection, wish)
    captures = all_captures(connection) if whole else captures_of_ads(connection, ad_ids)
    pages = shown_ads(connection, ad_ids)
    subjects = [*(capture.record_id for capture in captures), *{capture.file for capture in captures}]
    entries = custody_of(connection, subjects)
    try:
        write_wacz(
            path,
            evidence_folder,
            captures,
            title=wish.title,
            pages=pages,
            custody=entries,
            files=witnesses(evidence_folder, newest=max((int(entry["seq"]) for entry in entries), default=0)),
            now=now,
        )
    except OSError as error:
        raise EvidenceError(f"{path} cannot be written: {error.strerror}") from error
    return Exported(len(captures), len(pages), len(entries))


def witnesses(evidence_folder: Path, *, newest: int) -> list[str]:
    """The first noted head that covers the entry, with its timestamps and their certificates, if one does."""
    covering = next((head for head in noted_heads(evidence_folder) if head.seq >= newest), None)
    if covering is None:
        return []
    note = evidence_folder / covering.file
    return [str(file.relative_to(evidence_folder)) for file in sorted(note.parent.glob(f"{note.stem}.*"))]


def _ad_ids(connection: Connection, wish: Wish) -> list[int]:
    if wish.case_id is not None:
        leading = leading_ad(connection, wish.case_id).ad.ad_id
        return [leading, *(ad.ad_id for ad in ads_of_case(connection, wish.case_id))]
    if connection.scalar(select(ads.c.id).where(ads.c.id == wish.ad_id)) is None:
        raise UsageError(f"there is no ad {wish.ad_id}")
    return [int(wish.ad_id or 0)]
