"""A saved page without what belongs to people: numbers, mailboxes, names that its structure marks, tokens of sessions.

Pure. What is replaced keeps its shape, so that the page is read as before; one value becomes the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from parsel import Selector
from phonenumbers import Leniency, PhoneNumberMatcher

from crawler.personal_numbers import find_jmbg, redact_jmbg

REMOVED = "uklonjeno"
REGION = "RS"
"""Country of numbers that are written without one."""
INVENTED_PHONE = re.compile(r"(?:\+?381|00381|0)?60+\d{2}")
"""Digits of a number that this module made."""
DATE = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\.?")
FIRM_NUMBER = re.compile(r"(?:\bMB|\bPIB|mati[čc]n\w*|mat\. ?br\.?)\W{0,3}$", re.IGNORECASE)
"""What stands before a number of a firm."""
LEAST_PHONE = 7
"""Digits."""

AT = r"(?:@|&#64;|&#x40;|%40)"
MAILBOX = re.compile(rf"[\w.+-]+{AT}[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
FILES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg", ".css", ".js")
"""`logo@2x.png` is no mailbox."""

HIDDEN = re.compile(
    r"csrf|xsrf|token|nonce|session|sess[-_]?id|\bsid\b|phpsessid|jsessionid|api[-_]?key|\bauth(?!or)|secret|viewstate"
    r"|requestverification|cookie|visitor[-_]?id|client[-_]?id|fingerprint|\bip\b",
    re.IGNORECASE,
)
"""Names of what belongs to one visit or visitor."""
TAG = re.compile(r"<(?:meta|input|div|form|html|body)\b[^<>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*("[^"]*"|'[^']*')""")
NAMING = ("name", "id", "property", "http-equiv")
HELD = ("content", "value")
JSON_VALUE = re.compile(r"""(["'])([\w$-]{2,40})\1(\s*[:=]\s*)(["'])((?:[^"'\\<>\n]|\\.){4,})\4""")
PARAMETER = re.compile(r"""([?&;](?:amp;)?)([\w-]{2,40})=([^&"'\s<>#;]{4,})""")
ASSIGNED = re.compile(r"""(document\.cookie\s*=\s*)(["'])[^"']*\2""")
WEB_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")

PERSON_KEY = re.compile(
    r"^(?:owner|user|author|seller|poster|contact|kontakt|recruiter|display|full|first|last)[-_]?(?:name|person|ime|osoba)$"
    r"|^(?:author|username|contactPerson|kontaktOsoba|oglasivac|ime_prezime)$",
    re.IGNORECASE,
)
PERSON_MARKED = (
    "[itemprop=author], [rel=author], [class*=owner_name], [class*=from_name], [class*=author-name],"
    " [class*=user-name], [class*=username], [class*=contact-person], [class*=contact-name], [class*=kontakt-osoba]"
)
LEAST_NAME, LONGEST_NAME = 3, 80
"""Letters: what is shorter stands in other words too, what is longer is no name."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A page that may be kept in a repository as far as people are concerned."""

    text: str
    replaced: dict[str, int]
    """How many different values of each sort were replaced."""


def redact_page(text: str, *, names_at: Iterable[str] = ()) -> Redacted:
    """The page with personal data replaced. `names_at` are selectors of elements that name a contact."""
    counts: dict[str, int] = {}
    counts["jmbg"] = len(find_jmbg(text))
    text = redact_jmbg(text)
    text, counts["tokens"] = _without_secrets(text)
    text, counts["names"] = _without_names(text, list(_person_names(text, names_at)))
    text, counts["mailboxes"] = _without_mailboxes(text)
    text, counts["phones"] = _without_phones(text)
    return Redacted(text, {sort: count for sort, count in counts.items() if count})


def _without_phones(text: str) -> tuple[str, int]:
    known: dict[str, int] = {}
    pieces, end = [], 0
    for match in PhoneNumberMatcher(text, REGION, leniency=Leniency.VALID):
        digits = re.sub(r"\D", "", match.raw_string)
        before = text[max(match.start - 20, 0) : match.start]
        if len(digits) < LEAST_PHONE or INVENTED_PHONE.fullmatch(digits):
            continue
        if DATE.fullmatch(match.raw_string) or FIRM_NUMBER.search(before):
            continue
        number = known.setdefault(f"{match.number.country_code} {match.number.national_number}", len(known) + 1)
        prefix = digits[: len(digits) - len(str(match.number.national_number))]
        pieces += [text[end : match.start], _rewritten(match.raw_string, _invented(prefix, len(digits), number))]
        end = match.end
    return "".join((*pieces, text[end:])), len(known)


