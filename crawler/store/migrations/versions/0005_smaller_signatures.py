"""Smaller signatures, and series that people split and merge.

Parts of texts are filed under 32 bits instead of 64, some twenty of them instead of forty, and the MinHash that nothing
read is kept no more. The old keys mean nothing to the new ones: current versions get new signatures in the next night,
each in the series it stands in.
"""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import Json, UtcTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Makes the tables anew that hold what the next night works out again."""
    _forget_signatures()
    op.drop_table("bands")
    with op.batch_alter_table("signatures") as signatures:
        signatures.drop_column("minhash")
        signatures.alter_column("text_key", existing_type=sa.String(64), type_=sa.String(32), existing_nullable=False)
    _create_bands(sa.Integer())
    _create_decisions()


def downgrade() -> None:
    """Forgets the signatures again, and who split and merged what."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER series_decisions_no_change ON series_decisions")
        op.execute("DROP FUNCTION series_decisions_are_append_only()")
    op.drop_table("series_decisions")
    _forget_signatures()
    op.drop_table("bands")
    with op.batch_alter_table("signatures") as signatures:
        signatures.add_column(sa.Column("minhash", sa.LargeBinary(), nullable=False))
        signatures.alter_column("text_key", existing_type=sa.String(32), type_=sa.String(64), existing_nullable=False)
    _create_bands(sa.BigInteger())


def _forget_signatures() -> None:
    op.execute("DELETE FROM bands")
    op.execute("DELETE FROM signatures")
    op.execute("UPDATE ads SET grouped_version_id = NULL")


def _create_bands(key: sa.types.TypeEngine[int]) -> None:
    op.create_table(
        "bands",
        sa.Column("band", key, autoincrement=False, nullable=False),
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["signatures.version_id"], name=op.f("fk_bands_version_id")),
        sa.PrimaryKeyConstraint("band", "version_id", name=op.f("pk_bands")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bands_version_id", "bands", ["version_id"])


def _create_decisions() -> None:
    op.create_table(
        "series_decisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("decision", sa.String(10), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("ads", Json, nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_decisions_series_id")),
        sa.ForeignKeyConstraint(["other_id"], ["series.id"], name=op.f("fk_series_decisions_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_series_decisions_series_id"), "series_decisions", ["series_id"])
    op.create_index(op.f("ix_series_decisions_other_id"), "series_decisions", ["other_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """
            CREATE FUNCTION series_decisions_are_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'what people decided about series is append-only'; END $$
            """
        )
        op.execute(
            """
            CREATE TRIGGER series_decisions_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON series_decisions
            FOR EACH STATEMENT EXECUTE FUNCTION series_decisions_are_append_only()
            """
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"""
            CREATE TRIGGER series_decisions_no_{event.lower()} BEFORE {event} ON series_decisions
            BEGIN SELECT RAISE(ABORT, 'what people decided about series is append-only'); END
            """
        )
