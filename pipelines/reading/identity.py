"""Who publishes an offer: the name as written, the kind, and the numbers by which a firm can be looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from crawler.assessment import Mediator, MediatorKind
from pipelines.packaged import RuleData, load_packaged
from pipelines.reading.places import place_rules
from pipelines.register.identifiers import valid_mb, valid_pib
from pipelines.text.folding import fold_key
from pipelines.text.lines import matches_in_lines_with
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit, read_text


class IdentityRules(RuleData):
    """The file `identity.yml`."""

    agency_cues: tuple[str, ...]
    client_cues: tuple[str, ...]
    employer_cues: tuple[str, ...]
    business_words: list[str]
    agency_words: list[str]
    not_names: list[str]
    kinds: dict[str, list[str]]
    first_name_cues: list[str]
    first_names: list[str]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name found, with how sure it is that its bearer publishes the offer."""

    written: str
    certainty: int
    start: int
    is_agency: bool
    is_firm: bool = True


_UPPER = "".join(re.escape(chr(code)) for code in range(0x30, 0x530) if chr(code).isupper())
_FIRST = f"[{_UPPER}0-9]"
_WORD_ON = r"[\w&'’./]{0,24}(?<![./])"
_WORD = f"{_FIRST}{_WORD_ON}"
_LINK = r"&|i|и|und|van|de|of|and"
_NAME_ON = rf"(?:(?: |-|–| - | – )(?:(?:{_LINK}) )?{_WORD}){{0,5}}"
_NAME = f"{_WORD}{_NAME_ON}"
_FORM = (
    r"(?:d\. ?o\. ?o\.?|doo|DOO|D\.O\.O\.?|д\. ?о\. ?о\.?|доо|ДОО|Д\.О\.О\.?|a\. ?d\.|AD|d\. ?d\.|j\. ?d\. ?o\. ?o\."
    r"|s\. ?p\.|PR|ПР|pr|пр|s\. ?r\. ?o\.?|a\. ?s\.|GmbH(?: & Co\. ?KG)?|AG|UG|KG|e\. ?[KU]\.|Kft\.?|Zrt\.?"
    r"|Ltd\.?|Limited|LLC|Inc\.?|B\.? ?V\.?|N\.? ?V\.?|AB|AS|ASA|A/S|ApS|Oy|Sp\. ?z ?o\.? ?o\.?|S\. ?r\. ?l\.?|SRL"
    r"|Soc\. ?Coop\.?|Sh\. ?p\. ?k\.?|Sh\. ?a\.|I/S|K/S|Lda\.?|Ltda\.?|HF|hf\.?|ehf\.?|Pty|Pte|W\.L\.L\.?|WLL|FZE|FZCO"
    r"|OOO|ООО|SNC|s\.n\.c\.|SAS|S\.A\.R\.L\.|OÜ|j\. ?t\. ?d\.|k\. ?d\.|z\. ?o\. ?o\.|LLP|PLC|plc|Corp\.?"
    r"|S\.C\.|A\.E\.|S\. ?A\.(?! ?S)"
    r"|S\. ?p\. ?A\.?|Soc\. ?Agr\.|S\. ?A\. ?S\.?|SARL|S\. ?L\.|A\.Ş\.|EOOD|ЕООД|ООД|OOD|SIA|UAB)"
)
_FOREIGN_FORM = re.compile(
    r"\b(?:GmbH|AG|UG|KG|s\. ?r\. ?o|Kft|Ltd|B\.? ?V|N\.? ?V|AB|AS|ApS|Oy|Sp\. ?z|S\. ?r\. ?l|S\. ?A|A\.Ş)\b"
)
MOST_NAMES = 300
"""Of each way to name somebody; an ad names a dozen, and a page of thousands is no ad and must not cost seconds."""
_CERTAIN = 5
_LONGEST_NAME = 300
_OPEN, _CLOSE = "[\"„“”«»']", "[\"“”«»'’]"
_HIRES = (
    "agencija",
    "trazi",
    "prima",
    "zaposljava",
    "posreduje",
    "sucht",
    "upisuje",
    "regrutuje",
    "angazuje",
    "siri",
    "nudi",
    "bira",
    "raspisuje",
    "otvara",
    "poziva",
    "isce",
    "zaposli",
    "hires",
    "is hiring",
)
_THROUGH = re.compile(r"\W*(?:preko|putem|kroz|posredstvom)\b")
_LOCATED = re.compile(r"(?:^|\s)(?:na|u|iz|на|у|из) $")
_BRACKETS = re.compile(r"\([^)\n]{0,40}\)")
_TRADE = re.compile(rf"(?P<trade>[{_UPPER}][^\W\d]{{2,15}}(?: [^\W\d]{{3,10}})?)[ ,]{{0,2}}$")
_LEGAL_FORM = re.compile(rf"(?<= ){_FORM}(?!\w)")
_BEFORE_FORM = re.compile(rf"(?<![\w.])(?P<name>{_NAME}(?:(?: &| i| и)? [a-zčćžšđа-шђјљњћџ]{{3,14}}){{0,2}}),? $")
_QUOTED = re.compile(
    rf"(?<!\w){_OPEN}(?P<name>[{_UPPER}0-9][^\"„“”«»\n]{{1,60}}){_CLOSE}(?P<form> ?,? ?{_FORM}(?!\w))?"
)
_AFTER_CUE = re.compile(rf"(?: (?:za|за) [^\W\d]{{3,20}}(?: (?:i|и) [^\W\d]{{3,20}})?)?(?::| -| –)? (?P<name>{_NAME})")
_SEEKS = (
    r"(?:traž|траж|traz|zapošlj|запошљ|zaposlj|prima\b|прима\b|poziva\b|позива\b|otvara\b|отвара\b"
    r"|angažuje|angazuje|išče|sucht|is hiring"
    r"|širi\b|шири\b|upisuje\b|уписује\b|raspisuje|расписује|regrutuje|регрутује|upošljava|pojačava"
    r"|hires\b|recruits\b|is recruiting|is now"
    r"|seeks\b|zaposli\b|posreduje\b|посредује\b|ustupa\b|organizuje\b|организује\b|raspolaže|potražuje|stellt"
    r"|šalje\b|шаље\b|nudi\b|нуди\b|bira\b|prikuplja|прикупља|prijavljuje|vam nudi)"
)
_SUBJECT = re.compile(
    rf"(?P<name>{_NAME}(?: [a-zčćžšđа-шђјљњћџ]{{3,10}}){{0,2}})(?:,? (?:iz |u )?{_WORD}(?: {_WORD})?,?)? "
    rf"(?={_SEEKS})"
)
_SEEKING = re.compile(f" {_SEEKS}")
_SEGMENT = re.compile(
    # Looking back from behind the first letter lets the search skip to capital letters.
    rf"(?P<name>{_FIRST}(?:(?<=^.)|(?<=[,.;|:!?\n•·☎📞👉] .)|(?<=[\n|•·].))"
    rf"{_WORD_ON}{_NAME_ON}(?: (?:tim|team|doo)| [–-] [a-zčćžšđ ]{{4,24}})?)"
    r"(?=\s*(?:[,|:;(\n•·–☎📞-]|\.\s|\.?$|\+?\d|[^\w\s.!?'\"/]))",
    re.M,
)
_FAMILY = re.compile(rf"(?<!\w)(?:Porodica|Породица|Obitelj|Familie|Družina) {_WORD}(?:[ -]{_WORD})?")
_PERSON = re.compile(rf"(?<![\w.@])(?P<name>(?P<first>{_WORD}) [{_UPPER}][\w-]{{2,20}})(?!\w)")
_PAYERS = {
    "western union",
    "moneygram",
    "money gram",
    "ria money",
    "paypal",
    "google play",
    "red bull",
    "facebook",
    "instagram",
}
_NAMED_AFTER_PLACES = ("restoran", "kafe", "hotel", "kafan", "picerij")
_PIB = re.compile(r"\bpib\W{0,4}(\d{9})(?!\d)")
_MB = re.compile(r"\b(?:mb|maticni broj|mat\. ?br(?:oj)?)\W{0,4}(\d{8})(?!\d)")
_LICENCE = re.compile(
    r"\w{6,15}[^\n\d]{0,50}"
    r"(?P<number>\d{2,4}-\d{2}-\d{2,6}(?:/\d{2,4}(?:-\d{1,3})?)?|\d{1,5}/\d{2,4})"
)
_ADDRESS_AFTER = re.compile(r",? (?:ul\.|ulica|ул\.|улица|bulevar|trg|[^\W\d]{4,16} \d{1,3}[a-z]?\b)", re.IGNORECASE)
_NOTHING_AFTER = re.compile(r"\s*\Z")
_CONTACT_AFTER = re.compile(r"[^\n]{0,45}?(?:\+?\d[\d /\-]{6}|@|t\.me)")


