"""Answers who a mediator is according to the register. Pure: the register and the day are parameters.

Costly is an unlicensed mediator passed as registered; "ambiguous" means that a person looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import Register, RegisterEntry
from pipelines.register.aliases import DecidedName
from pipelines.register.comparing import Comparison, Fit
from pipelines.register.index import IndexedEntry, index_of, licence_key, newest
from pipelines.register.lookup import Case, MediatorQuery, look_up
from pipelines.register.names import Role
from pipelines.register.reasons import Reason
from pipelines.register.slips import Slip
from pipelines.register.wording import nearest_of, reasons_of
from pipelines.register.words import LegalForm
from pipelines.text.sentences import Joined

__all__ = ["MediatorQuery", "match", "verdict_of"]

SHORT_WORD = 5
"""Up to here another letter gives another word as a rule."""
LONG_WORD = 7
"""From here on one letter more, less or other rarely makes another word."""
SOUND = frozenset((Fit.FULL, Fit.CORE))


def match(query: MediatorQuery, register: Register | None, *, on: date) -> RegisterAnswer:
    """The register's answer for that day: verdict, entry, reasons in plain Serbian and the three nearest entries.

    Without a register, or on an empty one, the verdict is None: not checked.
    """
    if register is None or not register.entries:
        return RegisterAnswer(reasons=(Reason.NO_REGISTER(),))
    case = look_up(query, index_of(register), on)
    answer = _judge(case)
    return replace(
        answer,
        as_of=register.as_of,
        snapshot=register.snapshot,
        stale=register.is_stale(on=on),
        nearest=nearest_of(case.compared, contacts=case.known_contacts, decided=_decided(case)),
    )


def _decided(case: Case) -> dict[int, str]:
    """What people decided about this name, by the entry's position; the confirmed first."""
    decisions = case.decisions
    words = [(one, Reason.DECIDED_BELONGS) for one in (*decisions.confirmed, *decisions.hedged)]
    words += [(one, Reason.DECIDED_DENIED) for one in decisions.denied]
    return {one.indexed.position: reason(decided=one.said) for one, reason in words if one.indexed}


def _judge(case: Case) -> RegisterAnswer:
    for rule in (_by_identifier, _by_licence, _by_distance, _by_decision, _by_name, _by_owner, _by_contact):
        answer = rule(case)
        if answer is not None:
            return answer
    if (case.pib or case.mb) and not case.index.knows_identifiers and not case.name.parsed.has(Role.OWN):
        return _ambiguous((), Reason.ONLY_NUMBER())
    if case.name.parsed.says_something or case.pib or case.mb:
        return RegisterAnswer(verdict=Verdict.NOT_FOUND, reasons=_why_not_found(case))
    return RegisterAnswer(verdict=Verdict.UNIDENTIFIED, reasons=(Reason.NOBODY_NAMED(),))


def _why_not_found(case: Case) -> tuple[str, ...]:
    denied = [Reason.DECIDED_OTHER_ENTRY(decided=one.said, entry=one.alias.entry.name) for one in case.decisions.denied]
    if denied:
        return tuple(denied)
    if case.unknown_identifier and case.index.knows_identifiers:
        return (Reason.NO_SUCH_NUMBER(),)
    foreign = next((found.foreign for found in case.compared if found.foreign and found.fit >= Fit.EXTENDED), None)
    if foreign:
        return (Reason.FOREIGN_COMPANY(country=foreign),)
    return (Reason.NO_SUCH_NAME(),)


def _by_identifier(case: Case) -> RegisterAnswer | None:
    by_pib = case.index.by_identifier.get(f"pib:{case.pib}", ()) if case.pib else ()
    by_mb = case.index.by_identifier.get(f"mb:{case.mb}", ()) if case.mb else ()
    if by_pib and by_mb and not set(by_pib) & set(by_mb):
        return _ambiguous((*by_pib, *by_mb), Reason.TWO_ENTRIES())
    hits = tuple(entry for entry in by_pib if entry in by_mb) or by_pib or by_mb
    if not hits:
        return None
    against = _against_number(case, hits)
    return against or _entry_answer(case, newest(hits), 1.0, ((Reason.SAME_PIB if by_pib else Reason.SAME_MB)(),))


def _against_number(case: Case, hits: tuple[IndexedEntry, ...]) -> RegisterAnswer | None:
    """What speaks against the entry of that number: people's decisions, its other number, the name of another."""
    owner = newest(hits)
    if denial := case.decisions.denies(owner):
        return _ambiguous(hits, Reason.DECIDED_NUMBER(decided=denial.said))
    if others := _confirmed_for_others(case, hits):
        reason = Reason.NUMBER_CONFIRMED(entry=owner.entry.name, other=others[0].alias.entry.name)
        return _ambiguous((*hits, *_entries_of(others)), reason)
    if _contradicts_identifier(case, owner.entry):
        return _ambiguous(hits, Reason.NOT_ONE_ENTRY())
    same_name = [found.indexed for found in _sound(case) if found.fit is Fit.FULL and not found.slips]
    if same_name and not set(same_name) & set(hits):
        reason = Reason.NUMBER_NAME(entry=owner.entry.name, other=same_name[0].entry.name)
        return _ambiguous((*hits, *same_name), reason)
    return None


