"""The files `questions.yml`, `steps.yml` and `channels.yml`, checked against their schema."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawler.errors import ConfigError
from crawler.yaml_data import parse_yaml

FOLDER = Path(__file__).parent


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Data):
    """One question that a caller may be asked. Any of the lists that holds makes it fit; `always` needs none."""

    id: str
    ask: str
    """Serbian (Latin), as it may be spoken: calm, open, putting no answer into anybody's mouth."""
    why: str
    """What the answer is good for, for the person who asks."""
    always: bool = False
    not_stated: tuple[str, ...] = ()
    """Codes of what an offer leaves out."""
    found: tuple[str, ...] = ()
    """Codes of indicators and hard triggers."""
    verdicts: tuple[str, ...] = ()
    """The register's answers, with `unchecked` where there is none."""

    @model_validator(mode="after")
    def _fits_something(self) -> Self:
        if not (self.always or self.not_stated or self.found or self.verdicts):
            raise ValueError(f"{self.id} never fits")
        return self


class Advice(_Data):
    """One step of a safe departure."""

    id: str
    text: str
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2; none: for every country."""
    found: tuple[str, ...] = ()
    """Indicators that put it first."""


class ChannelUse(StrEnum):
    """What a channel is for."""

    DANGER = "danger"
    """Somebody may be in danger: shown before everything else."""
    ADVICE = "advice"
    """Advice before the departure, here."""
    ABROAD = "abroad"
    """Help in the country of work."""


class Channel(_Data):
    """A body or partner organisation that a caller may turn to."""

    id: str
    name: str
    use: ChannelUse
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 of where it helps; none: wherever."""
    phones: tuple[str, ...] = ()
    """As they are dialled."""
    email: str = ""
    site: str = ""
    """Host name."""
    note: str = ""
    source: str
    checked: str
    """When the source was read."""
    is_verified: bool = False
    """Somebody of the organisation has called or written and confirmed it."""


class _Questions(_Data):
    questions: tuple[Question, ...] = Field(min_length=1)


class _Steps(_Data):
    steps: tuple[Advice, ...] = Field(min_length=1)


class _Channels(_Data):
    channels: tuple[Channel, ...] = Field(min_length=1)


@cache
def questions() -> tuple[Question, ...]:
    """All questions, the most telling first."""
    return _load("questions.yml", _Questions).questions


@cache
def advice() -> tuple[Advice, ...]:
    """All steps, in the order in which they are taken."""
    return _load("steps.yml", _Steps).steps


@cache
def channels() -> tuple[Channel, ...]:
    """All channels, those for danger first."""
    return _load("channels.yml", _Channels).channels


Data = TypeVar("Data", bound=_Data)


def _load(name: str, schema: type[Data]) -> Data:
    try:
        return schema.model_validate(parse_yaml((FOLDER / name).read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{name} cannot be read: {str(error).splitlines()[0]}") from error
