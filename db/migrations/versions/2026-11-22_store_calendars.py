"""Opening hours of the group and of each store: weeks from a day on, single days."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LIVING = sa.text("withdrawn_at IS NULL")
LIVING_OF_GROUP = sa.text("store_id IS NULL AND withdrawn_at IS NULL")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _decisions(table: str, day: str, *others: "sa.Column[Any]") -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column(day, sa.Date(), nullable=False),
        sa.Column("hours", JSON, nullable=False),
        *others,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f(f"fk_{table}_author_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f(f"fk_{table}_store_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_store_id"), table, ["store_id"])
    for name, columns, where in (
        (f"ix_{table}_of_group", [day], LIVING_OF_GROUP),
        (f"ix_{table}_of_store", ["store_id", day], LIVING),
    ):
        op.create_index(
            name, table, columns, unique=True, sqlite_where=where, postgresql_where=where
        )


def upgrade() -> None:
    _decisions(
        "calendar_weeks", "from_on", sa.Column("keeps_holidays", sa.Boolean(), nullable=False)
    )
    _decisions("calendar_days", "falls_on")


def downgrade() -> None:
    op.drop_table("calendar_days")
    op.drop_table("calendar_weeks")
