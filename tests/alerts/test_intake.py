"""Ads that a person brought, as drafts and the command line tell of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alerts.document import plain_text
from alerts.drafting import document_of
from alerts.facts import DraftFacts
from alerts.law import built_in_law
from alerts.script import Script
from alerts.stating import CaseMaterial, state_facts
from crawler.store.engine import reading
from crawler.store.intakes import Intake, intakes_of_ads
from spiders.demo.site import PICTURES
from tests.alerts.sample import MADE_AT, ORGANISATION, sample_facts, sample_material
from tests.builders import AD_TEXT, StoreBuilder
from tests.whole.running import adwatch

ANA = "ana@primer.example"
SEEN = "https://mreza.example/p/1"
INTAKE = Intake(1, datetime(2026, 11, 16, 9, tzinfo=UTC), ANA, "Ana Primerović", None, None, "", None)


def _brought(**changes: object) -> CaseMaterial:
    """The sample case; its first ad a person brought."""
    material, intake = sample_material(), replace(INTAKE, **changes)  # type: ignore[arg-type]
    captures = {**material.captures, 1: replace(material.captures[1], method="manual", url="urn:adwatch:intake:1:text")}
    return replace(material, captures=captures, intakes={1: intake})


def _told(material: CaseMaterial) -> str:
    facts = state_facts(
        material, "trzisna_inspekcija", organisation=ORGANISATION, law=built_in_law(), now=MADE_AT, stale=False
    )
    return plain_text(document_of(DraftFacts.from_json(facts.to_json()), Script.LATN))


def test_a_draft_says_that_an_ad_was_brought_and_not_seen() -> None:
    told = _told(_brought(seen_url=SEEN, seen_on=date(2026, 11, 15)))
    assert "podnosiocu je donet oglas" in told
    assert f"Po navodu osobe koja ga je donela, oglas je na adresi {SEEN} viđen 15.11.2026. Zapis" in told
    assert "šta je stajalo na mestu objave, program nije zabeležio." in told
    assert "na portalu oglasi.example zabeležen" not in told
    assert "Oznaka zapisa: urn:adwatch:intake:1:text" in told
    assert "Način snimanja: ručni unos: sadržaj je donela osoba, program ga nije preuzeo sa interneta" in told
    assert "iz javno dostupnog oglasa" not in told
    assert ".." not in told


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "(dokaz 1). Zapis pokazuje"),
        ({"seen_on": date(2026, 11, 15)}, "oglas je viđen 15.11.2026. Zapis pokazuje"),
        (
            {"seen_url": SEEN},
            f"oglas je na adresi {SEEN} viđen. Zapis pokazuje",
        ),
        (
            {"seen_url": SEEN, "page_capture_id": 3},
            "osim stranice koja je sa iste adrese potom preuzeta (dokaz 3).",
        ),
        (
            {"seen_url": SEEN, "page_capture_id": 1, "seen_on": date(2026, 11, 15)},
            f"preuzeta je stranica na adresi {SEEN} (dokaz 1). Adresu je podnosiocu navela osoba koja je "
            "prijavila oglas; po njenom navodu, oglas je viđen 15.11.2026.",
        ),
    ],
)
def test_a_draft_says_what_is_known_of_where_it_was_seen(changes: dict[str, object], said: str) -> None:
    told = _told(_brought(**changes))
    assert said in told
    assert ".." not in told


def test_a_copy_that_was_brought_is_no_sighting_on_a_portal() -> None:
    portals = [str(portal) for portal, _ in sample_facts("trzisna_inspekcija").sightings_by_portal]
    assert portals == ["oglasi.example", "tabla.example"]
    told = _told(_brought())
    assert "navedeni su u delu Dokazi):\n\ntabla.example" in told


@pytest.fixture
def home(store_home: StoreBuilder) -> Path:
    return store_home.settings.home


@pytest.fixture
def store_home(small_store: StoreBuilder) -> StoreBuilder:
    """A store that Ana may decide on."""
    added = adwatch(
        small_store.settings.home,
        *("users", "add", ANA, "--name", "Ana Primerović", "--password-stdin"),
        given="proba-lozinke\n",
    )
    assert added.returncode == 0, added.stderr
    return small_store


def test_an_intake_is_one_command(store_home: StoreBuilder, home: Path) -> None:
    store_home.register()
    given = ("intake", "--text", "-", "--image", str(PICTURES / "berba-jagoda.png"), "--person", ANA, "--now", "--json")
    ended = adwatch(home, *given, "--url", "https://mreza.example/p/1", "--seen-on", "2026-11-18", given=AD_TEXT)
    assert ended.returncode == 0, ended.stderr
    kept = json.loads(ended.stdout)
    assert (len(kept["captures"]), kept["judged"], len(kept["cases"])) == (2, True, 1)
    with reading(store_home.engine) as connection:
        intake = intakes_of_ads(connection, [kept["ad"]])[kept["ad"]]
    assert (intake.seen_url, intake.seen_on, intake.person_name) == (
        "https://mreza.example/p/1",
        date(2026, 11, 18),
        "Ana Primerović",
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--text", "{home}/oglas.txt", "--person", "niko@primer.example"), "nobody is known as niko@primer.example"),
        (("--person", ANA), "nothing to keep"),
        (("--url", "https://mreza.example/1", "--person", ANA), "nothing to keep"),
        (("--text", "{home}", "--person", ANA), "is no text file"),
        (("--text", "{home}/nema.txt", "--person", ANA), "cannot be read"),
        (("--text", "{home}/slika.bin", "--person", ANA), "is not UTF-8"),
        (("--image", "{home}/slika.bin", "--person", ANA), "the file is no JPEG, PNG, WebP or GIF picture"),
        (("--image", "{home}/nema.png", "--person", ANA), "is no file"),
    ],
)
def test_what_cannot_be_taken_in_is_one_line(home: Path, arguments: tuple[str, ...], told: str) -> None:
    (home / "oglas.txt").write_text(AD_TEXT, encoding="utf-8")
    (home / "slika.bin").write_bytes(bytes(range(256)))
    ended = adwatch(home, "intake", *(argument.format(home=home) for argument in arguments))
    assert ended.returncode == 2, ended.stderr
    assert told in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""
