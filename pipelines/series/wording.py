"""The grounds of grouping in Serbian, for a person who asks why two ads stand together or apart."""

from __future__ import annotations

from pipelines.series.judging import Ground

GROUND_SENTENCES = {
    Ground.SAME_PAGE: "ista strana: jedna adresa je jedan oglas",
    Ground.SAME_TEXT: "isti tekst; razlikuju se najviše pismo, dijakritici, emodžiji, brojevi i kontakti",
    Ground.NEAR_TEXT: "tekstovi su gotovo isti",
    Ground.SHORTENED: "jedan je skraćeni drugi",
    Ground.SAME_JOB: "polovina teksta je ista, a slažu se i naslov ili zanimanje, mesto i kontakt",
    Ground.READ_ALIKE: "slovo po slovo tekstovi se slažu; razlike su kao od pogrešnog čitanja ili kucanja",
    Ground.OTHER_WORK: "navode različita zanimanja",
    Ground.OTHER_PLACE: "navode različita mesta rada",
    Ground.OTHER_TITLE: "naslov ili početak govori o drugom poslu",
    Ground.OTHER_SENTENCES: "svaki oglas ima rečenicu koje u drugom nema",
    Ground.LITTLE_SHARED: "premalo zajedničkih reči",
    Ground.LITTLE_TOLD: "jedan ne navodi ni zanimanje ni mesto, pa odgovara više poslova",
}


def ground_sentence(ground: Ground) -> str:
    """What decided, in Serbian."""
    return GROUND_SENTENCES[ground]
