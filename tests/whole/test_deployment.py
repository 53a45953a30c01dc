"""The files of docs/deploy name only what the program knows, and agree with each other. Nothing is started here."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.config import FileSettings
from tests.whole.command_line import WrongUse, understand

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
COMPOSE = sorted(DEPLOY.glob("compose*.yml"))
HOME, USER, PORT = "/srv/adwatch", "adwatch", "8000"


def _unit(path: Path) -> configparser.SectionProxy:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str  # type: ignore[assignment]
    parsed.read(path, encoding="utf-8")
    assert set(parsed.sections()) == {"Unit", "Service", "Install"}
    return parsed["Service"]


def _compose(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def _ours(path: Path) -> dict[str, dict[str, Any]]:
    return {name: one for name, one in _compose(path)["services"].items() if one["image"] == "adwatch"}


def _dockerfile() -> list[tuple[str, str]]:
    """Instructions with what they are given, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def _given(instruction: str) -> list[str]:
    return [rest for word, rest in _dockerfile() if word == instruction]


def _commands() -> list[list[str]]:
    units = [shlex.split(_unit(path)["ExecStart"]) for path in UNITS]
    services = [one["command"] for path in COMPOSE for one in _ours(path).values()]
    return [*units, *services, yaml.safe_load(_given("CMD")[0])]


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_every_command_is_one_of_the_program(command: list[str]) -> None:
    assert Path(command[0]).name == "adwatch"
    understand(command[1:])


def test_an_option_that_is_none_would_be_noticed() -> None:
    with pytest.raises(WrongUse):
        understand(["serve", "--prot", "8000"])


def test_every_variable_is_read_by_the_program() -> None:
    code = "\n".join(path.read_text() for room in ("crawler", "alerts") for path in (ROOT / room).rglob("*.py"))
    secrets = set(re.findall(r'(?:secret_of\(|^\w*VARIABLE = )"(ADWATCH_\w+)"', code, re.MULTILINE))
    known = set(re.findall(r'"(ADWATCH_\w+)"', code)) | {f"{name}_FILE" for name in secrets}
    named = {
        name: path.name
        for path in (*DEPLOY.iterdir(), ROOT / "docs" / "operations.md", ROOT / "README.md")
        if path.is_file()
        for name in re.findall(r"\bADWATCH_[A-Z_]+[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    families = tuple(name for name in known if name.endswith("_"))
    unknown = {name: where for name, where in named.items() if name not in known and not name.startswith(families)}
    assert unknown == {}


def test_the_example_of_settings_is_valid() -> None:
    FileSettings.model_validate(yaml.safe_load((DEPLOY / "adwatch.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_let_the_program_do_no_more_than_it_needs(path: Path) -> None:
    service = _unit(path)
    wanted = {"User": USER, "UMask": "0077", "NoNewPrivileges": "yes", "ProtectSystem": "strict"}
    assert {name: service[name] for name in wanted} == wanted
    assert service["ReadWritePaths"] == HOME == service["WorkingDirectory"]
    assert {"MemoryMax", "EnvironmentFile", "Restart", "CapabilityBoundingSet"} <= set(service)
    assert "MemoryDenyWriteExecute" not in service, "Chromium could not start"


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_containers_run_as_nobody_special_on_the_one_volume(path: Path) -> None:
    for service in _ours(path).values():
        assert service["user"] == USER
        assert service["volumes"] == [f"data:{HOME}"]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert service["environment"]["ADWATCH_HOME"] == HOME
        assert (path.parent / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_only_the_desk_is_reached_and_only_from_its_machine(path: Path) -> None:
    services = _compose(path)["services"]
    assert {name: one["ports"] for name, one in services.items() if "ports" in one} == {
        "serve": [f"127.0.0.1:{PORT}:{PORT}"]
    }


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_what_a_service_uses_is_declared(path: Path) -> None:
    whole = _compose(path)
    for service in whole["services"].values():
        assert {one.split(":")[0] for one in service["volumes"]} <= set(whole["volumes"])
        assert set(service["networks"]) <= set(whole["networks"])
        assert set(service.get("secrets", ())) <= set(whole.get("secrets", {}))
        named = (*service.get("environment", {}).values(), *service.get("command", ()))
        files = [value for value in named if str(value).startswith("/run/secrets/")]
        assert {Path(file).name for file in files} == set(service.get("secrets", ()))


def test_the_image_agrees_with_what_starts_it() -> None:
    assert _given("USER") == [USER]
    assert _given("VOLUME") == [HOME]
    assert _given("EXPOSE") == [PORT]
    assert f"ADWATCH_HOME={HOME}" in _given("ENV")[0].split()
    assert f"localhost:{PORT}/healthz" in _given("HEALTHCHECK")[0]
    copied = [source for rest in _given("COPY") for source in rest.split()[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert "--require-hashes" in " ".join(_given("RUN"))


def test_the_proxy_leads_to_the_desk_and_hides_its_figures() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert f"proxy_pass http://127.0.0.1:{PORT};" in text
    assert "location = /metrics { return 404; }" in text
    names = yaml.safe_load((DEPLOY / "adwatch.yml").read_text(encoding="utf-8"))["desk_hosts"]
    assert set(re.findall(r"server_name (\S+);", text)) <= set(names)


def test_rules_name_figures_that_the_desk_gives() -> None:
    source = "".join(path.read_text() for path in (ROOT / "alerts" / "desk").glob("*.py"))
    text = (DEPLOY / "prometheus.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"\badwatch_\w+", text))
    assert named
    assert [name for name in named if f'"{name}"' not in source] == []
    yaml.safe_load(text)
