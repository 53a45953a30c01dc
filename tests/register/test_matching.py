"""Who a mediator is according to the register: the rules a careful person would follow, on an invented register."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.assessment import RegisterAnswer, Verdict
from crawler.register import EntryStatus, Register, RegisterEntry
from pipelines.register.matching import MediatorQuery, match

TODAY = date(2026, 11, 20)
PIB_KESTENJAR, PIB_JAVOR, PIB_OF_NOBODY, PIB_WRONG = "990000002", "990000019", "990000051", "990000003"
MB_VIHOR = "09900004"


def agency(name: str, seat: str, **changes: object) -> RegisterEntry:
    fields: dict[str, object] = {"licence_date": date(2024, 5, 1), "valid_until": date(2029, 5, 1), **changes}
    return RegisterEntry(name=name, seat=seat, **fields)  # type: ignore[arg-type]


ENTRIES = (
    agency("Kestenjar Posao d.o.o. Beograd", "Beograd", pib=PIB_KESTENJAR, phones=("+381600000001",)),
    agency("Tihi Javor d.o.o. Kraljevo", "Kraljevo", pib=PIB_JAVOR, email="info@tihijavor.example"),
    agency("Vihor Personal d.o.o. Šabac", "Šabac", mb=MB_VIHOR, valid_until=date(2025, 5, 1)),
    agency("Golubica Kadar d.o.o. Novi Sad", "Novi Sad", status=EntryStatus.REVOKED),
    agency("Milena Primerić PR, agencija za zapošljavanje Bosiljak, Čačak", "Čačak", licence_number="102-5/2024"),
    agency("AGENCIJA ZA ZAPOŠLJAVANJE ZLATNO KRILO DOO BEOGRAD (ZEMUN)", "Beograd", phones=("+381600000006",)),
    agency("Agencija za zapošljavanje Zlatno krilo PR Valjevo", "Valjevo"),
    agency("Severni Vetar HR d.o.o. Subotica", "Subotica", email="posao@vetar.example"),
    agency("Severac Staff d.o.o. Zrenjanin", "Zrenjanin"),
    agency("Ljuljaška Rad d.o.o. Bor", "Bor"),
    agency("Agrovrt d.o.o. Ruma", "Ruma"),
    agency("Novi Prag d.o.o. Beograd", "Beograd"),
    agency("Pelikan d.o.o. Sombor", "Sombor"),
    agency("Pelikan Plus d.o.o. Vranje", "Vranje", status=EntryStatus.REVOKED),
    agency("Kvarcit Kadar d.o.o. Užice", "Užice"),
    agency(
        "Slavica Izmišljić PR, agencija za posredovanje u zapošljavanju negovatelja Mirna luka, Leskovac", "Leskovac"
    ),
    agency("Agencija za zapošljavanje ugostiteljskih radnika Varjača d.o.o. Gornja Izmišljica", "Gornja Izmišljica"),
    agency("Crna Reka d.o.o. Zaječar", "Zaječar"),
    agency("Borovinjak d.o.o. Arilje", "Arilje"),
)
REGISTER = Register(ENTRIES, as_of=date(2026, 11, 1), snapshot="sha256:invented")


def ask(name: str | None = None, **known: object) -> RegisterAnswer:
    return match(MediatorQuery(name, **known), REGISTER, on=TODAY)  # type: ignore[arg-type]


def verdict(name: str | None = None, **known: object) -> Verdict | None:
    return ask(name, **known).verdict


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_full_name_finds_its_own_entry(entry: RegisterEntry) -> None:
    assert ask(entry.name).entry == entry.name


# Rule 1: identifiers decide.


def test_the_pib_of_an_entry_decides_under_another_name() -> None:
    assert ask("Tim za nemačko tržište", pib=PIB_KESTENJAR).entry == ENTRIES[0].name
    assert verdict("Tim za nemačko tržište", pib=PIB_KESTENJAR) is Verdict.REGISTERED


def test_the_mb_of_an_entry_decides_and_tells_that_it_expired() -> None:
    assert verdict("Posao", mb=MB_VIHOR) is Verdict.EXPIRED


def test_the_pib_of_one_and_the_name_of_another_is_for_a_person() -> None:
    answer = ask("Tihi Javor d.o.o.", pib=PIB_KESTENJAR)
    assert (answer.verdict, answer.entry) == (Verdict.AMBIGUOUS, None)
    assert "lažno predstavljanje" in answer.reasons[0]


def test_pib_and_mb_of_different_entries_are_for_a_person() -> None:
    assert verdict("Vihor Personal", pib=PIB_KESTENJAR, mb=MB_VIHOR) is Verdict.AMBIGUOUS


def test_the_pib_of_an_entry_with_another_mb_than_its_own_is_for_a_person() -> None:
    register = Register((agency("Kestenjar", "Bor", pib=PIB_KESTENJAR, mb=MB_VIHOR),), TODAY, "sha256:both")
    for mb, verdict_there in ((MB_VIHOR, Verdict.REGISTERED), ("09900012", Verdict.AMBIGUOUS)):
        query = MediatorQuery("Kestenjar", pib=PIB_KESTENJAR, mb=mb)
        assert match(query, register, on=TODAY).verdict is verdict_there


# Rule 2: identifiers of nobody.


def test_the_name_with_another_pib_may_be_impersonation() -> None:
    answer = ask("Kestenjar Posao d.o.o. Beograd", pib=PIB_OF_NOBODY)
    assert (answer.verdict, answer.entry) == (Verdict.AMBIGUOUS, ENTRIES[0].name)
    assert "lažno predstavljanje" in answer.reasons[0]


def test_a_near_name_with_the_pib_of_nobody_is_not_found() -> None:
    assert verdict("Kvarict Kadar d.o.o.", pib=PIB_OF_NOBODY) is Verdict.NOT_FOUND


def test_a_pib_with_a_wrong_check_digit_is_left_aside() -> None:
    assert verdict("Kestenjar Posao d.o.o.", pib=PIB_WRONG) is Verdict.REGISTERED


def test_where_the_list_states_no_pibs_a_stated_one_clears_nobody() -> None:
    bare = Register((agency("Kestenjar Posao d.o.o. Beograd", "Beograd"),), TODAY, "sha256:bare")
    assert match(MediatorQuery("Kestenjar Posao"), bare, on=TODAY).verdict is Verdict.REGISTERED
    assert match(MediatorQuery("Kestenjar Posao", pib=PIB_JAVOR), bare, on=TODAY).verdict is Verdict.AMBIGUOUS


# Rule 3: when a name agrees.


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("kestenjar posao", 0),
        ("Кестењар посао доо", 0),
        ("KESTENJAR POSAO, D. O. O.", 0),
        ("Društvo sa ograničenom odgovornošću Kestenjar Posao", 0),
        ("Licencirana agencija za zapošljavanje Kestenjar posao, Beograd", 0),
        ("Kestenjar", 0),
        ("🔥 Kestenjar Posao 🔥 zovite odmah", 0),
        ("#KestenjarPosao", 0),
        ("KestenjarPosao", 0),
        ("Agenciji Tihom Javoru iz Kraljeva potrebni vozači", 1),
        ("preko Tihog javora", 1),
        ("Tihi Javor - posao u Nemačkoj", 1),
        ("Tihi Javor Employment Agency, Serbia", 1),
        ("Bosiljak, Čačak", 4),
        ("M. Primerić PR Bosiljak", 4),
        ("Agencija Bosiljak pr Milena Primerić", 4),
        ("Zlatno krilo Zemun", 5),
        ("Severni vetar", 7),
        ("Ljuljaška", 9),
        ("Љуљашка рад", 9),
        ("Ljuljaska rad", 9),
        ("preko agencije Ljuljaške rad", 9),
        ("Agro vrt", 10),
        ("Novog Praga d.o.o. Beograd", 11),
    ],
)
def test_a_name_agrees_whatever_its_script_form_case_or_trimmings(name: str, position: int) -> None:
    answer = ask(name)
    assert (answer.verdict, answer.entry) == (Verdict.REGISTERED, ENTRIES[position].name)


@pytest.mark.parametrize(
    "name",
    ["Agencija za zapošljavanje", "Posao u Nemačkoj", "Kadar d.o.o.", "HR Solutions", "Job Agency", "Radnici Beograd"],
)
def test_generic_words_alone_are_not_found(name: str) -> None:
    assert verdict(name) is Verdict.NOT_FOUND


def test_another_form_of_a_word_that_no_case_explains_is_for_a_person() -> None:
    assert verdict("Zlatna Krila Zemun") is Verdict.AMBIGUOUS
    assert verdict("Tiha Javora") is Verdict.AMBIGUOUS


def test_a_town_lends_no_word_to_a_brand() -> None:
    horizon = Register((agency("Novi Horizont d.o.o. Novi Sad", "Novi Sad"),), TODAY, "sha256:town")
    assert match(MediatorQuery("Horizont Novi Sad"), horizon, on=TODAY).verdict is not Verdict.REGISTERED
    assert match(MediatorQuery("Novi Horizont Novi Sad"), horizon, on=TODAY).verdict is Verdict.REGISTERED


# Rule 4: slips of the pen.


@pytest.mark.parametrize(
    ("name", "position"),
    [("Ketsenjar Posao", 0), ("Kvarrcit Kadar", 14), ("Kvacit Kadar Užice", 14), ("Ljuljška Rad", 9)],
)
def test_one_slip_near_no_other_entry_is_forgiven(name: str, position: int) -> None:
    assert ask(name).entry == ENTRIES[position].name
    assert verdict(name) is Verdict.REGISTERED


def test_a_slip_that_town_and_contact_bear_out_is_forgiven() -> None:
    assert verdict("Kestunjar Posao Beograd", phones=("+381600000001",)) is Verdict.REGISTERED


@pytest.mark.parametrize(
    "name", ["Mestenjar Posao", "Kvarict Kadar Bor", "Tihi Dvor d.o.o. Kraljevo", "Pelikani Kadar"]
)
def test_a_slip_that_makes_another_word_or_stands_in_another_town_is_no_match(name: str) -> None:
    assert verdict(name) is not Verdict.REGISTERED


def test_near_two_entries_is_for_a_person() -> None:
    two = Register((agency("Brezovac d.o.o.", "Bor"), agency("Brezovan d.o.o.", "Ruma")), TODAY, "sha256:two")
    assert match(MediatorQuery("Brezova"), two, on=TODAY).verdict is not Verdict.REGISTERED


# Rule 5: several that fit.


def test_two_entries_of_one_name_are_told_apart_by_town_contact_or_form() -> None:
    assert verdict("Zlatno krilo") is Verdict.AMBIGUOUS
    assert ask("Zlatno krilo Valjevo").entry == ENTRIES[6].name
    assert ask("Zlatno krilo", phones=("+381600000006",)).entry == ENTRIES[5].name
    assert ask("Zlatno krilo d.o.o.").entry == ENTRIES[5].name


def test_a_bare_word_that_may_be_short_for_a_revoked_one_is_for_a_person() -> None:
    assert verdict("Pelikan") is Verdict.AMBIGUOUS
    assert verdict("Pelikan Sombor") is Verdict.REGISTERED
    assert verdict("Pelikan Plus") is Verdict.REVOKED


def test_a_known_phone_under_a_generic_name_is_for_a_person() -> None:
    answer = ask("Posao Nemačka", phones=("+381600000001",))
    assert (answer.verdict, answer.entry) == (Verdict.AMBIGUOUS, ENTRIES[0].name)


def test_the_name_of_one_with_the_phone_of_another_is_for_a_person() -> None:
    assert verdict("Tihi Javor", phones=("+381600000001",)) is Verdict.AMBIGUOUS


def test_contacts_the_register_does_not_know_are_pointed_out() -> None:
    answer = ask("Tihi Javor", emails=("posao@drugi.example",))
    assert answer.verdict is Verdict.REGISTERED
    assert any("kontakt nije onaj iz registra" in reason for reason in answer.reasons)


def test_a_web_address_of_the_entrys_domain_counts_as_its_contact() -> None:
    assert "kontakt je iz registra" in ask("Tihi Javor", urls=("https://www.tihijavor.example/posao",)).reasons


# Contacts: they bear a doubtful name out, or speak against a fitting one.

JAVOR_MAIL, VETAR_MAIL, KESTENJAR_PHONE = "info@tihijavor.example", "zaposlenje@vetar.example", "+381600000001"


@pytest.mark.parametrize(
    ("name", "known", "position"),
    [
        ("Javor", {"emails": (JAVOR_MAIL,)}, 1),
        ("Tihi Javor d.o.o. Niš", {"emails": (JAVOR_MAIL,)}, 1),
        ("Vetar", {"emails": (VETAR_MAIL,)}, 7),
        ("Vetar", {"urls": ("https://vetar.example/prijava",)}, 7),
        ("Kestenjar Posao Ltd", {"phones": (KESTENJAR_PHONE,)}, 0),
    ],
)
def test_a_contact_of_the_register_bears_a_doubtful_name_out(
    name: str, known: dict[str, object], position: int
) -> None:
    assert verdict(name) is Verdict.AMBIGUOUS
    answer = ask(name, **known)
    assert (answer.verdict, answer.entry) == (Verdict.REGISTERED, ENTRIES[position].name)
    assert "kontakt je iz registra" in answer.reasons


@pytest.mark.parametrize("name", ["Tihi Javor PR", "Tihi Javor Invest d.o.o.", "Tihi Javor 2"])
def test_a_contact_makes_no_other_firm_the_registered_one(name: str) -> None:
    assert verdict(name, emails=(JAVOR_MAIL,)) is Verdict.AMBIGUOUS


def test_a_mere_link_bears_nobody_out_who_is_called_elsewhere() -> None:
    assert verdict("Vetar", urls=("https://vetar.example/",), phones=("+381600000099",)) is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    "contacts",
    [
        {"phones": (KESTENJAR_PHONE,)},
        {"phones": (KESTENJAR_PHONE,), "emails": (JAVOR_MAIL,)},
        {"emails": (VETAR_MAIL,)},
        {"urls": ("http://www.vetar.example",), "emails": (JAVOR_MAIL,)},
    ],
)
@pytest.mark.parametrize("name", ["Tihi Javor", "Javor", "Tihi Javor Invest"])
def test_a_contact_of_another_entry_speaks_against_the_name(name: str, contacts: dict[str, object]) -> None:
    answer = ask(name, **contacts)
    assert answer.verdict is Verdict.AMBIGUOUS
    assert "moguće je lažno predstavljanje" in answer.reasons[0]


def test_a_contact_of_another_entry_speaks_against_a_copied_pib() -> None:
    answer = ask("Tihi Javor", pib=PIB_JAVOR, phones=(KESTENJAR_PHONE,))
    assert answer.verdict is Verdict.AMBIGUOUS
    assert "moguće je lažno predstavljanje" in answer.reasons[0]


def test_a_contact_that_two_entries_share_speaks_against_neither() -> None:
    shared = ("+381600000007",)
    two = (agency("Brezovac d.o.o.", "Bor", phones=shared), agency("Kleka Rad d.o.o.", "Ruma", phones=shared))
    register = Register(two, TODAY, "sha256:shared")
    assert match(MediatorQuery("Kleka Rad", phones=shared), register, on=TODAY).verdict is Verdict.REGISTERED


@pytest.mark.parametrize(
    "provider", ["gmail.com", "yahoo.co.uk", "hotmail.rs", "open.telekom.rs", "proton.me", "sbb.rs"]
)
def test_a_free_mailbox_is_nobodys_domain(provider: str) -> None:
    register = Register((agency("Tihi Javor d.o.o.", "Bor", email=f"javor@{provider}"),), TODAY, "sha256:free")
    for name in ("Javor", "Posao Nemačka"):
        for known in ({"emails": (f"drugi@{provider}",)}, {"urls": (f"https://{provider}/javor",)}):
            answer = match(MediatorQuery(name, **known), register, on=TODAY)  # type: ignore[arg-type]
            assert answer.verdict is not Verdict.REGISTERED
            assert not any("kontakt je iz registra" in reason for reason in answer.reasons)
    own = match(MediatorQuery("Javor", emails=(f"javor@{provider}",)), register, on=TODAY)
    assert own.verdict is Verdict.REGISTERED


# Rule 6: what makes another subject.


@pytest.mark.parametrize(
    "name", ["Tihi Javor d.o.o. Niš", "Tihi Javor PR", "Tihi Javor Invest d.o.o.", "Tihi Javor 2", "Tihi Javor Holding"]
)
def test_another_town_form_or_word_is_for_a_person(name: str) -> None:
    assert verdict(name) is Verdict.AMBIGUOUS


def test_an_added_word_with_the_pib_of_nobody_is_not_found() -> None:
    assert verdict("Tihi Javor Plus", pib=PIB_OF_NOBODY) is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "name",
    ["Kestenjar Kadar d.o.o. Beograd", "Tihi Dunav Kraljevo", "Severni Put", "Zlatno Pero", "Novi Put d.o.o. Beograd"],
)
def test_sharing_a_word_is_not_sharing_a_name(name: str) -> None:
    answer = ask(name)
    assert answer.verdict is Verdict.NOT_FOUND
    assert any("zajedničko samo" in reason for near in answer.nearest for reason in near.reasons)


# Rule 7: foreign firms.


@pytest.mark.parametrize(
    "name",
    ["Tihi Javor GmbH", "Tihi Javor s.r.o. Bratislava", "Tihi Javor d.o.o. Zagreb", "Tihi Javor d.o.o., Slovenija"],
)
def test_a_foreign_form_or_seat_is_not_the_serbian_firm(name: str) -> None:
    assert verdict(name) is Verdict.NOT_FOUND


def test_ltd_is_a_translation_only_where_the_seat_is_serbian() -> None:
    assert verdict("Kestenjar Posao Ltd, Belgrade") is Verdict.REGISTERED
    assert verdict("Kestenjar Posao Ltd") is Verdict.AMBIGUOUS


# Rule 8: persons and partners.


def test_the_bare_name_of_an_owner_is_for_a_person() -> None:
    assert verdict("Milena Primerić") is Verdict.AMBIGUOUS
    assert verdict("Milena Primorac") is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "name", ["Bivši partner agencije Tihi Javor", "Saradnik agencije Tihi Javor", "nismo agencija"]
)
def test_being_near_an_agency_does_not_make_one_that_agency(name: str) -> None:
    assert verdict(name) is Verdict.NOT_FOUND


@pytest.mark.parametrize(
    "name",
    [
        "Rastko Primerić PR, agencija Kremenjak, Bor",
        "Agencija za zapošljavanje Kremenjak, Rastko Primerić PR Bor",
        "Agencija Kremenjak PR Rastko Primerić Bor",
    ],
)
def test_an_entrepreneurs_brand_is_found_wherever_the_owner_stands(name: str) -> None:
    register = Register((agency(name, "Bor"),), TODAY, "sha256:owner")
    assert match(MediatorQuery("Kremenjak"), register, on=TODAY).verdict is Verdict.REGISTERED
    assert match(MediatorQuery("Rastko Primerić"), register, on=TODAY).verdict is Verdict.AMBIGUOUS


def test_a_partner_of_two_agencies_is_for_a_person() -> None:
    assert verdict("Saradnik agencija Tihi Javor i Agrovrt") is Verdict.AMBIGUOUS


# Licences, days and missing registers.


def test_the_last_day_of_a_licence_still_counts() -> None:
    asked = MediatorQuery("Vihor Personal")
    assert match(asked, REGISTER, on=date(2025, 5, 1)).verdict is Verdict.REGISTERED
    assert match(asked, REGISTER, on=date(2025, 5, 2)).verdict is Verdict.EXPIRED


def test_an_expired_licence_is_not_unregistered() -> None:
    assert verdict("Vihor Personal") is Verdict.EXPIRED


def test_a_revoked_licence_stays_revoked_after_its_end() -> None:
    assert match(MediatorQuery("Golubica Kadar"), REGISTER, on=date(2030, 1, 1)).verdict is Verdict.REVOKED


def test_a_licence_number_under_another_name_is_for_a_person() -> None:
    assert verdict("Bosiljak", licence="102-5/2024") is Verdict.REGISTERED
    assert verdict("Posao bez granica", licence="102-5/2024") is Verdict.AMBIGUOUS


@pytest.mark.parametrize("name", [None, "", "   ", "—", "d.o.o.", "😊👍"])
def test_nobody_named_is_unidentified(name: str | None) -> None:
    assert verdict(name) is Verdict.UNIDENTIFIED


@pytest.mark.parametrize("register", [None, Register((), TODAY, "sha256:empty")])
def test_without_a_register_nobody_is_unregistered(register: Register | None) -> None:
    answer = match(MediatorQuery("Tihi Javor"), register, on=TODAY)
    assert answer.verdict is None
    assert not answer.lacks_licence


def test_a_stale_register_accuses_nobody() -> None:
    answer = match(MediatorQuery("Nepostojeća Breza d.o.o."), REGISTER, on=date(2027, 6, 1))
    assert (answer.verdict, answer.stale) == (Verdict.NOT_FOUND, True)
    assert not answer.lacks_licence


def test_a_sentence_that_holds_one_registered_name_is_understood() -> None:
    sentence = "Agencija Tihi Javor d.o.o. Kraljevo, licencirana, za poznatog poslodavca u Nemačkoj traži radnike "
    assert verdict(sentence * 3) is Verdict.REGISTERED


def test_the_answer_names_its_snapshot_and_at_most_three_nearest() -> None:
    answer = ask("Kadar Posao Rad Zlatno Severni")
    assert (answer.as_of, answer.snapshot) == (REGISTER.as_of, REGISTER.snapshot)
    assert 0 < len(answer.nearest) <= 3
    assert all(near.reasons and 0 <= near.score <= 1 for near in answer.nearest)


def test_entries_written_in_cyrillic_are_found_by_latin_names() -> None:
    cyrillic = Register((agency("Џемпер Посао д.о.о. Ниш", "Ниш"),), TODAY, "sha256:cyrl")
    for name in ("Džemper posao", "Dzemper Posao Niš", "Џемпер"):
        assert match(MediatorQuery(name), cyrillic, on=TODAY).entry == "Џемпер Посао д.о.о. Ниш"


# Names inside what people write.


@pytest.mark.parametrize(
    ("written", "entry"),
    [
        ("javiti se Tihom Javoru u Kraljevu", "Tihi Javor d.o.o. Kraljevo"),
        ("nova ponuda Tihog Javora iz Kraljeva", "Tihi Javor d.o.o. Kraljevo"),
        ("#tihijavor #posao #kraljevo", "Tihi Javor d.o.o. Kraljevo"),
        ("Varjača – kadrovi za ugostiteljstvo", ENTRIES[16].name),
        ("Varjača, Gornja Izmišljica", ENTRIES[16].name),
        ("Mirna luka", ENTRIES[15].name),
        ("Severac Staffing Agency", "Severac Staff d.o.o. Zrenjanin"),
    ],
)
def test_what_people_write_around_a_name_makes_no_other_name(written: str, entry: str) -> None:
    assert (verdict(written), ask(written).entry) == (Verdict.REGISTERED, entry)


def test_a_word_that_follows_a_name_at_once_may_make_another_name() -> None:
    assert verdict("Tihi Javor zapad") is Verdict.AMBIGUOUS


def test_pay_in_a_sentence_is_no_name() -> None:
    assert verdict("Radnici za Beč, plata od 1500 do 2800 evra, krilo hotela") is Verdict.NOT_FOUND


@pytest.mark.parametrize("written", ["Crna Ruka d.o.o. Zaječar", "Crna Reza Zaječar"])
def test_another_letter_in_a_short_word_gives_another_name(written: str) -> None:
    assert verdict(written) is Verdict.NOT_FOUND


def test_a_letter_more_in_the_only_word_of_a_brand_is_for_a_person() -> None:
    assert verdict("Borovinjakk d.o.o. Arilje") is Verdict.REGISTERED  # doubled letters read alike
    assert verdict("Borovitnjak d.o.o. Arilje") is Verdict.AMBIGUOUS
