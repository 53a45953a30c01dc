"""Where a case's offer stands besides: its copies with what they say otherwise, and what its contacts lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from alerts.cases import CaseState
from alerts.connections import CaseConnection, connections_of_case
from alerts.desk.access import TheDesk
from alerts.desk.api.case_shapes import PieceShape
from alerts.desk.api.cases import Reader
from alerts.desk.api.shapes import READS, CaseNumber, Day, Moment, Shape
from alerts.desk.case_view import case_or_not_found, read_spread
from alerts.desk.copies import ShownCopy
from alerts.desk.graph import beside
from crawler.assessment import RiskLevel
from crawler.store.desk_views import SisterCase
from crawler.store.drafts import leading_ad
from crawler.store.engine import reading
from crawler.store.mentions import LinkedCase
from pipelines.connections.mentions import ContactKind

router = APIRouter(prefix="/cases", tags=["cases"])


class CopyShape(Shape):
    """Another ad of the case."""

    id: int
    source: str
    url: str
    title: str | None
    first_seen: Moment
    last_seen: Moment
    capture: str
    """WARC-Record-ID of this wording."""
    is_same: bool
    """Title and text are those of the case's leading ad, but for white space."""
    changes: tuple[tuple[PieceShape, ...], ...]
    """Passages that differ: `gone` stands in the leading ad only, `new` in this copy only. Empty also where the texts
    are too long to be compared."""


class OtherCaseShape(Shape):
    """Another case."""

    case: int
    state: CaseState
    level: RiskLevel
    mediator: str
    """Its mediator, folded; empty where it names none."""


class CopiesShape(Shape):
    """The case's ads beside the one that leads it."""

    leading: int
    """The ad that the others are compared with."""
    items: tuple[CopyShape, ...]
    """The oldest first."""
    is_cut: bool
    """As many were looked at as are at most: there may be more."""
    others: tuple[OtherCaseShape, ...]
    """Cases of the same offer by somebody else."""


class ConnectionShape(Shape):
    """A contact of the case that leads further; all figures are over all stored ads."""

    kind: ContactKind
    value: str
    ads: int
    is_cut: bool
    """As many ads were looked at as are at most: there may be more."""
    series: tuple[int, ...]
    names: tuple[str, ...]
    """Of mediators, as written."""
    destinations: tuple[str, ...]
    """ISO 3166-1 alpha-2."""
    towns: int
    """Abroad, that titles and stated places of work name."""
    since: Day
    until: Day
    is_shared: bool
    """It stands in ads of many who have nothing to do with each other: it connects nobody."""
    sentence: str
    """The same in Serbian."""
    cases: tuple[OtherCaseShape, ...]
    """Other cases with the contact."""
    more_cases: int
    """How many there are besides."""


class NodeShape(Shape):
    """One end of a connection."""

    id: str
    """`case:12`, `phone:+381…`, `name:Primer Rad`; the same thing has the same id in every graph."""
    kind: Literal["case", "contact", "name"]
    text: str
    """The contact, the name, or the mediator of another case."""
    case: int | None


class EdgeShape(Shape):
    """A line between two nodes, by their ids."""

    from_: Annotated[str, Field(alias="from")]
    to: str


class ConnectionsShape(Shape):
    """What the case's contacts lead to, as a list and as a graph. The same contact is a reason to look, no proof."""

    items: tuple[ConnectionShape, ...]
    nodes: tuple[NodeShape, ...]
    """This case first; contacts that connect nobody are left out."""
    edges: tuple[EdgeShape, ...]
    """From this case to its contacts, and from these to other cases and names."""


@router.get("/{case_id}/copies", responses=READS)
def copies(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> CopiesShape:
    """The case's copies, and what each says otherwise than the ad that leads it."""
    with reading(desk.engine) as connection:
        case_or_not_found(connection, case_id)
        ad = leading_ad(connection, case_id).ad
        spread = read_spread(connection, case_id, ad)
    return CopiesShape(
        leading=ad.ad_id,
        items=tuple(map(_copy, spread.copies)),
        is_cut=spread.is_copies_cut,
        others=tuple(map(_other, spread.sisters)),
    )


@router.get("/{case_id}/connections", responses=READS)
def connections(case_id: CaseNumber, desk: TheDesk, bearer: Reader) -> ConnectionsShape:
    """The case's contacts that stand in other offers or under other names, and where they lead."""
    with reading(desk.engine) as connection:
        case_or_not_found(connection, case_id)
        links = connections_of_case(connection, case_id)
    nodes = {f"case:{case_id}": NodeShape(id=f"case:{case_id}", kind="case", text="", case=case_id)}
    edges = []
    for start, end in _lines(case_id, links):
        nodes.setdefault(end.id, end)
        edges.append(EdgeShape.model_validate({"from": start, "to": end.id}))
    return ConnectionsShape(items=tuple(map(_connection, links)), nodes=tuple(nodes.values()), edges=tuple(edges))


def _lines(case_id: int, links: Sequence[CaseConnection]) -> Iterator[tuple[str, NodeShape]]:
    """Each line of the graph: where it begins, and what it leads to."""
    for link in links:
        found = link.connection
        if found.is_shared:
            continue
        contact = f"{found.kind}:{found.value}"
        yield f"case:{case_id}", NodeShape(id=contact, kind="contact", text=found.value, case=None)
        for one in beside(link):
            if one.number:
                yield contact, NodeShape(id=f"case:{one.number}", kind="case", text=one.text, case=one.number)
            else:
                yield contact, NodeShape(id=f"name:{one.text}", kind="name", text=one.text, case=None)


def _copy(shown: ShownCopy) -> CopyShape:
    copy = shown.copy
    return CopyShape(
        id=copy.ad_id,
        source=copy.source,
        url=copy.url,
        title=copy.title,
        first_seen=copy.first_seen,
        last_seen=copy.last_seen,
        capture=copy.capture.record_id,
        is_same=shown.is_same,
        changes=tuple(
            tuple(PieceShape(mark=piece.mark, text=piece.text) for piece in passage) for passage in shown.changes
        ),
    )


def _connection(link: CaseConnection) -> ConnectionShape:
    others = {"cases": tuple(map(_other, link.cases)), "more_cases": link.more_cases, "sentence": str(link.sentence)}
    return ConnectionShape.model_validate({**link.connection.to_json(), **others})


def _other(case: LinkedCase | SisterCase) -> OtherCaseShape:
    state, level = CaseState(case.state), RiskLevel(case.level)
    return OtherCaseShape(case=case.id, state=state, level=level, mediator=case.mediator_key)
