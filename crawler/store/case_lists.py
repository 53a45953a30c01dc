"""Lists of cases: which of them are asked for, in which order, a page at a time. Every page takes the same queries.

What a person may ask for is told in `alerts.desk.asking`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    String,
    and_,
    cast,
    distinct,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from crawler.assessment import Assessment
from crawler.store.assessments import belongs_to_mediator
from crawler.store.case_index import Facet
from crawler.store.cases import SYSTEM
from crawler.store.images import told_text
from crawler.store.schema import (
    ad_versions,
    ads,
    assessments,
    case_events,
    case_facets,
    case_words,
    cases,
    contact_mentions,
)

LAST = "\U0010ffff"
"""Stands behind every word that begins alike."""
WHOLE_WORD = 2
"""Words up to this length are meant whole: too many begin with them."""
MOST_MENTIONS = 1000
"""Ads that are looked at for a contact: the beginning of a number may be that of very many."""


class Sorting(StrEnum):
    """In which order cases are listed."""

    WORST = "worst"
    """Worst first, then newest."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for: a case is found by all the words, by a contact, or by its number."""

    words: tuple[str, ...] = ()
    """Folded beginnings of words that the leading ad has."""
    phones: tuple[str, ...] = ()
    """Beginnings of E.164 numbers that an ad of the case names."""
    contacts: tuple[tuple[str, str], ...] = ()
    """Kinds and values of contacts that an ad of the case names."""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class CaseQuestion:
    """Which cases are asked for; what is None or empty narrows nothing."""

    states: tuple[str, ...]
    levels: tuple[str, ...] = ()
    facets: tuple[tuple[Facet, str], ...] = ()
    """All of them."""
    seen_from: date | None = None
    """The first ad of the case was seen on that day (UTC) or later."""
    seen_until: date | None = None
    """It was seen on that day or before."""
    refers: bool = False
    """Police or prosecutor come first."""
    changed: bool = False
    """It really changed since a person decided on it last."""
    sought: Sought | None = None
    sorting: Sorting = Sorting.WORST


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One case as a list shows it."""

    id: int
    state: str
    level: str
    version_id: int
    """Of the leading ad, as it was judged."""
    title: str | None
    opening: str
    """How the text begins: posts have no title."""
    assessment: Assessment
    ads: int
    portals: int
    first_seen: datetime
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class CaseList:
    """The numbers of all cases that were asked for, in order, and a place among them."""

    ids: tuple[int, ...]
    through: int = 0
    """How many of them stand before the place, the case at the place among them."""
    at: int | None = None
    """The case that marks the place; it need not be in the list (any more)."""

    @property
    def is_in(self) -> bool:
        """The case at the place is in the list."""
        return self.through > 0 and self.ids[self.through - 1] == self.at

    @property
    def position(self) -> int | None:
        """Of the case at the place, from 1; None: it is not in the list."""
        return self.through if self.is_in else None

    @property
    def previous(self) -> int | None:
        """The case before the one at the place."""
        place = self.through - 2 if self.is_in else self.through - 1
        return self.ids[place] if place >= 0 else None

    @property
    def next(self) -> int | None:
        """The case after the one at the place."""
        return self.ids[self.through] if self.through < len(self.ids) else None

    def page(self, size: int) -> tuple[int, ...]:
        """The cases after the place, at most that many."""
        return self.ids[self.through : self.through + size]

    def last_page(self, size: int) -> CaseList:
        """The list with its place before the last so many cases."""
        return replace(self, through=max(len(self.ids) - size, 0), at=None)

    def page_before(self, size: int) -> int | None:
        """After which case the page before begins; None: it is the first one."""
        return self.ids[self.through - size - 1] if self.through > size else None


def list_cases(connection: Connection, question: CaseQuestion, *, at: int | None = None) -> CaseList:
    """All cases that are asked for, in order, with the place of that case among them.

    The place is told by the order, so a page stays where it is while cases before it are decided.
    """
    ids = _ids(connection, question)
    if at is None:
        return CaseList(ids)
    through = ids.index(at) + 1 if at in ids else _count_before(connection, question, at)
    return CaseList(ids, through, at)


def _ids(connection: Connection, question: CaseQuestion) -> tuple[int, ...]:
    chosen = select(cases.c.id).where(*_conditions(question)).order_by(*_ordered(question.sorting)).subquery()
    # As one text instead of thousands of rows, each of which costs the driver more than finding it cost the database.
    # Both databases put together what a subquery gives in its order.
    joined = connection.scalar(select(func.aggregate_strings(cast(chosen.c.id, String), ",")))
    return tuple(map(int, joined.split(","))) if joined else ()


def _count_before(connection: Connection, question: CaseQuestion, case_id: int) -> int:
    """How many of the list stand before a case that is not in it; none where there is no such case."""
    here = select(cases).where(cases.c.id == case_id).subquery("here")
    earlier = select(func.count(cases.c.id)).join(here, here.c.id == case_id).where(*_conditions(question))
    return connection.scalar(earlier.where(_is_after(question.sorting, here, cases))) or 0


def read_cases(connection: Connection, case_ids: Sequence[int]) -> list[ListedCase]:
    """These cases as a list shows them, in that order."""
    found = connection.execute(_listed().where(cases.c.id.in_(case_ids))).all()
    spread = _spread(connection, case_ids)
    return sorted((_listed_case(row, spread.get(row.id)) for row in found), key=lambda row: case_ids.index(row.id))


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many cases stand in each state."""
    counted = select(cases.c.state, func.count().label("cases")).group_by(cases.c.state)
    return {row.state: row.cases for row in connection.execute(counted)}


