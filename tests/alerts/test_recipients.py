"""Every recipient's folder: it loads, its expected texts hold in both scripts, and nobody is accused in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import alerts
from alerts.document import Verbatim, plain_text
from alerts.drafting import LETTERS, document_of
from alerts.facts import NearName
from alerts.follow_ups import FOLDER as FOLLOW_UPS
from alerts.information_requests import FOLDER as REQUESTS
from alerts.law import LAW_FILE, Topic, built_in_law
from alerts.recipients import (
    FOLDER,
    DraftKind,
    RegisterNeed,
    find_recipient,
    load_recipients,
    split_recipient,
    title_of,
)
from alerts.script import Script, to_script
from alerts.stating import state_facts
from alerts.wording import WORDING_FILE, wording
from crawler.assessment import Mediator
from crawler.errors import ConfigError, UsageError
from pipelines.register.reasons import Decided, Reason
from pipelines.risk import trigger_titles
from pipelines.text.sentences import Day, Joined
from tests.alerts.sample import (
    MADE_AT,
    ORGANISATION,
    SampleCase,
    expected_path,
    expected_texts,
    possible_drafts,
    sample_facts,
    sample_material,
)

RECIPIENTS = sorted(load_recipients())
DRAFTS = list(possible_drafts())
EXPECTED = list(expected_texts())

# About nobody, in no script: these words say that somebody did a wrong.
ACCUSING = re.compile(
    r"\b(?:trgov(?:ac|c|če)\w*\s+ljud|kriminal|prekršil|počinil|počinio|učinil(?:ac|o)|izvršil(?:ac|o)|prestupni"
    r"|prevarant|lopov|lažov|varalic|krijumčar(?!enj)|kriv(?:ac|c[iea])\b|osumnjičen|okrivljen|optužen"
    r"|nezakonit|protivzakonit|protivpravn|ilegaln|nelegaln|(?:pre)?kršil(?:ac|o|a|i)|eksploat\w+\s+radnik|zlostavlja"
    r"|mafij|razbojni|nepošten|sumnjiv(?:a|o|i)?\s+(?:agencij|firm|lic)|trafficker|criminal|offender)",
    re.IGNORECASE,
)


def _our_words() -> Iterator[Path]:
    yield from (LAW_FILE, WORDING_FILE)
    yield from LETTERS.glob("*.txt")
    yield from REQUESTS.glob("*/*.yml")
    yield from REQUESTS.glob("*/*.txt")
    yield from (path for path in FOLLOW_UPS.glob("*/*") if path.suffix in (".yml", ".txt"))
    yield from FOLDER.glob("*/*.yml")
    yield from FOLDER.glob("*/template.txt")
    yield from Path(alerts.__file__).parent.glob("*.py")


@pytest.mark.parametrize(("path", "text"), EXPECTED, ids=[f"{path.parts[-3]}/{path.name}" for path, _ in EXPECTED])
def test_every_letter_reads_as_expected(path: Path, text: str) -> None:
    assert text == path.read_text(encoding="utf-8")


def test_every_expected_text_is_of_a_letter_that_can_be_made() -> None:
    made = {path for path, _ in EXPECTED}
    assert {*FOLDER.glob("*/expected/*"), *REQUESTS.glob("*/expected.*"), *FOLLOW_UPS.glob("*/expected.*")} == made


@pytest.mark.parametrize("recipient_id", RECIPIENTS)
def test_every_recipient_has_letters_from_the_sample_cases(recipient_id: str) -> None:
    assert [case for recipient, case in DRAFTS if recipient == recipient_id]


@pytest.mark.parametrize(("path", "text"), EXPECTED, ids=[f"{path.parts[-3]}/{path.name}" for path, _ in EXPECTED])
def test_nobody_is_accused_in_any_letter(path: Path, text: str) -> None:
    found = ACCUSING.search(to_script(text, Script.LATN))
    assert found is None, found


@pytest.mark.parametrize("path", list(_our_words()), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nobody_is_accused_in_our_own_words(path: Path) -> None:
    found = ACCUSING.search(path.read_text(encoding="utf-8"))
    assert found is None, found


@pytest.mark.parametrize(
    "accusing",
    [
        "trgovac ljudima",
        "Prekršilac",
        "kriminalne grupe",
        "prevarant",
        "učinilac",
        "ilegalni posrednik",
        "sumnjiva firma",
    ],
)
def test_the_ban_catches_accusing_words(accusing: str) -> None:
    assert ACCUSING.search(f"Oglas je objavio {accusing}.")


@pytest.mark.parametrize(("recipient_id", "case"), DRAFTS)
def test_a_draft_has_all_parts_of_a_complaint(recipient_id: str, case: SampleCase) -> None:
    recipient = find_recipient(recipient_id)
    text = expected_path(recipient_id, Script.LATN, case).read_text(encoding="utf-8")
    asks = {DraftKind.ASSISTANCE: (), DraftKind.NOTICE: ("Zahtev", "Pravni osnov")}
    parts = (
        f": {recipient.authority}",
        "Mesto i datum:",
        "Naš broj:",
        "Predmet:",
        "Podnosilac",
        "Subjekt na koji se oglas odnosi",
        "Činjenice",
        "Provera u registru",
        *asks.get(recipient.kind, ("Pravni osnov", "Predložene mere")),
        *(f"da {measure.removeprefix('da ')}" for measure in recipient.measures if measure.startswith("da ")),
        "Dokazi",
        "Zaštita podataka o ličnosti",
        "Potpis",
        "Prilozi",
    )
    assert [part for part in parts if part not in text] == []


def test_a_complaint_says_that_it_wants_an_answer_and_pays_no_fee() -> None:
    complaints = [name for name in RECIPIENTS if find_recipient(name).kind is DraftKind.COMPLAINT]
    for recipient_id in complaints:
        text = expected_path(recipient_id, Script.LATN).read_text(encoding="utf-8")
        assert "Zahtev za obaveštavanje" in text
        assert "Oslobođenje od takse" in text
        assert "Rok zastarelosti" in text


def test_no_letter_that_speaks_of_a_missing_licence_does_without_the_register() -> None:
    without = {r.kind for r in load_recipients().values() if r.register_check is RegisterNeed.NONE}
    assert without == {DraftKind.REFERRAL, DraftKind.ASSISTANCE, DraftKind.PETITION}
    for recipient_id, case in DRAFTS:
        text = expected_path(recipient_id, Script.LATN, case).read_text(encoding="utf-8")
        speaks = "osnovi sumnje da važeće dozvole" in text or "nema važeću dozvolu" in text
        assert speaks is (find_recipient(recipient_id).register_check is RegisterNeed.UNLICENSED)


def test_every_recipient_has_rules_of_law_for_its_topics() -> None:
    ruled = {topic for rule in built_in_law().rules for topic in rule.when.topics}
    topics = {topic for recipient in load_recipients().values() for topic in recipient.topics}
    # Who helps people is asked for help, not told the law.
    assert topics - ruled == {Topic.ASSISTANCE}


@pytest.mark.parametrize(("recipient_id", "case"), DRAFTS)
def test_every_fact_names_the_evidence_it_rests_on(recipient_id: str, case: SampleCase) -> None:
    text = expected_path(recipient_id, Script.LATN, case).read_text(encoding="utf-8")
    facts = text[text.index("\nČinjenice\n") : text.index("\nProvera u registru\n")].split("\n\n")
    lists_and_notes = ("Činjenice", "Vremena su data", "Zabeležena pojavljivanja")
    told = [part.strip() for part in facts if part.strip() and not part.strip().startswith(lists_and_notes)]
    untied = [part for part in told if "dokaz" not in part and not _is_listed(part)]
    assert untied == []


def _is_listed(part: str) -> bool:
    """Quotes that follow "Oglas navodi (dokaz 1):", and days by portal, which the facts above tie to captures."""
    return part.startswith("1. ") or all(" u " in line and ".example: " in line for line in part.splitlines())


@pytest.mark.parametrize(("recipient_id", "case"), DRAFTS)
def test_what_the_register_says_is_told_of_a_day(recipient_id: str, case: SampleCase) -> None:
    text = expected_path(recipient_id, Script.LATN, case).read_text(encoding="utf-8")
    check = text[text.index("\nProvera u registru\n") :]
    assert "Stanje registra na dan: 2.11.2026." in check
    assert f"SHA-256: {'5e' * 32}" in check
    assert all("2.11.2026." in line for line in check.splitlines() if "upis" in line and "registru na dan" in line)


def test_a_limit_that_comes_near_asks_for_haste_and_a_past_one_does_not() -> None:
    near = expected_path("trzisna_inspekcija", Script.LATN, SampleCase.EXPIRED).read_text(encoding="utf-8")
    far = expected_path("trzisna_inspekcija", Script.LATN).read_text(encoding="utf-8")
    assert "ističe 30.12.2026. Do isteka tog roka ima još 40 dana" in near
    assert "ističe 18.11.2027." in far
    assert "prvenstvom" not in far
    facts = sample_facts("trzisna_inspekcija", SampleCase.EXPIRED)
    assert facts.limitation
    ended = replace(facts, limitation=replace(facts.limitation, days_left=0))
    text = plain_text(document_of(ended, Script.LATN))
    assert "istekao je 30.12.2026. Da li je oglas i posle toga bio objavljen" in text


@pytest.mark.parametrize("recipient_id", ["policija_uput", "centar_za_zastitu_zrtava", "msp_konzularni"])
def test_reasons_to_refer_are_told_as_what_the_ad_states(recipient_id: str) -> None:
    text = expected_path(recipient_id, Script.LATN, SampleCase.ABROAD).read_text(encoding="utf-8")
    assert " dostavlja (navodi oglasa, dokaz 1):\n\n1. tvrdnja da je neko u inostranstvu u nevolji;" in text


def test_provisions_that_nobody_confirmed_are_set_aside_and_not_told() -> None:
    facts = sample_facts("policija_uput", SampleCase.ABROAD)
    assert {"kz_388", "kz_389_390"} <= {one.id for one in facts.set_aside}
    assert "Krivični zakonik" not in plain_text(document_of(facts, Script.LATN))


def test_partners_of_the_country_of_work_are_named() -> None:
    dutch = sample_facts("msp_konzularni", SampleCase.ABROAD)
    assert [partner.name for partner in dutch.partners] == ["CoMensha", "FairWork"]
    without = plain_text(document_of(replace(dutch, partners=()), Script.LATN))
    assert "nemamo podatak o organizaciji" in without


def test_a_portal_is_told_of_its_own_copies_only() -> None:
    text = expected_path("obavestenje_portalu", Script.LATN).read_text(encoding="utf-8")
    assert "http://oglasi.example/posao/7?x=1&y=2 (dokaz 1)." in text
    assert "tabla.example" not in text
    assert "Primer Radnik" not in text


def test_only_who_checks_licences_is_told_the_names_of_other_agencies() -> None:
    told = {
        recipient_id
        for recipient_id, case in DRAFTS
        if "Primer Radnik" in expected_path(recipient_id, Script.LATN, case).read_text(encoding="utf-8")
    }
    assert told == {"trzisna_inspekcija", "inspektorat_za_rad", "ministarstvo_rada"}


def test_a_register_that_could_not_be_searched_is_not_said_to_have_been() -> None:
    facts = sample_facts("inspektorat_za_rad", SampleCase.ABROAD)
    assert facts.register_check.searched == ()
    nothing = plain_text(document_of(facts, Script.LATN))
    assert "Pretražen je registar" not in nothing
    assert "nije mogao da se pretraži" in nothing
    by_phone = replace(facts.register_check, searched=(Verbatim("+381600000001"),))
    searched = plain_text(document_of(replace(facts, register_check=by_phone), Script.LATN))
    assert "Pretražen je registar" in searched
    assert "kontakti iz oglasa ne stoje uz upise u registru na dan 2.11.2026.\n" in searched
    assert "nije pronađen" not in nothing + searched


def test_names_within_the_reasons_of_the_register_keep_their_letters() -> None:
    facts = sample_facts("trzisna_inspekcija")
    named = "ime nosi upis PRIMER KADAR DOO, a potvrđeno je za Primer Rad"
    reasons = (named, "zajedničko samo „kadar“", "stari razlog")
    check = replace(facts.register_check, reasons=reasons)
    text = plain_text(document_of(replace(facts, register_check=check), Script.CYRL))
    assert "1. име носи упис PRIMER KADAR DOO, а потврђено је за Primer Rad;" in text
    assert "2. заједничко само „kadar“;" in text
    assert "3. стари разлог." in text


def test_a_number_that_the_register_does_not_know_is_not_said_to_be_missing() -> None:
    material = sample_material(SampleCase.ABROAD)
    judged = replace(material.leading.assessment, mediator=Mediator(licence="000-01-99999/2024-24"))
    material = replace(material, leading=replace(material.leading, assessment=judged))
    facts = state_facts(
        material, "policija_uput", organisation=ORGANISATION, law=built_in_law(), now=MADE_AT, stale=False
    )
    text, cyrillic = (plain_text(document_of(facts, script)) for script in (Script.LATN, Script.CYRL))
    assert "000-01-99999/2024-24" in text
    assert (
        "Oglas ne navodi naziv po kome bi oglašivač mogao da se potraži; po navedenim podacima nije pronađen upis u"
        " registru na dan 2.11.2026.\n"
    ) in text
    assert "ni naziv ni broj" not in text
    assert "по наведеним подацима није пронађен упис у регистру на дан 2.11.2026.\n" in cyrillic


DECIDED = Decided.ON(day=Day.padded(date(2026, 11, 3)), person="ana@primer.example")
NAMING = Reason.DECIDED_OTHER_ENTRY(decided=DECIDED, entry="PRIMER KADAR DOO")


@pytest.mark.parametrize("recipient", RECIPIENTS)
def test_reasons_that_name_other_agencies_go_to_who_checks_licences(recipient: str) -> None:
    text = _with_reasons(recipient, str(NAMING), str(Reason.NO_SUCH_NAME()))
    told = find_recipient(recipient).kind in (DraftKind.COMPLAINT, DraftKind.COPY)
    assert ("to nije upis PRIMER KADAR DOO" in text) is told
    assert "nijedan upis ne nosi to ime." in text
    assert "Obrazloženje poređenja" not in _with_reasons("policija_uput", str(NAMING))


@pytest.mark.parametrize(
    "reason",
    [NAMING, Reason.DECIDED_BELONGS(decided=DECIDED), Joined(", ", (Reason.SAME_NAME(), NAMING))],
)
def test_no_letter_names_who_of_the_staff_decided(reason: str) -> None:
    text = _with_reasons("trzisna_inspekcija", str(reason))
    assert "odluka od 03.11.2026.: " in text
    assert "ana@primer.example" not in text


def _with_reasons(recipient: str, *reasons: str) -> str:
    facts = sample_facts(recipient)
    near = NearName(Verbatim("Primer Radnik d.o.o."), "71%", (str(Reason.DECIDED_DENIED(decided=DECIDED)),))
    check = replace(facts.register_check, reasons=reasons, nearest=(near,))
    return plain_text(document_of(replace(facts, register_check=check), Script.LATN))


_STRAIGHT = re.compile(r"(?:^|[\s(])['\"]\w|\w['\"](?:$|[\s).,;:])|[”»«]|—")


@pytest.mark.parametrize(("path", "text"), EXPECTED, ids=[f"{path.parts[-3]}/{path.name}" for path, _ in EXPECTED])
def test_letters_quote_as_serbian_does(path: Path, text: str) -> None:
    assert _STRAIGHT.search(text) is None
    assert text.count("„") == text.count("“")


def test_only_a_letter_to_a_portal_names_one() -> None:
    assert split_recipient("obavestenje_portalu:oglasi.example:8080") == ("obavestenje_portalu", "oglasi.example:8080")
    assert find_recipient("obavestenje_portalu:oglasi.example").per_portal
    assert title_of("obavestenje_portalu:oglasi.example") == "Obaveštenje portalu: oglasi.example"
    with pytest.raises(UsageError, match="no letter to a portal"):
        find_recipient("trzisna_inspekcija:oglasi.example")
    with pytest.raises(UsageError, match="too long"):
        find_recipient(f"obavestenje_portalu:{'x' * 60}")


def test_every_indicator_of_the_rules_has_words() -> None:
    named = {code for rule in built_in_law().rules for code in rule.when.indicators}
    assert named <= set(wording().indicators)


def test_an_unknown_recipient_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="trzisna_inspekcija"):
        find_recipient("nepostojeci")


def test_a_folder_without_template_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "novi"
    folder.mkdir()
    (folder / "recipient.yml").write_text("name: x\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"template\.txt is missing"):
        load_recipients(tmp_path)


def test_an_unknown_key_of_a_manifest_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "novi"
    folder.mkdir()
    manifest = (FOLDER / "policija_uput" / "recipient.yml").read_text(encoding="utf-8")
    (folder / "recipient.yml").write_text(manifest + "fax: 011\n", encoding="utf-8")
    (folder / "template.txt").write_text("x\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="fax"):
        load_recipients(tmp_path)


def test_every_reason_to_refer_a_case_has_words() -> None:
    assert set(trigger_titles()) == set(wording().triggers)
