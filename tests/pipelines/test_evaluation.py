"""Measuring counts right, refuses what it cannot count, and the program reads our own labelled ads well enough."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.assessment import Ad, Assessment, Contacts, Indicator, Mediator, Risk, RiskLevel, Wage, WageUnit
from crawler.errors import UsageError
from pipelines.assess import assess
from pipelines.evaluation.comparing import Field, compare, is_same_name
from pipelines.evaluation.labels import AdLabel, Labelled, read_labelled_ads, read_labelled_series
from pipelines.evaluation.measuring_ads import AdsEvaluation, evaluate_ads, is_worrying
from pipelines.evaluation.measuring_series import evaluate_series
from tests.series.write_clusters import write_clusters
from tests.whole.running import adwatch, adwatch_json

OWN = Path(__file__).parent / "labelled" / "ads.jsonl"
UNSEEN = OWN.with_name("unseen.jsonl")
"""Ads that nobody tunes on: what they give is what strangers' ads give. Read its figures, never its misses."""
TODAY = date(2026, 11, 24)
TEXT = "Primer Rad traži zidare u Beču, kotizacija 100 evra. Hitno!"
LABEL: dict[str, Any] = {
    "is_job_ad": True,
    "abroad": True,
    "destinations": ["AT"],
    "wage": {"min": 1800, "max": None, "currency": "EUR", "unit": "MONTH", "net": None},
    "phones": ["+381600000012"],
    "emails": [],
    "handles": [],
    "mediator_name": "Primer Rad d.o.o.",
    "mediator_kind": "agency",
    "indicators": ["upfront_fee", "visa_arranged"],
}
LABELLED = Labelled(Ad(TEXT, id="a"), AdLabel.model_validate(LABEL))
READ = Assessment(
    id="a",
    is_job_ad=True,
    abroad=True,
    risk=Risk(RiskLevel.MEDIUM, 0.41),
    destinations=("AT", "DE"),
    wage=Wage(1800.0, None, "EUR", WageUnit.MONTH, net=True),
    contacts=Contacts(phones=("+381600000012", "+381600000013")),
    mediator=Mediator("ПРИМЕР РАД"),
    indicators=(Indicator("upfront_fee", "kotizacija", 32, 42), Indicator("urgency", "Hitno", 53, 58)),
)


@pytest.fixture(scope="module")
def own() -> AdsEvaluation:
    """Our own labelled ads, read."""
    return evaluate_ads([compare(one, assess(one.ad, None, on=TODAY)) for one in read_labelled_ads(OWN)])


@pytest.mark.parametrize(
    ("field", "bar"),
    [
        (Field.IS_JOB_AD, 0.9),
        (Field.ABROAD, 0.9),
        (Field.DESTINATIONS, 0.88),
        (Field.WAGE, 0.85),
        (Field.MEDIATOR_NAME, 0.75),
        (Field.MEDIATOR_KIND, 0.72),
    ],
)
def test_fields_of_our_own_ads_are_read(own: AdsEvaluation, field: Field, bar: float) -> None:
    assert own.fields[field].value >= bar, [(one.id, one.mistakes) for one in own.wrong]


def test_contacts_and_indicators_of_our_own_ads_are_read(own: AdsEvaluation) -> None:
    assert own.all_contacts.f1 >= 0.97
    assert own.micro.f1 >= 0.82, [(one.id, one.missed, one.extra) for one in own.wrong]
    assert own.unequal_quotes == 0


def test_ads_that_nobody_tunes_on_are_read_too() -> None:
    unseen = evaluate_ads([compare(one, assess(one.ad, None, on=TODAY)) for one in read_labelled_ads(UNSEEN)])
    bars = {
        Field.IS_JOB_AD: 0.94,
        Field.ABROAD: 0.94,
        Field.DESTINATIONS: 0.92,
        Field.WAGE: 0.88,
        Field.MEDIATOR_NAME: 0.82,
    }
    assert {field: unseen.fields[field].value for field, bar in bars.items() if unseen.fields[field].value < bar} == {}
    assert unseen.all_contacts.f1 >= 0.96
    assert unseen.micro.f1 >= 0.86
    assert unseen.unequal_quotes == 0


def test_ordinary_ads_of_our_own_are_not_flagged(own: AdsEvaluation) -> None:
    flagged = [level for level in RiskLevel if level is not RiskLevel.LOW]
    assert sum(own.levels_abroad.share(level) for level in flagged) <= 0.45
    assert not any(one.marked.of for one in own.calibration if one.lower >= 0.9 and one.marked.value < 1)


