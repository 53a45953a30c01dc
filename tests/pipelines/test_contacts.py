"""Contacts are found however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reading.contacts import contact_countries, find_contacts
from pipelines.text.phrases import read_text


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("064/555-0011", "+381645550011"),
        ("+381 (0)64 555 00 11", "+381645550011"),
        ("00381 64 555 00 11", "+381645550011"),
        ("381645550011", "+381645550011"),
        ("0 6 4 5 5 5 0 0 1 1", "+381645550011"),
        ("064.555.00.11", "+381645550011"),
        ("нула шездесет четири, пет пет пет, нула нула, једанаест", "+381645550011"),
        ("нула шездесет пет, петсто педесет пет, нула нула, двадесет два", "+381655550022"),
        ("091 555 0 063 (HR broj, +385)", "+385915550063"),
        ("tel. 031 555 370 (+382)", "+38231555370"),
        ("04 555 21 30 (iz tujine +386 4 555 21 30)", "+38645552130"),
        ("na srpski br 064/555-0051", "+381645550051"),
        ("+39 040 555 0083", "+390405550083"),
        ("+49 231 555 0011", "+492315550011"),
        ("(0)24 555 001", "+38124555001"),
        ("6️⃣ 064 555 0011", "+381645550011"),
    ],
)
def test_a_phone_becomes_e164(text: str, phone: str) -> None:
    assert find_contacts(read_text(f"Zvati {text} Mira")).phones == (phone,)


@pytest.mark.parametrize(
    "text", ["dozvola br. 101-00-00157/2023-24", "od 01.09.2026.", "PIB 100000016", "smene 06-14 i 14-22"]
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert find_contacts(read_text(text)).phones == ()


def test_two_phones_in_a_row_are_two() -> None:
    assert find_contacts(read_text("064/555-001 / 065/555-0012")).phones == ("+38164555001", "+381655550012")


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("POSAO@PRIMER.EXAMPLE", "posao@primer.example"),
        ("posao.primer(at)gmail.com", "posao.primer@gmail.com"),
        ("posao [et] primer [tacka] example", "posao@primer.example"),
        ("posao at gmail.com", "posao@gmail.com"),
    ],
)
def test_an_e_mail_is_read(text: str, email: str) -> None:
    assert find_contacts(read_text(f"Pišite na {text}.")).emails == (email,)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("Viber: 064 555 0011", ("viber:+381645550011",)),
        ("064 555 0011 (Viber/WhatsApp)", ("viber:+381645550011", "whatsapp:+381645550011")),
        ("011/555-001, 064/555-0011 (WhatsApp)", ("whatsapp:+381645550011",)),
        ("Zvati 064 555 0011 ili pisati na Viber.", ("viber:+381645550011",)),
        ("telegram @primer_hr", ("telegram:primer_hr",)),
        ("t.me/primer_hr", ("telegram:primer_hr",)),
        ("insta @primer.staff", ("instagram:primer.staff",)),
        ("@primer.posao na Instagramu", ("instagram:primer.posao",)),
        ("wa.me/381645550011", ("whatsapp:+381645550011",)),
        ("Pišite u inbox", ()),
    ],
)
def test_a_channel_with_a_number_or_name_is_a_handle(text: str, handles: tuple[str, ...]) -> None:
    assert find_contacts(read_text(text)).handles == handles


def test_contacts_given_beside_the_text_count_too() -> None:
    assert find_contacts(read_text("Potrebni radnici"), outside="065 555 0012").phones == ("+381655550012",)


def test_a_foreign_number_tells_its_country() -> None:
    assert contact_countries(find_contacts(read_text("+43 660 555 0011, job@primer.at"))) == ("AT",)


@given(st.text(alphabet=st.sampled_from("0123456789+-/() @.abcnulapet viber")))
def test_no_text_breaks_the_search(text: str) -> None:
    find_contacts(read_text(text))
