"""Well-known names that an ad calls upon while its contacts lead elsewhere: a reason to ask the firm, no reproach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field

from crawler.assessment import Contacts, Impersonation, Mediator, MediatorKind
from pipelines.indicators.derived import is_landline
from pipelines.packaged import RuleData, load_packaged
from pipelines.register.names import Role, parse_name, sound_key
from pipelines.text.folding import fold_key
from pipelines.text.phrases import AdText, Phrasebook
from pipelines.text.sentences import Pattern, read_sentences

_NO_NAME = frozenset((Role.FORM, Role.TOWN, Role.FOREIGN_TOWN, Role.COUNTRY))
"""Words beside a name that say what it is or where."""
_BESIDE_IT = frozenset(("kod", "pored", "preko", "blizu", "ispred", "iznad", "ulica", "ulici", "ulice", "bivsi", "za"))
_WORD_BEFORE = re.compile(r"([\w.&'’]+)[ -]$")
_WORD_AFTER = re.compile(r"[ -]([\w.&'’]+)")


class ImpersonationWords(Pattern):
    """What people read about it."""

    ELSEWHERE = (
        "Oglas se poziva na ime %(brand)s, a navedeni kontakti nisu sa adrese te firme (%(domain)s); "
        "vredi proveriti kod same firme."
    )


def read_impersonation(why: str) -> str:
    """The sentence that was kept as text, as a sentence again; as it is where other words were used then."""
    return read_sentences(why, ImpersonationWords, {})


class Brand(RuleData):
    """A well-known employer."""

    name: str
    kind: str
    """hotel, cruise, delivery, retail …"""
    domains: list[str] = Field(min_length=1)
    """Of its own pages and mailboxes, lower case; the first is where one would ask."""
    said: list[str] = Field(default_factory=list)
    """Forms of the name, folded phrases."""


class BrandRules(RuleData):
    """The file `known_brands.yml`."""

    brands: list[Brand]
    same_firm: list[str]
    hires: list[str]
    work: list[str]


class KnownBrands:
    """The brands, ready to be looked for."""

    def __init__(self, rules: BrandRules) -> None:
        """Compiles the names. Raises ConfigError on one that cannot be searched for."""
        self._brands = {brand.name: brand for brand in rules.brands}
        self._same_firm = frozenset(map(sound_key, rules.same_firm))
        self._by_own_words = {self._own_words(brand.name): brand for brand in rules.brands}
        self._phrases = Phrasebook(_phrases(rules))

    def named_by(self, ad: AdText, mediator: Mediator) -> Brand | None:
        """The brand that the ad names as its publisher or employer. Whoever else is named as a firm rules it out."""
        if mediator.name and (brand := self._by_own_words.get(self._own_words(mediator.name))):
            return brand
        if mediator.name and mediator.kind is not MediatorKind.INDIVIDUAL:
            return None
        return next(self._mentions(ad, mediator), None)

    def _mentions(self, ad: AdText, mediator: Mediator) -> Iterator[Brand]:
        for hit in self._phrases.find(ad):
            how, name = hit.tag.split(":", 1)
            start, end = ad.folded.span(hit.start, hit.end)
            if how == "hires":
                if self._is_subject(ad.original, start, fold_key(ad.original[start:end]), fold_key(name)):
                    yield self._brands[name]
            elif mediator.kind is not MediatorKind.AGENCY and not self._goes_on(_WORD_AFTER.match(ad.original, end)):
                yield self._brands[name]

    def _is_subject(self, text: str, start: int, said: str, name: str) -> bool:
        """Between the name and what it does stand only places, and before it no more of a name."""
        between = said.removeprefix(name).rsplit(" ", 1)[0]
        before = _WORD_BEFORE.search(text, max(0, start - 40), start)
        is_beside = before is not None and fold_key(before[1]) in _BESIDE_IT
        return not is_beside and not self._own_words(between) and not self._goes_on(before)

    def _goes_on(self, neighbour: re.Match[str] | None) -> bool:
        """A neighbouring word belongs to a longer name: another firm's."""
        return neighbour is not None and neighbour[1][0].isupper() and bool(self._own_words(neighbour[1]))

    def _own_words(self, name: str) -> tuple[str, ...]:
        return tuple(
            word.key for word in parse_name(name).words if word.role not in _NO_NAME and word.key not in self._same_firm
        )


def find_impersonation(
    ad: AdText, mediator: Mediator, contacts: Contacts, brands: KnownBrands | None = None
) -> Impersonation | None:
    """A known brand that the ad names, where all its contacts are mobile numbers, accounts or others' addresses."""
    brand = (brands or known_brands()).named_by(ad, mediator)
    if brand is None or not _leads_elsewhere(ad, contacts, brand):
        return None
    return Impersonation(brand.name, ImpersonationWords.ELSEWHERE(brand=brand.name, domain=brand.domains[0]))


@cache
def known_brands() -> KnownBrands:
    """The packaged brands."""
    return KnownBrands(load_packaged(Path(__file__).with_name("known_brands.yml"), BrandRules))


def _phrases(rules: BrandRules) -> Iterator[tuple[str, str]]:
    hires, work, same = "|".join(rules.hires), "|".join(rules.work), "|".join(rules.same_firm)
    for brand in rules.brands:
        name = fold_key(brand.name)
        said = "|".join(brand.said or [f"{name}~"])
        yield f"hires:{brand.name}", f"{name} .. ({hires})"
        yield f"work:{brand.name}", f"({work}) .. (u|za|na) [{same}] ({said})"


def _leads_elsewhere(ad: AdText, contacts: Contacts, brand: Brand) -> bool:
    """There are contacts, and none of them could be the firm's own."""
    if not any((contacts.phones, contacts.emails, contacts.handles, contacts.urls)):
        return False
    hosts = [email.rpartition("@")[2] for email in contacts.emails] + [_host(url) for url in contacts.urls]
    return not (
        any(map(is_landline, contacts.phones))
        or any(_is_own(host, brand.domains) for host in hosts)
        or _names_domain(ad.text, brand.domains)
    )


def _is_own(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _names_domain(text: str, domains: Iterable[str]) -> bool:
    return any(
        domain in text and re.search(rf"(?<![\w@-]){re.escape(domain)}(?![\w-]|\.\w)", text) for domain in domains
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")
    except ValueError:
        # Such as `http://[oglas`: it leads nowhere.
        return ""
