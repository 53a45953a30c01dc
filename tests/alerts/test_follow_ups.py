"""A follow-up says what was filed and when an answer was due, asks, and reproaches nobody."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.document import plain_text
from alerts.follow_ups import REMINDER, FiledComplaint, follow_up_document, load_follow_up, state_follow_up
from alerts.law import built_in_law
from alerts.recipients import DraftKind, load_recipients
from alerts.script import Script
from crawler.config import Organisation
from crawler.errors import ConfigError, UsageError
from tests.alerts.sample import MADE_AT, sample_follow_up


def _text(**changes: object) -> str:
    return plain_text(follow_up_document(sample_follow_up(**changes), Script.LATN))


def test_it_names_number_day_way_and_what_the_authority_calls_it() -> None:
    text = _text()
    assert "Veza: naš broj 7/2026 od 30.10.2026.; Vaš broj 335-00-00000/2026-07" in text
    assert "podneli smo Vam predstavku broj 7/2026 (podneto preporučenom pošiljkom)" in text
    assert "Po našem računanju roka, odgovor smo očekivali do 15.11.2026." in text
    assert "čl. 18." in text


def test_without_their_number_none_is_told() -> None:
    text = _text(reference=None)
    assert "Vaš broj" not in text
    assert "vodi pod brojem" not in text


def test_every_kind_of_letter_has_words() -> None:
    assert set(load_follow_up(REMINDER).filed) == set(DraftKind)
    for recipient_id, recipient in load_recipients().items():
        words = load_follow_up(REMINDER).filed[recipient.kind]
        text = _text(recipient=recipient_id)
        assert f"podneli smo Vam {words.whom} broj" in text
        assert f"kako je po {words.by} postupljeno" in text


def test_a_portal_is_named_and_no_law_on_inspections_cited_to_it() -> None:
    text = _text(recipient="obavestenje_portalu:oglasi.example")
    assert "Primalac: Pružalac usluge – internet portal: oglasi.example" in text
    assert _text(recipient="obavestenje_portalu", portal="oglasi.example") == text
    assert "inspekcijskom nadzoru" not in text


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 12, 1)])
def test_while_there_is_time_to_answer_there_is_none(day: date) -> None:
    with pytest.raises(UsageError, match="no follow-up before"):
        sample_follow_up(answer_due=day)


def test_how_it_was_filed_is_never_blank() -> None:
    with pytest.raises(UsageError, match="how the complaint was filed"):
        sample_follow_up(channel=" ")


def test_an_organisation_that_is_not_configured_is_named() -> None:
    filed = FiledComplaint("trzisna_inspekcija", "7/2026", "lično", date(2026, 10, 1), None, date(2026, 10, 15))
    with pytest.raises(ConfigError, match=r"organisation\.seat"):
        state_follow_up(filed, organisation=Organisation(name="Primer"), law=built_in_law(), now=MADE_AT)
