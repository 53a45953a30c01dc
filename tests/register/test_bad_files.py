"""Files that are no register are refused, clearly and before anything changes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typst

from crawler.errors import RegisterError, UsageError
from crawler.store.engine import reading
from crawler.store.register import list_snapshots
from pipelines.register.importing import import_file, read_register
from tests.builders import StoreBuilder
from tests.register.lists import HEADER, ROWS, write_csv, write_docx, write_xlsx

AS_OF = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def torn_workbook(folder: Path) -> Path:
    path = write_xlsx(folder / "spisak.xlsx", [HEADER, *ROWS])
    path.write_bytes(path.read_bytes()[:2_000])
    return path


def header_only(folder: Path) -> Path:
    return write_xlsx(folder / "prazan.xlsx", [HEADER])


def letter(folder: Path) -> Path:
    path = folder / "dopis.pdf"
    path.write_bytes(typst.compile(b"Obave\xc5\xa1tavamo Vas da je predmet uzet u rad."))
    return path


def huge_cell(folder: Path) -> Path:
    row = ("agencija " * 600_000, "Bor", "1-1/2024")
    return write_csv(folder / "velika.csv", [("Naziv agencije", "Sedište", "Broj rešenja"), row])


def long_cell(folder: Path) -> Path:
    row = ("agencija " * 1_000, "Bor", "1-1/2024")
    return write_csv(folder / "duga.csv", [("Naziv agencije", "Sedište", "Broj rešenja"), row])


def renamed_text(folder: Path) -> Path:
    path = folder / "spisak.docx"
    path.write_text("Ovo nije Word.", encoding="utf-8")
    return path


def workbook_called_document(folder: Path) -> Path:
    return write_xlsx(folder / "spisak.xlsx", [HEADER]).rename(folder / "spisak.docx")


def empty_file(folder: Path) -> Path:
    path = folder / "prazan.csv"
    path.touch()
    return path


def unknown_kind(folder: Path) -> Path:
    path = folder / "spisak.odt"
    path.write_bytes(b"PK")
    return path


def other_table(folder: Path) -> Path:
    return write_docx(folder / "cenovnik.docx", [("Roba", "Cena"), ("Jabuke", "100")])


BAD_FILES = (
    torn_workbook, header_only, letter, huge_cell, long_cell, renamed_text, workbook_called_document, empty_file,
    unknown_kind, other_table,
)  # fmt: skip


@pytest.mark.parametrize("make", BAD_FILES)
def test_a_bad_file_is_refused_by_name(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = make(tmp_path)
    with pytest.raises(RegisterError, match=path.name):
        read_register(path, as_of=AS_OF)


@pytest.mark.parametrize("make", BAD_FILES[:4])
def test_a_bad_file_changes_nothing(make, tmp_path: Path, store: StoreBuilder) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RegisterError):
        import_file(store.settings, store.engine, make(tmp_path), as_of=AS_OF, now=NOW)
    with reading(store.engine) as connection:
        assert list_snapshots(connection) == []
    assert not (store.settings.evidence_folder / "register").exists()


def test_a_missing_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_register(tmp_path / "nema.xlsx", as_of=AS_OF)
