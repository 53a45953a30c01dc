"""Tables of HTML pages; scripts, styles and navigation hold none that matter."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup, Tag

from pipelines.register.tables import MOST_COLUMNS, MOST_ROWS, Table, bounded, cell_text

SUFFIXES = (".html", ".htm", ".xhtml")
BREAKS = ("br", "p", "div", "li")


def read(path: Path) -> list[Table]:
    """Every table that holds no other table."""
    soup = BeautifulSoup(path.read_bytes(), "lxml")
    for hidden in soup(["script", "style", "template", "noscript"]):
        hidden.decompose()
    innermost = [table for table in soup("table") if not table.find("table")]
    return [bounded(_table(table), path) for table in innermost]


def outside(path: Path) -> list[str]:
    """The page's words without its tables and scripts, as one line: markup may part a date from its words."""
    soup = BeautifulSoup(path.read_bytes(), "lxml")
    for hidden in soup(["script", "style", "template", "noscript", "table"]):
        hidden.decompose()
    return [" ".join(soup.get_text(" ").split())]


def _table(table: Tag) -> Table:
    rows: Table = []
    held: dict[int, tuple[str, int]] = {}
    for row in table("tr")[: MOST_ROWS + 1]:
        cells: list[str] = []
        for cell in row(["td", "th"]):
            _take_held(cells, held)
            text, down = _text(cell), _span(cell, "rowspan")
            for place in range(_span(cell, "colspan")):
                if down > 1:
                    held[len(cells)] = (text if not place else "", down - 1)
                cells.append(text if not place else "")
        _take_held(cells, held)
        rows.append(cells)
    return rows


def _take_held(cells: list[str], held: dict[int, tuple[str, int]]) -> None:
    """Puts the texts of cells that reach down from rows above where they belong."""
    while len(cells) in held:
        text, left = held.pop(len(cells))
        if left > 1:
            held[len(cells)] = (text, left - 1)
            cells.append(text)
            continue
        cells.append(text)


def _text(cell: Tag) -> str:
    for tag in cell(BREAKS):
        tag.insert_after("\n")
    return cell_text(cell.get_text())


def _span(cell: Tag, name: str) -> int:
    written = str(cell.get(name, "1"))
    return max(1, min(int(written), MOST_COLUMNS)) if written.isdecimal() and len(written) < 6 else 1
