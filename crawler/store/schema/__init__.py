"""The tables of the store. Migrations in `migrations/` create them; queries live beside, a module an area.

Every table is in the module of its area and is imported from here; tables name one another by text, so no module of
an area needs another.

Numbers are never given twice (`sqlite_autoincrement`): that of a deleted row must not come to mean another.
Times are aware UTC (`UtcTime`), hashes lower-case hex, JSON only where a value is kept whole and never searched.
"""

from __future__ import annotations

from crawler.store.schema.ads import (
    ad_versions,
    ad_visits,
    ads,
    bands,
    intakes,
    misses,
    series,
    series_decisions,
    sightings,
    signatures,
)
from crawler.store.schema.cases import (
    assessments,
    case_events,
    case_facets,
    case_links,
    case_words,
    cases,
    contact_mentions,
    saved_views,
)
from crawler.store.schema.columns import Json, UtcTime, metadata
from crawler.store.schema.complaints import approvals, draft_versions, drafts, filing_outcomes, filings
from crawler.store.schema.evidence import captures, custody, pages, screenshots, timestamps
from crawler.store.schema.messages import alarms, deliveries, messages
from crawler.store.schema.nights import health_alerts, nights, runs, schedulers, source_actions
from crawler.store.schema.people import (
    api_tokens,
    audit_log,
    audit_purges,
    desk_sessions,
    login_failures,
    people,
    recovery_codes,
)
from crawler.store.schema.pictures import ad_images, image_addresses, image_bands, images
from crawler.store.schema.register import register_aliases, register_entries, register_fetches, register_snapshots

__all__ = [
    "Json",
    "UtcTime",
    "ad_images",
    "ad_versions",
    "ad_visits",
    "ads",
    "alarms",
    "api_tokens",
    "approvals",
    "assessments",
    "audit_log",
    "audit_purges",
    "bands",
    "captures",
    "case_events",
    "case_facets",
    "case_links",
    "case_words",
    "cases",
    "contact_mentions",
    "custody",
    "deliveries",
    "desk_sessions",
    "draft_versions",
    "drafts",
    "filing_outcomes",
    "filings",
    "health_alerts",
    "image_addresses",
    "image_bands",
    "images",
    "intakes",
    "login_failures",
    "messages",
    "metadata",
    "misses",
    "nights",
    "pages",
    "people",
    "recovery_codes",
    "register_aliases",
    "register_entries",
    "register_fetches",
    "register_snapshots",
    "runs",
    "saved_views",
    "schedulers",
    "screenshots",
    "series",
    "series_decisions",
    "sightings",
    "signatures",
    "source_actions",
    "timestamps",
]
