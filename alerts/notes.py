"""Notes that the program leaves on cases and drafts, as sentences: how they are worded, and how kept ones are read."""

from __future__ import annotations

from functools import cache

from alerts.cases import DismissReason
from alerts.changes import ChangeWords, words_in_changes
from alerts.filing import Channel, FilingWords
from alerts.outcomes import Outcome
from alerts.version_words import ProvisionWords, VersionWords
from pipelines.text.sentences import Nested, Pattern, read_sentences


class NoteWords(Pattern):
    """What became of a case, beside a change of its facts."""

    OPENED = "otvoren po noćnoj obradi"
    UNDONE = "poništena odluka: %(decision)s"
    DRAFTS_GONE = "izmenjen u međuvremenu, pa se nacrti pripremaju ponovo"
    JOINED = "spojen sa njim slučaj %(case)s (%(person)s)"
    PARTED = "odvojen od njega slučaj %(case)s (%(person)s)"
    OF_CASE = "slučaj %(case)s: %(changes)s"
    SPLIT = "serija %(before)s je podeljena; njeni oglasi %(ads)s sada su serija %(after)s"
    MERGED = "serija %(absorbed)s je spojena sa serijom %(kept)s"
    TWINS = "isti posrednik: slučajevi %(one)s i %(other)s"
    DISMISSED = "%(reason)s: %(own)s"
    LATER = "naknadna promena: %(changes)s"
    ANNEX_TAKEN = "preuzet prilog (%(recipient)s), SHA-256 %(digest)s"


_OUTCOMES = tuple(outcome.words for outcome in Outcome)
_REASONS = tuple(reason.words for reason in DismissReason if reason is not DismissReason.OTHER)


def read_note(note: str) -> str:
    """The note as sentences again; as it is where a person wrote it or other words were used then."""
    patterns = (*ChangeWords, *NoteWords, *_REASONS, *_OUTCOMES, *FilingWords, *VersionWords)
    return read_sentences(note, patterns, _nested(), separator="; ")


@cache
def _nested() -> Nested:
    """By the places of all patterns: words of ours that stand there."""
    return {
        **words_in_changes(),
        "changes": (*ChangeWords, NoteWords.OF_CASE),
        "reason": _REASONS,
        "outcome": _OUTCOMES,
        "channel": tuple(channel.words for channel in Channel),
        "filing": (FilingWords.NUMBERED, FilingWords.DONE),
        "provisions": ProvisionWords,
    }
