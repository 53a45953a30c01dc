"""Adding a source: its folder with a manifest to fill in, and saved pages with what is read from them.

The folder fails `adwatch sources check` until a saved page gives an ad. How pages are read again: `spiders.golden`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template
from typing import Literal

from w3lib.encoding import html_to_unicode

from crawler.belgrade import day_in_belgrade
from crawler.config import Settings
from crawler.errors import SourceError, UsageError
from crawler.fetching import fetch_one_page, require_fetchable
from crawler.files import write_whole
from crawler.items import FetchedPage
from crawler.manifest import MANIFEST_FILE, AnySource, manifest_files, read_manifest
from spiders.golden import EXPECTED_FILE, RESPONSES, GoldenPage, golden_pages, listed_by, read_again, write_expected
from spiders.kinds.of_source import KINDS
from spiders.redacting import redact_page

SKELETONS = Path(__file__).parent / "skeletons"
BUILT_IN = Path(__file__).parent / "sources"
ID = re.compile(r"[a-z][a-z0-9_]{1,79}")
LARGEST_PAGE = 20 * 1024 * 1024
"""Bytes of a saved page."""
PAGE_NAMES = {"listing": "lista", "ad": "oglas"}

Reads = Literal["listing", "ad"]


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page that was saved for a source."""

    golden: GoldenPage
    replaced: dict[str, int]
    """How many values of each sort of personal data were replaced."""


def new_source(settings: Settings, source: str, *, kind: str, url: str, built_in: bool, today: date) -> Path:
    """Makes the folder of a source that is still to be filled in.

    Raises UsageError where id, kind or address cannot be used, or the source is there already.
    """
    _require_new(settings, source)
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind}; known: {', '.join(KINDS)}")
    require_fetchable(url)
    folder = (BUILT_IN if built_in else settings.home / "sources") / source
    if folder.exists():
        raise UsageError(f"{folder} is there already")
    values = {"id": source, "kind": kind, "url": json.dumps(url), "today": today.isoformat()}
    parts = (_skeleton(name) for name in ("head", kind, "tail"))
    # Only known names are replaced: a regular expression may end in `$`.
    manifest = Template("".join(parts)).safe_substitute(values)
    try:
        (folder / "pages").mkdir(parents=True)
        write_expected(folder, [])
        write_whole(folder / MANIFEST_FILE, manifest.encode(), mode=0o644)
        read_manifest(folder / MANIFEST_FILE)
    except (OSError, SourceError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"{folder} cannot be made: {error}") from error
    return folder


def save_page(settings: Settings, folder: Path, given: str, *, url: str = "", reads: Reads | None = None) -> SavedPage:
    """Saves a page, redacted, with what is read from it now; a page of the same address is saved anew.

    `given` is an address, fetched once under all rules, or a file that a browser saved from `url` (by default the
    source's start address). Raises UsageError, SourceError, FetchError; then nothing is written.
    """
    manifest = read_manifest(folder / MANIFEST_FILE)
    url, text = _given_page(settings, manifest, given, url)
    reads = reads or ("listing" if manifest.is_first_address(url) or _has_no_pages_of_ads(manifest) else "ad")
    redacted = redact_page(text, names_at=_selectors_of_contacts(manifest))
    # As links to it on other saved pages: an address may hold the token of a visit.
    url = redact_page(url).text
    pages = golden_pages(folder) if (folder / EXPECTED_FILE).exists() else []
    earlier = next((page for page in pages if (page.url, page.reads) == (url, reads)), None)
    name = earlier.page if earlier else _free_name(folder, reads, _suffix(manifest, redacted.text))
    listed = listed_by(folder, pages).get(url, {}) if reads == "ad" else {}
    asked = GoldenPage(page=name, url=url, reads=reads, listed=listed)
    golden = _write_and_read(folder, asked, redacted.text)
    write_expected(folder, [*(page for page in pages if page != earlier), golden])
    return SavedPage(golden, redacted.replaced)


def _given_page(settings: Settings, manifest: AnySource, given: str, url: str) -> tuple[str, str]:
    """Address and text of the page, fetched or out of a file."""
    if re.match(r"https?://", given):
        found = fetch_one_page(settings, given, source=manifest.id, named=True).page
        assert found is not None  # noqa: S101 - a result without a page is an error
        return given, _decoded(found)
    url = url or manifest.first_addresses(day_in_belgrade(datetime.now(UTC)))[0]
    require_fetchable(url)
    return url, _read_file(Path(given))


def as_reads(given: str | None) -> Reads | None:
    """The word as a value. Raises UsageError for another word."""
    if given not in (None, "listing", "ad"):
        raise UsageError(f"--reads is listing or ad, not {given}")
    return given  # type: ignore[return-value]


def _require_new(settings: Settings, source: str) -> None:
    if not ID.fullmatch(source):
        raise UsageError(f"{source} is no id of a source: small letters, digits and _, such as rs_portal")
    if source in {file.parent.name for file in manifest_files((*settings.source_folders, BUILT_IN))}:
        raise UsageError(f"there is a source {source} already")


def _skeleton(name: str) -> str:
    return (SKELETONS / f"{name}.yml").read_text(encoding="utf-8")


def _write_and_read(folder: Path, asked: GoldenPage, text: str) -> GoldenPage:
    file = folder / asked.page
    before = file.read_bytes() if file.exists() else None
    write_whole(file, text.encode("utf-8", "replace"), mode=0o644)
    try:
        return read_again(folder, asked)
    except BaseException:
        if before is None:
            file.unlink()
        else:
            write_whole(file, before, mode=0o644)
        raise


def _decoded(page: FetchedPage) -> str:
    content_type = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    return str(html_to_unicode(content_type if page.method == "http" else None, page.body, default_encoding="utf-8")[1])


def _read_file(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_PAGE:
            raise UsageError(f"{file} has more than {LARGEST_PAGE // 1024**2} MB")
        return str(html_to_unicode(None, file.read_bytes(), default_encoding="utf-8")[1])
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error


def _has_no_pages_of_ads(manifest: AnySource) -> bool:
    return manifest.kind in ("telegram", "rendered", "register", "feed", "wordpress")


def _selectors_of_contacts(manifest: AnySource) -> Sequence[str]:
    if manifest.kind not in ("structured", "selectors", "rendered"):
        return ()
    selector = manifest.fields.get("contactRaw")
    return (selector,) if selector else ()


def _suffix(manifest: AnySource, text: str) -> str:
    beginning = text.lstrip("\ufeff \r\n\t")[:1]
    if manifest.kind in ("json_api", "wordpress") or beginning in ("{", "["):
        return ".json"
    is_xml = manifest.kind == "feed" or re.match(r"\s*(?:<\?xml[^>]*>\s*)?<(?:urlset|sitemapindex|rss|feed)\b", text)
    return ".xml" if is_xml else ".html"


def _free_name(folder: Path, reads: Reads, suffix: str) -> str:
    assert suffix in RESPONSES  # noqa: S101 - else the page would be read as another kind of file
    return next(name for name in _names(reads, suffix) if not (folder / name).exists())


def _names(reads: Reads, suffix: str) -> Iterator[str]:
    yield f"pages/{PAGE_NAMES[reads]}{suffix}"
    yield from (f"pages/{PAGE_NAMES[reads]}-{number}{suffix}" for number in range(2, 10_000))
