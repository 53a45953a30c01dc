"""What changed between two snapshots: every agency known again, and no two mixed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.register import EntryStatus, Register, RegisterEntry
from pipelines.register.differences import RegisterDifferences, changed_fields, differences

FIRST, SECOND = date(2026, 10, 1), date(2026, 11, 20)
KESTEN = RegisterEntry(
    "Kestenjar Posao d.o.o. Beograd",
    licence_number="102-1/2024",
    licence_date=date(2024, 7, 5),
    valid_until=date(2029, 7, 5),
    seat="Beograd",
    phones=("+38111555001",),
    pib="100000001",
)
JAVOR = RegisterEntry("Tihi Javor d.o.o. Niš", licence_number="102-2/2021", valid_until=date(2026, 10, 15), seat="Niš")
VIHOR = RegisterEntry("Vihor Personal d.o.o. Šabac", licence_number="102-4/2025", valid_until=date(2030, 2, 1))
BOSILJAK = RegisterEntry("Milena Primerić PR, agencija Bosiljak, Čačak", valid_until=date(2029, 2, 28), seat="Čačak")
ALL = (KESTEN, JAVOR, VIHOR, BOSILJAK)


def compared(before: Sequence[RegisterEntry], after: Sequence[RegisterEntry]) -> RegisterDifferences:
    return differences(Register(tuple(before), FIRST, "sha256:a"), Register(tuple(after), SECOND, "sha256:b"))


def test_agencies_that_came_and_went_are_named() -> None:
    found = compared((KESTEN, VIHOR), (VIHOR, BOSILJAK))
    assert (found.added, found.removed) == ((BOSILJAK,), (KESTEN,))
    assert found.counts == {**dict.fromkeys(found.counts, 0), "added": 1, "removed": 1}


def test_a_licence_that_ran_out_between_the_days_is_newly_expired_though_the_list_says_the_same() -> None:
    found = compared(ALL, ALL)
    assert [one.after for one in found.expired] == [JAVOR]
    assert not found.changed
    assert not differences(found.after, found.after).expired


def test_a_licence_that_had_run_out_before_is_no_news() -> None:
    old = replace(JAVOR, valid_until=date(2026, 9, 30))
    assert compared((old,), (old,)).is_empty


def test_revocation_and_return_are_told() -> None:
    revoked = replace(VIHOR, status=EntryStatus.REVOKED, note="oduzeta")
    assert [one.after for one in compared(ALL, (KESTEN, JAVOR, revoked, BOSILJAK)).revoked] == [revoked]
    back = compared((revoked,), (VIHOR,))
    assert [one.after for one in back.restored] == [VIHOR]
    assert not back.renewed


def test_a_longer_licence_is_renewed_and_an_expired_one_restored() -> None:
    longer = replace(VIHOR, valid_until=date(2035, 2, 1), licence_number="102-9/2026")
    assert [one.after for one in compared((VIHOR,), (longer,)).renewed] == [longer]
    lapsed = replace(VIHOR, valid_until=date(2026, 9, 1))
    assert [one.after for one in compared((lapsed,), (longer,)).restored] == [longer]


def test_an_unreadable_licence_is_neither_expired_nor_restored() -> None:
    unreadable = replace(JAVOR, status=EntryStatus.UNREADABLE, valid_until=None)
    there, back = compared((VIHOR, JAVOR), (VIHOR, unreadable)), compared((unreadable,), (replace(JAVOR),))
    assert not (there.expired or there.revoked)
    assert [change.field for change in there.changed[0].fields] == ["valid_until", "status"]
    assert not back.restored


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Kestenjar Rad d.o.o. Beograd"}, "name"),
        ({"seat": "Zemun"}, "seat"),
        ({"phones": ("+38111555009",)}, "phones"),
        ({"email": "posao@kestenjar.example"}, "email"),
        ({"licence_number": "102-7/2026"}, "licence_number"),
        ({"licence_date": date(2024, 7, 6)}, "licence_date"),
        ({"valid_until": date(2028, 7, 5)}, "valid_until"),
        ({"mb": "20000002"}, "mb"),
    ],
)
def test_one_changed_field_is_named_with_both_values(changes: dict[str, object], field: str) -> None:
    after = replace(KESTEN, **changes)  # type: ignore[arg-type]
    (change,) = compared((KESTEN, VIHOR), (VIHOR, after)).changed
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        (field, getattr(KESTEN, field), getattr(after, field))
    ]


def test_script_case_and_signs_are_no_change() -> None:
    rewritten = replace(
        KESTEN, name="„КЕСТЕЊАР ПОСАО“ ДОО, Београд", seat="БЕОГРАД", licence_number="102-1 / 2024", number=7
    )
    assert changed_fields(KESTEN, rewritten) == ()


def test_without_pib_an_agency_is_known_by_its_name_in_the_other_script() -> None:
    rewritten = replace(JAVOR, name="ТИХИ ЈАВОР ДОО НИШ", licence_number="102-8/2026", valid_until=date(2031, 1, 1))
    found = compared((JAVOR, VIHOR), (VIHOR, rewritten))
    assert not (found.added or found.removed)


def test_a_renamed_agency_is_known_by_its_licence() -> None:
    renamed = replace(VIHOR, name="Košava Kadrovi d.o.o. Šabac")
    found = compared(ALL, (KESTEN, JAVOR, renamed, BOSILJAK))
    assert [(one.before, one.after) for one in found.changed] == [(VIHOR, renamed)]


def test_numbers_that_are_those_of_the_rows_mix_nobody_up() -> None:
    before = [replace(entry, pib=None, licence_number=str(at)) for at, entry in enumerate(ALL, 1)]
    new = RegisterEntry("Ariš Kadar d.o.o. Bor", licence_number="1", valid_until=date(2031, 1, 1))
    after = [new, *(replace(entry, licence_number=str(at)) for at, entry in enumerate(before, 2))]
    found = compared(before, after)
    assert (found.added, found.removed) == ((new,), ())
    assert all(one.before.name == one.after.name for one in found.changed)


def test_an_agency_that_moved_is_no_new_one() -> None:
    moved = replace(JAVOR, name="Tihi Javor d.o.o.", seat="Aleksinac", licence_number=None)
    (change,) = compared((JAVOR, VIHOR), (VIHOR, moved)).changed
    assert (change.before, change.after) == (JAVOR, moved)


def test_twins_in_two_towns_are_not_mixed_up() -> None:
    nis = RegisterEntry("Kompas d.o.o. Niš", licence_number="1-1/2022", valid_until=date(2030, 1, 1), seat="Niš")
    bor = RegisterEntry("Kompas d.o.o. Bor", licence_number="1-2/2022", valid_until=date(2030, 1, 1), seat="Bor")
    revoked = replace(bor, status=EntryStatus.REVOKED)
    found = compared((nis, bor), (revoked, nis))
    assert [(one.before, one.after) for one in found.revoked] == [(bor, revoked)]
    gone = compared((nis, bor), (replace(nis, seat="Kruševac", name="Kompas d.o.o. Kruševac", licence_number="1-9"),))
    assert len(gone.removed) == 2
    assert len(gone.added) == 1


def test_namesakes_with_other_numbers_are_two_agencies() -> None:
    other = replace(KESTEN, pib="100000002", licence_number="9-9/2026")
    found = compared((KESTEN,), (other,))
    assert (found.added, found.removed) == ((other,), (KESTEN,))


def test_twins_that_cannot_be_told_apart_are_not_guessed() -> None:
    twin = RegisterEntry("Kompas d.o.o. Niš", valid_until=date(2030, 1, 1), seat="Niš")
    changed = replace(twin, valid_until=date(2031, 1, 1))
    found = compared((twin, twin), (changed, changed))
    assert (len(found.removed), len(found.added), found.changed) == (2, 2, ())


@given(st.permutations(ALL))
def test_the_order_of_rows_is_no_difference(rows: list[RegisterEntry]) -> None:
    numbered = [replace(entry, number=at) for at, entry in enumerate(rows, 1)]
    found = differences(Register(ALL, FIRST, "sha256:a"), Register(tuple(numbered), SECOND, "sha256:b"), on=FIRST)
    assert found.is_empty


@given(st.lists(st.sampled_from(ALL), max_size=6), st.lists(st.sampled_from(ALL), max_size=6))
def test_every_entry_is_somewhere_once(before: list[RegisterEntry], after: list[RegisterEntry]) -> None:
    found = compared(before, after)
    assert len(before) - len(found.removed) == len(after) - len(found.added)
    assert set(found.added) <= set(after)
    assert set(found.removed) <= set(before)
