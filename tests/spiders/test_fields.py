"""Text, dates and pay as pages state them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.manifest import JsonRecord, Salary, Times
from spiders.dates import parse_date
from spiders.kinds.records import stated_in
from spiders.pay import StatedPay, salary_of_data, salary_of_parts, salary_of_text
from spiders.text import html_to_text, one_line

FETCHED = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("15. novembra 2026.", "2026-11-15"),
        ("Objavljeno 5. 11. 2026. u 14:30", "2026-11-05T14:30:00"),
        ("15.11.2026", "2026-11-15"),
        ("decembar 4, 2026", "2026-12-04"),
        ("15. новембра 2026. године", "2026-11-15"),
        ("Rok za prijavu: 20. prosinca 2026.", "2026-12-20"),
        ("Nov 15, 2026", "2026-11-15"),
        ("pre 3 dana", "2026-11-21"),
        ("пре две недеље", "2026-11-10"),
        ("prije sedmicu dana", "2026-11-17"),
        ("pre mesec dana", "2026-10-25"),
        ("pre 5 sati", "2026-11-23"),
        ("juče u 9:15", "2026-11-23"),
        ("Danas", "2026-11-24"),
        ("2026-11-15", "2026-11-15"),
        ("2026-11-15T10:00:00.123Z", "2026-11-15T10:00:00Z"),
        ("2026-11-15 10:00:00 UTC", "2026-11-15T10:00:00Z"),
        ("2026-11-15T10:00:00-07:00", "2026-11-15T10:00:00-07:00"),
        ("Sun, 15 Nov 2026 10:00:00 +0000", "2026-11-15T10:00:00Z"),
        ("31.02.2026.", None),
        ("064/555-123", None),
        ("po dogovoru", None),
        ("pre svega vredne", None),
        ("", None),
    ],
)
def test_dates_of_the_region_are_understood(raw: str, iso: str | None) -> None:
    assert parse_date(raw, fetched_at=FETCHED) == iso


def test_relative_words_count_in_belgrade() -> None:
    # 23:30 UTC is already the next day there.
    assert parse_date("danas", fetched_at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "2026-11-24"


def test_a_unix_time_is_a_day_in_belgrade() -> None:
    stamp = str(int(datetime(2026, 11, 23, 23, 30, tzinfo=UTC).timestamp()))
    assert parse_date(stamp, fetched_at=FETCHED) == "2026-11-24T00:30:00+01:00"


BELGRADE = Times(zone="Europe/Belgrade")
WRONG_Z = Times(zone="Europe/Belgrade", ignore_stated_zone=True)


@pytest.mark.parametrize(
    ("raw", "times", "iso"),
    [
        ("2026-09-27 08:15:40", BELGRADE, "2026-09-27T08:15:40+02:00"),
        ("2026-11-27 08:15:40", BELGRADE, "2026-11-27T08:15:40+01:00"),
        ("2026-09-27T08:15:40", Times(zone="UTC"), "2026-09-27T08:15:40Z"),
        ("2026-09-27T08:15:40Z", BELGRADE, "2026-09-27T08:15:40Z"),
        ("2026-09-27T08:15:40Z", WRONG_Z, "2026-09-27T08:15:40+02:00"),
        ("5. 11. 2026. u 14:30", BELGRADE, "2026-11-05T14:30:00+01:00"),
        ("15.11.2026.", WRONG_Z, "2026-11-15"),
        ("1795017600", WRONG_Z, "2026-11-18T17:00:00+01:00"),
        ("1795017600", Times(zone="UTC"), "2026-11-18T16:00:00+00:00"),
    ],
)
def test_the_manifest_says_in_which_zone_a_site_writes(raw: str, times: Times, iso: str) -> None:
    assert parse_date(raw, fetched_at=FETCHED, times=times) == iso


@given(st.text(max_size=60))
def test_no_text_makes_the_date_parser_fail(raw: str) -> None:
    found = parse_date(raw, fetched_at=FETCHED)
    assert found is None or datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Prvi.</p><p>Drugi<br>red.</p>", "Prvi.\n\nDrugi\nred."),
        ("<ul><li>jedan</li>\n <li>dva</li></ul>", "- jedan\n- dva"),
        ("<ul><li>• jedan</li></ul>", "• jedan"),
        ("bez oznaka\nu dva reda", "bez oznaka\nu dva reda"),
        ("prvi\n<b>drugi</b>\ntreći", "prvi\ndrugi\ntreći"),
        ("<div>plata\n od   1.800&nbsp;€</div><div>stan</div>", "plata od 1.800 €\nstan"),
        ("&lt;p&gt;dva puta&lt;/p&gt;&lt;p&gt;kodirano &amp;amp; jasno&lt;/p&gt;", "dva puta\n\nkodirano & jasno"),
        ("rad &amp;nbsp; u smenama", "rad u smenama"),
        ("manje < 40 sati i R&amp;D", "manje < 40 sati i R&D"),
        ("<script>alert(1)</script><style>p{}</style><p>oglas</p>", "oglas"),
        ("<p>a<br></p><p></p><p>b</p>", "a\n\nb"),
        ("<table><tr><td>plata</td><td>1.500 €</td></tr><tr><td>stan</td></tr></table>", "plata 1.500 €\nstan"),
        ("<p>&lt;script&gt; je ovde reč</p>", "<script> je ovde reč"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text(st.sampled_from("<>/&;#x1pbrdivscript \n=\"'!-")))
def test_no_markup_makes_the_reader_fail(html: str) -> None:
    text = html_to_text(html)
    assert text == text.strip()
    assert "\ufdd0" not in text


def test_comments_and_hidden_parts_are_not_read() -> None:
    assert html_to_text("<p>vidi se<!-- ne vidi se --></p><template>ni ovo</template>") == "vidi se"


def test_a_title_is_one_line() -> None:
    assert one_line(" Vozač\n  <b>C+E</b> &amp; kuvar ") == "Vozač C+E & kuvar"


@pytest.mark.parametrize(
    ("data", "low", "high", "currency", "unit"),
    [
        (1800, "1800", "1800", None, None),
        ("1.800 - 2.200 EUR neto mesečno", "1800", "2200", "EUR", "MONTH"),
        ("do 3500 €", None, "3500", "EUR", None),
        ("od 14,50 evra na sat", "14.5", None, "EUR", "HOUR"),
        (
            {"currency": "EUR", "value": {"minValue": 1800, "maxValue": "2,200", "unitText": "MONTH"}},
            "1800",
            "2200",
            "EUR",
            "MONTH",
        ),
        ({"currency": "CHF", "value": 26}, "26", "26", "CHF", None),
        ([{"currency": "EUR", "value": [{"value": 12, "unitText": "HOUR"}]}], "12", "12", "EUR", "HOUR"),
        ("po dogovoru", None, None, None, None),
    ],
)
def test_pay_is_read_in_all_shapes(data: object, low: str, high: str, currency: str, unit: str) -> None:
    salary = salary_of_data(data)
    assert salary is not None
    assert salary.raw
    # Bounds in words ("14,50") keep their digits: 14.50 and 14.5 are one amount.
    assert [value and float(value) for value in (salary.valueMin, salary.valueMax)] == [
        value and float(value) for value in (low, high)
    ]
    assert (salary.currency, salary.rateType) == (currency, unit)


@pytest.mark.parametrize(
    "data", [None, "", 0, {}, [], {"value": None}, {"currency": "EUR", "value": {"minValue": 0}}, True, 1e300, 10**400]
)
def test_no_pay_is_none_and_never_zero(data: object) -> None:
    assert salary_of_data(data) is None


@pytest.mark.parametrize(
    ("low", "high", "divisor"),
    [(21_000_000, 25_000_050, 100), ("21.000.000", "25000050", 100), ("210.000", "250000,5", 1)],
)
def test_amounts_of_json_are_read_as_pages_write_them_and_para_turn_into_dinars(
    low: object, high: object, divisor: int
) -> None:
    pay = Salary(min="od", max="do", currency="valuta", divisor=divisor)
    stated = stated_in(JsonRecord(fields={}, salary=pay), {"od": low, "do": high, "valuta": "RSD"})
    salary = salary_of_parts(StatedPay(stated["salaryMin"], stated["salaryMax"], "RSD"))
    assert salary is not None
    assert (salary.valueMin, salary.valueMax, salary.currency) == ("210000", "250000.5", "RSD")


@pytest.mark.parametrize("amount", ["1e999999999999", "1e-999999999999", "9" * 400, 10**400])
def test_amounts_that_nobody_pays_cost_no_ad(amount: object) -> None:
    salary = salary_of_data({"currency": "EUR", "value": {"minValue": amount, "maxValue": 1800}})
    assert salary is not None
    assert (salary.valueMin, salary.valueMax) == (None, "1800")
    pay = Salary(min="od", divisor=100)
    assert stated_in(JsonRecord(fields={}, salary=pay), {"od": amount}).keys() == {"salaryMin"}


def test_value_of_another_sort_than_the_expression_compares_is_not_stated() -> None:
    record = JsonRecord(fields={"jobTitle": "naziv"}, salary=Salary(min="[cena][?@ >= `100`] | [0]"))
    assert stated_in(record, {"naziv": "Zidar", "cena": 1500})["salaryMin"] == 1500
    assert stated_in(record, {"naziv": "Zidar", "cena": "po dogovoru"}) == {"jobTitle": "Zidar"}


def test_wording_of_pay_is_kept() -> None:
    salary = salary_of_text("  2.000 evra bruto (oko\n1.600 evra neto, + 200) ")
    assert salary is not None
    assert salary.raw == "2.000 evra bruto (oko 1.600 evra neto, + 200)"
    assert salary.valueMin is None
