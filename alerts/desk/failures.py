"""Why a page of the desk cannot be shown, and with which status; the words stand in the template `failure.html`."""

from __future__ import annotations

from enum import StrEnum

from crawler.errors import AdwatchError


class Failure(StrEnum):
    """What went wrong, as far as the person is concerned."""

    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    """The role only reads."""
    OLD_FORM = "old_form"
    """The form's token is missing or wrong, or another site sent it."""
    BAD_FORM = "bad_form"
    WRONG_WAY = "wrong_way"
    """The address is there, and is not asked for in this way: somebody loads again where a form was sent to."""
    TOO_LARGE = "too_large"
    NO_LENGTH = "length_required"
    """Nothing says how large the body is."""
    TOO_MANY = "too_many_requests"
    NO_REASON = "no_reason"
    NO_NOTE = "no_note"
    LONG_NOTE = "long_note"
    CHANGED = "changed"
    """Somebody, or the night, changed the case after the person had opened it."""
    ENTRY = "entry"
    """The newest register has no entry of that name, or several."""
    EVIDENCE = "evidence"
    """The kept bytes are missing or do not match their hash."""
    DRAFT = "draft"
    BUSY = "busy"
    LAST_ADMIN = "last_admin"
    BROKEN = "broken"
    """The program itself failed."""

    @property
    def status(self) -> int:
        """HTTP status of the page that says so."""
        return _STATUS[self]


_STATUS = {
    Failure.NOT_FOUND: 404,
    Failure.NOT_ALLOWED: 403,
    Failure.OLD_FORM: 403,
    Failure.BAD_FORM: 400,
    Failure.WRONG_WAY: 405,
    Failure.TOO_LARGE: 413,
    Failure.NO_LENGTH: 411,
    Failure.TOO_MANY: 429,
    Failure.NO_REASON: 400,
    Failure.NO_NOTE: 400,
    Failure.LONG_NOTE: 400,
    Failure.CHANGED: 409,
    Failure.ENTRY: 409,
    Failure.EVIDENCE: 409,
    Failure.DRAFT: 409,
    Failure.BUSY: 503,
    Failure.LAST_ADMIN: 409,
    Failure.BROKEN: 500,
}


class PageError(AdwatchError):
    """A page that cannot be shown."""

    def __init__(self, failure: Failure, *, case_id: int | None = None) -> None:
        """Names what went wrong and, where there is one, the case to go back to."""
        super().__init__(failure.value)
        self.failure = failure
        self.case_id = case_id


class ApiError(AdwatchError):
    """What a program asked for and does not get; answered as JSON."""

    def __init__(self, status: int, reason: str, *, code: str = "") -> None:
        """Names the HTTP status and, in English, why; `code`: a word for it, where the status says too little."""
        super().__init__(reason)
        self.status = status
        self.code = code


class Due(StrEnum):
    """What a person must do before anything else."""

    PASSWORD = "password"  # noqa: S105 - a name, not a password
    SECOND_FACTOR = "second_factor"


class DueError(AdwatchError):
    """Something is to be done first."""

    def __init__(self, due: Due) -> None:
        """Names it."""
        super().__init__(due.value)
        self.due = due


class LoginNeededError(AdwatchError):
    """Nobody is logged in, or the session ran out."""
