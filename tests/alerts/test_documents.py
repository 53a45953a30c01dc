"""One document, three files: text, DOCX and PDF hold the same paragraphs, whatever an ad says."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.table import Table

from alerts.document import BlockKind, DraftDocument, Verbatim, mark_value, parse_document, plain_text
from alerts.drafting import DocumentFormat, document_of, render, write_whole
from alerts.facts import DraftFacts, Statement
from alerts.follow_ups import follow_up_document
from alerts.information_requests import request_document
from alerts.script import Script
from crawler.assessment import Verdict
from crawler.errors import DraftError, UsageError
from tests.alerts.sample import SampleCase, possible_drafts, sample_facts, sample_follow_up, sample_request

HOSTILE = (
    "a & b < c > d </w:t></w:r>",
    "{{ facts }} {% include 'x' %}",
    '#import "x": y; $x$ _a_ *b* `c` @ref <label> \\u{41}',
    '=HYPERLINK("http://x.example") +1 -1 @SUM',
    "# naslov",
    "| ćelija | druga | treća",
    "+ stavka",
    "\u202eokrenuto\u202c \u2066x\u2069",
    "pre\x00posle\x0b \ud83d \uffff \ufdd0 \ufdd2",
    "prvi\n## drugi\n! treći",
    "W" * 10_000,
    "reč " * 2_500,
)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _docx_paragraphs(content: bytes) -> list[str]:
    found: list[str] = []
    for part in Document(BytesIO(content)).iter_inner_content():
        if isinstance(part, Table):
            found += [cell.text for row in part.rows for cell in row.cells]
        else:
            found.append(part.text)
    return found


def _pdf_text(content: bytes, folder: Path) -> str:
    file = folder / "draft.pdf"
    file.write_bytes(content)
    # The page number in the foot is cut off: it stands in no paragraph.
    crop = ["-x", "0", "-y", "0", "-W", "596", "-H", "785"]
    made = subprocess.run(["pdftotext", *crop, str(file), "-"], check=True, capture_output=True)
    return made.stdout.decode()


def _hostile_facts(recipient: str) -> DraftFacts:
    plain = sample_facts(recipient)
    quotes = tuple(Verbatim(text) for text in HOSTILE)
    return replace(
        plain,
        statements=tuple(Statement("navod", quote) for quote in quotes),
        ad_lines=quotes,
        places=tuple(replace(place, title=quotes[0], url=quotes[-2]) for place in plain.places),
        subject=replace(plain.subject, name=quotes[5], handles=quotes),
    )


@pytest.mark.parametrize("script", Script)
@pytest.mark.parametrize(("recipient", "case"), list(possible_drafts()))
def test_docx_and_pdf_hold_the_same_paragraphs(
    recipient: str, case: SampleCase, script: Script, tmp_path: Path
) -> None:
    document = document_of(sample_facts(recipient, case), script)
    assert _docx_paragraphs(render(document, DocumentFormat.DOCX)) == document.paragraphs()
    text = _squeezed(_pdf_text(render(document, DocumentFormat.PDF), tmp_path))
    assert [found for found in document.paragraphs() if _squeezed(found) not in text] == []


@pytest.mark.parametrize("script", Script)
@pytest.mark.parametrize("reason", [None, "neko ne može da ode | jer nema pasoš"])
def test_a_request_for_the_register_is_the_same_in_all_formats(
    reason: str | None, script: Script, tmp_path: Path
) -> None:
    document = request_document(sample_request(reason), script)
    assert _docx_paragraphs(render(document, DocumentFormat.DOCX)) == document.paragraphs()
    pdf = _squeezed(_pdf_text(render(document, DocumentFormat.PDF), tmp_path))
    text = render(document, DocumentFormat.TXT).decode()
    assert [found for found in document.paragraphs() if _squeezed(found) not in pdf or found not in text] == []


@pytest.mark.parametrize("script", Script)
def test_a_follow_up_is_the_same_in_all_formats(script: Script, tmp_path: Path) -> None:
    document = follow_up_document(sample_follow_up(), script)
    assert _docx_paragraphs(render(document, DocumentFormat.DOCX)) == document.paragraphs()
    pdf = _squeezed(_pdf_text(render(document, DocumentFormat.PDF), tmp_path))
    assert [found for found in document.paragraphs() if _squeezed(found) not in pdf] == []


def test_the_text_file_holds_every_paragraph_too() -> None:
    document = document_of(sample_facts("trzisna_inspekcija"), Script.CYRL)
    text = render(document, DocumentFormat.TXT).decode()
    assert [found for found in document.paragraphs() if found not in text] == []


@pytest.mark.parametrize("script", Script)
@pytest.mark.parametrize("recipient", ["trzisna_inspekcija", "obavestenje_portalu", "msp_konzularni"])
def test_hostile_ad_text_comes_out_as_text_and_breaks_no_document(
    recipient: str, script: Script, tmp_path: Path
) -> None:
    document = document_of(_hostile_facts(recipient), script)
    plain = document_of(replace(_hostile_facts(recipient), ad_lines=(Verbatim("x"),) * len(HOSTILE)), script)
    assert [block.kind for block in document.blocks] == [block.kind for block in plain.blocks]
    assert _docx_paragraphs(render(document, DocumentFormat.DOCX)) == document.paragraphs()
    text = _squeezed(_pdf_text(render(document, DocumentFormat.PDF), tmp_path))
    assert [found[:60] for found in document.paragraphs() if _squeezed(found) not in text] == []


def test_quotes_names_addresses_and_hashes_keep_their_letters_in_cyrillic() -> None:
    facts = sample_facts("trzisna_inspekcija")
    text = plain_text(document_of(facts, Script.CYRL))
    kept = [
        "„Kotizacija 200 evra pre puta“",
        "Injekcija & brizganje plastike – Njemačka <hitno>",
        "Wolt & Söhne GmbH",
        "Primer Rad",
        "„Primer Radnik d.o.o.“",
        "rad@primer.example",
        "pravna@primer.example",
        "viber:+381600000001",
        "http://oglasi.example/posao/7?x=1&y=2",
        facts.evidence[0].digest,
        facts.evidence[0].record_id,
        "registar-agencija.xlsx",
    ]
    assert [word for word in kept if word not in text] == []


def test_the_pdf_is_pdf_a_with_embedded_fonts_and_the_draft_date(tmp_path: Path) -> None:
    content = render(document_of(sample_facts("trzisna_inspekcija"), Script.CYRL), DocumentFormat.PDF)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    file = tmp_path / "draft.pdf"
    file.write_bytes(content)
    fonts = subprocess.run(["pdffonts", str(file)], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in fonts.splitlines()[2:]]
    assert rows
    assert all(row[-5] == "yes" for row in rows)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (Verdict.NOT_FOUND, "Na dan 2.11.2026. po ovim podacima nije pronađen upis u registru."),
        (Verdict.EXPIRED, "stoji upis „Primer“, čija je dozvola, prema podacima registra, istekla."),
        (Verdict.REVOKED, "stoji upis „Primer“, čija dozvola, prema podacima registra, više ne važi."),
        (Verdict.REGISTERED, "stoji upis „Primer“ sa važećom dozvolom."),
        (Verdict.AMBIGUOUS, "ne može pouzdano zaključiti"),
        (Verdict.UNIDENTIFIED, "Oglas ne navodi ni naziv ni broj po kome bi oglašivač mogao da se potraži u registru;"),
    ],
)
def test_each_answer_of_the_register_has_its_own_hedged_sentence(verdict: Verdict, sentence: str) -> None:
    facts = sample_facts("policija_uput")
    check = replace(facts.register_check, verdict=verdict, entry=Verbatim("Primer"))
    text = plain_text(document_of(replace(facts, register_check=check), Script.LATN))
    assert sentence in text
    assert ("nije pronađen" in text) is (verdict is Verdict.NOT_FOUND)


def test_nothing_checked_is_never_told_as_not_found() -> None:
    facts = sample_facts("policija_uput")
    check = replace(facts.register_check, snapshot=None, verdict=None)
    text = plain_text(document_of(replace(facts, register_check=check), Script.LATN))
    assert "Provera u registru izdatih dozvola agencijama za zapošljavanje nije izvršena." in text
    assert "nije pronađen" not in text


def test_a_stale_register_says_so() -> None:
    facts = sample_facts("policija_uput")
    stale = replace(facts, register_check=replace(facts.register_check, stale=True))
    assert "stariji je od roka" in plain_text(document_of(stale, Script.LATN))


def test_a_document_made_twice_is_the_same() -> None:
    document = document_of(sample_facts("trzisna_inspekcija"), Script.LATN)
    assert render(document, DocumentFormat.PDF) == render(document, DocumentFormat.PDF)


@pytest.mark.parametrize("script", Script)
def test_the_docx_is_in_the_house_style_for_people_to_edit(script: Script) -> None:
    document = document_of(sample_facts("trzisna_inspekcija"), script)
    opened = Document(BytesIO(render(document, DocumentFormat.DOCX)))
    used = [paragraph.style.name for paragraph in opened.paragraphs]
    assert used[:3] == ["Zaglavlje pisma", "Zaglavlje pisma, kraj", "Title"]
    assert {"Heading 2", "Heading 3", "Stavka", "Normal"} <= set(used)
    assert f'w:val="sr-{script.title()}-RS"' in opened.styles["Normal"].element.xml
    assert (opened.core_properties.title, opened.core_properties.author) == (document.title, "")
    assert opened.core_properties.created.date() == document.made_at.date()
    assert 'instr="PAGE"' in opened.sections[0].footer._element.xml


def test_what_leads_into_a_list_stays_with_it_in_word() -> None:
    document = document_of(sample_facts("trzisna_inspekcija"), Script.LATN)
    opened = Document(BytesIO(render(document, DocumentFormat.DOCX)))
    leads = [paragraph.text for paragraph in opened.paragraphs if paragraph.style.name == "Uvod u nabrajanje"]
    assert "Predlažemo nadležnom organu:" in leads
    assert opened.styles["Uvod u nabrajanje"].paragraph_format.keep_with_next
    assert [words for words in document.paragraphs() if words.endswith(":")] == leads


def test_no_page_of_a_pdf_ends_with_what_leads_into_a_list(tmp_path: Path) -> None:
    for recipient, case in possible_drafts():
        document = document_of(sample_facts(recipient, case), Script.CYRL)
        pages = _pdf_text(render(document, DocumentFormat.PDF), tmp_path).split("\f")
        assert [page.strip()[-80:] for page in pages if page.strip().endswith(":")] == []


def test_one_documents_words_are_not_in_the_next_one() -> None:
    first, second = (
        document_of(sample_facts(recipient), Script.LATN) for recipient in ("trzisna_inspekcija", "policija_uput")
    )
    render(first, DocumentFormat.DOCX)
    assert _docx_paragraphs(render(second, DocumentFormat.DOCX)) == second.paragraphs()


def _parsed(line: str) -> DraftDocument:
    return parse_document(line, Script.LATN, made_at=datetime(2026, 11, 20, tzinfo=UTC))


@pytest.mark.parametrize("value", ["# x", "+ x", "| x | y", "! x", "## x"])
def test_a_value_at_the_start_of_a_line_is_never_structure(value: str) -> None:
    (block,) = _parsed(mark_value(Verbatim(value))).blocks
    assert (block.kind, block.text) == (BlockKind.PARAGRAPH, value)


def test_a_bar_in_a_value_divides_no_row() -> None:
    (block,) = _parsed(f"| Naziv | {mark_value(Verbatim('a | b'))}").blocks
    assert block.cells == ("Naziv", "a | b")


def test_a_missing_value_is_no_blank() -> None:
    with pytest.raises(DraftError, match="missing"):
        mark_value(None)


def test_a_template_that_asks_for_what_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = sample_facts("trzisna_inspekcija")
    broken: Any = object()
    with pytest.raises(DraftError, match="trzisna_inspekcija"):
        document_of(replace(facts, register_check=broken), Script.CYRL)


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("staro", encoding="utf-8")
    write_whole(file, b"novo")
    assert file.read_bytes() == b"novo"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nema.*cannot be written"):
        write_whole(tmp_path / "nema" / "draft.txt", b"x")


def test_the_docx_names_no_style_or_part_that_is_not_in_it() -> None:
    content = render(document_of(sample_facts("trzisna_inspekcija"), Script.LATN), DocumentFormat.DOCX)
    with zipfile.ZipFile(BytesIO(content)) as package:
        names = set(package.namelist())
        styles, body = (package.read(f"word/{part}.xml").decode() for part in ("styles", "document"))
        targets = re.findall(r'Target="([^"]+)"', package.read("word/_rels/document.xml.rels").decode())
    known = set(re.findall(r'w:styleId="([^"]+)"', styles))
    assert set(re.findall(r'<w:(?:pStyle|tblStyle) w:val="([^"]+)"', body)) <= known
    assert set(re.findall(r'<w:(?:basedOn|next|link) w:val="([^"]+)"', styles)) <= known
    assert {f"word/{target}" for target in targets} <= names
