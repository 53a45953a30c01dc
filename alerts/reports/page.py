"""The report as one HTML file that needs nothing else: to be printed, sent and kept."""

from __future__ import annotations

from markupsafe import Markup

from alerts.desk.templating import STATIC, templates_of
from alerts.reports.figures import Report
from alerts.reports.view import view_of
from alerts.reports.wording import Labels

STYLES = ("desk.css", "reports.css")


def html_of(report: Report, labels: Labels) -> bytes:
    """The file's content. Unpaired surrogates that a web page may have left are shown as question marks."""
    # Our own files, and no text of anybody: nothing is to be escaped.
    styles = Markup("\n").join(Markup((STATIC / name).read_text(encoding="utf-8")) for name in STYLES)  # noqa: S704
    template = templates_of(labels.tongue).get_template("reports_alone.html")
    shown = template.render(report=view_of(report, labels), styles=styles, made_at=report.made_at)
    return shown.encode("utf-8", "replace")
