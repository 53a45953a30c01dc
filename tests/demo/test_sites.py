"""Each site has the structure, the traps and the end that its kind of site has."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup, Tag

from spiders.demo.ads import PlacedAd, SiteName
from spiders.demo.server import DemoSites
from spiders.demo.sites import address_of
from spiders.demo.sites.poslovi_plus import BROKEN, detail_path
from tests.demo.reading import WALKS, kanal_pages, literal, next_data, read


@pytest.mark.parametrize("site", SiteName)
def test_every_placement_is_reached_once_from_its_listing(
    sites: DemoSites, ads: tuple[PlacedAd, ...], site: SiteName
) -> None:
    reached = [number for number, _ in WALKS[site](sites)]
    assert sorted(reached) == sorted(ad.id for ad in ads if ad.placement.site is site)


@pytest.mark.parametrize("site", SiteName)
def test_pages_carry_the_words_of_their_ads(sites: DemoSites, ads: tuple[PlacedAd, ...], site: SiteName) -> None:
    words = {ad.id: _last_word(ad) for ad in ads if ad.placement.site is site}
    for number, page in WALKS[site](sites):
        assert words[number] in page, number


def _last_word(ad: PlacedAd) -> str:
    """What must stand on the ad's page; of a post without words, its picture."""
    return ad.placement.flyer or ad.text.split()[-1].rstrip(".!?")


def test_flyers_are_served_as_pictures_and_nothing_else_is(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    flyers = [ad.placement.flyer for ad in ads if ad.placement.flyer]
    assert len(flyers) == len(set(flyers)) == 3
    for flyer in flyers:
        answer = sites.answer(f"http://kanal.example/img/letak/{flyer}")
        assert (answer.status, answer.content_type, answer.body[:4]) == (200, "image/png", b"\x89PNG")
    assert sites.answer("http://kanal.example/img/letak/../ads.yml").status == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("poslovi-plus.example/oglasi?strana=99", 404),
        ("sljaka-poslovi.example/poslovi/feed/?paged=99", 404),
        ("radnik.example/oglasi-za-posao?q=&page=99", 200),
        ("mali-oglasi.example/posao-pretraga?page=99", 200),
        ("kp-oglasi.example/api/search/v3/feed/search?category_id=2137&page=99", 200),
        ("kanal.example/s/posao_eu_balkan?before=1", 200),
    ],
)
def test_pages_beyond_the_last_hold_no_ads(sites: DemoSites, address: str, status: int) -> None:
    answer = sites.answer(f"http://{address}")
    assert answer.status == status
    assert "Austrij" not in answer.body.decode()


