"""Source manifests: what a source is, how it is read and within which limits; one `source.yml` in a folder a source.

How a kind of page is fetched and parsed is the business of `spiders`; this package only says what may be written.
Its modules build on one another: `parts`, `source` (what all kinds share), `kinds`, `reading`. All names that others
use are imported from here.
"""

from __future__ import annotations

from crawler.manifest.kinds import (
    AnySource,
    FeedSource,
    JsonApiSource,
    JsonStateSource,
    RegisterSource,
    RenderedSource,
    ScriptObjectSource,
    SelectorsSource,
    StructuredSource,
    TelegramSource,
    WordPressSource,
)
from crawler.manifest.parts import (
    Abroad,
    HonestHeader,
    ItemListing,
    JsonDetail,
    JsonListing,
    JsonRecord,
    Limits,
    LinkListing,
    ListLink,
    Markup,
    Paging,
    Rendering,
    Salary,
    ScriptDetail,
    ScriptListing,
    StateDetail,
    StateListing,
    Times,
)
from crawler.manifest.reading import (
    MANIFEST_FILE,
    ManifestsRead,
    find_manifest,
    load_manifests,
    manifest_files,
    read_manifest,
    read_manifests,
)
from crawler.manifest.source import MANUAL_SOURCE, SALARY_FIELDS, SourceManifest

__all__ = [
    "MANIFEST_FILE",
    "MANUAL_SOURCE",
    "SALARY_FIELDS",
    "Abroad",
    "AnySource",
    "FeedSource",
    "HonestHeader",
    "ItemListing",
    "JsonApiSource",
    "JsonDetail",
    "JsonListing",
    "JsonRecord",
    "JsonStateSource",
    "Limits",
    "LinkListing",
    "ListLink",
    "ManifestsRead",
    "Markup",
    "Paging",
    "RegisterSource",
    "RenderedSource",
    "Rendering",
    "Salary",
    "ScriptDetail",
    "ScriptListing",
    "ScriptObjectSource",
    "SelectorsSource",
    "SourceManifest",
    "StateDetail",
    "StateListing",
    "StructuredSource",
    "TelegramSource",
    "Times",
    "WordPressSource",
    "find_manifest",
    "load_manifests",
    "manifest_files",
    "read_manifest",
    "read_manifests",
]
