"""YAML as plain values, for everything that people write: settings, manifests, rules."""

from __future__ import annotations

from typing import Any

import yaml


def parse_yaml(text: str) -> Any:
    """The values of a YAML document. Raises yaml.YAMLError where it is none, or gives a key twice."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from a safe loader


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Builds the same plain values as yaml.safe_load, ten times as fast where the C loader is there.

    A key given twice is refused: the first would be lost without a word.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = next((key for at, (key, _) in enumerate(node.value) if key.value in keys[:at]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"{twice.value} is given twice", twice.start_mark)
        built: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return built