def _invented(prefix: str, length: int, number: int) -> str:
    """As many digits: the country's or trunk prefix, 60, zeros, and the number of the value."""
    return f"{prefix}60".ljust(length - 2, "0")[: length - 2] + f"{number % 100:02d}"


def _rewritten(written: str, digits: str) -> str:
    """The digits in the places where others were written."""
    following = iter(digits)
    return re.sub(r"\d", lambda _: next(following), written)


def _without_mailboxes(text: str) -> tuple[str, int]:
    known: dict[str, int] = {}

    def replaced(match: re.Match[str]) -> str:
        written = match.group()
        plain = unescape(written).replace("%40", "@").lower()
        if plain.endswith((*FILES, ".example")):
            return written
        number = known.setdefault(plain, len(known) + 1)
        at = re.search(AT, written, re.IGNORECASE)
        return f"osoba{number}{at.group() if at else '@'}posta.example"

    return MAILBOX.sub(replaced, text), len(known)


def _person_names(text: str, names_at: Iterable[str]) -> Iterator[str]:
    """What the page marks as the name of somebody, by key or by element."""
    for found in JSON_VALUE.finditer(text):
        if PERSON_KEY.search(found.group(2)):
            yield found.group(5)
    document = Selector(text=text)
    if document.type == "html":
        for selector in (PERSON_MARKED, *names_at):
            for element in document.css(selector):
                words = element.get() if isinstance(element.root, str) else element.xpath("string()").get()
                yield " ".join((words or "").split())


def _without_names(text: str, names: Iterable[str]) -> tuple[str, int]:
    wanted = {name for name in names if LEAST_NAME <= len(name) <= LONGEST_NAME and re.search(r"[^\W\d_]{2}", name)}
    # Longer first: a name may begin another.
    ordered = sorted((name for name in wanted if not _is_told_otherwise(name)), key=lambda name: (-len(name), name))
    for number, name in enumerate(ordered, 1):
        pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
        text = re.sub(pattern, f"Ime Prezime {number}", text)
    return text, len(ordered)


def _is_told_otherwise(name: str) -> bool:
    """A number or an address, replaced as such; or a name that this module made."""
    return "@" in name or "://" in name or not re.search(r"[^\W\d_]", name) or name.startswith("Ime Prezime ")


def _without_secrets(text: str) -> tuple[str, int]:
    removed: set[str] = set()

    def of_tag(match: re.Match[str]) -> str:
        given = {name.lower(): value[1:-1] for name, value in ATTRIBUTE.findall(match.group())}
        naming = " ".join(given.get(name, "") for name in NAMING)
        tag = match.group()
        for name in (*(HELD if _is_secret(naming) else ()), *filter(_is_secret, given)):
            if value := given.get(name):
                removed.add(value)
                tag = re.sub(rf"""(\b{re.escape(name)}\s*=\s*)(["']){re.escape(value)}\2""", rf"\1\2{REMOVED}\2", tag)
        return tag

    def of_pair(match: re.Match[str]) -> str:
        quote, key, between, value_quote, value = match.groups()
        if not _is_secret(key):
            return match.group()
        removed.add(value)
        return f"{quote}{key}{quote}{between}{value_quote}{REMOVED}{value_quote}"

    def of_parameter(match: re.Match[str]) -> str:
        before, name, value = match.groups()
        if not _is_secret(name):
            return match.group()
        removed.add(value)
        return f"{before}{name}={REMOVED}"

    for pattern, replaced in ((TAG, of_tag), (JSON_VALUE, of_pair), (PARAMETER, of_parameter)):
        text = pattern.sub(replaced, text)
    text = ASSIGNED.sub(rf"\1\2{REMOVED}\2", text)
    found = set(WEB_TOKEN.findall(text))
    return WEB_TOKEN.sub(REMOVED, text), len((removed | found) - {REMOVED, ""})


def _is_secret(name: str) -> bool:
    # `authToken` and `auth_token` alike; `author` is none.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
    return HIDDEN.search(spaced) is not None
