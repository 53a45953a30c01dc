"""What the lines of the audit log are about, in sentences: the log keeps codes and names, in English, for programs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from alerts.desk.speaking import Tongue, to_say
from alerts.desk.templating import code_words
from pipelines.text.sentences import Joined, Sentence

_SUBJECTS = {
    r"case (?P<number>\d+)": to_say("slučaj %(number)s"),
    r"series (?P<number>\d+)": to_say("serija %(number)s"),
    r"ad (?P<number>\d+)": to_say("oglas %(number)s"),
    r"name decision (?P<number>\d+)": to_say("odluka o imenu broj %(number)s"),
    r"name (?P<name>.+)": to_say("ime %(name)s"),
    r"token (?P<name>.+)": to_say("ključ %(name)s"),
    r"report (?P<name>.+)": to_say("izveštaj %(name)s"),
    r"source (?P<name>\S+)": to_say("izvor %(name)s"),
    r"register of (?P<day>\S+)": to_say("spisak agencija na dan %(day)s"),
    r"unknown account": to_say("nepoznat nalog"),
    r"command of (?P<name>.+)": to_say("naredba na računaru, %(name)s"),
}
_DETAILS = {
    r"(?P<to>\S+): laid ready": to_say("%(to)s: pripremljen nacrt"),
    r"(?P<to>\S+): version (?P<number>\d+), as the template": to_say("%(to)s: verzija %(number)s, tekst iz obrasca"),
    r"(?P<to>\S+): version (?P<number>\d+)": to_say("%(to)s: verzija %(number)s"),
    r"(?P<to>\S+), annex": to_say("%(to)s, prilog"),
    r"receipt of filing (?P<number>\d+)": to_say("potvrda podneska %(number)s"),
    r"reminder of filing (?P<number>\d+), (?P<kind>\w+)": to_say("požurnica za podnesak %(number)s, %(kind)s"),
    r"(?P<number>\d+) ended": to_say("odjavljenih prijava: %(number)s"),
    r"with a code": to_say("uz kod"),
    r"wrong code": to_say("pogrešan kod"),
    r"is not (?P<entry>.+)": to_say("nije upis %(entry)s"),
    r"is (?P<entry>.+)": to_say("jeste upis %(entry)s"),
    r"disable (?P<why>.+)": to_say("isključen: %(why)s"),
    r"enable (?P<why>.+)": to_say("ponovo uključen: %(why)s"),
    r"enable": to_say("ponovo uključen"),
    r"split (?P<number>\d+), ads (?P<ads>[\d, ]+)": to_say("oglasi %(ads)s izdvojeni u seriju %(number)s"),
    r"merge (?P<number>\d+), ads (?P<ads>[\d, ]+)": to_say("spojena sa serijom %(number)s, oglasi %(ads)s"),
    r"run": to_say("pokrenut ručno"),
    r"judging ads again": to_say("ponovno procenjivanje oglasa"),
    r"(?P<number>\d+) entries, known already": to_say("upisa: %(number)s, već uvezeno"),
    r"(?P<number>\d+) entries": to_say("upisa: %(number)s"),
    r"read": to_say("samo čita"),
    r"write": to_say("čita i piše"),
}
_MOVED = re.compile(r"(?P<undo>undo )?(?P<decision>\w+): (?P<before>\w+) → (?P<after>\w+)")
_ROLES = re.compile(r"(?:(?P<before>\w+) → )?(?P<after>\w+)")


def subject_words(subject: str) -> str:
    """What a line is about, or who did it; the text itself where it is a name or an address."""
    return _told(subject, _SUBJECTS) or subject


def detail_words(detail: str) -> str:
    """What more the line says; the text itself where the program of that time said it otherwise."""
    return _moved(detail) or _roles(detail) or _told(detail, _DETAILS) or detail


def _told(text: str, patterns: Mapping[str, str]) -> Sentence | None:
    for pattern, words in patterns.items():
        if found := re.fullmatch(pattern, text):
            return Sentence(words, **{name: value or "" for name, value in found.groupdict().items()})
    return None


def _moved(detail: str) -> Joined | None:
    """'confirm: open → confirmed'."""
    found, states = _MOVED.fullmatch(detail), _codes("STATES")
    if found is None or {found["before"], found["after"]} - states.keys():
        return None
    before, after, decision = states[found["before"]], states[found["after"]], found["decision"]
    words = (_codes("DECISIONS") | _OF_LEGAL_STAFF).get(decision)
    undone = [Sentence(to_say("poništeno"))] if found["undo"] else []
    moved = Joined(" → ", [Sentence(before), Sentence(after)])
    return Joined(": ", [*undone, Sentence(words) if words else decision, moved])


def _roles(detail: str) -> Joined | None:
    """'reviewer', 'reviewer → legal'."""
    found, roles = _ROLES.fullmatch(detail), _codes("ROLES")
    if found is None or {found["before"] or found["after"], found["after"]} - roles.keys():
        return None
    return Joined(" → ", [Sentence(roles[each]) for each in (found["before"], found["after"]) if each])


_OF_LEGAL_STAFF = {
    "approve": to_say("odobrenje teksta"),
    "withdraw": to_say("povlačenje odobrenja"),
    "file": to_say("zabeleženo podnošenje"),
    "answer": to_say("zabeležen odgovor"),
    "outcome": to_say("zabeležen ishod"),
    "close": to_say("zaključenje slučaja"),
}


@cache
def _codes(table: str) -> dict[str, str]:
    """Serbian words for codes, as the pages have them."""
    return {code: str(words) for code, words in getattr(code_words(Tongue.LATN), table).items()}
