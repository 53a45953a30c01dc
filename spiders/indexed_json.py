"""The state of Nuxt 3 pages: a list whose objects and lists name their values by place in the list, as plain JSON.

Which of the values is a job ad is not asked here.
"""

from __future__ import annotations

from spiders.lenient_json import MAX_DEPTH, Json, NotJsonError

WRAPPERS = frozenset(("Reactive", "ShallowReactive", "Ref", "ShallowRef", "NuxtError", "Island"))
"""Mark a value for the page's own scripts; to a reader it is the value itself."""
MAX_VALUES = 200_000
LITERALS = frozenset(("Date", "BigInt", "RegExp", "URL", "URLSearchParams", "EmptyRef", "EmptyShallowRef"))
"""What follows is no place but the value, as text."""


def plain_json(places: Json) -> Json:
    """The value at the first place with all places filled in. Raises NotJsonError where this is no such list.

    A place that is not there, a value inside of itself, and what is nested too deeply or grows too large are None.
    """
    if not isinstance(places, list) or not places:
        raise NotJsonError("no list of indexed values")
    return _Filling(places).at(0)


class _Filling:
    """One list and what is filled in already: a value that stands at many places is built once."""

    def __init__(self, places: list[Json]) -> None:
        self.places = places
        self.filled: dict[int, Json] = {}
        self.weights: dict[int, int] = {}
        """Of what is filled in: values it consists of, those that it shares with others included."""
        self.underway: dict[int, int] = {}
        """Places being filled in, outermost first, with their weight up to now."""

    def at(self, place: Json) -> Json:
        """The value at a place; negative places are JavaScript's undefined, NaN and their like."""
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(self.places):
            return None
        if place in self.underway or len(self.underway) >= MAX_DEPTH:
            return None
        if place not in self.filled:
            self._fill(place)
        if self.underway:
            self.underway[next(reversed(self.underway))] += self.weights[place]
        return self.filled[place]

    def _fill(self, place: int) -> None:
        self.underway[place] = 1
        value = self._value(self.places[place])
        weight = self.underway.pop(place)
        # Twenty lists of each the next twice over are a million values to whoever walks through them.
        self.filled[place], self.weights[place] = (value, weight) if weight <= MAX_VALUES else (None, 1)

    def _value(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {name: self.at(place) for name, place in value.items()}
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], str):
            return self._marked(value[0], value[1:])
        return [self.at(place) for place in value]

    def _marked(self, mark: str, rest: list[Json]) -> Json:
        first = rest[0] if rest else None
        if mark in WRAPPERS:
            return self.at(first)
        if mark in LITERALS:
            return first
        if mark == "Set":
            return [self.at(place) for place in rest]
        if mark in ("Map", "null"):
            # The names of a Map stand at places of their own, those of an object without prototype do not.
            names = [self.at(name) if mark == "Map" else name for name in rest[::2]]
            return {str(name): self.at(place) for name, place in zip(names, rest[1::2], strict=False)}
        return self.at(first)
