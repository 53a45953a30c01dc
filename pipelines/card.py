"""The assessment of one text as a card in Serbian for the terminal: for a person who has a caller on the line."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crawler.assessment import Assessment, Contacts, RiskLevel
from pipelines.indicators import describe
from pipelines.register.wording import answer_sentence

LEVELS = {
    RiskLevel.LOW: ("NIZAK RIZIK", "green"),
    RiskLevel.MEDIUM: ("UMEREN RIZIK", "yellow"),
    RiskLevel.HIGH: ("VISOK RIZIK", "red"),
    RiskLevel.CRITICAL: ("VEOMA VISOK RIZIK", "bold white on red"),
}
REFERRAL = "Navodi zbog kojih se slučaj prvo upućuje policiji ili tužilaštvu; odlučuje osoba."
NOT_STATED = {
    "employer": "ko zapošljava",
    "wage": "plata",
    "hours": "radno vreme",
    "contract": "ugovor",
    "address": "adresa",
}


def print_card(assessment: Assessment) -> None:
    """Prints the card on standard output."""
    Console(highlight=False).print(card_of(assessment))


def card_of(assessment: Assessment) -> Panel:
    """Level, register, indicators with their words, contacts, reasons. What the ad says is shown as plain text."""
    name, style = LEVELS[assessment.risk.level]
    if not assessment.is_job_ad:
        rows = [("Sadržaj", "tekst ne nudi posao"), *_contacts(assessment.contacts)]
        return Panel(_facts(rows), title="NIJE OGLAS ZA POSAO", title_align="left")
    parts: list[Table | Text] = [_facts(_rows(assessment))]
    if assessment.referral:
        parts.append(Text(f"\n{REFERRAL}", style="bold red"))
    if assessment.indicators:
        parts += [Text("\nŠta oglas govori", style="bold"), _indicators(assessment)]
    return Panel(Group(*parts), title=Text(name, style=style), title_align="left")


def _rows(assessment: Assessment) -> Iterable[tuple[str, str]]:
    places = ", ".join(assessment.destinations) or "nije navedeno"
    yield "Mesto rada", f"{places} ({'inostranstvo' if assessment.abroad else 'Srbija'})"
    yield "Ko objavljuje", assessment.mediator.name or "nije navedeno"
    yield "Registar", answer_sentence(assessment.register)
    for entry in assessment.register.nearest:
        yield "Najbliže u registru", f"{entry.name} ({', '.join(entry.reasons)})"
    yield from _contacts(assessment.contacts)
    if assessment.not_stated:
        yield "Nije navedeno", ", ".join(NOT_STATED[what] for what in assessment.not_stated)
    for reason in assessment.risk.reasons:
        yield "Razlog ocene", reason
    for reason in assessment.complaint.why:
        yield "Predlog predstavke", reason


def _contacts(contacts: Contacts) -> Iterable[tuple[str, str]]:
    found = {
        "Telefon": contacts.phones,
        "E-pošta": contacts.emails,
        "Nalozi": contacts.handles,
        "Adrese na mreži": contacts.urls,
    }
    return ((name, ", ".join(values)) for name, values in found.items() if values)


def _facts(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    previous = ""
    for name, value in rows:
        table.add_row("" if name == previous else name, _plain(value))
        previous = name
    return table


def _indicators(assessment: Assessment) -> Table:
    """Title and quote, and below them the rule's name and reason, so that staff find its file."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for found in assessment.indicators:
        described = describe(found.code)
        quote = f"„{' '.join(found.quote.split())}“" if found.quote else ""
        table.add_row(_plain(f"• {described.title}"), Text(_plain(quote).plain, style="italic"))
        table.add_row(Text(f"  {found.code}", style="dim"), Text(described.why, style="dim"))
    return table


def _plain(value: str) -> Text:
    """Text without characters that would steer the terminal: an ad may hold any."""
    return Text("".join(char if char.isprintable() else " " for char in value))
