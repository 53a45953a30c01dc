"""Receipts of what was filed: told by their bytes, kept under their hash, verified with the evidence."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.receipts import LARGEST, keep_receipt, read_receipt, receipt_of
from crawler.errors import UsageError
from crawler.evidence.verify import verify_evidence
from crawler.store.filings import filings_of
from tests.alerts.legal_steps import (
    approved_case,
    both_databases,
    file_case,
)
from tests.builders import StoreBuilder


@both_databases
def test_a_receipt_is_kept_under_its_hash_and_verified_with_the_evidence(store: StoreBuilder, tmp_path: Path) -> None:
    store.register()
    case_id = approved_case(store)
    file = tmp_path / "potvrda o prijemu.pdf"
    file.write_bytes(b"%PDF-1.7 invented receipt")
    receipt = read_receipt(file)
    keep_receipt(store.settings.evidence_folder, receipt)
    file_case(store, case_id, receipt=receipt)
    kept = store.settings.evidence_folder / receipt.file
    with store.connect() as connection:
        (filing,) = filings_of(connection, [case_id])
        assert (filing.receipt, filing.receipt_digest) == (receipt.file, receipt.digest)
        assert [
            one for one in verify_evidence(connection, store.settings.evidence_folder).failures if "receipt" in one
        ] == []
        kept.write_bytes(b"%PDF-1.7 another receipt")
        found = verify_evidence(connection, store.settings.evidence_folder).failures
    assert f"receipt {receipt.file}: its bytes do not match the recorded SHA-256" in found


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "PDF, JPEG, PNG"), (b"<html>%PDF-", "PDF, JPEG, PNG"), (b"%PDF-" + b"0" * LARGEST, "20 MB")],
)
def test_what_is_no_receipt_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        receipt_of("potvrda.pdf", content)


MESSAGE = (
    b"From: pisarnica@organ.example\r\nDate: Fri, 20 Nov 2026 09:00:00 +0100\r\n"
    b"Message-ID: <1@organ.example>\r\nSubject: Primljeno\r\n\r\nVas podnesak je primljen.\r\n"
)


def test_a_saved_message_is_a_receipt() -> None:
    assert receipt_of("odgovor.eml", MESSAGE).file.endswith(".eml")


@pytest.mark.parametrize(
    "content",
    [
        MESSAGE.replace(b"Message-ID", b"X-Other"),
        MESSAGE.replace(b"\r\n\r\n", b"\r\n"),
        MESSAGE + b"\x00",
        b"<p>" + MESSAGE,
        b"From: a\n\nDate: b",
    ],
)
def test_what_only_looks_like_a_message_is_no_receipt(content: bytes) -> None:
    with pytest.raises(UsageError, match="EML"):
        receipt_of("odgovor.eml", content)
