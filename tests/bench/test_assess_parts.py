"""Which part of judging an ad costs what, on the generated ads of `local_site` (some 800 characters each).

The parts add up to somewhat less than the whole: what a part reads is cold when it follows another, and warm here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from crawler.assessment import Ad, Assessment, Contacts, Mediator
from pipelines.assess import assess
from pipelines.indicators.derived import derive_indicators, has_street_address
from pipelines.indicators.engine import find_indicators
from pipelines.judging.hard_triggers import find_triggers
from pipelines.reading.brands import find_impersonation
from pipelines.reading.classifying import offers_work
from pipelines.reading.contacts import find_contacts, find_phones
from pipelines.reading.identity import find_mediator
from pipelines.reading.languages import language_of, script_of
from pipelines.reading.places import find_whereabouts
from pipelines.reading.terms import states_contract, states_hours
from pipelines.reading.wages import FoundWage, find_wage
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.reading import read_register
from pipelines.risk import find_referrals, judge_risk
from pipelines.text.folding import fold
from pipelines.text.phrases import AdText, read_text
from tests.bench.figures import Group, Notebook, median_ms
from tests.bench.local_site import ad_text

pytestmark = pytest.mark.benchmark(group="parts of judging an ad")

TODAY = date(2026, 11, 20)
MOST_MS = 3.0
WORD = re.compile(r"\w+")
REGISTER_FILE = Path(__file__).resolve().parents[2] / "spiders" / "demo" / "register.csv"
REGISTER = read_register(REGISTER_FILE, as_of=TODAY).register


class Read(NamedTuple):
    """An ad with all that the parts before have found in it, so that each part is measured alone."""

    ad: Ad
    text: AdText
    contacts: Contacts
    mediator: Mediator
    wage: FoundWage | None
    destinations: tuple[str, ...]
    codes: frozenset[str]


def _read(number: int) -> Read:
    title, body = ad_text(number)
    ad = Ad(body, title=title)
    text = read_text(ad.full_text)
    destinations = find_whereabouts(text).destinations
    wage = find_wage(text, taken=[], countries=destinations)
    codes = frozenset(find_indicators(text))
    return Read(ad, text, find_contacts(text), find_mediator(text), wage, destinations, codes)


READ = [_read(number) for number in range(200)]


def _whole(read: Read) -> Assessment:
    return assess(read.ad, REGISTER, on=TODAY)


def _derived(read: Read) -> object:
    return derive_indicators(
        read.text,
        wage=read.wage,
        destinations=read.destinations,
        contacts=read.contacts,
        mediator=read.mediator,
    )


def _match(read: Read) -> object:
    found, contacts = read.mediator, read.contacts
    query = MediatorQuery(name=found.name, phones=contacts.phones, emails=contacts.emails, urls=contacts.urls)
    return match(query, REGISTER, on=TODAY)


PARTS: dict[str, Callable[[Read], object]] = {
    "whole assess": _whole,
    "fold": lambda read: fold(read.ad.full_text),
    "fold and words": lambda read: read_text(read.ad.full_text),
    "script and language": lambda read: (script_of(read.ad.full_text), language_of(read.text)),
    "offers work": lambda read: offers_work(read.text),
    "phones": lambda read: find_phones(read.text.text),
    "other contacts": lambda read: find_contacts(read.text, phones=[]),
    "places": lambda read: find_whereabouts(read.text),
    "wage": lambda read: find_wage(read.text, taken=[], countries=read.destinations),
    "mediator": lambda read: find_mediator(read.text),
    "hours, contract, address": lambda read: (
        states_hours(read.text),
        states_contract(read.text),
        has_street_address(read.text),
    ),
    "indicators of phrases": lambda read: find_indicators(read.text),
    "indicators derived": _derived,
    "hard triggers": lambda read: find_triggers(read.text, offers_work=True, is_abroad=lambda: True),
    "known brands": lambda read: find_impersonation(read.text, read.mediator, read.contacts),
    "register match": _match,
    "risk and referral": lambda read: (judge_risk.__wrapped__(read.codes), find_referrals(read.codes)),
}


@pytest.mark.parametrize("part", PARTS)
def test_part(benchmark: BenchmarkFixture, part: str) -> None:
    reads = cycle(READ)
    benchmark.pedantic(lambda: PARTS[part](next(reads)), rounds=10 * len(READ), warmup_rounds=len(READ))


def test_an_ad_is_judged_in_milliseconds(notebook: Notebook) -> None:
    reads, plain = cycle(READ), cycle(READ)
    judging = median_ms(lambda: _whole(next(reads)), rounds=10 * len(READ))
    cutting = median_ms(lambda: WORD.findall(next(plain).ad.full_text.casefold()), rounds=10 * len(READ))
    beside = "the same text casefolded and cut into words by one pattern", cutting
    notebook.note(Group.READING, "an ad judged", judging, "ms", at_most=MOST_MS, beside=beside)
    assert judging <= MOST_MS