def _confirmed_for_others(case: Case, hits: Iterable[IndexedEntry]) -> tuple[DecidedName, ...]:
    """Decisions that the name is that of other entries; none where it was confirmed for one of these."""
    return () if any(case.decisions.confirms(hit) for hit in hits) else case.decisions.confirmed


def _entries_of(decided: Iterable[DecidedName]) -> list[IndexedEntry]:
    return [one.indexed for one in decided if one.indexed]


def _by_licence(case: Case) -> RegisterAnswer | None:
    if not case.query.licence:
        return None
    hits = case.index.by_identifier.get(f"licence:{licence_key(case.query.licence)}", ())
    if not hits:
        return None
    if case.unknown_identifier:
        return _ambiguous(hits, Reason.LICENCE_NO_NUMBER())
    others = _confirmed_for_others(case, hits)
    fitting = [found.indexed for found in _sound(case) if found.indexed in hits and not others]
    fitting += [hit for hit in hits if case.decisions.confirms(hit)]
    if fitting:
        return _entry_answer(case, fitting[0], 1.0, (Reason.SAME_LICENCE(), Reason.SAME_NAME()))
    return _ambiguous((*hits, *_entries_of(others)), Reason.LICENCE_NO_NAME())


def _by_distance(case: Case) -> RegisterAnswer | None:
    """Partners, former partners and those who say they are no agency."""
    if not case.name.parsed.has(Role.DISTANCE):
        return None
    named = [found.indexed for found in case.compared if found.fit >= Fit.EXTENDED and not found.slips]
    if len(named) > 1:
        return _ambiguous(named, Reason.PARTNERS())
    reason = (Reason.PARTNER if named else Reason.NO_SUCH_NAME)()
    return RegisterAnswer(verdict=Verdict.NOT_FOUND, reasons=(reason,))


def _by_decision(case: Case) -> RegisterAnswer | None:
    """What a person confirmed about this name: the entry's answer, unless something speaks against it."""
    confirmed, hedged = case.decisions.confirmed, case.decisions.hedged
    if not confirmed and not hedged:
        return None
    entries = _entries_of((*confirmed, *hedged))
    if len(confirmed) + len(hedged) > 1:
        return _ambiguous(entries, Reason.DECIDED_SEVERAL())
    only = (*confirmed, *hedged)[0]
    if only.indexed is None:
        return _without_its_entry(case, only)
    if hedged:
        return _ambiguous(entries, Reason.DECIDED_HEDGED(decided=only.said))
    return _confirmed_answer(case, only, only.indexed)


def _confirmed_answer(case: Case, decided: DecidedName, indexed: IndexedEntry) -> RegisterAnswer:
    namesakes = [found.indexed for found in _undenied(case) if _is_certain(case, found) and found.indexed != indexed]
    if namesakes:
        reason = Reason.DECIDED_NAMESAKE(other=namesakes[0].entry.name, entry=indexed.entry.name)
        return _ambiguous((indexed, *namesakes), reason)
    if case.pib or case.mb:
        # Had an entry that number, the number would have decided.
        return _ambiguous([indexed], Reason.DECIDED_NO_NUMBER(decided=decided.said))
    return _entry_answer(
        case, indexed, 1.0, (Reason.DECIDED_BELONGS(decided=decided.said), *_strange_contact(case, indexed))
    )


def _without_its_entry(case: Case, decided: DecidedName) -> RegisterAnswer:
    """The confirmed entry is gone: whoever else the name may fit, nobody is passed as registered on it."""
    reason = Reason.DECIDED_GONE(decided=decided.said, entry=decided.alias.entry.name)
    for rule in (_by_name, _by_owner, _by_contact):
        if answer := rule(case):
            return replace(answer, verdict=Verdict.AMBIGUOUS, reasons=(reason, *answer.reasons))
    return RegisterAnswer(verdict=Verdict.NOT_FOUND, reasons=(reason,))


def _sound(case: Case) -> list[Comparison]:
    return [found for found in _undenied(case) if found.fit in SOUND and not found.foreign]


def _undenied(case: Case) -> list[Comparison]:
    """Without the entries of which a person said that the name is not theirs."""
    return [found for found in case.compared if not case.decisions.denies(found.indexed)]


def _by_name(case: Case) -> RegisterAnswer | None:
    certain = _told_apart(case, [found for found in _undenied(case) if _is_certain(case, found)])
    if len(certain) == 1:
        return _certain_answer(case, certain[0])
    doubtful = certain or [found for found in _undenied(case) if _is_doubtful(case, found)]
    if not doubtful:
        return None
    return _ambiguous([found.indexed for found in doubtful], _doubt(case, doubtful), score=doubtful[0].score)


