"""The package for somebody who asked: a page, tables and JSON, with a word on what to check before it goes out."""

from __future__ import annotations

import hashlib
import json
import uuid
import zipfile
from datetime import datetime
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from alerts.subject_access.asking import Subject
from alerts.subject_access.finding import Found
from alerts.tables import table_of
from crawler.belgrade import day_in_belgrade
from crawler.errors import StoreError
from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.files import write_whole
from crawler.store.audit import Act, record, whoever

README = """\
UVID U PODATKE O LIČNOSTI
=========================

Traženo:  {value}
Dana:     {day}
Nađeno:   {sum_up}

Šta je u paketu
---------------
podaci.html    oglasi, predmeti i zapisi, za čitanje u pregledaču
podaci.json    isto, za mašinsku obradu (ZZPL, čl. 36)
tabele/*.csv   svaki zapis koji pominje traženi podatak, po tabelama

Pre predaje (važi za organizaciju)
----------------------------------
1. Utvrdite identitet podnosioca zahteva. Broj telefona ili ime sami po sebi ne dokazuju ko pita.
2. Brojeve telefona, e-adrese i naloge drugih lica program je uklonio. Imena trećih lica u tekstu oglasa ne prepoznaje
   pouzdano: pročitajte tekst i precrtajte ih.
3. Podaci o predmetima navedeni su na kraju. Da li se saopštavaju procenjuje ovlašćeno lice (ZZPL, čl. 40): uvid se može
   ograničiti ako bi ugrozio postupak ili prava drugih. Razlog ograničenja zabeležite.
4. Rok za odgovor je 30 dana od prijema zahteva (ZZPL, čl. 21).
5. Izvorni snimci stranica nisu u paketu jer sadrže podatke drugih lica; navedeni su otiskom.
6. U rezervnim kopijama mogu postojati i podaci koji su u međuvremenu obrisani.

Tekst proverava pravnik pre upotrebe. Izdavanje ovog paketa zabeleženo je u dnevniku dokaza, bez imena i broja.
"""
NOTHING = "ništa; o traženom podatku program ne čuva nijedan zapis"


def pack(engine: Engine, subject: Subject, found: Found, output: Path, *, now: datetime) -> str:
    """Writes the package and notes it in the custody and the audit log, or does neither. Returns its SHA-256."""
    content = package(subject, found, now=now)
    digest = hashlib.sha256(content).hexdigest()
    name = f"subject-access:{uuid.uuid4()}"
    try:
        with engine.begin() as connection:
            append_custody(connection, [CustodyEntry(CustodyEvent.SUBJECT_ACCESS, name, digest)], at=now)
            record(connection, Act.EXPORTED, person=whoever(), now=now, subject=name, detail=f"sha256 {digest}")
            write_whole(output, content)
    except OSError as error:
        raise StoreError(f"{output} cannot be written: {error.strerror}") from error
    return digest


def package(subject: Subject, found: Found, *, now: datetime) -> bytes:
    """The ZIP."""
    document = {"asked": subject.value, "kind": subject.kind.value, "on": now.isoformat()}
    everything = {**document, "ads": found.ads, "cases": found.cases, "tables": found.tables}
    counted = ", ".join(f"{table} {len(rows)}" for table, rows in found.tables.items())
    sum_up = NOTHING if found.is_nothing else f"zapisa po tabelama: {counted}"
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "PROCITAJ.txt", README.format(value=subject.value, day=f"{day_in_belgrade(now):%d.%m.%Y.}", sum_up=sum_up)
        )
        packed.writestr("podaci.html", _page(subject, found, sum_up))
        packed.writestr("podaci.json", json.dumps(everything, ensure_ascii=False, indent=2, default=str))
        for table, rows in found.tables.items():
            packed.writestr(f"tabele/{table}.csv", _csv(rows))
    return buffer.getvalue()


def _csv(rows: list[dict[str, Any]]) -> bytes:
    return table_of(list(rows[0]), ([_cell(value) for value in row.values()] for row in rows))


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def _page(subject: Subject, found: Found, sum_up: str) -> str:
    parts = [f"<h1>Podaci o: {escape(subject.value)}</h1><p>Nađeno: {escape(sum_up)}.</p>"]
    parts += [_ad(ad) for ad in found.ads]
    for table, rows in found.tables.items():
        if table not in ("ads", "ad_versions", "assessments"):
            parts.append(f"<h2>Zapisi: {escape(table)}</h2>")
            parts += [_list(row) for row in rows]
    if found.cases:
        parts.append("<h2>Predmeti (o saopštavanju odlučuje ovlašćeno lice)</h2>")
        parts += [_list(case) for case in found.cases]
    style = "body{font:16px/1.5 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}"
    head = f'<meta charset="utf-8"><title>Uvid u podatke</title><style>{style}</style>'
    return f'<!doctype html><html lang="sr-Latn"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def _ad(ad: dict[str, Any]) -> str:
    head = f"<h2>Oglas {ad['ad']}</h2><p>{escape(ad['url'])}<br>viđen od {ad['first_seen']} do {ad['last_seen']}</p>"
    return head + "".join(
        f"<h3>{escape(version['title'] or 'bez naslova')}</h3><pre>{escape(version['text'])}</pre>"
        for version in ad["versions"]
    )


def _list(row: dict[str, Any]) -> str:
    stated = ((name, _cell(value)) for name, value in row.items() if value not in (None, ""))
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(told)}</dd>' for name, told in stated)}</dl>"
