"""Serbian words of the house that are data, and that pages say with `|said`."""

from __future__ import annotations

from alerts.advice.schema import advice, channels, questions
from alerts.cases import DismissReason
from alerts.changes import ChangeWords, LevelWords, VerdictWords
from alerts.deadlines import holidays_of
from alerts.filing import Channel, FilingWords
from alerts.headings import heading
from alerts.notes import NoteWords
from alerts.outcomes import Outcome
from alerts.recipients import built_in_recipients
from alerts.terms import built_in_terms
from alerts.timeline import WHAT
from alerts.version_words import ProvisionWords, VersionWords
from alerts.wording import wording
from pipelines.connections.wording import ContactWords
from pipelines.indicators import describe
from pipelines.indicators.rules import rules
from pipelines.judging.hard_triggers import triggers
from pipelines.judging.proposing import ProposalReason, When
from pipelines.reading.brands import ImpersonationWords
from pipelines.register.reasons import Decided, Forms, Reason, SlipWords
from pipelines.risk import risk_rules
from pipelines.text.sentences import Pattern
from tests.desk.catalogues import ALERTS

PATTERNS: tuple[type[Pattern], ...] = (
    ChangeWords,
    ContactWords,
    Decided,
    FilingWords,
    Forms,
    ImpersonationWords,
    LevelWords,
    NoteWords,
    ProposalReason,
    ProvisionWords,
    Reason,
    SlipWords,
    VerdictWords,
    VersionWords,
    When,
)
"""Sentences of the rooms that the store keeps as text."""
YEARS = range(2020, 2041)


def sentences() -> set[str]:
    """Patterns of the rooms, reasons of the level, holidays: what pages say of a case without a template's words."""
    rules = risk_rules()
    found = {pattern.value for patterns in PATTERNS for pattern in patterns}
    found |= {rules.no_combination, rules.nothing_found}
    found |= {rule.reason for rule in (*rules.combinations, *rules.in_danger)}
    return found | {name for year in YEARS for name in holidays_of(year).values()}


def letter_headings() -> set[str]:
    """Headings of the letters that the desk shows; those that hold a value are told without English."""
    files = (*ALERTS.glob("letters/*.txt"), *ALERTS.glob("recipients/*/template.txt"))
    found = {line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("## ")}
    return {line.removeprefix("## ") for line in found if "{{" not in line}


def house_words() -> set[str]:
    """All of them; add here what your area says from data."""
    found = sentences() | {heading(None, ""), *(reason.words for reason in DismissReason), *WHAT.values()}
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
    found |= {described.reference for described in map(describe, rules())}
    found |= {trigger.reference for trigger in triggers().values()}
    found |= letter_headings()
    found |= {*(term.what for term in built_in_terms()), *(one.name for one in built_in_recipients().values())}
    return found | {"Naslov", "Tekst", "Ko objavljuje", "Kontakt", "Zarada", "Zemlja", "Datum objave"}
