"""The register at the desk: lists, entries, differences, importing by upload with a look beforehand, decided names."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts.desk.people import Role
from crawler.store.aliases import NewAlias, add_alias, list_aliases
from crawler.store.register import list_snapshots, newest_snapshot
from crawler.store.schema import custody, register_snapshots
from pipelines.register.aliases import identity_of
from pipelines.register.importing import import_file
from tests.desk.conftest import MORNING, DeskUnderTest, field
from tests.register.lists import HEADER, ROWS, write_csv, write_docx, write_xlsx


def _look(desk: DeskUnderTest, file: Path, *, as_of: str = "2026-11-20", name: str = "") -> tuple[int, str]:
    """Uploads the file as the form would."""
    form = {"csrf": field(desk.page("/register/import"), "csrf"), "as_of": as_of}
    given = (name or file.name, file.read_bytes(), "application/octet-stream")
    answer = desk.client.post("/register/import", data=form, files={"file": given})
    return answer.status_code, answer.text


def _confirm(desk: DeskUnderTest, page: str, **more: str) -> tuple[int, str]:
    form = {name: field(page, name) for name in ("csrf", "as_of", "name", "snapshot", "carried")}
    answer = desk.client.post("/register/import/confirm", data={**form, **more})
    return answer.status_code, answer.text


def _count(desk: DeskUnderTest) -> tuple[int, int]:
    """Snapshots and custody entries in the store."""
    with desk.store.connect() as connection:
        found = [
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in (register_snapshots, custody)
        ]
    return found[0], found[1]


def _import(desk: DeskUnderTest, file: Path, day: date) -> None:
    import_file(desk.store.settings, desk.store.engine, file, as_of=day, now=MORNING)


@pytest.mark.parametrize("write", [write_xlsx, write_docx, write_csv])
def test_a_list_is_looked_at_before_it_is_put_in_force(desk: DeskUnderTest, tmp_path: Path, write: object) -> None:
    suffix = {write_xlsx: "xlsx", write_docx: "docx", write_csv: "csv"}[write]  # type: ignore[index]
    desk.enter(Role.COORDINATOR)
    file = write(tmp_path / f"spisak.{suffix}", [HEADER, *ROWS])  # type: ignore[operator]
    status, page = _look(desk, file)
    assert status == 200
    assert "Razumeto: 5\xa0agencija" in page
    assert "Ovo je prvi spisak." in page
    assert _count(desk) == (0, 0)
    assert _confirm(desk, page)[0] == 303
    assert _count(desk) == (1, 1)
    assert "važeći" in desk.page("/register?imported=true")


def test_the_kind_is_told_by_content_and_not_by_name(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    file = write_xlsx(tmp_path / "spisak.xlsx", [HEADER, *ROWS])
    status, page = _look(desk, file, name="../../spisak.pdf")
    assert status == 200
    assert "spisak.pdf (xlsx)" in page
    _confirm(desk, page)
    with desk.store.connect() as connection:
        (row,) = list_snapshots(connection)
    assert row.file.name == "spisak.xlsx"


def test_refused_rows_are_told_with_their_reason(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    bad = ("6.", "Samo Ime", "", "", "", "", "", "", "")
    odd = ("7.", "Primer Sever d.o.o.", "Senta", "102-7/2024", "kada stigne 31.31.2024.", "", "", "", "")
    _, page = _look(desk, write_xlsx(tmp_path / "spisak.xlsx", [HEADER, *ROWS, bad, odd]))
    assert "Odbijeno: 2\xa0reda" in page
    assert "red 7: osim naziva nema nijednog podatka" in page
    assert "red 8: datum se ne može pročitati" in page


def test_what_would_change_is_shown_beforehand(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    _import(desk, write_csv(tmp_path / "stari.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    new = ("9.", "Novi Bor d.o.o.", "Bor", "102-10/2026", "01.11.2026.", "", "", "", "")
    _, page = _look(desk, write_csv(tmp_path / "novi.csv", [HEADER, *ROWS[1:], new]))
    assert "Prema spisku od 1." in page
    assert page.index("nove na spisku") < page.index("Novi Bor d.o.o.") < page.index("više nisu na spisku")
    _confirm(desk, page)
    shown = desk.page("/register/differences")
    assert "Novi Bor d.o.o." in shown
    assert "Kestenjar Posao" in shown


def test_a_torn_list_is_put_in_force_only_by_who_says_that_it_is_complete(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    _import(desk, write_csv(tmp_path / "stari.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    _, page = _look(desk, write_csv(tmp_path / "novi.csv", [HEADER, ROWS[0]]))
    assert "manje od polovine agencija" in page
    status, again = _confirm(desk, page)
    assert (status, "Potvrdite da je spisak potpun" in again) == (400, True)
    assert _count(desk)[0] == 1
    assert _confirm(desk, page, is_complete="true")[0] == 303
    assert _count(desk)[0] == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("spisak.exe", b"MZ\0\0\0", "Ova vrsta datoteke se ne čita"),
        ("spisak.xlsx", b"PK\x03\x04torn", "Datoteka je oštećena"),
        ("spisak.pdf", b"%PDF-1.4 torn", "Datoteka je oštećena"),
        ("dopis.csv", b"Postovani;hvala\n", "Nije nađena tabela"),
        ("prazan.csv", "Naziv agencije;Sedište;Broj rešenja\n".encode(), "nijednu agenciju"),
        ("velik.csv", b"a" * (8 * 1024 * 1024 + 1), "veća od 8 MB"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_changes_nothing(
    desk: DeskUnderTest, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    desk.enter(Role.ADMIN)
    file = tmp_path / name
    file.write_bytes(content)
    status, page = _look(desk, file)
    assert status == 400
    assert said in page
    assert _count(desk) == (0, 0)


def test_a_day_to_come_is_refused(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    status, page = _look(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), as_of="2026-11-21")
    assert (status, "ne može da bude u budućnosti" in page) == (400, True)
    assert 'value="2026-11-21"' in page


def test_what_was_looked_at_is_what_is_imported(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    _, page = _look(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]))
    assert _confirm(desk, page, snapshot="sha256:" + "0" * 64)[0] == 400
    assert _confirm(desk, page, carried="@@@")[0] == 400
    assert _count(desk) == (0, 0)


def test_stored_ads_are_said_to_wait_for_a_new_and_newest_list_alone(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.ADMIN)
    file = write_csv(tmp_path / "a.csv", [HEADER, *ROWS])
    assert _told_after_import(desk, file, "2026-11-19") == (True, True)
    assert _told_after_import(desk, file, "2026-11-19") == (False, False)
    assert "već bio uvezen" in desk.page("/register?imported=false")
    assert _told_after_import(desk, file, "2026-11-10") == (True, False)
    assert _told_after_import(desk, file, "2026-11-20") == (True, True)
    desk.wait(timedelta(minutes=1))
    desk.store.assess(desk.store.ad(), at=desk.now)
    assert "Sačuvani oglasi još nisu procenjeni" not in desk.page("/register?imported=true"), "loaded again"


def _told_after_import(desk: DeskUnderTest, file: Path, day: str) -> tuple[bool, bool]:
    """Whether the page says that the list was imported, and that stored ads wait to be judged by it."""
    desk.wait(timedelta(minutes=1))
    _, page = _look(desk, file, as_of=day)
    form = {name: field(page, name) for name in ("csrf", "as_of", "name", "snapshot", "carried")}
    shown = desk.page(desk.client.post("/register/import/confirm", data=form).headers["location"])
    return "Spisak je uvezen." in shown, "Sačuvani oglasi još nisu procenjeni po njemu" in shown


@pytest.mark.parametrize("role", [Role.READONLY, Role.REVIEWER, Role.LEGAL])
def test_others_import_nothing(desk: DeskUnderTest, role: Role) -> None:
    desk.enter(role)
    assert desk.client.get("/register/import").status_code == 403
    csrf = field(desk.page("/register"), "csrf")
    for address in ("/register/import", "/register/import/confirm"):
        assert desk.client.post(address, data={"csrf": csrf}).status_code == 403
    assert "/register/import" not in desk.page("/register")


def test_every_form_needs_its_token(desk: DeskUnderTest) -> None:
    desk.enter(Role.ADMIN)
    for address in ("/register/import", "/register/import/confirm", "/register/aliases/revoke"):
        assert desk.client.post(address, data={"decision": "1"}).status_code == 403


def test_entries_are_found_in_either_script_and_by_number(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter(Role.READONLY)
    _import(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    assert "Tihi Javor" in desk.page("/register/entries?q=тихи јавор")
    assert "Tihi Javor" not in desk.page("/register/entries?q=kestenjar")
    assert "Kestenjar" in desk.page("/register/entries?q=011555001")
    page = desk.page("/register/entries")
    assert "dozvola oduzeta ili ukinuta" in page
    assert "dozvola istekla" in page
    assert "Nijedna agencija ne odgovara" in desk.page("/register/entries?q=nema+takve")
    assert desk.client.get("/register/entries?of=ffffffff").status_code == 404


def test_a_stale_list_is_told_on_top(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter()
    assert "niko nije proveren" in desk.page("/register")
    _import(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    assert "zastareo" not in desk.page("/register")
    desk.wait(timedelta(days=60))
    desk.log_in()
    assert "po njemu se ni za koga ne kaže da nema dozvolu" in desk.page("/register")


def test_differences_need_two_lists_and_known_names(desk: DeskUnderTest, tmp_path: Path) -> None:
    desk.enter()
    _import(desk, write_csv(tmp_path / "a.csv", [HEADER, *ROWS]), date(2026, 11, 1))
    assert "Još nema dva spiska" in desk.page("/register/differences")
    assert desk.client.get("/register/differences?before=besmislica").status_code == 400


def test_a_decision_on_a_name_is_taken_back_once(desk: DeskUnderTest) -> None:
    desk.enter()
    assert "Niko još nije odlučivao" in desk.page("/register/aliases")
    desk.store.register()
    with desk.store.engine.begin() as connection:
        register = newest_snapshot(connection, on=None, stale_after_days=45)
        assert register is not None
        entry = identity_of(register.entries[0])
        add_alias(connection, NewAlias("<i>Drugo</i>", "drugo", entry, True, "ana@primer.example", "Ana"), now=MORNING)
    page = desk.page("/register/aliases")
    assert "&lt;i&gt;Drugo&lt;/i&gt;" in page
    form = {"csrf": field(page, "csrf"), "decision": field(page, "decision")}
    assert desk.client.post("/register/aliases/revoke", data=form).status_code == 303
    assert "povučena" in desk.page("/register/aliases")
    assert desk.client.post("/register/aliases/revoke", data=form).status_code == 409
    with desk.store.connect() as connection:
        assert list_aliases(connection) == []
