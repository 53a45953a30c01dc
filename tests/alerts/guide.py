"""The tables of docs/podnesci.md, made from the data, so that what legal staff read is what drafts rest on.

Run as a module (`python -m tests.alerts.guide`) it writes them anew between their marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from alerts.deadlines import DayCount
from alerts.law import Law, Provision, ProvisionStatus, built_in_law
from alerts.outcomes import Outcome
from alerts.recipients import RegisterNeed, load_recipients
from alerts.terms import FILED, Term, built_in_terms

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "podnesci.md"
NEEDS = {
    RegisterNeed.UNLICENSED: "ažuran registar u kome nema važeće dozvole",
    RegisterNeed.FRESH: "ažuran registar, ma šta odgovorio",
    RegisterNeed.NONE: "ne traži se",
}
NOT_CONFIRMED = "**NIJE POTVRĐENO**"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as a Markdown table; the first one names the columns."""
    head, *body = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([head, re.sub(r"[^|]+", "---", head), *body])


def tables() -> dict[str, str]:
    """By the name of their mark."""
    law = built_in_law()
    return {
        "primaoci": table(_recipients(law)),
        "propisi": table(_statutes(law)),
        "odredbe": table(_provisions(law)),
        "rokovi": table(_terms()),
    }


def with_tables(guide: str) -> str:
    """The guide with its tables as the data have them now."""
    for name, made in tables().items():
        mark = f"<!-- {name} -->", f"<!-- kraj: {name} -->"
        between = re.compile(f"{re.escape(mark[0])}.*?{re.escape(mark[1])}", re.DOTALL)
        assert between.search(guide), name
        guide = between.sub(lambda _, made=made, mark=mark: f"{mark[0]}\n{made}\n{mark[1]}", guide)  # type: ignore[misc]
    return guide


def _recipients(law: Law) -> Iterator[tuple[str, ...]]:
    rules = "Pravila koja biraju odredbe"
    yield "Oznaka", "Kome se obraća", "Adresa", "Registar", rules, "Izvor podataka", "Pročitano"
    for recipient_id, one in load_recipients().items():
        address = one.address or "**nije potvrđena: izostavlja se**"
        rules = ", ".join(f"`{rule.id}`" for rule in law.rules if not one.topics.isdisjoint(rule.when.topics))
        register = NEEDS[one.register_check]
        yield f"`{recipient_id}`", one.authority, address, register, rules or "nijedno", one.source, one.read


def _statutes(law: Law) -> Iterator[tuple[str, ...]]:
    yield "Oznaka", "Propis", "Službeni glasnik RS", "Tekst pročitan"
    for statute_id, statute in law.laws.items():
        gazette = statute.gazette or "**nije zabeleženo**"
        yield f"`{statute_id}`", statute.name, gazette, statute.read or "**nije: navodi se po sećanju**"


def _provisions(law: Law) -> Iterator[tuple[str, ...]]:
    yield "Oznaka", "Odredba", "Šta kaže, našim rečima", "Stanje", "Pravila koja je biraju"
    for one in law.provisions:
        rules = [f"`{rule.id}`" for rule in law.rules if one.id in rule.cite]
        yield f"`{one.id}`", f"`{one.law}` {one.article}", one.stated, _state(one), ", ".join(rules) or "nijedno"


def _terms() -> Iterator[tuple[str, ...]]:
    yield "Oznaka", "Rok", "Dana", "Počinje kada je", "Odredba", "Stanje", "Pročitano"
    for one in built_in_terms():
        days = f"{one.days} {'radna' if one.count is DayCount.WORKING else 'kalendarskih'}"
        begun = "podneto" if one.starts == FILED else Outcome(one.starts).words
        yield f"`{one.id}`", one.what, days, begun, f"`{one.provision}`", _state(one), one.read


def _state(stated: Provision | Term) -> str:
    return "potvrđeno" if stated.status is ProvisionStatus.CONFIRMED else NOT_CONFIRMED


if __name__ == "__main__":
    GUIDE.write_text(with_tables(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
