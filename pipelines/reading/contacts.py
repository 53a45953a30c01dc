"""Phones, e-mails, handles and links of an ad. Whose they are is not said here."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter, methodcaller
from typing import NamedTuple, TypeVar

import phonenumbers

from crawler.assessment import Contacts
from pipelines.text.lines import matches_in_lines_with
from pipelines.text.phrases import AdText

HOME_REGION = "RS"
HOME_CODE = "+381"
_T = TypeVar("_T")


class Found(NamedTuple):
    """A contact at its place in the folded text."""

    value: str
    start: int
    end: int


_JOINT = r"[ /.\-()*_·•|\u00a0]{0,3}"
_PHONE = re.compile(rf"(?<![\w/.,\-])\(?(?:\+|00|0|o(?=6)|(?=381 ?[/-]?6))\)?(?:{_JOINT}\d){{7,28}}(?!\d)")
_SEVEN_DIGITS = re.compile(rf"(?:\d{_JOINT}){{6}}\d")
_COUNTRY_BESIDE = re.compile(r"[^\d\n+]{0,25}\+(?P<code>\d{2,3})(?![ /-]?\d)")
"""A country code named after a number that is written as at home: "091 555 0 063 (HR, +385)"."""
_NEXT_NUMBER = re.compile(r"(?<=\d)[ /.\-]{1,3}(?=\+|00\d{2}|0\d{2}[ /.\-]?\d{3})")
_MOBILE = re.compile(r"(?:\+381|00381|0) ?6\d")
_DATE = re.compile(r"\d{1,2}\. ?\d{1,2}\. ?(?:19|20)\d\d\b")
_LABELLED = re.compile(
    r"\b(?:pib|mb|jmbg|maticni broj|mat\. ?br|racun\w{0,2}|br\.?|broj\w{0,2} (?:dozvole|resenja|racuna))[ .:]{0,3}$"
)
_AT_IN_BRACKETS = r"[(\[{] ?(?:at|et|@|majmun|manki) ?[)\]}]"
_AT_SPOKEN = r" (?:at|et|majmun) (?=gmail|yahoo|hotmail|outlook)"
_AT_SIGN = re.compile(rf"@|{_AT_IN_BRACKETS}|{_AT_SPOKEN}")
_EMAIL = re.compile(
    rf"(?<![\w.+\-])[\w+\-](?:[\w.+\-]{{0,63}})(?:@| ?{_AT_IN_BRACKETS} ?|{_AT_SPOKEN})"
    r"[a-z0-9\-]{1,60}(?:(?:\.| ?[(\[{] ?(?:dot|tacka|\.) ?[)\]}] ?| (?:tacka|dot) )[a-z0-9\-]{1,30}){1,4}"
)
_DOT_WORDS = re.compile(r" ?[(\[{]? ?\b(?:dot|tacka)\b ?[)\]}]? ?")
_AT_WORDS = re.compile(r" ?[(\[{] ?(?:at|et|@|majmun|manki) ?[)\]}] ?| (?:at|et|majmun) ")
_URL = re.compile(r"(?:https?://|\bwww\.|\bt\.me/|\bwa\.me/)[^\s<>\"']{2,300}")
_PROFILE = re.compile(
    r"(?<![\w.])(?:www\.)?(?P<site>t\.me|telegram\.me|instagram\.com|facebook\.com|fb\.com|fb\.me|m\.me|wa\.me)/(?:s/|joinchat/)?"
    r"(?P<name>[\w.+]{2,40})"
)
_SITES = {"t.me": "telegram", "telegram.me": "telegram", "instagram.com": "instagram", "wa.me": "whatsapp"}
_AT_NAME = re.compile(r"(?<![\w.@/])@(?P<name>[a-z0-9_][\w.]{2,40})")
_CHANNEL = re.compile(
    r"(?<![\w@.])(?P<name>viber\w{0,3}|vajber\w{0,3}|whats? ?app?\w{0,3}|watsap\w{0,2}|v[oa]ts[ae]p\w{0,2}"
    r"|vocap\w{0,2}|vacap\w{0,2}|wa|wp"
    r"|telegram\w{0,3}|tg|insta\w{0,8}|ig|facebook\w{0,3}|fejsbuk\w{0,3}|fb)(?!\w|\.\w)"
)
_NAMED = re.compile(
    r"[ :\-]{1,3}(?:profil |nalog |stranica )?:? ?(?P<name>[a-z0-9][a-z0-9]{0,30}[_.][a-z0-9_.]{1,30})(?!\w)(?!@)"
)
_BETWEEN_CHANNELS = re.compile(
    r"(?:viber\w*|vajber\w*|whats? ?app?\w*|telegram\w*|[^\w\n+]"
    r"|\b(?:i|ili|na|pozivi|poruke|poziv)\b|\bbroj\w*|\bnum\w*){0,12}"
)
_TLD_COUNTRIES = {"UK": "GB"}
_UNITS = {
    "nula": 0, "jedan": 1, "dva": 2, "tri": 3, "cetiri": 4, "pet": 5, "sest": 6, "sedam": 7, "osam": 8, "devet": 9,
    "deset": 10, "jedanaest": 11, "dvanaest": 12, "trinaest": 13, "cetrnaest": 14, "petnaest": 15, "sesnaest": 16,
    "sedamnaest": 17, "osamnaest": 18, "devetnaest": 19,
}  # fmt: skip
_TENS = {
    "dvadeset": 20, "trideset": 30, "cetrdeset": 40, "pedeset": 50, "sezdeset": 60, "sezdest": 60, "sedamdeset": 70,
    "osamdeset": 80, "devedeset": 90,
}  # fmt: skip
_HUNDREDS = {
    "sto": 100, "dvesta": 200, "dvesto": 200, "trista": 300, "tristo": 300, "cetiristo": 400, "petsto": 500,
    "sesto": 600, "seststo": 600, "sedamsto": 700, "osamsto": 800, "devetsto": 900,
}  # fmt: skip
_SPOKEN_WORD = "|".join([*_HUNDREDS, *_TENS, *sorted(_UNITS, key=len, reverse=True), r"\d{1,4}"])
_SPOKEN = re.compile(rf"\b(?:nula|plus)\b(?:[\s,./\-]{{1,3}}(?:i )?(?:{_SPOKEN_WORD})\b){{3,16}}")
_DIGIT_WORD = "jedan|dva|tri|cetiri|pet|sest|sedam|osam|devet"
_BELOW_HUNDRED = rf"(?:{'|'.join(_TENS)})(?: (?:i )?(?:{_DIGIT_WORD})\b)?"
_SPOKEN_PART = re.compile(
    rf"(?P<hundreds>{'|'.join(_HUNDREDS)})(?: (?:i )?(?P<rest>{_BELOW_HUNDRED}|(?:{'|'.join(_UNITS)})\b))?"
    rf"|(?P<tens>{'|'.join(_TENS)})(?: (?:i )?(?P<unit>{_DIGIT_WORD})\b)?"
    rf"|{_SPOKEN_WORD}"
)


def find_contacts(ad: AdText, *, phones: list[Found] | None = None, outside: str = "") -> Contacts:
    """All contacts of the ad, in order of first mention.

    `phones`: those of the text where they are known already. `outside`: folded contacts given beside the text.
    """
    text = f"{ad.text}\n{outside}" if outside else ad.text
    emails = find_emails(text)
    phones = find_phones(text) if phones is None or outside else phones
    handles = _handles(text, phones, emails)
    return Contacts(
        phones=_values(phones),
        emails=_values(emails),
        handles=tuple(dict.fromkeys(handles)),
        urls=_urls(text),
    )


def find_phones(text: str) -> list[Found]:
    """Phone numbers in a folded text as E.164; without a country code they are Serbian."""
    written = matches_in_lines_with(_SEVEN_DIGITS, _PHONE, text)
    found = [phone for match in written for phone in _phones_in(text, match)]
    if "nula" in text or "plus" in text:
        found += [phone for match in _SPOKEN.finditer(text) if (phone := _spoken(match))]
    found += [Found(f"+{match['name']}", *match.span()) for match in _profiles(text) if _is_wa_number(match)]
    return _once(sorted(found, key=lambda phone: phone.start))


def _once(found: list[Found]) -> list[Found]:
    """Without a number taken for one at home that stands there with another country's code too."""
    foreign = tuple(phone.value for phone in found if not phone.value.startswith(HOME_CODE))
    return [
        phone
        for phone in found
        if not (
            phone.value.startswith(HOME_CODE) and any(one.endswith(phone.value[len(HOME_CODE) :]) for one in foreign)
        )
    ]


