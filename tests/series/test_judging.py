"""What makes two ads one offer, and what keeps them apart however alike they are."""

from __future__ import annotations

import random

import pytest

from crawler.assessment import Ad
from pipelines.series.comparable import make_comparable
from pipelines.series.judging import Ground, JudgedAd, compare, explain
from pipelines.series.memory import series_of
from pipelines.series.signatures import text_key
from tests.series.clusters import DISTORTIONS

TITLE = "Zidari i tesari – okolina Minhena"
TEXT = """Građevinsko preduzeće iz Minhena prima deset zidara i pet tesara za stambene zgrade u bližoj okolini grada.

Zarada je 17,50 evra na sat, obračun svakog petnaestog u mesecu, a prekovremeni sati plaćaju se uvećano.

Smeštaj je u radničkom domu, dvoje u sobi, i ne naplaćuje se prva tri meseca.

Prijave na 060 000 0021 ili posao@primer-gradnja.example."""


def judged(text: str, title: str | None = None) -> JudgedAd:
    return JudgedAd(make_comparable(title, text))


@pytest.mark.parametrize("name", sorted(DISTORTIONS))
def test_every_single_distortion_joins(name: str) -> None:
    original = Ad(title=TITLE, text=TEXT)
    copy = DISTORTIONS[name](original, random.Random(3))  # noqa: S311
    assert compare(judged(TEXT, TITLE), judged(copy.text, copy.title)).joins
    assert len(set(series_of([original, copy]))) == 1


@pytest.mark.parametrize("name", ["cyrillic", "stripped", "emoji", "other_phone", "other_price", "on_a_portal"])
def test_what_a_repost_changes_first_leaves_the_text_the_same(name: str) -> None:
    copy = DISTORTIONS[name](Ad(title=TITLE, text=TEXT), random.Random(4))  # noqa: S311
    assert text_key(make_comparable(TITLE, TEXT)) == text_key(make_comparable(copy.title, copy.text))


@pytest.mark.parametrize(
    ("word", "other", "ground"),
    [
        ("zidara", "molera", Ground.OTHER_WORK),
        ("Minhena", "Beča", Ground.OTHER_PLACE),
        ("Minhena", "Hamburga", Ground.OTHER_PLACE),
        ("zidara i pet tesara", "kalaisača i pet sarača", Ground.OTHER_TITLE),
    ],
)
def test_another_work_or_place_parts_texts_that_are_else_the_same(word: str, other: str, ground: Ground) -> None:
    first, second = judged(TEXT), judged(TEXT.replace(word, other))
    likeness = compare(first, second)
    assert likeness.jaccard > 0.8
    assert likeness.ground is ground


@pytest.mark.parametrize(("town", "other"), [("Hamburga", "Homburga"), ("grada Linz", "grada Lienz")])
def test_towns_of_the_same_consonants_part_offers(town: str, other: str) -> None:
    first, second = (judged(TEXT.replace("Minhena", name)) for name in (town, other))
    assert compare(first, second).ground is Ground.OTHER_PLACE


def test_a_town_is_one_in_either_language() -> None:
    assert compare(judged(TEXT.replace("Minhena", "Bolonje")), judged(TEXT.replace("Minhena", "Bologna"))).joins


def test_a_sum_of_money_is_no_word_however_it_is_spaced() -> None:
    sums = [f"Plata je {amount}, smeštaj u domu." for amount in ("1500e", "1.800 e", "1500 eu", "1500\xa0E")]
    assert {make_comparable(None, text).wording for text in sums} == {"plata je smestaj u domu"}


def test_a_shared_town_of_departure_parts_nothing() -> None:
    first = f"{TEXT}\nPolazak iz Niša."
    assert compare(judged(first), judged(first.replace("Niša", "Kragujevca"))).joins


def test_a_place_may_go_by_the_name_of_its_country() -> None:
    first = (
        "TAJLAND! Rad na računaru u međunarodnoj kompaniji, brzo kucanje i osnovni engleski, kartu i vizu plaća firma."
    )
    assert compare(judged(first), judged(first.replace("TAJLAND", "Bangkok i okolina"))).joins


@pytest.mark.parametrize(
    ("name", "other"),
    [("Minhena", "Münchena (München)"), ("Minhena", "grada Munich"), ("Minhena", "Minhen")],
)
def test_a_town_is_one_in_every_case_and_language(name: str, other: str) -> None:
    assert compare(judged(TEXT), judged(TEXT.replace(name, other))).joins


