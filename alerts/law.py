"""The law as data: provisions that drafts may cite, and the rules that choose them by the facts of a case.

What the provisions say stands in `law.yml`, which legal staff can edit without touching code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crawler.assessment import MediatorKind, Verdict
from crawler.errors import ConfigError
from crawler.yaml_data import parse_yaml

LAW_FILE = Path(__file__).with_name("law.yml")


class ProvisionStatus(StrEnum):
    """Whether legal staff may rely on a provision as it stands in the data."""

    CONFIRMED = "confirmed"
    TO_CONFIRM = "to_confirm"


class Part(StrEnum):
    """The part of a draft that cites a provision."""

    BASIS = "basis"
    LIMITATION = "limitation"
    NOTICE = "notice"
    FEE = "fee"
    PRIVACY = "privacy"


class Topic(StrEnum):
    """What a recipient deals with; manifests of recipients and rules speak of the same ones."""

    LICENCE = "licence"
    """Mediation and whether it is licensed."""
    ADVERTISING = "advertising"
    LABOUR = "labour"
    """Terms of employment."""
    INSPECTION = "inspection"
    """The recipient proceeds by the law on inspections."""
    SUPERVISION = "supervision"
    """The recipient keeps the register of licences and supervises agencies."""
    OFFENCE = "offence"
    HOSTING = "hosting"
    """The recipient's service shows the ads of others."""
    EQUALITY = "equality"
    ASSISTANCE = "assistance"
    """The recipient helps people; nothing is asked of it by law."""


class FinedParty(StrEnum):
    """Whom a fine is for."""

    LEGAL_PERSON = "legal_person"
    ENTREPRENEUR = "entrepreneur"
    NATURAL_PERSON = "natural_person"
    RESPONSIBLE_PERSON = "responsible_person"


FINED = {
    FinedParty.LEGAL_PERSON: "pravno lice",
    FinedParty.ENTREPRENEUR: "preduzetnik",
    FinedParty.NATURAL_PERSON: "fizičko lice",
    FinedParty.RESPONSIBLE_PERSON: "odgovorno lice",
}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Statute(_Entry):
    """A law by its full name."""

    name: str
    english: str
    """For people who do not read Serbian; no draft cites it."""
    gazette: str | None
    """Numbers of the official gazette, as they follow its name; None: not noted when the statute was read."""
    source: str
    """Where its text was read."""
    read: str | None
    """When its text was read: a day, or the season of a year; None: nobody read it, it is known from memory."""


class Fine(_Entry):
    """A fine that a provision sets, in dinars."""

    who: FinedParty
    least: int = Field(gt=0)
    most: int = Field(gt=0)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.most < self.least:
            raise ValueError(f"a fine from {self.least} to {self.most} is none")
        return self

    @property
    def words(self) -> str:
        """For whom, from and to, in Serbian."""
        return f"{FINED[self.who]} od {_dinars(self.least)} do {_dinars(self.most)} dinara"

    @property
    def in_english(self) -> str:
        """The same in English."""
        return f"{self.who.replace('_', ' ')} {self.least:,} to {self.most:,} dinars"


class Provision(_Entry):
    """One provision, with what it says in our own words."""

    id: str
    law: str
    article: str
    statement: str
    english: str
    """The statement for people who do not read Serbian; no draft cites it."""
    fines: tuple[Fine, ...] = ()
    status: ProvisionStatus

    @property
    def stated(self) -> str:
        """The statement, with the fines where there are some."""
        return _with_fines(self.statement, [fine.words for fine in self.fines])

    @property
    def stated_in_english(self) -> str:
        """The same for people who do not read Serbian."""
        return _with_fines(self.english, [fine.in_english for fine in self.fines])


class Condition(_Entry):
    """Facts of a case that a rule asks for; an empty tuple asks for nothing."""

    topics: tuple[Topic, ...] = ()
    """At least one of them."""
    verdicts: tuple[Verdict, ...] = ()
    mediator_kinds: tuple[MediatorKind, ...] = ()
    indicators: tuple[str, ...] = ()
    """At least one of them."""