def count_reviewed(connection: Connection, *, since: datetime) -> int:
    """Cases that a person took off the queue since then."""
    statement = (
        select(func.count(distinct(case_events.c.case_id)))
        .join(cases, cases.c.id == case_events.c.case_id)
        .where(case_events.c.at >= since, case_events.c.person != SYSTEM, case_events.c.before != case_events.c.after)
        .where(cases.c.state != "open")
    )
    return connection.scalar(statement) or 0


def changes_since_decided(connection: Connection, case_ids: Sequence[int]) -> dict[int, str]:
    """For each of the cases that really changed since a person decided on it: how, as the newest event names it."""
    changed = _changed_events().where(case_events.c.case_id.in_(case_ids)).order_by(case_events.c.id)
    return {row.case_id: row.note for row in connection.execute(changed)}


def known_destinations(connection: Connection) -> list[str]:
    """Countries that cases lead to, each once."""
    least = select(func.min(case_facets.c.value)).where(case_facets.c.kind == Facet.DESTINATION)
    # From one value to the next by the key: there are some dozens of them, and rows by the ten thousand.
    known = select(least.scalar_subquery().label("value")).cte("known", recursive=True)
    after = least.where(case_facets.c.value > known.c.value).correlate(known).scalar_subquery()
    known = known.union_all(select(after).where(known.c.value.is_not(None)))
    return list(connection.scalars(select(known.c.value).where(known.c.value.is_not(None)).order_by(known.c.value)))


def _conditions(question: CaseQuestion) -> Iterator[ColumnElement[bool]]:
    # A single state is one range of the index that is in the queue's order already.
    only = len(question.states) == 1
    yield cases.c.state == question.states[0] if only else cases.c.state.in_(question.states)
    if question.levels:
        yield cases.c.level.in_(question.levels)
    for kind, value in question.facets:
        yield cases.c.id.in_(_with_facet(kind).where(case_facets.c.value == value))
    if question.refers:
        yield cases.c.id.in_(_with_facet(Facet.REFERRAL))
    seen = _with_facet(Facet.SEEN)
    if question.seen_from:
        seen = seen.where(case_facets.c.value >= question.seen_from.isoformat())
    if question.seen_until:
        seen = seen.where(case_facets.c.value <= question.seen_until.isoformat())
    if question.seen_from or question.seen_until:
        yield cases.c.id.in_(seen)
    if question.changed:
        yield cases.c.id.in_(_changed_events().with_only_columns(case_events.c.case_id))
    if question.sought:
        yield or_(False, *_found(question.sought))


def _with_facet(kind: Facet) -> Select[Any]:
    return select(case_facets.c.case_id).where(case_facets.c.kind == kind)


