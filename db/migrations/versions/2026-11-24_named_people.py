"""Who is named for a standing duty from a day on; when the company mailbox was looked into. Both
are added and never changed. A mail's sender is looked for among the customers by his address."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)
GUARDED = ("mailbox_checks", "posts")
DUTIES = ("hotline", "mailbox", "statistics", "spokesperson")
MAILBOX = """((SELECT current_setting('app.beyond', true)) = 'on' OR 'complaints:register' = ANY (
    (SELECT string_to_array((SELECT current_setting('app.grants', true)), ','))::text[]))"""


def upgrade() -> None:
    op.create_table(
        "mailbox_checks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("made_count", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "new_count >= 0 AND made_count >= 0", name=op.f("ck_mailbox_checks_counts")
        ),
        _refers("mailbox_checks", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_checks")),
    )
    op.create_index("ix_mailbox_checks_at", "mailbox_checks", ["at"])
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                *DUTIES,
                name="postduty_known",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        _refers("posts", "author_id", "users"),
        _refers("posts", "store_id", "stores"),
        _refers("posts", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_index("ix_posts_duty", "posts", ["duty", "store_id", "from_on"])
    op.create_index("ix_customers_email", "customers", ["email"])
    for table in GUARDED:
        _guard(table)
    if op.get_bind().dialect.name == "postgresql":
        rows = f"USING (nullif({MAILBOX}, false) IS NOT NULL) WITH CHECK ({MAILBOX})"
        op.execute(f"CREATE POLICY may_all ON mailbox_checks FOR ALL TO crm_app {rows}")
        op.execute("ALTER TABLE mailbox_checks ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_index("ix_customers_email", "customers")
    for table in GUARDED:
        op.drop_table(table)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {table}_append_only()")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="RESTRICT")


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"""CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
            )
        return
    op.execute(f"""CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = '23001'; END $$""")
    op.execute(f"""CREATE TRIGGER {table}_append_only
        BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()""")
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM crm_app")
