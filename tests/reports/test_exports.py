"""Files of a report: read back as a spreadsheet or a program would, with names that try to be formulas."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from alerts.desk.speaking import Tongue
from alerts.reports.exporting import csv_of
from alerts.reports.figures import SHAPES, SheetId
from alerts.reports.forms import Form, write_report
from alerts.reports.wording import Labels
from alerts.tables import FORMULA_BEGINS
from tests.reports.invented import HOSTILE, report_of

LATN = Labels(Tongue.LATN)


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize("sheet", [SheetId.SOURCES, SheetId.NAMES])
def test_no_cell_of_a_csv_is_a_formula(sheet: SheetId) -> None:
    content = csv_of(report_of(*HOSTILE).sheet(sheet), LATN)
    cells = [cell for row in _rows(content) for cell in row]
    assert content.startswith(b"\xef\xbb\xbf")
    assert not [cell for cell in cells if cell.startswith((*FORMULA_BEGINS, "\t", "\r"))]
    assert '\'=HYPERLINK("http://zlo.example","Klikni")' in cells
    assert "čćšžđ <b>" in cells


def test_no_cell_of_a_workbook_is_a_formula_and_numbers_are_numbers() -> None:
    book = load_workbook(BytesIO(write_report(report_of(*HOSTILE), Form.XLSX, LATN)))
    assert len(book.sheetnames) == len(SheetId)
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    page = book["Firme po imenu"]
    assert [cell.value for cell in page["A"]][1:7] == [HOSTILE[0], "+381600000001", "-2+3", "@SUM(A1)", "=1+1", "=1+1"]
    assert all(page.cell(row, 1).quotePrefix for row in range(2, 8))
    assert [page.cell(2, column).value for column in (3, 4, 5)] == [12, 2, 1]


def test_every_file_holds_the_same_figures() -> None:
    report = report_of("Primer Rad")
    with ZipFile(BytesIO(write_report(report, Form.ZIP, LATN))) as archive:
        packed = {name[3:-4]: _rows(archive.read(name)) for name in archive.namelist()}
    assert list(packed) == [sheet.value for sheet in SheetId]
    assert packed["overview"] == [
        ["Podatak", "U periodu", "U periodu, pre toga"],
        ["Novi oglasi", "12", "3"],
        ["Sati od otvaranja slučaja do odluke (medijana)", "7,5", ""],
    ]
    assert packed["destinations"][1:] == [["Nemačka", "12", "3"], ["nije navedeno", "1", "0"]]
    read = json.loads(write_report(report, Form.JSON, LATN))
    assert read["sheets"]["overview"] == [
        {"figure": "ads", "value": 12, "value_before": 3},
        {"figure": "hours_to_decision", "value": 7.5, "value_before": None},
    ]
    assert (read["from"], read["to"], read["days"]) == ("2026-10-01", "2026-10-31", 31)
    assert read["before"] == {"from": "2026-08-31", "to": "2026-09-30"}


@pytest.mark.parametrize(
    ("tongue", "heading", "country"),
    [
        (Tongue.LATN, "Zemlja rada", "Nemačka"),
        (Tongue.CYRL, "Земља рада", "Немачка"),
        (Tongue.EN, "Country of work", "Germany"),
    ],
)
def test_headings_speak_three_tongues_and_names_stay(tongue: Tongue, heading: str, country: str) -> None:
    report, labels = report_of("Njegoš Rad d.o.o."), Labels(tongue)
    rows = _rows(csv_of(report.sheet(SheetId.DESTINATIONS), labels))
    assert (rows[0][0], rows[1][0]) == (heading, country)
    assert _rows(csv_of(report.sheet(SheetId.NAMES), labels))[1][0] == "Njegoš Rad d.o.o."


def test_every_column_has_a_heading() -> None:
    for shape in SHAPES.values():
        assert all(LATN.heading(column) for column in (*shape.keys, *shape.figures))


@pytest.mark.parametrize("tongue", Tongue)
def test_the_page_that_stands_alone_asks_nobody_and_escapes_names(tongue: Tongue) -> None:
    page = write_report(report_of(*HOSTILE, "<script>alert(1)</script>"), Form.HTML, Labels(tongue)).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert not [word for word in ("src=", "<link", "@import", "url(") if word in page]
    assert f'<html lang="{tongue.tag}">' in page
    drawings = [f"<svg{part.split('</svg>')[0]}</svg>" for part in page.split("<svg")[1:]]
    assert len([ElementTree.fromstring(drawing) for drawing in drawings]) > 4  # noqa: S314 - our own text


def test_a_broken_letter_of_a_page_spoils_no_file() -> None:
    report = report_of("Primer \ud83d Rad")
    for form in Form:
        assert write_report(report, form, LATN)