@cache
def identity_rules() -> IdentityRules:
    """The packaged data on identity."""
    return load_packaged(Path(__file__).with_name("identity.yml"), IdentityRules)


@cache
def _kinds() -> Phrasebook:
    return Phrasebook((kind, phrase) for kind, phrases in identity_rules().kinds.items() for phrase in phrases)


@cache
def _places() -> Phrasebook:
    pairs = [
        (country.code, phrase) for country in place_rules().countries for phrase in country.country + country.towns
    ]
    return Phrasebook(pairs)


@cache
def _word_sets() -> dict[str, frozenset[str]]:
    rules = identity_rules()
    return {
        "not_names": frozenset(rules.not_names),
        "business": frozenset(rules.business_words),
        "agency": frozenset(rules.agency_words),
        "first_names": frozenset(rules.first_names),
    }


def find_mediator(ad: AdText, *, organization: str | None = None, recruits_at_home: bool = False) -> Mediator:
    """Who publishes the offer, as far as the ad tells.

    `organization` counts where the text names nobody for certain. `recruits_at_home`: the work is abroad and all phones
    are home numbers, so a firm that does not say that it hires for itself may well mediate.
    """
    names = _names(ad)
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


def _names(ad: AdText) -> list[_Name]:
    text = ad.original
    subjects = matches_in_lines_with(_SEEKING, _SUBJECT, text)
    segments = _SEGMENT.finditer(text, max(0, len(text) // 3 - _LONGEST_NAME))
    found = [_with_form(text, match) for match in islice(_LEGAL_FORM.finditer(text), MOST_NAMES)]
    found += [_quoted(text, match) for match in islice(_QUOTED.finditer(text), MOST_NAMES)]
    found += [_after_cue(cue, match) for cue, match in islice(_cued(ad), MOST_NAMES)]
    found += [_subject(match) for match in islice(subjects, MOST_NAMES)]
    found += [_signature(text, match) for match in islice(segments, MOST_NAMES)]
    found += [
        _Name(match.group(), 4, match.start(), False, False) for match in islice(_FAMILY.finditer(text), MOST_NAMES)
    ]
    found += [_person(text, match) for match in islice(_PERSON.finditer(text), MOST_NAMES)]
    return [name for name in found if name and name.certainty > 0 and _is_sayable(name.written)]


def _is_sayable(written: str) -> bool:
    return any(char.isalpha() for char in written) and fold_key(written) not in _PAYERS


def _person(text: str, match: re.Match[str]) -> _Name | None:
    """A first name and a surname beside a contact: a person recruits."""
    if fold_key(match["first"]) not in _word_sets()["first_names"]:
        return None
    is_signed = bool(_CONTACT_AFTER.match(text, match.end())) or not text[match.end() :].strip(" .!\n")
    return _Name(match["name"], 2 if is_signed else 1, match.start(), False, False)


def _with_form(text: str, form: re.Match[str]) -> _Name | None:
    match = _BEFORE_FORM.search(text, max(0, form.start() - 80), form.start())
    name = _trimmed(match["name"]) if match else ""
    if not match or not name:
        return None
    start = match.end("name") - len(name)
    cue = _cue_before(text, start)
    return _rated(f"{name} {form.group()}", 6, start, cue=cue, following=text[form.end() : form.end() + 40])


def _quoted(text: str, match: re.Match[str]) -> _Name | None:
    cue = _cue_before(text, match.start())
    after = _BRACKETS.sub("", fold_key(text[match.end() : match.end() + 60])).lstrip(" ,-")
    is_named = bool(match["form"]) or _is_cue(cue) or after.startswith(_HIRES)
    if not is_named and not (_is_alone(text, match) and _has_word(match["name"], "business")):
        return None
    name = match["name"].strip()
    return _rated(
        _with_trade(text, match.start(), name, cue),
        6,
        match.start("name"),
        cue=cue,
        following=text[match.end() : match.end() + 40],
    )


def _is_alone(text: str, match: re.Match[str]) -> bool:
    """The quoted name has a line of its own."""
    line = text[text.rfind("\n", 0, match.start()) + 1 :].split("\n", 1)[0]
    return len(line.strip()) <= len(match.group()) + 3


def _with_trade(text: str, start: int, name: str, cue: str) -> str:
    """A name of one word together with the word for what it is, where that is written large: "Hotel Sunce"."""
    if len(name.split()) > 1 or not _starts(cue, identity_rules().employer_cues):
        return name
    lead = _TRADE.search(text, max(0, start - 40), start)
    return f"{lead['trade']} {name}" if lead and fold_key(lead["trade"]).startswith(cue) else name


def _cued(ad: AdText) -> Iterator[tuple[str, re.Match[str]]]:
    """Each cue that a name follows, and the name."""
    beginnings = _cue_beginnings()
    for word, start in ad.words:
        if word[:3] in beginnings and _is_cue(word):
            _, end = ad.folded.span(start, start + len(word))
            if match := _AFTER_CUE.match(ad.original, end):
                yield word, match


@cache
def _cue_beginnings() -> frozenset[str]:
    return frozenset(cue[:3] for cue in _all_cues())


def _after_cue(cue: str, match: re.Match[str]) -> _Name | None:
    text = match.string
    name = _trimmed(match["name"])
    words = name.split()
    if not name or (_is_place(name) and not cue.startswith(_NAMED_AFTER_PLACES)):
        return None
    is_weak = cue.startswith(("dom", "kuc", "kod", "bar", "kontakt", "firm")) and len(words) == 1
    is_address = cue.startswith("kancelarij") and any(char.isdigit() for char in name)
    if is_weak or is_address or (len(words) == 1 and _has_word(name, "business")):
        return None
    start = match.end("name") - len(name)
    if name.isupper() and text[max(0, start - 40) : start].isupper():
        return None
    return _rated(_with_trade(text, start, name, cue), 5 if len(words) > 1 else 3, start, cue=cue, following="")


def _subject(match: re.Match[str]) -> _Name | None:
    name = _trimmed(match["name"])
    start = match.end("name") - len(name)
    if len(name.split()) < 2 or _is_place(name) or _LOCATED.search(match.string, max(0, start - 4), start):
        return None
    return _Name(name, 3, start, _has_word(name, "agency"))


def _signature(text: str, match: re.Match[str]) -> _Name | None:
    if " " not in match["name"]:
        return None
    name = _trimmed(match["name"])
    words = name.split()
    if not 2 <= len(words) <= 6 or len(name) > 60 or match.end() < len(text) // 3 or _is_place(name):
        return None
    is_signed = bool(_CONTACT_AFTER.match(text, match.end()) or _NOTHING_AFTER.match(text, match.end()))
    has_business = _has_word(name, "business")
    if not has_business and not (is_signed and len(words) > 1 and not any(char.isdigit() for char in name)):
        return None
    if not has_business and (name.isupper() or _is_sentence_like(words)):
        return None
    return _Name(name, 4 if has_business and is_signed else 2, match.start("name"), _has_word(name, "agency"))


def _is_sentence_like(words: list[str]) -> bool:
    """Hardly a name: a first word that only begins a line, followed by words written small."""
    return sum(word[0].isupper() for word in words) < 2 or fold_key(words[0]) in _word_sets()["first_names"]


def _rated(name: str, certainty: int, start: int, *, cue: str, following: str) -> _Name:
    after = fold_key(following)
    is_described = "agencij" in after[:25] and not _THROUGH.match(after)
    is_agency = _starts(cue, identity_rules().agency_cues) or is_described or _has_word(name, "agency")
    if _starts(cue, identity_rules().client_cues) or "za klijent" in cue:
        certainty -= 2
    return _Name(name, certainty + 3 * is_agency, start, is_agency)


def _trimmed(name: str) -> str:
    words = name.strip(" -–").split(" ")
    not_names = _word_sets()["not_names"]
    while words and fold_key(words[0]).strip(".,:-") in not_names:
        words.pop(0)
    while words and words[0] in ("i", "и", "-", "–", "&", "za", "of"):
        words.pop(0)
    while words and ("/" in words[-1] or words[-1][:2] in ("06", "00")) and words[-1][0].isdigit():
        words.pop()
    return " ".join(words).strip(" -–")


def _cue_before(text: str, start: int) -> str:
    lead = re.split(r"[\n.;!?)]", text[max(0, start - 50) : start])[-1]
    words = re.findall(r"[^\W\d]+", fold_key(lead))[-4:]
    return next((word for word in reversed(words) if _is_cue(word)), "")


def _is_cue(word: str) -> bool:
    return word.startswith(_all_cues())


@cache
def _all_cues() -> tuple[str, ...]:
    rules = identity_rules()
    return rules.agency_cues + rules.client_cues + rules.employer_cues


def _starts(word: str, beginnings: tuple[str, ...]) -> bool:
    return bool(word) and word.startswith(beginnings)


def _has_word(name: str, which: str) -> bool:
    return not _word_sets()[which].isdisjoint(re.findall(r"\w+", fold_key(name)))


def _is_place(name: str) -> bool:
    folded = fold_key(name)
    rest = folded
    for hit in reversed(_place_hits(folded)):
        rest = rest[: hit.start] + rest[hit.end :]
    return not set(re.findall(r"\w+", rest)) - {"i", "u", "na", "ili"}


def _has_place(name: str) -> bool:
    return bool(_place_hits(fold_key(name)))


def _place_hits(folded: str) -> list[PhraseHit]:
    return _places().find(read_text(folded))


def _kind(ad: AdText, best: _Name | None, name: str | None, *, recruits_at_home: bool) -> MediatorKind:
    kinds = {hit.tag for hit in _kinds().find(ad)}
    if best.is_firm is False if best else "individual" in kinds and name is None:
        return MediatorKind.INDIVIDUAL
    if "direct" in kinds and not (best and best.is_agency):
        return MediatorKind.EMPLOYER
    if "agency" in kinds or (best and best.is_agency) or (name and _has_word(name, "agency")):
        return MediatorKind.AGENCY
    if name is not None:
        return MediatorKind.UNKNOWN if recruits_at_home and not _is_local_trade(ad, name) else MediatorKind.EMPLOYER
    return MediatorKind.INDIVIDUAL if _has_first_name(ad.text) else MediatorKind.UNKNOWN


def _is_local_trade(ad: AdText, name: str) -> bool:
    """A hotel, a restaurant or the like, or a firm with a foreign legal form: it hires for itself."""
    folded = fold_key(name)
    at = ad.text.find(folded)
    cue = _cue_before(ad.text, at) if at > 0 else ""
    is_trade = _starts(cue, identity_rules().employer_cues) or _starts(folded, identity_rules().employer_cues)
    return is_trade or _FOREIGN_FORM.search(name) is not None


def _has_first_name(text: str) -> bool:
    return _first_name().search(text) is not None


@cache
def _first_name() -> re.Pattern[str]:
    cues = "|".join(identity_rules().first_name_cues)
    return re.compile(rf"\b(?:{cues})[^\w\n]{{1,3}}[a-z]{{3,12}}\b[^\w\n]{{0,4}}(?:\+|\d|$)")
