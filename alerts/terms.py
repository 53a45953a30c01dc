"""Which deadlines run after a filing, and how each stands. Pure: what was filed and what became of it are parameters.

The limits are data (`deadlines.yml`); counting days stands in `alerts.deadlines`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from alerts.deadlines import LONGEST, DayCount, Deadline, count_deadline, working_days_left
from alerts.law import ProvisionStatus, Topic, built_in_law
from alerts.outcomes import Outcome
from crawler.errors import ConfigError
from crawler.yaml_data import parse_yaml
from pipelines.text.sentences import Sentence

TERMS_FILE = Path(__file__).with_name("deadlines.yml")
FILED = "filed"
COUNTING = "zup_rokovi"
"""The provision on how days are counted."""


class Whose(StrEnum):
    """Who has to keep a limit."""

    RECIPIENT = "recipient"
    US = "us"


class Term(BaseModel):
    """One time limit, as the data state it. Serbian is written in Latin."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    what: str
    who: Whose
    days: int = Field(ge=1, le=LONGEST)
    count: DayCount
    starts: Literal["filed"] | Outcome
    met_by: tuple[Outcome, ...]
    topics: frozenset[Topic] = Field(min_length=1)
    """It runs for recipients that deal with one of them."""
    provision: str | None
    status: ProvisionStatus
    read: str


class Standing(StrEnum):
    """How a deadline stands."""

    RUNNING = "running"
    OVERDUE = "overdue"
    MET = "met"
    CLOSED = "closed"
    """The case is closed: nobody is reminded any more."""


@dataclass(frozen=True, slots=True)
class TermState:
    """One limit of one filing on a day."""

    term: Term
    deadline: Deadline
    standing: Standing
    left: int
    """Working days after today up to the last day; of a limit that passed, those since, as a negative number."""

    @property
    def is_counting_confirmed(self) -> bool:
        """Whether legal staff confirmed the way in which days are counted."""
        return next(one.status for one in built_in_law().provisions if one.id == COUNTING) is ProvisionStatus.CONFIRMED

    @property
    def steps(self) -> tuple[str, ...]:
        """The count as Serbian sentences (Latin), with what of it a lawyer has yet to confirm."""
        told = list(self.deadline.steps)
        if self.term.status is not ProvisionStatus.CONFIRMED:
            told.append(Sentence("Dužinu ovog roka pravnik još nije potvrdio."))
        if not self.is_counting_confirmed:
            told.append(Sentence("Ovaj način računanja roka pravnik još nije potvrdio."))
        return tuple(told)

    @property
    def is_waited_for(self) -> bool:
        """What it is about did not happen yet, and somebody still looks out for it."""
        return self.standing in (Standing.RUNNING, Standing.OVERDUE)

    def to_json(self) -> dict[str, Any]:
        """As `adwatch cases deadlines --json` prints it (docs/json.md)."""
        return {
            "term": self.term.id,
            "what": self.term.what,
            "who": self.term.who.value,
            "start": self.deadline.start.isoformat(),
            "days": self.deadline.days,
            "count": self.deadline.count.value,
            "due": self.deadline.due.isoformat(),
            "working_days": self.deadline.working_days,
            "standing": self.standing.value,
            "working_days_left": self.left,
            "confirmed": self.term.status is ProvisionStatus.CONFIRMED,
            "steps": list(self.steps),
        }


def states_of(
    filed_on: date,
    outcomes: Sequence[tuple[Outcome, date]],
    *,
    topics: Collection[Topic],
    is_closed: bool,
    today: date,
) -> tuple[TermState, ...]:
    """How each limit of a filing stands, in the order of the data. `outcomes` are those recorded, with their days."""
    first: dict[str, date] = {FILED: filed_on}
    for outcome, day in sorted(outcomes, key=lambda found: found[1], reverse=True):
        # What is asked for again begins anew; everything else begins when it was first told.
        if outcome is not Outcome.RETURNED or outcome not in first:
            first[outcome] = day
    return tuple(_states(first, outcomes, topics=topics, is_closed=is_closed, today=today))


def answer_due(states: Iterable[TermState]) -> date | None:
    """The first day by which the recipient should say something about a filing; None where nothing is waited for."""
    waited = (state for state in states if state.is_waited_for and state.term.starts == FILED)
    return min((state.deadline.due for state in waited), default=None)


def load_terms(path: Path = TERMS_FILE) -> tuple[Term, ...]:
    """The limits of that file. Raises ConfigError naming the field that cannot be used."""
    try:
        found = _ADAPTER.validate_python(parse_yaml(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if len({term.id for term in found}) < len(found):
        raise ConfigError(f"{path.name}: two limits have the same id")
    return found


@cache
def built_in_terms() -> tuple[Term, ...]:
    """The limits that ship with the program."""
    return load_terms()


_ADAPTER = TypeAdapter(tuple[Term, ...])


def _states(
    first: Mapping[str, date],
    outcomes: Sequence[tuple[Outcome, date]],
    *,
    topics: Collection[Topic],
    is_closed: bool,
    today: date,
) -> Iterator[TermState]:
    for term in built_in_terms():
        start = first.get(term.starts)
        if start is None or term.topics.isdisjoint(topics):
            continue
        deadline = count_deadline(start, term.days, count=term.count)
        is_met = any(outcome in term.met_by and day >= start for outcome, day in outcomes)
        left = working_days_left(deadline.due, today)
        yield TermState(term, deadline, _standing(deadline, today, is_met, is_closed), left)


def _standing(deadline: Deadline, today: date, is_met: bool, is_closed: bool) -> Standing:
    if is_met:
        return Standing.MET
    if is_closed:
        return Standing.CLOSED
    return Standing.OVERDUE if today > deadline.due else Standing.RUNNING
