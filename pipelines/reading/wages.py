"""What the work pays: amounts of money in a folded text, told apart from fees, housing prices and bonuses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from crawler.assessment import Wage, WageUnit
from pipelines.packaged import RuleData, load_packaged
from pipelines.text.lines import matches_in_lines_with
from pipelines.text.phrases import AdText, Phrasebook
from pipelines.text.spans import Spans


class WageRules(RuleData):
    """The file `wages.yml`: words by what they tell about an amount, as folded beginnings of words or phrases."""

    wage_words: list[str]
    other_words: list[str]
    net: list[str]
    gross: list[str]
    units: dict[WageUnit, list[str]]
    units_before: dict[WageUnit, list[str]]
    lower_bound: list[str]
    upper_bound: list[str]
    currencies: dict[str, list[str]]
    local: dict[str, dict[str, str]]
    """Name of a currency -> country -> what it means where the work is only there."""
    usual: dict[str, str]
    """Name of a currency -> what it means without a country."""
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class FoundWage:
    """A wage at its place in the folded text."""

    wage: Wage
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class _Patterns:
    amount: re.Pattern[str]
    wage_words: re.Pattern[str]
    other_words: re.Pattern[str]
    net: re.Pattern[str]
    gross: re.Pattern[str]
    units: tuple[tuple[WageUnit, re.Pattern[str]], ...]
    units_before: tuple[tuple[WageUnit, re.Pattern[str]], ...]
    lower_bound: re.Pattern[str]
    upper_bound: re.Pattern[str]
    currencies: tuple[tuple[str, re.Pattern[str]], ...]
    spoken: re.Pattern[str]


MOST_AMOUNTS = 200
"""An ad holds a dozen figures; a page of thousands is no ad and must not cost seconds."""
_FIGURE = r"\d{1,3}(?:[. ,]\d{3}){1,2}(?!\d)(?:[,.]\d{1,2}(?!\d))?|\d{1,6}(?:[.,]\d{1,2}(?!\d))?"
_PERK = r"\w+ naknad|bonus|top\w{0,2} obrok|hran|stan\b|smest|smjest|prevoz|obro|napojnic|baksis|dodat|provizij|procen"
_BOUNDARY = re.compile(
    rf"[\n;•●▪|✅➡🔹🔸📌·]| (?:i|uz|sa|s) (?=(?:{_PERK}))|[.!?](?=\s|$)|,(?=\s)| \+ | \+(?=[a-z])|\bplus\b"
    r"| - (?!\d)|:(?=\s*\n)"
)
"""Where a clause ends; what is given besides the wage is a clause of its own."""
_DIGIT = re.compile(r"\d")
_THOUSAND = re.compile(r"k|hiljad|tisu|iljad|soma|som")
_COUNTED = re.compile(
    r"[ \-]{0,2}(?:h\b|sat\w{0,2}\b|cas\w{0,3}\b|stunden|hours|ur\b|dan\w?\b|god\w{0,4}|radni\w{1,3}|%|smen"
    r"|mesec[ia]\b|nedelj[aeu]\b)"
)
_ADDED = re.compile(r"(?:\+|\bplus)(?: ?[a-z]{3,12}){0,2} ?$")
_CENTS = re.compile(r"cent")
_HOURLY_LIMIT, _DAILY_LIMIT = 45, 250


@cache
def wage_rules() -> WageRules:
    """The packaged data on wages."""
    return load_packaged(Path(__file__).with_name("wages.yml"), WageRules)


@cache
def _patterns() -> _Patterns:
    rules = wage_rules()
    currency = "|".join(form for forms in rules.currencies.values() for form in forms)
    spoken = "|".join(rules.numbers)
    scale = r"k(?!\w)|hiljad\w{0,3}|tisuc\w{0,3}|iljad\w{0,3}|soma?(?!\w)"
    codes = "|".join(code.lower() for code in rules.currencies if len(code) == 3)
    sign = rf"[€$£¥₪]|(?:{codes})[ .:]"
    amount = (
        rf"(?<![\w.,/@\-])(?P<sign>{sign})? ?(?P<low>{_FIGURE})(?P<low_scale> ?(?:{scale}))?"
        rf"(?: ?(?P<low_currency>{currency}))?"
        rf"(?:(?: ?(?:-|/) ?| (?:do|to|bis|i|a|ili) )(?:{sign})?(?P<high>{_FIGURE}))?"
        rf"(?P<scale> ?(?:{scale}))?(?: {{0,2}}(?P<currency>{currency}))?"
    )
    return _Patterns(
        amount=re.compile(amount),
        wage_words=_words(rules.wage_words),
        other_words=_words(rules.other_words),
        net=_words(rules.net),
        gross=_words(rules.gross),
        units=tuple((unit, _words(words)) for unit, words in rules.units.items()),
        units_before=tuple((unit, _words(words)) for unit, words in rules.units_before.items()),
        lower_bound=re.compile(rf"\b(?:{'|'.join(rules.lower_bound)})\W{{1,3}}$"),
        upper_bound=re.compile(rf"\b(?:{'|'.join(rules.upper_bound)})\W{{1,3}}$"),
        currencies=tuple((code, re.compile("|".join(forms))) for code, forms in rules.currencies.items()),
        spoken=re.compile(rf"(?<!\d )\b(?:{spoken})\b(?: (?:i )?(?:{spoken})\b){{0,4}}(?= (?:{currency}))"),
    )


def _words(forms: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})")


def find_wage(ad: AdText, *, taken: list[tuple[int, int]], countries: tuple[str, ...]) -> FoundWage | None:
    """The base wage the ad states, or None. `taken`: places of phone numbers; `countries`: where the work is."""
    text = _spoken_as_figures(ad.text) if _number_words().find(ad) else ad.text
    elsewhere = Spans(taken)
    best: tuple[int, FoundWage] | None = None
    for match in islice(matches_in_lines_with(_DIGIT, _patterns().amount, text), MOST_AMOUNTS):
        if elsewhere.overlap(*match.span()):
            continue
        found = _read(text, match, countries)
        if found and (best is None or found[0] > best[0]):
            best = found
    return best[1] if best else None


@cache
def _number_words() -> Phrasebook:
    return Phrasebook(("number", word) for word in wage_rules().numbers)


def _is_next_to_wage_word(before: str, after: str) -> bool:
    patterns = _patterns()
    for words in (before[-16:], after[:14]):
        if patterns.wage_words.search(words) and not patterns.other_words.search(words):
            return True
    return False


def _spoken_as_figures(text: str) -> str:
    """Number words before a currency as figures, padded so that all places stay."""
    numbers = wage_rules().numbers
    return _patterns().spoken.sub(lambda match: _figure(match.group(), numbers).rjust(len(match.group())), text)


def _figure(spoken: str, numbers: dict[str, int]) -> str:
    total = current = 0
    for word in spoken.split():
        value = numbers.get(word, 0)
        if value == 1000:
            total, current = total + max(current, 1) * 1000, 0
        else:
            current += value
    return str(total + current)


_IN_CASH = re.compile(r" ?(?:u )?(?:kes\w?|gotovin\w|bez prijave)\b")
_WITH_PERKS = re.compile(r"[^\w\n]{0,2}(?:\+|plus\b|i\b|uz\b|sa?\b)")
"""Smaller amounts are wages too where something is given besides: "500 USD + all inclusive"."""


def _read(text: str, match: re.Match[str], countries: tuple[str, ...]) -> tuple[int, FoundWage] | None:
    start, end = match.start("low"), match.end()
    if (not (match["currency"] or match["low_currency"]) and _COUNTED.match(text, end)) or _ADDED.search(
        text, max(0, start - 25), start
    ):
        return None
    before, after, line_head = _clause(text, start, end)
    currency = _currency(match, countries)
    patterns = _patterns()
    near = f"{before} {after}"
    is_paid = bool(
        _IN_CASH.match(text, end)
        or patterns.wage_words.search(near)
        or patterns.net.search(near)
        or patterns.gross.search(near)
    )
    unit = _unit(before, after, line_head)
    is_monthly = unit is WageUnit.MONTH and match["low"].replace(".", "").isdigit() and _number(match["low"]) >= 300
    if not (currency or (match["low_scale"] or match["scale"]) or is_paid or is_monthly):
        return None
    if patterns.other_words.search(near) and not _is_next_to_wage_word(before, after):
        return None
    low, high = _values(match, has_currency=currency is not None)
    if currency is None and not (match["scale"] or match["low_scale"]) and not _plausible(low, unit):
        return None
    # Of several rates the first is the base one; a figure that wage words explain beats one that stands alone.
    certainty = 2 if is_paid else int(unit is not None)
    currency = currency or _default_currency(countries, low, scaled=bool(match["scale"] or match["low_scale"]))
    with_perks = low >= 250 and bool(_WITH_PERKS.match(text, end))
    if not certainty and not _stands_alone(low, currency) and not with_perks:
        return None
    lowest, highest = _bounds(text[max(0, match.start() - 20) : match.start()], low, high)
    net = _net(near, after, text[end : end + 60])
    wage = Wage(lowest, highest, currency, unit or _unit_by_size(low, currency), net)
    return certainty, FoundWage(wage, start, end)


def _clause(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Words of the clause before and after an amount, and the beginning of its line."""
    line_start = text.rfind("\n", 0, start) + 1
    head = text[max(line_start, start - 120) : start]
    cuts = list(_BOUNDARY.finditer(head))
    before = head[cuts[-1].end() :] if cuts else head
    tail = text[end : end + 70]
    cut = _BOUNDARY.search(tail)
    return before, tail[: cut.start()] if cut else tail, head


