"""Walls, told from ordinary pages."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response

from crawler.health import Problem
from spiders.walls import refusal_of, wall_behind, wall_of


def _page(html: str, *, status: int = 200, redirected: bool = False, url: str = "https://portal.example/x") -> Response:
    meta = {"redirect_urls": ["https://portal.example/oglasi"]} if redirected else {}
    return HtmlResponse(url, status=status, body=html.encode(), encoding="utf-8", request=Request(url, meta=meta))


@pytest.mark.parametrize(
    ("status", "html", "problem"),
    [
        (200, "<p>oglas</p>", None),
        (204, "", Problem.EMPTY_ANSWER),
        (200, " \n", Problem.EMPTY_ANSWER),
        (401, "x", Problem.LOGIN_WALL),
        (403, "x", Problem.REFUSED),
        (429, "x", Problem.REFUSED),
        (403, '<div class="h-captcha"></div>', Problem.CAPTCHA),
        (404, "x", Problem.GONE),
        (410, "", Problem.GONE),
        (500, "x", Problem.HTTP_ERROR),
        (302, "x", Problem.HTTP_ERROR),
    ],
)
def test_a_status_says_what_happened(status: int, html: str, problem: Problem | None) -> None:
    assert refusal_of(_page(html, status=status)) is problem


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<form><input type="password"></form>', Problem.LOGIN_WALL),
        ('<div class="g-recaptcha" data-sitekey="x"></div>', Problem.CAPTCHA),
        ("<h1>Потврдите да нисам робот</h1>", Problem.CAPTCHA),
        ('<form action="https://consent.portal.example/save">Prihvatam</form>', Problem.CONSENT_WALL),
        ("<h1>Nema oglasa</h1>", None),
    ],
)
def test_a_page_without_content_may_be_a_wall(html: str, problem: Problem | None) -> None:
    assert wall_of(_page(html)) is problem


def test_where_a_page_was_sent_tells_the_wall() -> None:
    page = _page("<h1>Dobro došli</h1>", redirected=True, url="https://portal.example/login?next=/oglasi")
    assert wall_of(page) is Problem.LOGIN_WALL


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://consent.portal.example/m", Problem.CONSENT_WALL),
        ("https://portal.example/captcha/1", Problem.CAPTCHA),
        ("https://portal.example/prijava", Problem.LOGIN_WALL),
        ("https://portal.example/oglasi", None),
    ],
)
def test_an_address_tells_the_wall_behind_it(url: str, problem: Problem | None) -> None:
    assert wall_behind(url) is problem