def _certain_answer(case: Case, found: Comparison) -> RegisterAnswer:
    answer = _entry_answer(case, found.indexed, found.score, _why_same(case, found))
    if answer.verdict is Verdict.REGISTERED and (case.pib or case.mb) and not case.index.knows_identifiers:
        return _ambiguous([found.indexed], Reason.NO_NUMBERS())
    return answer


def _why_same(case: Case, found: Comparison) -> tuple[str, ...]:
    return (*reasons_of(found, case.known_contacts), *_strange_contact(case, found.indexed))


def _strange_contact(case: Case, indexed: IndexedEntry) -> tuple[str, ...]:
    """A warning where the register states another contact than the ad."""
    entry = indexed.entry
    states_other = (case.query.phones and entry.phones) or (case.query.emails and entry.email)
    if indexed.position in case.known_contacts or not states_other:
        return ()
    return (Reason.STRANGE_CONTACT(),)


def _is_certain(case: Case, found: Comparison) -> bool:
    if found.foreign or found.other_form or _contradicts_identifier(case, found.indexed.entry):
        return False
    # What only a name leaves open, a contact that the register states for the entry may settle.
    if not case.is_borne_out(found.indexed) and _is_loose(case, found):
        return False
    if found.fit not in SOUND and not _is_plain_part(case, found):
        return False
    return not found.slips or (_is_plausible(case, found) and not case.unknown_identifier)


def _is_loose(case: Case, found: Comparison) -> bool:
    forms = case.name.parsed.forms
    return bool(
        found.fit not in SOUND
        or found.other_town
        or (found.indexed.is_person and not forms)
        or (LegalForm.TRANSLATED in forms and not found.same_town)
    )


def _is_plain_part(case: Case, found: Comparison) -> bool:
    """Some of the entry's own words, and nothing that may make them another name."""
    strange = found.slips or found.other_town or found.other_form or found.added
    return found.fit is Fit.PART and not (strange or case.unknown_identifier or case.name.parsed.forms)


def _contradicts_identifier(case: Case, entry: RegisterEntry) -> bool:
    other_pib = bool(case.pib and entry.pib and case.pib != entry.pib)
    return other_pib or bool(case.mb and entry.mb and case.mb != entry.mb)


def _is_plausible(case: Case, found: Comparison) -> bool:
    """The slip alone, or with what supports it, leaves no other word."""
    known_contact = case.is_borne_out(found.indexed)
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
    if found.fit is Fit.PART:
        return _is_plain_part(case, found)
    strange = bool(found.other_town or found.other_form or found.added)
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
    return lambda found: found.indexed.position in case.known_contacts


def _shares_town(found: Comparison) -> bool:
    return found.same_town


def _names_owner(found: Comparison) -> bool:
    return found.owner_named


def _is_full(found: Comparison) -> bool:
    # One word alone is no full name: it may be short for either.
    return found.fit is Fit.FULL and len(found.indexed.brand) > 1


def _doubt(case: Case, doubtful: list[Comparison]) -> str:
    if len(doubtful) > 1:
        return Reason.SEVERAL()
    if _contradicts_identifier(case, doubtful[0].indexed.entry):
        return Reason.OTHER_NUMBER()
    reasons = Joined(", ", reasons_of(doubtful[0], case.known_contacts))
    return Reason.FOREIGN_CONTACT(why=reasons) if case.names_another(doubtful[0].indexed) else reasons


def _by_owner(case: Case) -> RegisterAnswer | None:
    owners = [found.indexed for found in _undenied(case) if found.names_only_owner]
    return _ambiguous(owners, Reason.OWNER_ALONE()) if owners else None


def _by_contact(case: Case) -> RegisterAnswer | None:
    entries = [found.indexed for found in case.compared if found.indexed.position in case.known_contacts]
    return _ambiguous(entries, Reason.CONTACT_ALONE()) if entries else None


def _ambiguous(entries: Iterable[IndexedEntry], reason: str, *, score: float = 0.5) -> RegisterAnswer:
    names = {indexed.position: indexed.entry.name for indexed in entries}
    only = next(iter(names.values())) if len(names) == 1 else None
    return RegisterAnswer(verdict=Verdict.AMBIGUOUS, entry=only, score=score, reasons=(reason,))


def _entry_answer(case: Case, indexed: IndexedEntry, score: float, reasons: tuple[str, ...]) -> RegisterAnswer:
    """The entry's answer of that day; open where a contact of the ad is that of another entry."""
    if case.names_another(indexed):
        return _ambiguous([indexed], Reason.FOREIGN_CONTACT(why=Joined(", ", reasons)))
    if indexed.entry.is_unreadable():
        reasons = (*reasons, Reason.UNREADABLE())
    return RegisterAnswer(
        verdict=verdict_of(indexed.entry, on=case.on), entry=indexed.entry.name, score=score, reasons=reasons
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
