"""How a report is worded: titles, headings, what codes are called, and what each table counts. Serbian, Latin.

Values that sources, registers and people gave are shown as they are, in every tongue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alerts.cases import DismissReason
from alerts.desk.speaking import Tongue, said, say, to_say
from alerts.desk.templating import Speech
from alerts.outcomes import Outcome
from alerts.recipients import built_in_recipients
from alerts.reports.figures import Row, SheetId
from alerts.reports.periods import EARLIEST, LONGEST, Preset, Refusal
from alerts.wording import wording
from pipelines.indicators import describe
from pipelines.indicators.rules import rules

FEW = 10
"""Below so many, a change may be chance: the page says so."""

TITLES: Mapping[SheetId, str] = {
    SheetId.OVERVIEW: to_say("Pregled"),
    SheetId.TIME: to_say("Kroz vreme"),
    SheetId.LEVELS: to_say("Otvoreni slučajevi po nivou rizika"),
    SheetId.DESTINATIONS: to_say("Zemlje rada"),
    SheetId.SOURCES: to_say("Izvori"),
    SheetId.ANSWERS: to_say("Odgovori registra"),
    SheetId.INDICATORS: to_say("Šta oglasi navode"),
    SheetId.DECISIONS: to_say("Odluke"),
    SheetId.FILINGS: to_say("Podneto po primaocima"),
    SheetId.OUTCOMES: to_say("Ishodi"),
    SheetId.REFERRALS: to_say("Razlozi za upućivanje"),
    SheetId.CONNECTIONS: to_say("Nađene veze"),
    SheetId.NAMES: to_say("Firme po imenu"),
}

NOTES: Mapping[SheetId, str] = {
    SheetId.OVERVIEW: to_say(
        "Ponuda obuhvata oglas sa svim kopijama; ubraja se u period u kome je viđen njen prvi oglas. "
        "Ćutanje je noć u kojoj jedan izvor nije doneo ništa."
    ),
    SheetId.TIME: to_say(
        "Nedelje počinju ponedeljkom; prva i poslednja mogu biti nepotpune. Duži period prikazan je po mesecima."
    ),
    SheetId.LEVELS: to_say("Nivo je onaj koji slučaj ima sada."),
    SheetId.DESTINATIONS: to_say(
        "Novi oglasi za rad u inostranstvu. Oglas koji navodi više zemalja ubraja se u svaku od njih, pa zbir može "
        "biti veći od broja oglasa."
    ),
    SheetId.SOURCES: to_say("Ubrajaju se samo noćne obrade; pokretanja na zahtev se ne ubrajaju."),
    SheetId.ANSWERS: to_say(
        "Novi oglasi za rad u inostranstvu i posrednici koje navode. Odgovor registra važi za dan provere i ne govori "
        "o tome da li je neko prekršio propis."
    ),
    SheetId.INDICATORS: to_say(
        "Novi oglasi za rad u inostranstvu u kojima je program našao bar jedan takav navod. Jedan navod sam po sebi ne "
        "znači da je oglas sporan."
    ),
    SheetId.DECISIONS: to_say("Odluke koje su doneli ljudi; poništene se ne ubrajaju."),
    SheetId.FILINGS: to_say("Po danu podnošenja; zapisi koji su povučeni kao greška se ne ubrajaju."),
    SheetId.OUTCOMES: to_say("Po danu kada se ishod dogodio. Jedan podnesak može imati više ishoda."),
    SheetId.REFERRALS: to_say("Otvoreni slučajevi u kojima su najpre nadležni policija ili tužilaštvo, po razlogu."),
    SheetId.CONNECTIONS: to_say(
        "Kontakti koji su u ovom periodu nađeni i u drugoj ponudi. Kontakti koji stoje u mnogo ponuda pod mnogo imena "
        "(na primer telefon portala) ne ubrajaju se, jer ne povezuju nikoga."
    ),
    SheetId.NAMES: to_say(
        "Samo za rad osoblja, ne za objavljivanje. Firme sa najviše novih oglasa za rad u inostranstvu, pod imenom "
        "koje stoji u oglasu. Fizička lica se ne navode. Ovaj spisak nikoga ne optužuje: broj oglasa i odgovor "
        "registra ne znače da je neko povredio propis."
    ),
}

HEADINGS: Mapping[str, str] = {
    "figure": to_say("Podatak"),
    "from": to_say("Od dana"),
    "to": to_say("Do dana"),
    "level": to_say("Nivo rizika"),
    "country": to_say("Zemlja rada"),
    "source": to_say("Izvor"),
    "answer": to_say("Odgovor registra"),
    "indicator": to_say("Navod"),
    "decision": to_say("Odluka"),
    "reason": to_say("Razlog odbacivanja"),
    "recipient": to_say("Primalac"),
    "outcome": to_say("Ishod"),
    "trigger": to_say("Razlog za upućivanje"),
    "contact": to_say("Vrsta kontakta"),
    "name": to_say("Ime u oglasu"),
    "value": to_say("U periodu"),
    "ads": to_say("Novi oglasi"),
    "cases": to_say("Slučajevi"),
    "nights": to_say("Noći"),
    "silent": to_say("Od toga ćuti"),
    "mediators": to_say("Posrednici"),
    "decisions": to_say("Broj odluka"),
    "filings": to_say("Podneto"),
    "outcomes": to_say("Broj ishoda"),
    "contacts": to_say("Kontakti"),
    "series": to_say("Ponude"),
    "sources": to_say("Broj izvora"),
    "cases_critical": to_say("Slučajevi: kritičan rizik"),
    "cases_high": to_say("Slučajevi: visok rizik"),
    "cases_medium": to_say("Slučajevi: srednji rizik"),
    "cases_low": to_say("Slučajevi: nizak rizik"),
    "confirm": to_say("Potvrđeno"),
    "dismiss": to_say("Odbačeno"),
    "unsure": to_say("Za ponovni pregled"),
    "refer": to_say("Upućeno"),
}
BEFORE = to_say("pre toga")
"""Of a column: in the period before."""

FIGURES: Mapping[str, str] = {
    "ads": to_say("Novi oglasi"),
    "ads_abroad": to_say("Od toga za rad u inostranstvu"),
    "series": to_say("Nove ponude"),
    "cases": to_say("Otvoreni slučajevi"),
    "decisions": to_say("Odluke ljudi"),
    "hours_to_decision": to_say("Sati od otvaranja slučaja do odluke (medijana)"),
    "referred": to_say("Upućeno policiji ili tužilaštvu"),
    "filings": to_say("Podneti podnesci"),
    "outcomes": to_say("Zabeleženi ishodi"),
    "connections": to_say("Nove veze među ponudama"),
    "silent": to_say("Ćutanja izvora"),
}
LEVELS: Mapping[str, str] = {
    "critical": to_say("kritičan rizik"),
    "high": to_say("visok rizik"),
    "medium": to_say("srednji rizik"),
    "low": to_say("nizak rizik"),
}
ANSWERS: Mapping[str, str] = {
    "registered": to_say("upisan u registar"),
    "expired": to_say("dozvola istekla"),
    "revoked": to_say("dozvola oduzeta ili ukinuta"),
    "not_found": to_say("nije nađen u registru"),
    "ambiguous": to_say("nejasno u registru"),
    "unidentified": to_say("nije provereno: nije naveden"),
    "unchecked": to_say("nije provereno: nema registra"),
    "stale": to_say("nije provereno: registar zastareo"),
}
DECISIONS: Mapping[str, str] = {
    "confirm": to_say("Potvrđeno"),
    "dismiss": to_say("Odbačeno"),
    "unsure": to_say("Za ponovni pregled"),
    "refer": to_say("Upućeno policiji ili tužilaštvu"),
}
CONTACTS: Mapping[str, str] = {
    "phone": to_say("telefon"),
    "email": to_say("adresa elektronske pošte"),
    "handle": to_say("nalog na mreži ili u aplikaciji"),
    "account": to_say("bankovni račun"),
    "image": to_say("slika oglasa"),
}
REFUSALS: Mapping[Refusal, str] = {
    Refusal.NO_DAY: to_say("Upišite oba dana, na primer 2026-11-20."),
    Refusal.REVERSED: to_say("Poslednji dan je pre prvog. Zamenite ih ili izaberite drugi period."),
    Refusal.FUTURE: to_say("Poslednji dan još nije došao. Izveštaj može da obuhvati najviše današnji dan."),
    Refusal.TOO_EARLY: to_say("Prvi dan je pre %(earliest)s; tada ništa nije prikupljano."),
    Refusal.TOO_LONG: to_say("Period je predugačak: izveštaj obuhvata najviše %(longest)s dana, oko deset godina."),
}
PRESETS: Mapping[Preset, str] = {
    Preset.MONTH: to_say("Prošli mesec"),
    Preset.QUARTER: to_say("Prošlo tromesečje"),
    Preset.YEAR: to_say("Prošla godina"),
}
RUNNING: Mapping[Preset, str] = {
    Preset.MONTH: to_say("Ovaj mesec"),
    Preset.QUARTER: to_say("Ovo tromesečje"),
    Preset.YEAR: to_say("Ova godina"),
}
"""The same, as far as they have come."""
NOT_STATED = to_say("nije navedeno")


def refusal_sentence(tongue: Tongue, refusal: Refusal) -> str:
    """Why there is no report, for a page."""
    return say(tongue, REFUSALS[refusal], earliest=Speech(tongue).day(EARLIEST), longest=LONGEST)


@dataclass(frozen=True, slots=True)
class Labels:
    """What keys are called in one tongue."""

    tongue: Tongue
    sources: Mapping[str, str] = field(default_factory=dict)
    """Names of sources by id."""

    def heading(self, column: str) -> str:
        """Of a column of the sheets."""
        name, compared, _ = column.partition("_before")
        heading = said(self.tongue, HEADINGS[name])
        return f"{heading}, {said(self.tongue, BEFORE)}" if compared else heading

    def keys(self, sheet: SheetId, row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
        """What the row is called."""
        return tuple(self._key(sheet, column, code) for column, code in zip(columns, row.key, strict=True))

    def _key(self, sheet: SheetId, column: str, code: str | None) -> str:
        if code is None:
            return "" if sheet is SheetId.DECISIONS else said(self.tongue, NOT_STATED)
        naming = _NAMING.get(column)
        return naming(self, code) if naming else code

    def _fixed(self, words: Mapping[str, str], code: str) -> str:
        # A code of an older program has no words any more; what it counted stays.
        return said(self.tongue, words[code]) if code in words else code

    def _country(self, code: str) -> str:
        return str(self.tongue.locale.territories.get(code, code))

    def _source(self, code: str) -> str:
        return self.sources.get(code, code)

    def _indicator(self, code: str) -> str:
        return said(self.tongue, describe(code).title) if code in rules() else code

    def _reason(self, code: str) -> str:
        return self._fixed({reason.value: reason.words for reason in DismissReason}, code)

    def _recipient(self, code: str) -> str:
        return self._fixed({name: recipient.name for name, recipient in built_in_recipients().items()}, code)

    def _outcome(self, code: str) -> str:
        return self._fixed({outcome.value: outcome.words for outcome in Outcome}, code)

    def _trigger(self, code: str) -> str:
        return said(self.tongue, wording().of_trigger(code))


_NAMING: Mapping[str, Callable[[Labels, str], str]] = {
    "figure": lambda labels, code: labels._fixed(FIGURES, code),
    "level": lambda labels, code: labels._fixed(LEVELS, code),
    "country": Labels._country,
    "source": Labels._source,
    "answer": lambda labels, code: labels._fixed(ANSWERS, code),
    "indicator": Labels._indicator,
    "decision": lambda labels, code: labels._fixed(DECISIONS, code),
    "reason": Labels._reason,
    "recipient": Labels._recipient,
    "outcome": Labels._outcome,
    "trigger": Labels._trigger,
    "contact": lambda labels, code: labels._fixed(CONTACTS, code),
}
