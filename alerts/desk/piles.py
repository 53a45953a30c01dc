"""Piles: the groups of case states that the desk lists. What a state means is told in `alerts.cases`."""

from __future__ import annotations

from enum import StrEnum

from alerts.cases import CaseState


class Pile(StrEnum):
    """A list of cases on the desk; the value stands in addresses."""

    OPEN = "open"
    UNSURE = "unsure"
    CONFIRMED = "confirmed"
    FILED = "filed"
    REFERRED = "referred"
    DISMISSED = "dismissed"

    @property
    def states(self) -> tuple[CaseState, ...]:
        """The states of the cases in it."""
        return _STATES[self]


_STATES = {
    Pile.OPEN: (CaseState.OPEN,),
    Pile.UNSURE: (CaseState.UNSURE,),
    Pile.CONFIRMED: (CaseState.CONFIRMED, CaseState.DRAFTED, CaseState.APPROVED),
    Pile.FILED: (CaseState.FILED, CaseState.ANSWERED, CaseState.CLOSED),
    Pile.REFERRED: (CaseState.REFERRED,),
    Pile.DISMISSED: (CaseState.DISMISSED,),
}


def pile_of(state: CaseState) -> Pile:
    """The pile a case in that state lies on."""
    return next(pile for pile, states in _STATES.items() if state in states)
