"""What the register's answer says to people: reasons, and one sentence a colleague might speak."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from itertools import islice

from crawler.assessment import Nearest, RegisterAnswer, Verdict
from pipelines.register.comparing import Comparison, Fit, SlipFound
from pipelines.register.reasons import Forms, Reason, SlipWords
from pipelines.register.slips import Slip
from pipelines.register.words import LegalForm
from pipelines.text.sentences import Day, Joined, Sentence

NEAREST = 3
FORM_NAMES = {
    LegalForm.COMPANY: Forms.COMPANY,
    LegalForm.ENTREPRENEUR: Forms.ENTREPRENEUR,
    LegalForm.OTHER: Forms.OTHER,
}
SLIPS = {
    Slip.SWAPPED: SlipWords.SWAPPED,
    Slip.DROPPED: SlipWords.DROPPED,
    Slip.ADDED: SlipWords.ADDED,
    Slip.FORM: SlipWords.FORM,
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
        return (Reason.CONTACT(),) if found.indexed.position in contacts else ()
    reasons = [*_common(found), *(_slip(slip) for slip in found.slips)]
    if found.indexed.position in contacts:
        reasons.append(Reason.CONTACT())
    if found.added and found.fit >= Fit.EXTENDED:
        reasons.append(Reason.ADDED(words=" ".join(found.added)))
    if found.foreign:
        reasons.append(Reason.FOREIGN_FIRM(country=found.foreign))
    if found.other_town:
        reasons.append(Reason.OTHER_TOWN(town=f"{found.indexed.town}"))
    elif found.same_town:
        reasons.append(Reason.SAME_TOWN())
    if found.other_form:
        reasons.append(Reason.OTHER_FORM(forms=_forms(found)))
    return tuple(reasons)


def _common(found: Comparison) -> tuple[Sentence, ...]:
    if found.fit is Fit.FULL and not found.slips:
        return (Reason.SAME_NAME(),)
    shared = " ".join(found.shared)
    if found.fit is Fit.CORE and not found.slips:
        return (Reason.CORE(words=shared),)
    if found.names_only_owner or (found.owner_named and not shared):
        return (Reason.OWNER(),)
    if not shared:
        return ()
    if found.fit in (Fit.EXTENDED, Fit.PART):
        return (Reason.SHARED(words=shared),)
    return (Reason.SHARED_ONLY(words=shared),) if found.fit is Fit.SHARED else ()


def _slip(slip: SlipFound) -> Sentence:
    words = SLIPS.get(slip.slip, SlipWords.OTHER)
    return Reason.SLIP(written=slip.written, meant=slip.meant, slip=words())


def _forms(found: Comparison) -> Sentence:
    named = sorted(FORM_NAMES[form] for form in found.indexed.forms if form in FORM_NAMES)
    last, *others = [form() for form in reversed(named)] or [Forms.UNKNOWN()]
    return reduce(lambda forms, form: Forms.AND(form=form, forms=forms), others, last)


def answer_sentence(answer: RegisterAnswer) -> str:
    """The answer as a colleague would say it, with the day of the list it rests on."""
    if answer.verdict is None or answer.as_of is None:
        return Sentence("Nije provereno: registar agencija nije uvezen.")
    if answer.verdict is Verdict.UNIDENTIFIED:
        return Sentence("Nije provereno: oglas ne navodi nikoga ko bi se mogao potražiti u registru.")
    if answer.stale:
        return _stale_sentence(answer, Day.padded(answer.as_of))
    return _verdict_sentence(answer, answer.verdict, Day.padded(answer.as_of))


def _verdict_sentence(answer: RegisterAnswer, verdict: Verdict, day: Day) -> str:
    found = {"day": day, "entry": with_why(answer.entry or "", answer.reasons)}
    match verdict:
        case Verdict.REGISTERED:
            return Sentence("U registru je na dan %(day)s: %(entry)s.", **found)
        case Verdict.EXPIRED:
            return Sentence("U spisku od %(day)s jeste, ali joj je dozvola istekla: %(entry)s.", **found)
        case Verdict.REVOKED:
            return Sentence("U registru na dan %(day)s stoji da je dozvola oduzeta ili ukinuta: %(entry)s.", **found)
        case Verdict.AMBIGUOUS:
            return Joined(" ", (_ambiguous(answer, day), *_possible(answer)))
        case _:
            return Joined(" ", (Sentence("Nije u registru na dan %(day)s.", day=_last(day)), *_nearest(answer)))


def _ambiguous(answer: RegisterAnswer, day: Day) -> Sentence:
    if not answer.reasons:
        return Sentence("Nije jasno da li je u registru na dan %(day)s.", day=_last(day))
    why = Joined(", ", answer.reasons)
    return Sentence("Nije jasno da li je u registru na dan %(day)s (%(why)s).", day=day, why=why)


def _stale_sentence(answer: RegisterAnswer, day: Day) -> str:
    said = Sentence("Nije pouzdano provereno: spisak je od %(day)s i zastareo je; uvezite noviji.", day=day)
    found = (Sentence("Na njemu stoji: %(entry)s.", entry=answer.entry),) if answer.entry else ()
    return Joined(" ", (said, *found))


def _possible(answer: RegisterAnswer) -> tuple[Sentence, ...]:
    names = [answer.entry] if answer.entry else [near.name for near in answer.nearest]
    return (Sentence("Moguće: %(names)s.", names=Joined("; ", names)),) if names else ()


def _nearest(answer: RegisterAnswer) -> tuple[Sentence, ...]:
    named = [with_why(near.name, near.reasons) for near in answer.nearest]
    return (Sentence("Najsličniji: %(names)s.", names=Joined("; ", named)),) if named else ()


def with_why(name: str, reasons: tuple[str, ...]) -> str:
    """'Primer d.o.o. (isto ime, isto mesto)'."""
    return Sentence("%(name)s (%(why)s)", name=name, why=Joined(", ", reasons)) if reasons else name


def _last(day: Day) -> Day:
    return Day(day.day, day.removesuffix("."))
