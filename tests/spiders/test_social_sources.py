"""Public social pages as they behave: channels without preview, pages of videos, posts that only a browser unfolds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from crawler.health import Problem, RunOutcome, outcome_of
from spiders.golden import golden_pages
from tests.spiders.loopback import Answer, Site, crawl, serve, source

SOURCES = Path(__file__).parents[2] / "spiders" / "sources"
LOADER = """<!DOCTYPE html><html><body><div id="root"></div><script>
setTimeout(async () => {
  const answer = await fetch("/delovi");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.head.append(...page.head.children);
  document.getElementById("root").append(...page.body.children);
}, 700);
</script></body></html>"""


def _page(source_id: str, page: str) -> str:
    return (SOURCES / source_id / "pages" / page).read_text(encoding="utf-8")


def _put(home: Path, source_id: str, site: Site, path: str) -> None:
    """The shipped manifest, at an address on loopback."""
    manifest: dict[str, Any] = yaml.safe_load((SOURCES / source_id / "source.yml").read_text(encoding="utf-8"))
    limits = {**manifest["limits"], "delay_seconds": 0}
    source(
        home,
        f"rs_{source_id}",
        {**manifest, "id": f"rs_{source_id}", "start_urls": [site.url + path], "limits": limits},
    )


def _golden(source_id: str, page: str) -> list[dict[str, Any]]:
    return next(golden.ads for golden in golden_pages(SOURCES / source_id) if golden.page == f"pages/{page}")


def _texts(ads: list[dict[str, Any]]) -> list[str]:
    return [ad.get("description", "") for ad in ads]


def test_the_page_plugin_is_read_in_a_browser_as_its_golden_page_says(tmp_path: Path) -> None:
    answers = {
        "/plugins/page.php?tabs=timeline": Answer(LOADER),
        "/delovi": Answer(_page("fb_page_plugin", "dodatak.html")),
    }
    with serve(answers.get) as site:
        _put(tmp_path, "fb_page_plugin", site, "/plugins/page.php?tabs=timeline")
        run = crawl("rs_fb_page_plugin", tmp_path)
    expected = _golden("fb_page_plugin", "dodatak.html")
    assert _texts(run.ads) == _texts(expected)
    assert [ad["datePublished"] for ad in run.ads] == [ad["datePublished"] for ad in expected]
    assert [ad["url"].removeprefix(site.url) for ad in run.ads] == [
        ad["url"].removeprefix("https://www.facebook.com") for ad in expected
    ]
    assert not run.problems


def test_an_expander_that_is_a_link_leads_nowhere(tmp_path: Path) -> None:
    wall = """<div class="wall_module"><div class="post" data-post-id="1"><a class="post_link" href="/1"></a>
    <div class="wall_post_text"><span id="t">Beračice, početak…</span>
    <a class="wall_post_more" href="/cela-objava" onclick="setTimeout(() => {
      document.getElementById('t').textContent = 'Beračice, ceo tekst'; this.remove(); }, 400)">Još</a>
    </div></div></div>"""
    with serve(
        lambda path: Answer(f"<!DOCTYPE html>{wall}") if path == "/zid" else Answer("<h1>druga strana</h1>")
    ) as site:
        _put(tmp_path, "xx_zid", site, "/zid")
        run = crawl("rs_xx_zid", tmp_path)
    assert _texts(run.ads) == ["Beračice, ceo tekst"]
    assert "/cela-objava" not in site.asked


def test_a_channel_without_preview_is_told_apart_and_not_asked_again(tmp_path: Path) -> None:
    answers = {
        "/s/grupa": Answer(status=302, headers={"Location": "/grupa"}),
        "/grupa": Answer(_page("xx_telegram_kanal", "bez-pregleda.html")),
    }
    with serve(answers.get) as site:
        _put(tmp_path, "xx_telegram_kanal", site, "/s/grupa")
        run = crawl("rs_xx_telegram_kanal", tmp_path)
    assert run.problems == {Problem.NO_PREVIEW: 1}
    assert site.asked == ["/s/grupa", "/grupa"]
    assert outcome_of(ads=0, problems=dict(run.problems)) is RunOutcome.BLOCKED


def test_a_page_of_nothing_but_videos_does_not_end_the_channel(tmp_path: Path) -> None:
    def message(number: int, inside: str) -> str:
        return f'<div class="tgme_widget_message" data-post="k/{number}">{inside}</div>'

    video = '<a class="tgme_widget_message_video_player"><time>0:10</time></a>'
    text = '<div class="tgme_widget_message_text js-message_text">Kuvari za Dubai</div>'
    older = '<a class="tme_messages_more" data-before="{0}"></a>'
    answers = {
        "/s/k": Answer(older.format(9) + message(9, video)),
        "/s/k?before=9": Answer(older.format(8) + message(8, text)),
        "/s/k?before=8": Answer(
            message(1, "").replace('"tgme_widget_message"', '"tgme_widget_message service_message"')
        ),
    }
    with serve(answers.get) as site:
        _put(tmp_path, "xx_telegram_kanal", site, "/s/k")
        run = crawl("rs_xx_telegram_kanal", tmp_path)
    assert _texts(run.ads) == ["Kuvari za Dubai"]
    assert site.asked == ["/s/k", "/s/k?before=9", "/s/k?before=8"]
    assert not run.problems


def test_the_shipped_social_sources_are_off_until_somebody_answers_for_them() -> None:
    for name in ("xx_telegram_kanal", "fb_page_plugin", "xx_zid"):
        manifest = yaml.safe_load((SOURCES / name / "source.yml").read_text(encoding="utf-8"))
        assert manifest["enabled"] is False
        assert manifest["to_fill_in"]
    assert "pravni osnov" in yaml.safe_load((SOURCES / "fb_page_plugin" / "source.yml").read_text())["legal_note"]
