"""Looking over what documents and the desk need; called by name from `crawler.doctor`."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pdfplumber

from alerts.desk.secret import SECRET_FILE, desk_secret
from alerts.document import Block, BlockKind, DraftDocument
from alerts.pdf import pdf_of
from alerts.script import Script
from crawler.doctor.findings import Finding, Patient, State
from crawler.errors import AdwatchError

LETTERS = "Čačanska šuma; Ђурђевдан, њива"
"""Letters that a font without Serbian lacks."""


def check_documents(patient: Patient) -> Iterator[Finding]:
    """Whether a PDF can be set, with the letters of both scripts."""
    del patient
    document = DraftDocument((Block(BlockKind.PARAGRAPH, (LETTERS,)),), Script.LATN, datetime(2026, 1, 1, tzinfo=UTC))
    mend = "install the program anew: its fonts come with the package typst"
    try:
        with pdfplumber.open(BytesIO(pdf_of(document))) as made:
            written = " ".join(page.extract_text() for page in made.pages)
    except AdwatchError as error:
        yield Finding("documents", State.BAD, str(error), mend)
        return
    if all(word in written for word in LETTERS.split()):
        yield Finding("documents", State.OK, "PDF is set with the letters of both scripts")
    else:
        yield Finding("documents", State.BAD, "the PDF lacks letters", mend)


def check_secret(patient: Patient) -> Iterator[Finding]:
    """Whether the desk's secret is usable and nobody else may read it."""
    path = patient.settings.home / SECRET_FILE
    if not path.exists():
        yield Finding("secret", State.OK, "the desk makes its secret when it first opens")
        return
    try:
        desk_secret(patient.settings.home)
    except AdwatchError as error:
        yield Finding("secret", State.BAD, str(error), f"remove {path}; everybody logs in again")
        return
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("secret", State.BAD, f"others on this machine may read {path}", f"chmod 600 {path}")
    else:
        yield Finding("secret", State.OK, "only its owner may read it")
