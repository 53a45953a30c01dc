"""Serbian words of the house that are data, and that pages say with `|said`."""

from __future__ import annotations

from alerts.advice.schema import advice, channels, questions
from alerts.cases import DismissReason
from alerts.filing import Channel
from alerts.headings import heading
from alerts.outcomes import Outcome
from alerts.recipients import built_in_recipients
from alerts.terms import built_in_terms
from alerts.timeline import WHAT
from alerts.wording import wording
from pipelines.indicators import describe
from pipelines.indicators.rules import rules
from pipelines.judging.hard_triggers import triggers


def house_words() -> set[str]:
    """All of them; add here what your area says from data."""
    found = {heading(None, ""), *(reason.words for reason in DismissReason), *WHAT.values()}
    for code in rules():
        found |= {describe(code).title, describe(code).why}
    for trigger in triggers().values():
        found |= {trigger.title_sr, trigger.why_sr}
    for question in questions():
        found |= {question.ask, question.why}
    found |= {step.text for step in advice()}
    for channel in channels():
        found |= {channel.name, channel.note, channel.source, channel.checked} - {""}
    found |= {*wording().triggers.values(), wording().other_trigger, *wording().not_stated.values()}
    found |= {*(outcome.words for outcome in Outcome), *(channel.words for channel in Channel)}
    found |= {*(term.what for term in built_in_terms()), *(one.name for one in built_in_recipients().values())}
    return found | {"Naslov", "Tekst", "Ko objavljuje", "Kontakt", "Zarada", "Zemlja", "Datum objave"}
