"""The audit says whose file a deed touched."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in batch mode: a table made anew would lose its append-only triggers.
    op.add_column("audit_entries", sa.Column("customer_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_audit_entries_customer_id"), "audit_entries", ["customer_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_entries_customer_id"), "audit_entries")
    op.drop_column("audit_entries", "customer_id")
