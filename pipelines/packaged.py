"""The YAML files packaged with this room, checked against their schema. What they say is not known here."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.errors import ConfigError
from crawler.yaml_data import parse_yaml

ROOT = Path(__file__).parent
CODE_VERSION = 4
"""Raised when judging code changes in a way that may change an assessment."""
_RULE_FOLDERS = ("reading", "indicators", "reference", "judging")


class RuleData(BaseModel):
    """Base of all schemas: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Data = TypeVar("Data", bound=RuleData)


def load_packaged(path: Path, schema: type[Data]) -> Data:
    """The file as `schema`. Raises ConfigError, naming file and field, where it does not fit."""
    try:
        return schema.model_validate(parse_yaml(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path.name} cannot be read: {_reason(error)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from error


def _reason(error: OSError | yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return str(error).splitlines()[0]


@cache
def rules_version() -> str:
    """Names the rules an assessment rests on: SHA-256 over rule files and version of the code, 16 hex digits."""
    digest = hashlib.sha256(str(CODE_VERSION).encode())
    for folder in _RULE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.yml")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
