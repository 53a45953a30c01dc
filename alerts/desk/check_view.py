"""What the page of a checked offer shows, from what was found out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from alerts.advice.choosing import channels_for, questions_for, steps_for
from alerts.advice.schema import Advice, Channel, ChannelUse, Question
from alerts.check.checking import Checked
from alerts.check.recognising import GivenKind
from alerts.desk.findings import HardTrigger, MarkedAd, RegisterBadge, fresh_badge, hard_triggers, mark_ad
from alerts.desk.speaking import to_say
from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import Register
from pipelines.register.identifiers import valid_mb, valid_pib

NOT_A_NUMBER = to_say("Broj nije ispravan PIB ni matični broj; proverite cifre.")
CONTACT_UNKNOWN = to_say("Registar ne navodi ovaj kontakt. To ne govori ko stoji iza njega: pitajte za naziv firme.")
LOOKED_UP = (GivenKind.PHONE, GivenKind.CONTACT, GivenKind.ADDRESS)


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """The register's answer about a name."""

    badge: RegisterBadge
    answer: RegisterAnswer
    name: str = ""


@dataclass(frozen=True, slots=True)
class CheckView:
    """One answer to a caller."""

    found: Checked
    register: RegisterLine
    remark: str
    """Words of ours in place of the register's sentence; empty where that fits."""
    as_of: date | None
    """The day of the list; None: no register was imported."""
    known_on: date | None
    names: tuple[RegisterLine, ...]
    marked: MarkedAd | None
    hard_triggers: tuple[HardTrigger, ...]
    questions: tuple[Question, ...]
    steps: tuple[Advice, ...]
    danger: tuple[Channel, ...]
    advising: tuple[Channel, ...]
    abroad: tuple[Channel, ...]

    @property
    def may_be_saved(self) -> bool:
        """Whether there is a text or a picture: a bare contact or name is no ad."""
        return self.found.ad is not None


def check_view(found: Checked, register: Register | None) -> CheckView:
    """The page's values; `register` is the one that was asked."""
    judged, situation = found.assessment, found.situation
    return CheckView(
        found=found,
        register=RegisterLine(fresh_badge(found.answer), found.answer),
        remark=_remark(found),
        as_of=register.as_of if register else None,
        known_on=register.known_on if register else None,
        names=tuple(RegisterLine(fresh_badge(one.answer), one.answer, one.name) for one in found.names),
        marked=mark_ad(found.ad, judged) if found.ad and judged else None,
        hard_triggers=hard_triggers(judged) if judged else (),
        questions=questions_for(situation),
        steps=steps_for(situation),
        danger=channels_for(situation, ChannelUse.DANGER),
        advising=channels_for(situation, ChannelUse.ADVICE),
        abroad=channels_for(situation, ChannelUse.ABROAD),
    )


def _remark(found: Checked) -> str:
    if found.answer.verdict is not Verdict.UNIDENTIFIED:
        return ""
    if found.given.kind is GivenKind.NUMBER:
        digits = "".join(found.given.text.split())
        return "" if valid_pib(digits) or valid_mb(digits) else NOT_A_NUMBER
    return CONTACT_UNKNOWN if found.given.kind in LOOKED_UP else ""
