"""A document as DOCX, to be edited in Word or LibreOffice. What it says stands in `alerts.document`."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from alerts.document import Block, BlockKind, DraftDocument
from alerts.script import Script

FONT = "Times New Roman"
LANGUAGES = {Script.CYRL: "sr-Cyrl-RS", Script.LATN: "sr-Latn-RS"}
LABEL_WIDTH, VALUE_WIDTH = Cm(5), Cm(11.4)


def docx_of(document: DraftDocument) -> bytes:
    """The document as DOCX."""
    made = Document()
    _set_style(made, document)
    for kind, blocks in document.groups():
        if kind is BlockKind.ROW:
            _add_table(made, blocks)
        elif kind is BlockKind.LETTERHEAD:
            _add_letterhead(made, blocks)
        else:
            for block in blocks:
                _add_paragraph(made, block)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _set_style(made: Any, document: DraftDocument) -> None:
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGES[document.script])
    normal.element.get_or_add_rPr().append(language)
    for name, size in (("Title", 15), ("Heading 2", 12)):
        font = made.styles[name].font
        font.name, font.size, font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
        # The theme's fonts would win over the name.
        made.styles[name].element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
        made.styles[name].element.rPr.rFonts.attrib.pop(qn("w:hAnsiTheme"), None)
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    made.core_properties.title = document.title[:250]
    made.core_properties.author = ""
    made.core_properties.created = made.core_properties.modified = document.made_at


def _add_letterhead(made: Any, blocks: tuple[Block, ...]) -> None:
    for number, block in enumerate(blocks):
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(block.text).bold = number == 0


def _add_table(made: Any, blocks: tuple[Block, ...]) -> None:
    table = made.add_table(rows=len(blocks), cols=2, style="Table Grid")
    table.autofit = False
    for row, block in zip(table.rows, blocks, strict=True):
        for cell, text, width in zip(row.cells, block.cells, (LABEL_WIDTH, VALUE_WIDTH), strict=True):
            cell.width = width
            cell.paragraphs[0].add_run(text).font.size = Pt(10)
            cell.paragraphs[0].paragraph_format.space_after = Pt(0)


def _add_paragraph(made: Any, block: Block) -> None:
    if block.kind is BlockKind.TITLE:
        made.add_paragraph(block.text, style="Title")
    elif block.kind is BlockKind.HEADING:
        made.add_paragraph(block.text, style="Heading 2")
    else:
        paragraph = made.add_paragraph(block.text)
        if block.kind is BlockKind.ITEM:
            paragraph.paragraph_format.left_indent = Cm(0.6)
