"""Parameters with a day from which each value holds."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LIVING = sa.text("withdrawn_at IS NULL")
LIVING_OF_GROUP = sa.text("store_id IS NULL AND withdrawn_at IS NULL")


def _person(column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_parameter_values_{column}")
    return sa.ForeignKeyConstraint([column], ["users.id"], name=name, ondelete="RESTRICT")


def upgrade() -> None:
    op.create_table(
        "parameter_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        _person("approved_by_id"),
        _person("author_id"),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
            name=op.f("fk_parameter_values_store_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_values")),
    )
    op.create_index(op.f("ix_parameter_values_store_id"), "parameter_values", ["store_id"])
    op.create_index(
        "ix_parameter_values_of_group",
        "parameter_values",
        ["key", "from_on"],
        unique=True,
        sqlite_where=LIVING_OF_GROUP,
        postgresql_where=LIVING_OF_GROUP,
    )
    op.create_index(
        "ix_parameter_values_of_store",
        "parameter_values",
        ["key", "store_id", "from_on"],
        unique=True,
        sqlite_where=LIVING,
        postgresql_where=LIVING,
    )


def downgrade() -> None:
    op.drop_table("parameter_values")
