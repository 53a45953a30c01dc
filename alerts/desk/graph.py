"""A case's connections as a picture: the case in the middle, contacts beside it, what they lead to outside.

Pure: the same connections always give the same picture, and no two labels share a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from alerts.connections import CaseConnection
from pipelines.text.folding import fold_key

ROW = 44
"""Height of a line; labels are lower."""
HEIGHT = 32
"""Of a label."""
CENTRE = 130
CONTACT = 190
OTHER = 190
"""Widths of the columns' labels."""
GAP = 46
WIDTH = CENTRE + 2 * (CONTACT + OTHER + 2 * GAP)
MOST_CONTACTS = 8
MOST_BESIDE = 5
"""Cases and names beside one contact; the list below the picture has them all."""
LETTERS = 22
"""That fit into a label."""


class NodeKind(StrEnum):
    """What a label stands for."""

    THIS = "this"
    CONTACT = "contact"
    CASE = "case"
    NAME = "name"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Node:
    """One label; all measures in pixels."""

    kind: NodeKind
    text: str
    """In full; what is drawn is `label`. Empty for this case and for `MORE`."""
    number: int
    """Of the case; of `MORE` how many are not drawn; else 0."""
    x: int
    y: int
    """Its middle."""
    width: int

    @property
    def label(self) -> str:
        """The text as far as it fits."""
        return self.text if len(self.text) <= LETTERS else f"{self.text[: LETTERS - 1]}…"


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one label to another."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Graph:
    """The whole picture."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What one contact leads to, wherever it is drawn."""

    kind: NodeKind
    text: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Branch:
    contact: str
    beside: tuple[Beside, ...]

    @property
    def rows(self) -> int:
        return max(1, len(self.beside))


def draw_graph(case_id: int, links: Sequence[CaseConnection]) -> Graph | None:
    """The picture; None where nothing leads anywhere. Contacts that very many share connect nobody and are left out."""
    branches = _branches([link for link in links if not link.connection.is_shared][:MOST_CONTACTS])
    if not branches:
        return None
    left, right = _sides(branches)
    rows = max(sum(branch.rows for branch in side) for side in (left, right))
    middle = rows * ROW // 2
    case = Node(NodeKind.THIS, "", case_id, (WIDTH - CENTRE) // 2, middle, CENTRE)
    drawn = [*_side(left, case, rows, is_left=True), *_side(right, case, rows, is_left=False)]
    nodes = (case, *(one for one in drawn if isinstance(one, Node)))
    return Graph(WIDTH, rows * ROW, nodes, tuple(one for one in drawn if isinstance(one, Edge)))


def _branches(links: Iterable[CaseConnection]) -> list[_Branch]:
    """What each contact leads to; a case or name that an earlier one led to is told there."""
    told: set[Beside] = set()
    branches = []
    for link in links:
        new = [one for one in beside(link) if one not in told]
        told.update(new)
        more = len(new) - MOST_BESIDE + link.more_cases
        kept = new[:MOST_BESIDE]
        if more > 0:
            kept = [*kept[: MOST_BESIDE - 1], Beside(NodeKind.MORE, "", more + len(kept[MOST_BESIDE - 1 :]))]
        branches.append(_Branch(link.connection.value, tuple(kept)))
    return branches


def beside(link: CaseConnection) -> Iterator[Beside]:
    """Other cases with the contact, and names in whose ads it stands besides."""
    names = {case.mediator_key for case in link.cases}
    for case in link.cases:
        yield Beside(NodeKind.CASE, case.mediator_key, case.id)
    for name in link.connection.names:
        if fold_key(name) not in names:
            yield Beside(NodeKind.NAME, name)


def _sides(branches: Sequence[_Branch]) -> tuple[list[_Branch], list[_Branch]]:
    """The branches in order, each to the side that has less."""
    right: list[_Branch] = []
    left: list[_Branch] = []
    for branch in branches:
        (right if _height(right) <= _height(left) else left).append(branch)
    return left, right


def _height(side: Sequence[_Branch]) -> int:
    return sum(branch.rows for branch in side)


def _side(branches: Sequence[_Branch], case: Node, rows: int, *, is_left: bool) -> Iterator[Node | Edge]:
    """The labels and lines of one side, centred beside the case."""
    top = (rows - _height(branches)) * ROW // 2
    for branch in branches:
        y = top + branch.rows * ROW // 2
        x = case.x - GAP - CONTACT if is_left else case.x + CENTRE + GAP
        contact = Node(NodeKind.CONTACT, branch.contact, 0, x, y, CONTACT)
        yield contact
        yield _edge(case, contact, is_left=is_left)
        for place, one in enumerate(branch.beside):
            beside_x = x - GAP - OTHER if is_left else x + CONTACT + GAP
            other = Node(one.kind, one.text, one.number, beside_x, top + place * ROW + ROW // 2, OTHER)
            yield other
            yield _edge(contact, other, is_left=is_left)
        top += branch.rows * ROW


def _edge(inner: Node, outer: Node, *, is_left: bool) -> Edge:
    if is_left:
        return Edge(inner.x, inner.y, outer.x + outer.width, outer.y)
    return Edge(inner.x + inner.width, inner.y, outer.x, outer.y)
