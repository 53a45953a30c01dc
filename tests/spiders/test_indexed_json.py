"""The indexed state of Nuxt pages: whatever stands there, plain JSON comes out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.indexed_json import MAX_VALUES, plain_json
from spiders.lenient_json import NotJsonError


@pytest.mark.parametrize(
    ("places", "plain"),
    [
        ([{"a": 1, "b": 2}, "x", [1, 1]], {"a": "x", "b": ["x", "x"]}),
        ([["ShallowReactive", 1], {"data": 2}, ["Ref", 3], 7], {"data": 7}),
        ([["Date", "2026-11-17T08:00:00.000Z"]], "2026-11-17T08:00:00.000Z"),
        ([["Set", 1, 2], "a", "b"], ["a", "b"]),
        ([["Map", 1, 2], "key", "value"], {"key": "value"}),
        ([["null", "key", 1], "value"], {"key": "value"}),
        ([["EmptyRef", "0"]], "0"),
        ([["NeverHeardOf", 1], "value"], "value"),
        ([[1, -1, -3], "one"], ["one", None, None]),
    ],
)
def test_places_are_filled_in(places: list[Any], plain: Any) -> None:
    assert plain_json(places) == plain


@pytest.mark.parametrize(
    ("places", "plain"),
    [
        ([{"me": 0, "other": 1}, [0, 1]], {"me": None, "other": [None, None]}),
        ([{"a": 9, "b": -9, "c": "x", "d": True, "e": None, "f": 1.5}], dict.fromkeys("abcdef")),
        ([["Reactive"]], None),
    ],
)
def test_cycles_and_places_that_are_not_there_are_none(places: list[Any], plain: Any) -> None:
    assert plain_json(places) == plain


def test_depth_and_growth_have_an_end() -> None:
    deep = plain_json([[number + 1] for number in range(5000)])
    assert orjson.dumps(deep).count(b"[") <= 200
    doubling = plain_json([*([number + 1, number + 1] for number in range(100)), "x"])
    assert len(orjson.dumps(doubling)) < 10 * MAX_VALUES


@pytest.mark.parametrize("value", [{}, [], None, "x", 3])
def test_what_is_no_list_of_values_is_told(value: object) -> None:
    with pytest.raises(NotJsonError):
        plain_json(value)


PLACE = st.integers(-3, 12)
VALUES = st.one_of(
    st.none(), st.booleans(), st.text(max_size=3), PLACE,
    st.lists(PLACE, max_size=4), st.dictionaries(st.text(max_size=2), PLACE, max_size=4),
    st.tuples(st.sampled_from(("Ref", "Set", "Map", "null", "Date")), PLACE, PLACE).map(list),
)  # fmt: skip


@given(st.lists(VALUES, min_size=1, max_size=10))
def test_any_list_becomes_json(places: list[Any]) -> None:
    orjson.dumps(plain_json(places))
