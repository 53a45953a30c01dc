"""What legal staff change about one draft: provisions switched on or off, passages worded anew. Pure.

Every change leaves the facts as they were and gives new ones, which the store keeps as the draft's next version.
Words of the ad stay the ad's words: a passage that quotes it is worded anew around the quote only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from alerts.document import BlockKind, Verbatim
from alerts.drafting import template_document
from alerts.facts import CitedProvision, DraftFacts, EditedPassage, ProvisionChoice
from alerts.law import Law, Part, Provision, ProvisionStatus
from alerts.passages import EDITABLE, body_of
from alerts.script import Script, printable, storable, to_script
from alerts.stating import cite
from crawler.errors import UsageError

LONGEST_PASSAGE = 4000
PARTS = {part: "provisions" if part is Part.BASIS else f"{part}_provisions" for part in Part}
"""The field of the facts that each part of a draft cites from."""


class EditRefusal(StrEnum):
    """Why a passage cannot be worded so."""

    UNKNOWN = "unknown"
    """There is no passage of that number."""
    EMPTY = "empty"
    TOO_LONG = "too_long"
    QUOTE = "quote"
    """Words of the ad would change."""
    SAME = "same"


class EditRefusedError(UsageError):
    """A passage that cannot be worded so, with the reason as a code."""

    def __init__(self, reason: EditRefusal, number: int, message: str, *, quote: str = "") -> None:
        """Keeps the reason, the passage's number and, where it is one, the quote that would change."""
        super().__init__(message)
        self.reason = reason
        self.number = number
        self.quote = quote


@dataclass(frozen=True, slots=True)
class DraftChanges:
    """What a person wants a draft to be like; what is so already changes nothing."""

    passages: Mapping[int, str | None] = field(default_factory=dict)
    """By number, as the draft counts them before the change: the words; None: as the template words it."""
    provisions: Mapping[str, bool] = field(default_factory=dict)
    """By id: whether it is cited."""


