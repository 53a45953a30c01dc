from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from crawler.store.lives import StoredVersion
from pipelines.connections.mentions import ContactKind, Mention
from pipelines.life.differences import Difference, compare, read_contacts, read_content
from pipelines.life.passages import Mark, words_of

BEFORE = "Potrebni zidari u Beču. Plata 1.800 evra neto mesečno. Zvati 060 000 0001."
LINES = st.sampled_from(
    ["Potrebni zidari u Beču.", "Plata 1.800 evra mesečno.", "Zvati 060 000 0001.", "rad@primer.example", "Minhen"]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(LINES, max_size=6).map("\n".join))


def version(
    text: str, *, title: str | None = None, organization: str | None = None, published_on: date | None = None
) -> StoredVersion:
    return StoredVersion(1, 1, title, text, organization, None, published_on)


def change(before: StoredVersion, after: StoredVersion) -> Difference:
    return compare(read_content(before), read_content(after))


@given(TEXTS, st.none() | TEXTS)
def test_a_version_does_not_differ_from_itself(text: str, title: str | None) -> None:
    one = version(text, title=title)
    assert not change(one, one)
    assert read_content(one).contacts == read_contacts(one)


@given(TEXTS, TEXTS)
def test_what_went_one_way_comes_the_other(before: str, after: str) -> None:
    there, back = change(version(before), version(after)), change(version(after), version(before))
    assert set(there.contacts.gone) == set(back.contacts.new)
    assert set(there.destinations.new) == set(back.destinations.gone)
    assert bool(there) == bool(back)


def test_every_field_that_an_edit_changed_is_told() -> None:
    after = "Potrebni zidari u Minhenu. Plata 2.400 evra neto mesečno. Zvati 060 000 0002 ili rad@primer.example."
    found = change(
        version(BEFORE, title="Zidari", organization="Primer Rad", published_on=date(2026, 11, 1)),
        version(after, title="Zidari hitno", published_on=date(2026, 11, 9)),
    )
    assert found.title and (found.title.before, found.title.after) == ("Zidari", "Zidari hitno")
    assert found.organization and found.organization.after is None
    assert found.published_on and found.published_on.after == date(2026, 11, 9)
    assert found.wage and found.wage.before and found.wage.after
    assert (found.wage.before.min, found.wage.after.min) == (1800, 2400)
    assert (found.destinations.gone, found.destinations.new) == (("AT",), ("DE",))
    assert found.contacts.gone == (Mention(ContactKind.PHONE, "+381600000001"),)
    assert Mention(ContactKind.PHONE, "+381600000002") in found.contacts.new
    assert Mention(ContactKind.EMAIL, "rad@primer.example") in found.contacts.new
    assert "Beču" in words_of(found.text, Mark.GONE)


def test_another_line_break_is_no_difference() -> None:
    assert not change(version(BEFORE), version(BEFORE.replace(". ", ".\n")))
