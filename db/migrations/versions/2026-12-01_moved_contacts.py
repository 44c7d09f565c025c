"""Who moved a contact last, and what stood there before; attempts by who made them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Not in batch mode: a table made anew would lose its rules and what refers to it.
    nothing = sa.text("'{}'")
    op.add_column(
        "visit_tasks", sa.Column("last_move", JSON, nullable=False, server_default=nothing)
    )
    op.drop_index("ix_visit_tasks_merged_into_id", "visit_tasks")
    op.create_index("ix_visit_tasks_merged", "visit_tasks", ["merged_into_id", "store_id"])
    op.create_index("ix_call_attempts_user_at", "call_attempts", ["user_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_call_attempts_user_at", "call_attempts")
    op.drop_index("ix_visit_tasks_merged", "visit_tasks")
    op.create_index("ix_visit_tasks_merged_into_id", "visit_tasks", ["merged_into_id"])
    op.drop_column("visit_tasks", "last_move")
