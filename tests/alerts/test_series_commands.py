"""The commands on series, as people and programs call them."""

from __future__ import annotations

import json

import pytest
from typer.testing import Result

from crawler.errors import UsageError
from pipelines.series.judging import Ground
from pipelines.series.wording import GROUND_SENTENCES
from tests.alerts.conftest import run_adwatch
from tests.builders import StoreBuilder, StoredAd

OTHER_TEXT = "Potrebni zidari u Austriji, plata 2.300 evra neto, bez smeštaja. Zvati 060 000 0002."


@pytest.fixture
def copies(store: StoreBuilder, people: None) -> tuple[StoredAd, StoredAd, StoredAd]:
    """Two copies in one series, and an ad in another."""
    first = store.ad()
    return first, store.ad(series_id=first.series_id), store.ad(title="Zidari", text=OTHER_TEXT)


def _run(*arguments: object) -> Result:
    return run_adwatch("series", *arguments)


def _json(*arguments: object) -> dict[str, object]:
    return dict(json.loads(_run(*arguments, "--json").stdout))


def test_show_lists_ads_cases_and_decisions(store: StoreBuilder, copies: tuple[StoredAd, StoredAd, StoredAd]) -> None:
    first, second, _ = copies
    case = store.case(first, store.assess(first))
    assert _run("split", second.ad_id, "--person", " Ana@Primer.example").exit_code == 0
    shown = _json("show", first.series_id)
    assert [ad["ad"] for ad in shown["ads"]] == [first.ad_id]  # type: ignore[attr-defined]
    assert shown["cases"] == [{"id": case, "state": "open"}]
    (decision,) = shown["decisions"]  # type: ignore[misc]
    assert (decision["decision"], decision["person"], decision["ads"]) == (
        "split",
        "ana@primer.example",
        [second.ad_id],
    )
    assert "split off as" in _run("show", first.series_id).stdout


def test_explain_says_what_decided_with_its_words(copies: tuple[StoredAd, StoredAd, StoredAd]) -> None:
    first, second, other = copies
    assert _json("explain", first.ad_id, second.ad_id)["ground"] == "same_text"
    apart = _json("explain", first.ad_id, other.ad_id)
    assert apart["ground"] == "little_shared"
    assert apart["sentence"] == "premalo zajedničkih reči"
    assert "potrebni" in apart["shared"]  # type: ignore[operator]
    assert "zidari" in apart["only_second"]  # type: ignore[operator]
    assert "gotovo isti" in GROUND_SENTENCES[Ground.NEAR_TEXT]
    assert "isti tekst" in _run("explain", first.ad_id, second.ad_id).stdout


def test_every_ground_has_a_sentence() -> None:
    assert GROUND_SENTENCES.keys() == set(Ground)


def test_merge_reports_what_moved(copies: tuple[StoredAd, StoredAd, StoredAd]) -> None:
    first, _, other = copies
    done = _run("merge", first.series_id, other.series_id, "--person", "ana@primer.example")
    assert done.exit_code == 0
    assert f"1 ads of series {other.series_id} are in series {first.series_id}" in done.stderr
    assert len(_json("show", first.series_id)["ads"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("show", 4711), "there is no series 4711"),
        (("explain", 4711, 1), "there is no ad 4711"),
        (("split", 1, "--person", "nobody@primer.example"), "nobody is known"),
        (("split", 1, "--person", "iva@primer.example"), "may read only"),
        (("merge", 1, 1, "--person", "ana@primer.example"), "with itself"),
    ],
)
def test_what_cannot_be_done_is_refused(
    copies: tuple[StoredAd, StoredAd, StoredAd], arguments: tuple[object, ...], reason: str
) -> None:
    failed = _run(*arguments)
    assert isinstance(failed.exception, UsageError)
    assert reason in str(failed.exception)
