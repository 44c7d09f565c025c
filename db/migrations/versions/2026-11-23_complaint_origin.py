"""Complaints from other systems: what they were about there, and when an import was taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: a table made anew would lose its rules and what refers to it.
    op.add_column("complaints", sa.Column("product", sa.String(length=120), nullable=True))
    op.add_column("complaints", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("complaints", "voided_at")
    op.drop_column("complaints", "product")
