"""Sentences that remember what they are made of, and that are found again in text that was kept."""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest

from alerts.notes import NoteWords, read_note
from pipelines.judging.proposing import When, read_proposal_reason
from pipelines.register.reasons import Decided, Forms, Reason, SlipWords, read_reason
from pipelines.text.sentences import LONGEST_READ, Counted, Day, Joined, Sentence

DAY = date(2026, 11, 3)
DECIDED = Decided.ON(day=Day.padded(DAY), person="Ana Anić")


def test_a_sentence_is_its_serbian_text() -> None:
    told = Sentence("%(ads)s od %(day)s, 5%%", ads=Counted(3, "oglas", "oglasa", "oglasa"), day=Day(DAY))
    assert told == "3\u00a0oglasa od 3.\u00a011.\u00a02026., 5%"
    assert json.loads(json.dumps([told], ensure_ascii=False)) == [str(told)]


def test_a_copy_is_made_of_the_same() -> None:
    told = copy.deepcopy(Joined("; ", (DECIDED, "Breza")))
    assert told == "odluka od 03.11.2026. (Ana Anić); Breza"
    assert isinstance(told.parts[0], Sentence)
    assert told.parts[0].values == {"day": "03.11.2026.", "person": "Ana Anić"}


@pytest.mark.parametrize(
    "told",
    [
        Reason.SAME_NAME(),
        Reason.SHARED(words="breza, isto mesto"),
        Reason.DECIDED_HEDGED(decided=DECIDED),
        Reason.DECIDED_GONE(decided=DECIDED, entry="Breza: d.o.o. (Bor)"),
        Reason.SLIP(written="brzea", meant="breza", slip=SlipWords.SWAPPED()),
        Reason.OTHER_FORM(forms=Forms.AND(form=Forms.OTHER(), forms=Forms.COMPANY())),
        Reason.NO_NUMBERS(),
        Reason.FOREIGN_CONTACT(why=Reason.UNREADABLE()),
    ],
)
def test_a_kept_reason_is_read_as_it_was_made(told: Sentence) -> None:
    read = read_reason(str(told))
    assert isinstance(read, Sentence)
    assert (read, read.pattern, read.values) == (told, told.pattern, told.values)
    assert [type(value) for value in read.values.values()] == [type(value) for value in told.values.values()]


def test_a_list_of_reasons_is_read_in_its_parts() -> None:
    read = read_reason("isto ime, upisana je, ali se podaci o njenoj dozvoli u spisku ne mogu pročitati, isto mesto")
    assert isinstance(read, Joined)
    assert read.parts == (Reason.SAME_NAME(), Reason.UNREADABLE(), Reason.SAME_TOWN())


@pytest.mark.parametrize(
    "kept",
    [
        "reč koju je rekao stariji program",
        "isto ime, a nešto drugo",
        "odluka od 31.02.2026. (Ana Anić): to nije ovaj upis",
        "zajedničko „breza",
        "isto ime" + ", isto mesto" * LONGEST_READ,
        "dodato „breza“, " * (LONGEST_READ // 20) + "a nešto drugo",
        "",
    ],
)
def test_what_was_worded_otherwise_stays_as_it_is(kept: str) -> None:
    read = read_reason(kept)
    assert type(read) is str
    assert read == kept


def test_days_in_kept_reasons_are_days_again() -> None:
    read = read_proposal_reason("na dan 3.11.2026. posrednik nije pronađen u registru agencija sa dozvolom")
    assert isinstance(read, Sentence)
    when = read.values["when"]
    assert isinstance(when, Sentence)
    assert when.pattern == When.DATED
    day = when.values["day"]
    assert isinstance(day, Day)
    assert day.day == DAY


@pytest.mark.parametrize("note", [NoteWords.OF_CASE, NoteWords.LATER])
def test_a_note_of_the_program_is_read_and_that_of_a_person_is_not(note: NoteWords) -> None:
    changes = "nivo rizika: nizak → visok; nov nalog viber:+381600000001"
    read = read_note(note % {"case": "3", "changes": changes})
    assert isinstance(read, Joined)
    first, second = read.parts
    assert isinstance(first, Sentence)
    assert first.pattern == note
    assert isinstance(first.values["changes"], Sentence)
    assert second == "nov nalog viber:+381600000001"
    assert type(read_note("Zvala sam; javlja se Ana.")) is str
