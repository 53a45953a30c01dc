"""What the importer understands of the lists an authority publishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import cyrtranslit
import pytest

from crawler.assessment import Verdict
from crawler.register import EntryStatus, RegisterEntry
from pipelines.register.importing import ImportResult, read_register
from pipelines.register.matching import MediatorQuery, match
from tests.register.lists import (
    HEADER,
    ROWS,
    Rows,
    with_real_dates,
    write_csv,
    write_docx,
    write_html,
    write_pdf,
    write_xlsx,
)

AS_OF = date(2026, 11, 20)
WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
    "html": write_html,
    "docx": write_docx,
    "pdf": write_pdf,
}


def read(path: Path) -> ImportResult:
    return read_register(path, as_of=AS_OF, stale_after_days=45)


def entries_of(path: Path) -> tuple[RegisterEntry, ...]:
    return read(path).register.entries


def one_entry(folder: Path, header: tuple[str, ...], row: tuple[object, ...]) -> RegisterEntry:
    (entry,) = entries_of(write_csv(folder / "spisak.csv", [header, row]))
    return entry


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_agencies(kind: str, tmp_path: Path) -> None:
    writer = WRITERS[kind]
    first, second, third, fourth, fifth = entries_of(writer(tmp_path / f"spisak.{kind}", [HEADER, *ROWS]))
    assert first == RegisterEntry(
        name="Kestenjar Posao d.o.o. Beograd",
        licence_number="102-1/2024",
        licence_date=date(2024, 7, 5),
        valid_until=date(2029, 7, 5),
        seat="Beograd",
        address="Primerska 1",
        phones=("+38111555001",),
        number=1,
    )
    assert (second.seat, second.address, second.email) == ("Niš", "Primerska 2a", "info@tihijavor.example")
    assert third.valid_until == date(2029, 2, 28)
    assert (fourth.status, fourth.licence_date) == (EntryStatus.REVOKED, date(2025, 2, 1))
    assert (fifth.status, fifth.valid_until) == (EntryStatus.ISSUED, date(2028, 4, 15))


@pytest.mark.parametrize("kind", WRITERS)
def test_cyrillic_lists_are_understood_and_their_script_is_kept(kind: str, tmp_path: Path) -> None:
    cyrillic = [
        [cyrtranslit.to_cyrillic(str(cell), "sr") if at not in (6, 7) else cell for at, cell in enumerate(row)]
        for row in (HEADER, *ROWS)
    ]
    found = entries_of(WRITERS[kind](tmp_path / f"spisak.{kind}", cyrillic))
    assert [entry.name for entry in found][1] == "Тихи Јавор д.о.о. Ниш"
    assert [entry.seat for entry in found] == ["Београд", "Ниш", "Чачак", "Шабац", "Суботица"]
    assert [entry.is_revoked() for entry in found] == [False, False, False, True, False]
    assert found[4].valid_until == date(2028, 4, 15)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("cp1250", ";"), ("utf-8-sig", ","), ("utf-16", "\t"), ("utf-8", "|")]
)
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "spisak.csv", [HEADER, *ROWS], encoding=encoding, delimiter=delimiter)
    assert [entry.name for entry in entries_of(path)] == [row[1] for row in ROWS]


def test_windows_cyrillic_is_told_from_windows_latin(tmp_path: Path) -> None:
    rows = [("Назив агенције", "Седиште", "Датум решења"), ("Тихи Јавор д.о.о.", "Ниш", "10.06.2024.")]
    (entry,) = entries_of(write_csv(tmp_path / "spisak.csv", rows, encoding="cp1251"))
    assert entry.name == "Тихи Јавор д.о.о."


def test_titles_empty_rows_repeated_headers_and_footers_are_no_agencies(tmp_path: Path) -> None:
    blank = [""] * len(HEADER)
    title = ["Registar agencija za zapošljavanje, stanje na dan 20.11.2026.", *blank[1:]]
    footer = ["Napomena: dozvola važi pet godina od dana izdavanja.", *blank[1:]]
    rows = [title, blank, HEADER, *ROWS[:2], HEADER, *ROWS[2:], blank, footer]
    result = read(write_xlsx(tmp_path / "spisak.xlsx", rows, merged=["A1:I1", "A10:I10"]))
    assert len(result.register.entries) == len(ROWS)
    assert result.refused == ()


def test_a_header_of_two_rows_is_understood(tmp_path: Path) -> None:
    rows = [
        ("R.br.", "Naziv agencije", "Sedište", "Rešenje", ""),
        ("", "", "", "Broj", "Datum"),
        ("1.", "Omorika d.o.o.", "Bor", "1-1/2024", "01.02.2024."),
    ]
    (entry,) = entries_of(write_xlsx(tmp_path / "spisak.xlsx", rows, merged=["D1:E1"]))
    assert (entry.licence_number, entry.licence_date) == ("1-1/2024", date(2024, 2, 1))


def test_an_empty_end_of_a_sheet_does_not_count(tmp_path: Path) -> None:
    blank = [""] * 150
    found = entries_of(write_csv(tmp_path / "spisak.csv", [HEADER, *ROWS, *[blank] * 21_000]))
    assert len(found) == len(ROWS)


def test_dates_may_be_text_or_real_dates(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "spisak.xlsx", [HEADER, *with_real_dates(ROWS)])
    assert entries_of(path)[0].licence_date == date(2024, 7, 5)


def test_a_cell_merged_over_two_rows_counts_for_both(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Broj rešenja"),
        ("Kestenjar d.o.o.", "Bor", "1-1/2024"),
        ("Omorika d.o.o.", "", "1-2/2024"),
    ]
    found = entries_of(write_xlsx(tmp_path / "spisak.xlsx", rows, merged=["B2:B3"]))
    assert [entry.seat for entry in found] == ["Bor", "Bor"]


def test_html_cells_that_span_rows_count_for_each(tmp_path: Path) -> None:
    path = tmp_path / "spisak.html"
    path.write_text(
        "<table><tr><th>Назив агенције</th><th>Седиште</th><th>Број решења</th></tr>"
        "<tr><td>Кестењар д.о.о.</td><td rowspan=2>Бор</td><td>1-1/2024</td></tr>"
        "<tr><td>Оморика д.о.о.</td><td>1-2/2024</td></tr></table>",
        encoding="utf-8",
    )
    assert [(entry.seat, entry.licence_number) for entry in entries_of(path)] == [
        ("Бор", "1-1/2024"),
        ("Бор", "1-2/2024"),
    ]


def test_number_and_date_in_one_cell_are_split(tmp_path: Path) -> None:
    header = ("Naziv agencije", "Broj i datum rešenja")
    entry = one_entry(
        tmp_path,
        header,
        ("Omorika d.o.o.", "Rešenje br. 102-00-7/2023-24 od 23. juna 2023. godine, važi do 01.02.2027."),
    )
    assert (entry.licence_number, entry.licence_date) == ("102-00-7/2023-24", date(2023, 6, 23))
    assert entry.valid_until == date(2027, 2, 1)


def test_phone_and_email_in_one_cell_are_split(tmp_path: Path) -> None:
    rows = [
        ("Назив агенције", "Седиште", "Телефон / е-пошта"),
        ("Оморика д.о.о.", "Бор", "030/555-001, 060 555 0002\nPosao@Omorika.example"),
    ]
    (entry,) = entries_of(write_docx(tmp_path / "spisak.docx", rows))
    assert entry.phones == ("+38130555001", "+381605550002")
    assert entry.email == "posao@omorika.example"


def test_an_email_wrapped_in_its_cell_is_joined(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "E-mail"),
        ("Omorika za\nzapošlja-\nvanje d.o.o.", "Bor", "kancelarija@omorika.exampl\ne"),
    ]
    (entry,) = entries_of(write_xlsx(tmp_path / "spisak.xlsx", rows))
    assert (entry.name, entry.email) == ("Omorika za zapošljavanje d.o.o.", "kancelarija@omorika.example")


def test_a_row_torn_by_a_page_break_is_put_together(tmp_path: Path) -> None:
    header = ("R.br.", "Naziv agencije", "Sedište", "Broj rešenja")
    rows = [
        header,
        ("1.", "Agencija za zapošljavanje Kestenjar", "Novi", "1-1/2024"),
        header,
        ("", "d.o.o. Novi Sad", "Sad", ""),
    ]
    (entry,) = entries_of(write_xlsx(tmp_path / "spisak.xlsx", rows))
    assert (entry.name, entry.seat) == ("Agencija za zapošljavanje Kestenjar d.o.o. Novi Sad", "Novi Sad")


def test_leading_zeros_of_identifiers_survive_a_spreadsheet(tmp_path: Path) -> None:
    rows = [("Naziv agencije", "PIB", "Matični broj", "Sedište"), ("Omorika d.o.o.", 990000019, 9900004, "Bor")]
    (entry,) = entries_of(write_xlsx(tmp_path / "spisak.xlsx", rows))
    assert entry.mb == "09900004"
    assert entry.pib == "990000019"


@pytest.mark.parametrize(
    "note", ["dozvola oduzeta", "укинуто решење бр. 5", "Prestala da važi na zahtev agencije", "brisana iz registra"]
)
def test_words_of_revocation_are_read(note: str, tmp_path: Path) -> None:
    entry = one_entry(tmp_path, ("Naziv agencije", "Datum rešenja", "Napomena"), ("Omorika", "01.02.2025.", note))
    assert entry.is_revoked()


@pytest.mark.parametrize(
    "note", ["dozvola produžena do 01.02.2031.", "продужена дозвола", "dozvola nije oduzeta", "novo sedište"]
)
def test_other_notes_revoke_nothing(note: str, tmp_path: Path) -> None:
    entry = one_entry(tmp_path, ("Naziv agencije", "Datum rešenja", "Napomena"), ("Omorika", "01.02.2025.", note))
    assert not entry.is_revoked()


def test_of_two_decisions_the_newer_counts(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Broj rešenja", "Datum rešenja"),
        ("Omorika d.o.o. Bor", "Bor", "1-1/2018", "14.05.2018."),
        ("Kestenjar d.o.o. Bor", "Bor", "1-2/2023", "06.02.2023."),
        ("OMORIKA DOO BOR", "Bor", "1-3/2023", "01.06.2023."),
    ]
    result = read(write_csv(tmp_path / "spisak.csv", rows))
    assert [entry.licence_number for entry in result.register.entries] == ["1-3/2023", "1-2/2023"]
    assert [row.row for row in result.superseded] == [2]


def test_namesakes_with_different_numbers_stay_two(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "PIB", "Datum rešenja"),
        ("Omorika d.o.o.", "Bor", "990000019", "14.05.2024."),
        ("Omorika d.o.o.", "Bor", "990000027", "14.05.2025."),
    ]
    assert len(entries_of(write_csv(tmp_path / "spisak.csv", rows))) == 2


def test_a_row_that_cannot_be_read_is_refused_with_its_number_and_reason(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Datum rešenja"),
        ("Omorika d.o.o.", "Bor", "32.13.2024."),
        ("", "Bor", "01.02.2024."),
        ("Kestenjar d.o.o.", "Bor", "01.02.2024."),
    ]
    result = read(write_csv(tmp_path / "spisak.csv", rows))
    assert [(row.row, row.reason.split(":")[0]) for row in result.refused] == [
        (2, "unreadable date"),
        (3, "no name of an agency"),
    ]
    assert [entry.name for entry in result.register.entries if not entry.is_unreadable()] == ["Kestenjar d.o.o."]


def test_cells_that_look_like_formulas_are_text(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Broj rešenja"),
        ("+381 Omorika d.o.o.", "Bor", "1-1/2024"),
        ("=1+1 Javor", "Bor", "1-2/2024"),
    ]
    assert [entry.name for entry in entries_of(write_csv(tmp_path / "a.csv", rows))] == [
        "+381 Omorika d.o.o.",
        "=1+1 Javor",
    ]
    # In a workbook the formula was never calculated, so the cell has no value.
    assert [row.reason for row in read(write_xlsx(tmp_path / "b.xlsx", rows)).refused] == ["no name of an agency"]


def test_a_listed_agency_whose_date_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Datum rešenja"),
        ("Omorika d.o.o.", "Bor", "32.13.2024."),
        ("Kestenjar d.o.o.", "Bor", "01.02.2024."),
    ]
    register = read(write_csv(tmp_path / "spisak.csv", rows)).register
    answer = match(MediatorQuery("Omorika d.o.o. Bor"), register, on=AS_OF)
    assert (answer.verdict, answer.entry) == (Verdict.AMBIGUOUS, "Omorika d.o.o.")
    assert "ne mogu pročitati" in answer.reasons[-1]


def test_an_unreadable_decision_may_be_the_newer_one(tmp_path: Path) -> None:
    rows = [
        ("Naziv agencije", "Sedište", "Datum rešenja"),
        ("Omorika d.o.o.", "Bor", "31.02.2026."),
        ("Omorika d.o.o.", "Bor", "01.02.2016."),
    ]
    rows.append(("Kestenjar d.o.o.", "Bor", "01.02.2024."))
    statuses = [entry.status for entry in entries_of(write_csv(tmp_path / "spisak.csv", rows))]
    assert statuses == [EntryStatus.UNREADABLE, EntryStatus.ISSUED]
