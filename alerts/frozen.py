"""Documents as they are kept for good: the text in both scripts, byte by byte, with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from alerts.document import DraftDocument
from alerts.script import Script
from crawler.errors import DraftError
from crawler.store.approvals import ApprovalRow

_BOTH: TypeAdapter[dict[Script, DraftDocument]] = TypeAdapter(dict[Script, DraftDocument])


def frozen(documents: Mapping[Script, DraftDocument]) -> str:
    """The documents in the form in which they are kept and hashed."""
    return _BOTH.dump_json(dict(documents)).decode()


def digest_of(kept: str) -> str:
    """SHA-256 of a kept form, hex."""
    return hashlib.sha256(kept.encode()).hexdigest()


def approved_document(approval: ApprovalRow, script: Script) -> DraftDocument:
    """The document as it was approved. Raises DraftError where it is not the one whose hash was kept."""
    what = f"case {approval.case_id}: the approved text to `{approval.recipient}`"
    if digest_of(approval.document) != approval.digest:
        raise DraftError(f"{what} does not match its hash")
    try:
        return _BOTH.validate_json(approval.document)[script]
    except ValidationError as error:
        raise DraftError(f"{what} cannot be read") from error
