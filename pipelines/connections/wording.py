"""A connection as a Serbian sentence. It tells what stands in ads, and of nobody what he does."""

from __future__ import annotations

from pipelines.connections.judging import Connection
from pipelines.connections.mentions import ContactKind
from pipelines.text.counting import counted, written_day

KINDS = {
    ContactKind.PHONE: "Broj telefona",
    ContactKind.EMAIL: "Adresa e-pošte",
    ContactKind.HANDLE: "Nalog",
    ContactKind.ACCOUNT: "Broj računa",
    ContactKind.DOMAIN: "Domen",
    ContactKind.IMAGE: "Ista slika",
}
SHARED = "deljen kontakt, ne povezuje"


def kind_and_value(kind: ContactKind, value: str) -> str:
    """'Broj telefona +381 …'; a picture has no words of its own."""
    return KINDS[kind] if kind is ContactKind.IMAGE else f"{KINDS[kind]} {value}"


def connection_sentence(found: Connection) -> str:
    """'Broj telefona … stoji u 14 oglasa (5 ponuda) pod 3 imena, za 2 zemlje, od 3. 3. 2026.'"""
    more = "više od " if found.is_cut else ""
    ads = counted(found.ads, "oglasa" if more else "oglasu", "oglasa", "oglasa")
    series = counted(len(found.series), "ponuda", "ponude", "ponuda")
    parts = [f"{kind_and_value(found.kind, found.value)} stoji u {more}{ads} ({series})"]
    if found.is_shared:
        parts.append(f" – {SHARED.replace('kontakt', 'broj') if found.kind is ContactKind.PHONE else SHARED}")
        return f"{''.join(parts)}."
    if found.names:
        parts.append(f" pod {counted(len(found.names), 'imenom', 'imena', 'imena')}")
    if found.destinations:
        parts.append(f", za {counted(len(found.destinations), 'zemlju', 'zemlje', 'zemalja')}")
    parts.append(f", od {written_day(found.since)}")
    return "".join(parts)
