"""Answers who a mediator is according to the register. Pure: the register and the day are parameters.

Costly is an unlicensed mediator passed as registered; "ambiguous" means that a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import Register, RegisterEntry
from pipelines.register.comparing import Comparison, Fit
from pipelines.register.index import IndexedEntry, index_of, licence_key
from pipelines.register.lookup import Case, MediatorQuery, look_up
from pipelines.register.names import Role
from pipelines.register.slips import Slip
from pipelines.register.wording import nearest_of, reasons_of
from pipelines.register.words import LegalForm

__all__ = ["MediatorQuery", "match", "verdict_of"]

SHORT_WORD = 5
"""Up to here another letter gives another word as a rule."""
LONG_WORD = 7
"""From here on one letter more, less or other rarely makes another word."""
UNREADABLE = "upisana je, ali se podaci o njenoj dozvoli u spisku ne mogu pročitati"
SOUND = frozenset((Fit.FULL, Fit.CORE))


def match(query: MediatorQuery, register: Register | None, *, on: date) -> RegisterAnswer:
    """The register's answer for that day: verdict, entry, reasons in plain Serbian and the three nearest entries.

    Without a register, or on an empty one, the verdict is None: not checked.
    """
    if register is None or not register.entries:
        return RegisterAnswer(reasons=("registar agencija nije uvezen",))
    case = look_up(query, index_of(register), on)
    answer = _judge(case)
    return replace(
        answer,
        as_of=register.as_of,
        snapshot=register.snapshot,
        stale=register.is_stale(on=on),
        nearest=nearest_of(case.compared, contacts=case.contacts),
    )


def _judge(case: Case) -> RegisterAnswer:
    for rule in (_by_identifier, _by_licence, _by_distance, _by_name, _by_owner, _by_contact):
        answer = rule(case)
        if answer is not None:
            return answer
    if (case.pib or case.mb) and not case.index.knows_identifiers and not case.name.parsed.has(Role.OWN):
        return _ambiguous((), "poznat je samo PIB ili matični broj, a ovaj spisak ih ne navodi")
    if case.name.parsed.says_something or case.pib or case.mb:
        return RegisterAnswer(verdict=Verdict.NOT_FOUND, reasons=_why_not_found(case))
    return RegisterAnswer(verdict=Verdict.UNIDENTIFIED, reasons=("oglas ne navodi nikoga ko bi se mogao potražiti",))


def _why_not_found(case: Case) -> tuple[str, ...]:
    if case.unknown_identifier and case.index.knows_identifiers:
        return ("nijedan upis u registru nema navedeni PIB ili matični broj",)
    foreign = next((found.foreign for found in case.compared if found.foreign and found.fit >= Fit.EXTENDED), None)
    if foreign:
        return (f"strano privredno društvo ({foreign}); dozvola glasi na domaće",)
    return ("nijedan upis ne nosi to ime",)


def _by_identifier(case: Case) -> RegisterAnswer | None:
    by_pib = case.index.by_identifier.get(f"pib:{case.pib}", ()) if case.pib else ()
    by_mb = case.index.by_identifier.get(f"mb:{case.mb}", ()) if case.mb else ()
    if by_pib and by_mb and not set(by_pib) & set(by_mb):
        return _ambiguous((*by_pib, *by_mb), "PIB i matični broj pripadaju različitim upisima")
    hits = tuple(entry for entry in by_pib if entry in by_mb) or by_pib or by_mb
    if not hits:
        return None
    same_name = [found for found in _sound(case) if found.fit is Fit.FULL and not found.slips]
    if same_name and not any(found.indexed in hits for found in same_name):
        others = tuple(found.indexed for found in same_name)
        owner, named = newest(hits).entry.name, others[0].entry.name
        reason = f"broj pripada upisu {owner}, a ime upisu {named}: moguće je lažno predstavljanje"
        return _ambiguous((*hits, *others), reason)
    return _entry_answer(newest(hits), 1.0, ("isti PIB" if by_pib else "isti matični broj",), case.on)


def newest(entries: Iterable[IndexedEntry]) -> IndexedEntry:
    """Of several entries the one with the newest decision."""
    return max(entries, key=lambda indexed: indexed.entry.licence_date or date.min)


def _by_licence(case: Case) -> RegisterAnswer | None:
    if not case.query.licence:
        return None
    hits = case.index.by_identifier.get(f"licence:{licence_key(case.query.licence)}", ())
    if not hits:
        return None
    fitting = [found for found in _sound(case) if found.indexed in hits]
    if fitting:
        return _entry_answer(fitting[0].indexed, 1.0, ("isti broj dozvole", "isto ime"), case.on)
    return _ambiguous(hits, "broj dozvole je iz registra, a ime nije: moguće je lažno predstavljanje")


def _by_distance(case: Case) -> RegisterAnswer | None:
    """Partners, former partners and those who say they are no agency."""
    if not case.name.parsed.has(Role.DISTANCE):
        return None
    named = [found.indexed for found in case.compared if found.fit >= Fit.EXTENDED and not found.slips]
    if len(named) > 1:
        return _ambiguous(named, "pominje više agencija, a samo kao saradnik")
    reason = "pominje agenciju, a ne tvrdi da je ona" if named else "nijedan upis ne nosi to ime"
    return RegisterAnswer(verdict=Verdict.NOT_FOUND, reasons=(reason,))


def _sound(case: Case) -> list[Comparison]:
    return [found for found in case.compared if found.fit in SOUND and not found.foreign]


def _by_name(case: Case) -> RegisterAnswer | None:
    certain = _told_apart(case, [found for found in case.compared if _is_certain(case, found)])
    if len(certain) == 1:
        return _certain_answer(case, certain[0])
    doubtful = certain or [found for found in case.compared if _is_doubtful(case, found)]
    if not doubtful:
        return None
    return _ambiguous([found.indexed for found in doubtful], _doubt(case, doubtful), score=doubtful[0].score)


def _certain_answer(case: Case, found: Comparison) -> RegisterAnswer:
    position = found.indexed.position
    if case.contacts and position not in case.contacts:
        return _ambiguous([found.indexed], "ime je ove agencije, a kontakt druge: moguće je lažno predstavljanje")
    answer = _entry_answer(found.indexed, found.score, _why_same(case, found), case.on)
    if answer.verdict is Verdict.REGISTERED and (case.pib or case.mb) and not case.index.knows_identifiers:
        return _ambiguous(
            [found.indexed],
            "isto ime, ali registar ne navodi PIB ni matični broj, pa se broj iz oglasa ne može uporediti",
        )
    return answer


def _why_same(case: Case, found: Comparison) -> tuple[str, ...]:
    reasons = reasons_of(found, case.contacts)
    entry = found.indexed.entry
    if found.indexed.position in case.contacts:
        return reasons
    if (case.query.phones and entry.phones) or (case.query.emails and entry.email):
        return (*reasons, "kontakt nije onaj iz registra: proveriti da li se neko predstavlja tim imenom")
    return reasons


def _is_certain(case: Case, found: Comparison) -> bool:
    if found.fit not in SOUND or found.foreign or found.other_town or found.other_form:
        return False
    if found.indexed.is_person and not case.name.parsed.forms:
        return False
    if LegalForm.TRANSLATED in case.name.parsed.forms and not found.same_town:
        return False
    if _contradicts_identifier(case, found.indexed.entry):
        return False
    return not found.slips or (_is_plausible(case, found) and not case.unknown_identifier)


def _contradicts_identifier(case: Case, entry: RegisterEntry) -> bool:
    other_pib = bool(case.pib and entry.pib and case.pib != entry.pib)
    return other_pib or bool(case.mb and entry.mb and case.mb != entry.mb)


def _is_plausible(case: Case, found: Comparison) -> bool:
    """The slip alone, or with what supports it, leaves no other word."""
    known_contact = found.indexed.position in case.contacts
    # Town or another word of the brand bear out a word of one letter less.
    long_enough = LONG_WORD - (found.same_town or bool(found.shared))
    return all(
        slip.slip is Slip.SWAPPED
        or (slip.slip is Slip.DROPPED and slip.length >= long_enough)
        or (slip.slip is Slip.ADDED and slip.length >= long_enough and (known_contact or bool(found.shared)))
        or (slip.slip is not Slip.FIRST and (known_contact or not slip.is_own))
        or (slip.slip is Slip.CHANGED and slip.length >= LONG_WORD and found.same_town)
        for slip in found.slips
    )


def _is_doubtful(case: Case, found: Comparison) -> bool:
    """Worth a person's look: it may be this entry."""
    if found.foreign or found.fit < Fit.PART or any(slip.slip is Slip.FIRST for slip in found.slips):
        return False
    strange = bool(found.other_town or found.other_form or found.added)
    if found.fit is Fit.PART:
        return not (found.slips or strange or case.unknown_identifier or case.name.parsed.forms)
    if found.slips:
        return not (strange or case.unknown_identifier or _gives_another_word(found))
    # A PIB that no entry has tells more only where the register states PIBs at all.
    told = case.unknown_identifier and case.index.knows_identifiers
    return not (told and (found.added or found.other_town))


