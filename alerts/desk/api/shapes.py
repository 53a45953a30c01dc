"""What all answers and questions of the API have in common: strict shapes, pages of a list, errors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from alerts.desk.numbers import LARGEST_NUMBER, Number
from alerts.recipients import LONGEST_RECIPIENT

MOST_ITEMS = 200


class Shape(BaseModel):
    """One JSON object; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, use_attribute_docstrings=True, frozen=True)


class ErrorDetail(Shape):
    """Why a request was refused."""

    code: str
    """A word for programs, see docs/api.md."""
    message: str
    """A sentence for people, in English."""


class ErrorAnswer(Shape):
    """Every refusal has this shape."""

    error: ErrorDetail


Item = TypeVar("Item")


class Listed(Shape, Generic[Item]):
    """One page of a list."""

    items: tuple[Item, ...]
    next: int | None
    """The `cursor` of the page after this one; null: there is none."""


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC."""
    return moment.astimezone(UTC)


def part_of(items: Sequence[Item], *, cursor: int, limit: int) -> tuple[Sequence[Item], int | None]:
    """The page that begins after so many items, and the cursor of the one after it."""
    behind = cursor + limit
    return items[cursor:behind], behind if behind < len(items) else None


def explained(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These refusals for the description of an endpoint."""
    return {status: {"model": ErrorAnswer, "description": REFUSALS[status]} for status in statuses}


Moment = Annotated[datetime, AfterValidator(in_utc)]
"""ISO 8601, UTC."""
Text = Annotated[str, StringConstraints(max_length=2000)]
Day = date
CaseNumber = Annotated[Number, Path(description="Number of the case.")]
FilingNumber = Annotated[Number, Path(description="Number of the filing.")]
RecipientId = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9_.:\-]+$",
        max_length=LONGEST_RECIPIENT,
        description="Id of the recipient, as `drafts` names it.",
    ),
]
SourceId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,80}$", description="Id of the source.")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="At most so many items.")]
Cursor = Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="`next` of the page before; 0: the first.")]

CODES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    500: "broken",
    503: "busy",
}
"""The code of a refusal where nothing more is known."""
REFUSALS = {
    401: "No token, or one that ran out or was revoked.",
    403: "The token only reads, or the person may not do this, or has a password or second factor to see to first.",
    404: "There is nothing of that number or name.",
    409: "It is no longer what was seen, or cannot be done as things stand.",
    411: "The request does not say how long it is.",
    413: "The request is too large.",
    415: "The request is not of the media type that is described.",
    422: "Something in the request is missing or wrong.",
    429: "Too many writing requests from this network address in a minute.",
    503: "The store is busy; try again.",
}
READS = explained(401, 403, 404, 422, 503)
READS_FILES = explained(401, 403, 404, 409, 422, 503)
WRITES = explained(401, 403, 404, 409, 411, 413, 415, 422, 429, 503)
