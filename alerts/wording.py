"""How drafts put codes into Serbian words. The words stand in `wording.yml`; codes come from the assessment."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel import Locale
from pydantic import BaseModel, ConfigDict

from crawler.assessment import MediatorKind
from crawler.errors import DraftError
from crawler.yaml_data import parse_yaml

WORDING_FILE = Path(__file__).with_name("wording.yml")


class Wording(BaseModel):
    """Serbian phrases (Latin) by code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicators: dict[str, str]
    mediator_kinds: dict[MediatorKind, str]
    not_stated: dict[str, str]
    triggers: dict[str, str]
    impersonation: str
    other_trigger: str

    def of_indicator(self, code: str) -> str:
        """The phrase for what an ad says. Raises DraftError for a code nobody has worded: no draft has a blank."""
        return _word(self.indicators, code)

    def of_trigger(self, code: str) -> str:
        """The phrase for a reason to refer a case; a general one for a new code: no referral waits."""
        return self.triggers.get(code, self.other_trigger)

    def of_omission(self, code: str) -> str:
        """The phrase for what an ad does not state."""
        return _word(self.not_stated, code)


@cache
def wording() -> Wording:
    """The phrases that ship with the program."""
    return Wording.model_validate(parse_yaml(WORDING_FILE.read_text(encoding="utf-8")))


@cache
def country_name(code: str) -> str:
    """Serbian name (Latin, nominative) of an ISO 3166-1 alpha-2 country; the code itself where CLDR has none."""
    return str(Locale.parse("sr_Latn").territories.get(code, code))


def _word(words: dict[str, str], code: str) -> str:
    if code not in words:
        raise DraftError(f"`{code}` has no words in {WORDING_FILE.name}")
    return words[code]
