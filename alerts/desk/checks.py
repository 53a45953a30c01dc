"""What to check next about a case: steps that follow from its facts. Pure; none of them contacts anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.connections import CaseConnection
from alerts.desk.findings import RegisterBadge
from alerts.desk.speaking import to_say
from crawler.assessment import Assessment, MediatorKind, Verdict
from crawler.store.desk_views import SisterCase
from pipelines.text.sentences import Sentence

CLOSE = 0.6
"""From this likeness on a person had better compare the names."""
UNSURE_READING = 0.8
"""Below this a machine's reading of a picture is compared with the picture."""


@dataclass(frozen=True, slots=True)
class Check:
    """One step."""

    words: str
    """Serbian, with places for `values`."""
    values: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
    """Where on the desk it is done; empty: elsewhere."""

    @property
    def sentence(self) -> Sentence:
        """The step with its values."""
        return Sentence(self.words, **{name: str(value) for name, value in self.values.items()})


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """What the steps follow from."""

    assessment: Assessment
    badge: RegisterBadge
    connections: Sequence[CaseConnection]
    sisters: Sequence[SisterCase]
    differing_copies: int
    has_screenshot: bool
    is_brought: bool
    least_confidence: float | None
    """Of what was read on its pictures; None: nothing was read."""


def next_checks(case: CheckedCase) -> tuple[Check, ...]:
    """The steps, what is most pressing first."""
    return (*_urgent(case), *_of_register(case), *_of_identity(case.assessment), *_of_spread(case), *_of_evidence(case))


def _urgent(case: CheckedCase) -> Iterator[Check]:
    if case.assessment.referral:
        yield Check(to_say("Pre svega drugog odlučite da li slučaj ide policiji ili tužilaštvu."), link="#odluka")


def _of_register(case: CheckedCase) -> Iterator[Check]:
    judged, verdict = case.assessment, case.badge.verdict
    if verdict in ("unchecked", "stale"):
        yield Check(to_say("Uvezite nov spisak agencija, pa će posrednik biti proveren po njemu."), link="/register")
    elif verdict == Verdict.UNIDENTIFIED:
        yield Check(
            to_say("Ime nije navedeno: pogledajte pod kojim imenima stoje oglasi sa istim kontaktom."), link="#veze"
        )
    near = judged.register.nearest[:3]
    if verdict in (Verdict.NOT_FOUND, Verdict.AMBIGUOUS) and near and near[0].score >= CLOSE:
        words = to_say("Uporedite ime sa upisom „%(entry)s“ i odlučite da li je to isti posrednik.")
        yield Check(words, {"entry": near[0].name}, "#registar")
    if judged.mediator.licence:
        words = to_say("Uporedite broj dozvole iz oglasa (%(licence)s) sa brojem u registru.")
        yield Check(words, {"licence": judged.mediator.licence}, "#registar")


def _of_identity(judged: Assessment) -> Iterator[Check]:
    mediator = judged.mediator
    if mediator.pib or mediator.mb:
        words = to_say(
            "Potražite broj %(number)s u registru privrednih subjekata: koje ime i koja delatnost stoje uz njega."
        )
        yield Check(words, {"number": mediator.pib or mediator.mb})
    elif mediator.name and mediator.kind is not MediatorKind.INDIVIDUAL:
        words = to_say("Potražite ime „%(name)s“ u registru privrednih subjekata: postoji li i čime se bavi.")
        yield Check(words, {"name": mediator.name})
    if mediator.possible_impersonation:
        words = to_say(
            "Uporedite kontakte iz oglasa sa zvaničnim kontaktima firme %(brand)s, sa njene sopstvene stranice."
        )
        yield Check(words, {"brand": mediator.possible_impersonation.brand})


def _of_spread(case: CheckedCase) -> Iterator[Check]:
    connected = sum(len(link.cases) for link in case.connections if not link.connection.is_shared)
    if connected:
        yield Check(to_say("Pogledajte i slučajeve koji navode isti kontakt: možda je to ista ponuda."), link="#veze")
    if case.sisters:
        yield Check(to_say("Istu ponudu objavljuje i neko drugi: uporedite posrednike."), link="#kopije")
    if case.differing_copies:
        yield Check(to_say("Kopije se razlikuju: pogledajte šta je u njima drugačije."), link="#kopije")


def _of_evidence(case: CheckedCase) -> Iterator[Check]:
    if case.least_confidence is not None and case.least_confidence < UNSURE_READING:
        yield Check(to_say("Uporedite pročitani tekst sa slikom: mašinsko čitanje je nesigurno."), link="#slike")
    if not case.has_screenshot and not case.is_brought:
        yield Check(
            to_say("Slika stranice nije snimljena: otvorite adresu oglasa i proverite da li još stoji."), link="#oglas"
        )
