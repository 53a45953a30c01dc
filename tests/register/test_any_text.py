"""Whatever an ad calls its publisher, matching gives an answer; and registers of any size work."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.assessment import Verdict
from crawler.register import Register, RegisterEntry
from pipelines.register.cells import licence_number, read_dates, read_email, read_phones, split_seat
from pipelines.register.inflection import case_forms
from pipelines.register.matching import MediatorQuery, match
from pipelines.register.slips import Slip, slip_between, slip_keys

TODAY = date(2026, 11, 20)
END = date(2029, 1, 1)
NAMES = ("Tihi Javor d.o.o. Kraljevo", "Милена Примерић ПР, агенција Босиљак, Чачак", "Agencija za posao")
REGISTER = Register(tuple(RegisterEntry(name, valid_until=END) for name in NAMES), TODAY, "sha256:any")
WORDS = st.sampled_from(
    ["Tihi", "Javor", "d.o.o.", "PR", "Kraljevo", "Zagreb", "GmbH", "агенција", "2", "—", "posao", "u", "Босиљак"]
)


@given(st.text())
def test_any_name_gets_an_answer(name: str) -> None:
    assert match(MediatorQuery(name), REGISTER, on=TODAY).verdict is not None


@given(st.lists(WORDS, max_size=12).map(" ".join), st.text(), st.text())
def test_any_mixture_of_words_and_numbers_gets_an_answer(name: str, pib: str, contact: str) -> None:
    query = MediatorQuery(name, pib=pib, mb=pib, licence=pib, phones=(contact,), emails=(contact,), urls=(contact,))
    answer = match(query, REGISTER, on=TODAY)
    assert answer.verdict is not Verdict.REGISTERED or answer.entry in NAMES


@given(st.text(min_size=1))
def test_any_name_may_stand_in_the_register(name: str) -> None:
    register = Register((RegisterEntry(name, valid_until=END),), TODAY, "sha256:odd")
    assert match(MediatorQuery(name), register, on=TODAY).verdict is not None


@given(st.text())
def test_any_cell_can_be_read(text: str) -> None:
    read_dates(text)
    read_phones(text)
    read_email(text)
    split_seat(text)
    licence_number(text)


@given(st.text(alphabet="abcdefgh", min_size=4, max_size=10), st.data())
def test_words_one_slip_apart_share_a_key(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert set(slip_keys(word)) & set(slip_keys(swapped))
    assert slip_between(swapped, word) is (Slip.SWAPPED if swapped != word else None)


@pytest.mark.parametrize(
    ("written", "meant", "slip"),
    [
        ("kvacit", "kvarcit", Slip.DROPPED),
        ("kvartcit", "kvarcit", Slip.ADDED),
        ("kvarmit", "kvarcit", Slip.CHANGED),
        ("varcit", "kvarcit", Slip.FIRST),
        ("kvarci", "kvarcit", Slip.LAST),
        ("kvacrit", "kvarcit", Slip.SWAPPED),
        ("kvarcit", "kvarcit", None),
        ("kvmmcit", "kvarcit", None),
    ],
)
def test_slips_are_told_by_kind(written: str, meant: str, slip: Slip | None) -> None:
    assert slip_between(written, meant) is slip


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("luka", "luci"), ("sezonac", "sezonca"), ("kadar", "kadra"), ("posao", "posla"), ("radni", "radnom"),
        ("plavo", "plavog"), ("dobar", "dobrog"), ("ruke", "rukama"), ("vrabac", "vrapca"), ("nosilac", "nosioca"),
    ],
)  # fmt: skip
def test_forms_follow_serbian_declension(word: str, form: str) -> None:
    assert form in case_forms(word)


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_register_of_any_size_is_searched(size: int) -> None:
    letters = "bdgklmnprstvz"
    names = [
        f"{letters[n % 13]}a{letters[n // 13 % 13]}o{letters[n // 169 % 13]}i{letters[n // 2197 % 13]}ar"
        for n in range(size)
    ]
    entries = tuple(RegisterEntry(f"{name.title()} d.o.o.", valid_until=END) for name in names)
    answer = match(MediatorQuery(f"Agencija {names[-1]}"), Register(entries, TODAY, "sha256:size"), on=TODAY)
    assert (answer.verdict, answer.entry) == (Verdict.REGISTERED, f"{names[-1].title()} d.o.o.")
