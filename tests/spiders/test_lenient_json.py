"""JSON as pages carry it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.lenient_json import NotJsonError, assigned_literal, cut_literal, parse_value, parse_values

SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), VALUES, max_size=5)


@given(OBJECTS)
def test_strict_json_means_the_same_leniently(value: dict[str, Any]) -> None:
    strict = json.dumps(value, ensure_ascii=False)
    assert parse_values(strict) == [value]
    # A leading comment makes the strict parser refuse, so that the lenient reader answers.
    assert parse_values(f"/* uvod */ {strict}") == [value]


@given(OBJECTS, st.text(max_size=20).filter(lambda text: "=" not in text))
def test_a_literal_ends_where_it_ends_whatever_its_strings_hold(value: dict[str, Any], rest: str) -> None:
    literal = json.dumps(value)
    assert cut_literal(f"x = {literal};{rest}", 4) == literal


@given(OBJECTS)
def test_an_assignment_is_found_among_other_code(value: dict[str, Any]) -> None:
    script = (
        f'var A = A || {{}}; A.words={{"open": "{{", "end": "}};"}}; A.data={json.dumps(value)}; A.f = function(){{}};'
    )
    assert assigned_literal(script, "A.data") == value


@given(st.text())
def test_no_text_makes_the_parser_fail(text: str) -> None:
    assert isinstance(parse_values(text), list)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('{"a": "prvi red\ndrugi\tred"}', [{"a": "prvi red\ndrugi\tred"}]),
        ('{"a": [1, 2,], "b": {},}', [{"a": [1, 2], "b": {}}]),
        ('<!-- {"skriveno": 1} --> {"a": 1}', [{"skriveno": 1}, {"a": 1}]),
        ('//<![CDATA[\n{"a": 1}\n//]]>', [{"a": 1}]),
        ('{"a": 1} {"b": 2}\n[3]', [{"a": 1}, {"b": 2}, [3]]),
        ("{a: 'jedan', b: undefined, c: \"dva\"}", [{"a": "jedan", "b": None, "c": "dva"}]),
        (r'{"a": "¯\_(ツ)_/¯"}', [{"a": "¯\\_(ツ)_/¯"}]),
        ('{"a": "firma "Primer" traži"}', [{"a": 'firma "Primer" traži'}]),
        ("{&quot;a&quot;: &quot;b&quot;}", [{"a": "b"}]),
        (r'{"a": "\u0161\ud83d\ude00 \ud83d"' + ",}", [{"a": "š😀 \ufffd"}]),
        ('{"a": "odsečeno', []),
        ("", []),
        ("nije JSON", []),
    ],
)
def test_what_pages_do_to_json_is_forgiven(text: str, values: list[Any]) -> None:
    assert parse_values(text) == values


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    assert parse_values("[" * 100_000) == []


def test_a_literal_that_never_closes_is_an_error() -> None:
    with pytest.raises(NotJsonError):
        cut_literal('{"a": "}', 0)


def test_a_comparison_is_no_assignment() -> None:
    with pytest.raises(NotJsonError):
        assigned_literal('if (A.data == {"a": 1}) {}', "A.data")


def test_a_value_needs_a_value() -> None:
    with pytest.raises(NotJsonError):
        parse_value("<html>")
