"""Pictures of ads: their files, addresses, hashes, and what is written on them."""

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import UtcTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the tables, and what ads say of their pictures."""
    op.create_table(
        "images",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.Column("engine", sa.String(length=60), nullable=True),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_images_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
        sa.UniqueConstraint("digest", name=op.f("uq_images_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_images_read_at"), "images", ["read_at"])
    op.create_table(
        "image_addresses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_image_addresses_image_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_image_addresses_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_addresses")),
        sa.UniqueConstraint("url_key", name=op.f("uq_image_addresses_url_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ad_images",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("image_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["ad_versions.id"], name=op.f("fk_ad_images_version_id")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_ad_images_image_id")),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_ad_images_capture_id")),
        sa.PrimaryKeyConstraint("version_id", "image_id", name=op.f("pk_ad_images")),
    )
    op.create_index(op.f("ix_ad_images_image_id"), "ad_images", ["image_id"])
    op.create_table(
        "image_bands",
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("image_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_image_bands_image_id")),
        sa.PrimaryKeyConstraint("band", "image_id", name=op.f("pk_image_bands")),
        sqlite_with_rowid=False,
    )
    op.add_column("ad_versions", sa.Column("pictures", sa.String(length=12), nullable=True))
    op.add_column("ad_versions", sa.Column("picture_text", sa.Text(), nullable=True))
    op.create_index(op.f("ix_ad_versions_pictures"), "ad_versions", ["pictures"])


def downgrade() -> None:
    """Takes the change back."""
    op.drop_index(op.f("ix_ad_versions_pictures"), "ad_versions")
    for column in ("picture_text", "pictures"):
        op.drop_column("ad_versions", column)
    for table in ("image_bands", "ad_images", "image_addresses", "images"):
        op.drop_table(table)
