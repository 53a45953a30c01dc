"""Every recipient's folder: it loads, its expected texts hold in both scripts, and nobody is accused in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import alerts
from alerts.document import plain_text
from alerts.drafting import LETTERS, document_of
from alerts.information_requests import FOLDER as REQUESTS
from alerts.law import LAW_FILE, built_in_law
from alerts.recipients import FOLDER, DraftKind, RegisterNeed, find_recipient, load_recipients
from alerts.script import Script
from alerts.wording import WORDING_FILE, wording
from crawler.errors import ConfigError, UsageError
from pipelines.risk import trigger_titles
from tests.alerts.sample import expected_path, sample_facts

RECIPIENTS = sorted(load_recipients())

# About nobody, in no script: these words say that somebody did a wrong.
ACCUSING = re.compile(
    r"\b(?:trgov(?:ac|c|če)\w*\s+ljud|kriminal|prekršil|počinil|počinio|učinil(?:ac|o)|izvršil(?:ac|o)|prestupni"
    r"|prevarant|lopov|lažov|varalic|krijumčar(?!enj)|kriv(?:ac|c[iea])\b|osumnjičen|okrivljen|optužen"
    r"|nezakonito\s+(?:posreduje|radi)|trafficker|criminal|offender)",
    re.IGNORECASE,
)


def _our_words() -> Iterator[Path]:
    yield from (LAW_FILE, WORDING_FILE)
    yield from LETTERS.glob("*.txt")
    yield from REQUESTS.glob("*/*.yml")
    yield from REQUESTS.glob("*/*.txt")
    yield from FOLDER.glob("*/*.yml")
    yield from FOLDER.glob("*/template.txt")
    yield from FOLDER.glob("*/expected.latn.txt")
    yield from Path(alerts.__file__).parent.glob("*.py")


@pytest.mark.parametrize("script", Script)
@pytest.mark.parametrize("recipient_id", RECIPIENTS)
def test_the_sample_case_reads_as_expected(recipient_id: str, script: Script) -> None:
    expected = expected_path(recipient_id, script).read_text(encoding="utf-8")
    assert plain_text(document_of(sample_facts(recipient_id), script)) == expected


@pytest.mark.parametrize("path", list(_our_words()), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nobody_is_accused_in_our_own_words(path: Path) -> None:
    found = ACCUSING.search(path.read_text(encoding="utf-8"))
    assert found is None, found


@pytest.mark.parametrize("accusing", ["trgovac ljudima", "Prekršilac", "kriminalne grupe", "prevarant", "učinilac"])
def test_the_ban_catches_accusing_words(accusing: str) -> None:
    assert ACCUSING.search(f"Oglas je objavio {accusing}.")


@pytest.mark.parametrize("recipient_id", RECIPIENTS)
def test_a_draft_has_all_parts_of_a_complaint(recipient_id: str) -> None:
    text = expected_path(recipient_id, Script.LATN).read_text(encoding="utf-8")
    parts = (
        "Organ:",
        "Mesto i datum:",
        "Naš broj:",
        "Predmet:",
        "Podnosilac",
        "Subjekt na koji se oglas odnosi",
        "Činjenice",
        "Provera u registru",
        "Pravni osnov",
        "Dokazi",
        "Predložene mere",
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


def test_only_a_referral_may_do_without_the_register() -> None:
    without = {r.kind for r in load_recipients().values() if r.register_check is RegisterNeed.NONE}
    assert without == {DraftKind.REFERRAL}


def test_every_recipient_has_rules_of_law_for_its_topics() -> None:
    ruled = {topic for rule in built_in_law().rules for topic in rule.when.topics}
    assert {topic for recipient in load_recipients().values() for topic in recipient.topics} <= ruled


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
