"""What can become of something filed, as a person records it. When that is due stands in `alerts.terms`."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What a person learned about something that was filed."""

    PROCEDURE_STARTED = "procedure_started"
    MISDEMEANOUR_REQUEST = "misdemeanour_request"
    AD_REMOVED = "ad_removed"
    NO_ANSWER = "no_answer"
    NO_PROCEDURE = "no_procedure"
    """The authority said that it starts none."""
    FORWARDED = "forwarded"
    """The authority is not competent and passed it on."""
    RETURNED = "returned"
    """The authority asks to mend what was filed."""
    MENDED = "mended"
    """What it asked for was handed in."""
    INSPECTION_ENDED = "inspection_ended"
    RESULT_TOLD = "result_told"
    """The authority told what its inspection found."""
    CONTESTED = "contested"
    """A portal contests what it was told in a notice."""

    @property
    def is_answer(self) -> bool:
        """Whether the authority has told what it does about the matter."""
        return self in _ANSWERS

    @property
    def words(self) -> str:
        """In Serbian (Latin)."""
        return _WORDS[self]


_ANSWERS = frozenset(
    {
        Outcome.PROCEDURE_STARTED,
        Outcome.MISDEMEANOUR_REQUEST,
        Outcome.NO_PROCEDURE,
        Outcome.FORWARDED,
        Outcome.INSPECTION_ENDED,
        Outcome.RESULT_TOLD,
        Outcome.CONTESTED,
    }
)
_WORDS = {
    Outcome.PROCEDURE_STARTED: "pokrenut postupak",
    Outcome.MISDEMEANOUR_REQUEST: "podnet zahtev za pokretanje prekršajnog postupka",
    Outcome.AD_REMOVED: "oglas uklonjen",
    Outcome.NO_ANSWER: "nema odgovora",
    Outcome.NO_PROCEDURE: "postupak se ne pokreće",
    Outcome.FORWARDED: "prosleđeno nadležnom organu",
    Outcome.RETURNED: "vraćeno na uređenje",
    Outcome.MENDED: "uređeno i ponovo predato",
    Outcome.INSPECTION_ENDED: "nadzor okončan",
    Outcome.RESULT_TOLD: "saopšten ishod nadzora",
    Outcome.CONTESTED: "portal osporava navode iz obaveštenja",
}
