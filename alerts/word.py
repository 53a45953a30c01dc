"""A document as DOCX, to be edited in Word or LibreOffice. What it says stands in `alerts.document`.

The house style is built once for each script, as named styles that people may change; a document only adds its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from alerts.document import Block, BlockKind, DraftDocument
from alerts.script import Script

FONT = "Times New Roman"
LANGUAGES = {Script.CYRL: "sr-Cyrl-RS", Script.LATN: "sr-Latn-RS"}
LABEL_WIDTH, VALUE_WIDTH = Cm(5), Cm(11.4)

# Of the library's 164 styles a letter uses these: the others cost 20 ms a document and most of its size.
BASE_STYLES = frozenset(
    ("Normal", "Title", "Heading 2", "Heading 3", "Header", "Footer", "Table Grid", "Normal Table")
) | {"Default Paragraph Font", "No List"}
STYLES = {
    BlockKind.TITLE: "Title",
    BlockKind.HEADING: "Heading2",
    BlockKind.SUBHEADING: "Heading3",
    BlockKind.ITEM: "adwItem",
    BlockKind.PARAGRAPH: "Normal",
}
UNUSED_PARTS = (
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.THUMBNAIL,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
)


def docx_of(document: DraftDocument) -> bytes:
    """The document as DOCX."""
    made = Document(BytesIO(_house(document.script)))
    properties = made.core_properties
    properties.title = document.title[:250]
    properties.created = properties.modified = document.made_at
    body = made.element.body
    for added in parse_xml(f"<w:body {nsdecls('w')}>{''.join(_blocks(document))}</w:body>"):
        body.insert(len(body) - 1, added)
    return _bytes_of(made)


def _blocks(document: DraftDocument) -> Iterator[str]:
    for kind, blocks in document.groups():
        if kind is BlockKind.ROW:
            yield _table(blocks)
        elif kind is BlockKind.LETTERHEAD:
            for number, block in enumerate(blocks, 1):
                style = "adwLetterheadEnd" if number == len(blocks) else "adwLetterhead"
                yield _paragraph(block.text, style, is_bold=number == 1)
        else:
            yield from (_paragraph(block.text, _style_id(block)) for block in blocks)


def _style_id(block: Block) -> str:
    """What leads into a list or a table stays with it."""
    is_lead = block.kind is BlockKind.PARAGRAPH and block.text.endswith(":")
    return "adwLead" if is_lead else STYLES[block.kind]


def _paragraph(text: str, style: str, *, is_bold: bool = False) -> str:
    bold = "<w:rPr><w:b/></w:rPr>" if is_bold else ""
    run = f'<w:r>{bold}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run}</w:p>'


def _table(blocks: tuple[Block, ...]) -> str:
    widths = (LABEL_WIDTH.twips, VALUE_WIDTH.twips)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    layout = '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/><w:tblLayout w:type="fixed"/>'
    # Rows keep with the next one, so that a piece of evidence stands on one page; the last lets go.
    styles = ["adwCellKept"] * (len(blocks) - 1) + ["adwCell"]
    rows = "".join(_row(block, widths, style) for block, style in zip(blocks, styles, strict=True))
    return f"<w:tbl><w:tblPr>{layout}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _row(block: Block, widths: tuple[int, int], style: str) -> str:
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(text, style)}</w:tc>'
        for text, width in zip(block.cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"


@cache
def _house(script: Script) -> bytes:
    """An empty document in the house style."""
    made = Document()
    _drop_unused(made)
    _set_fonts(made, script)
    _add_styles(made)
    _set_page(made)
    made.core_properties.author = ""
    return _bytes_of(made)


def _drop_unused(made: Any) -> None:
    for style in list(made.styles):
        if style.name not in BASE_STYLES:
            style.delete()
            continue
        # What the links and the title's blue line name is gone, or not ours.
        for path in ("w:link", "w:pPr/w:pBdr"):
            for found in style.element.xpath(path):
                found.getparent().remove(found)
    for source in (made.part, made.part.package):
        for name in [name for name, relation in source.rels.items() if relation.reltype in UNUSED_PARTS]:
            del source.rels[name]


def _set_fonts(made: Any, script: Script) -> None:
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), LANGUAGES[script])
    normal.element.get_or_add_rPr().append(language)
    for name, size in (("Title", 15), ("Heading 2", 12), ("Heading 3", 11)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
        style.paragraph_format.keep_with_next = True
        # The theme's fonts would win over the name.
        style.element.rPr.rFonts.attrib.pop(qn("w:asciiTheme"), None)
        style.element.rPr.rFonts.attrib.pop(qn("w:hAnsiTheme"), None)


def _add_styles(made: Any) -> None:
    _style(made, "adwLetterhead", "Zaglavlje pisma", after=2)
    end = _style(made, "adwLetterheadEnd", "Zaglavlje pisma, kraj", after=12)
    # The schema has an order: borders stand before the spacing.
    end.element.pPr.find(qn("w:spacing")).addprevious(_line_below())
    _style(made, "adwLead", "Uvod u nabrajanje", after=6).paragraph_format.keep_with_next = True
    item = _style(made, "adwItem", "Stavka", after=3).paragraph_format
    item.left_indent, item.first_line_indent = Cm(1.2), Cm(-0.6)
    _style(made, "adwCell", "Ćelija", after=0).font.size = Pt(10)
    kept = _style(made, "adwCellKept", "Ćelija, uz sledeću", after=0)
    kept.font.size, kept.paragraph_format.keep_with_next = Pt(10), True


def _style(made: Any, style_id: str, name: str, *, after: int) -> Any:
    style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), style_id)
    style.base_style = made.styles["Normal"]
    style.paragraph_format.space_after = Pt(after)
    return style


def _line_below() -> Any:
    return parse_xml(f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="4" w:color="auto"/></w:pBdr>')


def _set_page(made: Any) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2.2)
    number = section.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    fields = "".join(
        f'{slash}<w:fldSimple w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        for slash, field in (("", "PAGE"), ("<w:r><w:t>/</w:t></w:r>", "NUMPAGES"))
    )
    for added in parse_xml(f"<w:p {nsdecls('w')}>{fields}</w:p>"):
        number._p.append(added)


def _bytes_of(made: Any) -> bytes:
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()
