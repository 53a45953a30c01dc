"""Which list of cases an address asks for: pile, filters, search and order, read leniently and written back tidily.

What the store makes of it stands in `crawler.store.case_lists`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Form, Request

from alerts.desk.numbers import LARGEST_NUMBER
from alerts.desk.piles import Pile
from alerts.indexing import words_of
from crawler.assessment import RiskLevel, Verdict
from crawler.store.case_index import UNCHECKED, Facet
from crawler.store.case_lists import CaseQuestion, Sorting, Sought

LONGEST = 200
"""Characters of what one field may hold."""
MOST_WORDS = 8
VERDICTS = (*Verdict, UNCHECKED)
FACETS = {
    "country": Facet.DESTINATION,
    "verdict": Facet.VERDICT,
    "source": Facet.SOURCE,
    "finding": Facet.FINDING,
}
"""Fields that narrow by a facet."""
_NUMBER = re.compile(r"[+(\d][\d\s()/.\-]*")
_FEWEST_DIGITS = 6
"""Shorter runs of digits are no telephone number."""
_HANDLE = re.compile(r"@([\w.]{3,})")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class AskedList:
    """A list of cases as an address names it; an empty field narrows nothing."""

    pile: Pile = Pile.OPEN
    q: str = ""
    level: str = ""
    country: str = ""
    verdict: str = ""
    source: str = ""
    finding: str = ""
    seen_from: str = ""
    """ISO 8601, as is `seen_until`."""
    seen_until: str = ""
    refers: str = ""
    """`1` or empty, as is `changed`."""
    changed: str = ""
    sort: Sorting = Sorting.WORST

    def query(self, **changes: str) -> str:
        """The list as the query of an address, with other values for some fields."""
        shown = replace(self, **changes)  # type: ignore[arg-type]
        return urlencode([(name, value) for name, value in shown.values() if name == "pile" or value != _PLAIN[name]])

    def values(self) -> Iterator[tuple[str, str]]:
        """All fields with their values."""
        yield from ((field.name, str(getattr(self, field.name))) for field in fields(self))

    def filters(self) -> list[tuple[str, str]]:
        """The fields that narrow the list, with their values."""
        return [(name, value) for name, value in self.values() if name not in ("pile", "sort") and value]

    def day(self, name: str) -> date | None:
        """What one of the fields with a day says."""
        return _day(str(getattr(self, name)))

    def question(self, *, with_verdict: bool = True) -> CaseQuestion:
        """What the store is asked; without the verdict where no register may be relied upon."""
        facets = tuple(
            (facet, getattr(self, name))
            for name, facet in FACETS.items()
            if getattr(self, name) and (with_verdict or name != "verdict")
        )
        return CaseQuestion(
            states=self.pile.states,
            levels=(self.level,) if self.level else (),
            facets=facets,
            seen_from=self.day("seen_from"),
            seen_until=self.day("seen_until"),
            refers=bool(self.refers),
            changed=bool(self.changed),
            sought=sought_by(self.q) if self.q else None,
            sorting=self.sort,
        )


_PLAIN = dict(AskedList().values())


def asked_list(request: Request) -> AskedList:
    """The list that the request's address names."""
    return read_list(request.query_params)


def list_of_form(
    list_: Annotated[str, Form(alias="list")] = "", pile: Annotated[Pile, Form()] = Pile.OPEN
) -> AskedList:
    """The list that a form carries as a query; one that carries none names the pile alone."""
    return read_list(dict(parse_qsl(list_[:2000]))) if list_ else AskedList(pile)


ShownList = Annotated[AskedList, Depends(asked_list)]
FormList = Annotated[AskedList, Depends(list_of_form)]


def read_list(given: Mapping[str, str]) -> AskedList:
    """The list with what is understood; what is not narrows nothing."""
    told = {name: given.get(name, "").strip()[:LONGEST] for name in _PLAIN}
    return AskedList(
        pile=_one_of(Pile, told["pile"], Pile.OPEN),
        q=" ".join(told["q"].replace("\x00", "").split()),
        level=told["level"] if told["level"] in set(RiskLevel) else "",
        country=told["country"] if re.fullmatch("[A-Z]{2}", told["country"]) else "",
        verdict=told["verdict"] if told["verdict"] in VERDICTS else "",
        source=_code(told["source"]),
        finding=_code(told["finding"]),
        seen_from=told["seen_from"] if _day(told["seen_from"]) else "",
        seen_until=told["seen_until"] if _day(told["seen_until"]) else "",
        refers="1" if told["refers"] == "1" else "",
        changed="1" if told["changed"] == "1" else "",
        sort=_one_of(Sorting, told["sort"], Sorting.WORST),
    )


def sought_by(query: str) -> Sought:
    """What is searched for: a telephone number in any writing, an address, an account, a case's number, else words."""
    digits = re.sub(r"\D", "", query)
    if _NUMBER.fullmatch(query) and len(digits) >= _FEWEST_DIGITS:
        return Sought(phones=_numbers(query, digits))
    number = query.removeprefix("#")
    return Sought(
        words=tuple(dict.fromkeys(words_of(query)[:MOST_WORDS])),
        contacts=tuple(_contacts(query.lower())),
        number=int(number) if number.isascii() and number.isdigit() and int(number) <= LARGEST_NUMBER else None,
    )


def _numbers(query: str, digits: str) -> tuple[str, ...]:
    """How the number may begin in E.164: one without country code is Serbian, or lacks the sign before its own."""
    if query.startswith("+"):
        return (f"+{digits}",)
    if digits.startswith("00"):
        return (f"+{digits[2:]}",) if digits[2:] else ()
    if digits.startswith("0"):
        return (f"+381{digits[1:]}",)
    return f"+381{digits}", f"+{digits}"


def _contacts(query: str) -> Iterator[tuple[str, str]]:
    if named := _HANDLE.fullmatch(query):
        for place in ("telegram", "instagram", "facebook"):
            yield "handle", f"{place}:{named[1]}"
    elif "@" in query:
        yield "email", query
    elif "." in query and " " not in query:
        yield "domain", query.removeprefix("www.")


def _one_of(kind: type[Choice], value: str, otherwise: Choice) -> Choice:
    return kind(value) if value in set(kind) else otherwise


def _code(value: str) -> str:
    return value if re.fullmatch(r"[a-z0-9_\-]{1,80}", value) else ""


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else None
    except ValueError:
        return None
