"""What is asked when a complaint is taken: where he lives, what he wants, where he wrote it in
public, whether it is a dispute; who was sent to him, and when whoever was asked took it up."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_WANTED = (
    *("explanation", "apology", "repair", "return", "exchange", "refund", "compensation"),
    "improvement",
)


def upgrade() -> None:
    # Not in batch mode: a table made anew would lose its rules and what refers to it.
    known = sa.CheckConstraint(
        f"demand_kind IN ({', '.join(map(repr, _WANTED))})",
        name=op.f("ck_complaints_demandkind_known"),
    )
    for column in (
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("demand_kind", sa.String(length=40), known, nullable=True),
        sa.Column("is_dispute", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("complaints", column)
    for column in (
        sa.Column("is_errand", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("complaint_steps", column)


def downgrade() -> None:
    for name in ("taken_at", "is_errand"):
        op.drop_column("complaint_steps", name)
    for name in ("is_dispute", "demand_kind", "link", "address"):
        op.drop_column("complaints", name)
