"""The night's step that files judged ads by their contacts: whole batches, and it finds by itself what is left."""

from __future__ import annotations

from functools import partial

from crawler.assessment import Assessment
from crawler.night import Night, StepReport
from crawler.store.engine import reading
from crawler.store.mentions import FiledMentions, UnlinkedAd, count_unlinked, save_mentions, unlinked_ads
from crawler.store.writing import in_transaction
from pipelines.connections.mentions import ContactKind, mentions_of
from pipelines.flyers.stored import flyer_keys

BATCH = 500
"""Ads a transaction."""


def file_contacts(night: Night) -> StepReport:
    """Files every ad whose current judgement was not filed yet. Counts: `ads`, `contacts`."""
    counts = {"ads": 0, "contacts": 0}
    after = 0
    with reading(night.engine) as connection:
        total = count_unlinked(connection)
    while True:
        with reading(night.engine) as connection:
            found = unlinked_ads(connection, after=after, limit=BATCH)
            filed = [_filed(ad, flyer_keys(connection, ad.version_id)) for ad in found]
        if not found:
            return StepReport(counts)
        in_transaction(night.engine, partial(save_mentions, found=filed))
        after = found[-1].ad_id
        counts["ads"] += len(filed)
        counts["contacts"] += sum(len(one.mentions) for one in filed)
        night.progress("filing contacts", counts["ads"], max(total, counts["ads"]))


def _filed(ad: UnlinkedAd, flyers: tuple[str, ...]) -> FiledMentions:
    said = "\n".join(part for part in (ad.title, ad.text, ad.contact) if part)
    mentions = mentions_of(Assessment.from_json(ad.result).contacts, said)
    named = [(mention.kind.value, mention.value) for mention in mentions]
    return FiledMentions(ad, (*named, *((ContactKind.IMAGE.value, key) for key in flyers)))