def find_emails(text: str) -> list[Found]:
    """E-mail addresses in a folded text, also those written with words for the signs."""
    found = matches_in_lines_with(_AT_SIGN, _EMAIL, text)
    return [Found(_clean_email(match.group()), *match.span()) for match in found]


def _urls(text: str) -> tuple[str, ...]:
    links = _URL.finditer(text) if "/" in text or "www." in text else ()
    return tuple(dict.fromkeys(_clean_url(link.group()) for link in links))


def contact_countries(contacts: Contacts) -> tuple[str, ...]:
    """Countries of the phones' codes and of the mailboxes' domains: a hint where the ad names no place."""
    regions = [_region(phone) for phone in contacts.phones]
    endings = [email.rsplit(".", 1)[-1].upper() for email in contacts.emails]
    return tuple(
        dict.fromkeys(regions + [_TLD_COUNTRIES.get(ending, ending) for ending in endings if len(ending) == 2])
    )


def _region(phone: str) -> str:
    """The country of an E.164 number; no country code is the beginning of another."""
    codes = (int(phone[1:end]) for end in (2, 3, 4))
    code = next((code for code in codes if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), 0)
    return phonenumbers.region_code_for_country_code(code)


def _profiles(text: str) -> list[re.Match[str]]:
    return list(_PROFILE.finditer(text)) if "/" in text else []


