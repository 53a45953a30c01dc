"""What changed between two snapshots of the register: which agencies came, went, lost or regained their licence.

Pure. An agency is known again by PIB, matični broj, licence number and name; where that leaves two to choose from,
nothing is guessed: the entry counts as removed and the other as added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crawler.assessment import Verdict
from crawler.register import Register, RegisterEntry
from pipelines.register.index import are_namesakes, licence_key, name_identity
from pipelines.register.matching import verdict_of
from pipelines.text.folding import fold_key

LOST = frozenset({Verdict.EXPIRED, Verdict.REVOKED})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One thing the register states differently now. None: not stated."""

    field: str
    """Name of a field of RegisterEntry."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class AgencyChange:
    """An agency of both snapshots."""

    before: RegisterEntry
    after: RegisterEntry
    fields: tuple[FieldChange, ...]
    """Without differences of script, case, signs and row number."""


@dataclass(frozen=True, slots=True)
class RegisterDifferences:
    """From one snapshot to another. A group says one thing about an agency, so an agency may stand in several."""

    before: Register
    after: Register
    before_on: date
    on: date
    added: tuple[RegisterEntry, ...] = ()
    removed: tuple[RegisterEntry, ...] = ()
    expired: tuple[AgencyChange, ...] = ()
    """Run out by `on`, and not yet by `before_on`."""
    revoked: tuple[AgencyChange, ...] = ()
    restored: tuple[AgencyChange, ...] = ()
    """Valid again: it had run out or was revoked."""
    renewed: tuple[AgencyChange, ...] = ()
    """Valid in both, and longer now."""
    changed: tuple[AgencyChange, ...] = ()
    """Some field differs."""

    @property
    def counts(self) -> dict[str, int]:
        """How many agencies each group holds."""
        return {group: len(getattr(self, group)) for group in GROUPS}

    @property
    def is_empty(self) -> bool:
        """Nothing differs."""
        return not any(self.counts.values())


GROUPS = ("added", "removed", "expired", "revoked", "restored", "renewed", "changed")

Key = object
"""What an agency may be known by; None where the entry does not state it."""


def differences(
    before: Register, after: Register, *, before_on: date | None = None, on: date | None = None
) -> RegisterDifferences:
    """What changed. Licences are judged on these days, by default those of the snapshots."""
    before_on, on = before_on or before.as_of, on or after.as_of
    pairs = _known_again(before.entries, after.entries)
    known = set(pairs.values())
    both = [
        AgencyChange(entry, after.entries[pairs[at]], changed_fields(entry, after.entries[pairs[at]]))
        for at, entry in enumerate(before.entries)
        if at in pairs
    ]
    turns = [(change, verdict_of(change.before, on=before_on), verdict_of(change.after, on=on)) for change in both]
    return RegisterDifferences(
        before=before,
        after=after,
        before_on=before_on,
        on=on,
        added=tuple(entry for at, entry in enumerate(after.entries) if at not in known),
        removed=tuple(entry for at, entry in enumerate(before.entries) if at not in pairs),
        expired=tuple(one for one, was, now in turns if now is Verdict.EXPIRED is not was),
        revoked=tuple(one for one, was, now in turns if now is Verdict.REVOKED is not was),
        restored=tuple(one for one, was, now in turns if now is Verdict.REGISTERED and was in LOST),
        renewed=tuple(one for one, was, now in turns if was is now is Verdict.REGISTERED and _runs_longer(one)),
        changed=tuple(one for one in both if one.fields),
    )


def _runs_longer(change: AgencyChange) -> bool:
    before, after = change.before.valid_until, change.after.valid_until
    return bool(before and after and after > before)


def changed_fields(before: RegisterEntry, after: RegisterEntry) -> tuple[FieldChange, ...]:
    """What one agency's entry states differently."""
    found = ((name, getattr(before, name), getattr(after, name)) for name in COMPARED)
    return tuple(FieldChange(name, was, now) for name, was, now in found if COMPARED[name](was) != COMPARED[name](now))


def _plain(text: str | None) -> Key:
    """Letters and digits only, without script and case."""
    return "".join(sign for sign in fold_key(text or "") if sign.isalnum())


def _as_it_is(value: Key) -> Key:
    return value


COMPARED: dict[str, Callable[[Any], Key]] = {
    "name": _plain,
    "seat": _plain,
    "address": _plain,
    "phones": frozenset,
    "email": _plain,
    "licence_number": _plain,
    "licence_date": _as_it_is,
    "valid_until": _as_it_is,
    "status": _as_it_is,
    "pib": _as_it_is,
    "mb": _as_it_is,
}
"""Fields that say something about an agency, and what of them counts."""


def _known_again(before: Sequence[RegisterEntry], after: Sequence[RegisterEntry]) -> dict[int, int]:
    """Positions in `before` -> the same agency's in `after`."""
    pairs = _unchanged(before, after)
    for key_of in (_pib, _mb, _licence_and_name, name_identity, _licence, _name_without_seat):
        here, there = _alone(before, key_of), _alone(after, key_of)
        taken = set(pairs.values())
        for key, at in here.items():
            to = there.get(key)
            if to is None or at in pairs or to in taken or are_namesakes(before[at], after[to]):
                continue
            pairs[at] = to
    return pairs


def _unchanged(before: Sequence[RegisterEntry], after: Sequence[RegisterEntry]) -> dict[int, int]:
    """Entries that are the same to the letter, whatever their row; of twins the first is the first."""
    waiting: dict[RegisterEntry, list[int]] = {}
    for at, entry in enumerate(after):
        waiting.setdefault(replace(entry, number=None), []).append(at)
    pairs = {}
    for at, entry in enumerate(before):
        if same := waiting.get(replace(entry, number=None)):
            pairs[at] = same.pop(0)
    return pairs


def _alone(entries: Iterable[RegisterEntry], key_of: Callable[[RegisterEntry], Key]) -> dict[Key, int]:
    """The keys that only one entry of the whole snapshot has, and its position."""
    keys = [key_of(entry) for entry in entries]
    times = Counter(keys)
    return {key: at for at, key in enumerate(keys) if key is not None and times[key] == 1}


def _pib(entry: RegisterEntry) -> Key:
    return entry.pib


def _mb(entry: RegisterEntry) -> Key:
    return entry.mb


def _licence(entry: RegisterEntry) -> Key:
    # After the names: a list whose numbers are those of its rows would shift every agency to its neighbour.
    return licence_key(entry.licence_number) if entry.licence_number else None


def _licence_and_name(entry: RegisterEntry) -> Key:
    return (_licence(entry), *name_identity(entry)) if entry.licence_number else None


def _name_without_seat(entry: RegisterEntry) -> Key:
    """An agency that moved; the town is no part of this key, and two of that name in the list make it worthless."""
    brand, _, *rest = name_identity(entry)
    return (brand, *rest) if brand else None
