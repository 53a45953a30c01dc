"""Notes that the program leaves on cases, as sentences: how they are worded, and how kept ones are read again."""

from __future__ import annotations

from alerts.cases import DismissReason
from alerts.changes import ChangeWords, words_in_changes
from pipelines.text.sentences import Pattern, read_sentences


class NoteWords(Pattern):
    """What became of a case, beside a change of its facts."""

    OPENED = "otvoren po noćnoj obradi"
    UNDONE = "poništena odluka: %(decision)s"
    OF_CASE = "slučaj %(case)s: %(changes)s"
    SPLIT = "serija %(before)s je podeljena; njeni oglasi %(ads)s sada su serija %(after)s"
    MERGED = "serija %(absorbed)s je spojena sa serijom %(kept)s"
    TWINS = "isti posrednik: slučajevi %(one)s i %(other)s"
    DISMISSED = "%(reason)s: %(own)s"


def read_note(note: str) -> str:
    """The note as sentences again; as it is where a person wrote it or other words were used then."""
    reasons = tuple(reason.words for reason in DismissReason if reason is not DismissReason.OTHER)
    nested = {**words_in_changes(), "changes": ChangeWords, "reason": reasons}
    return read_sentences(note, (*ChangeWords, *NoteWords, *reasons), nested, separator="; ")
