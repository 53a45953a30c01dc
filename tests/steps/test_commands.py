"""`adwatch check`, `dedupe` and `reassess` as anybody would call them."""

from __future__ import annotations

import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crawler.assessment import Assessment, Impersonation, Indicator, Mediator
from crawler.errors import UsageError
from crawler.nightly import one_night_at_a_time
from pipelines.card import card_of
from pipelines.connections.filing import file_contacts
from pipelines.given_texts import read_given_ads
from pipelines.indicators import describe
from pipelines.steps import assess_new_ads
from tests.builders import StoreBuilder, complaint_assessment
from tests.whole.running import ADWATCH, adwatch, adwatch_json, environment

TEXT = "Potrebni zidari u Minhenu, plata 5.500 evra, kotizacija 100 evra unapred. Zvati 060 000 0001."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_check_reads_a_file_or_standard_input_and_creates_nothing(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "oglas.txt"
    file.write_text(TEXT, encoding="utf-8-sig")
    from_file = adwatch_json(home, "check", str(file))
    from_input = json.loads(adwatch(home, "check", "--json", "-", given=TEXT).stdout)
    assert from_file == from_input
    assert from_file["destinations"] == ["DE"]
    assert from_file["register"]["verdict"] is None
    for found in from_file["indicators"]:
        assert found["start"] is None or TEXT[found["start"] : found["end"]] == found["quote"]
    assert not home.exists()


def test_the_card_shows_level_register_quotes_and_contacts(home: Path) -> None:
    card = adwatch(home, "check", given=TEXT).stdout
    assert "RIZIK" in card
    assert "registar agencija nije uvezen" in card
    assert "Traži se novac od radnika" in card
    assert "evra unapred" in card
    assert "upfront_fee" in card
    assert describe("upfront_fee").why[:40] in card
    assert "+381600000001" in card


def test_the_card_of_a_plea_says_what_it_rests_on(home: Path) -> None:
    card = adwatch(home, "check", given="Uzeli su nam pasoše, pomozite, Malta, 060 000 0011").stdout
    assert "NIJE OGLAS ZA POSAO – MOGUĆA OPASNOST ZA NEKOGA" in card
    assert "„Uzeli su nam pasoše“" in card
    assert "in_need_abroad" in card
    assert "asks_for_help" in card
    assert "+381600000011" in card


def test_the_card_names_trigger_and_indicator_and_the_firm_to_ask() -> None:
    quote = Indicator("retained_documents", "pasoš kod gazde", 0, 15)
    called_upon = Mediator(name="Orvandel", possible_impersonation=Impersonation("Orvandel", "Pitajte samu firmu."))
    card = _printed(
        complaint_assessment(referral=("retained_documents",), referral_quotes=(quote,), mediator=called_upon)
    )
    assert "retained_documents ← document_retention" in card
    assert "„pasoš kod gazde“" in card
    assert "Pitajte samu firmu." in card


def _printed(assessment: Assessment) -> str:
    console = Console(file=StringIO(), width=120)
    console.print(card_of(assessment))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_nothing_an_ad_holds_steers_the_terminal() -> None:
    card = _printed(complaint_assessment(mediator=Mediator(name="Primer \x1b[31m[red]Rad")))
    assert "Primer  [31m[red]Rad" in card


def test_check_uses_the_newest_register_of_the_store(home: Path) -> None:
    store = StoreBuilder(home)
    store.register(names=["Primer Radnik d.o.o."])
    store.engine.dispose()
    answer = json.loads(adwatch(home, "check", "--json", given=f"Agencija Zimska Breza. {TEXT}").stdout)["register"]
    assert answer["as_of"] == "2026-11-01"


def test_check_lines_keep_id_and_order(tmp_path: Path, home: Path) -> None:
    given = [{"id": 7, "title": "Zidari", "text": TEXT}, {"id": "b", "title": None, "text": "Prodajem \ud800 bicikl."}]
    file = tmp_path / "oglasi.jsonl"
    file.write_text("\n\n".join(map(json.dumps, given)), encoding="utf-8")
    ended = adwatch(home, "check", "--jsonl", str(file))
    printed = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(one["id"], one["is_job_ad"]) for one in printed] == [(7, True), ("b", False)]


def test_dedupe_names_the_series_of_each_line(tmp_path: Path, home: Path) -> None:
    texts = [TEXT, "Konobari i sobarice za hotel u Budvi, smeštaj i hrana besplatni.", TEXT.replace("5.500", "4.900")]
    file = tmp_path / "oglasi.jsonl"
    lines = [json.dumps({"id": f"x{number}", "title": None, "text": text}) for number, text in enumerate(texts)]
    file.write_text("\n".join(lines), encoding="utf-8")
    printed = [json.loads(line) for line in adwatch(home, "dedupe", "--jsonl", str(file)).stdout.splitlines()]
    assert [one["id"] for one in printed] == ["x0", "x1", "x2"]
    first, other, copy = (one["series"] for one in printed)
    assert first == copy != other
    assert not home.exists()


