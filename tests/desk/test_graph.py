from __future__ import annotations

from itertools import combinations

import pytest

from alerts.connections import CaseConnection
from alerts.desk.graph import HEIGHT, MOST_BESIDE, Graph, Node, NodeKind, draw_graph
from crawler.store.mentions import LinkedCase
from pipelines.connections.judging import Connection
from pipelines.connections.mentions import ContactKind
from tests.builders import NOW


def _link(
    value: str, cases: range, *, names: tuple[str, ...] = (), more: int = 0, shared: bool = False
) -> CaseConnection:
    found = Connection(
        kind=ContactKind.PHONE, value=value, ads=3, is_cut=False, series=(1, 2), names=names, destinations=(),
        towns=0, since=NOW.date(), until=NOW.date(), is_shared=shared,
    )  # fmt: skip
    linked = tuple(LinkedCase(number, "open", "high", f"posrednik {number}") for number in cases)
    return CaseConnection(found, "", linked, more)


def _drawn(*links: CaseConnection) -> Graph:
    graph = draw_graph(1, links)
    assert graph is not None
    return graph


def _overlap(one: Node, other: Node) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not beside and abs(one.y - other.y) < HEIGHT


@pytest.mark.parametrize("count", [1, 2, 3, 8, 12])
@pytest.mark.parametrize("beside", [0, 1, 4, 20])
def test_no_label_covers_another_and_all_are_inside(count: int, beside: int) -> None:
    links = [_link(f"+38160000{n:04}", range(n * 100, n * 100 + beside), more=n % 2) for n in range(1, count + 1)]
    graph = _drawn(*links)
    assert not [pair for pair in combinations(graph.nodes, 2) if _overlap(*pair)]
    for node in graph.nodes:
        assert node.x >= 0
        assert node.x + node.width <= graph.width
        assert node.y - HEIGHT / 2 >= 0
        assert node.y + HEIGHT / 2 <= graph.height


def test_the_case_stands_in_the_middle_and_every_label_hangs_on_a_line() -> None:
    graph = _drawn(_link("+381600000001", range(2, 5)), _link("a@primer.example", range(5, 6), names=("Neko Drugi",)))
    middle = graph.nodes[0]
    assert (middle.kind, middle.number) == (NodeKind.THIS, 1)
    assert middle.x + middle.width / 2 == graph.width / 2
    assert len(graph.edges) == len(graph.nodes) - 1


def test_a_case_is_drawn_once_and_the_rest_is_counted() -> None:
    graph = _drawn(_link("+381600000001", range(2, 12), more=3), _link("a@primer.example", range(2, 12)))
    kinds = [node.kind for node in graph.nodes]
    assert kinds.count(NodeKind.CASE) == MOST_BESIDE - 1
    assert [node.number for node in graph.nodes if node.kind is NodeKind.MORE] == [9]


def test_a_name_that_a_case_bears_is_not_drawn_twice() -> None:
    graph = _drawn(_link("+381600000001", range(2, 3), names=("Posrednik 2", "Neko Drugi")))
    assert [node.text for node in graph.nodes if node.kind is NodeKind.NAME] == ["Neko Drugi"]


def test_what_very_many_share_connects_nobody() -> None:
    assert draw_graph(1, [_link("+381600000001", range(2, 5), shared=True)]) is None
    assert draw_graph(1, []) is None


def test_long_labels_are_cut_and_told_in_full() -> None:
    value = f"{'dugacko' * 6}@primer.example"
    (contact,) = [node for node in _drawn(_link(value, range(2, 3))).nodes if node.kind is NodeKind.CONTACT]
    assert contact.text == value
    assert contact.label.endswith("…")
