"""A connection as a Serbian sentence. It tells what stands in ads, and of nobody what he does."""

from __future__ import annotations

from pipelines.connections.judging import Connection
from pipelines.connections.mentions import ContactKind
from pipelines.text.sentences import Counted, Day, Pattern, Sentence


class ContactWords(Pattern):
    """What a contact is called, with its value."""

    PHONE = "Broj telefona %(value)s"
    EMAIL = "Adresa e-pošte %(value)s"
    HANDLE = "Nalog %(value)s"
    ACCOUNT = "Broj računa %(value)s"
    DOMAIN = "Domen %(value)s"
    IMAGE = "Ista slika"


def kind_and_value(kind: ContactKind, value: str) -> Sentence:
    """'Broj telefona +381 …'; a picture has no words of its own."""
    return ContactWords[kind.name](value=value)


def connection_sentence(found: Connection) -> Sentence:
    """'Broj telefona … stoji u 14 oglasa (5 ponuda) pod 3 imena, za 2 zemlje (3 grada), od 3. 3. 2026.'"""
    told: dict[str, str] = {
        "contact": kind_and_value(found.kind, found.value),
        "ads": _ads(found),
        "offers": Counted(len(found.series), "ponuda", "ponude", "ponuda"),
    }
    if found.is_shared:
        return _shared(found.kind, told)
    told["day"] = Day.at_end(found.since)
    if found.names:
        told["names"] = Counted(len(found.names), "imenom", "imena", "imena")
    if found.destinations:
        told["countries"] = _where(found)
    return _connecting(told)


def _where(found: Connection) -> Sentence | Counted:
    countries = Counted(len(found.destinations), "zemlju", "zemlje", "zemalja")
    if not found.towns:
        return countries
    towns = Counted(found.towns, "grad", "grada", "gradova")
    return Sentence("%(countries)s (%(towns)s)", countries=countries, towns=towns)


def _ads(found: Connection) -> Sentence | Counted:
    if found.is_cut:
        return Sentence("više od %(ads)s", ads=Counted(found.ads, "oglasa", "oglasa", "oglasa"))
    return Counted(found.ads, "oglasu", "oglasa", "oglasa")


def _shared(kind: ContactKind, told: dict[str, str]) -> Sentence:
    if kind is ContactKind.PHONE:
        return Sentence("%(contact)s stoji u %(ads)s (%(offers)s) – deljen broj, ne povezuje.", **told)
    return Sentence("%(contact)s stoji u %(ads)s (%(offers)s) – deljen kontakt, ne povezuje.", **told)


def _connecting(told: dict[str, str]) -> Sentence:
    match "names" in told, "countries" in told:
        case True, True:
            return Sentence(
                "%(contact)s stoji u %(ads)s (%(offers)s) pod %(names)s, za %(countries)s, od %(day)s.", **told
            )
        case True, False:
            return Sentence("%(contact)s stoji u %(ads)s (%(offers)s) pod %(names)s, od %(day)s.", **told)
        case False, True:
            return Sentence("%(contact)s stoji u %(ads)s (%(offers)s), za %(countries)s, od %(day)s.", **told)
        case _:
            return Sentence("%(contact)s stoji u %(ads)s (%(offers)s), od %(day)s.", **told)