def _gives_another_word(found: Comparison) -> bool:
    """One letter for another in a short word of the agency's own: 'ruka' is not 'reka'."""
    return any(slip.slip is Slip.CHANGED and slip.is_own and slip.length <= SHORT_WORD for slip in found.slips)


def _told_apart(case: Case, found: list[Comparison]) -> list[Comparison]:
    """Of several that fit, those that town, contact, owner or the full name speak for."""
    exact = [one for one in found if not one.slips]
    found = exact or found
    for speaks_for in (_shares_contact(case), _shares_town, _names_owner, _is_full):
        chosen = [one for one in found if speaks_for(one)]
        found = chosen or found
    return found


def _shares_contact(case: Case) -> Callable[[Comparison], bool]:
    return lambda found: found.indexed.position in case.contacts


def _shares_town(found: Comparison) -> bool:
    return found.same_town


def _names_owner(found: Comparison) -> bool:
    return found.owner_named


def _is_full(found: Comparison) -> bool:
    # One word alone is no full name: it may be short for either.
    return found.fit is Fit.FULL and len(found.indexed.brand) > 1


def _doubt(case: Case, doubtful: list[Comparison]) -> str:
    if len(doubtful) > 1:
        return "ime odgovara više upisa"
    if _contradicts_identifier(case, doubtful[0].indexed.entry):
        return "isto ime, a PIB ili matični broj nije onaj iz registra: moguće je lažno predstavljanje"
    return ", ".join(reasons_of(doubtful[0], case.contacts))