def _currency(match: re.Match[str], countries: tuple[str, ...]) -> str | None:
    written = (match["currency"] or match["low_currency"] or match["sign"] or "").strip()
    if not written:
        return None
    if _CENTS.match(written):
        return "EUR"
    code = next((code for code, form in _patterns().currencies if form.fullmatch(written)), None)
    rules = wage_rules()
    local = rules.local.get(code or "", {})
    return next((local[country] for country in countries if country in local), rules.usual.get(code or "", code))


def _default_currency(countries: tuple[str, ...], low: float, *, scaled: bool) -> str:
    is_dinar = scaled or low >= 15_000 or (countries in ((), ("RS",)) and low >= 2_500)
    return "RSD" if is_dinar else "EUR"


def _values(match: re.Match[str], *, has_currency: bool) -> tuple[float, float | None]:
    factor = 0.01 if _CENTS.match(match["currency"] or "") else 1.0
    scale = 1000.0 if _THOUSAND.match((match["scale"] or "").strip()) else 1.0
    low_scale = 1000.0 if match["low_scale"] else scale
    low = _number(match["low"]) * factor
    high = _number(match["high"]) * factor * scale if match["high"] else None
    # "4.2k-6k" scales both; "1.500-2 hiljade" only the second.
    return round(low * (low_scale if low < 1000 else 1.0), 4), round(high, 4) if high is not None else None


