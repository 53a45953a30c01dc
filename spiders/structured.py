"""JobPosting data inside a page: JSON-LD first, microdata and RDFa only where there is none.

Which pages to look at is the business of the kinds.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
from w3lib.encoding import html_to_unicode

from crawler.items import JobPosting
from crawler.notations import FieldName
from spiders.lenient_json import parse_values
from spiders.posting import Stated, build_ad

Node = Mapping[str, Any]
"""A schema.org object as JSON."""

SCRIPT_OPENING = re.compile(r"<script\b([^>]*+)(?:>|\Z)", re.IGNORECASE)
"""One that the page breaks off in takes all the rest: it must not be looked for anew behind each further beginning."""
LD_JSON = re.compile(r"application/(?:ld\+json|json\+ld)", re.IGNORECASE)
VOCABULARY = re.compile(r"^https?://(?:www\.)?schema\.org/|^schema:")
FURTHER_TEXTS = (
    "responsibilities",
    "qualifications",
    "experienceRequirements",
    "educationRequirements",
    "skills",
    "jobBenefits",
    "incentiveCompensation",
    "workHours",
    "specialCommitments",
)
"""Parts of an ad that belong to its text, where the description does not hold them already."""
SYNTAX_MARKS = {"microdata": re.compile("itemtype", re.IGNORECASE), "rdfa": re.compile("typeof", re.IGNORECASE)}
MAX_NODES = 50_000
MAX_POSTINGS = 5_000
"""Of one page; each is compared with all before it."""
LONGEST_SCRIPT = 2_000_000
"""Characters; what is longer wants to keep us busy, or our memory full."""


def extract_postings(html: bytes | str, url: str) -> list[JobPosting]:
    """All JobPostings stated in the page, in order, each once; an empty list where there are none."""
    names = [field.name for field in attrs.fields(JobPosting)]
    now = datetime.now(UTC)
    found = stated_postings(html, url)
    if len(found) == 1:
        # The page is the ad's address; what its data call `url` is often the employer's site.
        found = [{**found[0], "url": None}]
    built = [build_ad(stated, source="", base_url=url, fetched_at=now) for stated in found]
    return [JobPosting(**{name: getattr(ad, name) for name in names}) for ad in built if ad is not None]


def stated_postings(html: bytes | str, url: str) -> list[Stated]:
    """What the page states about its postings, for `spiders.posting`; the same posting given twice is one."""
    found: list[Stated] = []
    for node in _posting_nodes(_decoded(html), url)[:MAX_POSTINGS]:
        stated = _stated(node)
        if stated not in found:
            found.append(stated)
    return found


def _decoded(html: bytes | str) -> str:
    return html if isinstance(html, str) else str(html_to_unicode(None, html, default_encoding="utf-8")[1])


def _posting_nodes(html: str, url: str) -> list[Node]:
    if "JobPosting" not in html:
        return []
    documents: list[Any] = [value for script in _ld_json_scripts(html) for value in parse_values(script)]
    nodes = _nodes_of(documents)
    for syntax, mark in SYNTAX_MARKS.items():
        if not nodes and mark.search(html):
            nodes = _nodes_of(_embedded(html, url, syntax))
    return nodes


def _ld_json_scripts(html: str) -> Iterator[str]:
    position = 0
    while opening := SCRIPT_OPENING.search(html, position):
        end = html.find("</script", opening.end())
        position = end if end >= 0 else len(html)
        if LD_JSON.search(opening[1]) and position - opening.end() <= LONGEST_SCRIPT:
            yield html[opening.end() : position]


def _embedded(html: str, url: str, syntax: str) -> list[Any]:
    import extruct  # noqa: PLC0415 - takes a while to load, and few pages need it

    found = extruct.extract(html, base_url=url, syntaxes=[syntax], uniform=True, errors="log")
    data: list[Any] = found.get(syntax, [])
    return [_without_vocabulary(node) for node in data] if syntax == "rdfa" else data


def _without_vocabulary(value: Any) -> Any:
    """Expanded JSON-LD with short names and plain values."""
    if isinstance(value, list):
        plain = [_without_vocabulary(part) for part in value]
        return plain[0] if len(plain) == 1 else plain
    if not isinstance(value, dict):
        return VOCABULARY.sub("", value) if isinstance(value, str) else value
    if "@value" in value:
        return value["@value"]
    return {VOCABULARY.sub("", key): _without_vocabulary(inner) for key, inner in value.items()}


def _nodes_of(documents: list[Any]) -> list[Node]:
    """Objects of type JobPosting, wherever they are nested, with references by `@id` resolved one level deep."""
    objects = list(_objects(documents))
    by_id = {node["@id"]: node for node in objects if isinstance(node.get("@id"), str) and len(node) > 1}
    return [_resolved(node, by_id) for node in objects if _is_posting(node)]


def _objects(documents: list[Any]) -> Iterator[dict[str, Any]]:
    queue, taken = deque(documents), 0
    while queue and taken < MAX_NODES:
        value, taken = queue.popleft(), taken + 1
        if isinstance(value, dict):
            yield value
            queue.extend(value.values())
        elif isinstance(value, list):
            queue.extendleft(reversed(value))


def _is_posting(node: Node) -> bool:
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return any(isinstance(name, str) and re.split(r"[/:#]", name)[-1] == "JobPosting" for name in names)


def _resolved(node: Node, by_id: Mapping[str, Node]) -> Node:
    return {key: _target(value, by_id) for key, value in node.items()}


def _target(value: Any, by_id: Mapping[str, Node]) -> Any:
    if isinstance(value, list):
        return [_target(part, by_id) for part in value]
    if isinstance(value, dict) and isinstance(value.get("@id"), str):
        target = by_id.get(value["@id"])
        if target is not None and len(value) == 1:
            return {
                key: by_id.get(inner["@id"], inner) if _is_reference(inner) else inner for key, inner in target.items()
            }
    return value


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str)


def _stated(node: Node) -> Stated:
    names: dict[FieldName, str] = {
        "url": "url",
        "jobPostingId": "identifier",
        "jobTitle": "title",
        "hiringOrganization": "hiringOrganization",
        "jobLocation": "jobLocation",
        "datePublished": "datePosted",
        "dateModified": "dateModified",
        "validThrough": "validThrough",
        "jobStartDate": "jobStartDate",
        "employmentType": "employmentType",
        "baseSalary": "baseSalary",
        "salaryCurrency": "salaryCurrency",
        "imageUrls": "image",
    }
    stated: dict[FieldName, object] = {field: node.get(name) for field, name in names.items()}
    stated["jobTitle"] = stated["jobTitle"] or node.get("name")
    identifier = stated["jobPostingId"]
    stated["jobPostingId"] = identifier.get("value") if isinstance(identifier, Mapping) else identifier
    stated["baseSalary"] = stated["baseSalary"] or node.get("estimatedSalary")
    stated["description"] = _description(node)
    stated["requirements"] = node.get("qualifications")
    stated["contactRaw"] = _contacts(node)
    return stated


def _description(node: Node) -> list[object]:
    main = node.get("description")
    known = str(main or "")
    further = [value for name in FURTHER_TEXTS if (value := node.get(name)) and str(value) not in known]
    return [part for value in (main, *further) for part in (value if isinstance(value, list) else [value])]


def _contacts(node: Node) -> list[object]:
    """Phones, e-mails, addresses and names that the data give for applications and for the organisation."""
    organization = node.get("hiringOrganization")
    parts = [node.get("applicationContact"), organization]
    lines = []
    for part in parts:
        if isinstance(part, Mapping):
            own_name = part.get("name") if part is not organization else None
            address = part.get("address")
            street = address.get("streetAddress") if isinstance(address, Mapping) else address
            lines += [own_name, part.get("telephone"), part.get("email"), street, part.get("sameAs"), part.get("url")]
    flat = [line for value in lines for line in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(line for line in flat if isinstance(line, str) and line))
