"""Changing a kept draft: the change becomes its next version, with person and time; earlier versions stay.

What can be changed is told by `alerts.editing`. An approved text is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection

from alerts.cases import CaseState
from alerts.editing import (
    DraftChanges,
    Passage,
    ProvisionState,
    changed_draft,
    edit_passage,
    passages_of,
    provision_states,
    restored,
    switch_provision,
)
from alerts.facts import DraftFacts
from alerts.law import built_in_law
from alerts.laying import STILL_DRAFTABLE
from alerts.version_words import ProvisionWords, VersionWords
from crawler.errors import UsageError
from crawler.store.approvals import standing_approvals
from crawler.store.cases import hold_cases, read_case
from crawler.store.drafts import DraftRow, change_draft, drafts_of_case
from pipelines.text.sentences import Joined


def read_provisions(connection: Connection, case_id: int, recipient: str | None) -> tuple[ProvisionState, ...]:
    """All provisions, and whether the draft cites them. Raises UsageError where it is not clear which draft."""
    return provision_states(_facts(_draft(connection, case_id, recipient)), built_in_law())


def read_passages(connection: Connection, case_id: int, recipient: str | None) -> tuple[Passage, ...]:
    """The draft's passages. Raises UsageError where it is not clear which draft."""
    return passages_of(_facts(_draft(connection, case_id, recipient)))


def change_provisions(
    connection: Connection,
    case_id: int,
    recipient: str | None,
    *,
    on: Collection[str],
    off: Collection[str],
    person: str,
    now: datetime,
) -> int:
    """Switches provisions of the draft and returns the number of its new version.

    Raises UsageError for an unknown draft or provision, one that is switched so already, or an approved text.
    """
    switches = [(provision_id, True) for provision_id in on] + [(provision_id, False) for provision_id in off]

    def changed(facts: DraftFacts) -> DraftFacts:
        for provision_id, is_on in switches:
            facts = switch_provision(facts, built_in_law(), provision_id, on=is_on, person=person, now=now)
        return facts

    return _change(connection, case_id, recipient, changed, person=person, note=_switched(switches), now=now)


def change_passage(
    connection: Connection,
    case_id: int,
    recipient: str | None,
    number: int,
    text: str | None,
    *,
    person: str,
    now: datetime,
) -> int:
    """Words a passage of the draft anew (None: as the template does) and returns the number of its new version.

    Raises UsageError for an unknown draft or passage, words of the ad that would change, or an approved text.
    """

    def changed(facts: DraftFacts) -> DraftFacts:
        return edit_passage(facts, number, text, person=person, now=now)

    words = VersionWords.PASSAGE if text is not None else VersionWords.PASSAGE_BACK
    note = words(number=str(number))
    return _change(connection, case_id, recipient, changed, person=person, note=note, now=now)


def change_draft_by(
    connection: Connection,
    case_id: int,
    recipient: str,
    changes: DraftChanges,
    *,
    seen: int,
    person: str,
    now: datetime,
) -> int:
    """Makes all of the changes one new version of the draft; returns its number, or `seen` where nothing changes.

    Raises UsageError as `change_passage` and `change_provisions` do, or where `seen` is no longer the newest version.
    """
    draft = require_version(connection, case_id, recipient, seen)
    before = _facts(draft)
    after = changed_draft(before, built_in_law(), changes, person=person, now=now)
    if after == before:
        return seen
    _require_changeable(connection, draft)
    return change_draft(connection, draft, after.to_json(), person=person, note=_told(before, after), now=now)


def restore_passages(connection: Connection, case_id: int, recipient: str | None, *, person: str, now: datetime) -> int:
    """Puts every passage back as the template words it and returns the number of the new version.

    Raises UsageError for an unknown draft, one that nobody worded anew, or an approved text.
    """
    return _change(connection, case_id, recipient, restored, person=person, note=VersionWords.AS_TEMPLATE(), now=now)


def require_version(connection: Connection, case_id: int, recipient: str, seen: int) -> DraftRow:
    """The case's draft to the recipient. Raises UsageError where its newest version is not the one seen."""
    draft = _draft(connection, case_id, recipient)
    if draft.version != seen:
        raise UsageError(f"the draft to `{recipient}` was changed by somebody else meanwhile; look at it again")
    return draft


def is_approved(connection: Connection, draft: DraftRow) -> bool:
    """Whether this very version stands approved."""
    approved = standing_approvals(connection, draft.case_id)
    return (draft.recipient, draft.version) in {(one.recipient, one.version) for one in approved}


def _told(before: DraftFacts, after: DraftFacts) -> str:
    """What changed, for the list of versions."""
    old, new = set(before.edits), set(after.edits)
    numbers = [passage.number for passage in passages_of(before) if passage.original in {e.original for e in old ^ new}]
    parts: list[str] = [VersionWords.PASSAGES(numbers=", ".join(map(str, numbers)))] if numbers else []
    known = set(before.choices)
    if switches := [(choice.id, choice.is_on) for choice in after.choices if choice not in known]:
        parts.append(_switched(switches))
    return "; ".join(parts)


def _switched(switches: Iterable[tuple[str, bool]]) -> str:
    told = ((ProvisionWords.ON if is_on else ProvisionWords.OFF)(provision=one) for one, is_on in switches)
    return VersionWords.PROVISIONS(provisions=Joined(", ", told))


def _change(
    connection: Connection,
    case_id: int,
    recipient: str | None,
    change: Callable[[DraftFacts], DraftFacts],
    *,
    person: str,
    note: str,
    now: datetime,
) -> int:
    draft = _draft(connection, case_id, recipient)
    _require_changeable(connection, draft)
    facts = change(_facts(draft))
    return change_draft(connection, draft, facts.to_json(), person=person, note=note, now=now)


def _require_changeable(connection: Connection, draft: DraftRow) -> None:
    """Raises UsageError where the text is approved as it is, or the case is past drafting."""
    if is_approved(connection, draft):
        raise UsageError(f"this text is approved; `adwatch cases withdraw {draft.case_id}` before it is changed")
    states = (*STILL_DRAFTABLE, CaseState.APPROVED)
    if not hold_cases(connection, [draft.case_id], states=states):
        raise UsageError(f"case {draft.case_id} is {read_case(connection, draft.case_id).state}; its drafts stay")


def _draft(connection: Connection, case_id: int, recipient: str | None) -> DraftRow:
    read_case(connection, case_id)
    found = [draft for draft in drafts_of_case(connection, case_id) if recipient in (None, draft.recipient)]
    if not found:
        to = f" to `{recipient}`" if recipient else ""
        raise UsageError(f"case {case_id} has no draft{to}; `adwatch draft {case_id}` makes one")
    if len(found) > 1:
        names = ", ".join(draft.recipient for draft in found)
        raise UsageError(f"case {case_id} has drafts to several; name one with --recipient: {names}")
    return found[0]


def _facts(draft: DraftRow) -> DraftFacts:
    return DraftFacts.from_json(draft.facts)