def _number(written: str) -> float:
    decimal = re.search(r"[.,](\d{1,2})$", written)
    whole = written[: decimal.start()] if decimal else written
    return float(re.sub(r"\D", "", whole) + (f".{decimal[1]}" if decimal else ""))


def _unit(before: str, after: str, line_head: str) -> WageUnit | None:
    patterns = _patterns()
    following = [(found.start(), unit) for unit, form in patterns.units if (found := form.search(after))]
    if following:
        return min(following)[1]
    for place in (before, line_head):
        leading = [(found.start(), unit) for unit, form in patterns.units_before if (found := form.search(place))]
        if leading:
            return max(leading)[1]
    return None


def _unit_by_size(low: float, currency: str) -> WageUnit:
    if currency in ("EUR", "USD", "GBP", "CHF"):
        if low <= _HOURLY_LIMIT:
            return WageUnit.HOUR
        return WageUnit.DAY if low <= _DAILY_LIMIT else WageUnit.MONTH
    return WageUnit.MONTH


def _plausible(low: float, unit: WageUnit | None) -> bool:
    """A figure without currency: large enough for a month, or small beside a word for an hour or a day."""
    return 300 <= low < 500_000 if unit in (None, WageUnit.MONTH) else 2 <= low < 20_000


def _stands_alone(low: float, currency: str) -> bool:
    """An amount that no word explains, but nothing except a month's wage is that large."""
    if currency == "RSD":
        return 50_000 <= low < 400_000
    if currency in ("OMR", "KWD", "BHD", "JOD"):
        return 150 <= low <= 4_000
    return 600 <= low <= (8_000 if currency in ("EUR", "USD", "CHF", "GBP") else 900_000)


def _bounds(lead: str, low: float, high: float | None) -> tuple[float | None, float | None]:
    """Lowest and highest amount, by the words before them; None where that bound is not stated."""
    if high is not None and high > low:
        return low, high
    if _patterns().upper_bound.search(lead):
        return None, low
    return low, None if _patterns().lower_bound.search(lead) else low


def _net(near: str, after: str, following: str) -> bool | None:
    patterns = _patterns()
    next_clause = following[len(after) :].lstrip(" ,(-")[:14]
    for place in (near, next_clause):
        net, gross = patterns.net.search(place), patterns.gross.search(place)
        if net or gross:
            return bool(net) and not (gross and gross.start() < (net.start() if net else 0))
    return None
