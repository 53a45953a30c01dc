"""What an ad amounts to: the values that `pipelines.assess` returns, the store keeps and people read.

Only values live here, and their JSON shape (a contract: other programs read it). How they are found out is the
business of `pipelines`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from itertools import accumulate
from typing import Any, Self


class Verdict(StrEnum):
    """The register's answer to "who is this?"."""

    REGISTERED = "registered"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    UNIDENTIFIED = "unidentified"
    """The ad names nobody who could be looked up."""


class MediatorKind(StrEnum):
    """What the publisher of an offer is, as far as the ad tells."""

    AGENCY = "agency"
    EMPLOYER = "employer"
    INDIVIDUAL = "individual"
    UNKNOWN = "unknown"


class RiskLevel(StrEnum):
    """How worrying an ad is, ascending. Compare with `rank`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(RiskLevel).index(self)


class WageUnit(StrEnum):
    """schema.org unitText, plus PIECE."""

    HOUR = "HOUR"
    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"
    PIECE = "PIECE"


@dataclass(frozen=True, slots=True)
class Ad:
    """What is judged: the text as published, and what the page said in fields of its own."""

    text: str
    id: str = ""
    title: str | None = None
    url: str | None = None
    organization: str | None = None
    """hiringOrganization of the page's data, outside the text."""
    contact: str | None = None
    """Contacts the page gives outside the text, a line each."""
    published_on: date | None = None
    ocr_texts: tuple[str, ...] = ()
    """What a machine read on the ad's pictures, a text each; never what the page itself says."""

    @property
    def said_text(self) -> str:
        """What the page says: title and text as one."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def full_text(self) -> str:
        """Title, text and what was read on pictures as one; all offsets of an assessment point into it."""
        return "\n".join(part for part in (self.said_text, *self.ocr_texts) if part)

    @property
    def ocr_starts(self) -> tuple[int, ...]:
        """Where in `full_text` each of `ocr_texts` begins: what stands from the first on was read on a picture."""
        ends = accumulate(
            (len(text) + 1 for text in self.ocr_texts), initial=len(self.said_text) + bool(self.said_text)
        )
        return tuple(ends)[: len(self.ocr_texts)]


@dataclass(frozen=True, slots=True)
class Wage:
    """What the work pays. Amounts as stated in `currency` for one `unit`."""

    min: float | None
    """None where only an upper bound is stated."""
    max: float | None
    """None where only a lower bound is stated."""
    currency: str
    """ISO 4217."""
    unit: WageUnit
    net: bool | None
    """True net, False gross, None not stated."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Ways to reach the publisher, in order of first mention, each once."""

    phones: tuple[str, ...] = ()
    """E.164."""
    emails: tuple[str, ...] = ()
    """Lower case."""
    handles: tuple[str, ...] = ()
    """`viber:+381…`, `whatsapp:+…`, `telegram:name`, `instagram:name`, `facebook:name`."""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impersonation:
    """A well-known firm whose name the ad calls upon, while its contacts are not that firm's. A question, no answer."""

    brand: str
    why: str
    """One hedged sentence in Serbian, to be shown as it is."""


@dataclass(frozen=True, slots=True)
class Mediator:
    """Who publishes the offer, as the ad tells. None means not stated."""

    name: str | None = None
    kind: MediatorKind = MediatorKind.UNKNOWN
    pib: str | None = None
    """Tax number, 9 digits, check digit verified."""
    mb: str | None = None
    """Matični broj, 8 digits, leading zeros kept."""
    licence: str | None = None
    """Licence number the ad itself claims."""
    possible_impersonation: Impersonation | None = None