def _by_owner(case: Case) -> RegisterAnswer | None:
    owners = [found.indexed for found in case.compared if found.names_only_owner]
    return _ambiguous(owners, "ime vlasnika upisane agencije, bez njenog naziva") if owners else None


def _by_contact(case: Case) -> RegisterAnswer | None:
    entries = [found.indexed for found in case.compared if found.indexed.position in case.contacts]
    return _ambiguous(entries, "kontakt je iz registra, a ime nije") if entries else None


def _ambiguous(entries: Iterable[IndexedEntry], reason: str, *, score: float = 0.5) -> RegisterAnswer:
    names = {indexed.position: indexed.entry.name for indexed in entries}
    only = next(iter(names.values())) if len(names) == 1 else None
    return RegisterAnswer(verdict=Verdict.AMBIGUOUS, entry=only, score=score, reasons=(reason,))


def _entry_answer(indexed: IndexedEntry, score: float, reasons: tuple[str, ...], on: date) -> RegisterAnswer:
    if indexed.entry.is_unreadable():
        reasons = (*reasons, UNREADABLE)
    return RegisterAnswer(
        verdict=verdict_of(indexed.entry, on=on), entry=indexed.entry.name, score=score, reasons=reasons
    )


def verdict_of(entry: RegisterEntry, *, on: date) -> Verdict:
    """What the entry's licence is worth that day.

    A revoked one stays revoked after its end, an unreadable one is open.
    """
    if entry.is_unreadable():
        return Verdict.AMBIGUOUS
    if entry.is_revoked():
        return Verdict.REVOKED
    return Verdict.EXPIRED if entry.is_expired(on=on) else Verdict.REGISTERED
