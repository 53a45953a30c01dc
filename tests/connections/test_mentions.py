from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.assessment import Contacts
from crawler.personal_numbers import find_jmbg
from pipelines.connections.lookup import mentions_written
from pipelines.connections.mentions import ContactKind, Mention, mentions_of
from pipelines.reading.accounts import find_accounts

ACCOUNT = "999-0000001234567-07"
IBAN = "RS35999000000123456707"


@pytest.mark.parametrize(
    "written",
    [
        f"Uplata na račun {ACCOUNT}.",
        "račun: 999-1234567-07",
        "999 - 1234567 - 07",
        "999/1234567/07",
        "999000000123456707",
        f"IBAN {IBAN}",
        "RS35 9990 0000 0123 4567 07 HITNO",
    ],
)
def test_an_account_is_found_in_every_notation(written: str) -> None:
    assert find_accounts(written) == (ACCOUNT,)


@pytest.mark.parametrize(
    "written", ["999-1234567-08", "065-123-45", "RS36999000000123456707", "060 000 0001", "000-0000000000000-01", ""]
)
def test_other_numbers_are_no_accounts(written: str) -> None:
    assert find_accounts(written) == ()


def test_a_foreign_iban_is_kept_as_it_is() -> None:
    assert find_accounts("DE89 3704 0044 0532 0130 00") == ("DE89370400440532013000",)


@given(st.integers(1, 999), st.integers(1, 10**13 - 1))
def test_every_account_with_right_check_digits_is_found_without_personal_numbers(bank: int, inner: int) -> None:
    digits = f"{bank:03}{inner:013}"
    check = f"{98 - int(digits) * 100 % 97:02}"
    account = f"{digits[:3]}-{digits[3:]}-{check}"
    assert find_accounts(f"Račun {account}, hvala") == (() if find_jmbg(digits[3:]) else (account,))


@given(st.text(max_size=300))
def test_no_text_makes_the_finder_fail(text: str) -> None:
    find_accounts(text)


def test_free_mailboxes_and_platforms_give_no_domain_and_an_own_one_does() -> None:
    contacts = Contacts(
        phones=("+381600000001",),
        emails=("rad@gmail.com", "rad@primer.example"),
        handles=("viber:+381600000001", "telegram:primer_rad"),
        urls=("https://www.facebook.com/primer", "https://oglasi.primer-dva.example/x", "http://[x"),
    )
    assert mentions_of(contacts) == (
        Mention(ContactKind.PHONE, "+381600000001"),
        Mention(ContactKind.HANDLE, "telegram:primer_rad"),
        Mention(ContactKind.EMAIL, "rad@gmail.com"),
        Mention(ContactKind.EMAIL, "rad@primer.example"),
        Mention(ContactKind.DOMAIN, "primer.example"),
        Mention(ContactKind.DOMAIN, "oglasi.primer-dva.example"),
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("060/000-0001", ("phone", "+381600000001")),
        ("+381 60 000 0001", ("phone", "+381600000001")),
        ("Viber: 0600000001", ("phone", "+381600000001")),
        ("Rad@Primer.example", ("email", "rad@primer.example")),
        ("https://www.primer.example/posao", ("domain", "primer.example")),
        ("t.me/primer_rad", ("handle", "telegram:primer_rad")),
        ("instagram:primer_rad", ("handle", "instagram:primer_rad")),
        ("@primer_rad", ("handle", "facebook:primer_rad")),
        ("primer.example", ("domain", "primer.example")),
        ("999-1234567-07", ("account", ACCOUNT)),
    ],
)
def test_a_person_may_write_a_contact_in_any_notation(written: str, expected: tuple[str, str]) -> None:
    assert expected in [(mention.kind.value, mention.value) for mention in mentions_written(written)]


@pytest.mark.parametrize("written", ["", "???", "dva reda teksta bez kontakta"])
def test_what_is_no_contact_is_not_looked_up(written: str) -> None:
    assert mentions_written(written) == ()
