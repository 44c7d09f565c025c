"""What a month's figures look for: orders by the day on which they were closed, events by their
moment. Without these every figure walks the whole history."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stands = sa.text("voided_at IS NULL")
    op.create_index(
        "ix_orders_closed",
        "orders",
        ["kind", "closed_on", "store_id"],
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index("ix_complaint_events_at", "complaint_events", ["at", "complaint_id"])


def downgrade() -> None:
    op.drop_index("ix_complaint_events_at", "complaint_events")
    op.drop_index("ix_orders_closed", "orders")
