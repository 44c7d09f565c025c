"""What the figures of forms, promises, callers and reminders of a time are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_inbound_calls_at", "inbound_calls", "at", None),
    ("ix_inbound_calls_promised", "inbound_calls", "promised_at", "promised_at IS NOT NULL"),
    ("ix_promises_moment", "promises", "due_at", None),
    ("ix_visit_forms_ended", "visit_forms", "ended_at", None),
    ("ix_visit_forms_improve_on", "visit_forms", "improve_on", None),
    ("ix_visit_tasks_ended", "visit_tasks", "ended_at", "ended_at IS NOT NULL"),
)


CALLS = "ix_touches_calls"


def upgrade() -> None:
    for name, table, column, where in INDEXES:
        only = None if where is None else sa.text(where)
        op.create_index(name, table, [column], sqlite_where=only, postgresql_where=only)
    # A query says it as SQLite compares booleans, and was not answered by the index before.
    _calls("kind = 'call' AND is_inbound = 0")


def downgrade() -> None:
    _calls("kind = 'call' AND NOT is_inbound")
    for name, table, _column, _where in INDEXES:
        op.drop_index(name, table)


def _calls(where: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(CALLS, "touches")
        op.create_index(CALLS, "touches", ["at", "user_id"], sqlite_where=sa.text(where))
