"""The assessment of one text as a card in Serbian for the terminal: for a person who has a caller on the line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crawler.assessment import Assessment, Contacts, RiskLevel
from pipelines.connections.judging import Connection
from pipelines.connections.wording import connection_sentence
from pipelines.indicators import describe
from pipelines.judging.hard_triggers import triggers
from pipelines.register.wording import answer_sentence
from pipelines.risk import rests_on, trigger_titles

LEVELS = {
    RiskLevel.LOW: ("NIZAK RIZIK", "green"),
    RiskLevel.MEDIUM: ("SREDNJI RIZIK", "yellow"),
    RiskLevel.HIGH: ("VISOK RIZIK", "red"),
    RiskLevel.CRITICAL: ("KRITIČAN RIZIK", "bold white on red"),
}
REFERRAL = "Navodi zbog kojih se slučaj prvo upućuje policiji ili tužilaštvu; odlučuje osoba."
NO_AD, DANGER = "NIJE OGLAS ZA POSAO", "MOGUĆA OPASNOST ZA NEKOGA"
NOT_STATED = {
    "employer": "ko zapošljava",
    "wage": "plata",
    "hours": "radno vreme",
    "contract": "ugovor",
    "address": "adresa",
}


def print_card(assessment: Assessment, connections: Sequence[Connection] = ()) -> None:
    """Prints the card on standard output."""
    Console(highlight=False).print(card_of(assessment, connections))


def card_of(assessment: Assessment, connections: Sequence[Connection] = ()) -> Panel:
    """Level, register, indicators with their words, contacts, reasons. What the ad says is shown as plain text.

    `connections`: what stored ads share with it.
    """
    rows = _rows(assessment) if assessment.is_job_ad else _rows_of_other(assessment)
    parts: list[Table | Text] = [_facts(chain(rows, _connections(connections)))]
    if assessment.referral:
        parts += [Text(f"\n{REFERRAL}", style="bold red"), _referrals(assessment)]
    if assessment.indicators:
        parts += [Text("\nŠta oglas govori", style="bold"), _indicators(assessment)]
    return Panel(Group(*parts), title=_title(assessment), title_align="left")


def _title(assessment: Assessment) -> Text:
    name, style = LEVELS[assessment.risk.level]
    if assessment.is_job_ad:
        return Text(name, style=style)
    return Text(f"{NO_AD} – {DANGER}", style=style) if assessment.referral else Text(NO_AD)


def _rows_of_other(assessment: Assessment) -> Iterable[tuple[str, str]]:
    yield "Sadržaj", "tekst ne nudi posao"
    yield from _contacts(assessment.contacts)
    if assessment.referral:
        for reason in assessment.risk.reasons:
            yield "Razlog ocene", reason


def _rows(assessment: Assessment) -> Iterable[tuple[str, str]]:
    places = ", ".join(assessment.destinations) or "nije navedeno"
    yield "Mesto rada", f"{places} ({'inostranstvo' if assessment.abroad else 'Srbija'})"
    yield "Ko objavljuje", assessment.mediator.name or "nije navedeno"
    if assessment.mediator.possible_impersonation:
        yield "Proverite ime", assessment.mediator.possible_impersonation.why
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


def _connections(connections: Iterable[Connection]) -> Iterable[tuple[str, str]]:
    for found in connections:
        names = f" Imena: {', '.join(found.names)}." if found.names and not found.is_shared else ""
        yield "Veze", f"{connection_sentence(found)}{names}"


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
    """What the ad says, with the names of the rules, so that staff find their files."""
    table = _findings_table()
    for found in assessment.indicators:
        described = describe(found.code)
        _add_finding(table, described.title, found.quote, rule=found.code, why=described.why)
    return table


def _referrals(assessment: Assessment) -> Table:
    """The hard triggers with the words they rest on; why an indicator matters stands further down."""
    table = _findings_table()
    for found in assessment.referral_quotes:
        spoken = triggers().get(found.code)
        rule = found.code if spoken else f"{found.code} ← {rests_on(found.code)}"
        _add_finding(table, trigger_titles()[found.code], found.quote, rule=rule, why=spoken.why_sr if spoken else "")
    return table


def _findings_table() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _add_finding(table: Table, title: str, words: str | None, *, rule: str, why: str) -> None:
    quote = f"„{' '.join(words.split())}“" if words else ""
    table.add_row(_plain(f"• {title}"), Text(_plain(quote).plain, style="italic"))
    table.add_row(Text(f"  {rule}", style="dim"), Text(why, style="dim"))


def _plain(value: str) -> Text:
    """Text without characters that would steer the terminal: an ad may hold any."""
    return Text("".join(char if char.isprintable() else " " for char in value))
