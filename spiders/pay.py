"""What a page states as salary in a field of its own, as BaseSalary. Pay inside an ad's text is not read here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from crawler.items import BaseSalary

NUMBER = re.compile(
    r"\d{1,3}(?:[.\s]\d{3})+(?!\d)(?:,\d{1,2})?|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d{1,2})?|\d+(?:[.,]\d{1,2})?"
)
CURRENCIES = {
    "EUR": re.compile(r"€|\beur|\bevr", re.IGNORECASE),
    "RSD": re.compile(r"\brsd\b|\bdin", re.IGNORECASE),
    "CHF": re.compile(r"\bchf\b|\bfran[ac]k", re.IGNORECASE),
    "USD": re.compile(r"\$|\busd\b|\bdolar", re.IGNORECASE),
    "GBP": re.compile(r"£|\bgbp\b|\bfunt", re.IGNORECASE),
    "BAM": re.compile(r"\bbam\b|\bkm\b", re.IGNORECASE),
}
UNITS = {
    "HOUR": re.compile(r"/\s*h\b|\bsat|\bčas|\bhour", re.IGNORECASE),
    "DAY": re.compile(r"\bdan|\bdnevn|\bday|\bdaily", re.IGNORECASE),
    "WEEK": re.compile(r"\bnedelj|\bsedmic|\bweek", re.IGNORECASE),
    "MONTH": re.compile(r"\bmes|\bmjes|\bmonth", re.IGNORECASE),
    "YEAR": re.compile(r"\bgod|\byear|\bannual", re.IGNORECASE),
}
MOST_DIGITS = 12
"""Before or behind the point. `1e999999` is no pay, and written out it fills the memory."""
ONLY_UP_TO = re.compile(r"^\s*(?:do|up to|max)\b", re.IGNORECASE)
ONLY_FROM = re.compile(r"^\s*(?:od|from|min)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StatedPay:
    """The parts of a salary that a page gives apart. None means not stated."""

    min: object = None
    max: object = None
    currency: str | None = None
    unit: str | None = None


def salary_of_parts(pay: StatedPay) -> BaseSalary | None:
    """A salary out of numbers; its raw form puts them side by side ("1800-2200 EUR/MONTH")."""
    low, high = _amount(pay.min), _amount(pay.max)
    if low is None and high is None:
        return None
    amounts = low if low == high or high is None else high if low is None else f"{low}-{high}"
    bound = "od " if high is None else "do " if low is None else ""
    raw = f"{bound}{amounts} {pay.currency or ''}".strip() + (f"/{pay.unit}" if pay.unit else "")
    return BaseSalary(
        raw=raw,
        valueMin=low,
        valueMax=high,
        currency=_currency(pay.currency or ""),
        currencyRaw=pay.currency,
        rateType=_unit(pay.unit or "") or pay.unit,
    )


def salary_of_text(raw: str) -> BaseSalary | None:
    """A salary as the page words it; amounts only where one or two numbers stand there, None for empty text."""
    text = " ".join(raw.split())
    if not text:
        return None
    numbers = [plain_number(found) for found in NUMBER.findall(text)]
    low, high = _bounds(text, numbers)
    return BaseSalary(raw=text, valueMin=low, valueMax=high, currency=_currency(text), rateType=_unit(text))


def salary_of_data(data: object, *, currency: str | None = None) -> BaseSalary | None:
    """A salary as schema.org's baseSalary gives it: number, text, MonetaryAmount or a list of them."""
    if isinstance(data, list):
        return salary_of_data(data[0], currency=currency) if data else None
    if isinstance(data, int | float):
        return salary_of_parts(StatedPay(data, data, currency))
    if isinstance(data, str):
        return salary_of_parts(StatedPay(data, data, currency)) if _amount(data) else salary_of_text(data)
    if not isinstance(data, Mapping):
        return None
    value = data.get("value")
    quantity = value[0] if isinstance(value, list) and value else value
    parts = {**data, **quantity} if isinstance(quantity, Mapping) else dict(data)
    return salary_of_parts(_stated(parts, currency)) or salary_of_data(parts.get("name") or parts.get("@value"))


def _stated(parts: Mapping[str, object], currency: str | None) -> StatedPay:
    single = parts.get("value", parts.get("price"))
    named = parts.get("currency") or parts.get("priceCurrency") or currency
    unit = parts.get("unitText") or parts.get("unitCode")
    return StatedPay(
        min=parts.get("minValue", parts.get("minPrice", single)),
        max=parts.get("maxValue", parts.get("maxPrice", single)),
        currency=str(named) if named else None,
        unit=str(unit) if unit else None,
    )


def _amount(value: object) -> str | None:
    """The number as plain text; 0 stands for "not stated" on every site seen."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = plain_number(value) if isinstance(value, str) else str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or number <= 0 or abs(number.adjusted()) > MOST_DIGITS:
        return None
    return f"{number.normalize():f}"


def plain_number(text: str) -> str:
    """The number as Python writes it: `1.800` of our pages is 1800, `14,50` is 14.50. What is none stays none."""
    compact = re.sub(r"\s", "", text)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", compact):
        return compact.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", compact):
        return compact.replace(",", "")
    return compact.replace(",", ".")


def _bounds(text: str, numbers: list[str]) -> tuple[str | None, str | None]:
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    if len(numbers) != 1:
        return None, None
    if ONLY_UP_TO.search(text):
        return None, numbers[0]
    return numbers[0], None if ONLY_FROM.search(text) else numbers[0]


def _currency(text: str) -> str | None:
    return next((code for code, pattern in CURRENCIES.items() if pattern.search(text)), None) or (
        text if re.fullmatch(r"[A-Z]{3}", text) else None
    )


def _unit(text: str) -> str | None:
    return next((unit for unit, pattern in UNITS.items() if pattern.search(text)), None)