def _found(sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.words:
        yield and_(*(cases.c.id.in_(_with_word(word)) for word in sought.words))
    mentions = contact_mentions.c
    for number in sought.phones:
        # Digits follow one another alike in every collation.
        behind = f"+{int(number) + 1}"
        yield _names_contact(and_(mentions.kind == "phone", mentions.value >= number, mentions.value < behind))
    for kind, value in sought.contacts:
        yield _names_contact(and_(mentions.kind == kind, mentions.value == value))
    if sought.number is not None:
        yield cases.c.id == sought.number


def _with_word(word: str) -> Select[Any]:
    column = case_words.c.word
    is_it = column == word if len(word) <= WHOLE_WORD else and_(column >= word, column < word + LAST)
    return select(case_words.c.case_id).where(is_it)


def _names_contact(is_it: ColumnElement[bool]) -> ColumnElement[bool]:
    """An ad that belongs to the case as it stands now names that contact."""
    mentions = select(contact_mentions).where(is_it).limit(MOST_MENTIONS).subquery()
    naming = select(ads.c.series_id, assessments.c.mediator_key).select_from(
        mentions.join(ads, and_(ads.c.id == mentions.c.ad_id, ads.c.version_id == mentions.c.version_id)).join(
            assessments, assessments.c.id == mentions.c.assessment_id
        )
    )
    return tuple_(cases.c.series_id, cases.c.mediator_key).in_(naming)


_decided = case_events.alias("decided")


def _changed_events() -> Select[Any]:
    """Real changes that the night found, of cases on which no person decided since."""
    is_later = and_(
        _decided.c.case_id == case_events.c.case_id,
        _decided.c.id > case_events.c.id,
        _decided.c.person != SYSTEM,
        _decided.c.before != _decided.c.after,
    )
    return select(case_events.c.case_id, case_events.c.note).where(
        case_events.c.decision == "revise", ~exists().where(is_later)
    )


def worst_first() -> list[ColumnElement[Any]]:
    """The order of the queue."""
    return _ordered(Sorting.WORST)


def _sort_key(sorting: Sorting, table: FromClause) -> list[ColumnElement[Any]]:
    """By what cases are ordered; no two are equal."""
    by_age: list[ColumnElement[Any]] = [table.c.opened_at, table.c.id]
    return [table.c.rank, table.c.score, *by_age] if sorting is Sorting.WORST else by_age


def _ordered(sorting: Sorting) -> list[ColumnElement[Any]]:
    is_descending = sorting is not Sorting.OLDEST
    return [column.desc() if is_descending else column.asc() for column in _sort_key(sorting, cases)]


def _is_after(sorting: Sorting, one: FromClause, other: FromClause) -> ColumnElement[bool]:
    """The one stands after the other in that order."""
    keys = tuple_(*_sort_key(sorting, one)), tuple_(*_sort_key(sorting, other))
    return keys[0] > keys[1] if sorting is Sorting.OLDEST else keys[0] < keys[1]


def _listed() -> Select[Any]:
    return select(
        cases.c.id,
        cases.c.state,
        cases.c.level,
        cases.c.opened_at,
        assessments.c.version_id,
        ad_versions.c.title,
        func.substr(told_text(), 1, 200).label("opening"),
        assessments.c.result,
        ads.c.first_seen,
    ).select_from(
        cases.join(assessments, assessments.c.id == cases.c.assessment_id)
        .join(ad_versions, ad_versions.c.id == assessments.c.version_id)
        .join(ads, ads.c.id == ad_versions.c.ad_id)
    )


def _spread(connection: Connection, case_ids: Sequence[int]) -> dict[int, Row[Any]]:
    statement: Select[Any] = (
        select(
            cases.c.id,
            func.count(ads.c.id).label("ads"),
            func.count(distinct(ads.c.source)).label("portals"),
            func.min(ads.c.first_seen).label("first_seen"),
        )
        .select_from(cases.join(ads, ads.c.series_id == cases.c.series_id))
        .where(cases.c.id.in_(case_ids), belongs_to_mediator())
        .group_by(cases.c.id)
    )
    return {row.id: row for row in connection.execute(statement)}


def _listed_case(row: Row[Any], spread: Row[Any] | None) -> ListedCase:
    # Where every ad of the case has changed hands since, the ad that was judged still counts.
    return ListedCase(
        id=row.id,
        state=row.state,
        level=row.level,
        version_id=row.version_id,
        title=row.title,
        opening=row.opening,
        assessment=Assessment.from_json(row.result),
        ads=spread.ads if spread else 1,
        portals=spread.portals if spread else 1,
        first_seen=spread.first_seen if spread else row.first_seen,
        opened_at=row.opened_at,
    )
