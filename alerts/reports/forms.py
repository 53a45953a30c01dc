"""The forms in which a report leaves the house: one function for each, chosen by name."""

from __future__ import annotations

import json
from enum import StrEnum

from alerts.reports.exporting import csv_of, json_of, xlsx_of, zip_of
from alerts.reports.figures import Report, SheetId
from alerts.reports.page import html_of
from alerts.reports.wording import Labels


class Form(StrEnum):
    """A kind of file; the value is its suffix."""

    HTML = "html"
    XLSX = "xlsx"
    ZIP = "zip"
    """A CSV for each table."""
    CSV = "csv"
    """One table."""
    JSON = "json"

    @property
    def media_type(self) -> str:
        """For HTTP."""
        return _MEDIA[self]


_MEDIA = {
    Form.HTML: "text/html; charset=utf-8",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.ZIP: "application/zip",
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
}


def write_report(report: Report, form: Form, labels: Labels, *, sheet: SheetId = SheetId.OVERVIEW) -> bytes:
    """The content of the file; `sheet` says which table a single CSV holds."""
    if form is Form.CSV:
        return csv_of(report.sheet(sheet), labels)
    if form is Form.JSON:
        return json.dumps(json_of(report), ensure_ascii=False, indent=2).encode("utf-8", "replace")
    return {Form.HTML: html_of, Form.XLSX: xlsx_of, Form.ZIP: zip_of}[form](report, labels)
