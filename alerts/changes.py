"""What really changed about a case since people were told of it. Pure; the store and the case's state stand elsewhere.

Emoji, dates, counters, amounts and page lines are no change of a text: it is compared as copies are
(`pipelines.series.comparable`). A new copy is no change either, unless it names a contact that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from alerts.wording import wording
from crawler.store.cases import Candidate
from crawler.store.lives import CaseVersion
from pipelines.connections.mentions import ContactKind, Mention
from pipelines.life.differences import read_contacts
from pipelines.life.passages import Mark, changed_passages, compare_texts, words_of
from pipelines.series.comparable import make_comparable

LONGEST_QUOTE = 160
LEVELS = {"low": "nizak", "medium": "srednji", "high": "visok", "critical": "kritičan"}
VERDICTS = {
    None: "nije provereno",
    "registered": "važeća dozvola",
    "expired": "istekla dozvola",
    "revoked": "dozvola ne važi",
    "not_found": "nije pronađen",
    "ambiguous": "više sličnih upisa",
    "unidentified": "nije imenovan",
}
NEW_CONTACTS = {
    ContactKind.PHONE: "novi broj telefona",
    ContactKind.EMAIL: "nova adresa e-pošte",
    ContactKind.HANDLE: "nov nalog",
    ContactKind.ACCOUNT: "nov broj računa",
    ContactKind.DOMAIN: "nov domen",
    ContactKind.IMAGE: "nova slika",
}
DROPPED_CONTACTS = {
    ContactKind.PHONE: "nema više broja telefona",
    ContactKind.EMAIL: "nema više adrese e-pošte",
    ContactKind.HANDLE: "nema više naloga",
    ContactKind.ACCOUNT: "nema više broja računa",
    ContactKind.DOMAIN: "nema više domena",
    ContactKind.IMAGE: "nema više slike",
}


@dataclass(frozen=True)
class _Told:
    """One version with what it says, read when it is asked for."""

    found: CaseVersion

    @cached_property
    def wording(self) -> str:
        """As copies are compared."""
        return make_comparable(self.found.version.title, self.found.version.text).wording

    @cached_property
    def contacts(self) -> tuple[Mention, ...]:
        return read_contacts(self.found.version)

    @property
    def shown(self) -> str:
        return "\n".join(filter(None, (self.found.version.title, self.found.version.text)))


def judgement_changes(leading: Candidate) -> tuple[str, ...]:
    """How the case's level, the register's answer and the referral changed, in Serbian."""
    parts = []
    if leading.case_level and leading.level != leading.case_level:
        parts.append(f"nivo rizika: {LEVELS[leading.case_level]} → {LEVELS[leading.level]}")
    if leading.verdict != leading.case_verdict:
        parts.append(f"registar: {VERDICTS[leading.case_verdict]} → {VERDICTS[leading.verdict]}")
    named = {
        "upućivanje": set(leading.referral) - set(leading.case_referral),
        "više nema osnova za upućivanje": set(leading.case_referral) - set(leading.referral),
    }
    parts += [
        f"{what}: {', '.join(map(wording().of_trigger, sorted(codes)))}" for what, codes in named.items() if codes
    ]
    return tuple(parts)


def advert_changes(versions: Sequence[CaseVersion], known_at: datetime) -> tuple[str, ...]:
    """How the case's ads changed against what was judged by then, in Serbian: texts first, then contacts."""
    known = [_Told(one) for one in versions if one.first_judged <= known_at]
    new = [_Told(one) for one in versions if one.first_judged > known_at and one.is_current]
    if not (known and new):
        return ()
    return (*_texts(known, new, versions), *_contacts(known, new, versions))


def _texts(known: Sequence[_Told], new: Sequence[_Told], versions: Sequence[CaseVersion]) -> tuple[str, ...]:
    told = {one.wording for one in known}
    changed = []
    for edited in new:
        before = _before(edited, known, versions)
        if before and edited.wording not in told | {before.wording}:
            changed.append(f"izmenjen tekst: {_quoted_change(before, edited)}")
    return tuple(dict.fromkeys(changed))


def _before(edited: _Told, known: Sequence[_Told], versions: Sequence[CaseVersion]) -> _Told | None:
    """What the ad said when people were told of it, or when it came; None where it has only come."""
    ad_id = edited.found.version.ad_id
    if own := [one for one in known if one.found.version.ad_id == ad_id]:
        return own[-1]
    first = next(one for one in versions if one.version.ad_id == ad_id)
    return _Told(first) if first.version.id != edited.found.version.id else None


def _contacts(known: Sequence[_Told], new: Sequence[_Told], versions: Sequence[CaseVersion]) -> tuple[str, ...]:
    told = {mention for one in known for mention in one.contacts}
    come = _once(mention for one in new for mention in one.contacts if mention not in told)
    # By ad, what it said last when people were told of it.
    last = {one.found.version.ad_id: one for one in known}
    edited = [last[one.found.version.ad_id] for one in new if one.found.version.ad_id in last]
    standing = {mention for one in versions if one.is_current for mention in _Told(one).contacts} if edited else set()
    gone = _once(mention for one in edited for mention in one.contacts if mention not in standing)
    return (*_worded(NEW_CONTACTS, come), *_worded(DROPPED_CONTACTS, gone))


def _once(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Each once; not the domain of a mailbox that is named itself."""
    found = tuple(dict.fromkeys(mentions))
    mailboxes = {mention.value.rpartition("@")[2] for mention in found if mention.kind is ContactKind.EMAIL}
    return tuple(one for one in found if one.kind is not ContactKind.DOMAIN or one.value not in mailboxes)


def _worded(words: dict[ContactKind, str], mentions: Iterable[Mention]) -> tuple[str, ...]:
    return tuple(f"{words[kind]} {value}" if kind is not ContactKind.IMAGE else words[kind] for kind, value in mentions)


def _quoted_change(before: _Told, after: _Told) -> str:
    passages = changed_passages(compare_texts(before.shown, after.shown))
    marked = {"novo": words_of(passages, Mark.NEW), "nema više": words_of(passages, Mark.GONE)}
    return ", ".join(f"{what} „{_shortened(' … '.join(words))}“" for what, words in marked.items() if words)


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
