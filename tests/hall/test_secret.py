"""Secrets come from the environment or from a file it names, and are never repeated in an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.browser import launch_options
from crawler.config import Settings
from crawler.errors import ConfigError
from crawler.secret import secret_of

NAME = "ADWATCH_TRY_PASSWORD"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (NAME, f"{NAME}_FILE", "ADWATCH_DATABASE_URL", "ADWATCH_DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_no_secret() -> None:
    assert secret_of(NAME) is None


def test_the_environment_gives_a_secret_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " with blanks ")
    assert secret_of(NAME) == " with blanks "


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_gives_its_line_without_the_line_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / "password"
    path.write_bytes(f" šifra {ending}".encode())
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    assert secret_of(NAME) == " šifra "


def test_both_at_once_are_refused_rather_than_one_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("from-file")
    monkeypatch.setenv(NAME, "from-environment")
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(ConfigError, match="both set") as raised:
        secret_of(NAME)
    assert "from-" not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"first-half\nsecond-half\n", b"\xff\xfe-half"])
def test_a_file_that_holds_no_one_line_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "password"
    path.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(ConfigError, match=f"{NAME}_FILE") as raised:
        secret_of(NAME)
    assert "half" not in str(raised.value)


def test_a_file_that_is_missing_is_said_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match="nothing cannot be read"):
        secret_of(NAME)


def test_the_database_address_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "address"
    path.write_text("postgresql://adwatch:secret@db.example/adwatch\n")
    monkeypatch.setenv("ADWATCH_DATABASE_URL_FILE", str(path))
    assert Settings.from_environment().database_url == "postgresql+psycopg://adwatch:secret@db.example/adwatch"


def test_a_process_of_ours_gets_the_address_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "address"
    path.write_text("sqlite:////nowhere/adwatch.db\n")
    monkeypatch.setenv("ADWATCH_DATABASE_URL_FILE", str(path))
    settings = Settings.from_environment()
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.from_environment().database_url == settings.database_url


def test_a_process_that_reads_hostile_pages_gets_no_secret_it_has_no_use_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SMTP_PASSWORD", "SMTP_PASSWORD_FILE", "APPRISE_TEAM", "APPRISE_TEAM_FILE", "METRICS_TOKEN"):
        monkeypatch.setenv(f"ADWATCH_{name}", "secret")
    monkeypatch.setenv("ADWATCH_LOG", "INFO")
    given = Settings(tmp_path).environment()
    assert "secret" not in given.values()
    assert given["ADWATCH_LOG"] == "INFO"


def test_the_browser_gets_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADWATCH_DATABASE_URL", "postgresql://adwatch:secret@db.example/adwatch")
    environment = launch_options()["env"]
    assert isinstance(environment, dict)
    assert "PATH" in environment
    assert not [name for name in environment if name.startswith("ADWATCH_")]
