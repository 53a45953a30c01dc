"""What programs may ask the desk for: the description of the API as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from alerts.desk.access import LoggedIn, TheDesk
from alerts.desk.api.app import ROOT, described

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint."""

    method: str
    path: str
    about: str
    fields: tuple[Field, ...]
    """Of its address and its body."""
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an endpoint is told."""

    name: str
    place: str
    """`path`, `query` or `body`."""
    kind: str
    is_needed: bool
    about: str


@router.get(f"{ROOT}/docs")
def docs(request: Request, desk: TheDesk, visitor: LoggedIn) -> Response:
    """The endpoints by group, from the OpenAPI document."""
    document = described()
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            groups.setdefault(told["tags"][-1], []).append(_operation(document, method, path, told))
    return desk.pages.answer("api.html", visitor=visitor, groups=groups, root=ROOT, host=request.url.netloc)


def _operation(document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any]) -> Operation:
    fields = (*_parameters(document, told), *_body(document, told))
    return Operation(method.upper(), f"{ROOT}{path}", told.get("description", ""), fields, tuple(told["responses"]))


def _parameters(document: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Field]:
    for one in told.get("parameters", ()):
        about = one.get("description", "") or one["schema"].get("description", "")
        yield Field(one["name"], one["in"], _kind(document, one["schema"]), one.get("required", False), about)


def _body(document: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Field]:
    for content in told.get("requestBody", {}).get("content", {}).values():
        shape = _resolved(document, content["schema"])
        needed = shape.get("required", ())
        for name, schema in shape.get("properties", {}).items():
            yield Field(name, "body", _kind(document, schema), name in needed, schema.get("description", ""))


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The schema in some words: its type, or what it may be."""
    choices = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if choices:
        return _kind(document, choices[0])
    plain = _resolved(document, schema)
    if "enum" in plain:
        return " | ".join(map(str, plain["enum"]))
    if plain.get("type") == "array":
        return f"[{_kind(document, plain.get('items', {}))}]"
    return str(plain.get("format") or plain.get("title" if "properties" in plain else "type", ""))


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema
    return found
