"""Looking over the reading of pictures; called by name from `crawler.doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.doctor.findings import Finding, Patient, State
from pipelines.flyers.engine import PACKAGES, Engine, find_engine


def check_reading(patient: Patient) -> Iterator[Finding]:
    """Whether tesseract is there and reads Serbian."""
    del patient
    engine = find_engine()
    if isinstance(engine, Engine):
        yield Finding("reading pictures", State.OK, f"{engine.version}, {engine.languages}")
    else:
        yield Finding("reading pictures", State.WARN, engine.reason.split(";")[0], f"apt install {PACKAGES}")