@dataclass(frozen=True, slots=True)
class ProvisionState:
    """One provision of the law, and whether the draft cites it."""

    provision: Provision
    citation: str
    part: Part
    is_on: bool
    choice: ProvisionChoice | None
    """What a person chose; None: as the rules chose."""

    @property
    def is_confirmed(self) -> bool:
        """Whether legal staff may rely on it as it stands in the data."""
        return self.provision.status is ProvisionStatus.CONFIRMED


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph or list item that can be worded anew."""

    number: int
    """From 1, in the order of the document."""
    original: str
    edit: EditedPassage | None
    is_quote: bool = False
    """It is a line of the ad, and nothing else."""
    heading: str = ""
    """Of the part of the document that it stands in."""

    @property
    def text(self) -> str:
        """As the draft says it now, in Latin script."""
        return self.edit.text if self.edit else self.original


def provision_states(facts: DraftFacts, law: Law) -> tuple[ProvisionState, ...]:
    """All provisions of the law, those that the draft cites first, in the order in which it does."""
    cited = {provision_id: part for part in PARTS for provision_id in _ids(facts, part)}
    choices = {choice.id: choice for choice in facts.choices}
    by_id = {provision.id: provision for provision in law.provisions}
    ordered = [
        *(provision_id for provision_id in cited if provision_id in by_id),
        *(i for i in by_id if i not in cited),
    ]
    return tuple(
        ProvisionState(
            provision=by_id[provision_id],
            citation=law.citation(by_id[provision_id]),
            part=cited.get(provision_id) or _part_of(law, provision_id),
            is_on=provision_id in cited,
            choice=choices.get(provision_id),
        )
        for provision_id in ordered
    )


def switch_provision(
    facts: DraftFacts, law: Law, provision_id: str, *, on: bool, person: str, now: datetime
) -> DraftFacts:
    """The facts with the provision cited, or not cited. Raises UsageError where there is none, or it is so already."""
    known = {provision.id for provision in law.provisions}
    if provision_id not in known:
        raise UsageError(f"there is no provision `{provision_id}`; `adwatch cases provisions` lists them")
    if on == any(provision_id in _ids(facts, part) for part in PARTS):
        raise UsageError(f"provision `{provision_id}` is {'on' if on else 'off'} already")
    return _switched(facts, law, ProvisionChoice(provision_id, on, person, now))


def passages_of(facts: DraftFacts) -> tuple[Passage, ...]:
    """What can be worded anew, with what was."""
    edits = {edit.original: edit for edit in facts.edits}
    lines = {printable(line) for line in _ad_lines(facts)}
    found: list[Passage] = []
    heading = ""
    for block in template_document(facts, Script.LATN).blocks:
        if block.kind is BlockKind.HEADING:
            heading = block.text
        elif block.kind in EDITABLE:
            body = body_of(block)
            found.append(Passage(len(found) + 1, body, edits.get(body), body in lines, heading))
    return tuple(found)


def lost_edits(facts: DraftFacts) -> tuple[EditedPassage, ...]:
    """Edits whose passage the draft no longer has, because its facts are others."""
    there = {passage.original for passage in passages_of(facts)}
    return tuple(edit for edit in facts.edits if edit.original not in there)


def edit_passage(facts: DraftFacts, number: int, text: str | None, *, person: str, now: datetime) -> DraftFacts:
    """The facts with the passage worded anew; with None as the template words it.

    Raises UsageError where there is no such passage, nothing changes, or the ad's own words would be changed.
    """
    passage = next((one for one in passages_of(facts) if one.number == number), None)
    if passage is None:
        message = f"there is no passage {number}; `adwatch cases text` numbers them"
        raise EditRefusedError(EditRefusal.UNKNOWN, number, message)
    new = passage.original if text is None else _checked(passage, text, facts)
    if new == passage.text:
        raise EditRefusedError(EditRefusal.SAME, number, f"passage {number} reads so already")
    return _edited(facts, passage, new, person, now)


def changed_draft(facts: DraftFacts, law: Law, changes: DraftChanges, *, person: str, now: datetime) -> DraftFacts:
    """The facts with all of the changes; the very same where they change nothing.

    Raises UsageError as `edit_passage` and `switch_provision` do.
    """
    # All by the numbers that the person saw: a provision that is switched shifts them.
    passages = {passage.number: passage for passage in passages_of(facts)}
    for number, text in changes.passages.items():
        passage = passages.get(number)
        if passage is None or _wanted(passage, text) != passage.text:
            facts = edit_passage(facts, number, text, person=person, now=now)
    for provision_id, is_on in changes.provisions.items():
        if is_on != any(provision_id in _ids(facts, part) for part in PARTS):
            facts = switch_provision(facts, law, provision_id, on=is_on, person=person, now=now)
    return facts


def restored(facts: DraftFacts) -> DraftFacts:
    """The facts with every passage as the template words it. Raises UsageError where they are so already."""
    if not facts.edits:
        raise UsageError("no passage was worded anew")
    return replace(facts, edits=())


def carry_over(facts: DraftFacts, previous: DraftFacts, law: Law) -> DraftFacts:
    """New facts with what people chose and wrote in the version before, as far as it still fits."""
    known = {provision.id for provision in law.provisions}
    for choice in previous.choices:
        if choice.id in known:
            facts = _switched(facts, law, choice)
    there = {passage.original for passage in passages_of(facts)}
    return replace(facts, edits=tuple(edit for edit in previous.edits if edit.original in there))


def _edited(facts: DraftFacts, passage: Passage, new: str, person: str, now: datetime) -> DraftFacts:
    others = tuple(edit for edit in facts.edits if edit.original != passage.original)
    if new == passage.original:
        return replace(facts, edits=others)
    return replace(facts, edits=(*others, EditedPassage(passage.original, new, person, now)))


def _wanted(passage: Passage, text: str | None) -> str:
    """The words as they are kept: on one line, nothing that cannot be shown, our own in Latin script."""
    if text is None:
        return passage.original
    as_it_was = set(passage.original.split())
    words = printable(storable(text)).split()
    return " ".join(word if word in as_it_was else to_script(word, Script.LATN) for word in words)


def _checked(passage: Passage, text: str, facts: DraftFacts) -> str:
    new = _wanted(passage, text)
    if not new or len(new) > LONGEST_PASSAGE:
        reason = EditRefusal.TOO_LONG if new else EditRefusal.EMPTY
        raise EditRefusedError(reason, passage.number, f"a passage has 1 to {LONGEST_PASSAGE} characters")
    for quote in _quotes(facts):
        if quote in passage.original and quote not in new:
            message = f"passage {passage.number} quotes the ad; its words stay as they are: {quote}"
            raise EditRefusedError(EditRefusal.QUOTE, passage.number, message, quote=quote)
    return new


def _quotes(facts: DraftFacts) -> Iterator[Verbatim]:
    yield from (statement.quote for statement in facts.statements if statement.quote)
    yield from _ad_lines(facts)


def _ad_lines(facts: DraftFacts) -> Iterator[Verbatim]:
    yield from facts.ad_lines
    yield from (line for picture in facts.picture_texts for line in picture.lines)


def _switched(facts: DraftFacts, law: Law, choice: ProvisionChoice) -> DraftFacts:
    cited_in = next((part for part in PARTS if choice.id in _ids(facts, part)), None)
    part = cited_in or _part_of(law, choice.id)
    ids = [provision_id for provision_id in _ids(facts, part) if provision_id != choice.id]
    if choice.is_on:
        ids.append(choice.id)
    choices = (*(other for other in facts.choices if other.id != choice.id), choice)
    set_aside = tuple(one for one in facts.set_aside if one.id != choice.id)
    cited = {PARTS[part]: _cited(facts, law, part, ids)}
    return replace(facts, choices=choices, set_aside=set_aside, **cited)  # type: ignore[arg-type]


def _cited(facts: DraftFacts, law: Law, part: Part, ids: Iterable[str]) -> tuple[CitedProvision, ...]:
    """In the order of the rules. What the data no longer hold stays as the draft cites it."""
    by_id = {provision.id: provision for provision in law.provisions}
    gone = (one for one in getattr(facts, PARTS[part]) if one.id not in by_id)
    place = {provision_id: number for number, provision_id in enumerate(_order(law, part))}
    ordered = sorted((i for i in ids if i in by_id), key=lambda i: place.get(i, len(place)))
    return (*gone, *cite(law, [by_id[provision_id] for provision_id in ordered]))


def _order(law: Law, part: Part) -> list[str]:
    cited = (provision_id for rule in law.rules if rule.part is part for provision_id in rule.cite)
    return list(dict.fromkeys(cited))


def _part_of(law: Law, provision_id: str) -> Part:
    return next((part for part in PARTS if provision_id in _order(law, part)), Part.BASIS)


def _ids(facts: DraftFacts, part: Part) -> list[str]:
    cited: tuple[CitedProvision, ...] = getattr(facts, PARTS[part])
    return [provision.id for provision in cited]
