"""What a night finds without a look at the whole store: touched ads, cases without drafts, visits that are due."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime
from crawler.store.writing import chunks
from crawler.visiting import due_on

revision = "0022"
down_revision = "0021"

UNEXAMINED = (
    ("version_id", "examined_version_id"),
    ("assessed_basis", "examined_basis"),
    ("series_id", "examined_series_id"),
)
UNLAID = (("assessment_id", "laid_assessment_id"),)
INDEXES = {
    "ix_ads_source_last_seen": ("ads", ["source", "last_seen"]),
    "ix_pages_source_last_fetched": ("pages", ["source", "last_fetched"]),
    "ix_captures_file_offset": ("captures", ["file", "offset"]),
    "ix_ad_visits_due": ("ad_visits", ["due"]),
}


def upgrade() -> None:
    """Adds the columns and indexes, and plans the visits of the ads that there are."""
    op.add_column("ads", sa.Column("examined_version_id", sa.Integer(), nullable=True))
    op.add_column("ads", sa.Column("examined_basis", sa.String(length=64), nullable=True))
    op.add_column("ads", sa.Column("examined_series_id", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("laid_assessment_id", sa.Integer(), nullable=True))
    op.add_column("ad_visits", sa.Column("due", sa.Date(), nullable=True))
    _plan_visits(op.get_bind())
    op.execute(
        "UPDATE ad_versions SET pictures = 'unfinished' WHERE pictures = 'stated' AND id IN (SELECT ads.version_id"
        " FROM ads JOIN assessments ON assessments.version_id = ads.version_id"
        " WHERE assessments.basis = ads.assessed_basis AND (assessments.level <> 'low' OR assessments.proposed))"
    )
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    _create_partial("ix_ads_unexamined", "ads", ["id"], UNEXAMINED)
    _create_partial("ix_cases_unlaid", "cases", ["state", "id"], UNLAID)


def _create_partial(name: str, table: str, columns: list[str], pairs: tuple[tuple[str, str], ...]) -> None:
    sqlite, postgresql = (
        sa.text(" OR ".join(f"{one} {differs} {other}" for one, other in pairs))
        for differs in ("IS NOT", "IS DISTINCT FROM")
    )
    op.create_index(name, table, columns, sqlite_where=sqlite, postgresql_where=postgresql)


def _plan_visits(connection: sa.Connection) -> None:
    visited = sa.text(
        "SELECT ad_visits.ad_id, ad_visits.visited_at, ad_versions.first_seen AS changed_at,"
        " (SELECT count(*) FROM misses WHERE misses.ad_id = ads.id AND misses.at > ads.last_seen) AS missed"
        " FROM ad_visits JOIN ads ON ads.id = ad_visits.ad_id JOIN ad_versions ON ad_versions.id = ads.version_id"
        " WHERE ad_visits.visited_at IS NOT NULL"
    ).columns(ad_id=sa.Integer(), visited_at=UtcTime(), changed_at=UtcTime(), missed=sa.Integer())
    planned = sa.text("UPDATE ad_visits SET due = :day WHERE ad_id = :ad").bindparams(
        sa.bindparam("day", type_=sa.Date())
    )
    for rows in chunks(connection.execute(visited).all()):
        found = [
            {"ad": row.ad_id, "day": due_on(row.changed_at.date(), row.visited_at.date(), misses=row.missed)}
            for row in rows
        ]
        connection.execute(planned, found)


def downgrade() -> None:
    """Drops them."""
    op.drop_index("ix_ads_unexamined", "ads")
    op.drop_index("ix_cases_unlaid", "cases")
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
    op.drop_column("ad_visits", "due")
    op.drop_column("cases", "laid_assessment_id")
    for name in ("examined_version_id", "examined_basis", "examined_series_id"):
        op.drop_column("ads", name)
