from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.store.mentions import MentioningAd
from pipelines.connections.judging import MANY_NAMES, MANY_SERIES, Connection, connection_of
from pipelines.connections.mentions import ContactKind, Mention
from pipelines.connections.wording import connection_sentence

SEEN = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
PHONE = Mention(ContactKind.PHONE, "+381600000001")


def mention(number: int, *, name: str | None = None, series: int | None = None, host: str = "portal") -> MentioningAd:
    return MentioningAd(
        ad_id=number,
        series_id=series or number,
        source=host,
        url=f"http://{host}.example/{number}",
        title=None,
        place=None,
        name=name,
        mediator_key="",
        destinations=("DE",) if number % 2 else ("AT",),
        first_seen=SEEN + timedelta(days=number),
        last_seen=SEEN + timedelta(days=number + 5),
    )


def connect(found: list[MentioningAd], asked: Mention = PHONE, *, most: int = 300) -> Connection:
    connection = connection_of(asked, found, most=most)
    assert connection
    return connection


def test_a_contact_that_no_ad_names_is_no_connection() -> None:
    assert connection_of(PHONE, [], most=300) is None


def test_names_count_once_however_they_are_written() -> None:
    found = connect([mention(1, name="Primer Rad"), mention(2, name="PRIMER RAD doo"), mention(3, name="Zora Posao")])
    assert found.names == ("Primer Rad", "Zora Posao")


def test_the_day_is_the_one_in_belgrade() -> None:
    assert connect([mention(0, series=1)]).since.isoformat() == "2026-03-03"


def test_versions_of_one_ad_are_one_ad() -> None:
    assert connect([mention(1), mention(1), mention(2, series=1)]).ads == 2


def test_a_switchboard_connects_nobody() -> None:
    many = [mention(number, name=f"Firma {chr(65 + number)}") for number in range(1, MANY_SERIES + 2)]
    assert connect(many).is_shared
    assert connection_sentence(connect(many)).endswith("– deljen broj, ne povezuje.")


def test_one_agency_with_many_offers_is_no_switchboard_nor_is_one_offer_under_many_names() -> None:
    one_name = [mention(number, name="Primer Rad") for number in range(1, 60)]
    one_series = [mention(number, name=f"Firma {chr(65 + number)}", series=1) for number in range(1, MANY_NAMES + 9)]
    assert not connect(one_name).is_shared
    assert not connect(one_series).is_shared


@pytest.mark.parametrize(
    "asked", [Mention(ContactKind.EMAIL, "podrska@portal.example"), Mention(ContactKind.DOMAIN, "portal.example")]
)
def test_the_portals_own_mailbox_and_domain_connect_nobody(asked: Mention) -> None:
    assert connect([mention(1, name="Primer Rad"), mention(2, name="Zora Posao", host="www.portal")], asked).is_shared
    assert not connect([mention(1, name="Primer Rad", host="a"), mention(2, name="Zora", host="b")], asked).is_shared


@pytest.mark.parametrize(
    ("ads", "names", "expected"),
    [
        (1, 1, "stoji u 1 oglasu (1 ponuda) pod 1 imenom, za 1 zemlju, od 4. 3. 2026."),
        (2, 2, "stoji u 2 oglasa (2 ponude) pod 2 imena, za 2 zemlje, od 4. 3. 2026."),
        (5, 1, "stoji u 5 oglasa (5 ponuda) pod 1 imenom, za 2 zemlje, od 4. 3. 2026."),
        (21, 3, "stoji u 21 oglasu (21 ponuda) pod 3 imena, za 2 zemlje, od 4. 3. 2026."),
        (11, 0, "stoji u 11 oglasa (11 ponuda), za 2 zemlje, od 4. 3. 2026."),
    ],
)
def test_the_sentence_takes_the_forms_of_its_numbers(ads: int, names: int, expected: str) -> None:
    found = [mention(one, name=f"Ime {'ABC'[one % names]}" if names else None) for one in range(1, ads + 1)]
    assert connection_sentence(connect(found)).replace("\u00a0", " ") == f"Broj telefona +381600000001 {expected}"


def test_towns_count_once_in_every_case_script_and_language() -> None:
    titles = ["Zavarivači za Beč", "Возачи у Бечу", "Tischler in Wien", "Konobari – Graz", "Kuvar u inostranstvu"]
    found = [replace(mention(one, name="Primer Rad"), title=title) for one, title in enumerate(titles, start=1)]
    found.append(replace(mention(9, name="Primer Rad"), place="Lajpcig, Nemačka"))
    assert connect(found).towns == 3
    assert "za 2 zemlje (3 grada), od" in connection_sentence(connect(found)).replace("\u00a0", " ")


def test_what_was_cut_says_so() -> None:
    found = [mention(one, series=1) for one in range(1, 31)]
    assert "stoji u više od 30 oglasa" in connection_sentence(connect(found, most=30)).replace("\u00a0", " ")
