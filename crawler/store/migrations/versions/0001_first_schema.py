"""First schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crawler.store.schema import UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "captures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("record_id", sa.String(length=60), nullable=False),
        sa.Column("record_type", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", UtcTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("revisit_of", sa.String(length=60), nullable=True),
        sa.Column("screenshot_record_id", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sa.UniqueConstraint("record_id", name=op.f("uq_captures_record_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_digest"), ["digest"], unique=False)

    op.create_table(
        "custody",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_custody")),
        sa.UniqueConstraint("hash", name=op.f("uq_custody_hash")),
    )
    with op.batch_alter_table("custody", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custody_subject"), ["subject"], unique=False)

    op.create_table(
        "nights",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column(
            "summary", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nights")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("first_fetched", UtcTime(), nullable=False),
        sa.Column("last_fetched", UtcTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pages")),
        sa.UniqueConstraint("url_key", name=op.f("uq_pages_url_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "register_snapshots",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_snapshots")),
        sa.UniqueConstraint("digest", "as_of", name=op.f("uq_register_snapshots_digest_as_of")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("register_snapshots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_snapshots_as_of"), ["as_of"], unique=False)

    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ads",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("last_seen", UtcTime(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("grouped_version_id", sa.Integer(), nullable=True),
        sa.Column("assessed_version_id", sa.Integer(), nullable=True),
        sa.Column("assessed_basis", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_ads_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ads")),
        sa.UniqueConstraint("url_key", name=op.f("uq_ads_url_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ads_assessed_basis"), ["assessed_basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_ads_first_seen"), ["first_seen"], unique=False)
        batch_op.create_index(batch_op.f("ix_ads_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ads_source"), ["source"], unique=False)
        batch_op.create_index(
            "ix_ads_unassessed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("version_id IS NOT assessed_version_id"),
            postgresql_where=sa.text("version_id IS DISTINCT FROM assessed_version_id"),
        )
        batch_op.create_index(
            "ix_ads_ungrouped",
            ["id"],
            unique=False,
            sqlite_where=sa.text("version_id IS NOT grouped_version_id"),
            postgresql_where=sa.text("version_id IS DISTINCT FROM grouped_version_id"),
        )

    op.create_table(
        "register_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("licence_number", sa.String(length=80), nullable=True),
        sa.Column("licence_date", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column(
            "phones", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("pib", sa.String(length=9), nullable=True),
        sa.Column("mb", sa.String(length=8), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["register_snapshots.id"], name=op.f("fk_register_entries_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entries")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_entries_snapshot_id"), ["snapshot_id"], unique=False)

    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("night_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("ads", sa.Integer(), nullable=False),
        sa.Column("new_ads", sa.Integer(), nullable=False),
        sa.Column(
            "problems", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name=op.f("fk_runs_night_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("night_id", "source", name=op.f("uq_runs_night_id_source")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ad_versions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_seen", UtcTime(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("listing_capture_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column(
            "posting", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_ad_versions_ad_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_ad_versions_capture_id")),
        sa.ForeignKeyConstraint(
            ["listing_capture_id"], ["captures.id"], name=op.f("fk_ad_versions_listing_capture_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ad_versions")),
        sa.UniqueConstraint("ad_id", "content_hash", name=op.f("uq_ad_versions_ad_id_content_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ad_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ad_versions_content_hash"), ["content_hash"], unique=False)

    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("assessed_at", UtcTime(), nullable=False),
        sa.Column("is_job_ad", sa.Boolean(), nullable=False),
        sa.Column("abroad", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("mediator_key", sa.String(length=200), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column(
            "result", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_assessments_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("version_id", "basis", name=op.f("uq_assessments_version_id_basis")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessments_level"), ["level"], unique=False)

    op.create_table(
        "sightings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("ad_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("night_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["ad_id"], ["ads.id"], name=op.f("fk_sightings_ad_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_sightings_capture_id")),
        sa.ForeignKeyConstraint(["night_id"], ["nights.id"], name=op.f("fk_sightings_night_id")),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_sightings_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("ad_id", "night_id", name=op.f("uq_sightings_ad_id_night_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.create_index("ix_sightings_night_id", ["night_id"], unique=False)

    op.create_table(
        "signatures",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("text_key", sa.String(length=64), nullable=False),
        sa.Column("minhash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_signatures_series_id")),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_signatures_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_signatures")),
    )
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signatures_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signatures_text_key"), ["text_key"], unique=False)

    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["signatures.version_id"], name=op.f("fk_bands_version_id")),
        sa.PrimaryKeyConstraint("band", "version_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("bands", schema=None) as batch_op:
        batch_op.create_index("ix_bands_version_id", ["version_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("mediator_key", sa.String(length=200), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessments.id"], name=op.f("fk_cases_assessment_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_cases_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("series_id", "mediator_key", name=op.f("uq_cases_series_id_mediator_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cases_state"), ["state"], unique=False)
        batch_op.create_index("ix_cases_state_level", ["state", "level"], unique=False)

    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_events_case_id"), ["case_id"], unique=False)

    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=60), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_drafts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("case_id", "recipient", name=op.f("uq_drafts_case_id_recipient")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("drafts")
    with op.batch_alter_table("case_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_events_case_id"))

    op.drop_table("case_events")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_state_level")
        batch_op.drop_index(batch_op.f("ix_cases_state"))

    op.drop_table("cases")
    with op.batch_alter_table("bands", schema=None) as batch_op:
        batch_op.drop_index("ix_bands_version_id")

    op.drop_table("bands")
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signatures_text_key"))
        batch_op.drop_index(batch_op.f("ix_signatures_series_id"))

    op.drop_table("signatures")
    with op.batch_alter_table("sightings", schema=None) as batch_op:
        batch_op.drop_index("ix_sightings_night_id")

    op.drop_table("sightings")
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessments_level"))

    op.drop_table("assessments")
    with op.batch_alter_table("ad_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ad_versions_content_hash"))

    op.drop_table("ad_versions")
    op.drop_table("runs")
    with op.batch_alter_table("register_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_entries_snapshot_id"))

    op.drop_table("register_entries")
    with op.batch_alter_table("ads", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_ads_ungrouped",
            sqlite_where=sa.text("version_id IS NOT grouped_version_id"),
            postgresql_where=sa.text("version_id IS DISTINCT FROM grouped_version_id"),
        )
        batch_op.drop_index(
            "ix_ads_unassessed",
            sqlite_where=sa.text("version_id IS NOT assessed_version_id"),
            postgresql_where=sa.text("version_id IS DISTINCT FROM assessed_version_id"),
        )
        batch_op.drop_index(batch_op.f("ix_ads_source"))
        batch_op.drop_index(batch_op.f("ix_ads_series_id"))
        batch_op.drop_index(batch_op.f("ix_ads_first_seen"))
        batch_op.drop_index(batch_op.f("ix_ads_assessed_basis"))

    op.drop_table("ads")
    op.drop_table("series")
    with op.batch_alter_table("register_snapshots", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_register_snapshots_as_of"))

    op.drop_table("register_snapshots")
    op.drop_table("people")
    op.drop_table("pages")
    op.drop_table("nights")
    with op.batch_alter_table("custody", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_custody_subject"))

    op.drop_table("custody")
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_captures_digest"))

    op.drop_table("captures")