def test_every_indicator_is_labelled_somewhere(own: AdsEvaluation) -> None:
    assert [code for code, found in own.indicators.items() if not found.tp + found.fn] == []
    assert len(own.indicators) == 26


def test_what_was_read_otherwise_is_listed() -> None:
    one = compare(LABELLED, READ)
    assert {mistake.field for mistake in one.mistakes} == {"destinations", "mediator_kind", "phones"}
    assert one.missed == ("visa_arranged",)
    assert [found.code for found in one.extra] == ["urgency"]
    assert one.unequal_quotes == 0
    assert not one.is_right


def test_figures_are_counted_over_all_ads() -> None:
    second = compare(Labelled(Ad(TEXT, id="b"), LABELLED.label), replace(READ, destinations=("AT",), is_job_ad=False))
    measured = evaluate_ads([compare(LABELLED, READ), second])
    assert measured.fields[Field.DESTINATIONS].value == 0.5
    assert measured.fields[Field.IS_JOB_AD].value == 0.5
    assert measured.fields[Field.WAGE].value == 1.0
    phones = measured.contacts["phones"]
    assert (phones.tp, phones.fp, phones.fn) == (2, 2, 0)
    assert measured.micro.to_json() == {"tp": 2, "fp": 2, "fn": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    # Of three indicators only two are labelled: one is always found, one never.
    assert measured.macro_f1 == 0.5
    assert measured.levels.share(RiskLevel.MEDIUM) == 1.0


def test_a_text_that_offers_no_work_is_asked_for_its_contacts_only() -> None:
    label = AdLabel.model_validate({**LABEL, "is_job_ad": False, "abroad": False, "indicators": []})
    one = compare(Labelled(Ad(TEXT, id="a"), label), READ)
    assert set(one.asked) == {Field.IS_JOB_AD, Field.ABROAD}
    assert one.contacts["phones"].fp == 1
    assert one.extra == ()


def test_a_quote_that_is_not_its_slice_is_counted() -> None:
    shifted = replace(READ, indicators=(Indicator("upfront_fee", "kotizacija", 31, 41), Indicator("urgency")))
    assert compare(LABELLED, shifted).unequal_quotes == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Primer Rad d.o.o.", "ПРИМЕР РАД", True),
        ("Agencija za zapošljavanje Šumski Rad", "Sumski rad doo", True),
        ("Primer Rad Plus Beograd", "Primer Rad Plus", True),
        ("Primer Rad", "Primer Posao", False),
        ("Primer Rad", None, False),
        (None, None, True),
    ],
)
def test_names_are_compared_without_case_script_and_legal_form(one: str | None, other: str | None, same: bool) -> None:
    assert is_same_name(one, other) is same


def test_worrying_by_label_is_one_hard_indicator_or_many() -> None:
    assert is_worrying(["document_retention"])
    assert is_worrying(["urgency", "no_requirements", "free_transport", "visa_arranged", "high_wage", "photo_request"])
    assert not is_worrying(["urgency", "no_requirements", "free_transport", "visa_arranged", "high_wage"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"indicators": ["unheard_of"]}, "line 2: label.indicators.0: no indicator is called 'unheard_of'"),
        ({"wage": {**LABEL["wage"], "unit": "FORTNIGHT"}}, "line 2: label.wage.unit: "),
        ({"wage": {**LABEL["wage"], "min": None}}, "line 2: label.wage: a wage needs min or max"),
        ({"phones": ["060 000 0012"]}, "line 2: label.phones.0: "),
        ({"destinations": ["Nemačka"]}, "line 2: label.destinations.0: "),
        ({"is_job_ad": "da"}, "line 2: label.is_job_ad: "),
        ({"mediator": "x"}, "line 2: label.mediator: unknown field"),
    ],
)
def test_a_label_that_cannot_be_counted_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    file = _written(tmp_path, {"id": 1, "text": TEXT, "label": LABEL}, {"text": TEXT, "label": {**LABEL, **change}})
    with pytest.raises(UsageError, match=said):
        read_labelled_ads(file)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"id": 2, "text": TEXT}, "line 2: label: missing"),
        ({"id": 2, "text": TEXT, "label": []}, "line 2: label: not a JSON object"),
        ({"id": 2, "text": TEXT, "label": {"is_job_ad": True}}, "line 2: label.abroad: missing"),
        ({"id": 2, "label": LABEL}, 'line 2 has no "text"'),
        ({"id": 1, "text": TEXT, "label": LABEL}, "line 2: id: 1 stands in line 1 already"),
    ],
)
def test_a_line_without_what_it_needs_is_named(tmp_path: Path, line: dict[str, Any], said: str) -> None:
    file = _written(tmp_path, {"id": 1, "text": TEXT, "label": LABEL}, line)
    with pytest.raises(UsageError, match=said):
        read_labelled_ads(file)


