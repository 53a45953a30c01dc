"""What the register's answer says to people: reasons, and one sentence a colleague might speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice

from crawler.assessment import Nearest, RegisterAnswer, Verdict
from pipelines.register.comparing import Comparison, Fit, SlipFound
from pipelines.register.slips import Slip
from pipelines.register.words import LegalForm

NEAREST = 3
FORM_NAMES = {
    LegalForm.COMPANY: "privredno društvo",
    LegalForm.ENTREPRENEUR: "preduzetnik",
    LegalForm.OTHER: "drugi oblik",
}
SLIPS = {
    Slip.SWAPPED: "zamenjena mesta dva slova",
    Slip.DROPPED: "izostavljeno jedno slovo",
    Slip.ADDED: "jedno slovo više",
    Slip.FORM: "drugi oblik reči",
}


def nearest_of(
    compared: Iterable[Comparison], *, contacts: frozenset[int], decided: Mapping[int, str]
) -> tuple[Nearest, ...]:
    """The first three that have a reason, with the reasons why each is near and why it is not more than that.

    `contacts` are the positions of entries whose phone, e-mail or domain was given; `decided` says by position what a
    person decided about the name, and those entries come first.
    """
    ordered = sorted(compared, key=lambda found: found.indexed.position not in decided)
    reasoned = ((found, (*_decision(found, decided), *reasons_of(found, contacts))) for found in ordered)
    near = (Nearest(found.indexed.entry.name, found.score, reasons) for found, reasons in reasoned if reasons)
    return tuple(islice(near, NEAREST))


def _decision(found: Comparison, decided: Mapping[int, str]) -> tuple[str, ...]:
    said = decided.get(found.indexed.position)
    return (said,) if said else ()


def reasons_of(found: Comparison, contacts: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """What the name has in common with the entry and what not, in plain Serbian; empty for nothing in common."""
    if found.fit is Fit.NONE and not found.names_only_owner:
        return ("kontakt je iz registra",) if found.indexed.position in contacts else ()
    reasons = [_common(found), *(_slip(slip) for slip in found.slips)]
    if found.indexed.position in contacts:
        reasons.append("kontakt je iz registra")
    if found.added and found.fit >= Fit.EXTENDED:
        reasons.append(f"dodato {_quoted(found.added)}")
    if found.foreign:
        reasons.append(f"strana firma ({found.foreign})")
    if found.other_town:
        reasons.append(f"drugo mesto: u registru {found.indexed.town}")
    elif found.same_town:
        reasons.append("isto mesto")
    if found.other_form:
        reasons.append(f"drugi pravni oblik: u registru {_forms(found)}")
    return tuple(reason for reason in reasons if reason)


def _common(found: Comparison) -> str:
    if found.fit is Fit.FULL and not found.slips:
        return "isto ime"
    if found.fit is Fit.CORE and not found.slips:
        return f"isti prepoznatljivi deo imena {_quoted(found.shared)}"
    if found.names_only_owner or (found.owner_named and not found.shared):
        return "ime vlasnika"
    if not found.shared:
        return ""
    if found.fit in (Fit.EXTENDED, Fit.PART):
        return f"zajedničko {_quoted(found.shared)}"
    return f"zajedničko samo {_quoted(found.shared)}" if found.fit is Fit.SHARED else ""


def _slip(slip: SlipFound) -> str:
    return f"'{slip.written}' umesto '{slip.meant}' ({SLIPS.get(slip.slip, 'razlika u jednom slovu')})"


def _forms(found: Comparison) -> str:
    return " i ".join(sorted(FORM_NAMES[form] for form in found.indexed.forms if form in FORM_NAMES)) or "drugi"


def _quoted(words: tuple[str, ...]) -> str:
    return f"'{' '.join(words)}'"


def answer_sentence(answer: RegisterAnswer) -> str:
    """The answer as a colleague would say it, with the day of the list it rests on."""
    if answer.verdict is None or answer.as_of is None:
        return "Nije provereno: registar agencija nije uvezen."
    if answer.verdict is Verdict.UNIDENTIFIED:
        return "Nije provereno: oglas ne navodi nikoga ko bi se mogao potražiti u registru."
    if answer.stale:
        return _stale_sentence(answer, serbian_date(answer.as_of))
    return _verdict_sentence(answer, answer.verdict, serbian_date(answer.as_of))


def _verdict_sentence(answer: RegisterAnswer, verdict: Verdict, day: str) -> str:
    why = f" ({', '.join(answer.reasons)})" if answer.reasons else ""
    match verdict:
        case Verdict.REGISTERED:
            return f"U registru je na dan {day}: {answer.entry}{why}."
        case Verdict.EXPIRED:
            return f"U spisku od {day} jeste, ali joj je dozvola istekla: {answer.entry}{why}."
        case Verdict.REVOKED:
            return f"U registru na dan {day} stoji da je dozvola oduzeta ili ukinuta: {answer.entry}{why}."
        case Verdict.AMBIGUOUS:
            return f"Nije jasno da li je u registru na dan {day}{why}.{_possible(answer)}"
        case _:
            return f"Nije u registru na dan {day}{_nearest(answer)}"


def _stale_sentence(answer: RegisterAnswer, day: str) -> str:
    found = f" Na njemu stoji: {answer.entry}." if answer.entry else ""
    return f"Nije pouzdano provereno: spisak je od {day} i zastareo je; uvezite noviji.{found}"


def _possible(answer: RegisterAnswer) -> str:
    names = [answer.entry] if answer.entry else [near.name for near in answer.nearest]
    return f" Moguće: {'; '.join(names)}." if names else ""


def _nearest(answer: RegisterAnswer) -> str:
    named = [f"{near.name} ({', '.join(near.reasons)})" if near.reasons else near.name for near in answer.nearest]
    return f" Najsličniji: {'; '.join(named)}." if named else ""


def serbian_date(day: date) -> str:
    """'20.11.2026.'"""
    return f"{day.day:02}.{day.month:02}.{day.year}."
