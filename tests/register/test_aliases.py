"""What people decided about names, and what the register answers from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import Alias, EntryStatus, Register, RegisterEntry
from pipelines.register.aliases import identity_of, tells_apart
from pipelines.register.matching import MediatorQuery, match
from tests.register.test_matching import ENTRIES, PIB_JAVOR, PIB_OF_NOBODY, REGISTER, TODAY, agency

KESTENJAR, JAVOR, VIHOR, GOLUBICA, BOSILJAK = ENTRIES[:5]
TRADE_NAME = "Orlovo Gnezdo"


def decided(name: str, entry: RegisterEntry, *, belongs: bool = True, person: str = "Ana Anić") -> Alias:
    return Alias(name, identity_of(entry), belongs, person, date(2026, 11, 18))


def ask(name: str, *aliases: Alias, register: Register = REGISTER, **known: object) -> RegisterAnswer:
    query = MediatorQuery(name, **known)  # type: ignore[arg-type]
    return match(query, replace(register, aliases=aliases), on=TODAY)


CONFIRMED = decided(TRADE_NAME, JAVOR)


def test_without_a_decision_a_trade_name_is_not_found() -> None:
    assert ask(TRADE_NAME).verdict is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [(JAVOR, Verdict.REGISTERED), (VIHOR, Verdict.EXPIRED), (GOLUBICA, Verdict.REVOKED)],
    ids=["registered", "expired", "revoked"],
)
def test_a_confirmed_name_gives_the_verdict_of_its_entry(entry: RegisterEntry, verdict: Verdict) -> None:
    answer = ask(TRADE_NAME, decided(TRADE_NAME, entry))
    assert (answer.verdict, answer.entry) == (verdict, entry.name)
    assert "odluka od 18.11.2026. (Ana Anić): trgovačko ime ovog upisa" in answer.reasons
    assert answer.nearest[0].name == entry.name


@pytest.mark.parametrize(
    "name",
    [
        "Орлово гнездо",
        "ORLOVO GNEZDO d.o.o.",
        "orlovo gnezdo",
        "OrlovoGnezdo",
        "preko agencije Orlovog gnezda",
        "Agencija za zapošljavanje Orlovo gnezdo, Kraljevo",
    ],
)
def test_a_confirmed_name_counts_in_any_script_case_and_trimmings(name: str) -> None:
    assert ask(name, CONFIRMED).entry == JAVOR.name
    assert ask(name, CONFIRMED).verdict is Verdict.REGISTERED


@pytest.mark.parametrize("name", ["Orlovo", "Orlovo Gnezdo Plus", "Orlovo Gnezdo 2", "Orlovo Gnjezdo", "Gnezdo"])
def test_another_name_is_not_confirmed_along(name: str) -> None:
    assert ask(name, CONFIRMED).verdict is not Verdict.REGISTERED


@pytest.mark.parametrize("name", ["Orlovo Gnezdo Niš", "Orlovo Gnezdo GmbH", "Orlovo Gnezdo d.o.o. Zagreb"])
def test_a_confirmed_name_at_another_place_is_for_a_person(name: str) -> None:
    assert ask(name, CONFIRMED).verdict is Verdict.AMBIGUOUS


def test_a_confirmed_name_with_another_legal_form_is_for_a_person() -> None:
    assert ask("Orlovo Gnezdo PR", decided("Orlovo Gnezdo d.o.o.", JAVOR)).verdict is Verdict.AMBIGUOUS


def test_a_generic_name_clears_nobody_even_if_confirmed() -> None:
    generic = "Agencija za zapošljavanje"
    assert not tells_apart(generic)
    assert ask(generic, decided(generic, JAVOR)).verdict is not Verdict.REGISTERED


@pytest.mark.parametrize(
    "known",
    [
        {"phones": ("+381600000001",)},
        {"urls": ("https://vetar.example/",)},
        {"pib": PIB_OF_NOBODY},
        {"pib": ENTRIES[0].pib},
        {"licence": "102-5/2024"},
    ],
    ids=["phone", "domain", "pib of nobody", "pib of another", "licence of another"],
)
def test_contacts_and_identifiers_weigh_more_than_a_confirmed_name(known: dict[str, object]) -> None:
    assert ask(TRADE_NAME, CONFIRMED, **known).verdict is Verdict.AMBIGUOUS


def test_the_pib_of_the_confirmed_entry_agrees_with_the_name() -> None:
    assert ask(TRADE_NAME, CONFIRMED, pib=PIB_JAVOR).verdict is Verdict.REGISTERED
    assert ask(TRADE_NAME, decided(TRADE_NAME, BOSILJAK), licence="102-5/2024").verdict is Verdict.REGISTERED


def test_the_licence_of_the_confirmed_entry_with_a_pib_of_nobody_is_for_a_person() -> None:
    known = {"licence": "102-5/2024", "pib": PIB_OF_NOBODY}
    assert ask(TRADE_NAME, decided(TRADE_NAME, BOSILJAK), **known).verdict is Verdict.AMBIGUOUS


def test_a_number_of_another_does_not_outweigh_a_confirmed_entry_that_left() -> None:
    gone = decided(TRADE_NAME, agency("Nekadašnja Breza d.o.o.", "Bor"))
    assert ask(TRADE_NAME, gone, pib=PIB_JAVOR).verdict is Verdict.AMBIGUOUS
    assert ask(TRADE_NAME, gone, licence="102-5/2024").verdict is Verdict.AMBIGUOUS


def test_a_name_that_another_entry_bears_is_for_a_person() -> None:
    assert ask("Kestenjar Posao", decided("Kestenjar Posao", JAVOR)).verdict is Verdict.AMBIGUOUS


def test_two_confirmed_entries_are_for_a_person() -> None:
    answer = ask(TRADE_NAME, CONFIRMED, decided(TRADE_NAME, KESTENJAR))
    assert answer.verdict is Verdict.AMBIGUOUS
    assert {near.name for near in answer.nearest} == {JAVOR.name, KESTENJAR.name}


def test_an_entry_that_left_the_register_is_never_registered() -> None:
    without = replace(REGISTER, entries=tuple(entry for entry in ENTRIES if entry is not JAVOR))
    answer = ask(TRADE_NAME, CONFIRMED, register=without)
    assert answer.verdict is Verdict.NOT_FOUND
    assert "kojeg u ovom spisku nema" in answer.reasons[0]


def test_an_entry_that_left_and_a_name_that_fits_another_is_for_a_person() -> None:
    gone = decided("Kestenjar Posao", agency("Nekadašnja Breza d.o.o.", "Bor"))
    assert ask("Kestenjar Posao", gone).verdict is Verdict.AMBIGUOUS


# A new list.


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Tihi Javor Novi d.o.o. Kraljevo"},
        {"licence_number": "102-9/2026", "name": "ТИХИ ЈАВОР ДОО КРАЉЕВО"},
        {"pib": None},
    ],
    ids=["renamed, same pib", "renewed and written otherwise", "without pib"],
)
def test_the_entry_is_known_again_in_a_new_list(changes: dict[str, object]) -> None:
    later = replace(JAVOR, **changes)  # type: ignore[arg-type]
    register = replace(REGISTER, entries=(KESTENJAR, later))
    assert ask(TRADE_NAME, CONFIRMED, register=register).entry == later.name


def test_an_entry_is_known_again_by_its_licence_number() -> None:
    renamed = replace(BOSILJAK, name="Milena Primerić PR, agencija Ruzmarin, Čačak")
    register = replace(REGISTER, entries=(KESTENJAR, renamed))
    assert ask(TRADE_NAME, decided(TRADE_NAME, BOSILJAK), register=register).entry == renamed.name


def test_a_namesake_with_another_pib_is_not_the_entry() -> None:
    register = replace(REGISTER, entries=(KESTENJAR, replace(JAVOR, pib=PIB_OF_NOBODY)))
    assert ask(TRADE_NAME, CONFIRMED, register=register).verdict is Verdict.NOT_FOUND


# Denials.

DENIED = decided("Tihi Javor", JAVOR, belongs=False)


@pytest.mark.parametrize("name", ["Tihi Javor", "Тихи Јавор", "preko Tihog javora", "Tihi Javor d.o.o."])
def test_a_denied_name_is_not_the_entry(name: str) -> None:
    assert ask(name).verdict is Verdict.REGISTERED
    answer = ask(name, DENIED)
    assert answer.verdict is Verdict.NOT_FOUND
    assert answer.reasons == (f"odluka od 18.11.2026. (Ana Anić): to nije upis {JAVOR.name}",)
    assert "odluka od 18.11.2026. (Ana Anić): to nije ovaj upis" in answer.nearest[0].reasons


def test_a_denied_bare_name_leaves_the_agencys_full_name_alone() -> None:
    assert ask(JAVOR.name, DENIED).verdict is Verdict.REGISTERED


@pytest.mark.parametrize(
    "known", [{"pib": PIB_JAVOR}, {"emails": ("info@tihijavor.example",)}], ids=["identifier", "contact"]
)
def test_a_denied_name_with_the_entrys_own_data_is_for_a_person(known: dict[str, object]) -> None:
    assert ask("Tihi Javor", DENIED, **known).verdict is Verdict.AMBIGUOUS


def test_a_denial_tells_two_entries_of_one_name_apart() -> None:
    assert ask("Zlatno krilo").verdict is Verdict.AMBIGUOUS
    answer = ask("Zlatno krilo", decided("Zlatno krilo", ENTRIES[6], belongs=False))
    assert (answer.verdict, answer.entry) == (Verdict.REGISTERED, ENTRIES[5].name)


def test_of_several_decisions_on_one_name_and_entry_the_newest_counts() -> None:
    yes, no = CONFIRMED, replace(CONFIRMED, belongs=False)
    assert ask(TRADE_NAME, yes, no).verdict is Verdict.NOT_FOUND
    assert ask(TRADE_NAME, no, yes).verdict is Verdict.REGISTERED


def test_a_decision_does_not_make_a_stale_register_fresh() -> None:
    answer = match(MediatorQuery("Tihi Javor"), replace(REGISTER, aliases=(DENIED,)), on=date(2027, 6, 1))
    assert answer.stale
    assert not answer.lacks_licence


def test_an_unreadable_licence_stays_open_under_a_confirmed_name() -> None:
    unreadable = replace(JAVOR, status=EntryStatus.UNREADABLE)
    register = replace(REGISTER, entries=(unreadable,))
    assert ask(TRADE_NAME, CONFIRMED, register=register).verdict is Verdict.AMBIGUOUS
