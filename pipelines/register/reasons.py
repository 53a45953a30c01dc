"""Why the register answers as it does: sentence parts in Serbian, as values with places for names and numbers."""

from __future__ import annotations

from dataclasses import replace

from crawler.assessment import RegisterAnswer
from pipelines.text.sentences import Joined, Pattern, Sentence, read_sentences


class Decided(Pattern):
    """A decision that a person made about a name."""

    ON = "odluka od %(day)s (%(person)s)"


class SlipWords(Pattern):
    """How one written word differs from another."""

    SWAPPED = "zamenjena mesta dva slova"
    DROPPED = "izostavljeno jedno slovo"
    ADDED = "jedno slovo više"
    FORM = "drugi oblik reči"
    OTHER = "razlika u jednom slovu"


class Forms(Pattern):
    """Legal forms."""

    COMPANY = "privredno društvo"
    ENTREPRENEUR = "preduzetnik"
    OTHER = "drugi oblik"
    UNKNOWN = "drugi"
    AND = "%(form)s i %(forms)s"


class Reason(Pattern):
    """Each a part of a sentence."""

    NO_REGISTER = "registar agencija nije uvezen"
    NOBODY_NAMED = "oglas ne navodi nikoga ko bi se mogao potražiti"
    ONLY_NUMBER = "poznat je samo PIB ili matični broj, a ovaj spisak ih ne navodi"
    NO_SUCH_NUMBER = "nijedan upis u registru nema navedeni PIB ili matični broj"
    NO_SUCH_NAME = "nijedan upis ne nosi to ime"
    FOREIGN_COMPANY = "strano privredno društvo (%(country)s); dozvola glasi na domaće"
    FOREIGN_FIRM = "strana firma (%(country)s)"
    DECIDED_OTHER_ENTRY = "%(decided)s: to nije upis %(entry)s"
    DECIDED_NO_NUMBER = (
        "%(decided)s: trgovačko ime ovog upisa, ali broj iz oglasa nije iz registra: moguće je lažno predstavljanje"
    )
    DECIDED_HEDGED = "%(decided)s: trgovačko ime ovog upisa, ali oglas navodi drugo mesto ili pravni oblik"
    DECIDED_BELONGS = "%(decided)s: trgovačko ime ovog upisa"
    DECIDED_NUMBER = "%(decided)s: to nije ovaj upis, a broj je njegov: moguće je lažno predstavljanje"
    DECIDED_DENIED = "%(decided)s: to nije ovaj upis"
    DECIDED_GONE = "%(decided)s: ime upisa %(entry)s, kojeg u ovom spisku nema"
    DECIDED_SEVERAL = "ime je potvrđeno za više upisa; odluke koje ne važe treba povući"
    DECIDED_NAMESAKE = "ime nosi upis %(other)s, a potvrđeno je za %(entry)s"
    TWO_ENTRIES = "PIB i matični broj pripadaju različitim upisima"
    NOT_ONE_ENTRY = "PIB i matični broj nisu istog upisa: moguće je lažno predstavljanje"
    NUMBER_CONFIRMED = "broj pripada upisu %(entry)s, a ime je potvrđeno za %(other)s: moguće je lažno predstavljanje"
    NUMBER_NAME = "broj pripada upisu %(entry)s, a ime upisu %(other)s: moguće je lažno predstavljanje"
    SAME_PIB = "isti PIB"
    SAME_MB = "isti matični broj"
    SAME_LICENCE = "isti broj dozvole"
    LICENCE_NO_NUMBER = "broj dozvole je iz registra, a PIB ili matični broj nije: moguće je lažno predstavljanje"
    LICENCE_NO_NAME = "broj dozvole je iz registra, a ime nije: moguće je lažno predstavljanje"
    PARTNERS = "pominje više agencija, a samo kao saradnik"
    PARTNER = "pominje agenciju, a ne tvrdi da je ona"
    NO_NUMBERS = "isto ime, ali registar ne navodi PIB ni matični broj, pa se broj iz oglasa ne može uporediti"
    STRANGE_CONTACT = "kontakt nije onaj iz registra: proveriti da li se neko predstavlja tim imenom"
    SEVERAL = "ime odgovara više upisa"
    OTHER_NUMBER = "isto ime, a PIB ili matični broj nije onaj iz registra: moguće je lažno predstavljanje"
    FOREIGN_CONTACT = "%(why)s, a kontakt je drugog upisa: moguće je lažno predstavljanje"
    OWNER_ALONE = "ime vlasnika upisane agencije, bez njenog naziva"
    CONTACT_ALONE = "kontakt je iz registra, a ime nije"
    UNREADABLE = "upisana je, ali se podaci o njenoj dozvoli u spisku ne mogu pročitati"
    CONTACT = "kontakt je iz registra"
    SAME_NAME = "isto ime"
    CORE = "isti prepoznatljivi deo imena „%(words)s“"
    OWNER = "ime vlasnika"
    SHARED_ONLY = "zajedničko samo „%(words)s“"
    SHARED = "zajedničko „%(words)s“"
    ADDED = "dodato „%(words)s“"
    OTHER_TOWN = "drugo mesto: u registru %(town)s"
    SAME_TOWN = "isto mesto"
    OTHER_FORM = "drugi pravni oblik: u registru %(forms)s"
    SLIP = "„%(written)s“ umesto „%(meant)s“ (%(slip)s)"


_NAMES = frozenset(("entry", "other"))
"""Places where the name of an entry stands."""
_DECIDED_THEN = "odluka od %(day)s"

NESTED = {"decided": Decided, "slip": SlipWords, "form": Forms, "forms": Forms, "why": Reason}


def read_reason(text: str) -> str:
    """A reason that was kept as text, as sentences again; as it is where other words were used then."""
    return read_sentences(text, Reason, NESTED)


def names_entry(reason: str) -> bool:
    """The reason, as sentences, tells the name of an entry."""
    if isinstance(reason, Joined):
        return any(map(names_entry, reason.parts))
    if not isinstance(reason, Sentence):
        return False
    return not _NAMES.isdisjoint(reason.values) or any(map(names_entry, reason.values.values()))


def without_person(reason: str) -> str:
    """The reason, as sentences, with the day of each decision and not who made it."""
    if isinstance(reason, Joined):
        return Joined(reason.separator, map(without_person, reason.parts))
    if not isinstance(reason, Sentence):
        return reason
    if reason.pattern == Decided.ON:
        return Sentence(_DECIDED_THEN, day=reason.values["day"])
    return Sentence(reason.pattern, **{name: without_person(value) for name, value in reason.values.items()})


def read_reasons(answer: RegisterAnswer) -> RegisterAnswer:
    """The same answer with its reasons as sentences again."""
    near = tuple(replace(one, reasons=tuple(map(read_reason, one.reasons))) for one in answer.nearest)
    return replace(answer, reasons=tuple(map(read_reason, answer.reasons)), nearest=near)