def _phones_in(text: str, match: re.Match[str]) -> list[Found]:
    if _DATE.match(match.group()) or (
        not _MOBILE.match(match.group()) and _LABELLED.search(text, max(0, match.start() - 25), match.start())
    ):
        return []
    written = match.group()
    ends = [
        cut.end()
        for cut in _NEXT_NUMBER.finditer(written)
        if _digits(written[cut.end() :]) >= 8 and _digits(written[: cut.start()]) >= 6
    ]
    cuts = [0, *ends, len(written)]
    pieces = [(match.group()[begin:end], match.start() + begin) for begin, end in pairwise(cuts)]
    whole = [(match.group(), match.start())]
    long_enough = [piece for piece in pieces if _digits(piece[0]) >= 8]
    beside = _COUNTRY_BESIDE.match(text, match.end())
    numbers = [
        (_e164(_abroad(piece, beside["code"]) if beside else piece), start, start + len(piece))
        for piece, start in long_enough or whole
    ]
    return [Found(number, start, end) for number, start, end in numbers if number]


def _abroad(written: str, code: str) -> str:
    """A number written as in its own country, with that country's code."""
    home = written.lstrip("( ")
    return f"+{code}{home[1:]}" if home.startswith("0") and not home.startswith("00") else written


def _digits(written: str) -> int:
    return sum(char.isdigit() for char in written)


