"""Judgements of ads, the cases made of them, what a list of cases is asked by, and what people decided."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from crawler.store.schema.columns import Json, UtcTime, metadata, own_id, reference

assessments = Table(
    "assessments",
    metadata,
    own_id(),
    reference("version_id", "ad_versions.id", nullable=False),
    Column("basis", String(64), nullable=False, doc="pipelines.steps.Basis.key"),
    Column("assessed_at", UtcTime, nullable=False),
    Column("is_job_ad", Boolean, nullable=False),
    Column("abroad", Boolean, nullable=False),
    Column("level", String(10), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("verdict", String(20)),
    Column("mediator_key", String(200), nullable=False, index=True, doc="Folded name, or contact where none is named"),
    Column("proposed", Boolean, nullable=False),
    Column("result", Json, nullable=False, doc="Assessment.to_json()"),
    # What reports count by stands in columns: to read it out of `result` is most of what a year's report would cost.
    Column("stale", Boolean, nullable=False, doc="The list was too old: the register's answer says nothing of anybody"),
    Column(
        "named_kind", String(20), doc="crawler.assessment.MediatorKind of a mediator that is named; None: it is not"
    ),
    Column("destinations", Text, nullable=False, doc="Codes, each once, with spaces between them"),
    Column("indicators", Text, nullable=False, doc="Codes as above"),
    Column("referral", Text, nullable=False, doc="Codes of hard triggers as above"),
    UniqueConstraint("version_id", "basis"),
    sqlite_autoincrement=True,
)

contact_mentions = Table(
    "contact_mentions",
    metadata,
    Column("kind", String(10), primary_key=True, doc="pipelines.connections.ContactKind"),
    Column("value", String(200), primary_key=True),
    Column("version_id", Integer, ForeignKey("ad_versions.id"), primary_key=True, autoincrement=False),
    reference("ad_id", "ads.id", nullable=False),
    reference("assessment_id", "assessments.id", nullable=False),
    # Looked up by contact, never by row number.
    sqlite_with_rowid=False,
)
Index("ix_contact_mentions_version_id", contact_mentions.c.version_id)

# The level for ordering, as crawler.assessment.RiskLevel.rank tells it.
_RANK = "CASE level WHEN 'critical' THEN 3 WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END"

cases = Table(
    "cases",
    metadata,
    own_id(),
    reference("series_id", "series.id", nullable=False),
    Column("mediator_key", String(200), nullable=False),
    reference("assessment_id", "assessments.id", nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("level", String(10), nullable=False),
    Column("rank", Integer, Computed(_RANK)),
    Column("score", Float, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("indexed_assessment_id", Integer, doc="Assessment by which the case was last indexed for searching"),
    Column("laid_assessment_id", Integer, doc="Assessment for which all drafts were laid ready, if it asked for any"),
    UniqueConstraint("series_id", "mediator_key"),
    sqlite_autoincrement=True,
)
# As ix_ads_unassessed.
Index(
    "ix_cases_unindexed",
    cases.c.id,
    sqlite_where=text("assessment_id IS NOT indexed_assessment_id"),
    postgresql_where=text("assessment_id IS DISTINCT FROM indexed_assessment_id"),
)
Index(
    "ix_cases_unlaid",
    cases.c.state,
    cases.c.id,
    sqlite_where=text("assessment_id IS NOT laid_assessment_id"),
    postgresql_where=text("assessment_id IS DISTINCT FROM laid_assessment_id"),
)
Index("ix_cases_worst_first", cases.c.state, cases.c.rank, cases.c.score, cases.c.opened_at, cases.c.id)

# Compared byte by byte on both databases, so that words that begin alike are one range of the key.
_Word = String(40).with_variant(String(40, collation="C"), "postgresql")

case_words = Table(
    "case_words",
    metadata,
    Column("word", _Word, primary_key=True, doc="Folded, of the leading ad"),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

case_facets = Table(
    "case_facets",
    metadata,
    Column("kind", String(12), primary_key=True, doc="crawler.store.case_index.Facet"),
    Column("value", String(80), primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.id"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

saved_views = Table(
    "saved_views",
    metadata,
    own_id(),
    reference("person_id", "people.id", nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("query", Text, nullable=False, doc="What the list of cases asks for, as in its address"),
    Column("is_shared", Boolean, nullable=False, doc="Everybody at the desk sees it"),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("person_id", "name"),
    sqlite_autoincrement=True,
)

case_events = Table(
    "case_events",
    metadata,
    own_id(),
    reference("case_id", "cases.id", nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("person", String(200), nullable=False, doc="E-mail of the person, or `system`"),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("decision", String(20), doc="alerts.cases.Decision, or `undo`; None: a note, or older than the column"),
    Column("reason", String(30), doc="alerts.cases.DismissReason of a dismissal"),
    Column("undoes", Integer, doc="Id of the event that this one takes back"),
    sqlite_autoincrement=True,
)
Index("ix_case_events_at", case_events.c.at)
Index("ix_case_events_person_at", case_events.c.person, case_events.c.at)
Index("ix_case_events_decision_case_id", case_events.c.decision, case_events.c.case_id)

case_links = Table(
    "case_links",
    metadata,
    own_id(),
    reference("kept_id", "cases.id", nullable=False, index=True, doc="The case that goes on for both"),
    reference("joined_id", "cases.id", nullable=False, index=True),
    reference("event_id", "case_events.id", nullable=False, doc="Of the joined case"),
    reference("ended_event_id", "case_events.id", doc="By which a person parted them again"),
    sqlite_autoincrement=True,
)
