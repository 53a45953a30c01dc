"""The day a list says it is of, and the kind of file it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.errors import RegisterError
from pipelines.register.stated import day_said, stated_day
from pipelines.register.tables import heading_of, suffix_for
from tests.register.lists import HEADER, ROWS, write_csv, write_docx, write_html, write_pdf, write_xlsx

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "Registar agencija, stanje na dan 20.11.2026. godine",
        "СТАЊЕ НА ДАН 20. 11. 2026.",
        "Ažurirano: 20. novembra 2026.",
        "Преглед дозвола на дан 2026-11-20",
    ],
)
def test_a_stated_day_is_read_in_either_script(text: str) -> None:
    assert stated_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "Zakon o zapošljavanju (Sl. glasnik RS 36/2009)",
        "rešenje od 20.11.2026.",
        "na dan 31.02.2026.",
        "na dan izdavanja",
    ],
)
def test_other_dates_are_not_the_days_of_lists(text: str) -> None:
    assert stated_day(text) is None


def test_any_date_in_the_words_of_the_link_is_the_lists() -> None:
    link, around = "Spisak agencija 20.11.2026. spisak.pdf", "u primeni od 01.02.2025., stanje na dan 10.11.2026."
    assert day_said(f"{link}\n{around}", fetched_on=DAY) == DAY
    assert day_said(f"Spisak agencija\n{around}", fetched_on=DAY) == date(2026, 11, 10)
    assert day_said("Spisak agencija\nu primeni od 01.02.2025.", fetched_on=DAY) is None


def test_a_day_to_come_in_the_words_of_the_link_is_an_end_of_licences() -> None:
    said = "Dozvole važeće do 31.12.2029. spisak.pdf\nStanje na dan 20.11.2026."
    assert day_said(said, fetched_on=DAY) == DAY


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.csv", lambda path: write_csv(path, [("Stanje na dan 20.11.2026.", *[""] * 8), HEADER, *ROWS])),
        ("a.xlsx", lambda path: write_xlsx(path, [("Стање на дан 20.11.2026.", *[""] * 8), HEADER, *ROWS])),
        ("a.html", lambda path: write_html(path, [HEADER, *ROWS])),
        ("a.docx", lambda path: write_docx(path, [HEADER, *ROWS])),
    ],
)
def test_the_heading_of_every_kind_of_file_is_read(name: str, write: object, tmp_path: Path) -> None:
    path = write(tmp_path / name)  # type: ignore[operator]
    assert next(day for line in heading_of(path) if (day := stated_day(line))) == DAY
    assert suffix_for("preuzmi.php", path.read_bytes()) == path.suffix


def test_a_list_that_names_no_day_gives_none(tmp_path: Path) -> None:
    for path in (write_pdf(tmp_path / "a.pdf", [HEADER, *ROWS]), write_csv(tmp_path / "b.csv", [HEADER, *ROWS])):
        assert [day for line in heading_of(path) if (day := stated_day(line))] == []
    assert suffix_for("a", (tmp_path / "a.pdf").read_bytes()) == ".pdf"


def test_what_no_reader_knows_is_refused() -> None:
    with pytest.raises(RegisterError, match="kind of file is not read"):
        suffix_for("spisak.xls", b"\xd0\xcf\x11\xe0\0\0\0")