class CaseTraits(_Entry):
    """The facts of a case by which provisions are chosen."""

    topics: frozenset[Topic]
    """What the recipient deals with."""
    verdict: Verdict | None = None
    """None: the register was not asked, or is too old to tell."""
    mediator_kind: MediatorKind = MediatorKind.UNKNOWN
    indicators: frozenset[str] = frozenset()


class Rule(_Entry):
    """Provisions that a draft's part cites where the condition holds."""

    id: str
    part: Part
    when: Condition
    cite: tuple[str, ...] = Field(min_length=1)
    fits: CaseTraits
    """A case for which the rule must choose."""
    fits_not: CaseTraits | None
    """A case for which it must not; None where it fits every case."""

    def holds(self, traits: CaseTraits) -> bool:
        """The case has all that the rule asks for."""
        when = self.when
        return (
            (not when.topics or not traits.topics.isdisjoint(when.topics))
            and (not when.verdicts or traits.verdict in when.verdicts)
            and (not when.mediator_kinds or traits.mediator_kind in when.mediator_kinds)
            and (not when.indicators or not traits.indicators.isdisjoint(when.indicators))
        )


class Law(_Entry):
    """All statutes, provisions and rules; they refer to one another by id."""

    laws: dict[str, Statute]
    provisions: tuple[Provision, ...]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        known = [provision.id for provision in self.provisions]
        if len(set(known)) < len(known):
            raise ValueError("two provisions have the same id")
        for provision in self.provisions:
            if provision.law not in self.laws:
                raise ValueError(f"{provision.id}: there is no law `{provision.law}`")
            if provision.status is ProvisionStatus.CONFIRMED and self.laws[provision.law].read is None:
                raise ValueError(f"{provision.id}: nobody read law `{provision.law}`, so nothing of it is confirmed")
        for rule in self.rules:
            if missing := set(rule.cite) - set(known):
                raise ValueError(f"rule {rule.id}: there is no provision `{min(missing)}`")
        return self

    def choose(self, part: Part, traits: CaseTraits, *, unconfirmed: bool = False) -> tuple[Provision, ...]:
        """Provisions for that part of a draft, in the order of the rules; unconfirmed ones only where asked for."""
        by_id = {provision.id: provision for provision in self.provisions}
        chosen = dict.fromkeys(self._cited(part, traits))
        found = (by_id[provision_id] for provision_id in chosen)
        return tuple(p for p in found if unconfirmed or p.status is ProvisionStatus.CONFIRMED)

    def citation(self, provision: Provision, *, in_full: bool = True) -> str:
        """Name of the law, gazette numbers (in full only), article."""
        law = self.laws[provision.law]
        gazette = f" („Službeni glasnik RS“, {law.gazette})" if law.gazette and in_full else ""
        return f"{law.name}{gazette}, {provision.article}"

    def gloss(self, provision_id: str) -> str:
        """What the provision of that id is about, in English; empty where there is none such."""
        found = next((one for one in self.provisions if one.id == provision_id), None)
        return f"{self.laws[found.law].english}: {found.stated_in_english}" if found else ""

    def _cited(self, part: Part, traits: CaseTraits) -> Iterator[str]:
        for rule in self.rules:
            if rule.part is part and rule.holds(traits):
                yield from rule.cite


def _with_fines(statement: str, fines: Sequence[str]) -> str:
    return f"{statement.removesuffix('.')}: {'; '.join(fines)}." if fines else statement


def _dinars(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def load_law(path: Path = LAW_FILE) -> Law:
    """The law of that file. Raises ConfigError naming the field that cannot be used."""
    try:
        return Law.model_validate(parse_yaml(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path.name} cannot be read: {str(error).splitlines()[0]}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path.name}: {where}: {first['msg']}") from error


@cache
def built_in_law() -> Law:
    """The law that ships with the program."""
    return load_law()
