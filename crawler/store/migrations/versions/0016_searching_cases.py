"""What cases are found by: words and facets of the leading ad, views that people saved, and the indexes for it."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0016"
down_revision = "0015"

RANK = "CASE level WHEN 'critical' THEN 3 WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END"
INDEXES = (
    ("ix_cases_worst_first", "cases", ["state", "rank", "score", "opened_at", "id"]),
    ("ix_ads_series_id_source_first_seen", "ads", ["series_id", "source", "first_seen"]),
    ("ix_case_events_at", "case_events", ["at"]),
    ("ix_case_events_person_id", "case_events", ["person", "id"]),
    ("ix_case_events_decision_case_id", "case_events", ["decision", "case_id"]),
)


def upgrade() -> None:
    """Adds them; cases of before are indexed by the next night."""
    op.add_column("cases", sa.Column("indexed_assessment_id", sa.Integer(), nullable=True))
    # SQLite adds only virtual ones to a table that is there, PostgreSQL indexes only stored ones.
    stored = op.get_bind().dialect.name == "postgresql"
    op.add_column("cases", sa.Column("rank", sa.Integer(), sa.Computed(RANK, persisted=stored), nullable=True))
    op.create_index(
        "ix_cases_unindexed",
        "cases",
        ["id"],
        sqlite_where=sa.text("assessment_id IS NOT indexed_assessment_id"),
        postgresql_where=sa.text("assessment_id IS DISTINCT FROM indexed_assessment_id"),
    )
    word = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
    _add_index_table("case_words", sa.Column("word", word, nullable=False))
    _add_index_table(
        "case_facets",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
    )
    _add_views()
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    # Longer ones serve wherever these did.
    op.drop_index("ix_ads_series_id", "ads")
    op.drop_index("ix_cases_state_level", "cases")


def _add_index_table(name: str, *keys: sa.Column[str]) -> None:
    op.create_table(
        name,
        *keys,
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{name}_case_id")),
        sa.PrimaryKeyConstraint(*(key.name for key in keys), "case_id", name=op.f(f"pk_{name}")),
        sqlite_with_rowid=False,
    )


def _add_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_saved_views_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_views_person_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_saved_views_person_id"), "saved_views", ["person_id"])


def downgrade() -> None:
    """Takes the change back."""
    op.create_index("ix_cases_state_level", "cases", ["state", "level"])
    op.create_index("ix_ads_series_id", "ads", ["series_id"])
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    for table in ("saved_views", "case_facets", "case_words"):
        op.drop_table(table)
    op.drop_index("ix_cases_unindexed", "cases")
    for column in ("rank", "indexed_assessment_id"):
        op.drop_column("cases", column)