def test_dedupe_answers_every_line_however_odd(tmp_path: Path, home: Path) -> None:
    """Texts of nothing, of signs alone, twice the same id, none, and one that no output can hold as it is."""
    given = [{"id": "a", "text": ""}, {"id": "a", "text": "🔥🔥"}, {"text": TEXT}, {"id": "\ud800", "text": TEXT}]
    file = tmp_path / "oglasi.jsonl"
    file.write_text("\ufeff" + "\r\n".join(map(json.dumps, given)), encoding="utf-8")
    printed = [json.loads(line) for line in adwatch(home, "dedupe", "--jsonl", str(file)).stdout.splitlines()]
    assert [one["id"] for one in printed] == ["a", "a", None, "\ud800"]
    assert printed[2]["series"] == printed[3]["series"]
    assert len({one["series"] for one in printed}) == 3


def test_reassess_judges_stored_ads(home: Path) -> None:
    store = StoreBuilder(home)
    store.ad()
    store.engine.dispose()
    assert adwatch_json(home, "reassess")["ads"] == 1
    assert adwatch_json(home, "reassess")["ads"] == 0


def test_reassess_with_cases_goes_on_to_cases_and_drafts(home: Path) -> None:
    store = StoreBuilder(home)
    store.ad()
    store.engine.dispose()
    steps = {step["name"]: step["counts"] for step in adwatch_json(home, "reassess", "--cases")["steps"]}
    assert steps["assess_new_ads"]["ads"] == 1
    assert {"open_cases", "prepare_drafts"} <= steps.keys()


def test_reassess_keeps_out_of_a_running_night(home: Path) -> None:
    store = StoreBuilder(home)
    store.ad()
    with one_night_at_a_time(store.settings, store.engine):
        ended = adwatch(home, "reassess")
    store.engine.dispose()
    assert ended.returncode == 1
    assert "another night is running" in ended.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": 1, "text": "a"}\n{"id": ', "line 2"),
        ('{"id": 1, "title": "a"}', "line 1"),
        ('{"id": 1, "text": 5}', "line 1"),
        ('{"id": 1, "text": "a", "url": 5}', "line 1"),
        ("[" * 100_000, "line 1"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        list(read_given_ads(file))


def test_a_reader_that_leaves_is_no_error(tmp_path: Path, home: Path) -> None:
    file = tmp_path / "oglasi.jsonl"
    file.write_text(f"{json.dumps({'id': 1, 'text': TEXT})}\n" * 300, encoding="utf-8")
    call = subprocess.Popen(
        [ADWATCH, "check", "--jsonl", file], env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert call.stdout and call.stderr
    call.stdout.readline()
    call.stdout.close()
    assert call.stderr.read() == b""
    call.wait(timeout=600)


def _known_home(home: Path) -> None:
    """Two offers under two names behind one number."""
    store = StoreBuilder(home)
    store.ad()
    store.ad(title="Sobarice", text="Sobarice u Austriji, plata 1.900 evra neto. Agencija Zora Posao, 060 000 0001.")
    for step in (assess_new_ads, file_contacts):
        step(store.night_now())
    store.engine.dispose()


def test_check_tells_where_stored_ads_name_the_same_contact(tmp_path: Path, home: Path) -> None:
    _known_home(home)
    text = "Berba jabuka u Sloveniji, plata 1.500 evra, Viber +381 60/000-0001"
    (found,) = json.loads(adwatch(home, "check", "--json", given=text).stdout)["connections"]
    assert (found["kind"], found["value"], found["ads"]) == ("phone", "+381600000001", 2)
    assert found["names"] == ["Primer Rad", "Zora Posao"]
    assert "Broj telefona +381600000001 stoji u 2" in adwatch(home, "check", given=text).stdout
    file = tmp_path / "oglasi.jsonl"
    file.write_text(json.dumps({"id": 1, "text": text}), encoding="utf-8")
    assert json.loads(adwatch(home, "check", "--jsonl", str(file)).stdout)["connections"] == [found]


def test_check_without_a_store_knows_no_connections_and_makes_none(home: Path) -> None:
    assert json.loads(adwatch(home, "check", "--json", given=TEXT).stdout)["connections"] == []
    assert not home.exists()


def test_contacts_show_takes_any_notation(home: Path) -> None:
    _known_home(home)
    shown = adwatch(home, "contacts", "show", "060/000-0001").stdout
    assert "Imena: Primer Rad, Zora Posao" in shown
    (found,) = adwatch_json(home, "contacts", "show", "+381 60 000 0001")
    assert [ad["name"] for ad in found["found"]] == ["Primer Rad", "Zora Posao"]


def test_an_unknown_contact_is_said_in_words_and_none_is_wrong_use(home: Path) -> None:
    unknown = adwatch(home, "contacts", "show", "060 000 0099")
    assert (unknown.returncode, unknown.stdout) == (
        0,
        "Nijedan sačuvan oglas ne navodi kontakt 060 000 0099.\n",
    )
    assert adwatch_json(home, "contacts", "show", "060 000 0099") == []
    wrong = adwatch(home, "contacts", "show", "???")
    assert wrong.returncode == 2
    assert "is no phone" in wrong.stderr


def test_cases_timeline_tells_what_happened(home: Path) -> None:
    store = StoreBuilder(home)
    case_id = store.complaint_case()
    store.engine.dispose()
    assert "Prvi put viđen  [demo_portal]" in adwatch(home, "cases", "timeline", str(case_id)).stdout
    (event,) = adwatch_json(home, "cases", "timeline", str(case_id))
    assert (event["event"], event["source"], event["changes"]) == ("first_seen", "demo_portal", [])
    assert adwatch(home, "cases", "timeline", "99").returncode == 2
