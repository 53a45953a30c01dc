"""Writes small invented registers as the files an authority might publish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import docx
import typst
from openpyxl import Workbook

Rows = Sequence[Sequence[object]]

HEADER = (
    "R.br.",
    "Naziv agencije",
    "Sedište i adresa",
    "Broj rešenja",
    "Datum rešenja",
    "Važi do",
    "Telefon",
    "E-mail",
    "Napomena",
)
ROWS = (
    (
        "1.", "Kestenjar Posao d.o.o. Beograd", "Beograd, Primerska 1", "102-1/2024", "05.07.2024.", "",
        "011/555-001", "", "",
    ),
    (
        "2.", "Tihi Javor d.o.o. Niš", "Primerska 2a, Niš", "102-2/2019", "10.06.2019.", "",
        "", "info@tihijavor.example", "",
    ),
    (
        "3.", "Milena Primerić PR, agencija Bosiljak, Čačak", "Čačak", "102-3/2023", "29.02.2024.", "",
        "060/555-00-03", "", "",
    ),
    (
        "4.", "Vihor Personal d.o.o. Šabac", "Šabac, Primerska bb", "102-4/2025", "1.2.2025.", "",
        "", "", "dozvola oduzeta rešenjem 102-9/2026 od 03.03.2026.",
    ),
    (
        "5.", "Severni Vetar d.o.o. Subotica", "Subotica, Primerska 5", "102-5/2018", "15.04.2018.", "",
        "", "", "dozvola produžena do 15.04.2028.",
    ),
)  # fmt: skip


def write_csv(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    lines = [delimiter.join(f'"{cell}"' if delimiter in str(cell) else str(cell) for cell in row) for row in rows]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def write_xlsx(path: Path, rows: Rows, *, merged: Sequence[str] = ()) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([cell if cell != "" else None for cell in row])
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)
    return path


def write_html(path: Path, rows: Rows) -> Path:
    cells = ["".join(f"<td><p><span>{cell or '&nbsp;'}</span></p></td>" for cell in row) for row in rows]
    table = "".join(f"<tr>{row}</tr>\n" for row in cells)
    script = "<script>var t = '<table><tr><td>Naziv agencije</td><td>Sedište</td></tr></table>';</script>"
    path.write_text(
        f"<html><head><meta charset='utf-8'>{script}</head><body><nav><ul><li>Naziv agencije</li></ul></nav>"
        f"<p>Ažurirano 20.11.2026.</p><table>{table}</table><p>Napomena: podaci su informativni.</p></body></html>",
        encoding="utf-8",
    )
    return path


def write_docx(path: Path, rows: Rows) -> Path:
    document = docx.Document()
    document.add_paragraph("Registar agencija, stanje na dan 20.11.2026.")
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = str(text)
    document.save(str(path))
    return path


def write_pdf(path: Path, rows: Rows) -> Path:
    """A ruled table over several pages, its header repeated, long cells wrapped."""
    source = path.with_suffix(".typ")
    source.write_text(
        '#set page(width: 297mm, height: 90mm, margin: 10mm, numbering: "1")\n#set text(size: 8pt)\n'
        '#let rows = json("rows.json")\n'
        "#table(columns: (8mm, 40mm, 35mm, 25mm, 24mm, 18mm, 26mm, 48mm, 45mm), "
        "table.header(..rows.first()), ..rows.slice(1).flatten())",
        encoding="utf-8",
    )
    path.with_name("rows.json").write_text(json.dumps(rows), encoding="utf-8")
    path.write_bytes(typst.compile(str(source)))
    return path


def with_real_dates(rows: Rows) -> list[list[object]]:
    """The rows as a spreadsheet may hold them: some dates as dates, some as text."""
    dated = [list(row) for row in rows]
    dated[0][4] = date(2024, 7, 5)
    return dated