def test_a_title_may_say_the_same_work_in_another_language() -> None:
    assert compare(judged(TEXT, TITLE), judged(TEXT, "Bricklayers and carpenters, Munich area")).joins
    assert compare(judged(TEXT, TITLE), judged(TEXT, "Maurer und Zimmerer – Raum München")).joins


def test_another_standard_tells_the_same_words() -> None:
    other = TEXT.replace("Smeštaj", "Smještaj").replace("radničkom", "radničkome").replace("meseca", "mjeseca")
    assert text_key(make_comparable(None, TEXT.replace("radničkom", "radničkome"))) == text_key(
        make_comparable(None, other)
    )


def test_a_text_misread_off_a_picture_joins() -> None:
    text = "Tražim dva molera za Ljubljanu, plata 1700, papiri se rade, hrana na nama, javiti se Peri 060 000 0003"
    misread = "Tražim dva molcra za Ljub1janu, plota 1700, papiri se radc, hrana na nama, javltl se Peri 060 000 0003"
    assert compare(judged(text), judged(misread)).ground is Ground.READ_ALIKE
    first, again = series_of([Ad(text), Ad(misread)])
    assert first == again


def test_two_jobs_with_one_long_closing_stay_apart_though_no_word_of_theirs_is_known() -> None:
    closing = TEXT.split("\n\n", 1)[1]
    first = judged(f"Radionica Karanfil popravlja orgulje i traži izrađivače mehova.\n\n{closing}")
    second = judged(f"Manastirsko imanje uzgaja dudove bube i zove vešte predilje svile.\n\n{closing}")
    likeness = compare(first, second)
    assert likeness.jaccard >= 0.5
    assert not likeness.joins


def test_a_copy_that_lost_a_sentence_and_won_one_joins() -> None:
    copy = TEXT.replace("\n\nZarada je 17,50 evra na sat, obračun svakog petnaestog u mesecu", "\n\nZarada")
    assert compare(judged(TEXT), judged(f"{copy}\nDelim dalje po molbi jedne dobre komšinice.")).joins


def test_short_texts_need_more_than_a_few_shared_words() -> None:
    first = judged("Potrebni vozači za Austriju, plata 2500 evra, zvati 060 000 0001")
    second = judged("Potrebni vozači za Austriju, dobra plata, smeštaj, pisati na 060 000 0002")
    assert not compare(first, second).joins


def test_a_very_short_text_joins_only_with_the_same_contact() -> None:
    texts = [
        "Posao u Austriji, zvati 060 000 0001",
        "Посао у Аустрији, звати 060/000-0001",
        "Posao u Austriji, zvati 060 000 0002",
    ]
    first, copy, other = series_of([Ad(text) for text in texts])
    assert first == copy
    assert first != other


def test_what_is_left_without_work_and_place_does_not_join_one_of_two_jobs() -> None:
    rest = TEXT.split("\n\n", 1)[1]
    other = TEXT.replace("Minhena", "Beča")
    first, second, left = series_of([Ad(TEXT), Ad(other), Ad(rest)])
    assert len({first, second, left}) == 3


def test_a_join_is_explained_by_its_words() -> None:
    reason = explain(judged(TEXT), judged(TEXT.replace("u radničkom domu", "u hotelu")))
    assert reason.likeness.ground is Ground.NEAR_TEXT
    assert "minhena" in reason.shared
    assert reason.only_first == ("radnickom", "domu")
    assert reason.only_second == ("hotelu",)


def test_a_join_is_explained_in_the_words_of_the_ads() -> None:
    first, second = judged("Tvornica traži osoblje, smještaj u domu."), judged("Fabrika nudi smeštaj na moru.")
    reason = explain(first, second)
    assert reason.shared == ("tvornica", "smjestaj")
    assert reason.only_first == ("trazi", "osoblje", "u", "domu")
    assert reason.only_second == ("nudi", "na", "moru")


def test_one_address_is_one_series_but_a_bare_site_is_none() -> None:
    page, site = "http://oglasi.example/oglas/1?utm_source=a", "http://agencija.example/"
    one, again, third, fourth = series_of(
        [
            Ad(TEXT, url=page),
            Ad("Sasvim drugi tekst na istoj strani.", url="https://www.oglasi.example/oglas/1"),
            Ad("Konobari za hotel u Budvi.", url=site),
            Ad("Berba jagoda u Španiji.", url=site),
        ]
    )
    assert one == again
    assert third != fourth