def test_every_ad_has_an_address_of_its_own_for_people(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    addresses = [address_of(ad) for ad in ads]
    assert len(set(addresses)) == len(addresses)
    assert all(sites.answer(address).status == 200 for address in addresses)


def test_markup_typed_into_an_ad_stays_text(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    for ad in (ad for ad in ads if ad.offer.offer == "nalepljen-kod"):
        page = sites.answer(address_of(ad)).body.decode()
        assert "<script>document.title" not in page
        assert "{{ posao }}" in page


def test_a_closed_group_answers_with_a_login_form_and_no_ads(sites: DemoSites) -> None:
    soup = BeautifulSoup(read(sites, "grupa.example/groups/posao-u-inostranstvu"), "lxml")
    assert soup.select_one("form#login_form input[type=password]")
    assert not soup.select("article")


def _json_ld(sites: DemoSites, ad: PlacedAd) -> str:
    soup = BeautifulSoup(read(sites, f"poslovi-plus.example{detail_path(ad)}"), "lxml")
    return soup.select('script[type="application/ld+json"]')[1].text


def _portal_ad(ads: tuple[PlacedAd, ...], shape: int) -> PlacedAd:
    return next(ad for ad in ads if ad.placement.site is SiteName.POSLOVI_PLUS and ad.id % 5 == shape and ad.offer.wage)


def test_portal_postings_come_in_five_shapes(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    single, several, graph, broken_lines, twice = (_json_ld(sites, _portal_ad(ads, shape)) for shape in range(5))
    assert json.loads(single)["baseSalary"]["value"]["@type"] == "QuantitativeValue"
    assert isinstance(json.loads(several)[1]["baseSalary"], float)
    assert json.loads(graph)["@graph"][1]["@type"] == ["JobPosting"]
    assert isinstance(json.loads(graph)["@graph"][1]["jobLocation"], list)
    assert isinstance(json.loads(broken_lines, strict=False)["baseSalary"], str)
    assert json.loads(twice)["description"].startswith("&amp;lt;p&amp;gt;")


def test_one_shape_of_posting_is_refused_by_strict_parsers(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    with pytest.raises(json.JSONDecodeError, match="control character"):
        json.loads(_json_ld(sites, _portal_ad(ads, 3)))


def test_broken_page_is_listed_and_holds_no_readable_posting(sites: DemoSites) -> None:
    assert BROKEN in read(sites, "poslovi-plus.example/oglasi")
    page = read(sites, f"poslovi-plus.example{BROKEN}")
    with pytest.raises(json.JSONDecodeError):
        json.JSONDecoder(strict=False).raw_decode(page, page.index("{"))


def test_next_data_gives_wages_in_hundredths(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    ad = next(ad for ad in ads if ad.placement.site is SiteName.RADNIK and ad.id == 3104501)
    rows = next_data(read(sites, "radnik.example/oglasi-za-posao?page=2"))["initialSearchResults"]["jobs"]["primary"]
    url = next(row["url"] for row in rows if row["id"] == ad.id)
    job = next_data(read(sites, f"radnik.example{url}"))["job"]
    assert ad.offer.wage
    assert job["unformattedSalary"]["from"] == ad.offer.wage.min * 100
    assert job["datePosted"] == "03.11.2026"


def test_classified_literals_hold_closing_braces_inside_strings(sites: DemoSites, ads: tuple[PlacedAd, ...]) -> None:
    ad = next(ad for ad in ads if ad.offer.offer == "kombi-vozac-milano")
    page = read(sites, f"mali-oglasi.example/posao/vozaci/vozac-kombija-za-dostavu-milano/{ad.id}?kid=4")
    marker = "QuidditaEnvironment.CurrentClassified="
    classified = literal(page, marker)
    assert "};" in classified["TextHtml"]
    cut_at_first_end = page[page.index(marker) + len(marker) :].split("};")[0] + "}"
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut_at_first_end)


def test_classified_list_html_is_escaped_once_more(sites: DemoSites) -> None:
    row = literal(read(sites, "mali-oglasi.example/posao-pretraga"), "QuidditaEnvironment.serverListData=")["Ads"][0]
    assert "<" not in row["ListHTML"]
    inner = BeautifulSoup(BeautifulSoup(row["ListHTML"], "lxml").get_text(), "lxml")
    link = inner.select_one(".courses-title a")
    assert link
    assert link["href"] == row["RelativeUrl"]


def test_feed_gives_firm_place_and_closing_day(sites: DemoSites) -> None:
    feed = BeautifulSoup(read(sites, "sljaka-poslovi.example/poslovi/feed/?paged=1"), "xml")
    fields = next(
        {tag.name: tag.text for tag in item(True)} for item in feed("item") if "?post_type=poslovi&p=7703" in item.text
    )
    assert fields["company"] == "Lorelinde Flusskreuzfahrten GmbH"
    assert fields["address"] == "Rečni brodovi"
    assert fields["closing"] == "decembar 31, 2026"


def test_json_titles_are_the_beginning_of_the_text(sites: DemoSites) -> None:
    feed = read(sites, "kp-oglasi.example/api/search/v3/feed/search?category_id=2137&per-page=500&page=1")
    answer = json.loads(feed)
    assert answer["_meta"]["perPage"] == 50
    assert all(len(item["title"]) <= 70 for item in answer["items"])
    assert not json.loads(read(sites, "kp-oglasi.example/api/search/v3/feed/search?category_id=9"))["items"]


def _messages(sites: DemoSites, part: str) -> list[Tag]:
    return [found for soup in kanal_pages(sites) for found in soup.select(part)]


def test_channel_pages_hold_twenty_messages_oldest_first(sites: DemoSites) -> None:
    newest, *older = kanal_pages(sites)
    numbers = [int(str(message["data-post"]).rsplit("/", 1)[1]) for message in newest.select("[data-post]")]
    assert len(numbers) == 20
    assert numbers == sorted(numbers)
    assert [more["data-before"] for more in newest.select("a.tme_messages_more")] == [str(numbers[0])]
    assert not older[-1].select("link[rel=prev], a.tme_messages_more")


@pytest.mark.parametrize(
    "part",
    [
        ".service_message",
        ".tgme_widget_message_forwarded_from_name",
        ".js-message_reply_text",
        "tg-emoji > i.emoji > b",
        ".js-message_text > i.emoji > b",
        "a.grouped_media_wrap + a.grouped_media_wrap",
        "time.message_video_duration:not([datetime])",
    ],
)
def test_channel_shows_every_trap_of_its_kind(sites: DemoSites, part: str) -> None:
    assert _messages(sites, part)


def test_every_message_has_exactly_one_dated_link(sites: DemoSites) -> None:
    for message in _messages(sites, ".tgme_widget_message"):
        assert len(message.select("a.tgme_widget_message_date > time[datetime]")) == 1


def test_names_without_preview_redirect(sites: DemoSites) -> None:
    answer = sites.answer("http://kanal.example/s/zatvorena_grupa")
    assert (answer.status, answer.location) == (302, "/zatvorena_grupa")
    assert sites.answer("http://kanal.example/zatvorena_grupa").status == 200
