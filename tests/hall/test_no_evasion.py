"""Rule 5: refusals are recorded, never evaded. Nothing pretends to be a person, another program or elsewhere."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from scrapy.settings import Settings

from crawler import settings
from crawler.browser import ONE_WAY_FLAGS, QUIET_FLAGS, launch_options
from crawler.manifest import HonestHeader, RenderedSource
from spiders.kinds.rendered import RenderedSpider

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("crawler", "spiders", "pipelines", "alerts")
DISGUISES = re.compile(
    r"mozilla/\d|applewebkit|\bgecko/|safari/\d|chrome/\d|firefox/\d|edg/\d|googlebot|bingbot"
    r"|automationcontrolled|navigator\.webdriver|enable-automation|x-forwarded-for:|proxies?\.txt",
    re.IGNORECASE,
)
"""Names of browsers and of other people's robots, and what browsers are told to hide that nobody sits before them."""
EVADING_PACKAGES = re.compile(
    r"stealth|undetected|fake.?user.?agent|user.?agents?\b|random.?agent|rotat|proxy.?pool|scrapy.?prox|scrapoxy|scrapeops"
    r"|impersonate|curl.?cffi|tls.?client|cloudscraper|cfscrape|flaresolverr|captcha|capsolver|capmonster|patchright"
    r"|camoufox|nodriver|rebrowser|botright|selenium.?wire|zyte.?(?:api|smartproxy)|crawlera|scraperapi|brightdata|\btor\b|stem\b",
    re.IGNORECASE,
)
EVADING_KEYS = frozenset(
    ("dont_obey_robotstxt", "add_init_script", "http_credentials", "storage_state", "extra_http_headers", "geolocation")
)
"""Keys and methods by which robots.txt is passed over, or a browser dressed up or logged in."""


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def _spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Every text, name and attribute of a module that is no docstring, with its line."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.lineno, node.value
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg


def _required() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield from project["dependencies"]
    for extra in project["optional-dependencies"].values():
        yield from extra
    for file in sorted(ROOT.glob("requirements*.txt")):
        lines = file.read_text(encoding="utf-8").splitlines()
        yield from (line for line in lines if line.strip() and not line.lstrip().startswith(("#", "--hash")))


def test_no_module_speaks_of_a_disguise() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text[:80]}"
        for path in _sources()
        for line, text in _spoken(path)
        if DISGUISES.search(text) or text in EVADING_KEYS
    ]
    assert found == []


def test_no_data_file_holds_a_disguise() -> None:
    files = [file for room in ROOMS for kind in ("*.yml", "*.js", "*.cfg") for file in (ROOT / room).rglob(kind)]
    assert [file for file in files if DISGUISES.search(file.read_text(encoding="utf-8"))] == []


def test_no_package_for_evasion_is_required() -> None:
    assert [name for name in _required() if EVADING_PACKAGES.search(name)] == []


@pytest.mark.parametrize(
    "name",
    ["playwright-stealth", "fake-useragent", "scrapy-rotating-proxies", "curl_cffi", "2captcha-python", "camoufox"],
)
def test_such_a_package_would_be_noticed(name: str) -> None:
    assert EVADING_PACKAGES.search(f"{name}==1.0")


def test_the_settings_keep_robots_txt_and_say_who_asks() -> None:
    assert settings.USER_AGENT.startswith("adwatch/")
    assert "crawler.robots.RobotsRules" in settings.DOWNLOADER_MIDDLEWARES
    assert "crawler.politeness.AddressGuard" in settings.DOWNLOADER_MIDDLEWARES
    assert 429 not in settings.RETRY_HTTP_CODES
    assert 403 not in settings.RETRY_HTTP_CODES
    # A delay that is shaken to look like a person's would be less than it says half of the time.
    assert settings.DOWNLOAD_DELAY_JITTER == 0


def test_all_middlewares_that_change_requests_are_known() -> None:
    ours = {name for name, place in settings.DOWNLOADER_MIDDLEWARES.items() if place is not None}
    assert ours == {
        "crawler.charset.TrueCharset",
        "crawler.downloading.BoundedMarkup",
        "crawler.politeness.AddressGuard",
        "crawler.politeness.FewCookies",
        "crawler.politeness.PatientRetry",
        "crawler.robots.RobotsRules",
    }


class Wall(RenderedSpider):
    """A rendered source."""

    manifest = RenderedSource.model_validate(
        {
            "id": "rs_zid",
            "name": "Zid",
            "owner": "izmišljen",
            "kind": "rendered",
            "start_urls": ["http://zid.example/"],
            "rendering": {"wait": "article"},
            "item": "article",
            "fields": {"description": "p"},
            "legal_note": "Izmišljeno.",
            "checked": "2026-11-20",
        }
    )


def test_the_browser_says_who_asks_and_is_dressed_as_nothing_else() -> None:
    chosen = Settings({"USER_AGENT": "adwatch/0.1 (+provera@adwatch.example)"})
    Wall.update_settings(chosen)
    context = {"user_agent": chosen["USER_AGENT"], "service_workers": "block", "accept_downloads": False}
    assert chosen["PLAYWRIGHT_CONTEXTS"] == {"default": context}
    assert set(launch_options(one_way=True)["args"]) <= {*QUIET_FLAGS, *ONE_WAY_FLAGS, "--no-sandbox"}


@pytest.mark.parametrize("header", ["User-Agent", "cookie", "Authorization", "X-Forwarded-For", "Sec-Ch-Ua", "Referer"])
def test_a_manifest_cannot_say_that_we_are_somebody_else(header: str) -> None:
    with pytest.raises(ValidationError, match="would say something else of us"):
        TypeAdapter(dict[HonestHeader, str]).validate_python({header: "x"})


def test_a_real_site_gets_a_second_between_two_requests() -> None:
    hurried = {**Wall.manifest.model_dump(), "limits": {"delay_seconds": 0.5}}
    RenderedSource.model_validate(hurried)
    with pytest.raises(ValidationError, match="delay_seconds of a real site is 1 at least"):
        RenderedSource.model_validate({**hurried, "start_urls": ["https://zid.pravi-sajt.rs/"]})
