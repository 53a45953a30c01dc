"""Names in an ad of those who may publish it, each with how sure that is. Who it is in the end says `identity`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from pipelines.reading.identity_words import identity_rules, word_sets
from pipelines.reading.places import place_rules
from pipelines.text.folding import fold_key
from pipelines.text.lines import matches_in_lines_with
from pipelines.text.phrases import AdText, Phrasebook, PhraseHit
from pipelines.text.remembering import Remembered


@dataclass(frozen=True, slots=True)
class FoundName:
    """A name at its place in the original text, with how sure it is that its bearer publishes the offer."""

    written: str
    certainty: int
    start: int
    is_agency: bool
    is_firm: bool = True


_UPPER = "".join(re.escape(chr(code)) for code in range(0x30, 0x530) if chr(code).isupper())
_FIRST = f"[{_UPPER}0-9]"
_WORD_ON = r"[\w&'’./]{0,24}(?<![./])(?:-[a-zčćžšđа-шђјљњћџ]{2,14})?"
_WORD = f"{_FIRST}{_WORD_ON}"
_LINK = r"&|i|и|und|van|de|of|and"
_NAME_ON = rf"(?:(?: |-|–| - | – )(?:(?:{_LINK}) )?{_WORD}){{0,5}}"
_NAME = f"{_WORD}{_NAME_ON}"
_FORM = (
    r"(?:d\. ?o\. ?o\.?|doo|DOO|D\.O\.O\.?|д\. ?о\. ?о\.?|доо|ДОО|Д\.О\.О\.?|a\. ?d\.|AD|а\. ?д\.|АД"
    r"|d\. ?d\.|j\. ?d\. ?o\. ?o\."
    r"|s\. ?p\.|PR|ПР|pr|пр|s\. ?r\. ?o\.?|a\. ?s\.|GmbH(?: & Co\. ?KG)?|AG|UG|KG|e\. ?[KU]\.|Kft\.?|Zrt\.?"
    r"|Ltd\.?|Limited|LLC|Inc\.?|B\.? ?V\.?|N\.? ?V\.?|AB|AS|ASA|A/S|ApS|Oy|Sp\. ?z ?o\.? ?o\.?|S\. ?r\. ?l\.?|SRL"
    r"|Soc\. ?Coop\.?|Sh\. ?p\. ?k\.?|Sh\. ?a\.|I/S|K/S|Lda\.?|Ltda\.?|HF|hf\.?|ehf\.?|Pty|Pte|W\.L\.L\.?|WLL|FZE|FZCO"
    r"|OOO|ООО|SNC|s\.n\.c\.|SAS|S\.A\.R\.L\.|OÜ|j\. ?t\. ?d\.|k\. ?d\.|z\. ?o\. ?o\.|LLP|PLC|plc|Corp\.?"
    r"|S\.C\.|A\.E\.|S\. ?A\.(?! ?S)|S\. ?[àa] ?r\. ?l\.?|sp\. ?z ?o\.? ?o\.?"
    r"|S\. ?p\. ?A\.?|Soc\. ?Agr\.|S\. ?A\. ?S\.?|SARL|S\. ?L\.|A\.Ş\.|EOOD|ЕООД|ООД|OOD|SIA|UAB)"
)
_FORM_FIRST = re.compile(
    rf"(?<!\w)(?:UAB|SIA|OOO|ООО|OÜ|TOO|ТОО|ZAO|ЗАО|PT|OPG|ОПГ|S\.C\.|A/S) [\"„“]?(?P<name>{_NAME})"
)
"""Forms that stand before the name: in the Baltics, in Russia, on farms in Croatia."""
_FORMS_FIRST = frozenset(("uab", "sia", "ooo", "ou", "too", "zao", "pt", "opg", "s", "a"))
MOST_NAMES = 300
"""Of each way to name somebody; an ad names a dozen, and a page of thousands is no ad and must not cost seconds."""
_LONGEST_NAME = 300
_OPEN, _CLOSE = "[\"„“”«»']", "[\"“”«»'’]"
_HIRES = re.compile(
    r"(?:(?:konsalting|agencija|iz|u) \w+ (?:\w+ )?|[^\w]{0,3}\w{3,20}, )?"
    r"(?:agencij|konsalting|trazi|prima|zaposl|posred|sucht|upisuj|regrutuj|angazuj"
    r"|siri\b|nudi|bira\b|raspisuj|otvara|poziva|isce|hires|is hiring|vodi\b|spaja|povezuj|salje|sprovodi|popunjav)"
)
"""What follows the name of somebody who offers work, in folded text."""
_THROUGH = re.compile(r"\W*(?:preko|putem|kroz|posredstvom)\b")
_LOCATED = re.compile(r"(?:^|\s)(?:na|u|iz|на|у|из) $")
_BRACKETS = re.compile(r"\([^)\n]{0,40}\)")
_TRADE = re.compile(rf"(?P<trade>[{_UPPER}][^\W\d]{{2,15}}(?: [^\W\d]{{3,10}})?)[ ,]{{0,2}}$")
_LEGAL_FORM = re.compile(rf" (?P<form>{_FORM})(?!\w)")
_BEFORE_FORM = re.compile(rf"(?<![\w.])(?P<name>{_NAME}(?:(?: &| i| и)? [a-zčćžšđа-шђјљњћџ]{{3,14}}){{0,2}}),? $")
_QUOTED = re.compile(
    # Looking back from behind the first sign lets the search skip to such signs.
    rf"{_OPEN}(?<!\w.)(?P<name>[{_UPPER}0-9][^\"„“”«»\n]{{1,60}}){_CLOSE}(?P<form> ?,? ?{_FORM}(?!\w))?"
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
    rf"(?P<name>{_NAME}(?: [a-zčćžšđа-шђјљњћџ]{{3,10}}){{0,2}})"
    rf"(?:,? (?:iz |u |из |у )?(?P<then>{_WORD})(?: (?:in |am |bei )?{_WORD})?,?| ?\([^()\n]{{2,60}}\))?"
    rf"(?P<aside>,? (?:iz|za|od|u|im|ab|из|за|од|у) [^\n.:;!?]{{2,50}}?,?)? "
    rf"(?={_SEEKS})"
)
_SEEKING = re.compile(f" {_SEEKS}")
_BEGINS = re.compile(
    rf"^[^\w\n]{{0,4}}(?P<name>{_NAME})(?=,| \(| – | vas | Vas | je | [a-zčćžšđа-шђјљњћџ]{{3,14}} )", re.M
)
"""A line that begins with a name, and goes on with what its bearer is or does."""
_INTRODUCED = re.compile(
    rf"(?:[Mm]i (?:vam )?smo|[Zz]ovemo se|[Ii]me firme|[Nn]aziv firme|[Ff]irma|[Pp]oslodavac|[Oo]rganizator|[Aa]gencija"
    r"|[Aa]ngažuje|[Oo]glašava"
    rf"|[Мм]и смо|[Зз]овемо се|[Фф]ирма|[Пп]ослодавац|[Аа]генција):? (?P<name>{_NAME})"
    rf"(?= ?[–,.(\n-]| [a-zčćžšđа-шђјљњћџ]|$)"
)
"""Somebody says who he is, or fills in a form."""
_INTRODUCING = frozenset((
    "mi", "zovemo", "ime", "naziv", "firma", "poslodavac", "organizator", "agencija", "angazuje", "oglasava",
))  # fmt: skip
"""Folded words with which `_INTRODUCED` begins."""
_OFFICE = re.compile(
    rf"(?P<name>{_NAME})(?:,| –| -)? "
    r"(?:poslovnica|filijala|kancelarija|ogranak|predstavništvo|пословница|филијала|канцеларија)\b"
)
_OFFICES = frozenset(("poslovnica", "filijala", "kancelarija", "ogranak", "predstavnistvo"))
_SEGMENT = re.compile(
    # As above, to capital letters.
    rf"(?P<name>{_FIRST}(?:(?<=^.)|(?<=[,.;|:!?\n•·☎📞👉] .)|(?<=[\n|•·(].))"
    rf"{_WORD_ON}{_NAME_ON}"
    r"(?: (?:tim|team|doo|posredovanje|konsalting|kadrovi|посредовање|консалтинг|кадрови)| [–-] [a-zčćžšđ ]{4,24})?)"
    r"(?=\s*(?:[,|:;(\n•·–☎📞-]|\.\s|\.?$|\+?\d|[^\w\s.!?'\"/]))",
    re.M,
)
_FAMILY = re.compile(rf"(?<!\w)(?:Porodica|Породица|Obitelj|Familie|Družina) {_WORD}(?:[ -]{_WORD})?")
_FAMILIES = frozenset(("porodica", "obitelj", "familie", "druzina"))
_PERSON = re.compile(rf"(?P<name>(?P<first>{_FIRST}(?<![\w.@].){_WORD_ON}) [{_UPPER}][\w-]{{2,20}})(?!\w)")
_SUM = re.compile(r"[\d.,]+ ?[A-Z]{2,4}.*")
"""An amount of money with its currency: "3.000 NOK"."""
_NAMED_AFTER_PLACES = ("restoran", "kafe", "hotel", "kafan", "picerij")
_STREET_BEFORE = re.compile(r"(?:[Uu]lic\w|[Уу]лиц\w|[Uu]l\.|[Уу]л\.|[Bb]ul\w*\.?|[Бб]ул\w*\.?|[Tt]rg) $")
_INSIDE_SENTENCES = re.compile(r" (?:do|od|za|u|na|sa|bez|po|je|su|se|kod|iz) ")
"""Words that stand between others in a sentence, hardly in a signature."""
_ADDRESS_AFTER = re.compile(
    r",? (?:str\.|via |calle |rue |ul\.|ulica|ул\.|улица|bulevar|trg|[^\W\d]{4,16} \d{1,3}[a-z]?\b)", re.IGNORECASE
)
_NOTHING_AFTER = re.compile(r"\s*\Z")
_CONTACT_AFTER = re.compile(r"[^\n]{0,45}?(?:\+?\d[\d /\-]{6}|@|t\.me)")


@cache
def _places() -> Phrasebook:
    pairs = [
        (country.code, phrase) for country in place_rules().countries for phrase in country.country + country.towns
    ]
    return Phrasebook(pairs)


def names_in(ad: AdText) -> list[FoundName]:
    """All names that may be the publisher's, in no order; one name may be found in several ways."""
    text = ad.original
    subjects = matches_in_lines_with(_SEEKING, _SUBJECT, text)
    segments = _SEGMENT.finditer(text, max(0, len(text) // 3 - _LONGEST_NAME))
    found = [_with_form(text, match) for match in islice(_LEGAL_FORM.finditer(text), MOST_NAMES)]
    found += [_quoted(text, match) for match in islice(_QUOTED.finditer(text), MOST_NAMES)]
    found += [_after_cue(cue, match) for cue, match in islice(_cued(ad), MOST_NAMES)]
    found += [_subject(match) for match in islice(subjects, MOST_NAMES)]
    found += [_signature(text, match) for match in islice(segments, MOST_NAMES)]
    found += [_form_first(text, match) for match in islice(_at_words(ad, _FORMS_FIRST, _FORM_FIRST), MOST_NAMES)]
    found += [_introduced(match) for match in islice(_at_words(ad, _INTRODUCING, _INTRODUCED), MOST_NAMES)]
    found += [_beginning(match) for match in islice(_BEGINS.finditer(text), MOST_NAMES)]
    if not _OFFICES.isdisjoint(ad.vocabulary):
        found += [_beginning(match) for match in islice(_OFFICE.finditer(text), MOST_NAMES)]
    families = islice(_at_words(ad, _FAMILIES, _FAMILY), MOST_NAMES)
    found += [FoundName(match.group(), 4, match.start(), False, False) for match in families]
    found += [_person(text, match) for match in islice(_PERSON.finditer(text), MOST_NAMES)]
    return [name for name in found if name and name.certainty > 0 and _is_sayable(name.written)]


def _at_words(ad: AdText, words: frozenset[str], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """All matches of a pattern that begins with one of these folded words."""
    end = 0
    for start in [] if words.isdisjoint(ad.vocabulary) else [start for word, start in ad.words if word in words]:
        match = pattern.match(ad.original, ad.folded.span(start, start + 1)[0])
        if match and match.start() >= end:
            end = match.end()
            yield match


def _is_sayable(written: str) -> bool:
    is_named = any(char.isupper() for char in written) and fold_key(written) not in word_sets()["services"]
    return is_named and not _SUM.fullmatch(written)


def _person(text: str, match: re.Match[str]) -> FoundName | None:
    """A first name and a surname beside a contact: a person recruits."""
    if fold_key(match["first"]) not in word_sets()["first_names"]:
        return None
    is_signed = bool(_CONTACT_AFTER.match(text, match.end())) or not text[match.end() :].strip(" .!\n")
    return FoundName(match["name"], 2 if is_signed else 1, match.start(), False, False)


def _introduced(match: re.Match[str]) -> FoundName | None:
    name = _trimmed(match["name"])
    if not name or _is_place(name):
        return None
    return FoundName(name, 5, match.start("name"), "gencij" in match.group() or has_word(name, "agency"))


def _with_form(text: str, form: re.Match[str]) -> FoundName | None:
    begin = form.start("form")
    if _FORM_FIRST.match(text, begin):
        return None
    match = _BEFORE_FORM.search(text, max(0, begin - 80), begin)
    name = _trimmed(match["name"]) if match else ""
    if not match or not name:
        return None
    start = match.end("name") - len(name)
    cue = cue_before(text, start)
    return _rated(f"{name} {form['form']}", 6, start, cue=cue, following=text[form.end() : form.end() + 40])


def _form_first(text: str, match: re.Match[str]) -> FoundName | None:
    name = _trimmed(match["name"])
    if not name:
        return None
    after = text[match.end() : match.end() + 40]
    return _rated(
        f"{match.group()[: match.start('name') - match.start()]}{name}", 6, match.start(), cue="", following=after
    )


def _beginning(match: re.Match[str]) -> FoundName | None:
    """Two words written large, or one as only firms write it, that a line begins with."""
    name = _trimmed(match["name"])
    words = name.split()
    if not name or name.isupper() or not (_capitals(name) > 1 or _is_coined(name)):
        return None
    if _INSIDE_SENTENCES.search(fold_key(name)) or fold_key(words[0]) in word_sets()["first_names"]:
        return None
    if _has_place(name) and not (_is_coined(name) or has_word(name, "business")):
        return None
    return FoundName(name, 2, match.start("name"), has_word(name, "agency"))


def _capitals(name: str) -> int:
    return sum(word[0].isupper() for word in name.split())


def _is_coined(name: str) -> bool:
    """A word with a capital inside: "ElektroBrücke"."""
    return any(char.isupper() for word in name.split() for char in word[1:])


def _quoted(text: str, match: re.Match[str]) -> FoundName | None:
    cue = cue_before(text, match.start())
    after = _BRACKETS.sub("", fold_key(text[match.end() : match.end() + 60])).lstrip(" ,-")
    is_named = bool(match["form"]) or _is_cue(cue) or _HIRES.match(after) is not None
    if not is_named and not (_is_alone(text, match) and has_word(match["name"], "business")):
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
    if len(name.split()) > 1 or not starts_with(cue, identity_rules().employer_cues):
        return name
    lead = _TRADE.search(text, max(0, start - 40), start)
    return f"{lead['trade']} {name}" if lead and fold_key(lead["trade"]).startswith(cue) else name


def _cued(ad: AdText) -> Iterator[tuple[str, re.Match[str]]]:
    """Each cue that a name follows, and the name."""
    for word, start in ad.words:
        if _CUES_MET[word]:
            _, end = ad.folded.span(start, start + len(word))
            if match := _AFTER_CUE.match(ad.original, end):
                yield word, match


def _after_cue(cue: str, match: re.Match[str]) -> FoundName | None:
    text = match.string
    name = _trimmed(match["name"])
    words = name.split()
    if not name or (_is_place(name) and not cue.startswith(_NAMED_AFTER_PLACES)):
        return None
    is_weak = cue.startswith(("dom", "kuc", "kod", "bar", "kontakt", "firm")) and len(words) == 1
    is_address = cue.startswith("kancelarij") and any(char.isdigit() for char in name)
    if is_weak or is_address or (len(words) == 1 and has_word(name, "business")):
        return None
    start = match.end("name") - len(name)
    if name.isupper() and text[max(0, start - 40) : start].isupper():
        return None
    return _rated(_with_trade(text, start, name, cue), 5 if len(words) > 1 else 3, start, cue=cue, following="")


def _subject(match: re.Match[str]) -> FoundName | None:
    name = _trimmed(match["name"])
    start = match.end("name") - len(name)
    cue = cue_before(match.string, start)
    if name and match["then"] and _is_cue(fold_key(name.split()[-1])) and name.split()[-1].islower():
        # "Švajcarska firma Alpwerk traži"
        cue, name, start = fold_key(name.split()[-1]), match["then"], match.start("then")
    words = name.split()
    if not words or (
        words[-1].islower()
        and (match["aside"] or _is_cue(fold_key(words[-1])) or words[-1] in word_sets()["not_names"])
    ):
        return None
    if _is_place(name) or _LOCATED.search(match.string, max(0, start - 4), start):
        return None
    if len(name.split()) < 2 and not (starts_with(cue, identity_rules().employer_cues) or _is_coined(name)):
        return None
    if _capitals(name) < 2 and _is_cue(fold_key(name.split()[0])):
        # "Fabrika čokolade traži": what it is, not what it is called.
        return None
    return FoundName(name, 3, start, has_word(name, "agency"))


def _signature(text: str, match: re.Match[str]) -> FoundName | None:
    if " " not in match["name"]:
        return None
    name = _trimmed(match["name"])
    words = name.split()
    if not 2 <= len(words) <= 6 or len(name) > 60 or match.end() < len(text) // 3 or _is_place(name):
        return None
    end = match.start("name") + match["name"].index(name) + len(name)
    is_signed = any(sign.match(text, end) for sign in (_CONTACT_AFTER, _NOTHING_AFTER, _ADDRESS_AFTER))
    if _INSIDE_SENTENCES.search(fold_key(name)) or _STREET_BEFORE.search(
        text, max(0, match.start() - 12), match.start()
    ):
        return None
    has_business = has_word(name, "business")
    if not has_business and not (is_signed and len(words) > 1 and not any(char.isdigit() for char in name)):
        return None
    if not has_business and (name.isupper() or _is_sentence_like(words)):
        return None
    return FoundName(name, 4 if has_business and is_signed else 2, match.start("name"), has_word(name, "agency"))


def _is_sentence_like(words: list[str]) -> bool:
    """Hardly a name: a first word that only begins a line, followed by words written small."""
    return sum(word[0].isupper() for word in words) < 2 or fold_key(words[0]) in word_sets()["first_names"]


def _rated(name: str, certainty: int, start: int, *, cue: str, following: str) -> FoundName:
    after = fold_key(following)
    is_described = "agencij" in after[:25] and not _THROUGH.match(after)
    is_agency = starts_with(cue, identity_rules().agency_cues) or is_described or has_word(name, "agency")
    if starts_with(cue, identity_rules().client_cues) or "za klijent" in cue:
        certainty -= 2
    return FoundName(name, certainty + 3 * is_agency, start, is_agency)


def _trimmed(name: str) -> str:
    words = name.strip(" -–").split(" ")
    not_names = word_sets()["not_names"]
    while words and fold_key(words[0]).strip(".,:-") in not_names:
        words.pop(0)
    while words and words[0] in ("i", "и", "-", "–", "&", "za", "of"):
        words.pop(0)
    while len(words) > 1 and words[-1][0].isdigit() and (len(words[-1]) > 2 or "/" in words[-1]):
        words.pop()
    return " ".join(words).strip(" -–")


def cue_before(text: str, start: int) -> str:
    lead = re.split(r"[\n.;!?)]", text[max(0, start - 50) : start])[-1]
    words = re.findall(r"[^\W\d]+", fold_key(lead))[-4:]
    return next((word for word in reversed(words) if _is_cue(word)), "")


def _is_cue(word: str) -> bool:
    return word.startswith(_all_cues())


_CUES_MET = Remembered(_is_cue)


@cache
def _all_cues() -> tuple[str, ...]:
    rules = identity_rules()
    return rules.agency_cues + rules.client_cues + rules.employer_cues


def starts_with(word: str, beginnings: tuple[str, ...]) -> bool:
    return bool(word) and word.startswith(beginnings)


def has_word(name: str, which: str) -> bool:
    return not word_sets()[which].isdisjoint(re.findall(r"\w+", fold_key(name)))


def _is_place(name: str) -> bool:
    folded = fold_key(name)
    rest = folded
    for hit in reversed(_place_hits(folded)):
        rest = rest[: hit.start] + rest[hit.end :]
    return not set(re.findall(r"\w+", rest)) - {"i", "u", "na", "ili"}


def _has_place(name: str) -> bool:
    return bool(_place_hits(fold_key(name)))


def _place_hits(folded: str) -> list[PhraseHit]:
    return sorted(_places().find_in(folded, set(re.findall(r"\w+", folded))), key=lambda hit: hit.start)
