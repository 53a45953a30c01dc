"""The invented ads and the invented register are complete, consistent and recognisably invented."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, datetime
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz
from stdnum.rs import pib

from crawler.assessment import Verdict
from crawler.errors import SourceError
from spiders.demo.ads import ADS_FILE, PlacedAd, SiteName, load_offers, placed_ads
from spiders.demo.rewriting import Rewrite, rewrite

REGISTER = ADS_FILE.parent / "register.csv"
AD = """
ads:
- offer: proba
  expect: {abroad: true}
  title: Radnik u Beču
  text: Posao u Beču
  placed: [{site: kanal, id: 1, posted: 2026-11-01 10:00, %s}]
"""


def test_offers_and_ids_are_unique(ads: tuple[PlacedAd, ...]) -> None:
    assert len({offer.offer for offer in load_offers()}) == len(load_offers())
    assert len({(ad.placement.site, ad.id) for ad in ads}) == len(ads)


def test_there_is_enough_of_everything(ads: tuple[PlacedAd, ...]) -> None:
    offers = load_offers()
    verdicts = Counter(offer.expect.verdict for offer in offers)
    countries = {country for offer in offers for country in offer.expect.destinations or ()}
    assert len(offers) >= 105
    assert len(ads) >= 150
    assert sum(len(offer.placed) > 1 for offer in offers) >= 25
    assert sum(not offer.expect.job_ad for offer in offers) >= 13
    assert all(verdicts[verdict] >= 3 for verdict in set(Verdict) - {Verdict.AMBIGUOUS})
    assert verdicts[Verdict.AMBIGUOUS] >= 1
    assert countries >= {"DE", "AT", "SK", "SI", "HR", "CZ", "PL", "NL", "MT", "SE", "IT", "CH", "CN", "AE", "TH", "RS"}
    assert {ad.placement.rewrite for ad in ads} == {None, *Rewrite}
    assert {ad.placement.site for ad in ads} == set(SiteName)


def test_copies_differ_in_every_way_that_copies_do(ads: tuple[PlacedAd, ...]) -> None:
    for way in ("title", "text", "before", "after", "replace", "rewrite"):
        assert any(getattr(ad.placement, way) for ad in ads), way


def test_everything_was_posted_in_october_and_november_2026(ads: tuple[PlacedAd, ...]) -> None:
    first, last = date(2026, 10, 1), date(2026, 11, 23)
    assert all(first <= ad.posted.date() <= last and ad.posted.tzinfo for ad in ads)


def test_channel_numbers_rise_with_time(ads: tuple[PlacedAd, ...]) -> None:
    channel = sorted((ad for ad in ads if ad.placement.site is SiteName.KANAL), key=lambda ad: ad.id)
    assert [ad.posted for ad in channel] == sorted(ad.posted for ad in channel)


def test_copies_are_copies_and_other_offers_are_not() -> None:
    texts = {offer.offer: " ".join(offer.text.split()) for offer in load_offers()}
    likest = max(fuzz.ratio(texts[one], texts[other]) for one, other in combinations(texts, 2))
    assert likest < 60


def test_phones_and_addresses_cannot_belong_to_anybody(ads: tuple[PlacedAd, ...]) -> None:
    for ad in ads:
        everything = "\n".join([ad.text, *(value for value in ad.contact.model_dump().values() if value)])
        assert all(mail.endswith(".example") for mail in re.findall(r"\S+@\w[\w.-]+\w", everything)), ad.id
        phones = re.findall(r"(?<![\d/-])(?:\+\d|0[1-9])[\d /]{6,}\d(?!/)", everything)
        assert all("555" in phone or "000 00" in phone or "00 00 00" in phone for phone in phones), phones


def test_a_word_to_replace_must_occur(tmp_path: Path) -> None:
    file = tmp_path / "ads.yml"
    file.write_text(AD % "replace: {Grac: Linc}", encoding="utf-8")
    with pytest.raises(SourceError, match="'Grac' does not occur"):
        list(placed_ads(load_offers(file)))


def test_unknown_fields_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "ads.yml"
    file.write_text(AD % "color: red", encoding="utf-8")
    with pytest.raises(SourceError, match=r"placed\.0\.color"):
        load_offers(file)


def test_copies_are_rewritten_as_people_do() -> None:
    text = "✅ Čišćenje đaka, C i E: Njegoševa 5, posao@cistoca.example, nemački A2"
    assert rewrite(text, Rewrite.PLAIN) == "✅ Ciscenje djaka, C i E: Njegoseva 5, posao@cistoca.example, nemacki A2"
    assert rewrite(text, Rewrite.CYRILLIC) == "✅ Чишћење ђака, C и E: Његошева 5, posao@cistoca.example, немачки A2"
    assert rewrite(text, Rewrite.NO_EMOJI).startswith("Čišćenje")


def _register_rows() -> list[dict[str, str]]:
    lines = REGISTER.read_text(encoding="utf-8").splitlines()
    header = next(number for number, line in enumerate(lines) if line.startswith("R. br."))
    return list(csv.DictReader(lines[header:], delimiter=";"))


def _is_valid_mb(number: str) -> bool:
    remainder = sum(int(digit) * weight for digit, weight in zip(number, (2, 7, 6, 5, 4, 3, 2), strict=False)) % 11
    return len(number) == 8 and int(number[-1]) == (11 - remainder if remainder else 0)


def test_register_identifiers_have_right_check_digits() -> None:
    rows = _register_rows()
    assert len(rows) == 25
    assert all(pib.is_valid(row["PIB"]) for row in rows if row["PIB"])
    assert all(_is_valid_mb(row["Matični broj"]) for row in rows if row["Matični broj"])


def test_register_holds_expired_and_revoked_licences() -> None:
    rows = _register_rows()
    assert Counter(row["Status"] for row in rows) == {"važeća": 20, "istekla": 3, "oduzeta": 2}
    for row in rows:
        issued = datetime.strptime(row["Datum izdavanja"], "%d.%m.%Y.").date()  # noqa: DTZ007 - a day, no time
        ended = issued.replace(year=issued.year + 5, day=min(issued.day, 28)) < date(2026, 11, 20)
        assert ended == (row["Status"] == "istekla"), row["Naziv agencije"]


def test_expected_licence_holders_stand_in_the_register_and_others_do_not() -> None:
    names = " | ".join(row["Naziv agencije"] for row in _register_rows()).lower()
    for offer in load_offers():
        if offer.expect.mediator and offer.expect.verdict:
            distinctive = offer.expect.mediator.lower().removesuffix(" d.o.o.")
            assert (distinctive in names) == (offer.expect.verdict is not Verdict.NOT_FOUND), offer.offer