@pytest.mark.parametrize("series", [None, "", [], 1.5, True])
def test_a_series_is_a_text_or_a_number(tmp_path: Path, series: object) -> None:
    with pytest.raises(UsageError, match="line 1: series: "):
        read_labelled_series(_written(tmp_path, {"id": 1, "text": TEXT, "series": series}))


def test_lines_as_other_systems_write_them_are_read(tmp_path: Path) -> None:
    """A byte order mark, line ends of Windows, empty lines, ads without an id or with none."""
    file = tmp_path / "windows.jsonl"
    lines = ({"id": None, "text": TEXT, "series": 1}, {"text": "", "series": "b"}, {"id": 0, "text": TEXT, "series": 1})
    file.write_text("\ufeff\n" + "\n \n".join(map(json.dumps, lines)), encoding="utf-8", newline="\r\n")
    read = read_labelled_series(file)
    assert [(one.ad.id, one.label) for one in read] == [("2", "1"), ("4", "b"), ("0", "1")]


def test_a_file_without_ads_measures_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no ads"):
        read_labelled_ads(_written(tmp_path))


def test_series_are_measured_by_pairs_and_ad_by_ad() -> None:
    labelled = [Labelled(Ad(TEXT, id=name), name[0]) for name in ("A1", "A2", "B1", "B2")]
    measured = evaluate_series(labelled, [7, 7, 7, 8])
    assert (measured.pairs.tp, measured.pairs.fp, measured.pairs.fn) == (1, 2, 1)
    assert measured.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert measured.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert [(one.id, other.id) for one, other in measured.joined] == [("A1", "B1"), ("A2", "B1")]
    assert [(one.id, other.id) for one, other in measured.split] == [("B1", "B2")]


def test_a_series_that_swallowed_everything_is_measured_and_not_listed_whole() -> None:
    labelled = [Labelled(Ad("", id=str(number)), str(number)) for number in range(2_000)]
    measured = evaluate_series(labelled, [1] * 2_000)
    assert measured.pairs.fp == 1_999_000
    assert len(measured.joined) == 1_000


def test_the_command_says_what_was_read_otherwise(tmp_path: Path) -> None:
    file = _written(tmp_path, {"id": "x\x1b[31m", "title": None, "text": TEXT, "label": LABEL})
    ended = adwatch(tmp_path, "evaluate", "ads", str(file), "--verbose")
    assert ended.returncode == 0, ended.stderr
    for words in ("micro F1", "Levels of risk", "Calibration", "x [31m", "visa_arranged: missed", "urgency: extra"):
        assert words in ended.stdout
    assert "quoting “Hitno”" in ended.stdout
    assert adwatch_json(tmp_path, "evaluate", "ads", str(file))["wrong"][0]["missed"] == ["visa_arranged"]


def test_the_command_refuses_a_wrong_file_in_one_line(tmp_path: Path) -> None:
    for call in ("ads", "dedupe"):
        ended = adwatch(tmp_path, "evaluate", call, str(_written(tmp_path, {"id": 1, "text": TEXT})))
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert ended.stderr.startswith("adwatch: line 1: ")
        assert len(ended.stderr.splitlines()) == 1


def test_labelled_clusters_are_measured_by_the_command(tmp_path: Path) -> None:
    file = tmp_path / "clusters.jsonl"
    write_clusters(file)
    measured = adwatch_json(tmp_path, "evaluate", "dedupe", str(file))
    assert measured["pairwise"]["precision"] >= 0.98
    assert measured["b_cubed"]["recall"] >= 0.95
    assert len(measured["wrongly_split"]) == measured["pairwise"]["fn"]
    assert "B-cubed" in adwatch(tmp_path, "evaluate", "dedupe", str(file)).stdout


def _written(folder: Path, *lines: dict[str, Any]) -> Path:
    file = folder / "labelled.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file