def _e164(written: str) -> str | None:
    digits = re.sub(r"[^\d+]", "", written.replace("(0)", "") if "+" in written else written.replace("o", "0"))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("381"):
        digits = f"+{digits}"
    try:
        number = phonenumbers.parse(digits, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _spoken(match: re.Match[str]) -> Found | None:
    digits = "+" if match.group().startswith("plus") else ""
    for part in _SPOKEN_PART.finditer(match.group()):
        if part["hundreds"]:
            digits += str(
                _HUNDREDS[part["hundreds"]] + sum(_spoken_value(word) for word in (part["rest"] or "").split())
            )
        elif part["tens"]:
            digits += str(_TENS[part["tens"]] + _UNITS.get(part["unit"], 0))
        else:
            digits += part.group() if part.group().isdigit() else str(_UNITS[part.group()])
    number = _e164(digits)
    return Found(number, *match.span()) if number else None


def _spoken_value(word: str) -> int:
    return _TENS.get(word, _UNITS.get(word, 0))


def _is_wa_number(match: re.Match[str]) -> bool:
    return match["site"] == "wa.me" and match["name"].isdigit() and len(match["name"]) >= 9


def _clean_email(written: str) -> str:
    return _DOT_WORDS.sub(".", _AT_WORDS.sub("@", written)).replace("(.)", ".").replace("[.]", ".").strip(".-")


def _clean_url(written: str) -> str:
    return written.rstrip(".,;:!?)]}\"'")


@dataclass(frozen=True, slots=True, eq=False)
class _Surroundings:
    """What stands in the text that a channel may be reached on."""

    text: str
    phones: list[Found]
    names: list[Found]
    """@names, by their start."""
    channels: list[re.Match[str]]
    email_starts: frozenset[int]
    only_phone: str | None


def _handles(text: str, phones: list[Found], emails: list[Found]) -> list[str]:
    at_names = _AT_NAME.finditer(text) if "@" in text else ()
    names = [Found(match["name"].rstrip("."), *match.span()) for match in at_names]
    values = _values(phones)
    around = _Surroundings(
        text=text,
        phones=phones,
        names=names,
        channels=list(_CHANNEL.finditer(text)),
        email_starts=frozenset(found.start for found in emails),
        only_phone=values[0] if len(values) == 1 else None,
    )
    found = [(match.start(), _profile(match)) for match in _profiles(text)]
    found += [(name.start, f"{_channel_of(around, name)}:{name.value}") for name in names]
    for channel in around.channels:
        handle = _handle(around, channel)
        found += [(channel.start(), handle)] if handle else []
    return [handle for _, handle in sorted(found)]


def _handle(around: _Surroundings, channel: re.Match[str]) -> str | None:
    kind = _kind(channel["name"])
    if kind in ("telegram", "instagram", "facebook"):
        named = _NAMED.match(around.text, channel.end())
        if named and named.start("name") not in around.email_starts:
            return f"{kind}:{named['name'].rstrip('.')}"
    if kind in ("viber", "whatsapp", "telegram") and not _leads_to_name(around, channel):
        phone = _phone_of(around, channel)
        return f"{kind}:{phone}" if phone else None
    return None


def _kind(channel: str) -> str:
    if channel.startswith(("viber", "vajber")):
        return "viber"
    if channel.startswith(("wh", "wa", "wp", "vo", "va")):
        return "whatsapp"
    if channel.startswith(("te", "tg")):
        return "telegram"
    return "instagram" if channel.startswith("i") else "facebook"


def _profile(match: re.Match[str]) -> str:
    site = _SITES.get(match["site"], "facebook")
    name = match["name"].rstrip(".")
    return f"{site}:+{name}" if site == "whatsapp" else f"{site}:{name}"


def _channel_of(around: _Surroundings, name: Found) -> str:
    text, near = around.text, _between(around.channels, _match_start, name.start - 50, name.end + 15)
    before = [
        channel
        for channel in near
        if 0 <= name.start - channel.end() <= 25 and "\n" not in text[channel.end() : name.start]
    ]
    after = [
        channel
        for channel in near
        if 0 <= channel.start() - name.end <= 15 and "\n" not in text[name.end : channel.start()]
    ]
    for channel in [*reversed(before), *after]:
        kind = _kind(channel["name"])
        if kind in ("telegram", "instagram", "facebook"):
            return kind
    # Telegram names hold no dots; Instagram's may.
    return "instagram" if "." in name.value else "telegram"


def _leads_to_name(around: _Surroundings, channel: re.Match[str]) -> bool:
    if _kind(channel["name"]) != "telegram":
        return False
    near = _between(around.names, _found_start, channel.start() - 50, channel.end() + 12)
    return any(-15 <= name.start - channel.end() <= 12 or 0 <= channel.start() - name.end <= 4 for name in near)


_match_start = methodcaller("start")
_found_start = attrgetter("start")


def _between(found: list[_T], start_of: Callable[[_T], int], first: int, last: int) -> list[_T]:
    """Of things sorted by their start, those that start within these bounds."""
    return found[bisect_left(found, first, key=start_of) : bisect_right(found, last, key=start_of)]


def _phone_of(around: _Surroundings, channel: re.Match[str]) -> str | None:
    text, phones = around.text, around.phones
    at = bisect_left(phones, channel.end(), key=_found_start)
    following = phones[at] if at < len(phones) else None
    previous = phones[at - 1] if at else None
    if following and _BETWEEN_CHANNELS.fullmatch(text, channel.end(), following.start):
        return following.value
    if previous and 0 <= channel.start() - previous.end <= 30 and "\n" not in text[previous.end : channel.start()]:
        return previous.value
    if following and _is_near(text, channel.end(), following.start, 60):
        return following.value
    return around.only_phone


def _is_near(text: str, start: int, end: int, limit: int) -> bool:
    return end - start <= limit and "\n" not in text[start:end]


def _values(found: list[Found]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(contact.value for contact in found))
