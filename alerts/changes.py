"""What really changed about a case since people were told of it. Pure; the store and the case's state stand elsewhere.

Emoji, dates, counters, amounts and page lines are no change of a text: it is compared as copies are
(`pipelines.series.comparable`). A new copy is no change either, unless it names a contact that nobody saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
from pipelines.text.sentences import Joined, Pattern, Sentence

LONGEST_QUOTE = 160


class LevelWords(Pattern):
    """Levels of risk, by their names."""

    LOW = "nizak"
    MEDIUM = "srednji"
    HIGH = "visok"
    CRITICAL = "kritičan"


class VerdictWords(Pattern):
    """Answers of the register, by their names."""

    UNCHECKED = "nije provereno"
    REGISTERED = "važeća dozvola"
    EXPIRED = "istekla dozvola"
    REVOKED = "dozvola ne važi"
    NOT_FOUND = "nije pronađen"
    AMBIGUOUS = "više sličnih upisa"
    UNIDENTIFIED = "nije imenovan"


class ChangeWords(Pattern):
    """What changed, each a part of a sentence."""

    LEVEL = "nivo rizika: %(level_before)s → %(level)s"
    VERDICT = "registar: %(verdict_before)s → %(verdict)s"
    REFERRAL = "upućivanje: %(triggers)s"
    NO_REFERRAL = "više nema osnova za upućivanje: %(triggers)s"
    REWORDED = "izmenjen tekst: novo „%(new)s“, nema više „%(gone)s“"
    MORE_TEXT = "izmenjen tekst: novo „%(new)s“"
    LESS_TEXT = "izmenjen tekst: nema više „%(gone)s“"
    OTHER_TEXT = "izmenjen tekst"
    NEW_PHONE = "novi broj telefona %(value)s"
    NEW_EMAIL = "nova adresa e-pošte %(value)s"
    NEW_HANDLE = "nov nalog %(value)s"
    NEW_ACCOUNT = "nov broj računa %(value)s"
    NEW_DOMAIN = "nov domen %(value)s"
    NEW_IMAGE = "nova slika"
    NO_PHONE = "nema više broja telefona %(value)s"
    NO_EMAIL = "nema više adrese e-pošte %(value)s"
    NO_HANDLE = "nema više naloga %(value)s"
    NO_ACCOUNT = "nema više broja računa %(value)s"
    NO_DOMAIN = "nema više domena %(value)s"
    NO_IMAGE = "nema više slike"


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
    parts: list[str] = []
    if leading.case_level and leading.level != leading.case_level:
        parts.append(ChangeWords.LEVEL(level_before=_level(leading.case_level), level=_level(leading.level)))
    if leading.verdict != leading.case_verdict:
        parts.append(
            ChangeWords.VERDICT(verdict_before=_verdict(leading.case_verdict), verdict=_verdict(leading.verdict))
        )
    named = {
        ChangeWords.REFERRAL: set(leading.referral) - set(leading.case_referral),
        ChangeWords.NO_REFERRAL: set(leading.case_referral) - set(leading.referral),
    }
    parts += [change(triggers=_triggers(codes)) for change, codes in named.items() if codes]
    return tuple(parts)


def words_in_changes() -> Mapping[str, Iterable[str]]:
    """By the places of `ChangeWords`: words of ours that stand there."""
    triggers = (*wording().triggers.values(), wording().other_trigger)
    before = {"level_before": LevelWords, "verdict_before": VerdictWords}
    return {**before, "level": LevelWords, "verdict": VerdictWords, "triggers": triggers}


def _level(level: str) -> Sentence:
    return LevelWords[level.upper()]()


def _verdict(verdict: str | None) -> Sentence:
    return VerdictWords[(verdict or "unchecked").upper()]()


def _triggers(codes: Iterable[str]) -> Joined:
    return Joined(", ", (Sentence(wording().of_trigger(code)) for code in sorted(codes)))


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
            changed.append(_reworded(before, edited))
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
    return (*_worded("NEW", come), *_worded("NO", gone))


def _once(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Each once; not the domain of a mailbox that is named itself."""
    found = tuple(dict.fromkeys(mentions))
    mailboxes = {mention.value.rpartition("@")[2] for mention in found if mention.kind is ContactKind.EMAIL}
    return tuple(one for one in found if one.kind is not ContactKind.DOMAIN or one.value not in mailboxes)


def _worded(what: str, mentions: Iterable[Mention]) -> tuple[str, ...]:
    return tuple(ChangeWords[f"{what}_{kind.name}"](value=value) for kind, value in mentions)


def _reworded(before: _Told, after: _Told) -> Sentence:
    passages = changed_passages(compare_texts(before.shown, after.shown))
    new, gone = (_shortened(" … ".join(words_of(passages, mark))) for mark in (Mark.NEW, Mark.GONE))
    match bool(new), bool(gone):
        case True, True:
            return ChangeWords.REWORDED(new=new, gone=gone)
        case True, False:
            return ChangeWords.MORE_TEXT(new=new)
        case False, True:
            return ChangeWords.LESS_TEXT(gone=gone)
        case _:
            return ChangeWords.OTHER_TEXT()


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"
