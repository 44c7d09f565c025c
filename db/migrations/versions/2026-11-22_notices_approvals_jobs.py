"""Notices, deeds that wait for a second person, and long work in the background."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT = sa.DateTime(timezone=True)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], ["users.id"], name=name, ondelete="RESTRICT")


def _states(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _index_of_open(table: str, columns: list[str], condition: str, *, unique: bool = True) -> None:
    where = sa.text(condition)
    name = f"ix_{table}_open"
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _approvals()
    _jobs()
    _notices()


def _approvals() -> None:
    states = _states("approvalstate_known", "open", "granted", "refused", "withdrawn", "expired")
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("what", JSON, nullable=False),
        sa.Column("form", JSON, nullable=False),
        sa.Column("needs", sa.String(length=40), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("state", states, nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("expires_at", AT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", AT, nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_approvals_decided_when_closed"),
        ),
        sa.CheckConstraint("decided_by_id <> asked_by_id", name=op.f("ck_approvals_two_people")),
        _person("approvals", "asked_by_id"),
        _person("approvals", "decided_by_id"),
        sa.ForeignKeyConstraint(
            ["store_id"], ["stores.id"], name=op.f("fk_approvals_store_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    for column in ("asked_by_id", "state", "store_id"):
        op.create_index(op.f(f"ix_approvals_{column}"), "approvals", [column])
    _index_of_open("approvals", ["kind", "subject"], "state = 'open'")


def _jobs() -> None:
    states = _states("jobstate_known", "queued", "running", "done", "stopped", "failed")
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", states, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("started_at", AT, nullable=True),
        sa.Column("beat_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("worker", sa.String(length=36), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("is_stopping", sa.Boolean(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("trouble", JSON, nullable=False),
        _person("jobs", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_newest", "jobs", ["kind", "started_at"])
    op.create_index(op.f("ix_jobs_user_id"), "jobs", ["user_id"])
    _index_of_open("jobs", ["kind", "subject"], "state IN ('queued', 'running')")


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("show_at", AT, nullable=False),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("acted_at", AT, nullable=True),
        _person("notices", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_cause", "notices", ["cause", "user_id"], unique=True)
    op.create_index(op.f("ix_notices_created_at"), "notices", ["created_at"])
    _index_of_open("notices", ["user_id", "id"], "acted_at IS NULL", unique=False)


def downgrade() -> None:
    for table in ("notices", "jobs", "approvals"):
        op.drop_table(table)
