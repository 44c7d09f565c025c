"""The audit is sealed in chained blocks. Going back forgets the chain."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AFTER = {
    "sqlite": (
        """CREATE TRIGGER audit_blocks_no_update BEFORE UPDATE ON audit_blocks
        BEGIN SELECT RAISE(ABORT, 'audit_blocks is append-only'); END""",
        """CREATE TRIGGER audit_blocks_no_delete BEFORE DELETE ON audit_blocks
        BEGIN SELECT RAISE(ABORT, 'audit_blocks is append-only'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION audit_blocks_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'audit_blocks is append-only' USING ERRCODE = '23001'; END $$""",
        """CREATE TRIGGER audit_blocks_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_blocks
        FOR EACH STATEMENT EXECUTE FUNCTION audit_blocks_append_only()""",
    ),
}


def upgrade() -> None:
    op.create_table(
        "audit_blocks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=20), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_blocks")),
        sa.UniqueConstraint("first_id", name=op.f("uq_audit_blocks_first_id")),
    )
    for statement in AFTER[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_blocks")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_blocks_append_only()")
