from __future__ import annotations

import pytest

from alerts.desk.audit_words import detail_words, subject_words
from alerts.desk.speaking import Tongue
from alerts.desk.templating import Speech
from alerts.notes import read_note


@pytest.mark.parametrize(
    ("kept", "serbian", "english"),
    [
        ("case 12", "slučaj 12", "case 12"),
        ("command of ana", "naredba na računaru, ana", "command on the computer, ana"),
        ("name Primer Rad", "ime Primer Rad", "name Primer Rad"),
        ("ana@primer.example", "ana@primer.example", "ana@primer.example"),
        ("Slučaj case 12", "Slučaj case 12", "Slučaj case 12"),
    ],
)
def test_what_a_line_of_the_log_is_about_is_said_in_the_tongue_of_the_page(
    kept: str, serbian: str, english: str
) -> None:
    assert (str(subject_words(kept)), _in_english(subject_words(kept))) == (serbian, english)


@pytest.mark.parametrize(
    ("kept", "serbian", "english"),
    [
        ("confirm: open → confirmed", "Potvrdi: nov → potvrđen", "Confirm: new → confirmed"),
        ("undo close: closed → filed", "poništeno: zaključenje slučaja: zaključen → podnet", None),
        ("reviewer → legal", "pregled slučajeva → pravna služba", "case review → legal"),
        ("inspekcija: version 3, as the template", "inspekcija: verzija 3, tekst iz obrasca", None),
        ("is not Primer <b>", "nije upis Primer <b>", "is not the entry Primer &lt;b&gt;"),
        ("enable novi izgled", "ponovo uključen: novi izgled", "switched on again: novi izgled"),
        ("split 12, ads 3, 4", "oglasi 3, 4 izdvojeni u seriju 12", "ads 3, 4 parted into series 12"),
        ("merge 9, ads 3", "spojena sa serijom 9, oglasi 3", "merged with series 9, ads 3"),
        ("pdf: some later wording → x", "pdf: some later wording → x", "pdf: some later wording → x"),
    ],
)
def test_what_more_a_line_says_is_said_in_it_too(kept: str, serbian: str, english: str | None) -> None:
    assert str(detail_words(kept)) == serbian
    assert english in (None, _in_english(detail_words(kept)))


@pytest.mark.parametrize(
    ("note", "english"),
    [
        ("izmenjeni pasusi: 1, 4", "passages worded anew: 1, 4"),
        ("propisi: zzosn_3 uključen, zo_7 isključen", "provisions: zzosn_3 on, zo_7 off"),
        ("inspekcija, 20.11.2026., poštom, broj 12-3", "inspekcija, 20 Nov 2026, by post, number 12-3"),
        ("prosleđeno nadležnom organu: javili su", "passed on to the competent authority: javili su"),
        ("zvala je osoba, poštom", "zvala je osoba, poštom"),
    ],
)
def test_a_note_of_the_program_on_drafts_and_filings_has_its_english(note: str, english: str) -> None:
    assert str(read_note(note)) == note
    assert _in_english(read_note(note)) == english


def _in_english(text: str) -> str:
    shown = str(Speech(Tongue.EN).told(text))
    return shown.replace('<span translate="no">', "").replace("</span>", "").replace("\u00a0", " ")
