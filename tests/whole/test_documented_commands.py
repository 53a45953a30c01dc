"""Every `adwatch …` line in a block of README or docs is run: it ends well, or refuses as the table says.

The lines of one document run in its order, in one folder with a small store. What stays or fetches is tried elsewhere.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image
from typer.testing import CliRunner

from alerts.desk.people import Role
from crawler.cli import app
from crawler.errors import AdwatchError
from crawler.evidence.custody import CustodyEntry, CustodyEvent, append_custody
from crawler.store.people import insert_person
from tests.builders import AD_TEXT, AD_TITLE, NOW, REGISTER_DIGEST, REGISTER_FILE, StoreBuilder
from tests.whole.command_line import understand

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)

# What stays, or works on the network: command -> the test that starts it for real.
ELSEWHERE = {
    "serve": "tests/desk/test_commands.py",
    "schedule": "tests/hall/test_scheduling.py",
    "nightly": "tests/whole/test_crashes.py",
    "worker": "tests/scaling/test_workers.py",
    "demo": "tests/whole/test_demo.py",
    "crawl": "tests/hall/test_scheduling.py",
}

# Placeholders of the documents -> what stands for them here.
GIVEN = {
    "SOURCE": "rs_klikdoposla",
    "SOURCE…": "rs_klikdoposla",
    "https://…": "https://poslovi.example/",
    "…": "ana@ngo.example",
    "URL": "https://poslovi.example/oglas/1",
    "/mnt/disk/": "",
    "/srv/": "",
}
# Commands that may refuse here, and with which words: the small store has not what they ask for.
REFUSED = {
    "users add": "already there",  # two documents add the same person
    "register alias add": "nobody is known as|no entry of the register",  # the number is invented
    # The small store has no draft of case 12 for them; tests/alerts walks from draft to outcome.
    "cases provisions": "has no draft to",
    "cases approve": "cannot be decided `approve`",
    "cases filed": "was ever approved",
    "cases outcome": "nothing of case 12 was filed",
    "sources disable": "already",  # two documents again
    "doctor": "bad|warn",  # an installation as small as this lacks things
    "messages test": "names nobody under messages",  # nobody is to be told; tests/messages sends to a real server
}
MOST = 48
"""The documents name ads, series and cases up to this number."""


@dataclass(frozen=True)
class Line:
    """One documented call."""

    document: str
    text: str

    @property
    def arguments(self) -> list[str]:
        """As a shell would give them, placeholders filled in, without comment and what follows a `|` or `&&`."""
        words = shlex.split(self.text.removeprefix("adwatch"), comments=True)
        return [_filled(word) for word in words]


def _filled(word: str) -> str:
    if word in GIVEN:
        return GIVEN[word]
    return next(
        (value + word.removeprefix(key) for key, value in GIVEN.items() if "/" in key and word.startswith(key)), word
    )


def _lines() -> Iterator[Line]:
    for path in DOCUMENTS:
        for block in BLOCK.findall(path.read_text(encoding="utf-8")):
            for line in block.splitlines():
                if line.startswith("adwatch "):
                    yield Line(path.name, line)


LINES = tuple(_lines())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the files that the documents name, and a data folder with two cases and two people."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / "oglas.txt").write_text(f"{AD_TITLE}\n{AD_TEXT}", encoding="utf-8")
    (folder / "page.html").write_text(f"<html><h1>{AD_TITLE}</h1><p>{AD_TEXT}</p></html>", encoding="utf-8")
    (folder / "potvrda.pdf").write_bytes(b"%PDF-1.4 invented")
    Image.new("RGB", (800, 600), "white").save(folder / "letak.jpg")
    shutil.copy(ROOT / "tests" / "pipelines" / "labelled" / "ads.jsonl", folder / "oznaceni.jsonl")
    _register_file(folder / "registar.xlsx")
    (folder / "tests").symlink_to(ROOT / "tests")
    store = StoreBuilder(folder / "adwatch")
    store.register()
    kept = store.settings.evidence_folder / "register" / "registar-agencija.xlsx"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(REGISTER_FILE)
    with store.engine.begin() as connection:
        entry = CustodyEntry(CustodyEvent.REGISTER_IMPORTED, "register/registar-agencija.xlsx", REGISTER_DIGEST)
        append_custody(connection, [entry], at=NOW)
    StoreBuilder(folder / "adwatch-lists").engine.dispose()
    for number in range(1, MOST):
        store.complaint_case(url=f"https://oglasi.example/{number}")
    store.ad(series_id=MOST - 1)
    with store.engine.begin() as connection:
        insert_person(
            connection, email="iva@ngo.example", name="Iva Ivić", role=Role.LEGAL, password_hash="none", now=NOW
        )
    store.engine.dispose()
    before, here = dict(os.environ), Path.cwd()
    os.environ |= {"ADWATCH_HOME": str(folder / "adwatch"), "COLUMNS": "200", "NO_COLOR": "1"}
    os.environ.pop("ADWATCH_DATABASE_URL", None)
    os.chdir(folder)
    understand(["draft", "12", "-o", "nacrt.docx"])
    drafted = CliRunner().invoke(app, ["draft", "12", "--recipient", "trzisna_inspekcija", "-o", "nacrt.docx"])
    assert drafted.exit_code == 0, drafted.exception
    yield folder
    os.chdir(here)
    os.environ.clear()
    os.environ.update(before)


def _register_file(path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("Redni broj", "Naziv agencije", "Sedište", "Broj dozvole", "Datum dozvole", "Važi do"))
    sheet.append((1, "Primer Radnik d.o.o.", "Beograd", "000-01-00001/2024-01", "15.01.2024", "15.01.2029"))
    book.save(path)


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.document}: {line.text.partition('  ')[0]}")
def test_a_documented_command_does_what_it_says(line: Line, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = understand(line.arguments)
    if name in ELSEWHERE:
        assert (ROOT / ELSEWHERE[name]).is_file()
        return
    # A restore goes into a folder that is new.
    shutil.rmtree(folder / "adwatch-new", ignore_errors=True)
    # A new list would make the judgements old on which the documents' drafts rest.
    home = "adwatch-lists" if name.startswith("register") else "adwatch"
    monkeypatch.setenv("ADWATCH_HOME", str(folder / home))
    ended = CliRunner().invoke(app, line.arguments, input="proba-lozinke-12\nproba-lozinke-12\n")
    if name in REFUSED and ended.exit_code:
        assert isinstance(ended.exception, AdwatchError | SystemExit), ended.output
        said = f"{ended.output} {ended.exception}"
        assert re.search(REFUSED[name], said), said
        return
    assert ended.exit_code == 0, (
        f"`{line.text}` of {line.document} does not end well in the folder of this test; give it what it needs there, "
        f"or say in REFUSED why it may refuse: {ended.exception!r} {ended.output[-600:]}"
    )
