"""What reports count judgements by in columns of their own, filled from the judgements that are there."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from crawler.store.schema import Json

revision = "0021"
down_revision = "0020"

BATCH = 1000
CODES = ("destinations", "indicators", "referral")
judgements = sa.table(
    "assessments",
    sa.column("id", sa.Integer),
    sa.column("result", Json),
    sa.column("stale", sa.Boolean),
    *(sa.column(name, sa.String) for name in ("named_kind", *CODES)),
)


def upgrade() -> None:
    """Adds the columns and fills them."""
    op.add_column("assessments", sa.Column("stale", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("assessments", sa.Column("named_kind", sa.String(length=20), nullable=True))
    for name in CODES:
        op.add_column("assessments", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    _fill(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        for name in ("stale", *CODES):
            op.alter_column("assessments", name, server_default=None)


def downgrade() -> None:
    """Takes the change back."""
    for name in (*CODES, "named_kind", "stale"):
        op.drop_column("assessments", name)


def _fill(connection: sa.Connection) -> None:
    read = sa.select(judgements.c.id, judgements.c.result).order_by(judgements.c.id).limit(BATCH)
    write = sa.update(judgements).where(judgements.c.id == sa.bindparam("its_id"))
    last = 0
    while rows := connection.execute(read.where(judgements.c.id > last)).all():
        connection.execute(write, [{"its_id": row.id, **_counted_by(row.result)} for row in rows])
        last = rows[-1].id


def _counted_by(result: dict[str, Any]) -> dict[str, object]:
    register, mediator = result.get("register") or {}, result.get("mediator") or {}
    return {
        "stale": bool(register.get("stale")),
        "named_kind": mediator.get("kind") if mediator.get("name") is not None else None,
        "destinations": _codes(result.get("destinations") or ()),
        "indicators": _codes(found["code"] for found in result.get("indicators") or ()),
        "referral": _codes(result.get("referral") or ()),
    }


def _codes(codes: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(codes))
