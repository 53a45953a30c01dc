"""Names asked of a large register: 10,000 against 5,000 entries, with the reasons of the nearest three.

Beside it, in the same run, plain similarity of the same names (`rapidfuzz.process.cdist`): it is quicker and gives
no verdict, no reasons, and high scores for names that share nothing but words of the trade.
"""

from __future__ import annotations

import random
from datetime import date

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rapidfuzz import fuzz, process

from crawler.assessment import Verdict
from crawler.register import Register, RegisterEntry
from pipelines.register.index import build_index
from pipelines.register.matching import MediatorQuery, match
from tests.bench.figures import Group, Notebook, median_ms

pytestmark = pytest.mark.benchmark(group="10,000 names against 5,000 entries")

TODAY = date(2026, 11, 20)
ENTRIES, NAMES = 5_000, 10_000
TOWNS = ("Beograd", "Niš", "Novi Sad", "Čačak", "Kraljevo", "Subotica", "Šabac", "Užice", "Vranje", "Leskovac")
TRADE = ("Posao", "Kadar", "Rad", "HR", "Karijera", "Plus", "Personal", "")


def _word(chance: random.Random) -> str:
    return "".join(chance.choice("bvgdzklmnprst") + chance.choice("aeiou") for _ in range(chance.randint(3, 4))).title()


def _agency(chance: random.Random) -> RegisterEntry:
    town = chance.choice(TOWNS)
    name = " ".join(part for part in (_word(chance), chance.choice(TRADE), "d.o.o.", town) if part)
    return RegisterEntry(name, licence_date=date(2024, 5, 1), valid_until=date(2029, 5, 1), seat=town)


def _asked(chance: random.Random, entry: RegisterEntry) -> str:
    """As registered, in part, with two letters swapped, in another case, or nobody's name."""
    brand = entry.name.split()[0]
    at = chance.randrange(1, len(brand) - 1)
    swapped = brand[:at] + brand[at + 1] + brand[at] + brand[at + 2 :]
    ways = (
        entry.name,
        f"Agencija {brand}",
        entry.name.replace(brand, swapped),
        f"preko {brand[:-1]}e",
        f"{_word(chance)} {chance.choice(TRADE)} d.o.o.",
    )
    return chance.choice(ways)


CHANCE = random.Random(2026)  # noqa: S311 - a fixed register is wanted
REGISTER = Register(tuple(_agency(CHANCE) for _ in range(ENTRIES)), as_of=date(2026, 11, 1), snapshot="sha256:invented")
ASKED = [_asked(CHANCE, CHANCE.choice(REGISTER.entries)) for _ in range(NAMES)]


def _match_all() -> int:
    answers = [match(MediatorQuery(name), REGISTER, on=TODAY) for name in ASKED]
    return sum(answer.verdict is Verdict.REGISTERED for answer in answers)


def test_match_with_reasons(benchmark: BenchmarkFixture, notebook: Notebook) -> None:
    match(MediatorQuery("Primer"), REGISTER, on=TODAY)
    assert benchmark.pedantic(_match_all, rounds=3, warmup_rounds=1) > NAMES / 4
    seconds = float(benchmark.stats.stats.median)
    benchmark.extra_info["names_per_second"] = round(NAMES / seconds)
    beside = "plain similarity of all pairs by rapidfuzz, no reasons", median_ms(_compare_all, rounds=1) / 1000
    notebook.note(Group.NAMES, f"{NAMES:,} names against {ENTRIES:,} entries", seconds, "s", beside=beside)


def _compare_all() -> None:
    names = [entry.name for entry in REGISTER.entries]
    process.cdist(ASKED, names, scorer=fuzz.ratio, score_cutoff=85, workers=1)


def test_index_built(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(lambda: build_index(REGISTER), rounds=3, warmup_rounds=1)
