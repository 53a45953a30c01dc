"""Who publishes an offer: the name as written, the kind, and the numbers by which a firm can be looked up."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from crawler.assessment import Mediator, MediatorKind
from pipelines.reading.identity_words import identity_rules
from pipelines.reading.naming import FoundName, cue_before, has_word, names_in, starts_with
from pipelines.register.identifiers import valid_mb, valid_pib
from pipelines.text.folding import fold_key
from pipelines.text.phrases import AdText, Phrasebook

_FOREIGN_FORM = re.compile(
    r"\b(?:GmbH|AG|UG|KG|s\. ?r\. ?o|Kft|Ltd|B\.? ?V|N\.? ?V|AB|AS|ApS|Oy|Sp\. ?z|S\. ?r\. ?l|S\. ?A|A\.Ş)\b"
)
_CERTAIN = 5
_PIB = re.compile(r"\bpib\W{0,4}(\d{9})(?!\d)")
_MB = re.compile(r"\b(?:mb|maticni broj|mat\. ?br(?:oj)?)\W{0,4}(\d{8})(?!\d)")
_LICENCE = re.compile(
    r"\w{6,15}[^\n\d]{0,50}"
    r"(?P<number>\d{2,4}-\d{2}-\d{2,6}(?:/\d{2,4}(?:-\d{1,3})?)?|\d{1,5}/\d{2,4})"
)


@cache
def _kinds() -> Phrasebook:
    return Phrasebook((kind, phrase) for kind, phrases in identity_rules().kinds.items() for phrase in phrases)


def find_mediator(ad: AdText, *, organization: str | None = None, recruits_at_home: bool = False) -> Mediator:
    """Who publishes the offer, as far as the ad tells.

    `organization` counts where the text names nobody for certain. `recruits_at_home`: the work is abroad and all phones
    are home numbers, so a firm that does not say that it hires for itself may well mediate.
    """
    names = names_in(ad)
    best = max(names, key=lambda name: (name.certainty, -name.start), default=None)
    given = (organization or "").strip() or None
    if given and best and best.certainty < _CERTAIN:
        best = None
    name = best.written if best else given
    return Mediator(
        name=name,
        kind=_kind(ad, best, name, recruits_at_home=recruits_at_home),
        pib=_number_after(_PIB, ad.text, valid_pib) if "pib" in ad.text else None,
        mb=_number_after(_MB, ad.text, valid_mb) if "mb" in ad.text or "mat" in ad.text else None,
        licence=_licence(ad),
    )


def _number_after(label: re.Pattern[str], text: str, valid: Callable[[str], str | None]) -> str | None:
    return next((number for found in label.finditer(text) if (number := valid(found[1]))), None)


def _licence(ad: AdText) -> str | None:
    found = (_LICENCE.match(ad.text, hit.start) for hit in _licence_words().find(ad))
    return next((match["number"] for match in found if match), None)


@cache
def _licence_words() -> Phrasebook:
    return Phrasebook(("licence", word) for word in ("dozvol*", "licenc*", "resenj*", "odobrenj*"))


def _kind(ad: AdText, best: FoundName | None, name: str | None, *, recruits_at_home: bool) -> MediatorKind:
    kinds = {hit.tag for hit in _kinds().find(ad)}
    if best.is_firm is False if best else "individual" in kinds and name is None:
        return MediatorKind.INDIVIDUAL
    if "direct" in kinds and not (best and best.is_agency):
        return MediatorKind.EMPLOYER
    if "agency" in kinds or (best and best.is_agency) or (name and has_word(name, "agency")):
        return MediatorKind.AGENCY
    if name is not None:
        return MediatorKind.UNKNOWN if recruits_at_home and not _is_local_trade(ad, name) else MediatorKind.EMPLOYER
    return MediatorKind.INDIVIDUAL if _has_first_name(ad.text) else MediatorKind.UNKNOWN


def _is_local_trade(ad: AdText, name: str) -> bool:
    """A hotel, a restaurant or the like, or a firm with a foreign legal form: it hires for itself."""
    folded = fold_key(name)
    at = ad.text.find(folded)
    cue = cue_before(ad.text, at) if at > 0 else ""
    is_trade = starts_with(cue, identity_rules().employer_cues) or starts_with(folded, identity_rules().employer_cues)
    return is_trade or _FOREIGN_FORM.search(name) is not None


def _has_first_name(text: str) -> bool:
    return _first_name().search(text) is not None


@cache
def _first_name() -> re.Pattern[str]:
    cues = "|".join(identity_rules().first_name_cues)
    return re.compile(rf"\b(?:{cues})[^\w\n]{{1,3}}[a-z]{{3,12}}\b[^\w\n]{{0,4}}(?:\+|\d|$)")