@dataclass(frozen=True, slots=True)
class Nearest:
    """An entry of the register that resembles the name asked for."""

    name: str
    score: float
    """0 to 1."""
    reasons: tuple[str, ...]
    """Plain Serbian, a sentence part each."""


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """The register's answer, with the day and the file it rests on."""

    verdict: Verdict | None = None
    """None: not checked (no register); never read as "not found"."""
    as_of: date | None = None
    snapshot: str | None = None
    """`sha256:…` of the imported file."""
    entry: str | None = None
    """Name of the entry, as the register writes it."""
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    stale: bool = False
    """The snapshot is older than the configured age: nobody may be called unregistered on it."""

    @property
    def lacks_licence(self) -> bool:
        """A fresh register knows no valid licence for this mediator. Ambiguous and unchecked are not that."""
        return not self.stale and self.verdict in (Verdict.NOT_FOUND, Verdict.EXPIRED, Verdict.REVOKED)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A thing the ad says, quoted: `quote == full_text[start:end]`, or offsets None where nothing can be quoted."""

    code: str
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Risk:
    """Level, a score from 0 to 1 that orders within a level, and reasons in plain Serbian."""

    level: RiskLevel
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whether a complaint is proposed to the person who decides, to whom and why."""

    proposed: bool = False
    recipients: tuple[str, ...] = ()
    """Ids of recipient folders in `alerts/recipients/`, first the main one."""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """All answers about one ad. `to_json` is the shape of the command-line contract (docs/json.md)."""

    id: str
    is_job_ad: bool
    abroad: bool
    risk: Risk
    destinations: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, in order of first mention."""
    script: str = "Latn"
    """`Latn`, `Cyrl` or `mixed`."""
    language: str = "sr"
    """BCP 47."""
    wage: Wage | None = None
    contacts: Contacts = field(default_factory=Contacts)
    mediator: Mediator = field(default_factory=Mediator)
    register: RegisterAnswer = field(default_factory=RegisterAnswer)
    indicators: tuple[Indicator, ...] = ()
    not_stated: tuple[str, ...] = ()
    """Of: employer, wage, hours, contract, address."""
    referral: tuple[str, ...] = ()
    """Codes of hard triggers: police or prosecutor come before any inspectorate. A text that is no ad has them too."""
    referral_quotes: tuple[Indicator, ...] = ()
    """For each code of `referral`, in its order, the words it rests on; older assessments have none."""
    complaint: Proposal = field(default_factory=Proposal)

    def to_json(self) -> dict[str, Any]:
        """The contract's JSON object: enums as text, dates as ISO 8601, tuples as lists."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Reads what `to_json` wrote."""
        register = data["register"]
        return cls(
            id=data["id"],
            is_job_ad=data["is_job_ad"],
            abroad=data["abroad"],
            destinations=tuple(data["destinations"]),
            script=data["script"],
            language=data["language"],
            wage=_wage(data["wage"]),
            contacts=Contacts(**{kind: tuple(found) for kind, found in data["contacts"].items()}),
            mediator=_mediator(data["mediator"]),
            register=RegisterAnswer(
                **{
                    **register,
                    "verdict": Verdict(register["verdict"]) if register["verdict"] else None,
                    "as_of": date.fromisoformat(register["as_of"]) if register["as_of"] else None,
                    "reasons": tuple(register["reasons"]),
                    "nearest": tuple(
                        Nearest(entry["name"], entry["score"], tuple(entry["reasons"])) for entry in register["nearest"]
                    ),
                }
            ),
            indicators=tuple(Indicator(**found) for found in data["indicators"]),
            not_stated=tuple(data["not_stated"]),
            risk=Risk(RiskLevel(data["risk"]["level"]), data["risk"]["score"], tuple(data["risk"]["reasons"])),
            referral=tuple(data["referral"]),
            referral_quotes=tuple(Indicator(**found) for found in data.get("referral_quotes", ())),
            complaint=Proposal(
                data["complaint"]["proposed"],
                tuple(data["complaint"]["recipients"]),
                tuple(data["complaint"]["why"]),
            ),
        )


def _wage(data: dict[str, Any] | None) -> Wage | None:
    return Wage(**{**data, "unit": WageUnit(data["unit"])}) if data else None


def _mediator(data: dict[str, Any]) -> Mediator:
    named = data.get("possible_impersonation")
    return Mediator(
        **{
            **data,
            "kind": MediatorKind(data["kind"]),
            "possible_impersonation": Impersonation(**named) if named else None,
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
