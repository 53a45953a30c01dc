"""Bad input ends in one line and exit code 2, never in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.running import adwatch


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder of files nobody should give the program."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "latin2.txt").write_bytes("Potrebni radnici, plaća".encode("cp1250"))
    (folder / "broken.jsonl").write_text('{"id": "1", "text": "a"}\n{"id": \n', encoding="utf-8")
    (folder / "list.jsonl").write_text("[1, 2]\n", encoding="utf-8")
    (folder / "binary.html").write_bytes(bytes(range(256)) * 10)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "{bad}/missing.txt"),
        ("check", "{bad}/latin2.txt"),
        ("check", "{bad}"),
        ("check", "--jsonl", "{bad}/broken.jsonl"),
        ("check", "--jsonl", "{bad}/list.jsonl"),
        ("dedupe", "--jsonl", "{bad}/missing.jsonl"),
        ("dedupe", "--jsonl", "{bad}/broken.jsonl"),
        ("extract", "--url", "http://a.example/", "{bad}/missing.html"),
        ("extract", "--url", "no-address", "{bad}/latin2.txt"),
        ("register", "import", "{bad}/missing.xlsx"),
        ("register", "match", "--jsonl", "{bad}/broken.jsonl"),
        ("register", "alias", "add", "Primer", "--entry", "Primer", "--person", "niko@primer.example"),
        ("register", "alias", "remove", "1", "--person", "niko@primer.example"),
        ("register", "request", "-o", "{bad}/zahtev.docx"),
        ("crawl", "no_such_source"),
        ("sources", "check", "no_such_source"),
        ("sources", "new", "RS", "--kind", "feed", "--url", "https://portal.example/"),
        ("sources", "new", "rs_novi", "--kind", "feed", "--url", "https://www.linkedin.com/jobs"),
        ("sources", "freeze", "rs_infostud", "{bad}/missing.html"),
        ("sources", "freeze", "rs_infostud", "{bad}/binary.html", "--reads", "nothing"),
        ("crawl", "--url", "https://www.instagram.com/posao"),
        ("crawl",),
        ("crawl", "--url", "ftp://a.example/"),
        ("draft", "9999", "--format", "txt", "--script", "latn", "-o", "{bad}/draft.txt"),
        ("draft", "x", "--format", "txt", "--script", "latn", "-o", "{bad}/draft.txt"),
        ("no-such-command",),
        ("status", "--no-such-option"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(tmp_path: Path, bad: Path, arguments: tuple[str, ...]) -> None:
    ended = adwatch(tmp_path / "home", *(argument.format(bad=bad) for argument in arguments))

    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stderr.strip()


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:tajna@localhost/x", "postgresql://127.0.0.1:1/x"])
def test_unreadable_database_address_is_one_line_and_exit_code_2(tmp_path: Path, url: str) -> None:
    ended = adwatch(tmp_path / "home", "status", ADWATCH_DATABASE_URL=url)

    assert ended.returncode == 2
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "tajna" not in ended.stderr


def test_unknown_key_in_the_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "adwatch.yml").write_text("kontakt: a\n", encoding="utf-8")

    ended = adwatch(tmp_path, "status")

    assert ended.returncode == 2
    assert "kontakt" in ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("check",),
        ("sources", "new", "RS", "--kind", "feed", "--url", "https://portal.example/"),
        ("sources", "new", "rs_novi", "--kind", "feed", "--url", "https://www.linkedin.com/jobs"),
        ("sources", "freeze", "rs_infostud", "{bad}/missing.html"),
        ("sources", "freeze", "rs_infostud", "{bad}/binary.html", "--reads", "nothing"),
        ("crawl", "--url", "https://www.instagram.com/posao"),
        ("crawl",),
        ("dedupe",),
        ("demo",),
        ("draft",),
        ("evidence", "verify"),
        ("extract",),
        ("nightly",),
        ("reassess",),
        ("register", "import"),
        ("register", "match"),
        ("register", "show"),
        ("cases", "list"),
        ("schedule",),
        ("serve",),
        ("sources", "list"),
        ("sources", "check"),
        ("sources", "freeze"),
        ("status",),
        ("users", "add"),
    ],
)
def test_every_command_has_help_with_an_example(tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = adwatch(tmp_path, *command, "--help")

    assert ended.returncode == 0
    assert not command or "Example" in ended.stdout
