"""A question to the register as a program writes it: names and numbers as plain text."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.register.cells import read_phones
from pipelines.register.matching import MediatorQuery


def written_query(given: Mapping[str, str]) -> MediatorQuery:
    """The question with what is given of name, pib, mb, licence, phone and email."""
    email = given.get("email", "").strip().lower()
    return MediatorQuery(
        name=given.get("name"),
        pib=given.get("pib"),
        mb=given.get("mb"),
        licence=given.get("licence"),
        phones=read_phones(given.get("phone", "")),
        emails=(email,) if email else (),
    )
