"""The notations a manifest may use, checked when it is read: selectors, expressions, addresses, crontab lines.

What a manifest says with them stands in `crawler.manifest`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jmespath
from cssselect import SelectorError
from jmespath.exceptions import JMESPathError
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator

from crawler.cron import BelgradeCron
from crawler.reaching import is_web_address

FieldName = Literal[
    "url",
    "jobPostingId",
    "jobTitle",
    "description",
    "requirements",
    "hiringOrganization",
    "jobLocation",
    "datePublished",
    "dateModified",
    "validThrough",
    "jobStartDate",
    "employmentType",
    "baseSalary",
    "salaryMin",
    "salaryMax",
    "salaryCurrency",
    "salaryUnit",
    "contactRaw",
    "imageUrls",
    "category",
]
"""What a page can state about an ad: names of zyte-common-items, with the parts of a salary apart.

`category` is the site's own word that tells work abroad from other work (`crawler.manifest.Abroad`)."""


def _css(selector: str) -> str:
    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError as error:
        raise ValueError(f"is not a CSS selector: {error}") from error
    return selector


def _jmespath(expression: str) -> str:
    try:
        jmespath.compile(expression)
    except JMESPathError as error:
        raise ValueError(f"is not a JMESPath expression: {str(error).splitlines()[0]}") from error
    return expression


def _web_address(url: str) -> str:
    if not is_web_address(url):
        raise ValueError("is not an http(s) address")
    return url


def _cron(expression: str) -> str:
    BelgradeCron.of_line(expression)
    return expression


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone; try Europe/Belgrade") from error
    return name


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return pattern


Css = Annotated[str, AfterValidator(_css)]
"""A CSS selector; `::attr(name)` and `::text` as in Scrapy. Without them the whole element is meant."""
JmesPath = Annotated[str, AfterValidator(_jmespath)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Cron = Annotated[str, AfterValidator(_cron)]
Pattern = Annotated[str, AfterValidator(_regular_expression)]
ZoneName = Annotated[str, AfterValidator(_zone)]
"""IANA name of a time zone."""
