"""What a reader of an ad sees, and what the store keeps of it. What that means is not asked here."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import attrs

from crawler.items import AdPosting
from crawler.personal_numbers import storable

FEW_WORDS = 12
"""A post of fewer words is hardly more than its picture."""

NOT_STORED = frozenset({"page", "listingPage", "descriptionHtml", "metadata", "way"})
"""Fields of a posting that stand in the capture already."""


def shown_fields(posting: AdPosting) -> dict[str, str | None]:
    """What a reader of the ad sees, as `title`, `text`, `organization`, `contact`.

    Pay and place that the page states in fields of their own stand as lines below the description, as the page
    wrote them, so that one text holds all that is judged and every quote points into it.
    """
    organization = posting.hiringOrganization
    return {
        "title": storable(posting.jobTitle or posting.headline),
        "text": "\n".join(_text_lines(posting)),
        "organization": storable(organization.name if organization else None),
        "contact": storable(posting.contactRaw),
    }


def _text_lines(posting: AdPosting) -> list[str]:
    text = storable(posting.description) or ""
    lines = [text] if text else []
    place = posting.jobLocation.raw if posting.jobLocation else None
    salary = posting.baseSalary.raw if posting.baseSalary else None
    for label, value in (("Mesto rada", place), ("Zarada", salary)):
        stated = storable(value)
        if stated and stated not in text:
            lines.append(f"{label}: {stated}")
    return lines


def content_hash(fields: dict[str, str | None]) -> str:
    """SHA-256 over the shown fields, hex: another hash is an edited ad."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def stored_posting(posting: AdPosting) -> dict[str, Any]:
    """The posting's fields as the store keeps them."""
    return attrs.asdict(
        posting,
        filter=lambda attribute, value: (
            value is not None and not attribute.name.startswith("_") and attribute.name not in NOT_STORED
        ),
        value_serializer=lambda _, __, value: storable(value) if isinstance(value, str) else value,
    )
