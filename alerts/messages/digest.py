"""The morning's digest in words: what is new or changed by level, what may be missing, what is overdue. Pure.

It names no person, firm or contact: level, countries, headings of what was found and the number of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from babel import Locale

from alerts.desk.speaking import Tongue, said, say, say_counted, to_say
from alerts.messages.letter import Kind, Letter, Line, Part
from crawler.assessment import RiskLevel
from pipelines.text.counting import written_day

MOST_CASES = 40
"""Named one by one; the desk shows all."""
LEVELS = {
    RiskLevel.CRITICAL: to_say("Kritičan rizik"),
    RiskLevel.HIGH: to_say("Visok rizik"),
    RiskLevel.MEDIUM: to_say("Srednji rizik"),
    RiskLevel.LOW: to_say("Nizak rizik"),
}


@dataclass(frozen=True, slots=True)
class DigestCase:
    """A case that is new, or really changed."""

    id: int
    level: RiskLevel
    is_new: bool
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2."""
    findings: tuple[str, ...]
    """Headings in Serbian, the gravest first."""


@dataclass(frozen=True, slots=True)
class Morning:
    """What the digest tells."""

    day: date
    cases: tuple[DigestCase, ...]
    """The worst first."""
    waiting: int
    """Cases that wait for a decision."""
    overdue: int
    """Time limits that passed."""
    troubles: tuple[str, ...]
    """Sentences on what may be missing, in the language of the message."""


def digest_letter(morning: Morning, *, tongue: Tongue, desk_url: str) -> Letter:
    """The digest; links lead into the desk where its address is known."""
    desk = desk_url.rstrip("/")
    parts = [*_case_parts(morning.cases, tongue, desk), _state_part(morning, tongue, desk)]
    return Letter(Kind.DIGEST, _subject(morning, tongue), tuple(parts), foot(tongue), tongue.tag)


def foot(tongue: Tongue) -> str:
    """What stands below every message."""
    return say(tongue, "Poruku je poslao adwatch. Program sam ne odlučuje i nikome ne podnosi predstavke.")


def _subject(morning: Morning, tongue: Tongue) -> str:
    new = sum(case.is_new for case in morning.cases)
    changed = len(morning.cases) - new
    counts = []
    if new:
        counts.append(say_counted(tongue, new, "nov slučaj", "nova slučaja", "novih slučajeva"))
    if changed:
        counts.append(say_counted(tongue, changed, "izmenjen slučaj", "izmenjena slučaja", "izmenjenih slučajeva"))
    told = ", ".join(counts) or say(tongue, "nema novih slučajeva")
    return f"adwatch {written_day(morning.day)} – {told}".replace("\u00a0", " ")


def _case_parts(cases: tuple[DigestCase, ...], tongue: Tongue, desk: str) -> Iterator[Part]:
    if not cases:
        yield Part(say(tongue, "Slučajevi"), (Line(say(tongue, "Nema novih ni izmenjenih slučajeva.")),))
    named = cases[:MOST_CASES]
    for level, words in LEVELS.items():
        lines = tuple(_case_line(case, tongue, desk) for case in named if case.level is level)
        if lines:
            yield Part(said(tongue, words), lines)
    if rest := len(cases) - len(named):
        more = say_counted(tongue, rest, "slučaj", "slučaja", "slučajeva")
        yield Part(say(tongue, "Ostalo"), (Line(say(tongue, "U redu slučajeva: još %(cases)s.", cases=more)),))


def _case_line(case: DigestCase, tongue: Tongue, desk: str) -> Line:
    state = say(tongue, "nov") if case.is_new else say(tongue, "izmenjen")
    what = [_countries(case.countries, tongue), *(said(tongue, finding) for finding in case.findings)]
    head = say(tongue, "Slučaj %(number)s (%(state)s)", number=case.id, state=state)
    return Line(f"{head}: {'; '.join(filter(None, what))}", f"{desk}/cases/{case.id}" if desk else "")


def _countries(codes: Iterable[str], tongue: Tongue) -> str:
    names = Locale.parse(str(tongue.locale)).territories
    return ", ".join(str(names.get(code, code)) for code in codes)


def _state_part(morning: Morning, tongue: Tongue, desk: str) -> Part:
    waiting = say_counted(tongue, morning.waiting, "slučaj", "slučaja", "slučajeva")
    lines = [Line(say(tongue, "Na odluku čeka: %(cases)s.", cases=waiting), f"{desk}/" if desk else "")]
    if morning.overdue:
        overdue = say_counted(tongue, morning.overdue, "rok", "roka", "rokova")
        lines.append(Line(say(tongue, "Isteklo: %(terms)s.", terms=overdue), f"{desk}/legal" if desk else ""))
    lines += [Line(sentence) for sentence in morning.troubles]
    if not morning.troubles:
        lines.append(Line(say(tongue, "Prikupljanje je prošlo bez poteškoća.")))
    return Part(say(tongue, "Stanje"), tuple(lines))
